"""The task `huffman_bits`."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from courseware.chapters.c11_deep_compression.tasks.codes import (
    BY_ROWS,
    FAR_APART,
    IN_BINS,
    MISREAD,
    THROUGH_FLOATS,
    WIDE,
    T,
    counts_in_float_bins,
    counts_of,
    drawn_codes,
    rows_of,
)
from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.chapters.c11_deep_compression.tasks.huffman_wrong_ways import (
    ABSENT_COUNTED,
    ALL_THE_LONGEST,
    LAST_STEP,
    NOT_SUMMED,
    ONE_FOR_NOTHING,
    SUM_DROPPED,
    TABLE,
    TABLE_COUNTED,
    WHOLE_BYTES,
    both_ends_of_no_order,
    fixed,
    from_no_heap,
    in_bytes,
    lengths_once,
    longest,
    most_frequent_first,
    of_counts,
    pairs_only,
    putting_back,
    second_of_the_heap,
    shannon,
    split,
    sums_at_the_end,
    unary,
    values_of,
    with_a_table,
    with_absent_codes,
    without_last_step,
    without_looking_again,
)
from courseware.checks.misconceptions import both, several, ways
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
    yield (_repeated(15, 7, 6, 6, 5),)
    for n_codes, shape in ((5, (6, 10)), (8, (4, 5, 5)), (12, (200,))):
        codes = drawn_codes(draw, n_codes, math.prod(shape)).reshape(shape)
        yield (codes.to(torch.int8) - n_codes // 2,)
        yield (3 * codes,)
    yield (WIDE,)
    yield from ((codes,) for codes in FAR_APART)


def _one(draw: Draw) -> Iterator[tuple[T]]:
    yield (torch.tensor([3]),)
    yield (torch.full((draw.integer(2, 30), 2), draw.integer(-9, 9)),)


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
            *ABSENT_COUNTED,
            *map(with_absent_codes, (None, 0)),
        ),
        ways(
            *ONE_FOR_NOTHING,
            lambda codes: 0 if len(counts_of(codes)) == 1 else reference.huffman_bits(codes),
            lambda codes: 1 if len(counts_of(codes)) == 1 else reference.huffman_bits(codes),
        ),
        several(*(ways(name, text, of_counts(counts)) for name, text, counts in MISREAD)),
        both(IN_BINS, THROUGH_FLOATS, of_counts(counts_in_float_bins)),
        ways(*BY_ROWS, lambda codes: sum(map(reference.huffman_bits, rows_of(codes)))),
        ways(
            "heap-misread",
            "The two that were put together are not always the rarest. A list is a heap only after "
            "`heapq.heapify`, and even then only its first entry is in order, the smallest: take "
            "two with `heappop`, one after the other.",
            from_no_heap,
            second_of_the_heap,
            both_ends_of_no_order,
        ),
        ways(
            "split-from-the-top",
            "The codes were split into halves that come about equally often, from the top down. "
            "That is Shannon and Fano's code, and not always the shortest: Huffman begins at the "
            "bottom, with the two rarest.",
            *map(split, (1, -1)),
        ),
        both(
            NOT_SUMMED,
            WHOLE_BYTES,
            *(in_bytes(putting_back(back), eight) for back in (max, min) for eight in (1, 8)),
        ),
        ways(*NOT_SUMMED, *map(putting_back, (max, min))),
        ways(*WHOLE_BYTES, *(in_bytes(reference.huffman_bits, eight) for eight in (1, 8))),
        both(
            TABLE_COUNTED,
            WHOLE_BYTES,
            *(in_bytes(with_a_table(counts_of, n), eight) for n in TABLE for eight in (1, 8)),
        ),
        ways(*SUM_DROPPED, pairs_only),
        both(ALL_THE_LONGEST, ONE_FOR_NOTHING, longest),
        ways(*ALL_THE_LONGEST, lambda codes: longest(codes) or codes.numel()),
        ways(
            "codes-taken-for-counts",
            "The codes themselves were put together. A code is only a name: how often each of them "
            "comes decides which are the rarest.",
            of_counts(values_of),
        ),
        ways(*TABLE_COUNTED, *(with_a_table(counts_of, n) for n in TABLE)),
        ways(
            "same-length-for-all",
            "Every code has the same length here. Frequent codes get fewer bits, rare ones more.",
            fixed,
        ),
        ways(
            "not-sorted-again",
            "The counts were sorted once, and the sum of two was put behind all others. Among them "
            "it may have another place: look for the two smallest anew in each step.",
            sums_at_the_end,
        ),
        ways(
            "lengths-by-rank",
            "The codes have 1, 2, 3, … bits by their rank. That comes of counting in ones (0, 10, "
            "110, …), and also of putting each sum in front of counts that were sorted once, so "
            "that it is always taken next. Look for the two smallest anew in each step.",
            without_looking_again,
            unary,
        ),
        ways(
            "lengths-not-weighed",
            "The lengths of the distinct codes were added up, once each. A code takes its bits "
            "each time it comes: multiply its length with its count.",
            *map(lengths_once, (False, True)),
        ),
        ways(
            "largest-put-together",
            "The most frequent codes were put together first, and got the most bits. Begin with "
            "the two rarest.",
            most_frequent_first,
        ),
        ways(
            "each-length-rounded-up",
            "Each code got log2(1/p) bits, rounded up. That is a prefix code, but not the shortest "
            "one: what is rounded up for one code could be saved for another.",
            shannon,
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
        ways(*LAST_STEP, without_last_step(counts_of, 1)),
        both(LAST_STEP, ONE_FOR_NOTHING, without_last_step(counts_of, 0)),
        *(
            both((name, text), LAST_STEP, *(without_last_step(counts, one) for one in (0, 1)))
            for name, text, counts in MISREAD
        ),
        *(
            both((name, text), TABLE_COUNTED, *(with_a_table(counts, n) for n in TABLE))
            for name, text, counts in MISREAD
        ),
        both(
            ABSENT_COUNTED,
            TABLE_COUNTED,
            *(with_absent_codes(lowest, n) for lowest in (None, 0) for n in TABLE),
        ),
        ways(
            "bits-per-code",
            "These are bits per code. The bits of all codes together are asked for.",
            lambda codes: reference.huffman_bits(codes) / codes.numel(),
        ),
    ),
)
