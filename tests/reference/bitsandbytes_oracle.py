"""bitsandbytes on the CPU, asked for what it stores.

Its 4-bit code runs in Python and is exact. Its 8-bit code has two kernels: the Python one that
defines the result, and a compiled one that is the default on the CPU and looks values up in a table
of 65,536 steps over [-1, 1], so that it now and then takes the second-nearest entry (an exact 0
comes back as 0.00002). `blockwise_8bit` asks the Python one, `compiled_blockwise_8bit` the other.

Some of its Python code goes through torch.compile, which takes a minute and a C++ compiler; the
results are the same without.
"""

import torch
from bitsandbytes import functional

BLOCK_SIZES = (32, 64, 128, 256, 512, 1024, 2048, 4096)  # no others are allowed
CODEBOOK = functional.get_4bit_type("nf4", "cpu", blocksize=64)
DYNAMIC_MAP = functional.create_dynamic_map()


def nf4_bytes(x: torch.Tensor, block_size: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Packed bytes, 1-D, and the absmax of each block."""
    packed, state = functional.quantize_4bit(x, blocksize=block_size, quant_type="nf4")
    return packed.reshape(-1), state.absmax


def nf4_round_trip(x: torch.Tensor, block_size: int) -> torch.Tensor:
    """Quantized and back, in the shape of x (bitsandbytes makes some vectors (1, n))."""
    packed, state = functional.quantize_4bit(x, blocksize=block_size, quant_type="nf4")
    with torch.compiler.set_stance("force_eager"):
        return functional.dequantize_4bit(packed, state).reshape(x.shape)


def nf4_read(packed: torch.Tensor, absmax: torch.Tensor, block_size: int) -> torch.Tensor:
    """What bitsandbytes reads from 1-D bytes with an even number of codes."""
    state = functional.QuantState(
        absmax=absmax,
        shape=torch.Size([2 * packed.numel()]),
        dtype=torch.float32,
        blocksize=block_size,
        code=CODEBOOK,
        quant_type="nf4",
    )
    with torch.compiler.set_stance("force_eager"):
        return functional.dequantize_4bit(packed.reshape(-1, 1), state).reshape(-1)


def with_smallest_absmax(absmax: torch.Tensor, n: int, block_size: int) -> torch.Tensor:
    """As bitsandbytes stores it: the absmax of a shorter last block is never below 1e-38."""
    stored = absmax.clone()
    if n % block_size:
        stored[-1] = stored[-1].clamp(min=1e-38)
    return stored


def blockwise_8bit(
    x: torch.Tensor, codebook: torch.Tensor, block_size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes and absmax of the Python kernel, for any ascending table of 256 values."""
    kernel = torch.ops.bitsandbytes.quantize_blockwise.default
    key = torch._C.DispatchKey.CompositeExplicitAutograd
    codes, absmax = kernel._op_dk(key, x, codebook, block_size)
    return codes, absmax


def compiled_blockwise_8bit(
    x: torch.Tensor, codebook: torch.Tensor, block_size: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Codes and absmax of the compiled kernel."""
    codes, state = functional.quantize_blockwise(x, code=codebook.clone(), blocksize=block_size)
    return codes, state.absmax


def read_8bit(
    codes: torch.Tensor, absmax: torch.Tensor, codebook: torch.Tensor, block_size: int
) -> torch.Tensor:
    """What bitsandbytes reads from 8-bit codes."""
    return functional.dequantize_blockwise(
        codes, absmax=absmax, code=codebook, blocksize=block_size
    )
