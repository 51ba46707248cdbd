"""What is told of `gptq_quantize`, and two mistakes at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from courseware.chapters.c10_language_models.tasks.columns import (
    to_the_end_of_the_group,
    without_the_cut,
)
from courseware.chapters.c10_language_models.tasks.gptq_wrong_ways import (
    crossed,
    factor_of,
    hessian_alone,
    in_steps,
    inverse_alone,
    nothing,
    of_given,
    of_row,
    other_factor,
    undivided,
)
from courseware.checks.groups import ONE_SCALE_A_ROW
from courseware.checks.misconceptions import products, several
from courseware.checks.roundings import ROUNDINGS

VALUES_NOT_CODES = (
    "values-not-codes",
    "The rounded weights came back. What is asked for are the integers, and the scales beside "
    "them.",
)
ONE_SCALE_FOR_ALL_ROWS = (
    "one-scale-for-all-rows",
    "All rows share a scale. Each row has its own in every group.",
)
BY_THE_DIAGONAL = (
    "sorted-by-the-diagonal",
    "The columns were rounded in another order, those with the largest inputs first. That may be "
    "better, but here they are taken as they stand.",
)
LEVELS_OFF = (
    "levels-off-by-one",
    "The largest weight was not spread over 2^(b−1) − 1 steps: it lands on the highest code.",
)
OTHER_LEVELS: tuple[Callable[[int], float], ...] = (
    lambda b: 2 ** (b - 1),
    lambda b: (2**b - 1) / 2,
    lambda b: 2**b - 1,
)
NOT_PASSED_ON = (
    "errors-not-passed-on",
    "The codes are those of rounding each weight by itself: the error of a column does not go "
    "on to the columns on its right. Is the step missing, is the error taken only after ŵ was "
    "written over the column, so that it is 0, or does it multiply by zeros? U is upper "
    "triangular (`upper=True`), and what counts stands in row j, right of the diagonal.",
)
WRONG_SIGN = (
    "error-with-the-wrong-sign",
    "The errors were added where they are to be taken off, or the other way round: the columns "
    "on the right make things worse. w_k −= (w_j − ŵ_j) · U[j, k] / U[j, j].",
)
NOT_INVERTED = (
    "hessian-not-inverted",
    "U is the factor of H itself. It is that of its inverse: UᵀU = H⁻¹.",
)
OTHER_FACTOR = (
    "the-other-factor",
    "This triangular factor gives H⁻¹ in the other order, U·Uᵀ. Here UᵀU = H⁻¹: the transpose "
    "of `torch.linalg.cholesky(H⁻¹)`.",
)
WITHOUT_FACTOR = (
    "inverse-without-factor",
    "The rows of H⁻¹ were used as they are. Once a column is rounded it can no longer change, "
    "so it has to leave the inverse; the rows of U are what is left then.",
)
NOT_DIVIDED = (
    "not-divided-by-the-diagonal",
    "The error was not divided by U[j, j]. A column on the right gets the share "
    "U[j, k] / U[j, j] of it.",
)
IN_STEPS = (
    "error-in-steps",
    "The error was passed on in steps of the grid. It is a difference of weights: multiply the "
    "code by its scale first.",
)
OF_THE_GIVEN = (
    "scales-of-the-given-weight",
    "The scale of a group was taken from the weights as they were given, or before all earlier "
    "errors were passed on. When a group begins, its columns have changed: take it from what "
    "stands there then.",
)
CUT_LOST = (
    "cut-off-part-lost",
    "What the clamp cuts off was not counted as an error. It is what the stored value differs "
    "by, and the other columns can make up for it.",
)
IN_THE_GROUP = (
    "errors-stay-in-the-group",
    "The errors stop at the end of a group. They go on to all columns on the right, into later "
    "groups as well.",
)
Knob = tuple[tuple[tuple[str, str], dict[str, Any]], ...]

SIGNS: Knob = ((WRONG_SIGN, {"sign": 1.0}),)
SHIFTS: Knob = (
    (NOT_INVERTED, {"shift": factor_of}),
    (NOT_INVERTED, {"shift": hessian_alone}),
    (OTHER_FACTOR, {"shift": other_factor}),
    (WITHOUT_FACTOR, {"shift": inverse_alone}),
    (NOT_DIVIDED, {"shift": undivided}),
)
ERRORS: Knob = (
    (IN_STEPS, {"error_of": lambda w_j, w_hat, s: (w_j - w_hat) / s}),
    (CUT_LOST, {"error_of": without_the_cut}),
)
REACHES: Knob = ((IN_THE_GROUP, {"reach": to_the_end_of_the_group}),)
NOTHING: Knob = ((NOT_PASSED_ON, {"shift": nothing}),)
"""How errors go on otherwise, or not at all."""
OTHER_SCALES: Knob = (
    *((LEVELS_OFF, {"of": in_steps(n)}) for n in OTHER_LEVELS),
    (OF_THE_GIVEN, {"of": of_given}),
    (ONE_SCALE_A_ROW, {"of": of_row}),
)
OTHER_CODES: Knob = tuple(
    ((name, message), {"rounding": rounding})
    for name, message, rounding in ROUNDINGS
    if name in ("truncated", "floored", "rounded-up")
)

TWO_OF_THE_LOOP = several(
    products(crossed, SIGNS, SHIFTS, REACHES),
    *(
        products(crossed, passed, other)
        for passed in (SIGNS, SHIFTS, ERRORS, REACHES, NOTHING)
        for other in (OTHER_SCALES, OTHER_CODES)
    ),
)
