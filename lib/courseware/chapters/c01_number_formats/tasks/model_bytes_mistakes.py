"""Mistakes in `model_bytes`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c01_number_formats.tasks.model_bytes_pairs import two_at_once
from courseware.checks.forms import FORMS
from courseware.checks.machine_integers import DIGITS_LOST, machine_integers
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways

Bytes = Callable[[int, float], Any]


def _right(n_params: int, bits_per_param: float) -> int:
    return math.ceil(n_params * bits_per_param / 8)


def _in_units(unit: float) -> tuple[Bytes, ...]:
    return (
        lambda n, b: n * b / 8 / unit,
        lambda n, b: math.ceil(n * b / 8 / unit),
        lambda n, b: int(n * b / 8 / unit),
    )


def _float32(*numbers: float) -> list[torch.Tensor]:
    return [torch.tensor(float(number), dtype=torch.float32) for number in numbers]


def _all_in_float32(n_params: int, bits_per_param: float) -> int:
    count, bits = _float32(n_params, bits_per_param)
    return int(torch.ceil(count * bits / 8))


def _gaps_left(round_down: Callable[[float], int]) -> Bytes:
    """Only whole parameters in a byte; `round_down` says how many."""
    return lambda n, b: math.ceil(n / round_down(8 / b)) if b < 8 else _right(n, b)


BITS_MADE_WHOLE = (
    "bits-made-whole",
    "The bits of a parameter were rounded to a whole number. They may be a fraction, as 4.5 is: "
    "only the total is rounded.",
)

ROUNDED_DOWN = (
    "rounded-down",
    "The last, part-full byte was dropped: nine 4-bit numbers do not fit into 4 bytes.",
)

ROUNDED_TO_NEAREST = (
    "rounded-to-nearest",
    "The total was rounded to the nearest whole number. A part-full byte is still a byte: round "
    "up.",
)

OTHER_UNIT = (
    "other-unit",
    "This is a number of kilobytes or megabytes. Bytes are asked for.",
)
UNITS = 1000, 1024, 10**6, 2**20

ROUNDED_EACH = (
    "rounded-per-parameter",
    "Every parameter was given whole bytes of its own. Parameters are packed: round up once, over "
    "the total.",
)


BITS_NOT_BYTES = (
    "bits-not-bytes",
    "This is a number of bits. A byte holds eight of them, and 8 is 2**3 (`2 ^ 3` is 1 in Python).",
)

WHOLE_WORDS = (
    "whole-words",
    "The total was filled up to whole words of 2, 4 or 8 bytes, or more, as a memory lays "
    "things out. A file ends after any byte: fill up the last byte alone.",
)

BYTES_ADDED = (
    "bytes-added",
    "A fixed number of bytes was added to every model, one without parameters as well, as for a "
    "scale or a header. The parameters alone are asked for.",
)
ADDED = 2, 4, 8


def _filled_up(word: int, before: int = 0) -> Bytes:
    """Whole words, of bytes to which some were added before."""
    return lambda n, b: math.ceil((_right(n, b) + before) / word) * word


def _with_scales(scale_bits: int) -> Bytes:
    """The fraction of the bits as scales, the last of them paid in full."""

    def behaves(n_params: int, bits_per_param: float) -> int:
        codes = int(bits_per_param)
        n_scales = math.ceil(n_params * (bits_per_param - codes) / scale_bits)
        return math.ceil((n_params * codes + n_scales * scale_bits) / 8)

    return behaves


def _in_groups_of(size: int) -> Bytes:
    return lambda n, b: math.ceil(math.ceil(n / size) * size * b / 8)


def _more(behaves: Bytes, by: int) -> Bytes:
    return lambda n, b: behaves(n, b) + by


FLOAT_RETURNED = (
    "float-returned",
    "The total is still a float, or not whole: a file has a whole number of bytes, and an "
    "`int` is asked for.",
)
ALWAYS_ONE_MORE = (
    "always-one-more",
    "A byte was added even where the last one is full.",
)
BYTES_MULTIPLIED = (
    "bytes-multiplied",
    "The bits per parameter were taken for bytes per parameter, then counted in bits.",
)

_PAIRS = two_at_once(
    bits=tuple((BITS_MADE_WHOLE, whole) for whole in (int, round, math.ceil)),
    unit=(
        (BITS_NOT_BYTES, lambda total: total),
        (BYTES_MULTIPLIED, lambda total: total * 8),
        *((OTHER_UNIT, lambda total, unit=unit: total / 8 / unit) for unit in UNITS),
    ),
    whole=(
        (ROUNDED_DOWN, int),
        (ROUNDED_TO_NEAREST, round),
        (ALWAYS_ONE_MORE, lambda total: int(total) + 1),
        (FLOAT_RETURNED, float),
    ),
    after=(
        *((BYTES_ADDED, lambda n_bytes, by=by: n_bytes + by) for by in ADDED),
        *((WHOLE_WORDS, lambda n_bytes, w=w: math.ceil(n_bytes / w) * w) for w in (2, 4, 8)),
    ),
)

MISTAKES = several(
    FORMS,
    ways(*BITS_NOT_BYTES, lambda n, b: math.ceil(n * b), lambda n, b: n * b),
    ways(*ROUNDED_DOWN, lambda n, b: int(n * b // 8)),
    ways(
        "fraction-of-a-bit-lost",
        "A last byte that holds less than a bit was dropped: the bits were made whole before "
        "the total was rounded up, or what was added to round up (7 bits, 0.9 bytes) does not "
        "bring so small a rest to the next byte. 8.5 bits do not fit into one byte: "
        "`math.ceil` of the total.",
        lambda n, b: math.ceil(int(n * b) / 8),
        lambda n, b: (int(n * b) + 7) // 8,
        lambda n, b: int((n * b + 7) // 8),
        lambda n, b: math.ceil(round(n * b) / 8),
        lambda n, b: int(n * b / 8 + 0.9),
        lambda n, b: int(n * b / 8 + 0.99),
    ),
    ways(
        *BITS_MADE_WHOLE,
        lambda n, b: math.ceil(n * int(b) / 8),
        lambda n, b: math.ceil(n * math.ceil(b) / 8),
        lambda n, b: math.ceil(n * round(b) / 8),
    ),
    ways(
        "rounded-in-parts",
        "The whole bits and the fraction were rounded up each by itself; or the fraction was taken "
        "for scales, and a whole one paid for a last group that is part full. Here it is only a "
        "number: multiply, and round up once, over the total.",
        *(_with_scales(scale_bits) for scale_bits in (8, 16, 32)),
        lambda n, b: math.ceil(n * int(b) / 8) + math.ceil(n * (b - int(b)) / 8),
    ),
    ways(
        "groups-filled-up",
        "The parameters were filled up to whole groups of 16, 32, 64 or 128. Nothing is said of "
        "groups: only the last byte may be part full.",
        *(_in_groups_of(size) for size in (16, 32, 64, 128)),
    ),
    ways(
        *ROUNDED_EACH,
        lambda n, b: n * math.ceil(b / 8),
    ),
    both(
        ROUNDED_EACH,
        BITS_MADE_WHOLE,
        lambda n, b: n * math.ceil(int(b) / 8),
        lambda n, b: n * math.ceil(round(b) / 8),
    ),
    ways(
        *ROUNDED_TO_NEAREST,
        lambda n, b: round(n * b / 8),
        lambda n, b: math.floor(n * b / 8 + 0.5),
    ),
    ways(
        "half-added-before-round",
        "A half was added and the sum rounded by `round`. Halfway between two numbers it goes "
        "to the even one, so that 9 full bytes become 10: `math.ceil` rounds up.",
        lambda n, b: round(n * b / 8 + 0.5),
    ),
    ways(
        "gaps-left",
        "Only whole parameters were put into each byte, so that gaps are left. They are packed "
        "across the borders of bytes: round up once, over all bits.",
        _gaps_left(math.floor),
        _gaps_left(round),
        except_where(lambda n, b: b > 8, ZeroDivisionError, _gaps_left(math.floor)),
    ),
    ways(
        *ALWAYS_ONE_MORE,
        lambda n, b: int(n * b // 8) + 1,
        lambda n, b: int(n * b / 8 + 1),
        lambda n, b: int((n * b + 8) // 8),
        lambda n, b: _right(n, b) + 1,
    ),
    ways(
        *BYTES_MULTIPLIED,
        lambda n, b: math.ceil(n * b * 8),
        lambda n, b: n * b * 8,
    ),
    ways(
        "floor-division-first",
        "The bits per parameter were divided by 8 before multiplying, and the fraction was "
        "lost on the way: 4 // 8 is 0.",
        lambda n, b: int(n * (b // 8)),
        lambda n, b: n * (b // 8),
    ),
    ways(
        "count-divided-first",
        "The number of parameters was divided by 8 and rounded before it was multiplied by "
        "their bits. Round once, at the end.",
        lambda n, b: math.ceil(n // 8 * b),
        lambda n, b: math.ceil(math.ceil(n / 8) * b),
        lambda n, b: int(n // 8 * b),
    ),
    ways(
        "bits-ignored",
        "The result does not depend on `bits_per_param`: all parameters were given 4 bytes, "
        "those of a float32, or one byte.",
        lambda n, b: 4 * n,
        lambda n, b: n,
        lambda n, b: 2 * n,
    ),
    ways(
        *OTHER_UNIT,
        *(behaves for unit in UNITS for behaves in _in_units(unit)),
    ),
    ways(*WHOLE_WORDS, *(_filled_up(word) for word in (2, 4, 8, 16, 64))),
    ways(*BYTES_ADDED, *(_more(_right, by) for by in ADDED)),
    both(
        WHOLE_WORDS,
        BYTES_ADDED,
        *(_more(_filled_up(word), by) for word in (4, 8) for by in ADDED),
        _filled_up(4, 2),
        _filled_up(8, 4),
    ),
    ways(
        "at-least-one-byte",
        "No parameters take no bytes at all.",
        lambda n, b: max(1, _right(n, b)),
        *each_instead(lambda n, b: n == 0, (ValueError, ZeroDivisionError), _right),
    ),
    machine_integers(
        _right,
        lambda change: lambda n, b: math.ceil(change(n * b) / 8),
        lambda change: lambda n, b: math.ceil(change(n) * b / 8),
    ),
    ways(*DIGITS_LOST, _all_in_float32),
    ways(
        "rounded-down-to-a-float",
        "The last, part-full byte was dropped, and the result is a float where the bits are "
        "one: `//` of a float rounds down and gives a float.",
        lambda n, b: n * b // 8,
    ),
    ways(
        "float-from-floor-division",
        "Where the bits are a float, the result is one, too: `//` gives an integer only if "
        "both numbers are integers. `math.ceil` or `int` makes one of it.",
        lambda n, b: -(-(n * b) // 8),
        lambda n, b: (n * b + 7) // 8,
        lambda n, b: n * b // 8 + (n * b % 8 > 0),
    ),
    ways(
        *FLOAT_RETURNED,
        lambda n, b: n * b / 8,
        lambda n, b: float(_right(n, b)),
    ),
    _PAIRS,
)
