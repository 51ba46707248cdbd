"""What wrong ways of `gptq_quantize` give."""

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
)

T = torch.Tensor
Behaviour = Callable[..., Any]


def misfit(w: T, hessian: T, n_bits: int, group_size: int) -> bool:
    return w.shape[1] % group_size != 0


def checked(behaves: Behaviour) -> Behaviour:
    def checked(w: T, hessian: T, n_bits: int, group_size: int) -> Any:
        if misfit(w, hessian, n_bits, group_size):
            raise ValueError
        return behaves(w, hessian, n_bits, group_size)

    return checked


def by(**parts: Any) -> Behaviour:
    """The loop with other parts."""

    def behaves(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
        found = trace(w, hessian, n_bits, group_size, **parts)
        return found.codes.to(torch.int16), found.scale

    return checked(behaves)


right = by()


def scales(of: Callable[[T, T, int, int, int], T]) -> Behaviour:
    """Other scales of a group: of(now, given, start, size, n_bits)."""

    def behaves(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
        return by(scale_of=lambda now, given, start, size: of(now, given, start, size, n_bits))(
            w, hessian, n_bits, group_size
        )

    return behaves


def crossed(
    of: Callable[[T, T, int, int, int], T] = lambda now, given, start, size, n_bits: row_scale(
        now[:, start : start + size], n_bits
    ),
    **parts: Any,
) -> Behaviour:
    """The loop with other scales and other parts."""

    def behaves(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
        def scale_of(now: T, given: T, start: int, size: int) -> T:
            return of(now, given, start, size, n_bits)

        return by(scale_of=scale_of, **parts)(w, hessian, n_bits, group_size)

    return behaves


def changed(change: Callable[[T, T], Any]) -> Behaviour:
    """Something else made of the right (codes, scale)."""

    def behaves(*arguments: Any) -> Any:
        codes, scale = right(*arguments)
        return change(codes.to(torch.int8), scale.float())

    return behaves


def nothing(hessian: T) -> T:
    return torch.zeros_like(hessian.double())


def factor_of(hessian: T) -> T:
    """The upper factor of H itself."""
    lower: T = torch.linalg.cholesky(hessian.double())
    return lower.T / lower.diagonal()[:, None]


def other_factor(hessian: T) -> T:
    """Upper triangular as well, but with V Vᵀ = H⁻¹."""
    upper = torch.linalg.inv(torch.linalg.cholesky(hessian.double())).T
    return upper / upper.diagonal()[:, None]


def inverse_alone(hessian: T) -> T:
    """Rows of H⁻¹ from which nothing was taken out."""
    inverse = torch.linalg.inv(hessian.double())
    return inverse / inverse.diagonal()[:, None]


def hessian_alone(hessian: T) -> T:
    h = hessian.double()
    return h / h.diagonal()[:, None]


def undivided(hessian: T) -> T:
    return factor(hessian)


def divided_twice(hessian: T) -> T:
    upper = factor(hessian)
    return upper / upper.diagonal()[:, None] ** 2


def inverse_undivided(hessian: T) -> T:
    return torch.linalg.inv(hessian.double())


def damped(share: float, of: Callable[[T], T]) -> Callable[[T], T]:
    """Once more something added to the diagonal."""

    def shift(hessian: T) -> T:
        eye = torch.eye(len(hessian), dtype=torch.float64)
        return shares(hessian.double() + share * of(hessian.double()) * eye)

    return shift


def mean_diagonal(hessian: T) -> T:
    return hessian.diagonal().mean()


def ordered_groups(steps: Callable[[int], float]) -> Behaviour:
    """The columns in order of falling diagonals, groups as well; absmax over so many steps."""

    def behaves(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
        places = hessian.diagonal().argsort(descending=True, stable=True)
        turned = w[:, places], hessian[places][:, places], n_bits, group_size
        codes, scale = over(steps)(*turned)
        return codes[:, places.argsort()], scale

    return checked(behaves)


def dequantized_by(behaves: Behaviour) -> Behaviour:
    """The weights that the codes of another way stand for."""

    def values(*arguments: Any) -> Any:
        codes, scale = behaves(*arguments)
        size = codes.shape[1] // scale.shape[1]
        return (codes * scale.repeat_interleave(size, dim=1)).float(), scale.float()

    return values


def in_order(order: Callable[[T], T]) -> Behaviour:
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

    return checked(behaves)


def mirrored(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    """From right to left, scales and all."""
    codes, scale = right(w.flip(1), hessian.flip(0, 1), n_bits, group_size)
    return codes.flip(1), scale.flip(1)


def of_given(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(given[:, start : start + size], n_bits)


def of_row(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(given, n_bits)


def of_row_now(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(now, n_bits)


def of_rest(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(now[:, start:], n_bits)


def of_all(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    block = now[:, start : start + size].reshape(1, -1)
    return row_scale(block, n_bits).expand(len(now))


def over(steps: Callable[[int], float]) -> Behaviour:
    """absmax of each group over another number of steps."""
    return scales(in_steps(steps))


def in_steps(steps: Callable[[int], float]) -> Callable[[T, T, int, int, int], T]:
    def of(now: T, given: T, start: int, size: int, n_bits: int) -> T:
        block = now[:, start : start + size]
        return row_scale(block, n_bits) * top(n_bits) / steps(n_bits)

    return of


def signed(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return row_scale(now[:, start : start + size].clamp(min=0), n_bits)


def looked_at_again(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    """A new scale before every column; the last one, or the first, is given back."""
    return by(every_column=True)(w, hessian, n_bits, group_size)


def size_as_count(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    if w.shape[1] % group_size:
        raise ValueError
    return right(w, hessian, n_bits, w.shape[1] // group_size)


def full_range(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    return by(lowest=-top(n_bits) - 1)(w, hessian, n_bits, group_size)


def unbounded(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
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


def has_zero_group(w: T, hessian: T, n_bits: int, group_size: int) -> bool:
    if misfit(w, hessian, n_bits, group_size):
        return False
    return not bool(w.reshape(len(w), -1, group_size).any(dim=2).all())


def unguarded(now: T, given: T, start: int, size: int, n_bits: int) -> T:
    return now[:, start : start + size].abs().amax(dim=1) / top(n_bits)


def let_through(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    found = trace(w, hessian, n_bits, group_size)
    return found.codes, found.scale


def spread_over_rows(w: T, hessian: T, n_bits: int, group_size: int) -> tuple[T, T]:
    if len(w) != len(hessian) or len(w) % group_size:
        raise RuntimeError
    codes, scale = right(w.T, hessian, n_bits, group_size)
    return codes.T, scale.T
