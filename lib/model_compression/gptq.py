"""Rounding that makes up for itself: GPTQ, one column after the other (chapter 10; lecture 04).

Rounding to nearest treats each weight alone. But a layer is judged by its outputs: what one weight
adds too much, another one may take back, if their inputs come together. For inputs X of shape
(N, in) the squared error of the outputs of one row is

    |X (w - w_hat)|^2 = (w - w_hat) H (w - w_hat)^T,   H = X^T X   (the Hessian, up to a factor 2)

The columns are rounded from left to right. Column j is off by e = w_j - w_hat_j then; the columns
k > j, still free, change so that the error becomes the smallest possible with column j as it is:

    w_k <- w_k - e * U[j, k] / U[j, j],   U upper triangular, U^T U = H^-1

U holds what is needed for every j: its rows from j on are those of the inverse of H without the
columns before j. Later columns are rounded as they stand then, so that errors are passed on. This
is greedy: mostly far better than rounding to nearest, but not the best grid point.

Columns far to the right hear of the errors a block of columns at a time, in one product: the sums
are the same, and a wide matrix takes a tenth of the time.

Sources: Hassibi & Stork 1993, Second Order Derivatives for Network Pruning: Optimal Brain Surgeon
(the change of the free weights); Frantar et al. 2023, OPTQ: Accurate Quantization for Generative
Pre-trained Transformers (preprint: GPTQ), algorithm 1 (fixed order, Cholesky factor).
"""

import torch

from model_compression._validation import (
    checked_integer,
    checked_n_bits,
    checked_number,
    fitting,
)
from model_compression._validation_reals import checked_matrix
from model_compression.integer_scaling import _symmetric_scale
from model_compression.number_formats import integer_range

_BLOCK = 64  # columns
_ASYMMETRY = 1e-4  # of the largest entry: products of float32 need not come out symmetric


def gptq_quantize(
    w: torch.Tensor, hessian: torch.Tensor, n_bits: int, group_size: int, *, ratio: float = 1.0
) -> tuple[torch.Tensor, torch.Tensor]:
    """Symmetric codes of a weight, each column making up for the errors of those before it.

    For j = 0, 1, ...: w_hat_j = s * clamp(round(w_j / s), -q, q), q = 2^(b-1) - 1; then
    w_k -= (w_j - w_hat_j) * U[j, k] / U[j, j] for all k > j. The scale s of a row and group is
    ratio * max |w| / q over the group's columns as they stand when the group begins; it is not
    looked at again, so that later columns may be clamped.

    Args:
        w: floating-point tensor of shape (out, in).
        hessian: floating-point tensor of shape (in, in), symmetric and positive definite: X^T X of
            the layer's inputs, already damped. An input that is always 0 makes X^T X singular, so
            one adds a small number to the diagonal first.
        n_bits: 2 ... 8.
        group_size: int >= 1 that divides `in`.
        ratio: of a group's largest weight, where its grid ends: 0 < ratio <= 1.
    Returns: (codes, scale): int8 of shape (out, in), restricted range; float32 of shape
        (out, in / group_size), in the units of w per step. A group that is all zero when it
        begins: scale 1, codes 0.
    Raises: ValueError for shapes that do not fit, a hessian that is not symmetric and positive
        definite, a group size that does not divide the row, numbers outside these ranges, empty
        tensors, NaN or infinity, or weights that leave float32 on the way.

    >>> inputs_come_together = torch.ones(3, 3) + torch.eye(3)
    >>> gptq_quantize(torch.tensor([[0.4, 0.4, 7.0]]), inputs_come_together, 4, 3)
    (tensor([[0, 1, 7]], dtype=torch.int8), tensor([[1.]]))
    >>> gptq_quantize(torch.tensor([[0.4, 0.4, 7.0]]), torch.eye(3), 4, 3)   # nothing to share
    (tensor([[0, 0, 7]], dtype=torch.int8), tensor([[1.]]))
    """
    weight = checked_matrix(w, "w")
    n_columns = weight.shape[1]
    n_bits, size = checked_n_bits(n_bits), checked_integer(group_size, "group_size", 1)
    if n_columns % size != 0:
        raise ValueError(f"group_size: expected a divisor of the row ({n_columns}), got {size}")
    share = checked_number(ratio, "ratio", 0, 1, low_included=False)
    shifts = _shifts(hessian, n_columns)
    _, highest = integer_range(n_bits, signed=True)

    now = weight.to(torch.float64)  # a copy, changed in place: the columns as they stand
    codes, scales = torch.empty_like(now), []
    for group in range(0, n_columns, size):
        absmax = (share * now[:, group : group + size].abs().amax(dim=1)).to(torch.float32)
        absmax = fitting(absmax, "w", "the weights, with errors passed on,")
        scales.append(_symmetric_scale(absmax, n_bits, full_range=False))
        step = scales[-1].to(torch.float64)
        for start in range(group, group + size, _BLOCK):
            end = min(start + _BLOCK, group + size)
            errors = torch.empty(len(now), end - start, dtype=torch.float64, device="cpu")
            for j in range(start, end):
                codes[:, j] = torch.round(now[:, j] / step).clamp(-highest, highest)
                error = now[:, j] - codes[:, j] * step
                now[:, j + 1 : end] -= error[:, None] * shifts[j, j + 1 : end]
                errors[:, j - start] = error
            now[:, end:] -= errors @ shifts[start:end, end:]  # all further columns at once
    return codes.to(torch.int8), torch.stack(scales, dim=1)


def _shifts(hessian: torch.Tensor, n_columns: int) -> torch.Tensor:
    """U[j, k] / U[j, j] in float64: by how much column k changes for an error of 1 in column j."""
    values = checked_matrix(hessian, "hessian", n_columns, torch.float64)
    expected = f"hessian: expected a symmetric positive definite matrix of {n_columns} rows"
    if len(values) != n_columns:
        raise ValueError(f"{expected}, got shape {tuple(values.shape)}")
    asymmetry = (values - values.T).abs().max() / values.abs().max().clamp(min=1e-300)
    if asymmetry > _ASYMMETRY:
        raise ValueError(f"{expected}, got entries that differ from their mirror image")
    # With the order of rows and columns reversed, H = L L^T gives H = V V^T with an upper
    # triangular V, and U = V^-1. So H^-1 itself is never formed.
    mirrored = ((values + values.T) / 2).flip(0, 1)
    lower, failed = torch.linalg.cholesky_ex(mirrored)
    if int(failed):
        raise ValueError(f"{expected}, got one that is not positive definite")
    ones = torch.eye(n_columns, dtype=torch.float64, device="cpu")
    factor = torch.linalg.solve_triangular(lower.flip(0, 1), ones, upper=True)
    return factor / factor.diagonal()[:, None]
