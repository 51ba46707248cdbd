"""Solutions of exercise 01 as students could write them: unsigned_value."""

from __future__ import annotations

import numpy as np

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
