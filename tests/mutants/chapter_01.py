"""Solutions of exercise 01 as students could write them."""

from __future__ import annotations

import math
import struct

import numpy as np
import torch

from tests.mutants.table import right, wrong

# --- unsigned_value -----------------------------------------------------------------------------


@wrong("unsigned_value", says="bits-reversed")
def counts_from_the_left(bits):
    return sum(int(bit) * 2**place for place, bit in enumerate(bits))


@wrong("unsigned_value", says="bits-read-as-decimal")
def converts_without_a_base(bits):
    return int(bits)


@wrong("unsigned_value", says="ones-counted")
def adds_up_the_ones(bits):
    return sum(int(bit) for bit in bits)


@wrong("unsigned_value", says="signed-read")
def treats_first_bit_as_negative(bits):
    value = int(bits[1:] or "0", 2)
    return value - 2 ** (len(bits) - 1) if bits[0] == "1" else value


@wrong("unsigned_value", says="places-off-by-one")
def starts_at_two_to_the_one(bits):
    total = 0
    for place, bit in enumerate(reversed(bits), start=1):
        total += int(bit) << place
    return total


@wrong("unsigned_value", says="first-bit-dropped")
def keeps_a_bit_for_the_sign(bits):
    total = 0
    for bit in bits[1:]:
        total = 2 * total + int(bit)
    return total


@wrong("unsigned_value", says="returns-none")
def prints_the_value(bits):
    print(int(bits, 2))


@wrong("unsigned_value", says="float-for-integer")
def adds_up_floats(bits):
    return sum(2.0 ** (len(bits) - 1 - i) for i, bit in enumerate(bits) if bit == "1")


@wrong("unsigned_value", says="time-limit")
def never_shortens_the_string(bits):
    total = 0
    while bits:
        total = 2 * total + int(bits[0])
    return total


@right("unsigned_value")
def with_int(bits):
    return int(bits, 2)


@right("unsigned_value")
def with_a_loop(bits):
    total = 0
    for bit in bits:
        total = total * 2 + (bit == "1")
    return total


@right("unsigned_value")
def with_numpy(bits):
    digits = np.array([int(bit) for bit in bits], dtype=object)
    places = np.array([2**i for i in range(len(bits))][::-1], dtype=object)
    return int((digits * places).sum())


@right("unsigned_value")
def with_recursion_and_noise(bits):
    print("reading", bits)
    return 0 if not bits else 2 * with_recursion_and_noise(bits[:-1]) + int(bits[-1])


# --- signed_value -------------------------------------------------------------------------------


@wrong("signed_value", says="unsigned-read")
def forgets_the_sign(bits):
    return int(bits, 2)


@wrong("signed_value", says="sign-magnitude")
def first_bit_is_a_minus(bits):
    magnitude = int(bits[1:] or "0", 2)
    return -magnitude if bits[0] == "1" else magnitude


@wrong("signed_value", says="ones-complement")
def inverts_without_adding_one(bits):
    if bits[0] == "0":
        return int(bits, 2)
    return -int("".join("1" if bit == "0" else "0" for bit in bits), 2)


@wrong("signed_value", says="bits-reversed")
def sign_bit_on_the_right(bits):
    total = sum(int(bit) << place for place, bit in enumerate(bits[:-1]))
    return total - (int(bits[-1]) << (len(bits) - 1))


@wrong("signed_value", says="eight-bits-assumed")
def only_knows_bytes(bits):
    value = int(bits, 2)
    return value - 256 if len(bits) >= 8 and value >= 128 else value


@wrong("signed_value", says="leading-weight-off-by-one")
def subtracts_too_much(bits):
    value = int(bits[1:] or "0", 2)
    return value - 2 ** len(bits) if bits[0] == "1" else value


@wrong("signed_value", says="first-bit-dropped")
def cuts_the_sign_off(bits):
    return int(bits[1:] or "0", 2)


@wrong("signed_value", says="float-for-integer")
def signed_with_a_float_weight(bits):
    return int(bits, 2) - int(bits[0]) * 2.0 ** len(bits)


@wrong("signed_value", says="raises")
def fails_on_long_patterns(bits):
    return struct.unpack(">b", bytes([int(bits, 2)]))[0] if len(bits) == 8 else [][len(bits)]


