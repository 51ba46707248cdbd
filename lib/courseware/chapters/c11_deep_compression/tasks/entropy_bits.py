"""The task `entropy_bits`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c11_deep_compression.tasks.codes import (
    BY_ROWS,
    CUT_TO_A_BYTE,
    FAR_APART,
    IN_BINS,
    MISREAD,
    SIGN_LOST,
    THROUGH_FLOATS,
    WIDE,
    ZEROS_LEFT_OUT,
    T,
    counts_in_float_bins,
    counts_of,
    drawn_codes,
    rows_of,
)
from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import Difference, same_values
from model_compression import entropy_coding as reference


def _few(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([0, 0, 1, 2]),)
    yield (torch.tensor([5, 3, 3, 3]),)
    for n_codes in (2, 3, 5):
        yield (drawn_codes(draw, n_codes),)


def _any_kind(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([[-3, 1], [1, -3], [2, 1]]),)
    for dtype, shape in ((torch.int8, (4, 9)), (torch.uint8, (3, 2, 7)), (torch.int32, (50,))):
        codes = drawn_codes(draw, 6, math.prod(shape)).to(dtype).reshape(shape)
        yield (codes if dtype == torch.uint8 else codes - 4,)
    yield (WIDE,)
    yield from ((codes,) for codes in FAR_APART)


def _one(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([7]),)
    yield (torch.full((draw.integer(2, 40), 3), draw.integer(-50, 50)),)
    yield (torch.tensor([-1, 4]),)


def _sum(log: Callable[[float], float], sign: float = -1.0) -> Callable[[T], float]:
    """The formula with another logarithm or sign."""

    def behaves(codes: T) -> float:
        shares = [count / codes.numel() for count in counts_of(codes)]
        return sign * sum(share * log(share) for share in shares)

    return behaves


def _of_shares(counts_and_n: Callable[[T], tuple[T, int]]) -> Callable[[T], float]:
    """The formula of other counts, or of shares of another number."""

    def behaves(codes: T) -> float:
        counts, n = counts_and_n(codes)
        shares = counts.double() / n
        return float(-(shares * shares.log2()).sum())

    return behaves


def _counts(codes: T) -> T:
    return torch.unique(codes.flatten(), return_counts=True)[1]


def _of_no_number(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """By value; nan has one cause here."""
    found = same_values(arguments, expected, got)
    if found is not None and found.kind == "not-finite":
        return Difference("zero-times-log-of-zero", found.text)
    return found


def _of_the_values(codes: T) -> float:
    shares = codes.double().flatten() / codes.double().sum()
    shares = shares[shares > 0]
    return float(-(shares * shares.log2()).sum())


def _of_counts(counts: Callable[[T], list[int]]) -> Callable[[T], float]:
    """The formula of other counts, shares of their sum."""

    def behaves(codes: T) -> float:
        found = counts(codes)
        return -sum(n / sum(found) * math.log2(n / sum(found)) for n in found)

    return behaves


def _without_zeros_of(n: int) -> Callable[[T], float]:
    """Codes cut to n different ones, without those that are 0 then."""

    def counts(codes: T) -> list[int]:
        cut = codes.long() % n
        return counts_of(cut[cut != 0])

    return _of_counts(counts)


def _smoothed(counts: Callable[[T], list[int]]) -> Callable[[T], float]:
    return _of_counts(lambda codes: [n + 1 for n in counts(codes)])


def _rounded_lengths(counts: Callable[[T], list[int]], least: int) -> Callable[[T], float]:
    def behaves(codes: T) -> float:
        found = counts(codes)
        n = sum(found)
        return float(sum(c / n * max(math.ceil(math.log2(n / c)), least) for c in found))

    return behaves


def _over_rows(of: Callable[[list[float]], float]) -> Callable[[T], float]:
    """The entropies of all rows, put together."""
    return lambda codes: of([reference.entropy_bits(row) for row in rows_of(codes)])


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)


def _in_unit(counts: Callable[[T], list[int]], base: float) -> Callable[[T], float]:
    return lambda codes: _of_counts(counts)(codes) / math.log2(base)


LENGTHS_ROUNDED = (
    "each-length-rounded-up",
    "The bits of each code, log2(1/p), were rounded up to whole ones. That is what a code "
    "of whole bits would take; the entropy is a mean of numbers that need not be whole.",
)
ANOTHER_LOGARITHM = (
    "another-logarithm",
    "This is the entropy in another unit: the natural logarithm gives nats, log10 gives "
    "decimal digits. Bits take log2.",
)


def _of_a_softmax(codes: T) -> float:
    shares = torch.softmax(codes.double().flatten(), dim=0)
    return float(-torch.special.xlogy(shares, shares).sum() / math.log(2))


OF_CODES = _of_the_values, _of_a_softmax
CODES_AS_COUNTS = (
    "codes-taken-for-counts",
    "The codes themselves were taken for frequencies, or for what a softmax makes frequencies of. "
    "A code is only a name: count how often each one comes, and divide by the number of codes.",
)
ROUNDED_UP = (
    "rounded-up",
    "The result was rounded up to a whole number. The entropy is a mean, and need not be one.",
)
SMOOTHED = (
    "counts-smoothed",
    "Something was added to each count, as where rare ones are to be guessed. Here the frequencies "
    "are known: p is how often a code comes, divided by the number of codes.",
)

NORMALISED = (
    "divided-by-the-most",
    "The entropy was divided by the largest that so many codes can have, log2 of their number. "
    "That is a share between 0 and 1: bits per code are asked for.",
)


def _normalised(behaves: Callable[[T], float]) -> Callable[[T], float]:
    """One distinct code has no entropy, whatever it is divided by."""
    return lambda codes: behaves(codes) / math.log2(max(len(counts_of(codes)), 2))


ROWS_COUNTED = (
    "rows-counted",
    "The counts were divided by the number of rows (`len`). Divide by the number of all "
    "codes, `codes.numel()`.",
)


_by_rows = _of_shares(lambda codes: (_counts(codes), len(codes)))


def _by_rows_in_whole_bits(codes: T) -> float:
    """p of the number of rows, which may be above 1; each length rounded up."""
    shares = [count / len(codes) for count in counts_of(codes)]
    return float(sum(p * math.ceil(math.log2(1 / p)) for p in shares))


ENTROPY_BITS = Task(
    name="entropy_bits",
    points=5,
    reference=reference.entropy_bits,
    lecture="lecture 11, “Frequent codes, short bits”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("a few codes", 2, _few, _of_no_number),
        Check("negative codes, any shape and integer dtype", 2, _any_kind, _of_no_number),
        Check("one distinct code, and two", 1, _one, _of_no_number),
    ),
    misconceptions=several(
        (
            Misconception(
                "zero-times-log-of-zero",
                "A code that never comes has p = 0, as those that `bincount` counts between "
                "others: the formula reads 0 · log 0 for it, and a computer makes nan of it. Leave "
                "such codes out.",
            ),
        ),
        ways(*ROWS_COUNTED, _by_rows),
        both(ROWS_COUNTED, LENGTHS_ROUNDED, _by_rows_in_whole_bits),
        both(
            ROWS_COUNTED,
            ANOTHER_LOGARITHM,
            *(lambda codes, b=base: _by_rows(codes) / math.log2(b) for base in (math.e, 10)),
        ),
        several(*(ways(name, text, _of_counts(counts)) for name, text, counts in MISREAD)),
        both(IN_BINS, THROUGH_FLOATS, _of_counts(counts_in_float_bins)),
        ways(*BY_ROWS, _over_rows(_mean), _over_rows(sum)),
        ways(
            *ZEROS_LEFT_OUT,
            lambda codes: (
                _of_counts(counts_of)(codes[codes != 0]) * float((codes != 0).float().mean())
            ),
        ),
        both(
            CUT_TO_A_BYTE,
            ZEROS_LEFT_OUT,
            *map(_without_zeros_of, (2**8, 2**16)),
        ),
        both(SIGN_LOST, SMOOTHED, _smoothed(lambda codes: counts_of(codes.long().abs()))),
        ways(*SMOOTHED, _smoothed(counts_of)),
        ways(*NORMALISED, _normalised(_of_counts(counts_of))),
        both(SMOOTHED, NORMALISED, _normalised(_smoothed(counts_of))),
        ways(*LENGTHS_ROUNDED, *(_rounded_lengths(counts_of, least) for least in (0, 1))),
        *(
            both((name, text), LENGTHS_ROUNDED, *(_rounded_lengths(counts, n) for n in (0, 1)))
            for name, text, counts in MISREAD
        ),
        *(
            both(
                (name, text), ANOTHER_LOGARITHM, *(_in_unit(counts, base) for base in (math.e, 10))
            )
            for name, text, counts in MISREAD
        ),
        both(
            CODES_AS_COUNTS,
            ROUNDED_UP,
            *(lambda codes, b=behaves: math.ceil(round(b(codes), 9)) for behaves in OF_CODES),
        ),
        ways(*ROUNDED_UP, lambda codes: math.ceil(reference.entropy_bits(codes))),
        ways(
            *ANOTHER_LOGARITHM,
            _sum(math.log),
            _sum(math.log10),
        ),
        ways(
            "sign-lost",
            "The sign is the wrong one. The logarithm of a share below 1 is negative, and the "
            "minus in front makes the entropy positive.",
            _sum(math.log2, 1.0),
        ),
        ways(
            "bits-of-all-codes",
            "These are the bits of all codes together. Bits per code are asked for.",
            lambda codes: reference.entropy_bits(codes) * codes.numel(),
        ),
        ways(
            "all-equally-frequent",
            "This takes all distinct codes for equally frequent. Count how often each one comes.",
            lambda codes: math.log2(len(counts_of(codes))),
            lambda codes: math.ceil(math.log2(len(counts_of(codes)))),
        ),
        ways(*CODES_AS_COUNTS, *OF_CODES),
        ways(
            "share-not-weighed",
            "The lengths log2(1/p) were added up as they are. Each counts as often as its code "
            "comes: weigh it with p.",
            lambda codes: -sum(math.log2(n / codes.numel()) for n in counts_of(codes)),
            lambda codes: (
                -sum(math.log2(n / codes.numel()) for n in counts_of(codes)) / len(counts_of(codes))
            ),
        ),
        ways(
            "huffman-not-entropy",
            "These are the bits per code of a Huffman code, which gives each code whole bits. The "
            "entropy is the bound below it.",
            lambda codes: reference.huffman_bits(codes) / codes.numel(),
        ),
    ),
)
