"""What a network costs: bytes in a file, multiplications; and a form that stores few weights.

Times are taken with `courseware.showing.timing.alternating_times`.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Mapping

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

State = Mapping[str, torch.Tensor]


def macs(model: nn.Module, images: torch.Tensor) -> int:
    """Multiply-accumulate operations of the layers for these images, as torch counts them.

    torch counts floating-point operations of linear layers and convolutions, two for each.

    >>> macs(nn.Linear(64, 10), torch.zeros(3, 64))          # 3 * 64 * 10
    1920
    >>> macs(nn.Conv2d(2, 4, 3), torch.zeros(1, 2, 8, 8))    # 6 * 6 places, 4 * 2 * 9 weights
    2592
    """
    was_training = model.training
    model.eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(images)
    model.train(was_training)
    return counter.get_total_flops() // 2


def file_bytes(state: State) -> int:
    """Bytes of a state_dict as torch.save writes it, with names and headers."""
    file = io.BytesIO()
    torch.save({name: tensor.clone() for name, tensor in state.items()}, file)
    return file.tell()


def compact_csr_bytes(mask: torch.Tensor) -> int:
    """Bytes of a masked float32 matrix as CSR whose indices are as small as they can be.

    4 nnz values, a column for each in whole bytes that reach cols - 1, and rows + 1 row starts in
    whole bytes that reach nnz.

    >>> compact_csr_bytes(torch.ones(10, 64, dtype=torch.bool))   # 640 * (4 + 1) + 11 * 2
    3222
    """
    rows, cols = mask.shape
    kept = int(mask.sum())
    return kept * (4 + _bytes_to_reach(cols - 1)) + (rows + 1) * _bytes_to_reach(kept)


def _with_small_indices(weight: torch.Tensor) -> torch.Tensor:
    wide = weight.detach().to_sparse_csr()
    starts, columns = wide.crow_indices().int(), wide.col_indices().int()
    values = wide.values()
    return torch.sparse_csr_tensor(starts, columns, values, wide.shape, check_invariants=True)


def _bytes_to_reach(largest: int) -> int:
    return max(1, -(-largest.bit_length() // 8))


class CsrNetwork(nn.Module):
    """Linear, ReLU, ..., Linear whose weights are sparse CSR matrices, for torch's CSR products.

    y = W x + b with one image a column; only the weights that are not 0 are stored and used.
    Indices are int32, the smallest that torch multiplies with, at the speed of its int64.

    Args:
        state: state_dict of the network, pruned weights set to 0.

    >>> state = {"0.weight": torch.tensor([[0.0, 2.0], [0.0, 0.0]]), "0.bias": torch.ones(2)}
    >>> network = CsrNetwork(state)
    >>> network(torch.tensor([[5.0, 7.0]]))
    tensor([[15.,  1.]])
    >>> network.n_values
    1
    """

    def __init__(self, state: State) -> None:
        super().__init__()
        names = [key.removesuffix(".weight") for key in state if key.endswith(".weight")]
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Sparse CSR tensor support is in beta", UserWarning)
            self._layers = [
                (_with_small_indices(state[f"{name}.weight"]), state[f"{name}.bias"][:, None])
                for name in names
            ]

    @property
    def n_values(self) -> int:
        """Number of stored weights."""
        return sum(weight.values().numel() for weight, _ in self._layers)

    @property
    def nbytes(self) -> int:
        """Bytes of values, int32 columns, int32 row starts, and biases."""
        parts = [
            part
            for weight, bias in self._layers
            for part in (weight.values(), weight.col_indices(), weight.crow_indices(), bias)
        ]
        return sum(part.nbytes for part in parts)

    @torch.no_grad()
    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Outputs of the network for images of shape (N, in)."""
        x = x.T
        for i, (weight, bias) in enumerate(self._layers):
            x = weight @ (x.relu() if i else x) + bias
        return x.T
