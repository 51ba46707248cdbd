"""Structured pruning: rank whole filters, units or channels, and take the lowest out (chapter 07).

    criterion          looks at      a unit is unimportant if
    L2 norm            its weights   they are small
    mean activation    data          it hardly ever puts out anything
    APoZ               data          most of what it puts out is exactly 0

APoZ is the average percentage of zeros after the ReLU; as a score of importance take 1 - apoz. Both
activation criteria are measured after the ReLU, where a share of exact zeros means something.
`model_compression.network_surgery` takes the units out.

Sources: Li et al. 2017, Pruning Filters for Efficient ConvNets (norms); Hu et al. 2016, Network
Trimming, section 3.1 (APoZ).
"""

from collections.abc import Mapping

import torch

from model_compression._mask_validation import checked_weights
from model_compression._network_validation import checked_images, checked_mlp
from model_compression._rescaling import power_of_two
from model_compression._surroundings import without_autocast
from model_compression._training import State, hidden_activations, layer_names
from model_compression._validation import checked_integer, checked_number, fitting
from model_compression._validation_reals import checked_tensors, widest
from model_compression.masks import prune_lowest
from model_compression.network_surgery import shrink_linear_pair


def filter_norms(weight: torch.Tensor) -> torch.Tensor:
    """L2 norm of each filter of a convolution, or of each row of a linear weight.

    norm_i = sqrt( sum of w_ijk...^2 ) over all axes but 0.

    Args:
        weight: floating-point tensor of shape (out, in, ...), 2 axes or more.
    Returns: float32 tensor of shape (out,) (float64 for a float64 weight), in the units of w.
    Raises: ValueError for fewer than 2 axes, an empty tensor, NaN or infinity.

    >>> filter_norms(torch.tensor([[[[3.0, 4.0]]], [[[-6.0, 8.0]]]]))
    tensor([ 5., 10.])
    """
    values = checked_weights(weight, "weight")
    if values.dim() < 2:
        raise ValueError(f"weight: expected 2 axes or more, got shape {tuple(values.shape)}")
    rows = values.flatten(1)
    unit = power_of_two(rows.abs().amax(dim=1))
    norms = torch.linalg.vector_norm(rows / unit[:, None], dim=1) * unit
    return fitting(norms, "weight", "norms")


def mean_abs_activation(activations: torch.Tensor) -> torch.Tensor:
    """Mean magnitude of what each unit or channel puts out.

    mean of |a| over all axes but 1.

    Args:
        activations: floating-point tensor of shape (N, units) or (N, channels, height, width), of
            a batch, usually after the ReLU.
    Returns: float32 tensor of shape (units,) (float64 for float64 activations), in units of a.
    Raises: ValueError for fewer than 2 axes, an empty tensor, NaN or infinity.

    >>> mean_abs_activation(torch.tensor([[0.0, 2.0], [1.0, -4.0]]))
    tensor([0.5000, 3.0000])
    """
    magnitudes = _by_unit(activations).abs()
    unit = power_of_two(magnitudes.amax(dim=1)).clamp(min=1)  # so that no sum overflows
    return (magnitudes / unit[:, None]).mean(dim=1) * unit


def apoz(activations: torch.Tensor) -> torch.Tensor:
    """Average percentage of zeros of each unit or channel, as a share.

    mean of (a == 0) over all axes but 1. High means mostly silent; the paper prunes the highest.

    Args:
        activations: floating-point tensor of shape (N, units) or (N, channels, height, width), of
            a batch, after the ReLU: before it hardly anything is exactly 0.
    Returns: float32 tensor of shape (units,), shares 0 ... 1 (times 100: per cent).
    Raises: ValueError for fewer than 2 axes, an empty tensor, NaN or infinity.

    >>> apoz(torch.tensor([[0.0, 2.0], [0.0, 4.0], [1.0, 0.0], [0.0, 3.0]]))
    tensor([0.7500, 0.2500])
    """
    return (_by_unit(activations) == 0).to(torch.float32).mean(dim=1)


