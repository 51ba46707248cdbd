"""What comes into a network's layers while it reads texts: sums of products, largest values.

GPTQ asks for X^T X, damped; Wanda for the roots of its diagonal; SmoothQuant for the largest
magnitude of each channel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from typing import Any

import torch
from torch import nn

from courseware.subjects.sentence_encoder import SentenceEncoder

DAMPING = 0.01
"""Of the mean of the diagonal, added to it: the usual share. Without it an input that is always 0
leaves a matrix that has no inverse."""

T = torch.Tensor


def hessians(
    model: SentenceEncoder, weights: Iterable[str], texts: Sequence[str]
) -> dict[str, torch.Tensor]:
    """Damped X^T X of the inputs of some linear layers while the model reads texts.

    Args:
        model: the encoder, as it is: in float for one pass over the whole network.
        weights: names of the layers' weights, as in `matrix_names`.
        texts: at least one.
    Returns: by name, float32 of shape (in, in), symmetric and positive definite.
    """
    return {name: damped(total) for name, total in products(model, weights, texts).items()}


def products(model: SentenceEncoder, weights: Iterable[str], texts: Sequence[str]) -> dict[str, T]:
    """X^T X, as in `hessians`, but not damped."""
    return _gathered(model, weights, texts, lambda x: x.T @ x, torch.add)


def largest(model: SentenceEncoder, weights: Iterable[str], texts: Sequence[str]) -> dict[str, T]:
    """The largest magnitude of each input channel; by name, float32 of shape (in,)."""
    return _gathered(model, weights, texts, lambda x: x.abs().amax(dim=0), torch.maximum)


def damped(xtx: torch.Tensor, share: float = DAMPING) -> torch.Tensor:
    """X^T X with a share of its mean diagonal added to the diagonal.

    >>> damped(torch.diag(torch.tensor([4.0, 0.0])))
    tensor([[4.0200, 0.0000],
            [0.0000, 0.0200]])
    """
    return xtx + share * xtx.diagonal().mean() * torch.eye(len(xtx))


def inputs(model: SentenceEncoder, weight: str, texts: Sequence[str]) -> tuple[T, list[str]]:
    """The inputs of one layer, a row a token, and the tokens as text."""
    read = [token for text in texts for token in model.tokens(text)]
    rows = [_gathered(model, [weight], [text], torch.clone, torch.add)[weight] for text in texts]
    return torch.cat(rows), read


def _gathered(
    model: SentenceEncoder,
    weights: Iterable[str],
    texts: Sequence[str],
    of_batch: Callable[[T], T],
    joined: Callable[[T, T], T],
) -> dict[str, T]:
    """What `of_batch` makes of each layer's inputs (a row a token), all batches joined."""
    layers = dict(model.named_modules())
    found: dict[str, T] = {}

    def gathering(name: str) -> Callable[..., None]:
        def hook(_: nn.Module, arguments: tuple[Any, ...]) -> None:
            now = of_batch(arguments[0].reshape(-1, arguments[0].shape[-1]))
            found[name] = joined(found[name], now) if name in found else now

        return hook

    with ExitStack() as hooks:
        for name in weights:
            layer = layers[name.removesuffix(".weight")]
            hooks.callback(layer.register_forward_pre_hook(gathering(name)).remove)
        model.encode(texts)
    return found
