"""Mistakes in `gptq_quantize`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.columns import (
    factor,
    row_scale,
    shares,
    top,
    trace,
    without_the_cut,
)
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.groups import (
    DOWN_THE_COLUMNS,
    ONE_SCALE_A_ROW,
    OTHER_ERROR,
    SIZE_TAKEN_FOR_COUNT,
)
from courseware.checks.misconceptions import except_where, several, ways
from courseware.checks.roundings import ROUNDINGS

T = torch.Tensor
Behaviour = Callable[..., Any]


def _misfit(w: T, hessian: T, n_bits: int, group_size: int) -> bool:
    return w.shape[1] % group_size != 0


def _checked(behaves: Behaviour) -> Behaviour:
    def checked(w: T, hessian: T, n_bits: int, group_size: int) -> Any:
        if _misfit(w, hessian, n_bits, group_size):
            raise ValueError
        return behaves(w, hessian, n_bits, group_size)

    return checked


def _by(**parts: Any) -> Behaviour:
    """The loop with other parts."""

    def behaves(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
        found = trace(w, hessian, n_bits, group_size, **parts)
        return found.codes.to(torch.int16), found.scale

    return _checked(behaves)


_right = _by()


def _scales(of: Callable[[T, T, int, int, int], T]) -> Behaviour:
    """Other scales of a group: of(now, given, start, size, n_bits)."""

    def behaves(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
        return _by(scale_of=lambda now, given, start, size: of(now, given, start, size, n_bits))(
            w, hessian, n_bits, group_size
        )

    return behaves


def _changed(change: Callable[[T, T], Any]) -> Behaviour:
    """Something else made of the right (codes, scale)."""

    def behaves(*arguments: Any) -> Any:
        codes, scale = _right(*arguments)
        return change(codes.to(torch.int8), scale.float())

    return behaves


def _nothing(hessian: T) -> T:
    return torch.zeros_like(hessian.double())


def _factor_of(hessian: T) -> T:
    """The upper factor of H itself."""
    lower: T = torch.linalg.cholesky(hessian.double())
    return lower.T / lower.diagonal()[:, None]


def _other_factor(hessian: T) -> T:
    """Upper triangular as well, but with V Vᵀ = H⁻¹."""
    upper = torch.linalg.inv(torch.linalg.cholesky(hessian.double())).T
    return upper / upper.diagonal()[:, None]


def _inverse_alone(hessian: T) -> T:
    """Rows of H⁻¹ from which nothing was taken out."""
    inverse = torch.linalg.inv(hessian.double())
    return inverse / inverse.diagonal()[:, None]


def _hessian_alone(hessian: T) -> T:
    h = hessian.double()
    return h / h.diagonal()[:, None]


def _undivided(hessian: T) -> T:
    return factor(hessian)


def _divided_twice(hessian: T) -> T:
    upper = factor(hessian)
    return upper / upper.diagonal()[:, None] ** 2


def _inverse_undivided(hessian: T) -> T:
    return torch.linalg.inv(hessian.double())


def _damped(share: float, of: Callable[[T], T]) -> Callable[[T], T]:
    """Once more something added to the diagonal."""

    def shift(hessian: T) -> T:
        eye = torch.eye(len(hessian), dtype=torch.float64)
        return shares(hessian.double() + share * of(hessian.double()) * eye)

    return shift


def _mean_diagonal(hessian: T) -> T:
    return hessian.diagonal().mean()


def _in_order(order: Callable[[T], T]) -> Behaviour:
    """Columns rounded in another order; groups stay where they are, with scales of the given w."""

    def behaves(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
        places = order(hessian)
        back = places.argsort()
        blocks = w.double().reshape(len(w), -1, group_size)
        fixed = torch.stack([row_scale(block, n_bits) for block in blocks.unbind(1)], dim=1)
        spread = fixed.repeat_interleave(group_size, dim=1)[:, places]
        now, share = w.double()[:, places], shares(hessian[places][:, places])
        codes, q = torch.zeros_like(now), top(n_bits)
        for j in range(now.shape[1]):
            codes[:, j] = torch.round(now[:, j] / spread[:, j]).clamp(-q, q)
            error = now[:, j] - codes[:, j] * spread[:, j]
            now[:, j + 1 :] -= error[:, None] * share[j, j + 1 :]
        return codes[:, back].to(torch.int16), fixed

    return _checked(behaves)


def _mirrored(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    """From right to left, scales and all."""
    codes, scale = _right(w.flip(1), hessian.flip(0, 1), n_bits, group_size)
    return codes.flip(1), scale.flip(1)


def _of_given(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(given[:, start : start + size], n_bits)


def _of_row(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(given, n_bits)


def _of_row_now(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(now, n_bits)


def _of_rest(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(now[:, start:], n_bits)


def _of_all(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    block = now[:, start : start + size].reshape(1, -1)
    return row_scale(block, n_bits).expand(len(now))


def _over(steps: Callable[[int], float]) -> Behaviour:
    """absmax of each group over another number of steps."""

    def of(now: T, given: T, start: int, size: int, n_bits: int) -> T:
        block = now[:, start : start + size]
        return row_scale(block, n_bits) * top(n_bits) / steps(n_bits)

    return _scales(of)


def _signed(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(now[:, start : start + size].clamp(min=0), n_bits)


def _looked_at_again(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    """A new scale before every column; the last one, or the first, is given back."""
    return _by(every_column=True)(w, hessian, n_bits, group_size)


def _size_as_count(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    if w.shape[1] % group_size:
        raise ValueError
    return _right(w, hessian, n_bits, w.shape[1] // group_size)


def _full_range(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    return _by(lowest=-top(n_bits) - 1)(w, hessian, n_bits, group_size)


def _unbounded(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    """Codes beyond the grid, because nothing is clamped."""
    q = 1e6
    now, share = w.double().clone(), shares(hessian)
    codes, scales = torch.zeros_like(now), []
    for j in range(now.shape[1]):
        if j % group_size == 0:
            scales.append(row_scale(now[:, j : j + group_size], n_bits))
        codes[:, j] = torch.round(now[:, j] / scales[-1]).clamp(-q, q)
        error = now[:, j] - codes[:, j] * scales[-1]
        now[:, j + 1 :] -= error[:, None] * share[j, j + 1 :]
    return codes.to(torch.int16), torch.stack(scales, dim=1)


def _dequantized(*arguments: Any) -> Any:
    codes, scale = _right(*arguments)
    size = codes.shape[1] // scale.shape[1]
    return (codes * scale.repeat_interleave(size, dim=1)).float(), scale.float()


def _has_zero_group(w: T, hessian: T, n_bits: int, group_size: int) -> bool:
    if _misfit(w, hessian, n_bits, group_size):
        return False
    return not bool(w.reshape(len(w), -1, group_size).any(dim=2).all())


def _unguarded(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return now[:, start : start + size].abs().amax(dim=1) / top(n_bits)


def _let_through(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    found = trace(w, hessian, n_bits, group_size)
    return found.codes, found.scale


def _spread_over_rows(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    if len(w) != len(hessian) or len(w) % group_size:
        raise RuntimeError
    codes, scale = _right(w.T, hessian, n_bits, group_size)
    return codes.T, scale.T


MISTAKES = several(
    ways(
        "other-dtype",
        "The values are right, but not their types: int8 for the codes, float32 for the scale.",
        _right,
        _changed(lambda codes, scale: (codes.float(), scale)),
        _changed(lambda codes, scale: (codes, scale.double())),
    ),
    ways(
        "errors-not-passed-on",
        "Each weight was rounded by itself. What is new here is that the error of a column goes on "
        "to the columns on its right, which make up for it.",
        _by(shift=_nothing),
    ),
    ways(
        "error-with-the-wrong-sign",
        "The errors were added where they are to be taken off, or the other way round: the columns "
        "on the right make things worse. w_k −= (w_j − ŵ_j) · U[j, k] / U[j, j].",
        _by(sign=1.0),
    ),
    ways(
        "hessian-not-inverted",
        "U is the factor of H itself. It is that of its inverse: UᵀU = H⁻¹.",
        _by(shift=_factor_of),
        _by(shift=_hessian_alone),
    ),
    ways(
        "the-other-factor",
        "This triangular factor gives H⁻¹ in the other order, U·Uᵀ. Here UᵀU = H⁻¹: the transpose "
        "of `torch.linalg.cholesky(H⁻¹)`.",
        _by(shift=_other_factor),
    ),
    ways(
        "inverse-without-factor",
        "The rows of H⁻¹ were used as they are. Once a column is rounded it can no longer change, "
        "so it has to leave the inverse; the rows of U are what is left then.",
        _by(shift=_inverse_alone),
        _by(shift=_inverse_undivided),
    ),
    ways(
        "not-divided-by-the-diagonal",
        "The error was not divided by U[j, j]. A column on the right gets the share "
        "U[j, k] / U[j, j] of it.",
        _by(shift=_undivided),
    ),
    ways(
        "divided-twice",
        "The error was divided by U[j, j] more than once, or by its square, the entry of H⁻¹.",
        _by(shift=_divided_twice),
    ),
    ways(
        "error-in-steps",
        "The error was passed on in steps of the grid. It is a difference of weights: multiply the "
        "code by its scale first.",
        _by(error_of=lambda w_j, w_hat, s: (w_j - w_hat) / s),
        _by(error_of=lambda w_j, w_hat, s: w_j - w_hat / s),
    ),
    ways(
        "next-column-only",
        "The error went to the next column alone. All columns on the right take their share.",
        _by(reach=lambda j, size: slice(j + 1, j + 2)),
    ),
    ways(
        "errors-stay-in-the-group",
        "The errors stop at the end of a group. They go on to all columns on the right, into later "
        "groups as well.",
        _by(reach=lambda j, size: slice(j + 1, j - j % size + size)),
    ),
    ways(
        "columns-on-the-left-changed",
        "Columns that are rounded already were changed again. Errors go to the right.",
        _by(reach=lambda j, size: slice(0, None), shift=_inverse_alone),
    ),
    ways(
        "cut-off-part-lost",
        "What the clamp cuts off was not counted as an error. It is what the stored value differs "
        "by, and the other columns can make up for it.",
        _by(error_of=without_the_cut),
    ),
    ways(
        "scales-of-the-given-weight",
        "The scale of a group was taken from the weights as they were given, or before all earlier "
        "errors were passed on. When a group begins, its columns have changed: take it from what "
        "stands there then.",
        _scales(_of_given),
    ),
    ways(
        "scale-taken-again",
        "The scale was taken anew before every column. It is fixed when the group begins: one "
        "number is stored for all of its columns.",
        _looked_at_again,
    ),
    ways(
        *ONE_SCALE_A_ROW,
        _scales(_of_row),
        _scales(_of_row_now),
        _scales(_of_rest),
    ),
    ways(
        "one-scale-for-all-rows",
        "All rows share a scale. Each row has its own in every group.",
        _scales(_of_all),
    ),
    ways(
        "damped-again",
        "Something was added to the diagonal of the Hessian. It comes damped: use it as it is.",
        *(_by(shift=_damped(share, _mean_diagonal)) for share in (0.1, 0.05, 0.01, 0.001)),
        *(_by(shift=_damped(share, lambda h: torch.tensor(1.0))) for share in (1, 0.1, 0.01, 1e-3)),
    ),
    ways(
        "right-to-left",
        "The columns were rounded from right to left. Begin with the first.",
        _mirrored,
        _in_order(lambda h: torch.arange(len(h)).flip(0)),
    ),
    ways(
        "sorted-by-the-diagonal",
        "The columns were rounded in another order, those with the largest inputs first. That may "
        "be better, but here they are taken as they stand.",
        _in_order(lambda h: h.diagonal().argsort(descending=True)),
        _in_order(lambda h: h.diagonal().argsort()),
    ),
    ways(
        "levels-off-by-one",
        "The largest weight was not spread over 2^(b−1) − 1 steps: it lands on the highest code.",
        _over(lambda b: 2 ** (b - 1)),
        _over(lambda b: (2**b - 1) / 2),
        _over(lambda b: 2**b - 1),
    ),
    ways(
        "full-range-codes",
        "The codes reach down to −2^(b−1). The grid is restricted: −(2^(b−1) − 1) … 2^(b−1) − 1.",
        _full_range,
    ),
    ways(
        "codes-not-clamped",
        "Some codes lie beyond the grid. The weights change on the way, so that later ones can be "
        "larger than the scale allows for: clamp.",
        _checked(_unbounded),
    ),
    ways(
        "signed-max",
        "The largest value was taken for the scale, not the largest magnitude. Negative weights "
        "reach just as far from zero.",
        _scales(_signed),
    ),
    ways("n-bits-ignored", N_BITS_IGNORED, lambda w, h, b, g: _right(w, h, 8, g)),
    *(
        ways(name, message, _by(rounding=rounding))
        for name, message, rounding in ROUNDINGS
        if name in ("truncated", "floored", "rounded-up")
    ),
    ways(*SIZE_TAKEN_FOR_COUNT, _size_as_count),
    ways(*DOWN_THE_COLUMNS, _spread_over_rows),
    ways(
        "values-not-codes",
        "The rounded weights came back. What is asked for are the integers, and the scales beside "
        "them.",
        _dequantized,
    ),
    ways(
        "scale-inverted",
        "The scales are upside down: these are steps per unit. A scale is the width of one step.",
        _changed(lambda codes, scale: (codes, 1 / scale)),
    ),
    ways(
        "scale-per-weight",
        "The scales came back once for every weight. One for each group of a row is enough.",
        lambda w, h, b, g: (
            _right(w, h, b, g)[0].to(torch.int8),
            _right(w, h, b, g)[1].repeat_interleave(g, dim=1).float(),
        ),
    ),
    ways(
        "scale-transposed",
        "The scales stand in groups and rows. They have a row for each row of w.",
        _changed(lambda codes, scale: (codes, scale.T)),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the codes come first, then the scale.",
        _changed(lambda codes, scale: (scale, codes)),
    ),
    ways(
        "zero-group",
        "Where all weights of a group are 0, the scale became 0, and the next step divides by it. "
        "Any positive scale maps zeros to code 0: choose one.",
        _scales(_unguarded),
        *(
            except_where(_has_zero_group, error, _right)
            for error in (ZeroDivisionError, ValueError)
        ),
    ),
    ways(
        "misfit-let-through",
        "A group size that does not divide the row was let through. The last group would be "
        "shorter than the others: raise a ValueError.",
        _let_through,
        except_where(_misfit, (torch.zeros(1), torch.zeros(1)), _right),
    ),
    ways(
        *OTHER_ERROR,
        *(
            except_where(_misfit, error, _right)
            for error in (AssertionError, RuntimeError, IndexError)
        ),
    ),
)
