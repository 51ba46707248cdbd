"""What wrong ways of `int8_linear_outliers` give."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

T = torch.Tensor
Behaviour = Callable[..., Any]
Pick = Callable[[T, float], T]


def scale(values: T) -> T:
    """absmax / 127 of each row, as a column; 1 for zeros."""
    absmax = values.abs().amax(dim=1, keepdim=True)
    return torch.where(absmax > 0, absmax / 127, 1.0)


def of_all(values: T) -> T:
    return scale(values.reshape(1, -1))


def _any(x: T, threshold: float) -> T:
    """Which columns are outliers."""
    return (x.abs() >= threshold).any(dim=0)


def _part(x: T, weight: T, s_x: T, s_w: T, rounding: Callable[[T], T] = torch.round) -> T:
    """The product in int8."""
    q_x = rounding(x / s_x).clamp(-128, 127).double()
    q_w = rounding(weight / s_w).clamp(-128, 127).double()
    return (q_x @ q_w.T) * s_x * s_w.T


def computed(
    pick: Pick = _any,
    scale_x: Callable[[T, T], T] = lambda x, rest: scale(rest),
    scale_w: Callable[[T], T] = scale,
    rounding: Callable[[T], T] = torch.round,
    outside: Callable[[T, T], T] = lambda x, w: x @ w.T,
    put_together: Callable[[T, T, T], T] = lambda out, inside, bias: out + inside + bias,
    columns: Callable[[T], Any] = lambda large: large.nonzero().flatten(),
) -> Behaviour:
    """The right layer, but for what is given."""

    def behaves(x: T, weight: T, bias: T, threshold: float) -> tuple[Any, T]:
        large = pick(x, threshold)
        rest = x.masked_fill(large, 0.0)
        out = outside(x[:, large].double(), weight[:, large].double())
        # In float32, as students divide: what is cut off there depends on the last digit.
        inside = _part(rest, weight, scale_x(x, rest), scale_w(weight), rounding)
        return columns(large), put_together(out, inside, bias).float()

    return behaves


right = computed()


def changed(change: Callable[[T, T], Any]) -> Behaviour:
    """Something else made of the right (columns, y)."""
    return lambda x, weight, bias, threshold: change(*right(x, weight, bias, threshold))


def outputs_in(half: torch.dtype) -> Behaviour:
    """Right but for y, which was a float of 16 bits."""
    return changed(lambda columns, y: (columns, y.to(half).float()))


def outputs(of: Callable[[T, T, T, T], T]) -> Behaviour:
    """Right columns beside other outputs: of(x, weight, bias, which columns are large)."""

    def behaves(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
        large = _any(x, threshold)
        found = of(x.double(), weight.double(), bias.double(), large)
        return large.nonzero().flatten(), found.float()

    return behaves


def rescaled_by(factor: Callable[[T, T], T | float]) -> Behaviour:
    """The sums of codes times some factor, of x outside of its outliers and the weight."""

    def of(x: T, weight: T, bias: T, large: T) -> T:
        rest = x.masked_fill(large, 0.0)
        codes = torch.round(rest / scale(rest)) @ torch.round(weight / scale(weight)).T
        return x[:, large] @ weight[:, large].T + codes * factor(rest, weight) + bias

    return outputs(of)


def _values_taken_out(x: T, weight: T, bias: T, large: T, threshold: float) -> T:
    """Large values, not columns, in float; the small ones of their columns in int8."""
    outlier = x.abs() >= threshold
    rest = x.masked_fill(outlier, 0.0)
    out = x.masked_fill(~outlier, 0.0) @ weight.T
    return out + _part(rest, weight, scale(rest), scale(weight)) + bias


def by_size(descending: bool) -> Callable[..., Any]:
    """The columns in the order of their largest magnitudes."""

    def behaves(x: T, w: T, b: T, t: float) -> tuple[T, T]:
        peaks = x.abs().amax(dim=0)
        order = peaks.argsort(descending=descending)
        return order[peaks[order] >= t], right(x, w, b, t)[1]

    return behaves


def by_values(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
    large = _any(x, threshold)
    y = _values_taken_out(x.double(), weight.double(), bias.double(), large, threshold)
    return large.nonzero().flatten(), y.float()


def scale_of_small_values(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
    """As bitsandbytes: only the large values are set to 0 before a row's scale is taken."""
    large = _any(x, threshold)
    x64, w64 = x.double(), weight.double()
    s_x = scale(x64.masked_fill(x64.abs() >= threshold, 0.0))
    out = x64[:, large] @ w64[:, large].T
    inside = _part(x64.masked_fill(large, 0.0), w64, s_x, scale(w64))
    return large.nonzero().flatten(), (out + inside + bias).float()


