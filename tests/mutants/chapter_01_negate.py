"""Solutions of exercise 01 as students could write them: negate."""

from __future__ import annotations

from tests.mutants.table import right, wrong


@wrong("negate", says="ones-complement")
def only_inverts(bits):
    return "".join("1" if bit == "0" else "0" for bit in bits)


@wrong("negate", says="sign-bit-flipped")
def flips_the_first_bit(bits):
    return ("0" if bits[0] == "1" else "1") + bits[1:]


@wrong("negate", says="carry-kept")
def lets_the_carry_out(bits):
    inverted = int("".join("1" if bit == "0" else "0" for bit in bits), 2)
    return bin(inverted + 1)[2:].zfill(len(bits))


@wrong("negate", says="minimum-refused")
def refuses_the_lowest(bits):
    width, value = len(bits), int(bits, 2)
    if value == 2 ** (width - 1):
        raise ValueError("has no positive counterpart")
    return format(-value % 2**width, f"0{width}b")


@wrong("negate", says="carry-forgotten")
def sets_the_last_bit(bits):
    inverted = ["1" if bit == "0" else "0" for bit in bits]
    inverted[-1] = "1"
    return "".join(inverted)


@wrong("negate", says="minus-sign-in-bits")
def formats_a_negative_number(bits):
    value = int(bits, 2)
    if bits[0] == "1":
        value -= 2 ** len(bits)
    return format(-value, f"0{len(bits)}b")


@wrong("negate", says="width-lost")
def drops_leading_zeros(bits):
    return bin(-int(bits, 2) % 2 ** len(bits))[2:]


@wrong("negate", says="one-subtracted")
def goes_the_wrong_way(bits):
    mask = 2 ** len(bits) - 1
    return format(((int(bits, 2) ^ mask) - 1) & mask, f"0{len(bits)}b")


@right("negate")
def modulo_two_to_the_width(bits):
    return format(-int(bits, 2) % 2 ** len(bits), f"0{len(bits)}b")


@right("negate")
def keeps_up_to_the_last_one(bits):
    last = bits.rfind("1")
    if last < 0:
        return bits
    return "".join("1" if bit == "0" else "0" for bit in bits[:last]) + bits[last:]


@right("negate")
def ripples_the_carry(bits):
    result, carry = [], 1
    for bit in reversed(bits):
        total = (bit == "0") + carry
        result.append(str(total % 2))
        carry = total // 2
    return "".join(result[::-1])


@right("negate")
def xor_and_mask(bits):
    mask = (1 << len(bits)) - 1
    return bin(((int(bits, 2) ^ mask) + 1) & mask)[2:].zfill(len(bits))
