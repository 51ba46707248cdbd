"""Products with weights of 4 bits on a GPU: what to call.

    y[o] = sum over k of scale[o, k div G] * code[o, k] * x[k]

The kernels are Triton's (extra `gpu`), which the first call loads. They run on CUDA devices of
compute capability 9.0 and more, or, slowly, on the CPU in Triton's interpreter: with
TRITON_INTERPRET=1 in the environment before Python starts, and tensors on the CPU.

A result that the dtype of x cannot hold becomes infinite: unlike elsewhere in the library, no error
tells, for looking at values would wait for the GPU.
"""

import os
from dataclasses import dataclass, replace

import torch

from model_compression.kernels.layout import Int4Weights, check_group_size

FLOATS = (torch.float16, torch.bfloat16)


@dataclass(frozen=True)
class Launch:
    """How a product is cut into programs. Defaults are good for most shapes on an H200.

    Attributes:
        rows: outputs a program, a power of 2; x is fetched and prepared once for all of them.
        warps: a program's, a power of 2; they share the long axis, 1,024 weights of a row each.
        vector: words whose sum runs in halves before it is scaled: 1, or 4 (a load of 16 bytes).
        dependent: whether it starts while the kernel in front still runs, fetches weights and then
            waits for x (programmatic dependent launch). The kernel in front must not write weights.
        registers: the most that a thread may use; None leaves it to the compiler.
    """

    rows: int = 8
    warps: int = 4
    vector: int = 4
    dependent: bool = False
    registers: int | None = None


