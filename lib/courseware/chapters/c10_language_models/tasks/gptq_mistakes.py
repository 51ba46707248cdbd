"""Mistakes in `gptq_quantize`."""

from __future__ import annotations

import torch

from courseware.chapters.c10_language_models.tasks.columns import (
    to_the_end_of_the_group,
    top,
    without_the_cut,
)
from courseware.chapters.c10_language_models.tasks.gptq_pairs import (
    BY_THE_DIAGONAL,
    CUT_LOST,
    IN_STEPS,
    IN_THE_GROUP,
    LEVELS_OFF,
    NOT_DIVIDED,
    NOT_INVERTED,
    NOT_PASSED_ON,
    OF_THE_GIVEN,
    ONE_SCALE_FOR_ALL_ROWS,
    OTHER_FACTOR,
    OTHER_LEVELS,
    TWO_OF_THE_LOOP,
    VALUES_NOT_CODES,
    WITHOUT_FACTOR,
    WRONG_SIGN,
)
from courseware.chapters.c10_language_models.tasks.gptq_wrong_ways import (
    by,
    changed,
    checked,
    damped,
    dequantized_by,
    divided_twice,
    factor_of,
    full_range,
    has_zero_group,
    hessian_alone,
    in_order,
    inverse_alone,
    inverse_undivided,
    let_through,
    looked_at_again,
    mean_diagonal,
    mirrored,
    misfit,
    nothing,
    of_all,
    of_given,
    of_rest,
    of_row,
    of_row_now,
    ordered_groups,
    other_factor,
    over,
    right,
    scales,
    signed,
    size_as_count,
    spread_over_rows,
    unbounded,
    undivided,
    unguarded,
)
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.groups import (
    DOWN_THE_COLUMNS,
    ONE_SCALE_A_ROW,
    OTHER_ERROR,
    SIZE_TAKEN_FOR_COUNT,
)
from courseware.checks.misconceptions import (
    both,
    each_instead,
    except_where,
    several,
    ways,
)
from courseware.checks.roundings import ROUNDINGS

