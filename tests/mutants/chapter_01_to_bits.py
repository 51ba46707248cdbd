"""Solutions of exercise 01 as students could write them: to_bits."""

from __future__ import annotations

import math

from tests.mutants.table import right, wrong


def _refuse(value, width):
    if not -(2 ** (width - 1)) <= value <= 2**width - 1:
        raise ValueError(f"{value} does not fit into {width} bits")


@wrong("to_bits", says="not-padded")
def no_leading_zeros(value, width):
    _refuse(value, width)
    return format(value & (2**width - 1), "b")


@wrong("to_bits", says="prefix-kept")
def plain_bin(value, width):
    return bin(value)


@wrong("to_bits", says="minus-sign-in-bits")
def formats_the_signed_number(value, width):
    _refuse(value, width)
    return f"{value:0{width}b}"


@wrong("to_bits", says="sign-magnitude")
def writes_a_sign_bit(value, width):
    _refuse(value, width)
    if value >= 0:
        return format(value, f"0{width}b")
    return "1" + format(-value, "b").zfill(width - 1)


@wrong("to_bits", says="ones-complement")
def forgets_to_add_one(value, width):
    _refuse(value, width)
    if value >= 0:
        return bin(value)[2:].zfill(width)
    return "".join("1" if bit == "0" else "0" for bit in bin(-value)[2:].zfill(width))


@wrong("to_bits", says="does-not-fit")
def masks_everything(value, width):
    return format(value & (2**width - 1), f"0{width}b")


@wrong("to_bits", says="signed-range-only")
def allows_signed_numbers_only(value, width):
    if not -(2 ** (width - 1)) <= value <= 2 ** (width - 1) - 1:
        raise ValueError("out of range")
    return format(value & (2**width - 1), f"0{width}b")


@wrong("to_bits", says="unsigned-range-only")
def allows_unsigned_numbers_only(value, width):
    if not 0 <= value < 2**width:
        raise ValueError("out of range")
    return format(value, f"0{width}b")


@wrong("to_bits", says="bits-reversed")
def collects_remainders_in_order(value, width):
    _refuse(value, width)
    bits = ""
    for _ in range(width):
        bits += str(value % 2)
        value //= 2
    return bits


@wrong("to_bits", says="sign-lost")
def takes_the_absolute_value(value, width):
    _refuse(value, width)
    return format(abs(value), f"0{width}b")


@right("to_bits")
def with_a_mask(value, width):
    _refuse(value, width)
    return format(value & (2**width - 1), f"0{width}b")


@right("to_bits")
def by_remainders(value, width):
    _refuse(value, width)
    bits = []
    for _ in range(width):
        bits.append(str(value % 2))
        value //= 2
    return "".join(reversed(bits))


@right("to_bits")
def adds_two_to_the_width(value, width):
    if value >= 2**width or value < -(2**width) // 2:
        raise ValueError
    return bin(value + 2**width if value < 0 else value)[2:].rjust(width, "0")


@right("to_bits")
def bit_by_bit(value, width):
    _refuse(value, width)
    return "".join("1" if (value >> place) & 1 else "0" for place in range(width - 1, -1, -1))


@wrong("to_bits", says="prefix-kept")
def fills_up_with_the_prefix(value, width):
    _refuse(value, width)
    return bin(value % 2**width).zfill(width)


@wrong("to_bits", says="zeros-stripped")
def strips_the_prefix(value, width):
    _refuse(value, width)
    return bin(value % 2**width).strip("0b").zfill(width)


@wrong("to_bits", says="replaced-twice")
def replaces_and_replaces(value, width):
    _refuse(value, width)
    if value >= 0:
        return format(value, f"0{width}b")
    magnitude = format(-value, f"0{width}b")
    inverted = magnitude.replace("0", "1").replace("1", "0")
    return format(int(inverted, 2) + 1, f"0{width}b")


@wrong("to_bits", says="caret-for-power")
def adds_a_caret(value, width):
    _refuse(value, width)
    if value < 0:
        value += 2 ^ width
    return format(value, "b").zfill(width)


@wrong("to_bits", says="caret-for-power")
def limits_with_a_caret(value, width):
    if value < -(2 ^ (width - 1)) or value > (2 ^ width) - 1:
        raise ValueError(f"{value} does not fit")
    return format(value % 2**width, "b").zfill(width)


@wrong("to_bits", says="eight-bits-assumed")
def writes_a_byte(value, width):
    _refuse(value, width)
    return format(value & 0xFF, "08b")


@wrong("to_bits", says="eight-bits-assumed")
def adds_256(value, width):
    _refuse(value, width)
    return format(value + 256 if value < 0 else value, f"0{width}b")


@wrong("to_bits", says="another-width-assumed")
def masks_32_bits(value, width):
    _refuse(value, width)
    return format(value & 0xFFFFFFFF, "b").zfill(width)


@wrong("to_bits", says="does-not-fit")
def only_looks_at_the_top(value, width):
    if value >= 2**width:
        raise ValueError("too large")
    return format(value % 2**width, f"0{width}b")


@wrong("to_bits", says="does-not-fit")
def never_looks_at_the_range(value, width):
    if value < 0:
        value += 2**width
    return format(value, "b").zfill(width)


