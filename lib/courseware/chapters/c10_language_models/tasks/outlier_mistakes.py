"""Mistakes in `int8_linear_outliers`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.misconceptions import except_where, several, ways
from courseware.checks.precision import HALF, IMPRECISE
from courseware.checks.roundings import ROUNDINGS

T = torch.Tensor
Behaviour = Callable[..., Any]
Pick = Callable[[T, float], T]


def _scale(values: T) -> T:
    """absmax / 127 of each row, as a column; 1 for zeros."""
    absmax = values.abs().amax(dim=1, keepdim=True)
    return torch.where(absmax > 0, absmax / 127, 1.0)


def _of_all(values: T) -> T:
    return _scale(values.reshape(1, -1))


def _any(x: T, threshold: float) -> T:
    """Which columns are outliers."""
    return (x.abs() >= threshold).any(dim=0)


def _part(x: T, weight: T, s_x: T, s_w: T, rounding: Callable[[T], T] = torch.round) -> T:
    """The product in int8."""
    q_x = rounding(x / s_x).clamp(-128, 127).double()
    q_w = rounding(weight / s_w).clamp(-128, 127).double()
    return (q_x @ q_w.T) * s_x * s_w.T


def _computed(
    pick: Pick = _any,
    scale_x: Callable[[T, T], T] = lambda x, rest: _scale(rest),
    scale_w: Callable[[T], T] = _scale,
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


_right = _computed()


def _changed(change: Callable[[T, T], Any]) -> Behaviour:
    """Something else made of the right (columns, y)."""
    return lambda x, weight, bias, threshold: change(*_right(x, weight, bias, threshold))


def _outputs_in(half: torch.dtype) -> Behaviour:
    """Right but for y, which was a float of 16 bits."""
    return _changed(lambda columns, y: (columns, y.to(half).float()))


def _outputs(of: Callable[[T, T, T, T], T]) -> Behaviour:
    """Right columns beside other outputs: of(x, weight, bias, which columns are large)."""

    def behaves(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
        large = _any(x, threshold)
        found = of(x.double(), weight.double(), bias.double(), large)
        return large.nonzero().flatten(), found.float()

    return behaves


def _values_taken_out(x: T, weight: T, bias: T, large: T, threshold: float) -> T:
    """Large values, not columns, in float; the small ones of their columns in int8."""
    outlier = x.abs() >= threshold
    rest = x.masked_fill(outlier, 0.0)
    out = x.masked_fill(~outlier, 0.0) @ weight.T
    return out + _part(rest, weight, _scale(rest), _scale(weight)) + bias


def _by_values(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
    large = _any(x, threshold)
    y = _values_taken_out(x.double(), weight.double(), bias.double(), large, threshold)
    return large.nonzero().flatten(), y.float()


def _scale_of_small_values(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
    """As bitsandbytes: only the large values are set to 0 before a row's scale is taken."""
    large = _any(x, threshold)
    x64, w64 = x.double(), weight.double()
    s_x = _scale(x64.masked_fill(x64.abs() >= threshold, 0.0))
    out = x64[:, large] @ w64[:, large].T
    inside = _part(x64.masked_fill(large, 0.0), w64, s_x, _scale(w64))
    return large.nonzero().flatten(), (out + inside + bias).float()


def _rounded_weight(w: T, of: T) -> T:
    return torch.round(w / _scale(of)) * _scale(of)


def _dequantized_outside(x: T, weight: T, bias: T, large: T) -> T:
    """The float part with the weight out of int8."""
    rest = x.masked_fill(large, 0.0)
    out = x[:, large] @ _rounded_weight(weight, weight)[:, large].T
    return out + _part(rest, weight, _scale(rest), _scale(weight)) + bias


def _rounded_inputs_outside(x: T, weight: T, bias: T, large: T) -> T:
    """The float part with x out of int8, by a scale of its own or the row's."""
    rest, own = x.masked_fill(large, 0.0), x.masked_fill(~large, 0.0)
    out = torch.round(own / _scale(own)) * _scale(own) @ weight.T
    return out + _part(rest, weight, _scale(rest), _scale(weight)) + bias


