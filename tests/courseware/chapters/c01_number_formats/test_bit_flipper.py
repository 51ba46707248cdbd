"""The bit flipper: its logic against Python's own integers, its callbacks without a browser."""

import re

import pytest

from courseware.chapters.c01_number_formats.bit_flipper import BitFlipper
from courseware.chapters.c01_number_formats.bit_pattern import (
    WIDTHS,
    BitPattern,
    parsed_number,
    step_message,
)

ALL_BYTES = [BitPattern(format(value, "08b")) for value in range(256)]


def as_signed(pattern: BitPattern) -> int:
    """Python's reading of the pattern as two's complement."""
    n_bytes = -(-pattern.width // 8)
    padded = pattern.bits[0] * (8 * n_bytes - pattern.width) + pattern.bits
    return int.from_bytes(int(padded, 2).to_bytes(n_bytes, "big"), "big", signed=True)


# --- the pattern ----------------------------------------------------------------------------------


def test_every_byte_is_read_as_python_reads_it() -> None:
    for pattern in ALL_BYTES:
        assert pattern.unsigned == int(pattern.bits, 2)
        assert pattern.signed == as_signed(pattern)
        assert sum(pattern.summands(signed=False)) == pattern.unsigned
        assert sum(pattern.summands(signed=True)) == pattern.signed


def test_a_byte_is_two_int4_and_other_widths_are_not() -> None:
    assert BitPattern("10011111").nibbles == (-7, -1)
    assert BitPattern("01111000").nibbles == (7, -8)
    assert BitPattern("1001").nibbles is None
    assert BitPattern("0" * 16).nibbles is None


def test_invert_then_add_one_is_negation_for_every_byte() -> None:
    for pattern in ALL_BYTES:
        assert pattern.inverted().signed == -pattern.signed - 1
        assert pattern.inverted().plus_one() == pattern.negated()
        assert (pattern.negated().signed + pattern.signed) % 256 == 0


def test_add_one_drops_the_carry() -> None:
    assert BitPattern("1111").plus_one() == BitPattern("0000")
    assert BitPattern("0111").plus_one() == BitPattern("1000")


@pytest.mark.parametrize("position", range(8))
def test_flipping_changes_one_place_and_twice_nothing(position: int) -> None:
    for pattern in ALL_BYTES:
        flipped = pattern.flipped(position)
        assert pattern.unsigned ^ flipped.unsigned == 1 << position
        assert flipped.flipped(position) == pattern


def test_widening_keeps_the_signed_value_and_narrowing_the_last_bits() -> None:
    for pattern in ALL_BYTES:
        wide = pattern.resized(16)
        assert (wide.width, wide.signed) == (16, pattern.signed)
        assert wide.resized(8) == pattern
        assert pattern.resized(4).bits == pattern.bits[4:]


@pytest.mark.parametrize("bits", ["", "101", "1" * 9, "1012", "0b11"])
def test_a_pattern_of_another_form_is_refused(bits: str) -> None:
    with pytest.raises(ValueError, match="bits: expected"):
        BitPattern(bits)


@pytest.mark.parametrize(("text", "number"), [("-5", -5), (" −97 ", -97), ("159", 159), ("+7", 7)])
def test_a_typed_number_may_have_either_minus_sign(text: str, number: int) -> None:
    assert parsed_number(text) == number


@pytest.mark.parametrize("text", ["five", "1.5", "", "--5", "0x10"])
def test_what_is_no_whole_number_is_explained(text: str) -> None:
    with pytest.raises(ValueError, match="expected a whole number"):
        parsed_number(text)


def test_messages_name_the_three_surprises() -> None:
    ones, highest, lowest = BitPattern("1111"), BitPattern("0111"), BitPattern("1000")
    assert "carry" in step_message("add one", ones, ones.plus_one())
    assert "wraps around" in step_message("add one", highest, highest.plus_one())
    assert "8 has no pattern of 4 bits" in step_message("negate", lowest, lowest.negated())
    plain = step_message("add one", BitPattern("0101"), BitPattern("0110"))
    assert plain == "add one: 0101 → 0110. Two's complement: 5 → 6."


# --- the widget -----------------------------------------------------------------------------------


def shown(flipper: BitFlipper) -> dict[str, int]:
    """The numbers on display, as a test in a browser reads them."""
    return {
        name: int(re.findall(r'data-value="(-?\d+)"', area.value)[0])
        for name, area in flipper.readings.items()
    }


def buttons(flipper: BitFlipper) -> str:
    """The bits on display, most significant first."""
    visible = [b for b in flipper.bit_buttons if b.layout.display != "none"]
    assert [b.description for b in visible] == ["1" if b.value else "0" for b in visible]
    return "".join(b.description for b in reversed(visible))


def test_it_opens_with_the_byte_of_the_slides() -> None:
    flipper = BitFlipper()
    assert buttons(flipper) == "10011111"
    assert shown(flipper) == {"unsigned": 159, "signed": -97, "int4-high": -7, "int4-low": -1}
    assert "−128" in flipper.weights[True].value
    assert "−128" not in flipper.weights[False].value
    assert "= −128 + 16 + 8 + 4 + 2 + 1" in flipper.sums[True].value


def test_a_click_on_a_bit_changes_everything_that_is_shown() -> None:
    flipper = BitFlipper("00000101")
    flipper.bit_buttons[7].value = True
    assert buttons(flipper) == "10000101"
    assert shown(flipper) == {"unsigned": 133, "signed": -123, "int4-high": -8, "int4-low": 5}
    assert "bit 7: 00000101 → 10000101" in flipper.message.value
    flipper.bit_buttons[7].value = False
    assert shown(flipper)["signed"] == 5


def test_minus_five_in_two_steps_and_in_one() -> None:
    flipper = BitFlipper("00000101")
    flipper.step_buttons["invert"].click()
    assert (buttons(flipper), shown(flipper)["signed"]) == ("11111010", -6)
    flipper.step_buttons["add one"].click()
    assert (buttons(flipper), shown(flipper)["signed"]) == ("11111011", -5)
    flipper.step_buttons["negate"].click()
    assert (buttons(flipper), shown(flipper)["signed"]) == ("00000101", 5)


@pytest.mark.parametrize("width", WIDTHS)
def test_every_width_shows_its_bits_and_int4_only_in_a_byte(width: int) -> None:
    flipper = BitFlipper("10011111")
    flipper.width_buttons.value = width
    assert len(buttons(flipper)) == width
    assert flipper.nibble_row.layout.display == (None if width == 8 else "none")
    assert shown(flipper)["signed"] == (-97 if width >= 8 else -1)


def test_a_number_can_be_entered_again_and_again() -> None:
    flipper = BitFlipper()
    for _ in range(2):
        flipper.value_entry.value = "−5"
        assert buttons(flipper) == "11111011"
        assert flipper.value_entry.value == ""
        flipper.step_buttons["invert"].click()
    flipper.value_entry.value = "251"
    assert (buttons(flipper), shown(flipper)["unsigned"]) == ("11111011", 251)


@pytest.mark.parametrize(("typed", "hint"), [("300", "from −128 to 255"), ("<b>", "whole number")])
def test_bad_input_is_explained_and_changes_nothing(typed: str, hint: str) -> None:
    flipper = BitFlipper()
    flipper.value_entry.value = typed
    assert hint in flipper.message.value
    assert 'role="alert"' in flipper.message.value
    assert "<b>" not in flipper.message.value
    assert (buttons(flipper), flipper.value_entry.value) == ("10011111", typed)


def test_an_error_of_ours_is_shown_and_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    flipper = BitFlipper()

    def broken(_: BitPattern) -> BitPattern:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(BitPattern, "flipped", lambda self, position: broken(self))
    with pytest.raises(ZeroDivisionError):
        flipper.bit_buttons[0].value = False
    assert "ZeroDivisionError: on purpose" in flipper.message.value


def test_every_control_can_be_found_by_its_class() -> None:
    flipper = BitFlipper()
    assert "bit-flipper" in flipper._dom_classes
    for position, button in enumerate(flipper.bit_buttons):
        assert f"bit-flipper-bit-{position}" in button._dom_classes
    controls = {
        "width": flipper.width_buttons,
        "value": flipper.value_entry,
        "message": flipper.message,
        "invert": flipper.step_buttons["invert"],
        "add-one": flipper.step_buttons["add one"],
        "negate": flipper.step_buttons["negate"],
        **flipper.readings,
    }
    for name, control in controls.items():
        assert f"bit-flipper-{name}" in control._dom_classes