def int4_product(
    x: torch.Tensor, weights: Int4Weights, launch: Launch | None = None
) -> torch.Tensor:
    """Multiply one token by a matrix in 4 bits: words, halves, sums of 32 weights.

    Sums of 8 * vector products run in halves, in four chains; all else is float32.
    `bounds.product_bound` says how far that is from the exact sum.

    Args:
        x: float16 or bfloat16 [in], in the dtype of the scales.
        weights: on the same device.
        launch: how it is cut; None for the defaults.
    Returns: [out], in the dtype of x.
    Raises: ValueError for another dtype, shape or device; ImportError without Triton.

    >>> from model_compression.kernels.layout import int4_weights
    >>> int4_product(torch.ones(64), int4_weights(torch.ones(1, 64), 64))
    Traceback (most recent call last):
    ValueError: x: expected float16 or bfloat16 of shape (64,), got torch.float32 of shape (64,)
    """
    _check_token(x, weights)
    _check_weights(x, weights)
    launch = Launch() if launch is None else launch
    _check_launch(launch)
    from model_compression.kernels.device.halves import halves_kernel

    n_out, n_in = weights.shape
    y = torch.empty(n_out, dtype=x.dtype, device=x.device)
    options = {"num_warps": launch.warps, "launch_pdl": launch.dependent}
    if launch.registers is not None:
        options["maxnreg"] = launch.registers
    row_step, group_step = weights.scales.stride()
    halves_kernel[(-(-n_out // launch.rows),)](
        x.view(torch.int32), weights.words, weights.scales, y, n_out,
        N_IN=n_in, GROUP=weights.group_size, ROW_STEP=row_step, GROUP_STEP=group_step,
        ROWS=launch.rows, WORDS=128 * launch.warps, VECTOR=launch.vector,
        BFLOAT16=x.dtype == torch.bfloat16, PTX=x.is_cuda, DEPENDENT=launch.dependent,
        **(options if x.is_cuda else {}),
    )  # fmt: skip
    return y


def words_product(x: torch.Tensor, weights: Int4Weights) -> torch.Tensor:
    """Multiply one token by a matrix in 4 bits: eight codes a load, one at a time in float32.

    Args:
        x: float16 or bfloat16 [in], in the dtype of the scales.
        weights: on the same device, with the scales of a row one after the other.
    Returns: [out], in the dtype of x.
    Raises: ValueError for another dtype, shape or device; ImportError without Triton.

    >>> from model_compression.kernels.layout import int4_weights
    >>> words_product(torch.ones(32).half(), int4_weights(torch.ones(1, 64), 64))
    Traceback (most recent call last):
    ValueError: x: expected float16 or bfloat16 of shape (64,), got torch.float16 of shape (32,)
    """
    _check_token(x, weights)
    _check_weights(x, weights)
    from model_compression.kernels.device.words import words_kernel

    n_out, n_in = weights.shape
    y = torch.empty(n_out, dtype=x.dtype, device=x.device)
    words_kernel[(n_out,)](
        x, weights.words, weights.scales.contiguous(), y, n_out,
        N_IN=n_in, GROUP=weights.group_size, ROWS=1, WORDS=128,
    )  # fmt: skip
    return y


def simple_product(
    x: torch.Tensor, packed: torch.Tensor, scales: torch.Tensor, group_size: int
) -> torch.Tensor:
    """Multiply one token by a matrix in 4 bits, two codes a byte: unpack, scale, add.

    Args:
        x: float16 or bfloat16 [in].
        packed: uint8 [out, in / 2], as `packing.pack_int4` makes them: first code in the low half.
        scales: float16 or bfloat16 [out, in / group_size].
        group_size: weights that share a scale: 64 or 128.
    Returns: [out], in the dtype of x.
    Raises: ValueError for another dtype, shape or device; ImportError without Triton.

    >>> codes, scales = torch.zeros(1, 32, dtype=torch.uint8), torch.ones(1, 1).half()
    >>> simple_product(torch.ones(64).half(), codes, scales, 48)
    Traceback (most recent call last):
    ValueError: group_size: expected 64 or 128, got 48
    """
    check_group_size(group_size)
    if packed.dtype != torch.uint8 or packed.dim() != 2 or not packed.is_contiguous():
        raise ValueError(
            "packed: expected contiguous uint8 of shape (out, in / 2), "
            f"got {packed.dtype} of shape {tuple(packed.shape)}"
        )
    n_out, n_in = packed.shape[0], 2 * packed.shape[1]
    _check(x, "x", FLOATS, (n_in,))
    _check(scales, "scales", FLOATS, (n_out, n_in // group_size))
    check_device(x, packed=packed, scales=scales)
    from model_compression.kernels.device.simple import simple_kernel

    y = torch.empty(n_out, dtype=x.dtype, device=x.device)
    simple_kernel[(-(-n_out // 4),)](
        x, packed, scales.contiguous(), y, n_out, N_IN=n_in, GROUP=group_size, ROWS=4, BYTES=256
    )
    return y


def dequantize(weights: Int4Weights, out: torch.Tensor | None = None) -> torch.Tensor:
    """The matrix as 16-bit floats: code * scale, rounded once.

    Args:
        weights: Int4Weights.
        out: where to, [out, in] in the dtype of the scales, contiguous; None for new memory.
    Returns: `out`.
    Raises: ValueError for another dtype, shape or device; ImportError without Triton.

    >>> from model_compression.kernels.layout import int4_weights
    >>> dequantize(int4_weights(torch.ones(2, 64), 64), torch.ones(2, 32))
    Traceback (most recent call last):
    ValueError: out: expected torch.float16 of shape (2, 64), got torch.float32 of shape (2, 32)
    """
    n_out, n_in = weights.shape
    dtype = weights.scales.dtype
    if out is None:
        out = torch.empty(n_out, n_in, dtype=dtype, device=weights.words.device)
    _check(out, "out", (dtype,), (n_out, n_in))
    _check_weights(out, weights)
    from model_compression.kernels.device.tiles import dequantize_kernel

    row_step, group_step = weights.scales.stride()
    dequantize_kernel[(-(-n_out // 8), -(-n_in // 4096))](
        weights.words, weights.scales, out.view(torch.int32), n_out,
        N_IN=n_in, GROUP=weights.group_size, ROW_STEP=row_step, GROUP_STEP=group_step,
        ROWS=8, WORDS=512, BFLOAT16=dtype == torch.bfloat16, PTX=out.is_cuda,
    )  # fmt: skip
    return out


def int4_matmul(
    x: torch.Tensor, weights: Int4Weights, tile: int, buffer: torch.Tensor | None = None
) -> torch.Tensor:
    """Multiply many tokens: a tile of rows back into floats, then torch's product of matrices.

    A tile that fits the L2 cache (60 MB on an H200) is written and read there.

    Args:
        x: float16 or bfloat16 [tokens, in], in the dtype of the scales.
        weights: on the same device.
        tile: rows at a time, int >= 1.
        buffer: memory for a tile, at least [tile, in] of that dtype; None for new memory.
    Returns: [tokens, out], in the dtype of x.
    Raises: ValueError for another dtype, shape or device; ImportError without Triton.

    >>> from model_compression.kernels.layout import int4_weights
    >>> int4_matmul(torch.ones(2, 64).half(), int4_weights(torch.ones(1, 64), 64), 0)
    Traceback (most recent call last):
    ValueError: tile: expected an integer >= 1, got 0
    """
    n_out, n_in = weights.shape
    if tile < 1:
        raise ValueError(f"tile: expected an integer >= 1, got {tile!r}")
    _check(x, "x", FLOATS, (x.shape[0] if x.dim() == 2 else 1, n_in))
    _check_weights(x, weights)
    if buffer is None:
        buffer = torch.empty(min(tile, n_out), n_in, dtype=x.dtype, device=x.device)
    y = torch.empty(x.shape[0], n_out, dtype=x.dtype, device=x.device)
    for first in range(0, n_out, tile):
        rows = slice(first, min(first + tile, n_out))
        part = replace(weights, words=weights.words[rows], scales=weights.scales[rows])
        floats = dequantize(part, buffer.view(-1, n_in)[: part.shape[0]])
        torch.mm(x, floats.T, out=y[:, rows])
    return y


def _check(value: torch.Tensor, name: str, dtypes: tuple[torch.dtype, ...], shape: object) -> None:
    if value.dtype not in dtypes or tuple(value.shape) != shape or not value.is_contiguous():
        kinds = " or ".join(str(dtype).removeprefix("torch.") for dtype in dtypes)
        kinds = kinds if len(dtypes) > 1 else str(dtypes[0])
        raise ValueError(
            f"{name}: expected {kinds} of shape {shape}, "
            f"got {value.dtype} of shape {tuple(value.shape)}"
            + ("" if value.is_contiguous() else ", not contiguous")
        )


def _check_token(x: torch.Tensor, weights: Int4Weights) -> None:
    _check(x, "x", FLOATS, (weights.shape[1],))


def _check_weights(x: torch.Tensor, weights: Int4Weights) -> None:
    n_out, n_in = weights.shape
    check_group_size(weights.group_size)
    _check(weights.words, "weights.words", (torch.int32,), (n_out, n_in // 8))
    scales = weights.scales
    if scales.dtype != x.dtype or tuple(scales.shape) != (n_out, n_in // weights.group_size):
        raise ValueError(
            f"weights.scales: expected {x.dtype} of shape {(n_out, n_in // weights.group_size)}, "
            f"got {scales.dtype} of shape {tuple(scales.shape)}"
        )
    check_device(x, words=weights.words, scales=scales)


def check_device(x: torch.Tensor, **others: torch.Tensor) -> None:
    """Raise ValueError unless all tensors are on one device that Triton has kernels for.

    Args:
        x: a tensor, called x in the message.
        others: further tensors, by name.
    Returns: nothing.
    Raises: ValueError for tensors elsewhere.

    >>> check_device(torch.zeros(1), words=torch.zeros(1, device="meta"))
    Traceback (most recent call last):
    ValueError: words: expected a tensor on cpu, got one on meta
    """
    for name, other in others.items():
        if other.device != x.device:
            raise ValueError(f"{name}: expected a tensor on {x.device}, got one on {other.device}")
    if not x.is_cuda and os.environ.get("TRITON_INTERPRET") != "1":
        raise ValueError(
            f"x: expected a tensor on a CUDA device, or TRITON_INTERPRET=1, got one on {x.device}"
        )


def _check_launch(launch: Launch) -> None:
    for name in ("rows", "warps"):
        value = getattr(launch, name)
        if value < 1 or value & (value - 1):
            raise ValueError(f"launch.{name}: expected a power of 2, got {value!r}")
    if launch.vector not in (1, 4):
        raise ValueError(f"launch.vector: expected 1 or 4, got {launch.vector!r}")
