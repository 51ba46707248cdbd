"""Solutions of exercise 04 as students could write them: fake quantization and its gradient."""

from __future__ import annotations

import torch

from tests.mutants.table import right, wrong


def _values(x, scale, qmin, qmax):
    return torch.round(x / scale).clamp(qmin, qmax) * scale


def _mask(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    return (codes >= qmin) & (codes <= qmax)


def _rounded(x, scale, qmin, qmax, gradient):
    """On the way back: `gradient(upstream, mask)`, the mask of what is inside the range."""

    class Rounding(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            codes = torch.round(x / scale)
            ctx.save_for_backward((codes >= qmin) & (codes <= qmax))
            return codes.clamp(qmin, qmax) * scale

        @staticmethod
        def backward(ctx, upstream):
            return gradient(upstream, ctx.saved_tensors[0])

    return Rounding.apply(x)


@wrong("fake_quantize", says="gradient-of-a-staircase")
def trusts_the_true_derivative(x, scale, qmin, qmax):
    return torch.round(x / scale).clamp(qmin, qmax) * scale


@wrong("fake_quantize", says="cut-off")
def turns_gradients_off(x, scale, qmin, qmax):
    with torch.no_grad():
        return torch.round(x / scale).clamp(qmin, qmax) * scale


@wrong("fake_quantize", says="cut-off")
def goes_through_python(x, scale, qmin, qmax):
    steps = (x / scale).flatten().tolist()
    codes = [min(max(round(step), qmin), qmax) for step in steps]
    return (torch.tensor(codes) * scale).reshape(x.shape).float()


@wrong("fake_quantize", says="passes-everywhere")
def looks_through_the_clamp_as_well(x, scale, qmin, qmax):
    x_hat = torch.round(x / scale).clamp(qmin, qmax) * scale
    return x + (x_hat - x).detach()


@wrong("fake_quantize", says="border-before-rounding")
def clamps_before_rounding(x, scale, qmin, qmax):
    clamped = (x / scale).clamp(qmin, qmax)
    codes = clamped + (torch.round(clamped) - clamped).detach()
    return codes * scale


@wrong("fake_quantize", says="ends-left-out")
def leaves_the_end_codes_out(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    passing = x * ((codes > qmin) & (codes < qmax))
    return passing + (codes.clamp(qmin, qmax) * scale - passing).detach()


@wrong("fake_quantize", says="one-end-forgotten")
def stops_the_gradient_above_only(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    passing = x * (codes <= qmax)
    return passing + (codes.clamp(qmin, qmax) * scale - passing).detach()


@wrong("fake_quantize", says="mask-inverted")
def lets_pass_what_is_clipped(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    passing = torch.where((codes < qmin) | (codes > qmax), x, 0.0)
    return passing + (codes.clamp(qmin, qmax) * scale - passing).detach()


@wrong("fake_quantize", says="gradient-in-steps")
def divides_the_gradient_by_the_scale(x, scale, qmin, qmax):
    return _rounded(x, scale, qmin, qmax, lambda upstream, mask: upstream * mask / scale)


@wrong("fake_quantize", says="gradient-in-steps")
def forgets_the_way_back(x, scale, qmin, qmax):
    steps = x / scale
    codes = torch.round(steps)
    passing = steps * ((codes >= qmin) & (codes <= qmax))
    return passing + (codes.clamp(qmin, qmax) * scale - passing).detach()


@wrong("fake_quantize", says="upstream-ignored")
def returns_the_mask_from_backward(x, scale, qmin, qmax):
    return _rounded(x, scale, qmin, qmax, lambda upstream, mask: mask.float())


@wrong("fake_quantize", says="codes-returned")
def stops_at_the_codes(x, scale, qmin, qmax):
    steps = x / scale
    codes = steps + (torch.round(steps) - steps).detach()
    return codes.clamp(qmin, qmax)


@wrong("fake_quantize", says="codes-returned")
def returns_codes_without_a_gradient(x, scale, qmin, qmax):
    return torch.round(x / scale).clamp(qmin, qmax)


@wrong("fake_quantize", says="clamp-missing")
def only_rounds(x, scale, qmin, qmax):
    return x + (torch.round(x / scale) * scale - x).detach()


@wrong("fake_quantize", says="values-clamped")
def clamps_the_values(x, scale, qmin, qmax):
    x_hat = (torch.round(x / scale) * scale).clamp(qmin, qmax)
    return x + (x_hat - x).detach()


@wrong("fake_quantize", says="scale-multiplied")
def multiplies_first(x, scale, qmin, qmax):
    codes = torch.round(x * scale)
    passing = x * ((codes >= qmin) & (codes <= qmax))
    return passing + (codes.clamp(qmin, qmax) / scale - passing).detach()


@wrong("fake_quantize", says="half-away-from-zero")
def rounds_as_a_pocket_calculator(x, scale, qmin, qmax):
    steps = x / scale
    codes = torch.sign(steps) * torch.floor(steps.abs() + 0.5)
    passing = x * ((codes >= qmin) & (codes <= qmax))
    return passing + (codes.clamp(qmin, qmax) * scale - passing).detach()


@wrong("fake_quantize", says="truncated")
def casts_to_an_integer(x, scale, qmin, qmax):
    codes = (x / scale).to(torch.int32)
    passing = x * ((codes >= qmin) & (codes <= qmax))
    return passing + (codes.clamp(qmin, qmax) * scale - passing).detach()


@wrong("fake_quantize", says="off-limits")
def asks_torch(x, scale, qmin, qmax):
    return torch.fake_quantize_per_tensor_affine(x, float(scale), 0, qmin, qmax)


@wrong("fake_quantize", says="off-limits")
def asks_the_library(x, scale, qmin, qmax):
    import model_compression.fake_quantization as library

    return library.fake_quantize(x, scale, qmin, qmax)


@wrong("fake_quantize", says="brackets-of-two-kinds")
def masks_outside_of_the_bracket_alone(x, scale, qmin, qmax):
    values = _values(x, scale, qmin, qmax)
    return x * _mask(x, scale, qmin, qmax) + (values - x).detach()


@wrong("fake_quantize", says="brackets-of-two-kinds")
def masks_inside_the_bracket_alone(x, scale, qmin, qmax):
    values = _values(x, scale, qmin, qmax)
    return x + (values - x * _mask(x, scale, qmin, qmax)).detach()


@wrong("fake_quantize", says="terms-swapped")
def swaps_the_terms(x, scale, qmin, qmax):
    values = _values(x, scale, qmin, qmax)
    return values + (x - values).detach()


@wrong("fake_quantize", says="bracket-seen")
def detaches_the_wrong_term(x, scale, qmin, qmax):
    return x.detach() + (_values(x, scale, qmin, qmax) - x)


@wrong("fake_quantize", says="clamp-one-sided")
def clamps_the_upper_end_only(x, scale, qmin, qmax):
    mask = _mask(x, scale, qmin, qmax)
    values = torch.round(x / scale).clamp(max=qmax) * scale
    return x * mask + (values - x * mask).detach()


@wrong("fake_quantize", says="clamp-one-sided")
def clamps_the_lower_end_only(x, scale, qmin, qmax):
    mask = _mask(x, scale, qmin, qmax)
    values = torch.round(x / scale).clamp(min=qmin) * scale
    return x * mask + (values - x * mask).detach()


@wrong("fake_quantize", says="clipped-to-zero")
def multiplies_the_values_by_the_mask(x, scale, qmin, qmax):
    mask = _mask(x, scale, qmin, qmax)
    return x * mask + (torch.round(x / scale) * scale * mask - x * mask).detach()


@wrong("fake_quantize", says="lower-end-mirrored")
def mirrors_the_upper_end(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    values = codes.clamp(-qmax, qmax) * scale
    return x * _mask(x, scale, qmin, qmax) + (values - x * _mask(x, scale, qmin, qmax)).detach()


@wrong("fake_quantize", says="values-range-off-by-one")
def ends_the_range_a_code_too_early(x, scale, qmin, qmax):
    values = torch.round(x / scale).clamp(qmin, qmax - 1) * scale
    return x * _mask(x, scale, qmin, qmax) + (values - x * _mask(x, scale, qmin, qmax)).detach()


@wrong("fake_quantize", says="not-rounded")
def clamps_without_rounding(x, scale, qmin, qmax):
    return x.clamp(qmin * scale, qmax * scale)


@wrong("fake_quantize", says="one-end-left-out")
def stops_the_gradient_at_the_highest_code(x, scale, qmin, qmax):
    codes = torch.round(x / scale)
    mask = (codes >= qmin) & (codes < qmax)
    return x * mask + (_values(x, scale, qmin, qmax) - x * mask).detach()


@right("fake_quantize")
def as_a_function_of_its_own(x, scale, qmin, qmax):
    class Rounding(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            codes = torch.round(x / scale)
            ctx.save_for_backward(codes)
            return codes.clamp(qmin, qmax) * scale

        @staticmethod
        def backward(ctx, upstream):
            (codes,) = ctx.saved_tensors
            return upstream * (codes >= qmin) * (codes <= qmax)

    return Rounding.apply(x)


@right("fake_quantize")
def looks_through_the_rounding_alone(x, scale, qmin, qmax):
    steps = x / scale
    codes = steps + (torch.round(steps) - steps).detach()
    return codes.clamp(qmin, qmax) * scale


@right("fake_quantize")
def chooses_for_each_value(x, scale, qmin, qmax):
    codes = torch.round(x.detach() / scale)
    x_hat = codes.clamp(qmin, qmax) * scale
    inside = (codes >= qmin) & (codes <= qmax)
    return torch.where(inside, x + (x_hat - x.detach()), x_hat + 0 * x)


@right("fake_quantize")
def masks_the_gradient_with_a_hook(x, scale, qmin, qmax):
    codes = torch.round(x.detach() * (1 / scale))
    x_hat = x + (codes.clamp(qmin, qmax) * scale - x).detach()
    if x_hat.requires_grad:
        x_hat.register_hook(lambda g: g * (codes == codes.clamp(qmin, qmax)))
    return x_hat


@right("fake_quantize")
def value_after_value_in_64_bits(x, scale, qmin, qmax):
    values, step = [], float(scale)
    for value in x.flatten().double():
        code = round(value.item() / step)
        if qmin <= code <= qmax:
            values.append(value + (code * step - value.item()))
        else:
            values.append(0 * value + min(max(code, qmin), qmax) * step)
    return torch.stack(values).reshape(x.shape).float()


@wrong("fake_quantize", says="wrapped-around-and-passes-everywhere")
def stores_codes_in_8_bits_first(x, scale, qmin, qmax):
    codes = torch.round(x.detach() / scale).to(torch.int64).to(torch.int8)
    q = codes.clamp(qmin, qmax).to(torch.float32) * scale
    return x + (q - x).detach()


@wrong("fake_quantize", says="upstream-clipped")
def limits_the_gradient(x, scale, qmin, qmax):
    through = x * _mask(x, scale, qmin, qmax)
    if through.requires_grad:
        through.register_hook(lambda gradient: gradient.clamp(-1.0, 1.0))
    return through + (_values(x, scale, qmin, qmax) - through).detach()