@right("signed_value")
def subtracts_two_to_the_width(bits):
    value = int(bits, 2)
    return value - 2 ** len(bits) if bits[0] == "1" else value


@right("signed_value")
def weighs_each_bit(bits):
    weights = [2**i for i in range(len(bits))][::-1]
    weights[0] = -weights[0]
    return sum(weight * int(bit) for weight, bit in zip(weights, bits, strict=True))


@right("signed_value")
def flips_and_subtracts(bits):
    sign = 1 << (len(bits) - 1)
    return (int(bits, 2) ^ sign) - sign


@right("signed_value")
def inverts_and_adds_one(bits):
    if bits[0] == "0":
        return int(bits, 2)
    return -(int(bits.translate({48: "1", 49: "0"}), 2) + 1)


@right("signed_value")
def signed_as_a_tensor(bits):
    weights = [int(bit) << i for i, bit in enumerate(reversed(bits))]
    weights[-1] = -weights[-1]
    return torch.tensor(sum(weights), dtype=torch.int64)


# --- to_bits ------------------------------------------------------------------------------------


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


# --- negate -------------------------------------------------------------------------------------


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


# --- integer_range ------------------------------------------------------------------------------


@wrong("integer_range", says="range-symmetric")
def same_on_both_sides(width, signed):
    if not signed:
        return 0, 2**width - 1
    return -(2 ** (width - 1) - 1), 2 ** (width - 1) - 1


@wrong("integer_range", says="end-not-included")
def like_pythons_range(width, signed):
    return (-(2 ** (width - 1)), 2 ** (width - 1)) if signed else (0, 2**width)


@wrong("integer_range", says="signed-ignored")
def always_from_zero(width, signed):
    return 0, 2**width - 1


@wrong("integer_range", says="always-signed")
def always_with_a_sign(width, signed):
    return -(2 ** (width - 1)), 2 ** (width - 1) - 1


@wrong("integer_range", says="ends-swapped")
def highest_first(width, signed):
    return (2 ** (width - 1) - 1, -(2 ** (width - 1))) if signed else (2**width - 1, 0)


@wrong("integer_range", says="sign-bit-not-counted")
def sign_costs_nothing(width, signed):
    return (-(2**width), 2**width - 1) if signed else (0, 2**width - 1)


@wrong("integer_range", says="count-returned")
def number_of_patterns(width, signed):
    return 2**width


@wrong("integer_range", says="float-for-integer")
def divides_to_floats(width, signed):
    half = 2**width / 2
    return (-half, half - 1) if signed else (0, 2**width - 1)


@right("integer_range")
def with_shifts(width, signed):
    half = 1 << (width - 1)
    return [-half, half - 1] if signed else [0, (1 << width) - 1]