def _counted_twice(x: T, weight: T, bias: T, large: T) -> T:
    out = x[:, large] @ weight[:, large].T
    return out + _part(x, weight, _scale(x), _scale(weight)) + bias


def _counted_twice_cut(x: T, weight: T, bias: T, large: T) -> T:
    """The same, with a scale that leaves the outliers out: they are clamped."""
    out = x[:, large] @ weight[:, large].T
    return out + _part(x, weight, _scale(x.masked_fill(large, 0.0)), _scale(weight)) + bias


def _nothing_taken_out(x: T, weight: T, bias: T, large: T) -> T:
    return _part(x, weight, _scale(x), _scale(weight)) + bias


def _steps(top: float) -> dict[str, Any]:
    return {
        "scale_x": lambda x, rest: _scale(rest) * 127 / top,
        "scale_w": lambda w: _scale(w) * 127 / top,
    }


def _signed(values: T) -> T:
    return _scale(torch.where(values > 0, values, 0.0))


def _only_rows_with_outliers(x: T, threshold: float) -> T:
    """As long as the rows, where that fits."""
    rows = (x.abs() >= threshold).any(dim=1)
    if len(rows) != x.shape[1]:
        raise IndexError
    return rows


def _rows_listed(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
    return (x.abs() >= threshold).any(dim=1).nonzero().flatten(), _right(
        x, weight, bias, threshold
    )[1]


def _zero_row(x: T, weight: T, bias: T, threshold: float) -> bool:
    rest = x.masked_fill(_any(x, threshold), 0.0)
    return not bool(rest.any(dim=1).all()) or not bool(weight.any(dim=1).all())


def _no_outlier(x: T, weight: T, bias: T, threshold: float) -> bool:
    return not bool(_any(x, threshold).any())


def _unguarded(x: T, weight: T, bias: T, threshold: float) -> tuple[T, T]:
    """0 / 0 is no number, and what becomes of it stays."""
    large = _any(x, threshold)
    rest = x.masked_fill(large, 0.0)
    s_x, s_w = (v.abs().amax(dim=1, keepdim=True) / 127 for v in (rest, weight))
    out = x[:, large] @ weight[:, large].T
    y = out + (torch.round(rest / s_x) @ torch.round(weight / s_w).T) * s_x * s_w.T + bias
    return large.nonzero().flatten(), y


def _wrapped(bits: int) -> Behaviour:
    """Sums that overflow an accumulator of some bits."""

    def of(x: T, weight: T, bias: T, large: T) -> T:
        rest = x.masked_fill(large, 0.0)
        s_x, s_w = _scale(rest), _scale(weight)
        sums = torch.round(rest / s_x) @ torch.round(weight / s_w).masked_fill(large, 0.0).T
        half = 2 ** (bits - 1)
        sums = (sums + half) % (2 * half) - half
        return x[:, large] @ weight[:, large].T + sums * s_x * s_w.T + bias

    return _outputs(of)


MISTAKES = several(
    ways(
        "threshold-left-out",
        "A value at the threshold itself was not taken for an outlier. `>=` counts it.",
        _computed(pick=lambda x, t: (x.abs() > t).any(dim=0)),
    ),
    ways(
        "signed-outliers",
        "Only large positive values were taken for outliers. Negative ones reach just as far from "
        "zero.",
        _computed(pick=lambda x, t: (x >= t).any(dim=0)),
    ),
    ways(
        "all-values-must-be-large",
        "A column was taken for an outlier only if all its values are large, or their mean is. One "
        "value is enough: it alone would stretch the scale of its row.",
        _computed(pick=lambda x, t: (x.abs() >= t).all(dim=0)),
        _computed(pick=lambda x, t: x.abs().mean(dim=0) >= t),
        _computed(pick=lambda x, t: x.mean(dim=0).abs() >= t),
    ),
    ways(
        "first-row-decides",
        "Only one row of x was looked at. A column is an outlier if it is large in any of them.",
        _computed(pick=lambda x, t: x[0].abs() >= t),
        _computed(pick=lambda x, t: x[-1].abs() >= t),
    ),
    ways(
        "rows-not-columns",
        "Rows with a large value were looked for. A column of x is one channel of the input, and "
        "in a language model it is a few channels that are large.",
        _computed(pick=_only_rows_with_outliers),
        _rows_listed,
    ),
    ways(
        "weight-decides",
        "Columns with large weights were taken out. It is the input that has outliers.",
        lambda x, w, b, t: _computed(pick=lambda x_, t_: (w.abs() >= t).any(dim=0))(x, w, b, t),
    ),
    ways(
        "columns-of-the-rest",
        "The columns that are no outliers came back. Those that are taken out are asked for.",
        _computed(columns=lambda large: (~large).nonzero().flatten()),
    ),
    ways(
        "columns-as-mask",
        "Which columns are outliers came back as True and False for each. Their numbers are asked "
        "for.",
        _computed(columns=lambda large: large),
        _computed(columns=lambda large: large.long()),
    ),
    ways(
        "column-of-indices",
        "Each number stands in a row of its own, as `nonzero` and `argwhere` return them. One axis "
        "is asked for: flatten.",
        _computed(columns=lambda large: large.nonzero()),
    ),
    ways(
        "columns-unordered",
        "The columns are not in ascending order, or one comes more than once.",
        _computed(columns=lambda large: large.nonzero().flatten().flip(0)),
        lambda x, w, b, t: ((x.abs() >= t).nonzero()[:, 1], _right(x, w, b, t)[1]),
    ),
    ways(
        "values-not-columns",
        "Single large values were taken out, and the rest of their columns went to int8. A column "
        "is taken out whole: then the weights need not be split value by value.",
        _by_values,
        _scale_of_small_values,
    ),
    ways(
        "outliers-set-the-scale",
        "The scale of a row of x reaches to its outliers. They are not rounded: take the scale "
        "over the columns that are left, or nothing is gained.",
        _computed(scale_x=lambda x, rest: _scale(x)),
        _computed(scale_x=lambda x, rest: _of_all(x)),
    ),
    ways(
        "one-scale-for-x",
        "All of x shares one scale. Each of its rows has its own here.",
        _computed(scale_x=lambda x, rest: _of_all(rest)),
    ),
    ways(
        "one-scale-for-the-weight",
        "The whole weight shares one scale. Each row has its own.",
        _computed(scale_w=_of_all),
    ),
    ways(
        "counted-twice",
        "The outlier columns were multiplied in float and in int8 as well. They must not take part "
        "in the second product.",
        _outputs(_counted_twice),
        _outputs(_counted_twice_cut),
    ),
    ways(
        "outliers-lost",
        "The outlier columns are missing in y. Their product, in float, is added.",
        _computed(outside=lambda x, w: torch.zeros(len(x), len(w), dtype=x.dtype)),
    ),
    ways(
        "rest-lost",
        "Only the outlier columns are in y. The others are multiplied as well, in int8.",
        _computed(put_together=lambda out, inside, bias: out + bias),
    ),
    ways(
        "nothing-taken-out",
        "All columns went to int8, the outliers as well.",
        _outputs(_nothing_taken_out),
    ),
    ways(
        "all-in-float",
        "All columns were multiplied in float. Those that are no outliers go to int8: that is what "
        "saves time and memory.",
        _outputs(lambda x, w, b, large: x @ w.T + b),
    ),
    ways(
        "outlier-weights-rounded",
        "The weights of the outlier columns were rounded to int8 before they were multiplied. In "
        "the float part both factors stay as they are.",
        _outputs(_dequantized_outside),
    ),
    ways(
        "outliers-rounded",
        "The outliers were rounded to int8, with a scale of their own. In the float part both "
        "factors stay as they are.",
        _outputs(_rounded_inputs_outside),
        _computed(outside=lambda x, w: torch.round(x) @ w.T),
    ),
    ways(
        "weight-not-rounded",
        "Only one factor of the second product was rounded. Integer hardware needs both as codes.",
        _outputs(
            lambda x, w, b, large: (
                x[:, large] @ w[:, large].T
                + _rounded_weight(x.masked_fill(large, 0.0), x.masked_fill(large, 0.0)) @ w.T
                + b
            )
        ),
        _outputs(
            lambda x, w, b, large: (
                x[:, large] @ w[:, large].T
                + x.masked_fill(large, 0.0) @ _rounded_weight(w, w).T
                + b
            )
        ),
    ),
    ways(
        "levels-off",
        "absmax was not spread over 127 steps. Codes go from −127 to 127, and the largest "
        "magnitude gets one of the two.",
        *(_computed(**_steps(top)) for top in (127.5, 128, 255, 7)),
    ),
    ways(
        "signed-max",
        "The largest value was taken for the scale, not the largest magnitude. Negative values "
        "reach just as far from 0.",
        _computed(scale_x=lambda x, rest: _signed(rest), scale_w=_signed),
        _computed(scale_w=_signed),
        _computed(scale_x=lambda x, rest: _signed(rest)),
    ),
    *(
        ways(name, message, _computed(rounding=rounding))
        for name, message, rounding in ROUNDINGS
        if name in ("truncated", "floored", "rounded-up")
    ),
    ways(
        "bias-forgotten",
        "The bias is missing.",
        _computed(put_together=lambda out, inside, bias: out + inside),
    ),
    ways(
        "bias-twice",
        "The bias was added to both parts. It belongs to the output once.",
        _computed(put_together=lambda out, inside, bias: out + inside + 2 * bias),
    ),
    ways(
        "scale-left-out",
        "A scale was left out on the way back from the integers. Each code was divided by a scale, "
        "so each product lacks both: that of the row of x and that of the row of the weight.",
        _computed(put_together=lambda out, inside, bias: out + inside + bias, scale_w=_scale),
        _outputs(
            lambda x, w, b, large: (
                x[:, large] @ w[:, large].T
                + torch.round(x.masked_fill(large, 0.0) / _scale(x.masked_fill(large, 0.0)))
                @ torch.round(w / _scale(w)).T
                + b
            )
        ),
        _outputs(
            lambda x, w, b, large: (
                x[:, large] @ w[:, large].T
                + torch.round(x.masked_fill(large, 0.0) / _scale(x.masked_fill(large, 0.0)))
                @ torch.round(w / _scale(w)).T
                * _scale(x.masked_fill(large, 0.0))
                + b
            )
        ),
        _outputs(
            lambda x, w, b, large: (
                x[:, large] @ w[:, large].T
                + torch.round(x.masked_fill(large, 0.0) / _scale(x.masked_fill(large, 0.0)))
                @ torch.round(w / _scale(w)).T
                * _scale(w).T
                + b
            )
        ),
    ),
    ways(
        "narrow-accumulator",
        "The sums overflowed. Two codes multiply to as much as 16,129, far more than 8 bits hold, "
        "and a few of those no longer fit into 16: add them up in 32 bits.",
        _wrapped(8),
        _wrapped(16),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the columns come first, then the outputs.",
        _changed(lambda columns, y: (y, columns)),
    ),
    ways(
        "one-of-two",
        "Only one result came back. Both are asked for: (columns, y).",
        _changed(lambda columns, y: y),
        _changed(lambda columns, y: columns),
    ),
    ways(
        "other-dtype",
        "The values are right, but not their types: int64 for the columns, float32 for y. An empty "
        "`torch.tensor([])` is float32, too.",
        _changed(lambda columns, y: (columns.int(), y)),
        _changed(lambda columns, y: (columns, y.double())),
        _changed(lambda columns, y: (columns.float(), y)),
    ),
    ways(
        "no-outlier-refused",
        "An input without outliers stops your function, or gives nothing. Then the columns are an "
        "empty tensor, and everything goes to int8.",
        *(
            except_where(_no_outlier, error, _right)
            for error in (RuntimeError, IndexError, ValueError)
        ),
        lambda x, w, b, t: (
            (None, _right(x, w, b, t)[1]) if _no_outlier(x, w, b, t) else _right(x, w, b, t)
        ),
    ),
    ways(
        "zero-scale",
        "Where all values of a row are 0, the scale became 0, and 0 / 0 is not a number. Any "
        "positive scale maps zeros to code 0: choose one.",
        _unguarded,
        *(except_where(_zero_row, error, _right) for error in (ZeroDivisionError, ValueError)),
    ),
    ways(*IMPRECISE, *map(_outputs_in, HALF)),
)
