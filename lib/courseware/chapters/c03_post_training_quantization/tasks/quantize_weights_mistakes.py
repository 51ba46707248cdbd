"""Mistakes in `quantize_weights`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from courseware.chapters.c03_post_training_quantization.tasks.quantized_states import (
    ROW_WISE,
    affine,
    affine_with_zero,
    codes,
    codes_run_together,
    columns,
    columns_run_together,
    flat,
    flattened,
    from_the_lowest,
    guarded,
    guarded_rows,
    guarded_together,
    has_other_matrices,
    has_zero_group,
    in_float,
    in_float32,
    in_own_dtype,
    last_size,
    model,
    not_spread,
    one_scale,
    other_blocks,
    others_as,
    raising,
    refusing_others,
    right,
    row_size,
    row_wise,
    rows,
    run_together,
    run_with_rest,
    scale_a_row,
    scales_repeated,
    scales_repeated_afterwards,
    short_group,
    unless_it_divides,
    vectors_too,
    weight_by,
)
from courseware.chapters.c03_post_training_quantization.tasks.states import is_weight
from courseware.checks import blocks, groups
from courseware.checks.block_mistakes import ROWS_RUN_TOGETHER, within_a_block
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from courseware.checks.outliers import OUTLIERS_LEFT_OUT
from courseware.checks.precision import HALF_PRECISION, IMPRECISE
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception
from courseware.checks.zero_guards import GUARD_TOO_LARGE, TAKEN_FOR_ZEROS, ZERO_SCALE

INTEGERS_TOO = (
    "A tensor of integers was quantized. Such tensors hold positions or counts: only "
    "floating-point ones are weights."
)

CODES_NOT_VALUES = (
    "codes-not-values",
    "The codes came back. The model computes with floats: multiply each code by the scale of its "
    "group again.",
)
GUARDS = (
    *((small, True) for small in (1e-12, 1e-8, 1e-7, float(torch.finfo(torch.float32).eps))),
    *((small, False) for small in (1e-12, 1e-8)),
    *((small, added) for small in (1e-6, 1e-5, 1e-4) for added in (True, False)),
    (1e-3, False),
)
"""What is added to scales, or the least that they may be, and which of the two."""

BIASES_TOO = (
    "biases-too",
    "Tensors with one axis were quantized as well. Biases and the weights of normalisations are "
    "few, and errors in them cost much: they stay as they are.",
)


OTHERS_IN_16_BITS = (
    "others-in-16-bits",
    "Biases, or other floating-point tensors that are no weights, were brought to 16 bits. What is "
    "no weight stays as it is, bit for bit.",
)
IN_16_BITS: tuple[Callable[[torch.Tensor], torch.Tensor], ...] = (
    lambda w: w.half(),
    lambda w: w.half().to(w.dtype),
    lambda w: w.bfloat16(),
    lambda w: w.bfloat16().to(w.dtype),
)


def _of_axes(*axes: int) -> Callable[[str, torch.Tensor], bool]:
    return lambda name, w: is_weight(w) and w.dim() in axes


def _block_mistakes() -> Iterator[Misconception]:
    """Those of chapter 02 that show in values."""
    names = {"full-range-scale", "levels-off-by-one", "signed-max", "n-bits-ignored"}
    names |= {"codes-all-on-one-side", "other-measure", "first-value-only", "range-too-narrow"}
    names |= {"zero-block-changes-all", IMPRECISE[0], OUTLIERS_LEFT_OUT[0], HALF_PRECISION[0]}
    names |= {cause[0] for cause, _ in TAKEN_FOR_ZEROS}
    names |= {name for name, _, _ in ROUNDINGS}
    for known in within_a_block(lambda by: model(in_float(weight_by(by))), "group"):
        if known.name in names:
            yield known


MISTAKES = several(
    (
        Misconception(
            "entries-missing",
            "Some entries of the state are missing in the result. A model needs all of them: "
            "those that are not quantized come back as they were.",
        ),
        Misconception(
            "entries-added",
            "The result has entries that the state does not have. Scales are not asked for "
            "here: the weights come back as floats, under their own names.",
        ),
    ),
    ways(
        "dtype-lost",
        "The values are right, but a weight changed its type. One of 16 bits comes back with "
        "16 bits, or the model would mix types.",
        model(in_float32),
    ),
    ways(
        "scales-in-16-bits",
        "The scales of a weight of 16 bits were computed in 16 bits, where small ones keep few "
        "digits or vanish. Compute in `float32`, and bring only the result back.",
        model(in_own_dtype),
    ),
    _block_mistakes(),
    (Misconception(*ZERO_SCALE),),
    ways(
        *ZERO_SCALE,
        *each_instead(has_zero_group, (ZeroDivisionError, ValueError), model()),
    ),
    ways(
        *GUARD_TOO_LARGE,
        *(guarded(*guard) for guard in GUARDS),
    ),
    ways(*CODES_NOT_VALUES, model(codes)),
    ways(*OTHERS_IN_16_BITS, *map(others_as, IN_16_BITS)),
    both(CODES_NOT_VALUES, OTHERS_IN_16_BITS, *(others_as(to, codes) for to in IN_16_BITS)),
    both(CODES_NOT_VALUES, BIASES_TOO, vectors_too(codes_run_together, codes)),
    ways(
        "one-scale-for-all",
        "All groups of a weight share one scale. The point is that each has its own.",
        model(one_scale),
        model(unless_it_divides(raising(ValueError), one_scale)),
    ),
    ways(
        *groups.ONE_SCALE_A_ROW,
        model(scale_a_row),
        model(unless_it_divides(raising(ValueError), scale_a_row)),
        model(unless_it_divides(raising(ValueError), in_float(scale_a_row))),
    ),
    ways(
        *BIASES_TOO,
        *(vectors_too(by) for by in (run_together, one_scale, run_with_rest)),
    ),
    (Misconception("integers-too", INTEGERS_TOO),),
    ways(
        "integers-too",
        INTEGERS_TOO,
        model(right, lambda name, w: w.dim() >= 2),
        model(right, lambda name, w: w.dim() >= 2 and w.dtype != torch.bool),
        model(in_float32, lambda name, w: w.dim() >= 2),
        model(in_float32, lambda name, w: w.dim() >= 2 and w.dtype != torch.bool),
        *(
            except_where(has_other_matrices, error, behaves)
            for error in (ValueError, RuntimeError, TypeError)
            for behaves in (model(), model(scale_a_row))
        ),
    ),
    ways(
        "told-by-name",
        "Weights were told by their names. A weight matrix may have any name, and the weights "
        "of a normalisation have just one axis: look at type and number of axes.",
        *(
            model(of_weight, pick)
            for of_weight in (right, unless_it_divides(run_together))
            for pick in (
                lambda name, w: "weight" in name,
                lambda name, w: "weight" in name and w.dim() >= 2,
                lambda name, w: "bias" not in name and w.is_floating_point() and w.dim() >= 1,
            )
        ),
    ),
    ways(
        "only-float32",
        "Only tensors of float32 were taken for weights. Those of float16, bfloat16 and float64 "
        "are floating-point as well: ask `is_floating_point()`.",
        model(right, lambda name, w: is_weight(w) and w.dtype == torch.float32),
    ),
    *(
        both(groups.ONE_SCALE_A_ROW, (known.name, known.message), model(row_wise(known.name)))
        for known in _block_mistakes()
        if known.name in ROW_WISE
    ),
    both(
        groups.ONE_SCALE_A_ROW,
        GUARD_TOO_LARGE,
        *(model(guarded_rows(*guard)) for guard in GUARDS),
    ),
    ways(
        "only-matrices",
        "A weight with more than two axes, that of a convolution, was left as it is. Lay out "
        "what belongs to each output in a row, then it is a matrix like any other.",
        model(right, lambda name, w: is_weight(w) and w.dim() == 2),
    ),
    ways(
        "some-axes-only",
        "Only weights with a certain number of axes were taken, as those of linear layers and of "
        "convolutions of images. Two axes or more are enough: 3 and 5 are those of convolutions "
        "over time and over space.",
        *(
            model(right, _of_axes(*axes))
            for axes in ((2, 4), (2, 3), (2, 3, 4), (4,), (3, 4), (3, 4, 5))
        ),
    ),
    ways(
        "axes-left-over",
        "The weights of an output were not laid out in one row: groups ended at the end of "
        "an inner axis, or one that did not fit was refused.",
        model(other_blocks(lambda w, size: w.reshape(*w.shape[:-1], -1, size), -1)),
        model(
            lambda w, n, size: (
                right(w, n, size)
                if w.dim() == 2 or w.shape[-1] % size == 0
                else raising(ValueError)(w, n, size)
            )
        ),
        model(lambda w, n, size: short_group(w.reshape(-1, w.shape[-1]), n, size).reshape(w.shape)),
    ),
    ways(
        "affine-grid",
        "The groups were put on a grid with a zero point. Here it is symmetric: 0 stays 0, and "
        "only the largest magnitude of a group counts.",
        model(weight_by(affine)),
        model(weight_by(from_the_lowest)),
        model(weight_by(affine_with_zero)),
    ),
    ways(
        *groups.DOWN_THE_COLUMNS,
        model(columns_run_together),
        model(columns(RuntimeError)),
        model(columns(ValueError)),
    ),
    ways(
        "scales-not-spread",
        "The shapes of codes and scales do not meet: there is a code for each weight, but a scale "
        "for each group. Spread each scale over its group before you multiply.",
        model(not_spread),
    ),
    ways(
        *groups.INTERLEAVED,
        model(other_blocks(lambda w, size: rows(w).reshape(len(w), size, -1), 1)),
    ),
    ways(
        *groups.SCALES_REPEATED,
        model(unless_it_divides(raising(ValueError), scales_repeated)),
        model(unless_it_divides(raising(ValueError), scales_repeated_afterwards)),
    ),
    ways(
        *groups.SIZE_TAKEN_FOR_COUNT,
        model(other_blocks(lambda w, size: rows(w).reshape(len(w), size, -1), 2)),
    ),
    both(
        ROWS_RUN_TOGETHER,
        GUARD_TOO_LARGE,
        *(model(guarded_together(*guard)) for guard in GUARDS),
    ),
    ways(
        *ROWS_RUN_TOGETHER,
        model(run_together),
        model(flattened(RuntimeError)),
    ),
    ways(
        "rest-of-row-accepted",
        "A row that the groups do not fill was accepted: the rest went into a shorter group, "
        "or the weight stayed as it was. Nobody could tell that from the result: raise a "
        "ValueError.",
        model(short_group),
        model(unless_it_divides(lambda w, n, size: w)),
        model(
            unless_it_divides(
                other_blocks(lambda w, size: rows(w)[:, : w[0].numel() // size * size], 1)
            )
        ),
    ),
    ways(
        *groups.OTHER_ERROR,
        *(
            model(unless_it_divides(raising(error)))
            for error in (RuntimeError, AssertionError, IndexError)
        ),
    ),
    ways(
        "refuses-what-stays",
        "A ValueError came although every weight fits. Tensors that are not quantized need "
        "not be filled by groups.",
        *(
            refusing_others(size, single_numbers)
            for size in (torch.numel, row_size, last_size)
            for single_numbers in (True, False)
        ),
    ),
    ways(
        "shape-lost",
        "The weights came back as rows or groups. A model can load them only in the shapes "
        "that they had.",
        model(flat),
        model(lambda w, n, size: blocks.grouped(flat(w, n, size), size)),
        model(lambda w, n, size: flat(w, n, size).reshape(-1, size)),
        model(lambda w, n, size: flat(w, n, size).reshape(-1)),
    ),
)
