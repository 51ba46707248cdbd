"""Codes of uneven frequencies, and how often each comes."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch

from courseware.checks.task import Draw

T = torch.Tensor

WIDE = torch.tensor([300, 44, 300, -212, 7, 300, 44])
"""Codes of which three are the same in 8 bits."""

FAR_APART = (
    torch.tensor([5, 65_541, 5, -65_531, 65_541, 0, 9]),
    torch.tensor([*range(12), 5_000, 3, 3], dtype=torch.int32),
    torch.tensor([2**24, 2**24 + 1, 2**24, 2**24 + 1, 2**24 + 2]),
)
"""Codes that are the same in 16 bits, in the bins of a histogram, and as float32."""

CUT_TO_A_BYTE = (
    "codes-cut-to-a-byte",
    "Codes were cut to 8 or 16 bits, so that those which differ by 256 or by 65,536 count as one. "
    "Codes may be any integers.",
)
THROUGH_FLOATS = (
    "codes-through-floats",
    "Codes became floats before they were counted. A float32 has 24 binary digits, so large codes "
    "that differ by 1 count as one. Count them as the integers that they are.",
)
IN_BINS = (
    "counted-in-bins",
    "Codes were counted in the bins of a histogram, which divides the range into equal parts: "
    "codes in one part count as one. Count each distinct code by itself.",
)
NOT_PUT_TOGETHER = (
    "equal-codes-apart",
    "Equal codes were not put together: each entry, or each row, counts as a code of its own. In "
    "a `Counter`, a `set` or a `dict`, the elements of a tensor are never equal; `tolist()` makes "
    "numbers of them.",
)
BY_ROWS = (
    "rows-by-themselves",
    "Each row was counted by itself, and the results were put together. A code is as frequent as "
    "it is among all codes: flatten them first.",
)
RUNS = (
    "runs-counted",
    "Runs of equal neighbours were counted. A code that comes again later is the same code: count "
    "how often each one comes in all.",
)
ZEROS_LEFT_OUT = (
    "zeros-left-out",
    "Codes of 0 were left out. A 0 is a code like the others: whoever reads the file has to be "
    "told where it is.",
)
SIGN_LOST = (
    "sign-of-codes-lost",
    "The signs of the codes were lost, so that 3 and −3 count as one. They are two codes.",
)
ROWS_AS_CODES = (
    "rows-taken-for-codes",
    "Whole rows were counted as one code each (`dim=0`). Each entry is a code: flatten them first.",
)


def drawn_codes(draw: Draw, n_codes: int, n: int | None = None) -> T:
    """Codes 0 … n_codes - 1 in random order, each at least once, no two equally often if n is None.

    With a total of n, the last one makes up what is missing.
    """
    if n is None:
        counts = draw.rng.sample(range(1, 6 * n_codes), n_codes)
    else:
        cuts = sorted(draw.rng.sample(range(1, n), n_codes - 1))
        ends = zip([0, *cuts], [*cuts, n], strict=True)
        counts = [end - start for start, end in ends]
    codes = torch.repeat_interleave(torch.arange(n_codes), torch.tensor(counts))
    return codes[torch.randperm(len(codes), generator=draw.generator)]


def run_counts(codes: T) -> list[int]:
    """How often each code comes in a row, run after run."""
    counts: list[int] = torch.unique_consecutive(codes.flatten(), return_counts=True)[1].tolist()
    return counts


def counts_in_bins(n_bins: Callable[[T], int]) -> Callable[[T], list[int]]:
    """How many codes lie in each part of the range that holds any."""

    def counts(codes: T) -> list[int]:
        bins = np.histogram(codes.numpy(), n_bins(codes))[0]
        return [int(n) for n in bins if n]

    return counts


def _distinct(codes: T) -> int:
    return len(codes.unique())


def _reach(codes: T) -> int:
    """One bin too few for whole numbers, or as many as one takes that is to be quick."""
    return min(max(int(codes.max()) - int(codes.min()), 1), 2**16)


def counts_in_float_bins(codes: T) -> list[int]:
    """As `torch.histc` counts, which takes floats alone: one part for each distinct one."""
    values = codes.flatten().float()
    return [int(n) for n in torch.histc(values, len(values.unique())).tolist() if n]


def rows_of(codes: T) -> T:
    """Rows along the last axis."""
    return codes.reshape(-1, codes.shape[-1])


def row_counts(codes: T) -> list[int]:
    """How often each distinct row comes."""
    counts: list[int] = torch.unique(codes, dim=0, return_counts=True)[1].tolist()
    return counts


MISREAD: tuple[tuple[str, str, Callable[[T], list[int]]], ...] = (
    *((*CUT_TO_A_BYTE, lambda codes, n=n: counts_of(codes.long() % n)) for n in (2**8, 2**16)),
    (*THROUGH_FLOATS, lambda codes: counts_of(codes.float())),
    *((*IN_BINS, counts_in_bins(lambda codes, n=n: n)) for n in (10, 100, 256)),  # type: ignore[misc]
    *((*IN_BINS, counts_in_bins(n)) for n in (_distinct, _reach)),
    *((*NOT_PUT_TOGETHER, lambda codes, n=n: [1] * n(codes)) for n in (torch.numel, len)),
    (*RUNS, run_counts),
    (*ZEROS_LEFT_OUT, lambda codes: counts_of(codes[codes != 0])),
    (*SIGN_LOST, lambda codes: counts_of(codes.long().abs())),
    (*ROWS_AS_CODES, row_counts),
)
"""Name, message, and the counts that come of it."""


def counts_of(codes: T) -> list[int]:
    """How often each distinct code is there, in the order of the codes."""
    counts: list[int] = torch.unique(codes.flatten(), return_counts=True)[1].tolist()
    return counts
