"""Where the kept weights are, told by distances (chapter 11).

A pruned matrix is stored as its kept weights and their places. A place can be told relative to the
one before: at 90 % sparsity the next kept weight is 10 places on, on average, and a distance like
that takes few bits where an index takes many. Distances have a limit, so that each takes the same
few bits; where the next weight is farther away, fillers are put in, entries with the value 0:

    w          0  3.5  0  0  0  0  0  -1  0       max_gap 4
    gap           2               4    2
    value       3.5               0   -1

Source: Han, Mao & Dally 2016, Deep Compression, section 2.
"""

import torch

from model_compression._validation import (
    checked_codes,
    checked_floats,
    checked_integer,
    checked_shape,
    checked_tensor,
)


def relative_index_encode(w: torch.Tensor, max_gap: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Gaps and values of the weights that are not 0, with fillers where a gap would be too long.

    gap = distance to the entry before, the first counted from position -1, so 1 ... max_gap. A
    distance d takes (d - 1) // max_gap fillers (max_gap, 0) and then (the rest, the weight). Zeros
    behind the last kept weight are left out.

    Args:
        w: floating-point tensor of any shape, flattened row by row; pruned weights are 0.
        max_gap: int >= 1.
    Returns: (gaps, values): 1-D tensors of one length, int64 and the dtype of w. Both are empty if
        all weights are 0.
    Raises: ValueError for an empty tensor, NaN or infinity, or a max_gap below 1.

    >>> w = torch.tensor([0, 3.5, 0, 0, 0, 0, 0, -1, 0])
    >>> relative_index_encode(w, 4)
    (tensor([2, 4, 2]), tensor([ 3.5000,  0.0000, -1.0000]))
    """
    dtype = w.dtype if isinstance(w, torch.Tensor) else torch.float32
    flat = checked_floats(w, "w", dtype).reshape(-1)
    longest = checked_integer(max_gap, "max_gap", 1)
    places = flat.nonzero().flatten()
    before = torch.tensor([-1], dtype=torch.int64, device="cpu")
    distances = torch.cat((before, places)).diff()
    n_fillers = (distances - 1) // longest
    ends = (n_fillers + 1).cumsum(dim=0) - 1  # where the kept weights come among the entries
    n_entries = len(places) + int(n_fillers.sum())
    gaps = torch.full((n_entries,), longest, dtype=torch.int64, device="cpu")
    gaps[ends] = distances - n_fillers * longest
    values = torch.zeros(n_entries, dtype=flat.dtype, device="cpu")
    values[ends] = flat[places]
    return gaps, values


def relative_index_decode(
    gaps: torch.Tensor, values: torch.Tensor, shape: list[int] | tuple[int, ...]
) -> torch.Tensor:
    """The tensor that gaps and values stand for: the inverse of `relative_index_encode`.

    The place of an entry is the sum of the gaps up to it, less 1; everywhere else is 0.

    Args:
        gaps: 1-D tensor of an integer dtype, each >= 1.
        values: 1-D tensor of the same length.
        shape: of the result.
    Returns: tensor of that shape, in the dtype of `values`.
    Raises: ValueError for gaps below 1, lengths that differ, or an entry behind the last place.

    >>> relative_index_decode(torch.tensor([2, 2]), torch.tensor([3.5, -1.0]), [2, 3])
    tensor([[ 0.0000,  3.5000,  0.0000],
            [-1.0000,  0.0000,  0.0000]])
    """
    sizes = checked_shape(shape, "shape")
    steps, entries = checked_codes(gaps, "gaps"), checked_tensor(values, "values").detach()
    if steps.dim() != 1 or entries.shape != steps.shape:
        raise ValueError(
            "gaps, values: expected 1 axis and one length, got shapes "
            f"{tuple(steps.shape)} and {tuple(entries.shape)}"
        )
    dense = torch.zeros(sizes, dtype=entries.dtype, device="cpu")
    steps = steps.to(torch.int64)
    if steps.numel() and int(steps.min()) < 1:
        raise ValueError(f"gaps: expected gaps of at least 1, got {int(steps.min())}")
    # One by one first: their sum may be beyond what int64 holds.
    fits = not steps.numel() or (int(steps.max()) <= dense.numel() >= int(steps.sum()))
    if not fits:
        raise ValueError(
            f"gaps: expected entries within the {dense.numel()} places of the shape, got one behind"
        )
    dense.view(-1)[steps.cumsum(dim=0) - 1] = entries
    return dense
