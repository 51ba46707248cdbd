"""The task `threshold_mask`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import torch

from courseware.chapters.c06_unstructured_pruning.tasks.common import OFF_LIMITS
from courseware.checks import ranking_inputs as inputs
from courseware.checks.axes_assumed import two_axes_assumed
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.masks import (
    INVERTED,
    MASK_NOT_BOOL,
    WEIGHTS_RETURNED,
    mask_values_and_dtype,
    same_mask,
)
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.rankings import DECIMALS, ROUNDED_FIRST
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import magnitude_pruning as reference

SIGN_NOT_IGNORED = (
    "sign-not-ignored",
    "The weights were compared with their signs. −5 does as much as 5: compare the magnitude.",
)

BOTH_CONDITIONS = (
    "both-conditions-asked",
    "Everything went: w ≥ threshold and w ≤ −threshold were both asked for, and no number is both. "
    "One of them is enough, which is `|`; or compare the magnitude.",
)
THRESHOLD_PRUNED = (
    "threshold-itself-pruned",
    "A weight whose magnitude is just the threshold was pruned. Only what lies below the threshold "
    "goes.",
)

T = torch.Tensor
Arguments = tuple[T, float]


def _between(draw: Draw, *shape: int) -> Arguments:
    """Weights, and a threshold well away from every magnitude."""
    w = inputs.weights(draw, *shape)
    ranked = w.abs().flatten().sort().values.double()
    place = draw.integer(len(ranked) // 4, 3 * len(ranked) // 4)
    return w, float(ranked[place - 1] + ranked[place]) / 2


def _both_signs(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.3, -0.02, -0.5, 0.01, 0.08]), 0.1
    yield torch.tensor([[3.0, -0.25], [0.5, -2.0]]), 1.5
    # Less than the threshold, however many decimals somebody rounds to.
    yield torch.tensor([0.096, -0.12, 0.0996, -0.14]), 0.1
    for shape in ((12,), (4, 6)):
        yield _between(draw, *shape)


def _at_the_threshold(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.5, -0.5, 0.25, -0.75]), 0.5
    for _ in range(3):
        w = torch.randint(-8, 9, (3, 5), generator=draw.generator).float() / 8
        threshold = draw.integer(2, 6) / 8
        w[0, :3] = torch.tensor([threshold, -threshold, threshold - 0.125])
        yield w, threshold


def _extremes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.0, 2.0, -1.0]), 0.0
    w = inputs.weights(draw, 3, 4)
    w[1, draw.integer(0, 3)] = 0.0
    yield w, 0.0
    yield w, 2.0 * float(w.abs().max())


def _convolutions(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[[4.0, -0.5]], [[0.25, -3.0]]]), 1.0
    yield _between(draw, 4, 2, 3, 3)
    yield _between(draw, 3, 5, 2)


def _rows(size: Callable[[T], T]) -> Callable[..., T]:
    """Whole rows are kept or pruned."""

    def behaves(w: T, threshold: float) -> T:
        rows = w.reshape(len(w), -1)
        keeps = size(rows) >= threshold
        return keeps[:, None].expand_as(rows).reshape(w.shape)

    return behaves


def _with_weights_returned(*groups: Iterable[Misconception]) -> tuple[Misconception, ...]:
    known = several(*groups)
    right = ways(*WEIGHTS_RETURNED, lambda w, threshold: w * reference.threshold_mask(w, threshold))
    return several(
        known, right, followed_by(WEIGHTS_RETURNED, lambda mask, w, threshold: w * mask, known)
    )


THRESHOLD_MASK = Task(
    name="threshold_mask",
    points=8,
    reference=reference.threshold_mask,
    lecture="lecture 06, “The mask is the connection”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("weights of both signs", 3, _both_signs, same_mask),
        Check("weights exactly at the threshold are kept", 2, _at_the_threshold, same_mask),
        Check("a threshold of 0, and one above all weights", 1, _extremes, same_mask),
        Check("convolutions, in their shape", 1, _convolutions, same_mask),
        Check("a right mask, as torch.bool", 1, _both_signs, mask_values_and_dtype(same_mask)),
    ),
    misconceptions=_with_weights_returned(
        (MASK_NOT_BOOL,),
        FORMS,
        ways(
            *SIGN_NOT_IGNORED,
            lambda w, threshold: w >= threshold,
        ),
        ways(
            "whole-numbers-compared",
            "The magnitudes were rounded or cut off to whole numbers before they were compared.",
            lambda w, threshold: w.abs().trunc() >= threshold,
            lambda w, threshold: w.abs().round() >= threshold,
        ),
        ways(
            *ROUNDED_FIRST,
            *(
                lambda w, threshold, n=n: w.abs().round(decimals=n) >= threshold
                for n in DECIMALS[1:]
            ),
            *(
                lambda w, threshold, n=n: w.abs().round(decimals=n) >= round(threshold, n)
                for n in DECIMALS[1:]
            ),
        ),
        ways(
            *INVERTED,
            lambda w, threshold: w.abs() < threshold,
            lambda w, threshold: (w < threshold) & (w > -threshold),
        ),
        both(
            INVERTED,
            THRESHOLD_PRUNED,
            lambda w, threshold: w.abs() <= threshold,
            lambda w, threshold: (w <= threshold) & (w >= -threshold),
        ),
        both(SIGN_NOT_IGNORED, THRESHOLD_PRUNED, lambda w, threshold: w > threshold),
        ways(
            *BOTH_CONDITIONS,
            lambda w, threshold: (w >= threshold) & (w <= -threshold),
        ),
        both(
            BOTH_CONDITIONS,
            THRESHOLD_PRUNED,
            lambda w, threshold: (w > threshold) & (w < -threshold),
        ),
        ways(
            "lower-end-turned",
            "The second comparison is the wrong way round: negative weights are kept if they lie "
            "below −threshold, not above it.",
            lambda w, threshold: (w >= threshold) | (w >= -threshold),
            lambda w, threshold: (w >= threshold) & (w >= -threshold),
            lambda w, threshold: w <= -threshold,
        ),
        ways(
            "one-answer-for-all",
            "One answer came back for all weights. The mask has an entry for each of them: compare "
            "the tensor, without `.all()` or `.any()`.",
            lambda w, threshold: (w.abs() >= threshold).all(),
            lambda w, threshold: (w.abs() >= threshold).any(),
            lambda w, threshold: bool((w.abs() >= threshold).all()),
            lambda w, threshold: bool((w.abs() >= threshold).any()),
        ),
        ways(*THRESHOLD_PRUNED, lambda w, threshold: w.abs() > threshold),
        ways(
            "one-side-strict",
            "Of two weights whose magnitude is just the threshold, one was kept, and the one of "
            "the other sign was pruned. `>=` on one side of zero asks for `<=` on the other; or "
            "compare the magnitude.",
            lambda w, threshold: (w >= threshold) | (w < -threshold),
            lambda w, threshold: (w > threshold) | (w <= -threshold),
        ),
        ways(
            "zeros-always-pruned",
            "A weight of 0 was pruned although the threshold is 0. What goes is decided by the "
            "threshold alone.",
            lambda w, threshold: (w.abs() >= threshold) & (w != 0),
        ),
        two_axes_assumed(reference.threshold_mask),
        ways(
            "survivors-returned",
            "Only the weights that are kept came back, or their places. The mask has an entry for "
            "every weight, in the same shape.",
            lambda w, threshold: w[w.abs() >= threshold],
            lambda w, threshold: (w.abs() >= threshold).nonzero(),
        ),
        ways(
            "threshold-scaled",
            "The threshold was multiplied by something, such as the largest or the typical weight. "
            "It is in the units of the weights already: compare as it is.",
            lambda w, threshold: w.abs() >= threshold * w.abs().max(),
            lambda w, threshold: w.abs() >= threshold * w.std(),
            lambda w, threshold: w.abs() >= threshold * w.abs().mean(),
        ),
        ways(
            "squares-compared",
            "The square of a weight was compared with the threshold. Compare its magnitude.",
            lambda w, threshold: w.square() >= threshold,
        ),
        ways(
            "threshold-taken-for-share",
            "The threshold was taken for a share of the weights. It is a magnitude: how many "
            "weights go depends on the weights.",
            lambda w, share: w.abs() >= w.abs().quantile(min(share, 1.0)),
        ),
        ways(
            "whole-rows",
            "Whole rows were kept or pruned. Here each weight is judged by itself; removing rows "
            "is the subject of the next chapter.",
            _rows(lambda rows: rows.abs().amax(dim=1)),
            _rows(lambda rows: rows.norm(dim=1)),
            _rows(lambda rows: rows.abs().mean(dim=1)),
            _rows(lambda rows: rows.abs().amin(dim=1)),
            lambda w, threshold: (w.abs().amax(-1, keepdim=True) >= threshold).expand(w.shape),
            lambda w, threshold: (w.norm(dim=-1, keepdim=True) >= threshold).expand(w.shape),
            lambda w, threshold: (w.abs().mean(-1, keepdim=True) >= threshold).expand(w.shape),
        ),
        ways(
            "distance-from-the-mean",
            "The distance from the mean of the tensor was measured. The magnitude of a weight is "
            "its distance from 0.",
            lambda w, threshold: (w - w.mean()).abs() >= threshold,
            lambda w, threshold: (w - w.median()).abs() >= threshold,
        ),
        ways(
            "largest-always-kept",
            "Where no weight reaches the threshold, the largest was kept all the same. Then all of "
            "them go: the threshold alone decides.",
            lambda w, threshold: w.abs() >= min(threshold, float(w.abs().max())),
        ),
        both(
            SIGN_NOT_IGNORED,
            INVERTED,
            lambda w, threshold: w < threshold,
            lambda w, threshold: w <= threshold,
        ),
    ),
)
