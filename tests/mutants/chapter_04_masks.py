"""Solutions of exercise 04 as students could write them: the straight-through mask."""

from __future__ import annotations

import torch

from tests.mutants.table import right, wrong


@wrong("ste_mask", says="border-before-rounding")
def looks_before_rounding(x, scale, qmin, qmax):
    steps = x / scale
    return (steps >= qmin) & (steps <= qmax)


@wrong("ste_mask", says="border-before-rounding")
def compares_with_the_largest_values(x, scale, qmin, qmax):
    return (x >= qmin * scale) & (x <= qmax * scale)


@wrong("ste_mask", says="ends-left-out")
def leaves_both_ends_out(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes > qmin) & (codes < qmax)


@wrong("ste_mask", says="one-end-forgotten")
def forgets_the_lower_end(x, scale, qmin, qmax):
    return torch.round(x / scale) <= qmax


@wrong("ste_mask", says="one-end-forgotten")
def forgets_the_upper_end(x, scale, qmin, qmax):
    return torch.round(x / scale) >= qmin


@wrong("ste_mask", says="mask-inverted")
def marks_what_is_clipped(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes < qmin) | (codes > qmax)


@wrong("ste_mask", says="lower-end-mirrored")
def compares_magnitudes(x, scale, qmin, qmax):
    return torch.round(x / scale).abs() <= qmax


@wrong("ste_mask", says="eight-bits-assumed")
def knows_int8_only(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes >= -128) & (codes <= 127)


@wrong("ste_mask", says="ties-at-the-ends")
def widens_the_range_by_half_a_step(x, scale, qmin, qmax):
    steps = x / scale
    return (steps >= qmin - 0.5) & (steps <= qmax + 0.5)


@wrong("ste_mask", says="ties-at-the-ends")
def measures_how_far_x_was_moved(x, scale, qmin, qmax):
    x_hat = torch.round(x / scale).clamp(qmin, qmax) * scale
    return (x_hat - x).abs() <= scale / 2


@wrong("ste_mask", says="ties-at-the-ends")
def rounds_ties_up(x, scale, qmin, qmax):
    codes = torch.floor(x / scale + 0.5)
    return (codes >= qmin) & (codes <= qmax)


@wrong("ste_mask", says="truncated")
def cuts_off_the_fraction(x, scale, qmin, qmax):
    codes = (x / scale).to(torch.int32)
    return (codes >= qmin) & (codes <= qmax)


@wrong("ste_mask", says="floored")
def divides_without_a_rest(x, scale, qmin, qmax):
    codes = x // scale
    return (codes >= qmin) & (codes <= qmax)


@wrong("ste_mask", says="asked-after-the-clamp")
def asks_after_the_clamp(x, scale, qmin, qmax):
    codes = torch.round(x / scale).clamp(qmin, qmax)
    return (codes >= qmin) & (codes <= qmax)


@wrong("ste_mask", says="scale-forgotten")
def compares_values_with_codes(x, scale, qmin, qmax):
    rounded = torch.round(x)
    return (rounded >= qmin) & (rounded <= qmax)


@wrong("ste_mask", says="scale-multiplied")
def multiplies_by_the_scale(x, scale, qmin, qmax):
    codes = torch.round(x * scale)
    return (codes >= qmin) & (codes <= qmax)


@wrong("ste_mask", says="mask-applied")
def returns_the_masked_values(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return torch.where((codes >= qmin) & (codes <= qmax), x, 0.0)


@wrong("ste_mask", says="changes-input")
def divides_in_place(x, scale, qmin, qmax):
    x /= scale
    codes = torch.round(x)
    return (codes >= qmin) & (codes <= qmax)


@wrong("ste_mask", says="wrong-shape")
def flattens_on_the_way(x, scale, qmin, qmax):
    codes = [round(v) for v in (x.flatten() / scale).tolist()]
    return torch.tensor([qmin <= code <= qmax for code in codes])


@wrong("ste_mask", says="off-limits")
def asks_the_library_for_the_mask(x, scale, qmin, qmax):
    from model_compression.fake_quantization import ste_mask as theirs

    return theirs(x, scale, qmin, qmax)


@wrong("ste_mask", says="one-end-left-out")
def leaves_the_highest_code_out(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes >= qmin) & (codes < qmax)


@wrong("ste_mask", says="one-end-left-out")
def leaves_the_lowest_code_out(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes > qmin) & (codes <= qmax)


@wrong("ste_mask", says="range-too-wide")
def lets_one_more_code_in(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes >= qmin) & (codes <= qmax + 1)


@wrong("ste_mask", says="range-too-wide")
def lets_one_more_code_in_below(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes >= qmin - 1) & (codes <= qmax)


@wrong("ste_mask", says="border-before-rounding")
def draws_a_strict_border_before_rounding(x, scale, qmin, qmax):
    return (x / scale > qmin) & (x / scale < qmax)


@wrong("ste_mask", says="wrapped-around")
def stores_the_codes_in_int8_first(x, scale, qmin, qmax):
    codes = torch.round(x / scale).to(torch.int32).to(torch.int8)
    return (codes >= qmin) & (codes <= qmax)


@wrong("ste_mask", says="asked-after-the-clamp")
def joins_the_comparisons_by_or(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes >= qmin) | (codes <= qmax)


@wrong("ste_mask", says="one-answer-for-all")
def asks_for_all_at_once(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return ((codes >= qmin) & (codes <= qmax)).all()


@wrong("ste_mask", says="mask-applied")
def returns_the_clamped_values(x, scale, qmin, qmax):
    return torch.round(x / scale).clamp(qmin, qmax) * scale


@right("ste_mask")
def unchanged_by_the_clamp(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return codes == codes.clamp(qmin, qmax)


@right("ste_mask")
def value_by_value(x, scale, qmin, qmax):
    passes = [float(qmin <= round(v / float(scale)) <= qmax) for v in x.flatten().tolist()]
    return torch.tensor(passes).reshape(x.shape)


@right("ste_mask")
def with_numpy(x, scale, qmin, qmax):
    import numpy as np

    codes = np.rint(x.numpy().astype(np.float64) / float(scale))
    return torch.from_numpy(((codes >= qmin) * (codes <= qmax)).astype(np.uint8))


@right("ste_mask")
def as_the_gradient_of_a_clamp(x, scale, qmin, qmax):
    codes = torch.round(x * (1 / scale)).detach().requires_grad_()
    codes.clamp(qmin, qmax).sum().backward()
    return codes.grad


@right("ste_mask")
def distance_from_the_middle(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (2 * codes - (qmin + qmax)).abs() <= qmax - qmin


@wrong("ste_mask", says="on-the-grid-only")
def passes_on_the_grid_only(x, scale, qmin, qmax):
    v = x / scale
    clamped = torch.clamp(torch.round(v), qmin, qmax)
    return clamped == v


@wrong("ste_mask", says="cut-off-and-ends-left-out")
def cuts_off_between_the_ends(x, scale, qmin, qmax):
    codes = torch.trunc(x / scale)
    return (codes > qmin) & (codes < qmax)


@wrong("ste_mask", says="one-end-left-out")
def looks_a_cut_code_up_in_a_range(x, scale, qmin, qmax):
    passes = [int(v / float(scale)) in range(qmin, qmax) for v in x.flatten().tolist()]
    return torch.tensor(passes).reshape(x.shape)
