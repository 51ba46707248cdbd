"""Solutions of exercise 01 as students could write them: to_bits."""

from __future__ import annotations

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


@wrong("to_bits", says="wraps-silently")
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
