"""Solutions of exercise 04 as students could write them: a linear layer that feels its rounding."""

from __future__ import annotations

import torch

from tests.mutants.table import right, wrong


def _row_scale(weight, n_bits):
    return weight.detach().abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)


def _seen_through(rounded, weight):
    return weight + (rounded - weight).detach()


@wrong("qat_forward", says="gradient-of-a-staircase")
def rounds_without_an_estimator(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    return torch.nn.functional.linear(x, torch.round(weight / scale) * scale, bias)


@wrong("qat_forward", says="cut-off")
def rounds_the_data_of_the_weight(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    return torch.nn.functional.linear(x, torch.round(weight.data / scale) * scale, bias)


@wrong("qat_forward", says="all-cut-off")
def turns_all_gradients_off(x, weight, bias, n_bits):
    with torch.no_grad():
        scale = _row_scale(weight, n_bits)
        return torch.nn.functional.linear(x, torch.round(weight / scale) * scale, bias)


@wrong("qat_forward", says="scale-not-constant")
def leaves_the_scale_in_the_graph(x, weight, bias, n_bits):
    scale = weight.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)
    steps = weight / scale
    codes = steps + (torch.round(steps) - steps).detach()
    return torch.nn.functional.linear(x, codes * scale, bias)


@wrong("qat_forward", says="not-quantized")
def forgets_to_quantize(x, weight, bias, n_bits):
    return torch.nn.functional.linear(x, weight, bias)


@wrong("qat_forward", says="gradient-of-the-float-layer")
def looks_through_the_whole_layer(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    y = torch.nn.functional.linear(x, weight, bias)
    y_hat = torch.nn.functional.linear(x, torch.round(weight / scale) * scale, bias)
    return y + (y_hat - y).detach()


@wrong("qat_forward", says="ends-left-out")
def stops_the_gradient_of_the_largest(x, weight, bias, n_bits):
    top, scale = 2 ** (n_bits - 1) - 1, _row_scale(weight, n_bits)
    codes = torch.round(weight / scale)
    passing = weight * (codes.abs() < top)
    return torch.nn.functional.linear(x, passing + (codes * scale - passing).detach(), bias)


@wrong("qat_forward", says="gradient-in-steps")
def looks_through_to_the_codes(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    codes = weight + (torch.round(weight / scale) - weight).detach()
    return torch.nn.functional.linear(x, codes * scale, bias)


@wrong("qat_forward", says="one-scale-for-all")
def takes_one_scale(x, weight, bias, n_bits):
    scale = weight.detach().abs().max() / (2 ** (n_bits - 1) - 1)
    return torch.nn.functional.linear(
        x, _seen_through(torch.round(weight / scale) * scale, weight), bias
    )


@wrong("qat_forward", says="wrong-axis")
def takes_a_scale_per_input(x, weight, bias, n_bits):
    scale = weight.detach().abs().amax(dim=0) / (2 ** (n_bits - 1) - 1)
    return torch.nn.functional.linear(
        x, _seen_through(torch.round(weight / scale) * scale, weight), bias
    )


@wrong("qat_forward", says="full-range-scale")
def uses_the_full_range(x, weight, bias, n_bits):
    low, high = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / ((high - low) / 2)
    rounded = torch.round(weight / scale).clamp(low, high) * scale
    return torch.nn.functional.linear(x, _seen_through(rounded, weight), bias)


@wrong("qat_forward", says="levels-off-by-one")
def divides_by_the_power_of_two(x, weight, bias, n_bits):
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / 2 ** (n_bits - 1)
    rounded = torch.round(weight / scale).clamp(max=2 ** (n_bits - 1) - 1) * scale
    return torch.nn.functional.linear(x, _seen_through(rounded, weight), bias)


@wrong("qat_forward", says="signed-max")
def forgets_negative_weights(x, weight, bias, n_bits):
    top = 2 ** (n_bits - 1) - 1
    scale = weight.detach().amax(dim=1, keepdim=True) / top
    rounded = torch.round(weight / scale).clamp(-top - 1, top) * scale
    return torch.nn.functional.linear(x, _seen_through(rounded, weight), bias)


@wrong("qat_forward", says="n-bits-ignored")
def always_uses_eight_bits(x, weight, bias, n_bits):
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / 127
    return torch.nn.functional.linear(
        x, _seen_through(torch.round(weight / scale) * scale, weight), bias
    )


@wrong("qat_forward", says="x-quantized")
def quantizes_x_as_well(x, weight, bias, n_bits):
    w_scale, x_scale = _row_scale(weight, n_bits), _row_scale(x, n_bits)
    w_hat = _seen_through(torch.round(weight / w_scale) * w_scale, weight)
    x_hat = _seen_through(torch.round(x / x_scale) * x_scale, x)
    return torch.nn.functional.linear(x_hat, w_hat, bias)


@wrong("qat_forward", says="bias-quantized")
def quantizes_the_bias_as_well(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    b_scale = bias.detach().abs().max() / (2 ** (n_bits - 1) - 1)
    b_hat = _seen_through(torch.round(bias / b_scale) * b_scale, bias)
    return torch.nn.functional.linear(
        x, _seen_through(torch.round(weight / scale) * scale, weight), b_hat
    )


@wrong("qat_forward", says="bias-missing")
def forgets_the_bias(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    return x @ _seen_through(torch.round(weight / scale) * scale, weight).T


@wrong("qat_forward", says="bias-scaled")
def scales_the_bias_as_well(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    steps = weight / scale
    return torch.nn.functional.linear(x, _seen_through(torch.round(steps), steps), bias) * scale.T


@wrong("qat_forward", says="codes-used")
def multiplies_by_the_codes(x, weight, bias, n_bits):
    steps = weight / _row_scale(weight, n_bits)
    return torch.nn.functional.linear(x, _seen_through(torch.round(steps), steps), bias)


@wrong("qat_forward", says="truncated")
def cuts_off_the_fraction_of_the_weights(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    return torch.nn.functional.linear(
        x, _seen_through(torch.trunc(weight / scale) * scale, weight), bias
    )


@wrong("qat_forward", says="not-transposed")
def forgets_to_transpose(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    return x @ _seen_through(torch.round(weight / scale) * scale, weight) + bias


@wrong("qat_forward", says="off-limits")
def asks_the_library_for_the_layer(x, weight, bias, n_bits):
    from model_compression import fake_quantization

    return fake_quantization.qat_forward(x, weight, bias, n_bits)


@wrong("qat_forward", says="x-quantized")
def quantizes_x_column_by_column(x, weight, bias, n_bits):
    top = 2 ** (n_bits - 1) - 1
    sx = x.detach().abs().amax(dim=0, keepdim=True) / top
    x = x + (torch.round(x / sx) * sx - x).detach()
    sw = weight.detach().abs().amax(dim=1, keepdim=True) / top
    seen_through = _seen_through(torch.round(weight / sw) * sw, weight)
    return torch.nn.functional.linear(x, seen_through, bias)


@wrong("qat_forward", says="x-quantized")
def quantizes_x_without_an_estimator(x, weight, bias, n_bits):
    top = 2 ** (n_bits - 1) - 1
    sx = x.detach().abs().max() / top
    x = torch.round(x / sx) * sx
    sw = weight.detach().abs().amax(dim=1, keepdim=True) / top
    seen_through = _seen_through(torch.round(weight / sw) * sw, weight)
    return torch.nn.functional.linear(x, seen_through, bias)


@wrong("qat_forward", says="asymmetric-grid")
def spans_from_smallest_to_largest(x, weight, bias, n_bits):
    w = weight.detach()
    low = w.amin(dim=1, keepdim=True)
    scale = (w.amax(dim=1, keepdim=True) - low) / (2**n_bits - 1)
    zero = torch.round(-low / scale)
    codes = torch.clamp(torch.round(w / scale) + zero, 0, 2**n_bits - 1)
    return torch.nn.functional.linear(x, weight + ((codes - zero) * scale - w), bias)


@right("qat_forward")
def with_a_straight_through_weight(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    return x @ _seen_through(torch.round(weight / scale) * scale, weight).T + bias


@right("qat_forward")
def with_a_function_of_its_own(x, weight, bias, n_bits):
    class Rounding(torch.autograd.Function):
        @staticmethod
        def forward(ctx, w):
            top = 2 ** (n_bits - 1) - 1
            scale = w.abs().max(dim=1, keepdim=True).values / top
            return torch.round(w / scale).clamp(-top, top) * scale

        @staticmethod
        def backward(ctx, upstream):
            return upstream

    return torch.nn.functional.linear(x, Rounding.apply(weight), bias)


@right("qat_forward")
def unit_by_unit(x, weight, bias, n_bits):
    top, outputs = 2 ** (n_bits - 1) - 1, []
    for row, b in zip(weight, bias, strict=True):
        scale = max(abs(w) for w in row.tolist()) / top
        error = torch.tensor([round(w / scale) * scale - w for w in row.tolist()])
        outputs.append(x @ (row + error) + b)
    return torch.stack(outputs, dim=1)


@right("qat_forward")
def scales_the_outputs(x, weight, bias, n_bits):
    scale = (2 ** (n_bits - 1) - 1) / weight.detach().abs().amax(dim=1)
    steps = weight * scale[:, None]
    codes = steps + (steps.round() - steps).detach()
    return x @ codes.T / scale + bias


@right("qat_forward")
def adds_the_error_in_64_bits(x, weight, bias, n_bits):
    w = weight.detach().double()
    scale = w.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)
    error = torch.round(w / scale) * scale - w
    return torch.nn.functional.linear(x.double(), weight.double() + error, bias.double()).float()


@wrong("qat_forward", says="levels-off-by-one")
def takes_a_code_too_many(x, weight, bias, n_bits):
    scale = weight.detach().abs().amax(dim=1, keepdim=True) / 2 ** (n_bits - 1)
    return x @ _seen_through(torch.round(weight / scale) * scale, weight).T + bias


@wrong("qat_forward", says="bias-quantized")
def rounds_the_bias_with_the_scales_of_the_weight(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)
    rounded = _seen_through(torch.round(bias / scale[:, 0]) * scale[:, 0], bias)
    return x @ _seen_through(torch.round(weight / scale) * scale, weight).T + rounded


@wrong("qat_forward", says="axis-dropped")
def drops_the_axis_of_the_scales(x, weight, bias, n_bits):
    scale = _row_scale(weight, n_bits)[:, 0]
    return x @ _seen_through(torch.round(weight / scale) * scale, weight).T + bias


@wrong("qat_forward", says="signed-max")
def clips_to_the_largest_value(x, weight, bias, n_bits):
    top = 2 ** (n_bits - 1) - 1
    steps = weight / (weight.detach().amax(dim=1, keepdim=True) / top)
    scale = weight.detach().amax(dim=1, keepdim=True) / top
    codes = torch.round(steps)
    through = weight * ((codes >= -top) & (codes <= top))
    return x @ (through + (codes.clamp(-top, top) * scale - through).detach()).T + bias


@wrong("qat_forward", says="levels-off-by-one-for-all")
def shares_a_scale_with_a_code_too_many(x, weight, bias, n_bits):
    top = 2 ** (n_bits - 1)
    scale = weight.detach().abs().max() / top
    codes = torch.round(weight / scale).clamp(-top, top - 1)
    return x @ _seen_through(codes * scale, weight).T + bias


@wrong("qat_forward", says="bias-quantized")
def rounds_the_bias_and_the_columns(x, weight, bias, n_bits):
    qmax = 2 ** (n_bits - 1) - 1

    def rounded(t):
        scale = t.detach().abs().amax(dim=0, keepdim=True) / qmax
        values = torch.round(t / scale).clamp(-qmax, qmax) * scale
        return t + (values - t).detach()

    return x @ rounded(weight).T + rounded(bias)
