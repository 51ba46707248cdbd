"""The task `huffman_bits`."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator

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
from courseware.checks.task import Check, Draw, Task
from model_compression import entropy_coding as reference


def _repeated(*counts: int) -> T:
    return torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))


def _few(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([0, 0, 1, 2]),)
    yield (torch.tensor([0, 0, 5]),)
    for n_codes in (2, 3, 3):
        yield (drawn_codes(draw, n_codes),)


def _many(draw: Draw) -> Iterator[tuple[T]]:
    """What has been put together is soon among the rarest, and soon not; any shape and dtype."""
    yield (_repeated(1, 1, 1, 1, 2),)
    yield (_repeated(13, 8, 5, 3, 2, 1, 1),)
    for n_codes, shape in ((5, (6, 10)), (8, (4, 5, 5)), (12, (200,))):
        codes = drawn_codes(draw, n_codes, math.prod(shape)).reshape(shape)
        yield (codes.to(torch.int8) - n_codes // 2,)
        yield (3 * codes,)
    yield (WIDE,)


def _one(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([3]),)
    yield (torch.full((draw.integer(2, 30), 2), draw.integer(-9, 9)),)


def _without_looking_again(codes: T) -> int:
    """Always the two first of a list that was sorted once."""
    left, total = sorted(counts_of(codes)), 0
    if len(left) == 1:
        return left[0]
    while len(left) > 1:
        together = left.pop(0) + left.pop(0)
        left.insert(0, together)
        total += together
    return total


def _with_absent_codes(lowest: int | None) -> Callable[[T], int | None]:
    """Codes that never come have places in the tree, from `lowest` or the smallest one on."""

    def behaves(codes: T) -> int | None:
        start = int(codes.min()) if lowest is None else lowest
        if int(codes.min()) < start:
            return None
        left: list[int] = torch.bincount(codes.flatten().long() - start).tolist()
        heapq.heapify(left)
        total = 0
        while len(left) > 1:
            together = heapq.heappop(left) + heapq.heappop(left)
            total += together
            heapq.heappush(left, together)
        return total or codes.numel()

    return behaves


def _sums_at_the_end(codes: T) -> int:
    """Always the two first of a list that was sorted once, sums behind all others."""
    left, total = sorted(counts_of(codes)), 0
    if len(left) == 1:
        return left[0]
    while len(left) > 1:
        left.append(left.pop(0) + left.pop(0))
        total += left[-1]
    return total


def _most_frequent_first(codes: T) -> int:
    left, total = counts_of(codes), 0
    while len(left) > 1:
        left.sort(reverse=True)
        together = left.pop(0) + left.pop(0)
        left.append(together)
        total += together
    return total or codes.numel()


def _unary(codes: T) -> int:
    """0, 10, 110, …, and for the last one as many ones as there are zeros before it."""
    counts = sorted(counts_of(codes), reverse=True)
    longest = max(len(counts) - 1, 1)
    return sum(min(i + 1, longest) * count for i, count in enumerate(counts))


def _shannon(codes: T) -> int:
    n = codes.numel()
    return sum(max(math.ceil(math.log2(n / count)), 1) * count for count in counts_of(codes))


def _fixed(codes: T) -> int:
    return codes.numel() * max(math.ceil(math.log2(len(counts_of(codes)))), 1)


HUFFMAN_BITS = Task(
    name="huffman_bits",
    points=7,
    reference=reference.huffman_bits,
    lecture="lecture 11, “Frequent codes, short bits”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("two or three codes", 2, _few),
        Check("more codes, any shape and integer dtype", 4, _many),
        Check("one distinct code", 1, _one),
    ),
    misconceptions=several(
        ways(
            "absent-codes-counted",
            "Codes that never come were counted as well, with a count of 0. They take a place in "
            "the tree, and make the others longer.",
            *map(_with_absent_codes, (None, 0)),
        ),
        ways(
            "one-code-for-nothing",
            "One distinct code alone takes 1 bit each time: with 0 bits nobody would know how "
            "often it comes. This case never puts two together, so it needs a line of its own.",
            lambda codes: 0 if len(counts_of(codes)) == 1 else reference.huffman_bits(codes),
            lambda codes: 1 if len(counts_of(codes)) == 1 else reference.huffman_bits(codes),
        ),
        ways(*CUT_TO_A_BYTE, lambda codes: reference.huffman_bits(codes.long() % 256)),
        ways(
            "same-length-for-all",
            "Every code has the same length here. Frequent codes get fewer bits, rare ones more.",
            _fixed,
        ),
        ways(
            "not-sorted-again",
            "The counts were sorted once, and the sum of two was put at one of the ends. Among the "
            "others it may have another place: look for the two smallest anew in each step.",
            _without_looking_again,
            _sums_at_the_end,
            _unary,
        ),
        ways(
            "largest-put-together",
            "The most frequent codes were put together first, and got the most bits. Begin with "
            "the two rarest.",
            _most_frequent_first,
        ),
        ways(
            "each-length-rounded-up",
            "Each code got log2(1/p) bits, rounded up. That is a prefix code, but not the shortest "
            "one: what is rounded up for one code could be saved for another.",
            _shannon,
        ),
        ways(
            "entropy-rounded",
            "This is the entropy of all codes, rounded. Huffman's lengths are whole bits for each "
            "code, so the total is larger, unless all shares are powers of a half.",
            lambda codes: math.ceil(reference.entropy_bits(codes) * codes.numel()),
            lambda codes: round(reference.entropy_bits(codes) * codes.numel()),
            lambda codes: reference.entropy_bits(codes) * codes.numel(),
            lambda codes: math.ceil(reference.entropy_bits(codes)) * codes.numel(),
        ),
        ways(
            "last-sum-only",
            "This is what the last step put together, which is the number of all codes. Each step "
            "makes every code in it a bit longer: add up the sums of all steps.",
            lambda codes: codes.numel(),
        ),
        ways(
            "codes-counted-too",
            "The counts themselves were added, too. A code that was never put together with "
            "another has no bit yet: only the sums count.",
            lambda codes: reference.huffman_bits(codes) + codes.numel(),
        ),
        ways(
            "last-step-left-out",
            "The last step is missing, in which two are left and become one: it costs each code a "
            "bit as well.",
            lambda codes: reference.huffman_bits(codes) - codes.numel(),
        ),
        ways(
            "bits-per-code",
            "These are bits per code. The bits of all codes together are asked for.",
            lambda codes: reference.huffman_bits(codes) / codes.numel(),
        ),
    ),
)
