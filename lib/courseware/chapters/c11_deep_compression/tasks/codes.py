"""Codes of uneven frequencies, and how often each comes."""

from __future__ import annotations

import torch

from courseware.checks.task import Draw

T = torch.Tensor

WIDE = torch.tensor([300, 44, 300, -212, 7, 300, 44])
"""Codes of which three are the same in 8 bits."""

CUT_TO_A_BYTE = (
    "codes-cut-to-a-byte",
    "Codes were cut to 8 bits, so that those which differ by 256 count as one. Codes may be any "
    "integers.",
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


def counts_of(codes: T) -> list[int]:
    """How often each distinct code is there, in the order of the codes."""
    counts: list[int] = torch.unique(codes.flatten(), return_counts=True)[1].tolist()
    return counts