def keep_indices(scores: torch.Tensor, n_keep: int) -> torch.Tensor:
    """The units with the highest scores, in their old order.

    Args:
        scores: floating-point tensor of shape (units,), higher is better.
        n_keep: how many stay, 0 ... units.
    Returns: int64 tensor of shape (n_keep,), ascending. Of equal scores the later units stay.
    Raises: ValueError for scores that are not 1-D, n_keep outside 0 ... units, NaN or infinity.

    >>> keep_indices(torch.tensor([0.3, 0.9, 0.1, 0.5]), 2)
    tensor([1, 3])
    """
    values = checked_weights(scores, "scores")
    if values.dim() != 1:
        raise ValueError(f"scores: expected 1 axis (units), got shape {tuple(values.shape)}")
    n_keep = checked_integer(n_keep, "n_keep", 0, values.numel())
    return prune_lowest(values, values.numel() - n_keep).nonzero().flatten()


@without_autocast
def structured_prune(
    state: Mapping[str, torch.Tensor], images: torch.Tensor, keep_ratio: float
) -> State:
    """Make every hidden layer of a multilayer perceptron narrower.

    Rank the units of each hidden layer by their mean activation after the ReLU, measured once, on
    the whole network; keep the max(1, round(keep_ratio * H)) highest of H, in their old order.

    Args:
        state: of Linear, ReLU, ..., Linear: 0.weight, 0.bias, 2.weight, ...
        images: floating-point tensor of shape (N, D) on which the activations are measured.
        keep_ratio: share of the units of each hidden layer that stays, 0 ... 1.
    Returns: dict with the keys of `state`, new tensors with fewer rows and columns; inputs and
        outputs of the network stay. Not trained on: see `masked_training.train_masked`.
    Raises: ValueError for a state of another network, images that do not fit, NaN or infinity, or a
        keep_ratio outside 0 ... 1.

    >>> state = {"0.weight": torch.tensor([[1.0], [5.0], [-1.0]]), "0.bias": torch.zeros(3)}
    >>> state |= {"2.weight": torch.tensor([[1.0, 2.0, 3.0]]), "2.bias": torch.tensor([4.0])}
    >>> small = structured_prune(state, torch.tensor([[1.0], [2.0]]), 0.34)
    >>> small["0.weight"], small["2.weight"]                 # 1 of 3 units, the loudest
    (tensor([[5.]]), tensor([[2.]]))
    """
    ratio = checked_number(keep_ratio, "keep_ratio", 0, 1)
    tensors = checked_tensors(state, "state")
    network = checked_mlp(state, widest(images, *tensors.values()))
    inputs = checked_images(images, network)
    small = {key: tensor.clone() for key, tensor in tensors.items()}
    names = layer_names(network)
    with torch.no_grad():
        activations = hidden_activations(network, inputs)
    for outputs in activations:
        fitting(outputs, "images", "what hidden units put out")
    for name, following, outputs in zip(names, names[1:], activations, strict=False):
        kept = keep_indices(mean_abs_activation(outputs), max(1, round(ratio * outputs.shape[1])))
        keys = [f"{name}.weight", f"{name}.bias", f"{following}.weight", f"{following}.bias"]
        w1, b1, w2, b2 = (small[key] for key in keys)
        small.update(zip(keys, shrink_linear_pair(w1, b1, w2, b2, kept), strict=True))
    return small


def _by_unit(activations: torch.Tensor) -> torch.Tensor:
    """(N, units, ...) as (units, all values of that unit)."""
    values = checked_weights(activations, "activations")
    if values.dim() < 2:
        raise ValueError(
            f"activations: expected 2 axes or more (N, units, ...), got shape {tuple(values.shape)}"
        )
    return values.transpose(0, 1).flatten(1)
