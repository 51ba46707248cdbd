"""Exercise 01, number formats: tasks, the misconceptions they recognise, quiz.

Each misconception is a function that a student who holds it would have written; its message names
the idea that is missing, never the code. Inputs: a few fixed corner cases, then random ones.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterator

from courseware.checks.quiz import Option, Question
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import number_formats as reference

OFF_LIMITS = ("model_compression",)
"""The reference library answers every task of this exercise; `int`, `struct` and torch do not."""


# --- bit patterns -------------------------------------------------------------------------------


def _leading_zero(draw: Draw) -> Iterator[tuple[str]]:
    yield ("01",)
    yield ("0110",)
    yield ("01111111",)
    for width in (5, 8, 12, 16):
        yield (draw.bits(width, first="01"),)


def _leading_one(draw: Draw) -> Iterator[tuple[str]]:
    yield ("1",)
    yield ("101",)
    yield ("10011111",)
    for width in (4, 7, 8, 16):
        yield (draw.bits(width, first="1"),)


def _widths(draw: Draw) -> list[int]:
    """Some that nobody knows before: the patterns below are the same for every seed but for it."""
    return sorted(draw.integer(9, 63) for _ in range(4))


def _extreme_patterns(draw: Draw) -> Iterator[tuple[str]]:
    for width in (4, 8, *_widths(draw)):
        yield ("1" + "0" * (width - 1),)
        yield ("1" * width,)
        yield ("0" * (width - 1) + "1",)
    yield ("0" * 8,)


def _wide_patterns(draw: Draw) -> Iterator[tuple[str]]:
    yield (draw.bits(33, first="1"),)
    yield (draw.bits(64, first="10"),)
    yield (draw.bits(64, first="01"),)


def _one_and_zero_start(draw: Draw) -> Iterator[tuple[str]]:
    for width in (3, 6, 8, 11):
        yield (draw.bits(width, first="01"),)
        yield (draw.bits(width, first="110"),)


def _inverted(bits: str) -> str:
    return bits.translate(str.maketrans("01", "10"))


def _sign_magnitude(bits: str) -> int:
    return (-1 if bits[0] == "1" else 1) * int("0" + bits[1:], 2)


def _ones_complement(bits: str) -> int:
    return -int(_inverted(bits), 2) if bits[0] == "1" else int(bits, 2)


READ_REVERSED = (
    "The bits were read from the wrong end. The first character is the most significant bit."
)
READ_DECIMAL = "The characters were read as a decimal number: each place must count a power of two."

UNSIGNED_VALUE = Task(
    name="unsigned_value",
    points=8,
    reference=reference.unsigned_value,
    lecture="lecture 01, “A pattern has no value of its own”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("patterns that start with 0", 2, _leading_zero),
        Check("patterns that start with 1", 2, _leading_one),
        Check("all zeros, all ones, a single one", 1, _extreme_patterns),
        Check("up to 64 bits", 1, _wide_patterns),
    ),
    misconceptions=(
        Misconception("bits-reversed", READ_REVERSED, lambda bits: int(bits[::-1], 2)),
        Misconception("bits-read-as-decimal", READ_DECIMAL, lambda bits: int(bits)),
        Misconception(
            "ones-counted",
            "The ones were counted. A one counts what its place is worth, not 1.",
            lambda bits: bits.count("1"),
        ),
        Misconception(
            "signed-read",
            "The first bit was counted as negative. That is the signed reading; here every place "
            "counts positive.",
            lambda bits: int(bits, 2) - (int(bits[0]) << len(bits)),
        ),
        Misconception(
            "places-off-by-one",
            "Every place counts twice what it should. The last place is worth 2⁰ = 1.",
            lambda bits: 2 * int(bits, 2),
        ),
        Misconception(
            "first-bit-dropped",
            "The first bit has no effect on your result. No bit is set aside for a sign here.",
            lambda bits: int("0" + bits[1:], 2),
        ),
    ),
)

SIGNED_VALUE = Task(
    name="signed_value",
    points=14,
    reference=reference.signed_value,
    lecture="lecture 01, “Two's complement”",
    off_limits=OFF_LIMITS,
    calls=("unsigned_value",),
    checks=(
        Check("patterns that start with 0", 1, _leading_zero),
        Check("patterns that start with 1", 4, _leading_one),
        Check("lowest value, −1, zero", 3, _extreme_patterns),
        Check("up to 64 bits", 2, _wide_patterns),
    ),
    misconceptions=(
        Misconception(
            "unsigned-read",
            "The leading bit was counted as positive, which is the unsigned reading. In two's "
            "complement its place counts negative.",
            lambda bits: int(bits, 2),
        ),
        Misconception(
            "sign-magnitude",
            "The leading bit was taken for a minus sign in front of the other bits. In two's "
            "complement the leading bit has a weight of its own, and the others still add to it.",
            _sign_magnitude,
        ),
        Misconception(
            "ones-complement",
            "You inverted the bits to read a negative number and stopped one short: "
            "two's complement is “invert, then add one”.",
            _ones_complement,
        ),
        Misconception("bits-reversed", READ_REVERSED, lambda bits: _twos(bits[::-1])),
        Misconception(
            "eight-bits-assumed",
            "The leading bit was given the weight of an 8-bit number. Its weight depends on how "
            "many bits there are.",
            lambda bits: int(bits, 2) - (256 if len(bits) >= 8 and int(bits, 2) > 127 else 0),
        ),
        Misconception(
            "leading-weight-off-by-one",
            "The leading bit counts −2^width in your result. Its place is one lower than that.",
            lambda bits: int("0" + bits[1:], 2) - (int(bits[0]) << len(bits)),
        ),
        Misconception(
            "first-bit-dropped",
            "The leading bit has no effect on your result.",
            lambda bits: int("0" + bits[1:], 2),
        ),
    ),
)


def _twos(bits: str) -> int:
    return int(bits, 2) - (int(bits[0]) << len(bits))


# --- writing bits -------------------------------------------------------------------------------


def _small_positive(draw: Draw) -> Iterator[tuple[int, int]]:
    yield 5, 4
    yield 1, 8
    yield 0, 3
    for width in (6, 8, 16):
        yield draw.integer(1, 2 ** (width - 2) - 1), width


def _negative(draw: Draw) -> Iterator[tuple[int, int]]:
    yield -3, 4
    yield -5, 8
    yield -97, 8
    yield -1, 5
    for width in (6, 8, 16):
        yield -draw.integer(2, 2 ** (width - 1) - 1), width


def _upper_half(draw: Draw) -> Iterator[tuple[int, int]]:
    yield 12, 4
    yield 159, 8
    for width in (6, 12):
        yield draw.integer(2 ** (width - 1) + 1, 2**width - 2), width


def _range_ends(draw: Draw) -> Iterator[tuple[int, int]]:
    for width in (4, 8, *_widths(draw), 64):
        yield -(2 ** (width - 1)), width
        yield 2 ** (width - 1) - 1, width
        yield 2**width - 1, width


def _out_of_range(draw: Draw) -> Iterator[tuple[int, int]]:
    yield 16, 4
    yield -9, 4
    yield 256, 8
    yield -129, 8
    yield 2**16 + draw.integer(0, 99_999), 16
    yield 5, 4


def _padded_magnitude(value: int, width: int) -> str:
    _demand(-(2 ** (width - 1)) <= value < 2**width)
    return format(abs(value), f"0{width}b")


def _inverted_only(value: int, width: int) -> str:
    _demand(-(2 ** (width - 1)) <= value < 2**width)
    return format(value, f"0{width}b") if value >= 0 else _inverted(format(-value, f"0{width}b"))


def _with_sign_bit(value: int, width: int) -> str:
    _demand(-(2 ** (width - 1)) <= value < 2**width)
    return ("1" + format(-value, f"0{width - 1}b")) if value < 0 else format(value, f"0{width}b")


def _wrapped(value: int, width: int) -> str:
    return format(value % 2**width, f"0{width}b")


def _checked(value: int, width: int) -> str:
    _demand(-(2 ** (width - 1)) <= value < 2**width)
    return _wrapped(value, width)


def _signed_range_only(value: int, width: int) -> str:
    _demand(-(2 ** (width - 1)) <= value < 2 ** (width - 1))
    return _wrapped(value, width)


def _unsigned_range_only(value: int, width: int) -> str:
    _demand(0 <= value < 2**width)
    return _wrapped(value, width)


def _demand(holds: bool) -> None:
    if not holds:
        raise ValueError


TO_BITS = Task(
    name="to_bits",
    points=14,
    reference=reference.to_bits,
    lecture="lecture 01, “Two's complement”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("small positive numbers, padded to the width", 2, _small_positive),
        Check("negative numbers", 3, _negative),
        Check("unsigned numbers whose first bit is 1", 1, _upper_half),
        Check("both ends of the range", 2, _range_ends),
        Check("ValueError for what does not fit", 2, _out_of_range),
    ),
    misconceptions=(
        Misconception(
            "not-padded",
            "The leading zeros are missing: exactly `width` characters are asked for.",
            lambda value, width: format(value % 2**width, "b"),
        ),
        Misconception(
            "prefix-kept",
            "Python's `0b` prefix is still there. Bits are only the characters 0 and 1.",
            lambda value, width: bin(value),
        ),
        Misconception(
            "minus-sign-in-bits",
            "A minus sign is not a bit. A negative number is told by its pattern alone.",
            lambda value, width: format(value, f"0{width}b"),
        ),
        Misconception(
            "sign-magnitude",
            "This is a sign bit followed by the magnitude. In two's complement the leading bit "
            "has a negative weight, and the other bits add up to the rest.",
            _with_sign_bit,
        ),
        Misconception(
            "ones-complement",
            "The bits of the positive number are inverted, but one must still be added.",
            _inverted_only,
        ),
        Misconception(
            "sign-lost", "The sign of a negative number has no effect here.", _padded_magnitude
        ),
        Misconception(
            "wraps-silently",
            "A value that does not fit was wrapped around into some other number's pattern. "
            "Raise a ValueError instead of answering for another number.",
            _wrapped,
        ),
        Misconception(
            "signed-range-only",
            "Values above the largest signed number were refused. The same width also holds "
            "unsigned numbers: 159 fits into 8 bits.",
            _signed_range_only,
        ),
        Misconception(
            "unsigned-range-only",
            "Negative numbers were refused. They fit, down to −2^(width−1).",
            _unsigned_range_only,
        ),
        Misconception(
            "bits-reversed",
            "The bits are written from the wrong end: the most significant one comes first.",
            lambda value, width: _checked(value, width)[::-1],
        ),
    ),
)


def _carries(draw: Draw) -> Iterator[tuple[str]]:
    yield ("0100",)
    yield ("00000110",)
    yield ("1000" + "1000",)
    for width in (6, 9, 20):
        yield (draw.bits(width - 2, first="01") + "00",)


def _odd_patterns(draw: Draw) -> Iterator[tuple[str]]:
    yield ("0101",)
    yield ("00000101",)
    yield ("11111011",)
    for width in (6, 10, 16):
        yield (draw.bits(width - 1, first="01") + "1",)


def _fixed_points(draw: Draw) -> Iterator[tuple[str]]:
    yield ("0000",)
    yield ("1000",)
    yield ("00000000",)
    yield ("10000000",)
    yield ("0001",)
    for width in _widths(draw):
        yield ("0" * width,)
        yield ("1" + "0" * (width - 1),)


def _negated(bits: str) -> str:
    return format(-int(bits, 2) % 2 ** len(bits), f"0{len(bits)}b")


def _carry_kept(bits: str) -> str:
    return format(int(_inverted(bits), 2) + 1, f"0{len(bits)}b")


def _minimum_refused(bits: str) -> str:
    _demand(bits != "1" + "0" * (len(bits) - 1))
    return _negated(bits)


def _added_to_last_bit(bits: str) -> str:
    return _inverted(bits)[:-1] + "1"


NEGATE = Task(
    name="negate",
    points=12,
    reference=reference.negate,
    lecture="lecture 01, “Invert, then add one”",
    off_limits=OFF_LIMITS,
    calls=("to_bits", "signed_value", "unsigned_value"),
    checks=(
        Check("odd numbers (no carry)", 3, _odd_patterns),
        Check("even numbers (the added one carries)", 3, _carries),
        Check("zero and the lowest number map to themselves", 2, _fixed_points),
    ),
    misconceptions=(
        Misconception(
            "ones-complement",
            "The bits are inverted; the one that makes it two's complement is not added.",
            _inverted,
        ),
        Misconception(
            "sign-bit-flipped",
            "Only the first bit was flipped. That negates a sign-and-magnitude number; in two's "
            "complement the first bit has a weight, so flipping it changes the value by 2^width−1.",
            lambda bits: _inverted(bits[0]) + bits[1:],
        ),
        Misconception(
            "carry-kept",
            "The carry out of the first place was kept, so the result has one bit too many. "
            "A register has no place for it: it is dropped.",
            _carry_kept,
        ),
        Misconception(
            "minimum-refused",
            "The lowest number was refused. It has no positive counterpart of this width, and "
            "the rule “invert, add one” gives the same pattern again.",
            _minimum_refused,
        ),
        Misconception(
            "carry-forgotten",
            "The one was put into the last place without its carry. 1 + 1 is 0, carry 1.",
            _added_to_last_bit,
        ),
        Misconception(
            "minus-sign-in-bits",
            "A minus sign is not a bit: the result must be a pattern of the same width.",
            lambda bits: format(-_twos(bits), f"0{len(bits)}b"),
        ),
        Misconception(
            "width-lost",
            "The width was lost on the way: leading zeros belong to the pattern.",
            lambda bits: format(-int(bits, 2) % 2 ** len(bits), "b"),
        ),
        Misconception(
            "one-subtracted",
            "One was subtracted after inverting. It is added.",
            lambda bits: format((int(_inverted(bits), 2) - 1) % 2 ** len(bits), f"0{len(bits)}b"),
        ),
    ),
)


# --- ranges, floats, sizes ----------------------------------------------------------------------


def _ranges_signed(draw: Draw) -> Iterator[tuple[int, bool]]:
    yield 2, True
    yield 4, True
    yield 8, True
    for width in _widths(draw):
        yield width, True


def _ranges_unsigned(draw: Draw) -> Iterator[tuple[int, bool]]:
    yield 2, False
    yield 4, False
    yield 8, False
    for width in _widths(draw):
        yield width, False


def _ranges_unusual(draw: Draw) -> Iterator[tuple[int, bool]]:
    yield 1, True
    yield 1, False
    yield 64, True
    yield 64, False
    for width in _widths(draw):
        yield width, True
        yield width, False


def _symmetric_range(width: int, signed: bool) -> tuple[int, int]:
    top = 2 ** (width - 1) - 1
    return (-top, top) if signed else (0, 2**width - 1)


INTEGER_RANGE = Task(
    name="integer_range",
    points=8,
    reference=reference.integer_range,
    lecture="lecture 01, “How far a width reaches”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("signed", 3, _ranges_signed),
        Check("unsigned", 2, _ranges_unsigned),
        Check("1 bit, 64 bits, and between", 1, _ranges_unusual),
    ),
    misconceptions=(
        Misconception(
            "range-symmetric",
            "The lowest number is one too high. Zero takes a pattern on the positive side, so "
            "the negative side reaches one further.",
            _symmetric_range,
        ),
        Misconception(
            "end-not-included",
            "The upper end is one too high. One of the 2^width patterns is zero.",
            lambda width, signed: (
                (-(2 ** (width - 1)), 2 ** (width - 1)) if signed else (0, 2**width)
            ),
        ),
        Misconception(
            "signed-ignored",
            "The result does not depend on `signed`: this is the unsigned range.",
            lambda width, signed: (0, 2**width - 1),
        ),
        Misconception(
            "always-signed",
            "The result does not depend on `signed`: this is the signed range.",
            lambda width, signed: (-(2 ** (width - 1)), 2 ** (width - 1) - 1),
        ),
        Misconception(
            "ends-swapped",
            "The two ends are swapped: lowest first.",
            lambda width, signed: tuple(reversed(reference.integer_range(width, signed))),
        ),
        Misconception(
            "sign-bit-not-counted",
            "Both halves reach as far as all `width` bits would. One of the bits tells the "
            "halves apart.",
            lambda width, signed: (-(2**width), 2**width - 1) if signed else (0, 2**width - 1),
        ),
        Misconception(
            "count-returned",
            "This is how many patterns there are, not the lowest and highest number.",
            lambda width, signed: 2**width,
        ),
    ),
)


def _from_pattern(sign: int, exponent: int, fraction: int) -> float:
    raw = (sign << 31) | (exponent << 23) | fraction
    return float(struct.unpack(">f", struct.pack(">I", raw))[0])


def _normal_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (1.0,)
    yield (6.5,)
    yield (0.15625,)
    for _ in range(4):
        exponent, fraction = draw.integer(1, 254), draw.integer(1, 2**23 - 1)
        yield (_from_pattern(0, exponent, fraction),)


def _negative_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (-2.0,)
    yield (-0.75,)
    for _ in range(3):
        exponent, fraction = draw.integer(1, 254), draw.integer(1, 2**23 - 1)
        yield (_from_pattern(1, exponent, fraction),)
    yield (1.5,)


def _rounded_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (0.1,)
    yield (draw.rng.uniform(1, 1000),)
    yield (-math.pi,)


def _special_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (0.0,)
    yield (-0.0,)
    yield (math.inf,)
    yield (-math.inf,)
    yield (_from_pattern(draw.integer(0, 1), 254, draw.integer(1, 2**23 - 1)),)


def _subnormal_floats(draw: Draw) -> Iterator[tuple[float]]:
    yield (2.0**-149,)
    yield (-(2.0**-130),)
    yield (_from_pattern(0, 0, draw.integer(2, 2**23 - 1)),)


def _fields(x: float) -> tuple[int, int, int]:
    raw = struct.unpack(">I", struct.pack(">f", x))[0]
    return raw >> 31, (raw >> 23) & 255, raw & (2**23 - 1)


def _float64_fields(x: float) -> tuple[int, int, int]:
    raw = struct.unpack(">Q", struct.pack(">d", x))[0]
    return raw >> 63, (raw >> 52) & 2047, raw & (2**52 - 1)


def _byte_swapped_fields(x: float) -> tuple[int, int, int]:
    raw = struct.unpack("<I", struct.pack(">f", x))[0]
    return raw >> 31, (raw >> 23) & 255, raw & (2**23 - 1)


def _arithmetic_fields(x: float) -> tuple[int, int, int]:
    """By logarithm, for normal numbers only; subnormals get a hidden one that they lack."""
    mantissa, exponent = math.frexp(abs(x))
    return int(x < 0), exponent + 126, int((2 * mantissa - 1) * 2**23)


FLOAT32_FIELDS = Task(
    name="float32_fields",
    points=14,
    reference=reference.float32_fields,
    lecture="lecture 01, “A float is three integers”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("positive numbers", 3, _normal_floats),
        Check("negative numbers", 2, _negative_floats),
        Check("numbers that float32 must round", 1, _rounded_floats),
        Check("zeros and infinities", 2, _special_floats),
        Check("subnormal numbers", 2, _subnormal_floats),
    ),
    misconceptions=(
        Misconception(
            "bias-removed",
            "This is the exponent after taking off the bias. The stored field still contains it.",
            lambda x: (_fields(x)[0], _fields(x)[1] - 127, _fields(x)[2]),
        ),
        Misconception(
            "hidden-one-included",
            "The fraction holds the hidden leading 1. It is not stored: that is what “hidden” "
            "means.",
            lambda x: (*_fields(x)[:2], _fields(x)[2] | 2**23),
        ),
        Misconception(
            "sign-as-plus-minus",
            "The sign field is one bit: 0 or 1, not ±1.",
            lambda x: (-1 if _fields(x)[0] else 1, *_fields(x)[1:]),
        ),
        Misconception(
            "negative-zero-lost",
            "−0.0 has its sign bit set although −0.0 < 0 is False: look at the stored bit, not "
            "at a comparison.",
            lambda x: (int(x < 0), *_fields(x)[1:]),
        ),
        Misconception(
            "float64-layout",
            "These are the fields of a 64-bit float, which is what Python computes with. "
            "Convert to 32 bits first.",
            _float64_fields,
        ),
        Misconception(
            "byte-order-mixed",
            "The bytes were written in one order and read in the other.",
            _byte_swapped_fields,
        ),
        Misconception(
            "sign-field-ignored",
            "The sign bit is always 0 in your result.",
            lambda x: (0, *_fields(x)[1:]),
        ),
        Misconception(
            "fraction-as-number",
            "The fraction came back as a number below 1. The field is an integer of 23 bits.",
            lambda x: (*_fields(x)[:2], _fields(x)[2] / 2**23),
        ),
        Misconception(
            "subnormals-as-normal",
            "Subnormal numbers have no hidden 1: their exponent field is 0, and the fraction "
            "counts in steps of 2⁻¹⁴⁹.",
            _arithmetic_fields,
        ),
    ),
)


def _whole_bytes(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 9, 8
    yield 9, 32
    yield 86_000_000, 32
    yield draw.integer(1_000, 9_999), 16


def _half_bytes(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 9, 4
    yield 3, 1
    yield 2 * draw.integer(50, 50_000) + 1, 4
    yield 7, 2


def _fractional_bits(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 64, 4.5
    yield 1_000, 4.127
    yield 3, 1.5
    yield draw.integer(1_000, 9_999), 2.5


def _nothing(draw: Draw) -> Iterator[tuple[int, float]]:
    yield 0, 32
    yield 2, 32
    yield 1, draw.integer(65, 9_999) / 64


MODEL_BYTES = Task(
    name="model_bytes",
    points=8,
    reference=reference.model_bytes,
    lecture="lecture 00, “Parameters, bits, bytes”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("parameters of whole bytes", 2, _whole_bytes),
        Check("a last byte that is only part full", 2, _half_bytes),
        Check("fractional bits per parameter", 1, _fractional_bits),
        Check("no parameters, one parameter", 1, _nothing),
    ),
    misconceptions=(
        Misconception(
            "bits-not-bytes",
            "This is a number of bits. A byte holds eight of them.",
            lambda n_params, bits_per_param: math.ceil(n_params * bits_per_param),
        ),
        Misconception(
            "rounded-down",
            "The last, part-full byte was dropped: nine 4-bit numbers do not fit into 4 bytes.",
            lambda n_params, bits_per_param: int(n_params * bits_per_param // 8),
        ),
        Misconception(
            "rounded-per-parameter",
            "Every parameter was given whole bytes of its own. Parameters are packed: round up "
            "once, over the total.",
            lambda n_params, bits_per_param: n_params * math.ceil(bits_per_param / 8),
        ),
        Misconception(
            "rounded-to-nearest",
            "The total was rounded to the nearest byte. A part-full byte is still a byte: "
            "round up.",
            lambda n_params, bits_per_param: round(n_params * bits_per_param / 8),
        ),
        Misconception(
            "float-returned",
            "The total is still a float, or not whole: a file has a whole number of bytes.",
            lambda n_params, bits_per_param: n_params * bits_per_param / 8,
        ),
        Misconception(
            "bytes-multiplied",
            "The bits per parameter were taken for bytes per parameter, then counted in bits.",
            lambda n_params, bits_per_param: math.ceil(n_params * bits_per_param * 8),
        ),
        Misconception(
            "floor-division-first",
            "The bits per parameter were divided by 8 before multiplying, and the fraction was "
            "lost on the way: 4 // 8 is 0.",
            lambda n_params, bits_per_param: int(n_params * (bits_per_param // 8)),
        ),
    ),
)

TASKS = (
    UNSIGNED_VALUE,
    SIGNED_VALUE,
    TO_BITS,
    NEGATE,
    INTEGER_RANGE,
    FLOAT32_FIELDS,
    MODEL_BYTES,
)

QUIZ = (
    Question(
        name="quiz_01_pattern",
        text="A byte in memory holds 10011111. Which number is it?",
        options={
            "a": Option(
                "159", "Only if the byte is read as unsigned; nothing in the byte says so."
            ),
            "b": Option(
                "−97", "Only if the byte is read as two's complement; nothing in the byte says so."
            ),
            "c": Option(
                "−31", "That is the sign-and-magnitude reading, which integers in torch do not use."
            ),
            "d": Option(
                "It depends on the dtype it is read with",
                "The pattern is the same; the dtype decides how it is read.",
            ),
        },
        right="d",
        points=4,
    ),
    Question(
        name="quiz_01_abs",
        text="What is `torch.tensor(-128, dtype=torch.int8).abs()`?",
        options={
            "a": Option("128", "int8 ends at 127: 128 has no pattern of 8 bits with a sign."),
            "b": Option("127", "That would be saturation; integer arithmetic wraps instead."),
            "c": Option(
                "−128", "“Invert, add one” maps 10000000 to itself, and abs does just that."
            ),
            "d": Option("An error", "Integer overflow in torch raises nothing: it wraps."),
        },
        right="c",
        points=4,
    ),
    Question(
        name="quiz_01_bfloat16",
        text="float16 and bfloat16 both take two bytes. What does bfloat16 have more of?",
        options={
            "a": Option("Range", "It has the 8 exponent bits of float32, float16 has 5 of them."),
            "b": Option(
                "Precision", "Its fraction has 7 bits, that of float16 has 10: it has less."
            ),
            "c": Option(
                "Both", "Sixteen bits are sixteen bits: what the exponent gets, the fraction lacks."
            ),
            "d": Option("Bit patterns", "Both have 2¹⁶ of them; they are spread out differently."),
        },
        right="a",
        points=4,
    ),
)
