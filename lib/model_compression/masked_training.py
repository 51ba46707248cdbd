"""Training under a mask: what is pruned stays pruned (chapter 06).

    v = momentum * v + grad
    w = (w - lr * v) * mask            the mask comes last, after the step

Masking the gradient instead is not enough: the velocity of earlier steps, the moments of Adam or
weight decay still move a pruned weight, and it comes back to life. So here the weights are masked
after every step, whichever optimizer made it.

    prune -> fine-tune -> prune more -> fine-tune -> ...       each time from the surviving weights

Source: Han et al. 2015, Learning both Weights and Connections for Efficient Neural Networks,
sections 3.3 and 3.4.
"""

from collections.abc import Iterable, Mapping, Sequence

import torch

from model_compression._mask_validation import checked_mask, checked_weights
from model_compression._network_validation import checked_examples, checked_mlp
from model_compression._surroundings import able_to_train
from model_compression._training import State, classification_loss, train
from model_compression._validation import (
    checked_floats,
    checked_integer,
    checked_number,
    fitting,
    shown,
)
from model_compression._validation_reals import checked_same_shape, checked_seed
from model_compression.masks import (
    Mask,
    Masks,
    apply_masks,
    keep_all,
    prunable_weights,
    prune_lowest_together,
    pruned_count,
)

_BATCH_SIZE = 64
_FINETUNE_STEPS = 200
_FINETUNE_LEARNING_RATE = 0.002


def masked_step(
    w: torch.Tensor,
    grad: torch.Tensor,
    velocity: torch.Tensor,
    mask: torch.Tensor,
    lr: float,
    momentum: float,
) -> tuple[torch.Tensor, torch.Tensor]:
    """One step of gradient descent with momentum that keeps pruned weights at zero.

    velocity = momentum * velocity + grad;  w = (w - lr * velocity) * mask.

    Args:
        w: floating-point tensor of any shape, the weights before the step.
        grad: floating-point tensor of the shape of w, the gradient of the loss.
        velocity: likewise, from the step before; zeros at first.
        mask: torch.bool tensor of the shape of w, True = kept.
        lr: learning rate, >= 0.
        momentum: >= 0, usually below 1.
    Returns: (w, velocity), new tensors of the shape of w, float32 (float64 if w is). The velocity
        is not masked: it does no harm, since w is masked after each step.
    Raises: ValueError for different shapes, a mask that is not torch.bool, NaN or infinity, or
        negative rates.

    >>> w, velocity = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 8.0])
    >>> grad, mask = torch.tensor([2.0, 0.0]), torch.tensor([True, False])
    >>> masked_step(w, grad, velocity, mask, 0.25, 0.5)      # the 8 of before revives nothing
    (tensor([0.5000, 0.0000]), tensor([2., 4.]))
    """
    weights = checked_weights(w, "w")
    gradient = checked_floats(grad, "grad", weights.dtype)
    motion = checked_floats(velocity, "velocity", weights.dtype)
    checked_same_shape(gradient, "grad", weights.shape)
    checked_same_shape(motion, "velocity", weights.shape)
    kept = Mask(checked_mask(mask, "mask", weights.shape))
    rate, friction = checked_number(lr, "lr", 0), checked_number(momentum, "momentum", 0)
    new_velocity = friction * motion + gradient
    stepped = kept.apply(weights - rate * new_velocity)
    for result in (stepped, new_velocity):
        fitting(result, "w, grad, velocity, lr, momentum", "the step")
    return stepped, new_velocity


