"""Many tokens: weights back into floats, rows at a time, for the multiplication of matrices."""

import triton
import triton.language as tl

from model_compression.kernels.device.arithmetic import float_bits, split_words
from model_compression.kernels.ptx import constraints, dequantize_text

_TEXT = tl.constexpr(dequantize_text(False))
_TEXT_BFLOAT16 = tl.constexpr(dequantize_text(True))
_REGISTERS = tl.constexpr(constraints("rrrr", 2))


@triton.jit
def dequantize_kernel(
    words, scales, out, N_OUT, N_IN: tl.constexpr, GROUP: tl.constexpr,
    ROW_STEP: tl.constexpr, GROUP_STEP: tl.constexpr,
    ROWS: tl.constexpr, WORDS: tl.constexpr, BFLOAT16: tl.constexpr, PTX: tl.constexpr,
):  # fmt: skip
    """out[row, k] = (nibble - 8) * scale, two a word, for ROWS rows and WORDS words a program."""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)[:, None]
    word = tl.program_id(1) * WORDS + tl.arange(0, WORDS)[None, :]
    inside = (row < N_OUT) & (word < N_IN // 8)
    eight = tl.load(words + row * (N_IN // 8) + word, inside, 0)
    vector = tl.program_id(1) * (WORDS // 4) + tl.arange(0, WORDS // 4)[None, :]
    group = vector // (GROUP // 32)
    known = (row < N_OUT) & (vector < N_IN // 32)
    scale = tl.load(scales + row * ROW_STEP + group * GROUP_STEP, known, 0)
    zero, one, two, three = split_words(eight, 4)
    pairs_0 = _pairs(zero, scale, BFLOAT16, PTX)
    pairs_1 = _pairs(one, scale, BFLOAT16, PTX)
    pairs_2 = _pairs(two, scale, BFLOAT16, PTX)
    pairs_3 = _pairs(three, scale, BFLOAT16, PTX)
    at = row * (N_IN // 2) + word // (GROUP // 8) * (GROUP // 2) + word % (GROUP // 8)
    for slot in tl.static_range(4):
        even = tl.join(pairs_0[slot], pairs_2[slot])
        odd = tl.join(pairs_1[slot], pairs_3[slot])
        four = tl.reshape(tl.join(even, odd), [ROWS, WORDS])  # as `split_words` found them
        tl.store(out + at + slot * (GROUP // 8), four, inside)


@triton.jit
def _pairs(eight, scale, BFLOAT16: tl.constexpr, PTX: tl.constexpr):
    """Four tensors of two floats a word."""
    if PTX:
        bits = scale.to(tl.int16, bitcast=True).to(tl.int32) & 0xFFFF
        return tl.inline_asm_elementwise(
            _TEXT_BFLOAT16 if BFLOAT16 else _TEXT, _REGISTERS, [eight, bits | (bits << 16)],
            dtype=(tl.int32, tl.int32, tl.int32, tl.int32), is_pure=True, pack=1,
        )  # fmt: skip
    else:
        out = ()
        for slot in tl.static_range(4):
            first = (((eight >> (4 * slot)) & 15) - 8).to(tl.float32) * scale.to(tl.float32)
            second = (((eight >> (4 * slot + 16)) & 15) - 8).to(tl.float32) * scale.to(tl.float32)
            pair = (float_bits(first, BFLOAT16) & 0xFFFF) | (float_bits(second, BFLOAT16) << 16)
            out = out + (pair,)
        return out
