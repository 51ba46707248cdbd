"""Masks: which weights are kept, how many, and how a ranking becomes a mask (chapters 06 to 09).

A mask is a torch.bool tensor of the shape of its weight, True where the weight is kept. Several
layers have a dict of masks, by parameter name.

    sparsity = pruned / all        density = kept / all        sparsity + density = 1

Sparsity is always the total share that is gone, never the share removed in one round. Two rules
hold in all of chapters 06 to 09:

- Count: n weights at sparsity s lose exactly round(s * n) of them (Python's round, half to even),
  also where scores are equal or zero.
- Order: scores are ranked together, lowest first; of equal scores the earlier position comes first.
  Pruning takes from the front. What is pruned is known from the mask, never from `w == 0`.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import torch

from model_compression._mask_validation import (
    checked_mask,
    checked_mask_dict,
    checked_weight_dict,
    checked_weights,
)
from model_compression._stored import loadable
from model_compression._validation import checked_integer, checked_number, checked_tensor
from model_compression._validation_reals import (
    checked_names,
    checked_state,
    checked_tensors,
    tied_names,
)

Masks = dict[str, torch.Tensor]


@loadable
@dataclass(frozen=True, eq=False)
class Mask:
    """A checked mask with its counts.

    Attributes:
        kept: torch.bool tensor of any shape, True = kept.

    Raises: ValueError if `kept` is not a non-empty torch.bool tensor.

    >>> mask = Mask(torch.tensor([[True, False], [True, True]]))
    >>> mask.n_weights, mask.n_kept, mask.n_pruned, mask.density, mask.sparsity
    (4, 3, 1, 0.75, 0.25)
    >>> mask.apply(torch.tensor([[0.5, 0.6], [-0.7, 0.0]]))
    tensor([[ 0.5000,  0.0000],
            [-0.7000,  0.0000]])
    """

    kept: torch.Tensor

    def __post_init__(self) -> None:
        object.__setattr__(self, "kept", checked_mask(self.kept, "kept"))

    @property
    def n_weights(self) -> int:
        """Number of weights, kept or not."""
        return self.kept.numel()

    @property
    def n_kept(self) -> int:
        """Number of weights that are kept."""
        return int(self.kept.sum())

    @property
    def n_pruned(self) -> int:
        """Number of weights that are gone."""
        return self.n_weights - self.n_kept

    @property
    def density(self) -> float:
        """Share of the weights that are kept, 0 ... 1."""
        return self.n_kept / self.n_weights

    @property
    def sparsity(self) -> float:
        """Share of the weights that are gone, 0 ... 1."""
        return self.n_pruned / self.n_weights

    def apply(self, weight: torch.Tensor) -> torch.Tensor:
        """The weight with 0 where it is pruned: w * mask, as a new tensor, with its gradient."""
        values = checked_tensor(weight, "weight")
        if values.shape != self.kept.shape:
            raise ValueError(
                f"weight: expected shape {tuple(self.kept.shape)}, got {tuple(values.shape)}"
            )
        return torch.where(self.kept, values, torch.zeros_like(values))


def pruned_count(n: int, sparsity: float) -> int:
    """Number of weights to prune, out of n.

    round(sparsity * n), Python's round: half to even.

    Args:
        n: number of weights, an int >= 0.
        sparsity: share to remove, 0 ... 1.
    Returns: int in 0 ... n.
    Raises: ValueError for a negative n, or a sparsity outside 0 ... 1.

    >>> pruned_count(9, 0.4)                                 # 3.6
    4
    >>> pruned_count(5, 0.5), pruned_count(7, 0.5)           # 2.5 and 3.5: to the even number
    (2, 4)
    """
    n = checked_integer(n, "n", 0)
    return min(round(checked_number(sparsity, "sparsity", 0, 1) * n), n)


def prunable_weights(state: Mapping[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The weights of a network that pruning is about: those of linear and convolution layers.

    Every floating-point tensor with two axes or more. Biases and batch-norm parameters have one
    axis: they are few, and stay.

    Args:
        state: state_dict of a network, with its weights as they are used: what torch's own pruning
            keeps in their place (weight_orig, weight_mask) is made permanent first.
    Returns: dict of the same tensors, in the order of `state`.
    Raises: ValueError if there is no such tensor, or for the parts of a weight.

    >>> state = {"0.weight": torch.ones(3, 2), "0.bias": torch.ones(3)}
    >>> list(prunable_weights(state))
    ['0.weight']
    """
    weights = {
        name: state[name]
        for name, value in checked_state(state, "state").items()
        if value.is_floating_point() and value.dim() >= 2
    }
    if not weights:
        raise ValueError(f"state: expected a tensor with 2 axes or more, got {list(state)}")
    return weights


def keep_all(weights: Mapping[str, torch.Tensor]) -> Masks:
    """Masks that prune nothing: where pruning starts.

    Args:
        weights: dict of floating-point tensors.
    Returns: dict of torch.bool tensors, all True, with the same names and shapes.
    Raises: ValueError if `weights` is not a dict of floating-point tensors.

    >>> keep_all({"0.weight": torch.ones(1, 2)})
    {'0.weight': tensor([[True, True]])}
    """
    checked = checked_weight_dict(weights, "weights")
    return {name: torch.ones_like(w, dtype=torch.bool) for name, w in checked.items()}


