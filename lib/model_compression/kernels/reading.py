"""Reading weights and doing nothing with them: the time that no product can beat."""

import torch

from model_compression.kernels.products import check_device

BLOCK, STEPS = 2048, 8  # words a program: the fastest of seven ways to cut it, on an H200


def read_words(words: torch.Tensor, dependent: bool = False) -> torch.Tensor:
    """Read every word of a tensor once.

    Args:
        words: int32 of any shape, contiguous, on a CUDA device (or in Triton's interpreter).
        dependent: whether it starts while the kernel in front still runs, as in `products.Launch`.
    Returns: int32 [programs], something that depends on each word.
    Raises: ValueError for another dtype or device; ImportError without Triton.

    >>> read_words(torch.zeros(4))
    Traceback (most recent call last):
    ValueError: words: expected contiguous int32, got torch.float32
    """
    if words.dtype != torch.int32 or not words.is_contiguous():
        raise ValueError(f"words: expected contiguous int32, got {words.dtype}")
    check_device(words)
    from model_compression.kernels.device.reading import read_kernel

    n_programs = -(-words.numel() // (BLOCK * STEPS))
    out = torch.empty(n_programs, dtype=torch.int32, device=words.device)
    options = {"num_warps": 8, "launch_pdl": dependent} if words.is_cuda else {}
    read_kernel[(n_programs,)](
        words, out, N=words.numel(), BLOCK=BLOCK, STEPS=STEPS, DEPENDENT=dependent, **options
    )
    return out
