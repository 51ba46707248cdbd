"""Mistakes in `int8_linear`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.misconceptions import except_where, several, ways
from courseware.checks.precision import DECIMALS, HALF, HALF_PRECISION, IMPRECISE
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Misconception
from courseware.checks.zero_guards import GUARD_TOO_LARGE

T = torch.Tensor
Arguments = tuple[T, T, T]
Behaviour = Callable[..., Any]


def _top(values: T) -> T:
    """Scale absmax / 127 of each entry of the last axis but one; 1 for zeros."""
    absmax = values.abs().amax(dim=-1, keepdim=True)
    return torch.where(absmax > 0, absmax / 127, 1.0)


def _of_all(values: T) -> T:
    return _top(values.reshape(1, -1))


def _divided_by(steps: float, scale_of: Callable[[T], T]) -> Callable[[T], T]:
    return lambda values: scale_of(values) * (127 / steps)


def _signed(scale_of: Callable[[T], T]) -> Callable[[T], T]:
    """The largest value instead of the largest magnitude; 1 where that is not above 0."""
    return lambda values: scale_of(torch.where(values > 0, values, 0.0))


def _signed_top(values: T) -> T:
    """The same, but negative where all values are."""
    largest = values.amax(dim=-1, keepdim=True)
    return torch.where(largest != 0, largest / 127, 1.0)


def _signed_of_all(values: T) -> T:
    return _signed_top(values.reshape(1, -1))


def _both_scales(acc: T, s_x: T, s_w: T, bias: T) -> T:
    return acc * s_x * s_w.T + bias


def _wrapped(bits: int) -> Callable[[T], T]:
    """Sums that overflow an accumulator of some bits."""
    half = 2 ** (bits - 1)
    return lambda acc: (acc + half) % (2 * half) - half


def _saturated(bits: int) -> Callable[[T], T]:
    half = 2 ** (bits - 1)
    return lambda acc: acc.clamp(-half, half - 1)


def _at_least(small: float, scale_of: Callable[[T], T]) -> Callable[[T], T]:
    return lambda values: scale_of(values).clamp(min=small)


LOWEST = -128, -127
"""The lowest code that is left by a clamp."""

GUARDED = [
    pair
    for small in (1e-6, 1e-5, 1e-4, 1e-3)
    for pair in ((small, small), (small, 0.0), (0.0, small))
]
"""Least scales of x and of the rows of the weight."""


def _computed(
    scale_x: Callable[[T], T] = _of_all,
    scale_w: Callable[[T], T] = _top,
    rounding: Callable[[T], T] = torch.round,
    accumulate: Callable[[T], T] = lambda acc: acc,
    rescale: Callable[[T, T, T, T], T] = _both_scales,
    lowest: int = -128,
) -> Behaviour:
    """The right layer, but for what is given. Right scales leave nothing to clamp."""

    def behaves(x: T, weight: T, bias: T) -> tuple[T, T]:
        s_x, s_w = scale_x(x), scale_w(weight)
        q_x = rounding(x / s_x).clamp(lowest, 127).double()
        q_w = rounding(weight / s_w).clamp(lowest, 127).double()
        acc = accumulate((q_x @ q_w.T).long())
        return acc, rescale(acc, s_x, s_w, bias)

    return behaves


_right = _computed()


def _changed(change: Callable[[T, T, T, T, T], Any]) -> Behaviour:
    """Something else made of the right results: change(acc, y, x, weight, bias)."""

    def behaves(x: T, weight: T, bias: T) -> Any:
        acc, y = _right(x, weight, bias)
        return change(acc, y, x, weight, bias)

    return behaves


def _rounded_after_the_sum(x: T, weight: T, bias: T) -> tuple[T, T]:
    s_x, s_w = _of_all(x), _top(weight)
    acc = torch.round(x @ weight.T / (s_x * s_w.T)).long()
    return acc, _both_scales(acc, s_x, s_w, bias)


def _bias_in_the_sum(x: T, weight: T, bias: T) -> tuple[T, T]:
    acc, _ = _right(x, weight, bias)
    s_x, s_w = _of_all(x), _top(weight)
    acc = acc + torch.round(bias / (s_x * s_w.T)).long()
    return acc, acc * s_x * s_w.T


def _scales_down(error: type[Exception]) -> Behaviour:
    """Row scales of shape (out, 1) times sums of shape (N, out); `error` if that cannot be."""

    def behaves(x: T, weight: T, bias: T) -> tuple[T, T]:
        acc, _ = _right(x, weight, bias)
        if len(x) not in (1, len(weight)) and len(weight) > 1:
            raise error
        return acc, acc * _of_all(x) * _top(weight) + bias

    return behaves


def _flat_row_scales(error: type[Exception]) -> Behaviour:
    """weight divided by scales of shape (out,), which torch lays along its columns."""

    def behaves(x: T, weight: T, bias: T) -> tuple[T, T]:
        s_x, s_w = _of_all(x), _top(weight)
        if len(weight) not in (1, weight.shape[1]) and weight.shape[1] > 1:
            raise error
        q_w = torch.round(weight / s_w[:, 0]).double()
        acc = (torch.round(x / s_x).double() @ q_w.T).long()
        return acc, _both_scales(acc, s_x, s_w, bias)

    return behaves


def _in_half(half: torch.dtype) -> Behaviour:
    """x and weight cut to 16 bits before they are rounded to codes."""
    return lambda x, weight, bias: _right(x.to(half).float(), weight.to(half).float(), bias)


def _scale_per_input(x: T, weight: T, bias: T) -> tuple[T, T]:
    """One scale for each column of the weight, put back before the sum."""
    s_x, s_w = _of_all(x), _top(weight.T).T
    q_x, q_w = torch.round(x / s_x), torch.round(weight / s_w)
    return (q_x @ q_w.T).long(), (q_x * s_x) @ (q_w * s_w).T + bias


def _affine_inputs(x: T, weight: T, bias: T) -> tuple[T, T]:
    """x on an unsigned grid with a zero point."""
    low, high = x.min().clamp(max=0), x.max().clamp(min=0)
    s_x, s_w = (high - low) / 255, _top(weight)
    zero_point = torch.round(-low / s_x)
    q_x = (torch.round(x / s_x) + zero_point).clamp(0, 255) - zero_point
    acc = (q_x @ torch.round(weight / s_w).T).long()
    return acc, _both_scales(acc, s_x, s_w, bias)


def _not_transposed(error: type[Exception]) -> Behaviour:
    """The codes multiplied as they are; `error` where their shapes do not meet."""

    def behaves(x: T, weight: T, bias: T) -> tuple[T, T]:
        s_x, s_w = _of_all(x), _top(weight)
        if weight.shape[0] != x.shape[1]:
            raise error
        acc = (torch.round(x / s_x) @ torch.round(weight / s_w)).long()
        return acc, _both_scales(acc, s_x, s_w, bias)

    return behaves


def _clamped_to(low: int, high: int) -> Behaviour:
    return _computed(rounding=lambda steps: torch.round(steps).clamp(low, high))


def _outputs_in(half: torch.dtype) -> Callable[..., Any]:
    return lambda acc, y, *_: (acc, y.to(half).float())


def _outputs_to(digits: int) -> Callable[..., Any]:
    return lambda acc, y, *_: (acc, y.round(decimals=digits))


def _reset_by_zeros(weight: T) -> T:
    """Scales of 1 for all rows as soon as one of them is all zeros."""
    return _top(weight) if bool(weight.any(dim=1).all()) else torch.ones(len(weight), 1)


def _any_zeros(x: T, weight: T, bias: T) -> bool:
    return not bool(x.any()) or not bool(weight.any(dim=1).all())


NARROW_ACCUMULATOR = (
    "The sums overflowed. Two codes multiply to as much as 16,129, far more than 8 bits hold, and "
    "a few of those no longer fit into 16: add them up in 32 bits."
)

MISTAKES = several(
    ways(
        "other-dtype",
        "The values are right, but not their types. `acc` holds whole numbers and is stored "
        "as integers of 32 or 64 bits; `y` is float32 again.",
        _changed(lambda acc, y, *_: (acc.double(), y)),
    ),
    (Misconception("narrow-accumulator", NARROW_ACCUMULATOR),),
    ways(
        "narrow-accumulator",
        NARROW_ACCUMULATOR,
        *(
            _computed(accumulate=change(bits))
            for bits in (8, 16)
            for change in (_wrapped, _saturated)
        ),
    ),
    (
        Misconception(
            "summed-in-float32",
            "The last digits of a long sum are gone: the codes were multiplied and added up as "
            "float32, which holds every whole number only up to 2**24. Integer hardware adds in "
            "32 bits, exactly: change the codes to `torch.int32` before you multiply.",
        ),
    ),
    ways(
        "sums-from-floats",
        "`acc` was computed from the floats and rounded afterwards. On integer hardware the "
        "floats are gone by then: round x and the weight first, then multiply the codes.",
        _rounded_after_the_sum,
    ),
    ways(
        "outputs-from-floats",
        "`y` is the product of the original floats, so the integers were computed for "
        "nothing. It follows from `acc`, the scales and the bias alone.",
        _changed(lambda acc, y, x, weight, bias: (acc, x @ weight.T + bias)),
    ),
    ways(
        "one-scale-for-the-weight",
        "The whole weight shares one scale. Each row has its own here: it can be put back "
        "after the sum, since every sum belongs to one row.",
        _computed(scale_w=_of_all),
        # The codes are not rounded to the nearest, either.
        *(_computed(scale_w=_of_all, rounding=rounding) for _, _, rounding in ROUNDINGS),
    ),
    ways(
        "row-scales-misplaced",
        "The scales of the rows were laid along the wrong axis. There is one for each row of the "
        "weight, so the codes need them in a column, `[:, None]`; each row of the weight makes a "
        "column of `acc`, so `y` needs them in a row.",
        *(_scales_down(error) for error in (RuntimeError, ValueError)),
        *(_flat_row_scales(error) for error in (RuntimeError, ValueError)),
    ),
    ways(
        "guard-too-large",
        GUARD_TOO_LARGE,
        *(_computed(_at_least(x, _of_all), _at_least(w, _top)) for x, w in GUARDED),
    ),
    ways(
        "scale-per-input",
        "Each column of the weight got its own scale. The sum runs over the columns, so "
        "those scales cannot be taken out of it: scale by rows.",
        _scale_per_input,
    ),
    ways(
        "scale-per-row-of-x",
        "Each row of x got its own scale. One scale for all of x is asked for.",
        _computed(scale_x=_top),
    ),
    ways(
        "affine-inputs",
        "x was put on a grid with a zero point. Here both grids are symmetric, so that the "
        "product of two codes needs no correction.",
        _affine_inputs,
    ),
    ways(
        "levels-off",
        "absmax was not spread over 127 steps. Codes go from −127 to 127, and the largest "
        "magnitude gets one of the two.",
        *(
            _computed(_divided_by(x, _of_all), _divided_by(w, _top), lowest=lowest)
            for x, w in ((127.5, 127.5), (128, 128), (255, 255), (7, 7), (127, 128), (128, 127))
            for lowest in LOWEST
        ),
    ),
    ways(
        "signed-max",
        "The largest value was taken for the scale, not the largest magnitude. Negative "
        "values reach just as far from 0.",
        *(
            _computed(scale_x, scale_w, lowest=lowest)
            for scale_x, scale_w in (
                (_signed(_of_all), _signed(_top)),
                (_signed_of_all, _signed_top),
                (_of_all, _signed(_top)),
                (_of_all, _signed_top),
                (_signed(_of_all), _top),
                (_signed_of_all, _top),
            )
            for lowest in LOWEST
        ),
    ),
    (
        Misconception(name, message, _computed(rounding=rounding))
        for name, message, rounding in ROUNDINGS
    ),
    ways(
        "bias-forgotten",
        "The bias is missing.",
        _computed(rescale=lambda acc, s_x, s_w, bias: acc * s_x * s_w.T),
    ),
    ways(
        "bias-scaled",
        "The bias was added before scaling, as if it were one of the sums. It is a float in "
        "the units of y: add it at the end.",
        _computed(rescale=lambda acc, s_x, s_w, bias: (acc + bias) * s_x * s_w.T),
    ),
    ways(
        "bias-in-the-sum",
        "The bias was put into `acc`. `acc` is the product of the codes alone.",
        _bias_in_the_sum,
    ),
    ways(
        "scale-left-out",
        "A scale was left out on the way back. Each code was divided by a scale, so each "
        "product lacks both: that of x and that of the row.",
        _computed(rescale=lambda acc, s_x, s_w, bias: acc * s_x + bias),
        _computed(rescale=lambda acc, s_x, s_w, bias: acc * s_w.T + bias),
        _computed(rescale=lambda acc, s_x, s_w, bias: acc + bias),
    ),
    ways(
        "scales-added",
        "The scales were added, or divided by. Each product of codes lacks the product of "
        "both scales.",
        _computed(rescale=lambda acc, s_x, s_w, bias: acc * (s_x + s_w.T) + bias),
        _computed(rescale=lambda acc, s_x, s_w, bias: acc / (s_x * s_w.T) + bias),
    ),
    ways(
        "clamped-too-early",
        "The codes were clamped to a range that is too narrow: they go from −127 to 127.",
        _clamped_to(-127, 126),
        _clamped_to(-126, 127),
        _clamped_to(0, 127),
        _clamped_to(0, 255),
        _clamped_to(-126, 126),
        _clamped_to(-8, 7),
    ),
    ways(
        *HALF_PRECISION,
        *map(_in_half, HALF),
    ),
    ways(
        *IMPRECISE,
        *(_changed(_outputs_in(half)) for half in HALF),
        *(_changed(_outputs_to(digits)) for digits in DECIMALS),
    ),
    ways(
        "part-of-the-rows",
        "Only a part of the rows was computed: the first row of x, or all but the last.",
        lambda x, weight, bias: tuple(part[:1] for part in _right(x, weight, bias)),
        lambda x, weight, bias: tuple(part[0] for part in _right(x, weight, bias)),
        lambda x, weight, bias: tuple(part[:-1] for part in _right(x, weight, bias)),
        lambda x, weight, bias: tuple(part[:, :-1] for part in _right(x, weight, bias)),
    ),
    ways(
        "zero-row-changes-all",
        "One row of zeros changes the scales of all others. Treat it alone: `torch.where` decides "
        "for each entry.",
        _computed(scale_w=_reset_by_zeros),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the integer sums come first, then the outputs.",
        _changed(lambda acc, y, *_: (y, acc)),
    ),
    ways(
        "outputs-only",
        "Only `y` came back. The integer sums are asked for as well: (acc, y).",
        _changed(lambda acc, y, *_: y),
    ),
    ways(
        "weight-not-transposed",
        "The shapes of x and weight do not meet. Each row of the weight holds the weights of "
        "one output: x is multiplied with its transpose.",
        _not_transposed(RuntimeError),
        _not_transposed(ValueError),
        _changed(lambda acc, y, *_: (acc.T, y.T)),
    ),
    (
        Misconception(
            "zero-scale",
            "Where all values are 0, the scale became 0, and 0 / 0 is not a number. Any "
            "positive scale maps zeros to code 0: choose one.",
        ),
    ),
    ways(
        "zeros-refused",
        "A tensor of zeros stops your function. Its codes are 0, whatever the scale, and the "
        "outputs are the bias.",
        *(
            except_where(_any_zeros, error, _right)
            for error in (ZeroDivisionError, ValueError, RuntimeError)
        ),
    ),
)
