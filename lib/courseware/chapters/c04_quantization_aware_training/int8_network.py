"""A network that computes with codes, and the operations that a run is made of.

`Int8Network` holds codes and scales, and multiplies them with torch's own integer kernel. It cannot
know how a network came to its codes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from courseware.chapters.c04_quantization_aware_training.fine_tuning import State, stored_weights
from courseware.showing.timing import Run


class Int8Network(nn.Module):
    """Linear, ReLU, ..., Linear from codes of n bits, one a byte, with one scale per row.

    acc = q_x @ q_w.T in int32;  y = acc * s_x * s_w[row] + bias;  s_x = max |x| / 127, for each
    batch anew. The weights are stored once: no float copy of them is kept or made.

    Args:
        state: state_dict of the network.
        n_bits: 2 ... 8, of the codes; the kernel takes a byte for each, whatever they are.

    >>> state = {"0.weight": torch.tensor([[1.27, -0.5]]), "0.bias": torch.tensor([0.25])}
    >>> Int8Network(state, 8)(torch.tensor([[1.0, 0.0]]))
    tensor([[1.5200]])
    """

    def __init__(self, state: State, n_bits: int) -> None:
        super().__init__()
        self._layers = [
            # The kernel wants a matrix (in, out); transposed here, once.
            (tensor.codes.T.contiguous(), tensor.scale, state[name.replace("weight", "bias")])
            for name, tensor in stored_weights(state, n_bits).items()
        ]

    @torch.no_grad()
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Outputs of the network for images of shape (N, in)."""
        for i, (codes, scale, bias) in enumerate(self._layers):
            x = x.relu() if i else x
            x_scale = x.abs().max().clamp(min=torch.finfo(torch.float32).tiny) / 127
            x_codes = (x / x_scale).round().to(torch.int8)
            x = torch._int_mm(x_codes, codes) * (x_scale * scale.flatten()) + bias
        return x


def percent_faster(times: Mapping[str, Sequence[float]], first: str, than: str) -> list[float]:
    """By how much a run is faster than another, round by round: 100 * ln of the ratio of times.

    >>> percent_faster({"a": [1.0], "b": [math.e]}, "a", "b")
    [100.0]
    """
    pairs = zip(times[first], times[than], strict=True)
    return [100 * math.log(other / own) for own, other in pairs]


def operations(run: Run) -> list[str]:
    """What torch executes, in order: each operation with shapes and types of what it gets."""
    recorder = _Recorder()
    with recorder:
        run()
    return recorder.seen


class _Recorder(TorchDispatchMode):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        tensors = [x for x in args if isinstance(x, torch.Tensor)]
        inputs = (f"{str(x.dtype).removeprefix('torch.')}{list(x.shape)}" for x in tensors)
        self.seen.append(f"{func.name().removeprefix('aten::')}({', '.join(inputs)})")
        return func(*args, **(kwargs or {}))
