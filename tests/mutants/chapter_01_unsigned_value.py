"""Solutions of exercise 01 as students could write them: unsigned_value."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


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


@wrong("unsigned_value", says="caret-for-power")
def takes_the_caret_for_a_power(bits):
    total = 0
    for place, bit in enumerate(reversed(bits)):
        total += int(bit) * (2 ^ place)
    return total


@wrong("unsigned_value", says="caret-for-power")
def takes_the_caret_for_a_power_from_the_left(bits):
    return sum(int(bits[i]) * (2 ^ (len(bits) - 1 - i)) for i in range(len(bits)))


@wrong("unsigned_value", says="last-bit-dropped")
def stops_before_the_last_bit(bits):
    total = 0
    for i in range(len(bits) - 1):
        total = 2 * total + int(bits[i])
    return total


@wrong("unsigned_value", says="last-bit-dropped")
def adds_down_to_place_one(bits):
    return sum(int(bits[-1 - place]) << place for place in range(len(bits) - 1, 0, -1))


@wrong("unsigned_value", says="bits-read-as-decimal")
def reads_hexadecimal(bits):
    return int(bits, 16)


@wrong("unsigned_value", says="eight-bits-assumed")
def weighs_for_a_byte(bits):
    return sum(int(bit) * 2 ** (7 - i) for i, bit in enumerate(bits))


@wrong("unsigned_value", says="eight-bits-assumed")
def casts_to_a_byte(bits):
    return (
        torch.tensor(int(bits, 2)).to(torch.uint8).item() if len(bits) < 64 else int(bits, 2) % 256
    )


@wrong("unsigned_value", says="integers-wrapped")
def sums_int32(bits):
    places = torch.arange(len(bits) - 1, -1, -1)
    weights = (2**places).to(torch.int32)
    return int((weights * torch.tensor([int(b) for b in bits])).sum().to(torch.int32))


@wrong("unsigned_value", says="integers-wrapped")
def sums_int64(bits):
    weights = 2 ** np.arange(len(bits))[::-1]
    return int((np.array([int(bit) for bit in bits]) * weights).sum())


@wrong("unsigned_value", says="digits-lost")
def makes_an_int_of_floats(bits):
    return int(sum(math.pow(2, i) for i, bit in enumerate(reversed(bits)) if bit == "1"))


@wrong("unsigned_value", says="digits-lost")
def sums_float32(bits):
    digits = torch.tensor([float(bit) for bit in bits])
    return int((digits * 2.0 ** torch.arange(len(bits) - 1, -1, -1)).sum().item())


@wrong("unsigned_value", says="text-not-number")
def returns_the_number_as_text(bits):
    return str(int(bits, 2))


@wrong("unsigned_value", says="number-in-a-container")
def returns_a_tensor_with_an_axis(bits):
    total = np.zeros(1, dtype=object)
    for bit in bits:
        total = total * 2 + int(bit)
    return total.tolist()


@wrong("unsigned_value", says="one-place-only")
def overwrites_the_sum(bits):
    for place, bit in enumerate(reversed(bits)):
        value = int(bit) * 2**place
    return value


@wrong("unsigned_value", says="one-place-only")
def returns_within_the_loop(bits):
    value = 0
    for bit in bits:
        value = 2 * value + int(bit)
        return value


@wrong("unsigned_value", says="characters-not-digits")
def adds_code_points(bits):
    value = 0
    for bit in bits:
        value = 2 * value + ord(bit)
    return value


@wrong("unsigned_value", says="characters-not-digits")
def takes_every_character_for_true(bits):
    return sum(2**place for place, bit in enumerate(reversed(bits)) if bit)


@wrong("unsigned_value", says="zeros-counted")
def compares_with_the_wrong_character(bits):
    return sum(2**place for place, bit in enumerate(reversed(bits)) if bit == "0")


@wrong("unsigned_value", says="bits-reversed-and-dropped")
def reads_backwards_and_stops_early(bits):
    value = 0
    place = 1
    for i in range(0, len(bits) - 1):
        value += place * int(bits[i])
        place *= 2
    return value


@wrong("unsigned_value", says="zero-fails")
def strips_leading_zeros_and_doubles(bits):
    short = bits.lstrip("0")
    return int(short, 2) * 2


@wrong("unsigned_value", says="zeros-without-a-place")
def doubles_at_ones_only(bits):
    value = 0
    for bit in bits:
        if bit == "1":
            value = 2 * value + 1
    return value


@wrong("unsigned_value", says="first-of-equals")
def looks_up_the_first_equal_character(bits):
    total = 0
    for bit in bits:
        total += int(bit) * 2 ** (len(bits) - 1 - bits.index(bit))
    return total


@wrong("unsigned_value", says="padded-on-the-right")
def packs_into_bytes(bits):
    row = np.array([int(bit) for bit in bits], dtype=np.uint8)
    return int.from_bytes(np.packbits(row).tobytes(), "big")


@wrong("unsigned_value", says="first-bit-always-one")
def ends_the_recursion_with_one(bits):
    def read(part):
        return 1 if len(part) == 1 else 2 * read(part[:-1]) + int(part[-1])

    return read(bits)


@wrong("unsigned_value", says="base-guessed")
def lets_python_guess_the_base(bits):
    return int(bits, 0)


@wrong("unsigned_value", says="integers-wrapped")
def masks_to_32_bits(bits):
    return int(bits, 2) & 0xFFFFFFFF


@wrong("unsigned_value", says="last-bit-dropped-and-float")
def stops_early_and_takes_a_power_of_floats(bits):
    value = 0
    for i in range(len(bits) - 1):
        value += int(bits[i]) * math.pow(2, len(bits) - 1 - i)
    return value


@wrong("unsigned_value", says="exponent-cut-short")
def forgets_the_brackets_of_the_exponent(bits):
    return sum(int(bit) * (2 ** len(bits) - 1 - i) for i, bit in enumerate(bits))


@wrong("unsigned_value", says="characters-not-digits")
def asks_whether_a_text_is_empty_one_place_up(bits):
    value = 0
    for i, bit in enumerate(bits):
        if bit:
            value += 2 ** (len(bits) - i)
    return value