@able_to_train
def train_masked(
    state: Mapping[str, torch.Tensor],
    images: torch.Tensor,
    labels: torch.Tensor,
    masks: Mapping[str, torch.Tensor],
    *,
    steps: int,
    learning_rate: float,
    batch_size: int = _BATCH_SIZE,
    seed: int,
) -> State:
    """Train a multilayer perceptron with Adam, its pruned weights held at zero.

    Cross-entropy on shuffled batches; the masks are applied at the start and after every step.

    Args:
        state: of Linear, ReLU, ..., Linear: 0.weight, 0.bias, 2.weight, ...
        images: floating-point tensor of shape (N, D).
        labels: integer tensor of shape (N,), class numbers 0 ... classes - 1.
        masks: dict of torch.bool tensors by name; keep_all gives ordinary training.
        steps: number of updates, an int >= 0.
        learning_rate: of Adam.
        batch_size: int >= 1.
        seed: int, decides the order of the images.
    Returns: dict of new tensors with the keys of `state`, float32.
    Raises: ValueError for a state of another network, tensors that do not fit together, NaN or
        infinity, negative steps, or a rate with which the weights do not stay finite.

    >>> state = {"0.weight": torch.zeros(2, 1), "0.bias": torch.zeros(2)}
    >>> images, labels = torch.tensor([[-1.0], [1.0]]), torch.tensor([0, 1])
    >>> masks = {"0.weight": torch.tensor([[True], [False]])}
    >>> trained = train_masked(state, images, labels, masks, steps=20, learning_rate=0.1, seed=0)
    >>> trained["0.weight"] != 0
    tensor([[ True],
            [False]])
    """
    network = checked_mlp(state)
    inputs, targets = checked_examples(images, labels, network)
    start = apply_masks(network, masks)
    pruned = {name: ~checked_mask(mask, name) for name, mask in masks.items()}

    def mask_again(parameters: State) -> None:
        for name, gone in pruned.items():
            parameters[name].masked_fill_(gone, 0)

    return train(
        start,
        classification_loss(inputs, targets),
        len(inputs),
        steps=checked_integer(steps, "steps", 0),
        learning_rate=checked_number(learning_rate, "learning_rate", 0),
        batch_size=checked_integer(batch_size, "batch_size", 1),
        seed=checked_seed(seed),
        after_step=mask_again,
        arguments="state, images, learning_rate",
    )


def prune_and_finetune(
    state: Mapping[str, torch.Tensor],
    images: torch.Tensor,
    labels: torch.Tensor,
    sparsities: Sequence[float],
    seed: int,
) -> tuple[State, Masks]:
    """Prune a trained network step by step, and fine-tune after each step.

    For each sparsity: prune the smallest |w| of all layers together up to that total share, then
    train on from the surviving weights, gently, so that they stay close to where they were.

    Args:
        state: of a trained Linear, ReLU, ..., Linear: 0.weight, 0.bias, 2.weight, ...
        images: floating-point tensor of shape (N, D), the training images.
        labels: integer tensor of shape (N,), class numbers 0 ... classes - 1.
        sparsities: total shares of all weights, rising, each 0 ... 1.
        seed: int, decides the order of the images.
    Returns: (state, masks): dicts of new tensors; masks for all weights (no biases), the state is
        float32, and 0 wherever they prune.
    Raises: ValueError as `train_masked`, and for sparsities that fall or lie outside 0 ... 1.

    >>> state = {"0.weight": torch.tensor([[3.0], [-0.1]]), "0.bias": torch.zeros(2)}
    >>> images, labels = torch.tensor([[-1.0], [1.0]]), torch.tensor([1, 0])
    >>> pruned, masks = prune_and_finetune(state, images, labels, [0.5], seed=0)
    >>> masks["0.weight"].flatten(), pruned["0.weight"][1]
    (tensor([ True, False]), tensor([0.]))
    """
    if not isinstance(sparsities, Iterable):
        raise ValueError(f"sparsities: expected a list of shares, got {shown(sparsities)}")
    totals = [checked_number(sparsity, "sparsities", 0, 1) for sparsity in sparsities]
    if totals != sorted(totals):
        raise ValueError(f"sparsities: expected total shares that rise, got {totals}")
    network = checked_mlp(state)
    checked_examples(images, labels, network)
    masks = keep_all(prunable_weights(network))
    n_weights = sum(mask.numel() for mask in masks.values())
    present = apply_masks(network, masks)
    for sparsity in totals:
        magnitudes = {name: w.abs() for name, w in prunable_weights(present).items()}
        masks = prune_lowest_together(magnitudes, pruned_count(n_weights, sparsity), within=masks)
        present = train_masked(
            present,
            images,
            labels,
            masks,
            steps=_FINETUNE_STEPS,
            learning_rate=_FINETUNE_LEARNING_RATE,
            seed=seed,
        )
    return present, masks
