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


def _inverted(bits):
    return "".join("1" if bit == "0" else "0" for bit in bits)


@wrong("negate", says="carry-stops-before-the-first-place")
def keeps_the_sign_bit_apart(bits):
    turned = _inverted(bits)
    if len(bits) == 1:
        return turned
    rest = (int(turned[1:], 2) + 1) % 2 ** (len(bits) - 1)
    return turned[0] + format(rest, f"0{len(bits) - 1}b")


@wrong("negate", says="carry-stops")
def carries_once(bits):
    turned = list(_inverted(bits))
    if turned[-1] == "0" or len(bits) == 1:
        turned[-1] = "1" if turned[-1] == "0" else "0"
        return "".join(turned)
    turned[-1] = "0"
    turned[-2] = "1" if turned[-2] == "0" else "0"
    return "".join(turned)


@wrong("negate", says="carry-stops")
def clears_the_ones_and_forgets_the_carry(bits):
    turned = list(_inverted(bits))
    place = len(bits) - 1
    while place >= 0 and turned[place] == "1":
        turned[place] = "0"
        place -= 1
    if place == len(bits) - 1:
        turned[place] = "1"
    return "".join(turned)


@wrong("negate", says="carry-forgotten")
def flips_the_last_bit_back(bits):
    return _inverted(bits[:-1]) + bits[-1]


@wrong("negate", says="replaced-twice")
def inverts_by_two_replaces(bits):
    inverted = bits.replace("0", "1").replace("1", "0")
    return format((int(inverted, 2) + 1) % 2 ** len(bits), f"0{len(bits)}b")


@wrong("negate", says="one-subtracted")
def adds_before_inverting(bits):
    width = len(bits)
    return _inverted(format((int(bits, 2) + 1) % 2**width, f"0{width}b"))


@wrong("negate", says="one-appended")
def writes_a_one_behind(bits):
    return _inverted(bits) + "1"


@wrong("negate", says="negative-left-alone")
def negates_positive_numbers_only(bits):
    if bits[0] == "1":
        return bits
    return format(-int(bits, 2) % 2 ** len(bits), f"0{len(bits)}b")


@wrong("negate", says="eight-bits-assumed")
def counts_modulo_256(bits):
    return format(-int(bits, 2) % 256, f"0{len(bits)}b")


@wrong("negate", says="eight-bits-assumed")
def writes_eight_bits(bits):
    return format((int(_inverted(bits), 2) + 1) & 0xFF, "08b")


@wrong("negate", says="minimum-saturated")
def clips_the_lowest(bits):
    width = len(bits)
    value = int(bits, 2) - (int(bits[0]) << width)
    return format(min(-value, 2 ** (width - 1) - 1) % 2**width, f"0{width}b")


@wrong("negate", says="carry-refused")
def lets_to_bits_refuse(bits):
    result = int(_inverted(bits), 2) + 1
    if result >= 2 ** len(bits):
        raise ValueError(f"{result} does not fit")
    return format(result, f"0{len(bits)}b")


@wrong("negate", says="carry-cut-at-the-wrong-end")
def cuts_the_last_bit_off(bits):
    return format(int(_inverted(bits), 2) + 1, f"0{len(bits)}b")[: len(bits)]


@wrong("negate", says="prefix-kept")
def leaves_the_prefix(bits):
    return bin((int(_inverted(bits), 2) + 1) % 2 ** len(bits))


@wrong("negate", says="minus-sign-in-bits")
def uses_pythons_tilde(bits):
    return format(~int(bits, 2) + 1, f"0{len(bits)}b")


@wrong("negate", says="bits-reversed")
def collects_from_the_right(bits):
    result, carry = "", 1
    for bit in reversed(bits):
        total = (bit == "0") + carry
        result += str(total % 2)
        carry = total // 2
    return result


@wrong("negate", says="bits-not-joined")
def returns_the_bits_in_a_list(bits):
    return list(format(-int(bits, 2) % 2 ** len(bits), f"0{len(bits)}b"))


@wrong("negate", says="not-inverted")
def adds_one_only(bits):
    return format((int(bits, 2) + 1) % 2 ** len(bits), f"0{len(bits)}b")


@wrong("negate", says="digits-lost")
def adds_one_to_a_float(bits):
    width = len(bits)
    return format(int(float(int(_inverted(bits), 2)) + 1) % 2**width, f"0{width}b")


@wrong("negate", says="caret-for-power")
def takes_the_remainder_of_a_caret(bits):
    return format((int(_inverted(bits), 2) + 1) % (2 ^ len(bits)), f"0{len(bits)}b")


@wrong("negate", says="modulus-off-by-one")
def counts_modulo_one_less(bits):
    n = len(bits)
    inverted = "".join(str(1 - int(b)) for b in bits)
    total = (int(inverted, 2) + 1) % (2**n - 1)
    return format(total, "b").zfill(n)


@wrong("negate", says="carry-refused")
def looks_for_the_last_one(bits):
    last_one = bits.rindex("1")
    left = bits[:last_one]
    return left.translate({48: "1", 49: "0"}) + bits[last_one:]


@wrong("negate", says="eight-bits-and-no-one")
def inverts_a_byte_only(bits):
    inverted = int(bits, 2) ^ 255
    return format(inverted & 255, "08b")


@wrong("negate", says="first-bit-kept")
def inverts_all_but_the_first(bits):
    pattern = bits[0] + _inverted(bits[1:])
    return format((int(pattern, 2) + 1) % 2 ** len(bits), f"0{len(bits)}b")


@wrong("negate", says="zero-changed")
def finds_no_one_in_zero(bits):
    last_one = bits.rfind("1")
    return _inverted(bits[:last_one]) + bits[last_one:]


@wrong("negate", says="unsigned-value-negated")
def refuses_what_leaves_the_range(bits):
    value = -int(bits, 2)
    if value < -(2 ** (len(bits) - 1)):
        raise ValueError(f"{value} does not fit into {len(bits)} bits")
    return format(value % 2 ** len(bits), f"0{len(bits)}b")


@wrong("negate", says="begun-at-the-wrong-end")
def keeps_up_to_the_first_one_from_the_left(bits):
    if "1" not in bits:
        return bits
    end = bits.index("1") + 1
    return bits[:end] + bits[end:].translate(str.maketrans("01", "10"))


@wrong("negate", says="begun-at-the-wrong-end")
def carries_to_the_right(bits):
    out, carry = [], 1
    for bit in bits:
        total = 1 - int(bit) + carry
        out.append(str(total % 2))
        carry = total // 2
    return "".join(out)


@wrong("negate", says="leading-zeros-not-inverted")
def masks_as_long_as_the_number(bits):
    width, value = len(bits), int(bits, 2)
    mask = (1 << value.bit_length()) - 1
    return format(((value ^ mask) + 1) % 2**width, f"0{width}b")


@wrong("negate", says="carry-kept-for-zero")
def writes_the_sum_as_it_is(bits):
    return bin(int(bits.translate(str.maketrans("01", "10")), 2) + 1)[2:]


@wrong("negate", says="carry-cut-at-the-wrong-end")
def keeps_the_first_bit_and_cuts_behind(bits):
    flipped = bits[0] + "".join("1" if bit == "0" else "0" for bit in bits[1:])
    return format(int(flipped, 2) + 1, "b").zfill(len(bits))[: len(bits)]