MISTAKES = several(
    ways(
        "other-dtype",
        "The values are right, but not their types: int8 for the codes, float32 for the scale.",
        right,
        changed(lambda codes, scale: (codes.float(), scale)),
        changed(lambda codes, scale: (codes, scale.double())),
    ),
    ways(
        *NOT_PASSED_ON,
        by(shift=nothing),
    ),
    ways(
        *WRONG_SIGN,
        by(sign=1.0),
    ),
    ways(
        *NOT_INVERTED,
        by(shift=factor_of),
        by(shift=hessian_alone),
    ),
    ways(
        *OTHER_FACTOR,
        by(shift=other_factor),
    ),
    ways(
        *WITHOUT_FACTOR,
        by(shift=inverse_alone),
        by(shift=inverse_undivided),
    ),
    ways(
        *NOT_DIVIDED,
        by(shift=undivided),
    ),
    ways(
        "divided-twice",
        "The error was divided by U[j, j] more than once, or by its square, the entry of H⁻¹.",
        by(shift=divided_twice),
    ),
    ways(
        *IN_STEPS,
        by(error_of=lambda w_j, w_hat, s: (w_j - w_hat) / s),
        by(error_of=lambda w_j, w_hat, s: w_j - w_hat / s),
    ),
    ways(
        "next-column-only",
        "The error went to the next column alone. All columns on the right take their share.",
        by(reach=lambda j, size: slice(j + 1, j + 2)),
    ),
    ways(
        *IN_THE_GROUP,
        by(reach=to_the_end_of_the_group),
    ),
    ways(
        "columns-on-the-left-changed",
        "Columns that are rounded already were changed again. Errors go to the right.",
        by(reach=lambda j, size: slice(0, None), shift=inverse_alone),
    ),
    ways(
        *CUT_LOST,
        by(error_of=without_the_cut),
    ),
    ways(
        *OF_THE_GIVEN,
        scales(of_given),
    ),
    ways(
        "scale-taken-again",
        "The scale was taken anew before every column. It is fixed when the group begins: one "
        "number is stored for all of its columns.",
        looked_at_again,
    ),
    ways(
        *ONE_SCALE_A_ROW,
        scales(of_row),
        scales(of_row_now),
        scales(of_rest),
    ),
    ways(
        *ONE_SCALE_FOR_ALL_ROWS,
        scales(of_all),
    ),
    ways(
        "damped-again",
        "Something was added to the diagonal of the Hessian. It comes damped: use it as it is.",
        *(by(shift=damped(share, mean_diagonal)) for share in (0.1, 0.05, 0.01, 0.001)),
        *(by(shift=damped(share, lambda h: torch.tensor(1.0))) for share in (1, 0.1, 0.01, 1e-3)),
    ),
    ways(
        "right-to-left",
        "The columns were rounded from right to left. Begin with the first.",
        mirrored,
        in_order(lambda h: torch.arange(len(h)).flip(0)),
    ),
    ways(
        *BY_THE_DIAGONAL,
        ordered_groups(top),
        in_order(lambda h: h.diagonal().argsort(descending=True)),
        in_order(lambda h: h.diagonal().argsort()),
    ),
    ways(
        *LEVELS_OFF,
        *map(over, OTHER_LEVELS),
    ),
    both(LEVELS_OFF, BY_THE_DIAGONAL, *map(ordered_groups, OTHER_LEVELS)),
    ways(
        "full-range-codes",
        "The codes reach down to −2^(b−1). The grid is restricted: −(2^(b−1) − 1) … 2^(b−1) − 1.",
        full_range,
    ),
    ways(
        "codes-not-clamped",
        "Some codes lie beyond the grid. The weights change on the way, so that later ones can be "
        "larger than the scale allows for: clamp.",
        checked(unbounded),
    ),
    ways(
        "signed-max",
        "The largest value was taken for the scale, not the largest magnitude. Negative weights "
        "reach just as far from zero.",
        scales(signed),
    ),
    ways("n-bits-ignored", N_BITS_IGNORED, lambda w, h, b, g: right(w, h, 8, g)),
    *(
        ways(name, message, by(rounding=rounding))
        for name, message, rounding in ROUNDINGS
        if name in ("truncated", "floored", "rounded-up")
    ),
    ways(*SIZE_TAKEN_FOR_COUNT, size_as_count),
    ways(*DOWN_THE_COLUMNS, spread_over_rows),
    ways(
        *VALUES_NOT_CODES,
        dequantized_by(right),
    ),
    TWO_OF_THE_LOOP,
    both(ONE_SCALE_FOR_ALL_ROWS, VALUES_NOT_CODES, dequantized_by(scales(of_all))),
    both(LEVELS_OFF, VALUES_NOT_CODES, *(dequantized_by(over(n)) for n in OTHER_LEVELS)),
    ways(
        "scale-inverted",
        "The scales are upside down: these are steps per unit. A scale is the width of one step.",
        changed(lambda codes, scale: (codes, 1 / scale)),
    ),
    ways(
        "scale-per-weight",
        "The scales came back once for every weight. One for each group of a row is enough.",
        lambda w, h, b, g: (
            right(w, h, b, g)[0].to(torch.int8),
            right(w, h, b, g)[1].repeat_interleave(g, dim=1).float(),
        ),
    ),
    ways(
        "scale-transposed",
        "The scales stand in groups and rows. They have a row for each row of w.",
        changed(lambda codes, scale: (codes, scale.T)),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the codes come first, then the scale.",
        changed(lambda codes, scale: (scale, codes)),
    ),
    ways(
        "zero-group",
        "Where all weights of a group are 0, the scale became 0, and the next step divides by it. "
        "Any positive scale maps zeros to code 0: choose one.",
        scales(unguarded),
        *each_instead(has_zero_group, (ZeroDivisionError, ValueError), right),
    ),
    ways(
        "misfit-let-through",
        "A group size that does not divide the row was let through. The last group would be "
        "shorter than the others: raise a ValueError.",
        let_through,
        except_where(misfit, (torch.zeros(1), torch.zeros(1)), right),
    ),
    ways(
        *OTHER_ERROR,
        *each_instead(misfit, (AssertionError, RuntimeError, IndexError), right),
    ),
)
