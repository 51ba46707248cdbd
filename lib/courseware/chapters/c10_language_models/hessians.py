"""What GPTQ asks of the inputs of a network's layers: XᵀX over calibration text, damped."""

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


def hessians(
    model: SentenceEncoder, weights: Iterable[str], texts: Sequence[str]
) -> dict[str, torch.Tensor]:
    """Damped XᵀX of the inputs of some linear layers while the model reads texts.

    Args:
        model: the encoder, as it is: in float for one pass over the whole network.
        weights: names of the layers' weights, as in `matrix_names`.
        texts: at least one.
    Returns: by name, float32 of shape (in, in), symmetric and positive definite.
    """
    layers = dict(model.named_modules())
    sums: dict[str, torch.Tensor] = {}

    def added(name: str) -> Callable[..., None]:
        def hook(_: nn.Module, arguments: tuple[Any, ...]) -> None:
            x = arguments[0].reshape(-1, arguments[0].shape[-1])
            sums[name] = sums.get(name, 0) + x.T @ x

        return hook

    with ExitStack() as hooks:
        for name in weights:
            layer = layers[name.removesuffix(".weight")]
            hooks.callback(layer.register_forward_pre_hook(added(name)).remove)
        model.encode(texts)
    return {name: damped(total) for name, total in sums.items()}


def damped(xtx: torch.Tensor) -> torch.Tensor:
    """XᵀX with `DAMPING` of its mean diagonal added to the diagonal.

    >>> damped(torch.diag(torch.tensor([4.0, 0.0])))
    tensor([[4.0200, 0.0000],
            [0.0000, 0.0200]])
    """
    return xtx + DAMPING * xtx.diagonal().mean() * torch.eye(len(xtx))