@right("integer_range")
def by_counting(width, signed):
    patterns = 2**width
    low = -(patterns // 2) if signed else 0
    return low, low + patterns - 1


@right("integer_range")
def with_numpy_integers(width, signed):
    if width == 64:
        return (-(2**63), 2**63 - 1) if signed else (0, 2**64 - 1)
    top = np.int64(2 ** (width - 1 if signed else width) - 1)
    return (-top - 1, top) if signed else (np.int64(0), top)


# --- float32_fields -----------------------------------------------------------------------------


def _raw(x):
    return struct.unpack(">I", struct.pack(">f", x))[0]


@wrong("float32_fields", says="bias-removed")
def takes_off_127(x):
    return _raw(x) >> 31, ((_raw(x) >> 23) & 0xFF) - 127, _raw(x) & 0x7FFFFF


@wrong("float32_fields", says="hidden-one-included")
def adds_the_hidden_one(x):
    return _raw(x) >> 31, (_raw(x) >> 23) & 0xFF, (_raw(x) & 0x7FFFFF) + 0x800000


@wrong("float32_fields", says="sign-as-plus-minus")
def sign_is_one_or_minus_one(x):
    return 1 - 2 * (_raw(x) >> 31), (_raw(x) >> 23) & 0xFF, _raw(x) & 0x7FFFFF


@wrong("float32_fields", says="negative-zero-lost")
def compares_with_zero(x):
    return (1 if x < 0 else 0), (_raw(x) >> 23) & 0xFF, _raw(x) & 0x7FFFFF


@wrong("float32_fields", says="float64-layout")
def unpacks_a_double(x):
    raw = struct.unpack(">Q", struct.pack(">d", x))[0]
    return raw >> 63, (raw >> 52) & 0x7FF, raw & ((1 << 52) - 1)


@wrong("float32_fields", says="byte-order-mixed")
def mixes_byte_orders(x):
    raw = int.from_bytes(struct.pack("<f", x), "big")
    return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF


@wrong("float32_fields", says="sign-field-ignored")
def works_on_the_magnitude(x):
    raw = _raw(abs(x))
    return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF


@wrong("float32_fields", says="fraction-as-number")
def scales_the_fraction(x):
    return _raw(x) >> 31, (_raw(x) >> 23) & 0xFF, (_raw(x) & 0x7FFFFF) / 2**23


@wrong("float32_fields", says="subnormals-as-normal")
def by_logarithm(x):
    raw = _raw(x)
    if (raw & 0x7F800000) == 0x7F800000 or raw << 1 & 0xFFFFFFFF == 0:
        return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF
    x = struct.unpack(">f", struct.pack(">f", x))[0]
    mantissa, exponent = math.frexp(abs(x))
    return raw >> 31, exponent + 126, int((2 * mantissa - 1) * 2**23)


@right("float32_fields")
def with_struct(x):
    raw = _raw(x)
    return raw >> 31, (raw >> 23) & 0xFF, raw & 0x7FFFFF


@right("float32_fields")
def with_a_torch_view(x):
    raw = torch.tensor(x, dtype=torch.float32).view(torch.int32).item() & 0xFFFFFFFF
    return raw >> 31, (raw >> 23) & 255, raw & (2**23 - 1)


@right("float32_fields")
def with_numpy_and_strings(x):
    bits = format(np.float32(x).view(np.uint32).item(), "032b")
    return int(bits[0], 2), int(bits[1:9], 2), int(bits[9:], 2)


@right("float32_fields")
def with_unsigned_numpy_scalars(x):
    raw = np.array([x], dtype=np.float32).view(np.uint32)[0]
    return raw >> 31, (raw >> 23) & np.uint32(255), raw & np.uint32(0x7FFFFF)


# --- model_bytes --------------------------------------------------------------------------------


@wrong("model_bytes", says="bits-not-bytes")
def counts_bits(n_params, bits_per_param):
    return math.ceil(n_params * bits_per_param)


@wrong("model_bytes", says="rounded-down")
def floors_the_total(n_params, bits_per_param):
    return int(n_params * bits_per_param) // 8


@wrong("model_bytes", says="rounded-per-parameter")
def a_byte_for_every_parameter(n_params, bits_per_param):
    return n_params * math.ceil(bits_per_param / 8)


@wrong("model_bytes", says="rounded-to-nearest")
def rounds_the_total(n_params, bits_per_param):
    return round(n_params * bits_per_param / 8)


@wrong("model_bytes", says="float-returned")
def leaves_the_fraction(n_params, bits_per_param):
    return n_params * bits_per_param / 8


@wrong("model_bytes", says="bytes-multiplied")
def multiplies_by_eight(n_params, bits_per_param):
    return math.ceil(8 * n_params * bits_per_param)


@wrong("model_bytes", says="floor-division-first")
def divides_too_early(n_params, bits_per_param):
    return int(n_params * (bits_per_param // 8))


@right("model_bytes")
def with_ceil(n_params, bits_per_param):
    return math.ceil(n_params * bits_per_param / 8)


@right("model_bytes")
def with_negative_floor(n_params, bits_per_param):
    return int(-(-(n_params * bits_per_param) // 8))


@right("model_bytes")
def with_a_remainder(n_params, bits_per_param):
    whole, rest = divmod(n_params * bits_per_param, 8)
    return int(whole) + (rest > 0)


@right("model_bytes")
def with_a_float64_tensor(n_params, bits_per_param):
    total = torch.tensor(n_params, dtype=torch.float64) * bits_per_param / 8
    return total.ceil().to(torch.int64)
