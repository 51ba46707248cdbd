"""What no gradient reaches in a training of `train_qat`, and so stays what it is.

That is the largest weight of each row of the first layer, and the bias of the last hidden unit,
which is off (`networks`). Adam and SGD leave them as they are, to the last bit. What is handed over
may be off by the rounding of a scale, three times 6e-8, or, as a running mean of a thousand steps,
by 6e-5. The smallest weight decays in use, such as 1e-4 of SGD at 0.05 for 200 steps, take away
1e-3.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch

from courseware.checks.values import Difference

T = torch.Tensor

SHRUNK = 1e-4
"""Of what is left alone: see above."""

CLIPPED = 0.1
"""Of the largest magnitude: by so much less, the grid is another one. Decays take away less."""

ALIKE = 0.1
"""The share by which what a decay takes from a weight and a bias differs."""

FEW_ROWS = 0.1


def decayed(state: Mapping[str, T], got: Mapping[str, T]) -> Difference | None:
    """Whether the largest weight of the unit that is off became a little less.

    Its bias as well, by the same share (AdamW, SGD) or as much (Adam), or it stayed.
    """
    before, after = (float(_largest(each["0.weight"])[-1]) for each in (state, got))
    bias, bias_after = (abs(float(each["0.bias"][-1])) for each in (state, got))
    taken, of_bias = before - after, bias - bias_after
    alike = abs(of_bias) <= SHRUNK * bias or any(
        abs(one - other) <= ALIKE * other
        for one, other in ((of_bias / bias, taken / before), (of_bias, taken))
    )
    if not SHRUNK * before < taken <= CLIPPED * before or not alike:
        return None
    share = f"{taken / before:.2%}"
    text = f"the largest weight of the hidden unit that is off for all images has shrunk by {share}"
    return Difference("weights-decayed", text)


def largest_shrunk(state: Mapping[str, T], got: Mapping[str, T], by: float) -> Difference | None:
    """Whether the largest magnitudes of the rows of 0.weight are less by more than a share."""
    before, after = (_largest(each["0.weight"]) for each in (state, got))
    n_shrunk = int((after < (1 - by) * before).sum())
    if n_shrunk <= FEW_ROWS * len(before):
        return None
    text = f"in {n_shrunk} of {len(before)} rows of 0.weight the largest magnitude has shrunk"
    return Difference("scale-clipped", text)


def unit_woken(state: Mapping[str, T], got: Mapping[str, T]) -> Difference | None:
    """Whether the bias of the hidden unit that is off for every image has moved."""
    before, after = (float(each["0.bias"][-1]) for each in (state, got))
    if abs(after - before) <= SHRUNK * abs(before):
        return None
    moved = f"{before:.4g} → {after:.4g}"
    text = f"the bias of the hidden unit that is off for all images has moved: {moved}"
    return Difference("off-unit-trained", text)


def _largest(weight: T) -> T:
    return weight.detach().double().abs().amax(dim=1)
