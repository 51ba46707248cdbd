"""The logic of the bit flipper: a pattern of bits, the steps it can take, and what they say."""

from __future__ import annotations

from dataclasses import dataclass

from courseware.showing.say import cell_text
from model_compression.number_formats import (
    negate,
    place_values,
    signed_value,
    to_bits,
    unsigned_value,
)

WIDTHS = (4, 8, 16)


@dataclass(frozen=True)
class BitPattern:
    """A pattern of 4, 8 or 16 bits; every step returns a new one.

    >>> BitPattern("00000101").inverted().plus_one()
    BitPattern(bits='11111011')
    """

    bits: str

    def __post_init__(self) -> None:
        unsigned_value(self.bits)  # refuses what is no pattern
        if self.width not in WIDTHS:
            raise ValueError(f"bits: expected a width of {WIDTHS}, got {self.width}")

    @classmethod
    def of(cls, value: int, width: int) -> BitPattern:
        """The pattern of a number; ValueError if it does not fit."""
        return cls(to_bits(value, width))

    @property
    def width(self) -> int:
        """Number of bits."""
        return len(self.bits)

    @property
    def unsigned(self) -> int:
        """All places count positive."""
        return unsigned_value(self.bits)

    @property
    def signed(self) -> int:
        """Two's complement: the first place counts negative."""
        return signed_value(self.bits)

    @property
    def nibbles(self) -> tuple[int, int] | None:
        """(high, low): the two signed 4-bit numbers in a byte; None for other widths."""
        if self.width != 8:
            return None
        return signed_value(self.bits[:4]), signed_value(self.bits[4:])

    def summands(self, signed: bool) -> list[int]:
        """What the places that hold a 1 are worth, from the left."""
        weights = place_values(self.width, signed)
        return [weight for weight, bit in zip(weights, self.bits, strict=True) if bit == "1"]

    def flipped(self, position: int) -> BitPattern:
        """One bit changed; positions count from the right, from 0."""
        index = self.width - 1 - position
        other = "0" if self.bits[index] == "1" else "1"
        return BitPattern(self.bits[:index] + other + self.bits[index + 1 :])

    def inverted(self) -> BitPattern:
        """Every bit changed."""
        return BitPattern.of((1 << self.width) - 1 - self.unsigned, self.width)

    def plus_one(self) -> BitPattern:
        """One added; the carry out of the first place is dropped."""
        return BitPattern.of((self.unsigned + 1) % (1 << self.width), self.width)

    def negated(self) -> BitPattern:
        """Inverted and one added, in one go."""
        return BitPattern(negate(self.bits))

    def resized(self, width: int) -> BitPattern:
        """Wider: the first bit is repeated, which keeps the signed value. Narrower: cut off."""
        if width >= self.width:
            return BitPattern(self.bits[0] * (width - self.width) + self.bits)
        return BitPattern(self.bits[-width:])


def parsed_number(text: str) -> int:
    """The whole number that was typed; a minus sign may be − or -.

    >>> parsed_number(" −97 ")
    -97
    """
    try:
        return int(text.strip().replace("−", "-"))
    except ValueError:
        raise ValueError(f"value: expected a whole number such as −5, got {text!r}") from None


def step_message(name: str, before: BitPattern, after: BitPattern) -> str:
    """One step in words, with what became of the signed value.

    >>> step_message("add one", BitPattern("1010"), BitPattern("1011"))
    "add one: 1010 → 1011. Two's complement: −6 → −5."
    """
    text = f"{name}: {before.bits} → {after.bits}. Two's complement: "
    text += f"{cell_text(before.signed)} → {cell_text(after.signed)}."
    highest = (1 << (before.width - 1)) - 1
    if name == "add one" and after.unsigned == 0:
        text += " The carry out of the first place is dropped."
    if name == "add one" and before.signed == highest:
        text += " Past the highest number comes the lowest: the sum wraps around."
    if name == "negate" and before.signed == -highest - 1:
        text += f" {cell_text(highest + 1)} has no pattern of {before.width} bits with a sign."
    return text