@wrong("to_bits", says="limit-off-by-one")
def refuses_the_highest(value, width):
    if not -(2 ** (width - 1)) <= value < 2**width - 1:
        raise ValueError("out of range")
    return format(value % 2**width, f"0{width}b")


@wrong("to_bits", says="limit-off-by-one")
def refuses_the_lowest(value, width):
    if not -(2 ** (width - 1)) < value < 2**width:
        raise ValueError("out of range")
    return format(value % 2**width, f"0{width}b")


@wrong("to_bits", says="limit-off-by-one")
def takes_one_more(value, width):
    if value > 2**width or value < -(2 ** (width - 1)):
        raise ValueError("out of range")
    return format(value + 2**width if value < 0 else value, "b").zfill(width)


@wrong("to_bits", says="negative-range-too-wide")
def takes_twice_as_many_negative_ones(value, width):
    if abs(value) >= 2**width:
        raise ValueError("out of range")
    return format(value % 2**width, f"0{width}b")


@wrong("to_bits", says="bit-skipped")
def stops_before_place_zero(value, width):
    _refuse(value, width)
    return "".join(str(value >> place & 1) for place in range(width - 1, 0, -1))


@wrong("to_bits", says="zero-fails")
def counts_the_digits_by_a_logarithm(value, width):
    _refuse(value, width)
    value %= 2**width
    digits = int(math.log2(value)) + 1 if value < 2**40 else value.bit_length()
    return "".join(
        "1" if value >> place & 1 else "0" for place in range(max(digits, width) - 1, -1, -1)
    )


@wrong("to_bits", says="digits-lost")
def halves_with_a_slash(value, width):
    _refuse(value, width)
    value, bits = value % 2**width, ""
    while len(bits) < width:
        bits = str(value % 2) + bits
        value = int(value / 2)
    return bits


@wrong("to_bits", says="digits-lost")
def adds_a_float_power(value, width):
    _refuse(value, width)
    return bin(int(value % 2.0**width))[2:].zfill(width)[-width:]


@wrong("to_bits", says="bits-not-joined")
def returns_a_list_of_bits(value, width):
    _refuse(value, width)
    return [value >> place & 1 for place in range(width - 1, -1, -1)]


@wrong("to_bits", says="bits-as-number")
def returns_an_int_of_bits(value, width):
    _refuse(value, width)
    return int(format(value % 2**width, "b"))


@wrong("to_bits", says="ones-complement")
def adds_the_largest_pattern(value, width):
    _refuse(value, width)
    return format(value + 2**width - 1 if value < 0 else value, f"0{width}b")


@wrong("to_bits", says="half-the-range-added")
def adds_half_the_patterns(value, width):
    _refuse(value, width)
    return format(value + 2 ** (width - 1) if value < 0 else value, f"0{width}b")


@wrong("to_bits", says="padded-on-the-right")
def pads_behind(value, width):
    _refuse(value, width)
    return format(value % 2**width, "b").ljust(width, "0")


@wrong("to_bits", says="other-error")
def asserts_the_range(value, width):
    assert -(2 ** (width - 1)) <= value < 2**width
    return format(value % 2**width, f"0{width}b")


@wrong("to_bits", says="modulus-off-by-one")
def adds_one_too_many(value, width):
    _refuse(value, width)
    return format(value + 2**width + 1 if value < 0 else value, f"0{width}b")


@wrong("to_bits", says="zero-as-negative")
def counts_zero_as_negative(value, width):
    if value < -(2 ** (width - 1)) or value > 2**width - 1:
        raise ValueError("cannot be written")
    unsigned = value + 2**width if value <= 0 else value
    return format(unsigned, "b").zfill(width)


@wrong("to_bits", says="leading-zeros-not-inverted")
def pads_after_inverting(value, width):
    _refuse(value, width)
    if value >= 0:
        return bin(value)[2:].zfill(width)
    pattern = bin(-value)[2:]
    inverted = "".join("10"[int(bit)] for bit in pattern)
    return bin((int(inverted, 2) + 1) % 2 ** len(pattern))[2:].zfill(width)


@wrong("to_bits", says="limit-off-by-one")
def pads_behind_and_lets_the_next_power_in(value, width):
    if not -(2 ** (width - 1)) <= value <= 2**width:
        raise ValueError("does not fit")
    return bin(value % 2**width)[2:].ljust(width, "0")


@wrong("to_bits", says="limit-as-a-float")
def counts_bits_by_logarithm(value, width):
    if value < 0:
        if value < -(2 ** (width - 1)):
            raise ValueError("too low")
        value += 2**width
    elif math.log2(value + 1) > width:
        raise ValueError("too high")
    return format(value, "b").zfill(width)


@wrong("to_bits", says="bit-skipped")
def shifts_one_too_far(value, width):
    _refuse(value, width)
    return "".join(str((value >> i) & 1) for i in range(width, 0, -1))


@wrong("to_bits", says="halved-towards-zero")
def halves_towards_zero(value, width):
    _refuse(value, width)
    digits = []
    for _ in range(width):
        digits.append(str(value % 2))
        value = int(value / 2)
    return "".join(reversed(digits))
