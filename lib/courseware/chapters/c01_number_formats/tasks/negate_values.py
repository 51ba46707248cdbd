"""Mistakes in `negate` of whoever negates the value, and writes it as a pattern."""

from __future__ import annotations

from courseware.chapters.c01_number_formats.tasks.common import inverted, twos
from courseware.chapters.c01_number_formats.tasks.negate_wrong_ways import as_wide, written
from courseware.checks.misconceptions import both, several, ways

UNSIGNED_READ = (
    "unsigned-number-returned",
    "The pattern was read as an unsigned number and a minus put in front of it. A pattern is asked "
    "for, and its first place counts negative: `1111` is −1, and its opposite `0001`.",
)
MODULUS_OFF = (
    "modulus-off-by-one",
    "What goes beyond the width was brought back by another number than 2**width, as a remainder "
    "or by taking it off. A register of so many bits counts modulo 2**width, the number of its "
    "patterns: the carry is dropped, and nothing is added for it.",
)
EIGHT_BITS = (
    "eight-bits-assumed",
    "The result has the 8 bits of a byte, or counts modulo 256. Its width is that of the "
    "pattern that comes in.",
)
MINUS_IN_BITS = (
    "minus-sign-in-bits",
    "A minus sign is not a bit: the result must be a pattern of the same width.",
)


def _of_a_byte(bits: str) -> int:
    """The value of a signed byte, however wide the pattern is."""
    return int(bits, 2) - 256 * (int(bits, 2) >= 128)


ABOUT_VALUES = several(
    ways(
        *MINUS_IN_BITS,
        lambda bits: format(-twos(bits), f"0{len(bits)}b"),
        lambda bits: format(-int(bits, 2), f"0{len(bits)}b"),
        lambda bits: format(-twos(bits), "b"),
        lambda bits: "-" + bits,
        lambda bits: bin(~int(bits, 2) + 1),
        lambda bits: format(~int(bits, 2) + 1, "b"),
    ),
    both(
        MINUS_IN_BITS,
        EIGHT_BITS,
        *(
            lambda bits, read=read: format(-read(bits), "08b")
            for read in (twos, lambda bits: int(bits, 2), _of_a_byte)
        ),
        lambda bits: format(-_of_a_byte(bits), "b"),
        lambda bits: format(-_of_a_byte(bits), f"0{len(bits)}b"),
    ),
    ways(*UNSIGNED_READ, lambda bits: -int(bits, 2)),
    ways(
        "value-not-pattern",
        "The value was negated and came back as a number. Its pattern is asked for, a string as "
        "wide as the one that came in.",
        lambda bits: -twos(bits),
    ),
    ways(
        *MODULUS_OFF,
        *(
            lambda bits, by=by, of=of: format(of(bits) % (2 ** len(bits) + by), as_wide(bits))
            for by in (-1, 1)
            for of in (
                lambda bits: int(inverted(bits), 2) + 1,
                lambda bits: -int(bits, 2),
                lambda bits: -twos(bits),
            )
        ),
        lambda bits: written(-int(bits, 2) % 2 ** (len(bits) - 1), len(bits)),
        lambda bits: format(-int(bits, 2) % 2 ** (len(bits) + 1), as_wide(bits)),
        lambda bits: format((int(inverted(bits), 2) + 1) & 2 ** len(bits), as_wide(bits)),
    ),
    both(
        EIGHT_BITS,
        MODULUS_OFF,
        lambda bits: format((2 ** len(bits) - int(bits, 2)) % max(2 ** len(bits) - 1, 2), "08b"),
        lambda bits: format(-int(bits, 2) % max(2 ** len(bits) - 1, 2), "08b"),
    ),
    ways(
        *EIGHT_BITS,
        lambda bits: format(-int(bits, 2) % 256, "08b"),
        lambda bits: format(-int(bits, 2) % 256, "b"),
        lambda bits: format(-int(bits, 2) % 2 ** len(bits), "08b"),
        lambda bits: format(-int(bits, 2) % 256, f"0{len(bits)}b"),
        lambda bits: format((int(inverted(bits), 2) + 1) % 256, f"0{len(bits)}b"),
        lambda bits: format((int(inverted(bits), 2) + 1) % 256, "08b"),
        lambda bits: format(-twos(bits) % 256, "08b"),
    ),
    ways(
        "eight-bits-and-no-one",
        "Two mistakes: the result has the 8 bits of a byte, whatever the width of the pattern, "
        "and the one is not added after inverting.",
        lambda bits: format((int(bits, 2) ^ 255) & 255, "08b"),
        lambda bits: format(int(bits, 2) ^ 255, "08b"),
        lambda bits: format(int(bits, 2) ^ 255, "b"),
        lambda bits: format((int(bits, 2) ^ 255) & 255, f"0{len(bits)}b"),
    ),
)
