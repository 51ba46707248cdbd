"""Answers of a fifth round of strangers whose mistakes went unnamed: exercises 10, 11."""

from __future__ import annotations

import math
from statistics import NormalDist

import torch

from tests.mutants.table import wrong


def _values():
    d, inverse = 929 / 960, NormalDist().inv_cdf
    above = [inverse(d - i * (d - 0.5) / 8) for i in range(8)]
    below = [-inverse(d - i * (d - 0.5) / 7) for i in range(7)]
    return sorted([*below, 0.0, *above])


@wrong("nf4_codebook", says="not-normalised")
def quantiles_from_high_to_low():
    return torch.tensor(_values()[::-1])


@wrong("nf4_dequantize", says="blocks-stop-at-rows")
def the_first_absmax_again_in_each_row(codes, absmax, block_size):
    book = torch.tensor(_values()) / max(_values())
    block = (torch.arange(codes.shape[-1]) // block_size).clamp(max=len(absmax) - 1)
    return (book[codes.long()] * absmax[block]).float()


@wrong("entropy_bits", says="rows-counted")
def whole_bits_and_shares_of_the_rows(codes):
    counts = torch.unique(codes, return_counts=True)[1].tolist()
    shares = [count / len(codes) for count in counts]
    return float(sum(p * math.ceil(math.log2(1 / p)) for p in shares))
