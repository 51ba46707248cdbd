"""Evaluates straight-line PTX on 32-bit words, as far as `model_compression.kernels.ptx` needs it.

Registers hold words; each instruction reads them as what its type says. Fused multiply-add rounds
once: float64 holds a product of two halves, and its sum with a third near it, exactly.
"""

import re
from collections.abc import Callable, Sequence

import ml_dtypes
import numpy as np

FLOATS = {"f16": np.float16, "bf16": ml_dtypes.bfloat16}
MASK = 0xFFFFFFFF

INTEGERS: dict[str, Callable[..., int]] = {
    "mov.b32": lambda a: a,
    "and.b32": lambda a, b: a & b,
    "or.b32": lambda a, b: a | b,
    "shl.b32": lambda a, b: a << b,
    "shr.u32": lambda a, b: a >> b,
    "add.u32": lambda a, b: a + b,
    "sub.u32": lambda a, b: a - b,
    "min.u32": min,
    "max.u32": max,
}
PAIRS: dict[str, Callable[..., float]] = {
    "abs": abs,
    "max": max,
    "add.rn": lambda a, b: a + b,
    "sub.rn": lambda a, b: a - b,
    "mul.rn": lambda a, b: a * b,
    "fma.rn": lambda a, b, c: a * b + c,
}


def evaluate(text: str, n_out: int, inputs: Sequence[int]) -> list[int]:
    """The words in $0 … $(n_out - 1) after the text ran on the words in $n_out …"""
    registers = {f"${n_out + i}": word & MASK for i, word in enumerate(inputs)}
    for statement in re.sub(r"\.reg[^;]*;", "", text.strip()[1:-1]).split(";"):
        if statement.strip():
            _execute(statement.strip(), registers)
    return [registers[f"${i}"] for i in range(n_out)]


def _execute(statement: str, registers: dict[str, int]) -> None:
    operation, rest = statement.split(None, 1)
    target, *sources = [part.strip() for part in re.findall(r"\{[^}]*\}|[^,]+", rest)]
    words = [registers[s] if s in registers else int(s, 0) for s in sources]
    name, _, kind = operation.rpartition(".")
    if target.startswith("{"):  # mov.b32 {a, b}, pair
        low, high = target.strip("{}").split(",")
        registers[low.strip()], registers[high.strip()] = words[0] & 0xFFFF, words[0] >> 16
    elif operation in INTEGERS:
        registers[target] = INTEGERS[operation](*words) & MASK
    elif operation == "lop3.b32":
        assert words[3] == 0xEA  # (a and b) or c
        registers[target] = (words[0] & words[1]) | words[2]
    elif kind.endswith("x2"):
        dtype = FLOATS[kind.removesuffix("x2")]
        halves = [[_as(dtype, word >> shift) for word in words] for shift in (0, 16)]
        low, high = (_bits(dtype(PAIRS[name](*half))) for half in halves)
        registers[target] = low | high << 16
    elif operation == "cvt.rn.f16x2.f32":  # the first source goes into the upper half
        high, low = (_bits(np.float16(_as(np.float32, word))) for word in words)
        registers[target] = low | high << 16
    elif operation == "cvt.f32.f16":
        registers[target] = _bits(np.float32(_as(np.float16, words[0])))
    elif operation == "add.rn.f32":
        registers[target] = _bits(np.float32(sum(_as(np.float32, word) for word in words)))
    else:
        raise ValueError(f"operation: expected one that is known, got {statement!r}")


def _as(dtype: type, word: int) -> float:
    size = np.dtype(dtype).itemsize
    return float(np.array(word & (2 ** (8 * size) - 1), dtype=f"u{size}").view(dtype))


def _bits(value: np.generic) -> int:
    return int(np.asarray(value).view(f"u{value.dtype.itemsize}"))
