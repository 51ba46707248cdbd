"""The codebook of NF4, for solutions that need one."""

from __future__ import annotations

import numpy as np
import torch


def _table():
    """The codebook from its definition."""
    from statistics import NormalDist

    values = [0.0]
    for sign, count in ((-1, 7), (1, 8)):
        shares = np.linspace(929 / 960, 0.5, count + 1)[:-1]
        values += [sign * NormalDist().inv_cdf(float(share)) for share in shares]
    return torch.tensor(sorted(values)) / max(values)


def _exact_table():
    """The codebook as others have it."""
    quarters = [
        [-1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453],
        [-0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0],
        [0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224],
        [0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0],
    ]
    return torch.tensor(quarters).flatten()