def apply_masks(
    state: Mapping[str, torch.Tensor], masks: Mapping[str, torch.Tensor]
) -> dict[str, torch.Tensor]:
    """Set the pruned weights of a network to zero.

    w * mask for every tensor that has a mask; the others come back as they are.

    Args:
        state: dict of tensors, such as a state_dict.
        masks: dict of torch.bool tensors; each name is one of `state`, each shape as there.
    Returns: dict of new tensors, detached, with the keys, order and dtypes of `state`. A pruned
        weight is +0.
    Raises: ValueError for a mask without a tensor, of another shape, or not torch.bool; for tied
        tensors with different masks.

    >>> state = {"0.weight": torch.tensor([[-2.0, 3.0]]), "0.bias": torch.tensor([4.0])}
    >>> apply_masks(state, {"0.weight": torch.tensor([[False, True]])})
    {'0.weight': tensor([[0., 3.]]), '0.bias': tensor([4.])}
    """
    tensors = checked_tensors(state, "state")
    unknown = sorted(set(checked_names(masks, "masks")) - set(tensors))
    if unknown:
        raise ValueError(f"masks: expected names out of {sorted(tensors)}, got {unknown}")
    checked = {
        name: Mask(checked_mask(mask, f"masks[{name!r}]", tensors[name].shape))
        for name, mask in masks.items()
    }
    for names in tied_names(tensors):
        kept = [checked[name].kept for name in names if name in checked]
        if len(kept) == 1 or (kept and not torch.equal(*kept)):
            raise ValueError(f"masks: expected one mask for tied tensors, got another for {names}")
    return {
        name: checked[name].apply(value) if name in checked else value.clone()
        for name, value in tensors.items()
    }


def joined_mask(masks: Mapping[str, torch.Tensor]) -> Mask:
    """All masks of a network in one row, for the counts of the whole.

    Args:
        masks: dict of torch.bool tensors.
    Returns: Mask with one axis: the entries of the first mask row by row, then of the next.
    Raises: ValueError if `masks` is not a dict of torch.bool tensors.

    >>> masks = {"0.weight": torch.tensor([[True, False]]), "2.weight": torch.tensor([[True]])}
    >>> joined_mask(masks).n_pruned
    1
    """
    checked = checked_mask_dict(masks, "masks")
    return Mask(torch.cat([mask.flatten() for mask in checked.values()]))


def prune_lowest(scores: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """Mask that prunes the lowest scores of one tensor: exactly n_pruned of them.

    In the order of (score, position), the first n_pruned go. So no kept score is below a pruned
    one. The work grows with n, not n log n: nothing is sorted.

    Args:
        scores: floating-point tensor of any shape.
        n_pruned: int in 0 ... n.
    Returns: torch.bool tensor of the shape of `scores`, True = kept.
    Raises: ValueError for n_pruned outside 0 ... n, an empty tensor, NaN or infinity.

    >>> prune_lowest(torch.tensor([0.0, 5.0, 0.0, 0.0]), 2)   # two of three equal scores
    tensor([False,  True, False,  True])
    """
    checked = checked_weights(scores, "scores")
    n_pruned = checked_integer(n_pruned, "n_pruned", 0, checked.numel())
    return _keep_highest(checked.flatten(), n_pruned).reshape(checked.shape)


def prune_lowest_together(
    scores: Mapping[str, torch.Tensor],
    n_pruned: int,
    within: Mapping[str, torch.Tensor] | None = None,
) -> Masks:
    """Masks that prune the lowest scores of all tensors, ranked together.

    In the order of (score, tensor, position), the first n_pruned go. With `within`, what it prunes
    comes before everything else, so the new masks are nested in the old ones.

    Args:
        scores: dict of floating-point tensors.
        n_pruned: int in 0 ... n over all tensors, in total: with `within`, those it prunes count.
            A count below theirs gives the old masks back: nothing returns to life.
        within: dict of masks, names and shapes as in `scores`; None: nothing is pruned yet.
    Returns: dict of torch.bool tensors, names, order and shapes of `scores`, True = kept.
    Raises: ValueError for n_pruned outside 0 ... n, masks that do not fit, NaN or infinity.

    >>> scores = {"a": torch.tensor([1.0, 9.0]), "b": torch.tensor([2.0, 3.0])}
    >>> prune_lowest_together(scores, 2)
    {'a': tensor([False,  True]), 'b': tensor([False,  True])}
    >>> old = {"a": torch.tensor([True, False]), "b": torch.tensor([True, True])}
    >>> prune_lowest_together(scores, 2, within=old)          # the 9 is gone already
    {'a': tensor([False, False]), 'b': tensor([True, True])}
    """
    checked = checked_weight_dict(scores, "scores")
    flat = torch.cat([score.flatten() for score in checked.values()])
    n_pruned = checked_integer(n_pruned, "n_pruned", 0, flat.numel())
    if within is not None:
        old = joined_mask(checked_mask_dict(within, "within", checked))
        flat = torch.where(old.kept, flat, -math.inf)
        n_pruned = max(n_pruned, old.n_pruned)
    parts = _keep_highest(flat, n_pruned).split([score.numel() for score in checked.values()])
    return {
        name: part.reshape(score.shape).clone()
        for (name, score), part in zip(checked.items(), parts, strict=True)
    }


def _keep_highest(flat: torch.Tensor, n_pruned: int) -> torch.Tensor:
    """The mask of a 1-D tensor without its first n_pruned values in order of (value, position)."""
    if n_pruned == 0:
        return torch.ones_like(flat, dtype=torch.bool)
    cut = flat.kthvalue(n_pruned).values
    kept = flat >= cut
    n_equal = n_pruned - (flat.numel() - int(kept.sum()))  # to be pruned of those equal to the cut
    kept[(flat == cut).nonzero().flatten()[:n_equal]] = False
    return kept