def rounded_weight(w: T, of: T) -> T:
    return torch.round(w / scale(of)) * scale(of)


def dequantized_outside(x: T, weight: T, bias: T, large: T) -> T:
    """The float part with the weight out of int8."""
    rest = x.masked_fill(large, 0.0)
    out = x[:, large] @ rounded_weight(weight, weight)[:, large].T
    return out + _part(rest, weight, scale(rest), scale(weight)) + bias


def rounded_inputs_outside(x: T, weight: T, bias: T, large: T) -> T:
    """The float part with x out of int8, by a scale of its own or the row's."""
    rest, own = x.masked_fill(large, 0.0), x.masked_fill(~large, 0.0)
    out = torch.round(own / scale(own)) * scale(own) @ weight.T
    return out + _part(rest, weight, scale(rest), scale(weight)) + bias


def counted_twice(x: T, weight: T, bias: T, large: T) -> T:
    out = x[:, large] @ weight[:, large].T
    return out + _part(x, weight, scale(x), scale(weight)) + bias


def counted_twice_cut(x: T, weight: T, bias: T, large: T) -> T:
    """The same, with a scale that leaves the outliers out: they are clamped."""
    out = x[:, large] @ weight[:, large].T
    return out + _part(x, weight, scale(x.masked_fill(large, 0.0)), scale(weight)) + bias


def nothing_taken_out(x: T, weight: T, bias: T, large: T) -> T:
    return _part(x, weight, scale(x), scale(weight)) + bias


def steps(top: float) -> dict[str, Any]:
    return {
        "scale_x": lambda x, rest: scale(rest) * 127 / top,
        "scale_w": lambda w: scale(w) * 127 / top,
    }


def guarded(small: float, added: bool, where: str) -> dict[str, Any]:
    """Scales of x, of the weight, or of both, kept away from 0 by a number felt elsewhere."""

    def away(values: T) -> T:
        plain = values.abs().amax(dim=1, keepdim=True) / 127
        return plain + small if added else plain.clamp(min=small)

    parts = {"x": ("scale_x", lambda x, rest: away(rest)), "w": ("scale_w", away)}
    return dict(parts[part] for part in where)


def float_without_outliers(behaves: Behaviour) -> Behaviour:
    """Nothing is rounded where nothing is taken out."""

    def plain(x: T, weight: T, bias: T, threshold: float) -> tuple[Any, T]:
        columns, y = behaves(x, weight, bias, threshold)
        large = _any(x, threshold).any()
        return columns, y if large else (x.double() @ weight.double().T + bias).float()

    return plain


def signed(values: T) -> T:
    return scale(torch.where(values > 0, values, 0.0))


def only_rows_with_outliers(x: T, threshold: float) -> T:
    """As long as the rows, where that fits."""
    rows = (x.abs() >= threshold).any(dim=1)
    if len(rows) != x.shape[1]:
        raise IndexError
    return rows


def rows_listed(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
    return (x.abs() >= threshold).any(dim=1).nonzero().flatten(), right(x, weight, bias, threshold)[
        1
    ]


def zero_row(x: T, weight: T, bias: T, threshold: float) -> bool:
    rest = x.masked_fill(_any(x, threshold), 0.0)
    return not bool(rest.any(dim=1).all()) or not bool(weight.any(dim=1).all())


def no_outlier(x: T, weight: T, bias: T, threshold: float) -> bool:
    return not bool(_any(x, threshold).any())


def unguarded(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
    """0 / 0 is no number, and what becomes of it stays."""
    large = _any(x, threshold)
    rest = x.masked_fill(large, 0.0)
    s_x, s_w = (v.abs().amax(dim=1, keepdim=True) / 127 for v in (rest, weight))
    out = x[:, large] @ weight[:, large].T
    y = out + (torch.round(rest / s_x) @ torch.round(weight / s_w).T) * s_x * s_w.T + bias
    return large.nonzero().flatten(), y


def wrapped(bits: int) -> Behaviour:
    """Sums that overflow an accumulator of some bits."""

    def of(x: T, weight: T, bias: T, large: T) -> T:
        rest = x.masked_fill(large, 0.0)
        s_x, s_w = scale(rest), scale(weight)
        sums = torch.round(rest / s_x) @ torch.round(weight / s_w).masked_fill(large, 0.0).T
        half = 2 ** (bits - 1)
        sums = (sums + half) % (2 * half) - half
        return x[:, large] @ weight[:, large].T + sums * s_x * s_w.T + bias

    return outputs(of)
