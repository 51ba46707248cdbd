"""What wrong ways to put codes together come to."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable

import torch

from courseware.chapters.c11_deep_compression.tasks.codes import (
    T,
    counts_of,
)


def without_looking_again(codes: T) -> int:
    """Always the two first of a list that was sorted once."""
    left, total = sorted(counts_of(codes)), 0
    if len(left) == 1:
        return left[0]
    while len(left) > 1:
        together = left.pop(0) + left.pop(0)
        left.insert(0, together)
        total += together
    return total


def with_absent_codes(lowest: int | None, table: int = 0) -> Callable[[T], int | None]:
    """Codes that never come have places in the tree, from `lowest` or the smallest one on.

    Each place takes some bits in a `table`.
    """

    def behaves(codes: T) -> int | None:
        start = int(codes.min()) if lowest is None else lowest
        if int(codes.min()) < start:
            return None
        left, places = counts_of(codes), int(codes.max()) - start + 1
        if places > len(left):
            left.append(0)  # those of no weight come together first, and weigh nothing
        heapq.heapify(left)
        total = 0
        while len(left) > 1:
            together = heapq.heappop(left) + heapq.heappop(left)
            total += together
            heapq.heappush(left, together)
        return (total or codes.numel()) + table * places

    return behaves


def without_last_step(counts: Callable[[T], list[int]], one: int) -> Callable[[T], int]:
    """The last two are not put together; one code alone takes `one` bit."""

    def behaves(codes: T) -> int:
        found = counts(codes)
        return one * sum(found) if len(found) == 1 else of_counts(counts)(codes) - sum(found)

    return behaves


def sums_at_the_end(codes: T) -> int:
    """Always the two first of a list that was sorted once, sums behind all others."""
    left, total = sorted(counts_of(codes)), 0
    if len(left) == 1:
        return left[0]
    while len(left) > 1:
        left.append(left.pop(0) + left.pop(0))
        total += left[-1]
    return total


def most_frequent_first(codes: T) -> int:
    left, total = counts_of(codes), 0
    while len(left) > 1:
        left.sort(reverse=True)
        together = left.pop(0) + left.pop(0)
        left.append(together)
        total += together
    return total or codes.numel()


def unary(codes: T) -> int:
    """0, 10, 110, …, and for the last one as many ones as there are zeros before it."""
    counts = sorted(counts_of(codes), reverse=True)
    longest = max(len(counts) - 1, 1)
    return sum(min(i + 1, longest) * count for i, count in enumerate(counts))


def shannon(codes: T) -> int:
    n = codes.numel()
    return sum(max(math.ceil(math.log2(n / count)), 1) * count for count in counts_of(codes))


def fixed(codes: T) -> int:
    return codes.numel() * max(math.ceil(math.log2(len(counts_of(codes)))), 1)


def putting_back(
    back: Callable[[int, int], int], counts: Callable[[T], list[int]] = counts_of
) -> Callable[[T], int]:
    """Two that were put together go on as `back` of them says."""

    def behaves(codes: T) -> int:
        left, total = counts(codes), 0
        if len(left) == 1:
            return left[0]
        heapq.heapify(left)
        while len(left) > 1:
            one, other = heapq.heappop(left), heapq.heappop(left)
            total += one + other
            heapq.heappush(left, back(one, other))
        return total

    return behaves


def of_counts(counts: Callable[[T], list[int]]) -> Callable[[T], int]:
    return putting_back(int.__add__, counts)


def in_bytes(behaves: Callable[[T], int], bits: int) -> Callable[[T], int]:
    """Rounded up to whole bytes, and told in them or in bits."""
    return lambda codes: -(-behaves(codes) // 8) * bits


def with_a_table(counts: Callable[[T], list[int]], bits: int) -> Callable[[T], int]:
    return lambda codes: of_counts(counts)(codes) + bits * len(counts(codes))


def pairs_only(codes: T) -> int:
    """Two that were put together are gone for good."""
    left = sorted(counts_of(codes))
    return left[0] if len(left) == 1 else sum(left[: len(left) // 2 * 2])


def values_of(codes: T) -> list[int]:
    """The distinct codes themselves; one alone is counted."""
    values: list[int] = torch.unique(codes).tolist()
    return values if len(values) > 1 else counts_of(codes)


def longest(codes: T) -> int:
    """The depth of the tree for every code, 0 for one alone."""
    left = [(n, 0) for n in counts_of(codes)]
    heapq.heapify(left)
    while len(left) > 1:
        (n, depth), (m, other) = heapq.heappop(left), heapq.heappop(left)
        heapq.heappush(left, (n + m, max(depth, other) + 1))
    return left[0][1] * codes.numel()


def from_no_heap(codes: T) -> int:
    left, total = counts_of(codes), 0
    while len(left) > 1:
        together = heapq.heappop(left) + heapq.heappop(left)
        total += together
        heapq.heappush(left, together)
    return total or left[0]


def second_of_the_heap(codes: T) -> int:
    left, total = counts_of(codes), 0
    heapq.heapify(left)
    while len(left) > 1:
        left = [left[0] + left[1], *left[2:]]
        total += left[0]
        heapq.heapify(left)
    return total or left[0]


def both_ends_of_no_order(codes: T) -> int:
    """The first two of a list that nobody sorted, and the sum behind it."""
    left, total = counts_of(codes), 0
    while len(left) > 1:
        left.append(left.pop(0) + left.pop(0))
        total += left[-1]
    return total or left[0]


def split(first: int) -> Callable[[T], int]:
    """Shannon and Fano's code; of two cuts that are equally good, the first or the last."""

    def bits(counts: list[int]) -> int:
        if len(counts) < 2:
            return 0
        cuts = range(1, len(counts))[::first]
        cut = min(cuts, key=lambda i: abs(sum(counts[:i]) - sum(counts[i:])))
        return sum(counts) + bits(counts[:cut]) + bits(counts[cut:])

    return lambda codes: bits(sorted(counts_of(codes), reverse=True)) or codes.numel()


