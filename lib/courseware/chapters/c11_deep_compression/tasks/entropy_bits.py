"""The task `entropy_bits`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c11_deep_compression.tasks.codes import (
    CUT_TO_A_BYTE,
    WIDE,
    T,
    counts_of,
    drawn_codes,
)
from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.checks.misconceptions import several, ways
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
        ways(
            "rows-counted",
            "The counts were divided by the number of rows (`len`). Divide by the number of all "
            "codes, `codes.numel()`.",
            _of_shares(lambda codes: (_counts(codes), len(codes))),
        ),
        ways(
            "runs-counted",
            "Runs of equal neighbours were counted. A code that comes again later is the same "
            "code: count how often each one comes in all.",
            _of_shares(
                lambda codes: (
                    torch.unique_consecutive(codes.flatten(), return_counts=True)[1],
                    codes.numel(),
                )
            ),
        ),
        ways(*CUT_TO_A_BYTE, lambda codes: reference.entropy_bits(codes.long() % 256)),
        ways(
            "another-logarithm",
            "This is the entropy in another unit: the natural logarithm gives nats, log10 gives "
            "decimal digits. Bits take log2.",
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
        ways(
            "codes-taken-for-counts",
            "The codes themselves were taken for frequencies. A code is only a name: count how "
            "often each one comes, and divide by the number of codes.",
            _of_the_values,
        ),
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
