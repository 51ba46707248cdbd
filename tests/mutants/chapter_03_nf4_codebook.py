"""Solutions of exercise 03 as students could write them: nf4_codebook."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.nf4_tables import _exact_table, _table
from tests.mutants.table import right, wrong


def _quantiles(outermost, count):
    """Quantiles at `count` shares from the outermost one down to 1/2, which is left out."""
    from statistics import NormalDist

    shares = np.linspace(outermost, 0.5, count + 1)[:-1]
    return [NormalDist().inv_cdf(float(share)) for share in shares]


@wrong("nf4_codebook", says="evenly-spaced")
def sixteen_even_steps():
    return torch.linspace(-1, 1, 16)


@wrong("nf4_codebook", says="evenly-spaced")
def integers_over_eight():
    return torch.arange(-8, 8) / 8


@wrong("nf4_codebook", says="sides-swapped")
def eight_below_and_seven_above():
    values = sorted([*(-q for q in _quantiles(929 / 960, 8)), 0.0, *_quantiles(929 / 960, 7)])
    return torch.tensor(values) / values[-1]


@wrong("nf4_codebook", says="no-exact-zero")
def eight_on_each_side():
    side = _quantiles(929 / 960, 8)
    values = sorted([*(-q for q in side), *side])
    return torch.tensor(values) / values[-1]


@wrong("nf4_codebook", says="no-exact-zero")
def sixteen_bins_of_equal_mass():
    values = torch.special.ndtri((torch.arange(16) + 0.5) / 16)
    return values / values.max()


@wrong("nf4_codebook", says="zero-twice")
def both_sides_reach_the_middle():
    side = torch.special.ndtri(torch.linspace(929 / 960, 0.5, 8, dtype=torch.float64))
    values = torch.cat((-side, side)).sort().values
    return (values / values.max()).float()


@wrong("nf4_codebook", says="not-normalised")
def the_quantiles_themselves():
    values = [*(-q for q in _quantiles(929 / 960, 7)), 0.0, *_quantiles(929 / 960, 8)]
    return torch.tensor(sorted(values))


@wrong("nf4_codebook", says="one-spacing-for-both")
def mirrors_the_upper_side():
    side = _quantiles(929 / 960, 8)
    values = sorted([*(-q for q in side[:7]), 0.0, *side])
    return torch.tensor(values) / values[-1]


@wrong("nf4_codebook", says="outermost-share-off")
def begins_at_another_share():
    values = [*(-q for q in _quantiles(1 - 1 / 32, 7)), 0.0, *_quantiles(1 - 1 / 32, 8)]
    return torch.tensor(sorted(values)) / max(values)


@wrong("nf4_codebook", says="evenly-spaced")
def takes_shares_for_quantiles():
    negative = 0.5 - torch.linspace(929 / 960, 0.5, 8)[:-1]
    positive = torch.linspace(929 / 960, 0.5, 9)[:-1] - 0.5
    values = torch.cat((negative, torch.zeros(1), positive)).sort().values
    return values / values.max()


@wrong("nf4_codebook", says="few-decimals")
def four_decimals():
    below = [-1.0, -0.6962, -0.5251, -0.3949, -0.2844, -0.1848, -0.0911]
    above = [0.0796, 0.1609, 0.2461, 0.3379, 0.4407, 0.5626, 0.7230, 1.0]
    return torch.tensor([*below, 0.0, *above])


@wrong("nf4_codebook", says="few-decimals")
def stores_16_bits():
    return _table().half()


@wrong("nf4_codebook", says="not-sorted")
def leaves_the_sides_as_they_came():
    values = [*_quantiles(929 / 960, 8), 0.0, *(-q for q in _quantiles(929 / 960, 7))]
    return torch.tensor(values) / max(values)


@wrong("nf4_codebook", says="sign-lost")
def forgets_the_minus_sign():
    values = [*_quantiles(929 / 960, 7), 0.0, *_quantiles(929 / 960, 8)]
    return torch.tensor(sorted(values)) / max(values)


@wrong("nf4_codebook", says="wrong-shape")
def forgets_the_zero():
    values = [*(-q for q in _quantiles(929 / 960, 7)), *_quantiles(929 / 960, 8)]
    return torch.tensor(sorted(values)) / max(values)


@wrong("nf4_codebook", says="wrong-type")
def returns_a_list():
    return _table().tolist()


@wrong("nf4_codebook", says="not-finite")
def begins_at_the_very_end():
    values = torch.special.ndtri(torch.linspace(0, 1, 16))
    return values / values.max()


@right("nf4_codebook")
def from_the_definition_in_float32():
    positive = torch.special.ndtri(torch.linspace(929 / 960, 0.5, 9)[:-1])
    negative = -torch.special.ndtri(torch.linspace(929 / 960, 0.5, 8)[:-1])
    values = torch.cat((negative, torch.zeros(1), positive.flip(0)))
    return values / values[-1]


@right("nf4_codebook")
def from_the_definition_in_python():
    return _table().double()


@right("nf4_codebook")
def with_the_inverse_error_function():
    def side(count):
        steps = torch.arange(count, dtype=torch.float64) / count
        shares = 929 / 960 - (929 / 960 - 0.5) * steps
        return math.sqrt(2) * torch.erfinv(2 * shares - 1)

    values, _ = torch.cat((-side(7), torch.zeros(1), side(8))).sort()
    return (values / values.abs().max()).requires_grad_()


@right("nf4_codebook")
def copied_with_all_digits():
    return _exact_table()
