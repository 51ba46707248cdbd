"""States quantized in one way or another, for the mistakes in `quantize_weights`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c03_post_training_quantization.tasks.states import Named, is_weight
from courseware.checks import blocks

T = torch.Tensor
OfWeight = Callable[[T, int, int], T]


def rows(w: T) -> T:
    return w.reshape(w.shape[0], -1)


def read_back(codes: T, scale: T, w: T) -> T:
    return (codes * scale).reshape(w.shape).to(w.dtype)


def weight_by(blockwise: blocks.Behaviour) -> OfWeight:
    """A way to quantize blocks along the last axis, applied to the groups of each row."""

    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        codes, scale = blockwise(blocks.grouped(rows(w), group_size), n_bits)
        return read_back(codes, scale, w)

    return of_weight


right = weight_by(blocks.right)


def model(
    of_weight: OfWeight = right, picks: Callable[[str, T], bool] = lambda name, w: is_weight(w)
) -> Callable[..., Named]:
    """Each tensor that `picks` chooses, changed by `of_weight`."""
    return lambda state, n_bits, group_size: {
        name: of_weight(w, n_bits, group_size) if picks(name, w) else w for name, w in state.items()
    }


def guarded(small: float, added: bool) -> Callable[..., Named]:
    """Scales that a guard keeps away from 0."""

    def blockwise(cut_up: T, n_bits: int) -> blocks.Quantized:
        cut_up = cut_up.float()
        scale = blocks.absmax(cut_up) / blocks.top(n_bits)
        scale = scale + small if added else scale.clamp(min=small)
        return blocks.to_codes(cut_up, scale, n_bits), scale

    return model(weight_by(blockwise))


def has_other_matrices(state: Named, n_bits: int, group_size: int) -> bool:
    return any(w.dim() >= 2 and not w.is_floating_point() for w in state.values())


def has_zero_group(state: Named, n_bits: int, group_size: int) -> bool:
    weights_of = [rows(w) for w in state.values() if is_weight(w)]
    whole = [w for w in weights_of if w.shape[1] % group_size == 0]
    return not all(bool(blocks.grouped(w, group_size).any(dim=-1).all()) for w in whole)


def other_blocks(cut: Callable[[T, int], T], axis: int) -> OfWeight:
    """w cut in another way, one scale for each run along `axis` of the result."""

    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        cut_up = cut(w, group_size)
        scale = blocks.scale_of(cut_up.abs().amax(dim=axis, keepdim=True), n_bits)
        return read_back(blocks.to_codes(cut_up, scale, n_bits), scale, w)

    return of_weight


def short_group(w: T, n_bits: int, group_size: int) -> T:
    """The last group of a row takes what is left."""
    parts = [blocks.by_rows(part, n_bits) for part in rows(w).split(group_size, dim=1)]
    return torch.cat([codes * scale for codes, scale in parts], dim=1).reshape(w.shape)


one_scale = other_blocks(lambda w, size: w.reshape(1, -1), 1)
scale_a_row = other_blocks(lambda w, size: rows(w), 1)


ROW_WISE: dict[str, Callable[[int], float]] = {
    "full-range-scale": lambda n_bits: (2**n_bits - 1) / 2,
    "levels-off-by-one": lambda n_bits: 2 ** (n_bits - 1),
}
"""How many steps the largest magnitude is spread over, by the name of the mistake."""


def row_wise(mistake: str) -> OfWeight:
    """One scale for each row, and of another kind; a row that groups do not fill is refused."""

    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        if rows(w).shape[1] % group_size:
            raise ValueError
        scale = rows(w).float().abs().amax(dim=1, keepdim=True) / ROW_WISE[mistake](n_bits)
        scale = torch.where(scale > 0, scale, 1.0)
        top = 2 ** (n_bits - 1)
        return read_back(torch.round(rows(w).float() / scale).clamp(-top, top - 1), scale, w)

    return of_weight


def guarded_rows(small: float, added: bool) -> OfWeight:
    """One scale for each row, kept away from 0; a row that groups do not fill is refused."""

    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        if rows(w).shape[1] % group_size:
            raise ValueError
        scale = blocks.absmax(rows(w).float()) / blocks.top(n_bits)
        scale = scale + small if added else scale.clamp(min=small)
        return read_back(blocks.to_codes(rows(w).float(), scale, n_bits), scale, w)

    return of_weight


def guarded_together(small: float, added: bool) -> OfWeight:
    """Groups of the flattened tensor, their scales kept away from 0."""

    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        if w.numel() % group_size:
            raise ValueError
        cut_up = w.float().reshape(-1, group_size)
        scale = blocks.absmax(cut_up) / blocks.top(n_bits)
        scale = scale + small if added else scale.clamp(min=small)
        return read_back(blocks.to_codes(cut_up, scale, n_bits), scale, w)

    return of_weight


def in_float(of_weight: OfWeight) -> OfWeight:
    """Computed in float32, and back in the type of the weight."""
    return lambda w, n_bits, group_size: of_weight(w.float(), n_bits, group_size).to(w.dtype)


def unless_it_divides(otherwise: OfWeight, where_it_does: OfWeight = right) -> OfWeight:
    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        divides = rows(w).shape[1] % group_size == 0
        return (where_it_does if divides else otherwise)(w, n_bits, group_size)

    return of_weight


def flattened(error: type[Exception]) -> OfWeight:
    """Groups of the flattened tensor; `error` where they do not fill it."""

    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        if w.numel() % group_size:
            raise error
        return right(w.reshape(1, -1), n_bits, group_size).reshape(w.shape)

    return of_weight


run_together = flattened(ValueError)


def raising(error: type[Exception]) -> OfWeight:
    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        raise error

    return of_weight


def run_with_rest(w: T, n_bits: int, group_size: int) -> T:
    return short_group(w.reshape(1, -1), n_bits, group_size).reshape(w.shape)


def vectors_too(by: OfWeight, rest: OfWeight = right) -> Callable[..., Named]:
    """Tensors with one axis quantized in another way than the rest."""

    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        return (by if w.dim() == 1 else rest)(w, n_bits, group_size)

    return model(of_weight, lambda name, w: w.is_floating_point() and w.dim() >= 1)


def others_as(change: Callable[[T], T], by: OfWeight = right) -> Callable[..., Named]:
    """Floating-point tensors that are no weights changed as well."""

    def behaves(state: Named, n_bits: int, group_size: int) -> Named:
        result = model(by)(state, n_bits, group_size)
        others = [n for n, w in state.items() if w.is_floating_point() and not is_weight(w)]
        return Named((n, change(w) if n in others else w) for n, w in result.items())

    return behaves


def columns(error: type[Exception]) -> OfWeight:
    """Groups down the columns; `error` where they do not fill them."""

    def of_weight(w: T, n_bits: int, group_size: int) -> T:
        if w.shape[0] % group_size:
            raise error
        return right(rows(w).T, n_bits, group_size).T.reshape(w.shape)

    return of_weight


def columns_run_together(w: T, n_bits: int, group_size: int) -> T:
    """Groups of the flattened transpose."""
    turned = rows(w).T
    return run_together(turned, n_bits, group_size).T.reshape(w.shape)


def _affine(cut_up: T, n_bits: int, low: T, high: T) -> blocks.Quantized:
    """Values rather than codes, beside scales of 1."""
    scale = (high - low) / (2**n_bits - 1)
    scale = torch.where(scale > 0, scale, 1.0)
    zero_point = torch.round(-low / scale)
    steps = (torch.round(cut_up / scale) + zero_point).clamp(0, 2**n_bits - 1)
    return (steps - zero_point) * scale, torch.ones_like(scale)


def affine(cut_up: T, n_bits: int) -> blocks.Quantized:
    """Each block from its smallest to its largest value."""
    low, high = cut_up.amin(dim=-1, keepdim=True), cut_up.amax(dim=-1, keepdim=True)
    return _affine(cut_up, n_bits, low, high)


def affine_with_zero(cut_up: T, n_bits: int) -> blocks.Quantized:
    """The same range, stretched until it contains 0."""
    low, high = cut_up.amin(dim=-1, keepdim=True), cut_up.amax(dim=-1, keepdim=True)
    return _affine(cut_up, n_bits, low.clamp(max=0), high.clamp(min=0))


def from_the_lowest(cut_up: T, n_bits: int) -> blocks.Quantized:
    """Steps counted from the smallest value of each block, which is kept as it is."""
    cut_up = cut_up.float()
    low, high = cut_up.amin(dim=-1, keepdim=True), cut_up.amax(dim=-1, keepdim=True)
    scale = torch.where(high > low, (high - low) / (2**n_bits - 1), 1.0)
    return torch.round((cut_up - low) / scale) * scale + low, torch.ones_like(scale)


def not_spread(w: T, n_bits: int, group_size: int) -> T:
    """Codes in rows times scales in rows: they meet for one group a row, or groups of 1."""
    if group_size not in (1, rows(w).shape[1]):
        raise ValueError if rows(w).shape[1] % group_size else RuntimeError
    return right(w, n_bits, group_size)


def in_float32(w: T, n_bits: int, group_size: int) -> T:
    return right(w.float(), n_bits, group_size)


def in_own_dtype(w: T, n_bits: int, group_size: int) -> T:
    """Scales and codes in the dtype of the weight, a scale that vanishes in it replaced by 1."""
    cut_up = blocks.grouped(rows(w), group_size)
    scale = cut_up.abs().amax(dim=-1, keepdim=True) / blocks.top(n_bits)
    scale = torch.where(scale == 0, torch.ones_like(scale), scale)
    return read_back(torch.round(cut_up / scale), scale, w)


def codes(w: T, n_bits: int, group_size: int) -> T:
    return blocks.right(blocks.grouped(rows(w), group_size), n_bits)[0].reshape(w.shape)


def codes_run_together(w: T, n_bits: int, group_size: int) -> T:
    if w.numel() % group_size:
        raise ValueError
    return codes(w.reshape(1, -1), n_bits, group_size).reshape(w.shape)


def refusing_others(size: Callable[[T], int], single_numbers: bool) -> Callable[..., Named]:
    """Whether groups fill a row is asked of tensors that are no weights as well."""

    def behaves(state: Named, n_bits: int, group_size: int) -> Named:
        asked = [w for w in state.values() if single_numbers or w.dim()]
        if any(size(w) % group_size for w in asked):
            raise ValueError
        return model()(state, n_bits, group_size)

    return behaves


def row_size(w: T) -> int:
    """Values of a row, as `reshape(len(w), -1)` has it; of a single number 1."""
    return w.numel() // len(w) if w.dim() > 1 and len(w) else w.numel()


def last_size(w: T) -> int:
    return w.shape[-1] if w.dim() else 1


def _repeated(w: T, n_bits: int, group_size: int) -> T:
    """The scales of a row, all of them again and again."""
    absmax = blocks.grouped(rows(w), group_size).abs().amax(dim=-1)
    return blocks.scale_of(absmax, n_bits).reshape(len(w), -1).repeat(1, group_size)


def scales_repeated(w: T, n_bits: int, group_size: int) -> T:
    scale = _repeated(w, n_bits, group_size)
    return read_back(blocks.to_codes(rows(w), scale, n_bits), scale, w)


def scales_repeated_afterwards(w: T, n_bits: int, group_size: int) -> T:
    """Right codes, read back with such scales."""
    return read_back(
        codes(w, n_bits, group_size).reshape(len(w), -1), _repeated(w, n_bits, group_size), w
    )


def flat(w: T, n_bits: int, group_size: int) -> T:
    return right(rows(w), n_bits, group_size)