def lengths_once(last: bool) -> Callable[[T], int]:
    """Of equal counts, sums come behind or before the others."""

    def behaves(codes: T) -> int:
        left = [(n, i, 1) for i, n in enumerate(counts_of(codes))]
        if len(left) == 1:
            return 1
        heapq.heapify(left)
        total, number = 0, len(left)
        while len(left) > 1:
            (n, _, inside), (m, _, others) = heapq.heappop(left), heapq.heappop(left)
            total += inside + others
            number += 1
            heapq.heappush(left, (n + m, -number if last else number, inside + others))
        return total

    return behaves


ONE_FOR_NOTHING = (
    "one-code-for-nothing",
    "One distinct code alone takes 1 bit each time: with 0 bits nobody would know how often it "
    "comes. This case never puts two together, so it needs a line of its own.",
)
ALL_THE_LONGEST = (
    "all-the-longest",
    "Every code got as many bits as the longest one, the depth of the tree. A code has as many "
    "bits as there are steps that it was part of: the frequent ones have fewer.",
)
SUM_DROPPED = (
    "sum-dropped",
    "Two that were put together were gone: their sum never came back to be put together with "
    "others. Put it among the counts that are left, until a single one is.",
)
ABSENT_COUNTED = (
    "absent-codes-counted",
    "Codes that never come were counted as well, with a count of 0. They take a place in "
    "the tree, and make the others longer.",
)
LAST_STEP = (
    "last-step-left-out",
    "The last step is missing, in which two are left and become one: it costs each code a "
    "bit as well.",
)
TABLE = 8, 16, 32
NOT_SUMMED = (
    "sum-not-put-back",
    "Two that were put together went on with the count of one of them. From then on they come as "
    "often as both together: put their sum back.",
)
WHOLE_BYTES = (
    "whole-bytes",
    "The total was rounded up to whole bytes. Bits are asked for, as many as there are.",
)
TABLE_COUNTED = (
    "table-counted",
    "The table was counted, too: something was added for each distinct code. The bits of the codes "
    "alone are asked for.",
)
