"""What the kernels in halves compute on words: by PTX, or the same in Triton's own operations.

The second way is for Triton's interpreter, which runs no PTX. Both follow `ptx`, sum by sum; but
PTX multiplies and adds with one rounding, the interpreter with two.
"""

import triton
import triton.language as tl

from model_compression.kernels.ptx import constraints, dot_text, prepare_text

_DOT_1 = tl.constexpr(dot_text(1))
_DOT_4 = tl.constexpr(dot_text(4))
_DOT_1_REGISTERS = tl.constexpr(constraints("f", 5))
_DOT_4_REGISTERS = tl.constexpr(constraints("f", 20))
_PREPARE_1 = tl.constexpr(prepare_text(1, False))
_PREPARE_4 = tl.constexpr(prepare_text(4, False))
_PREPARE_1_BFLOAT16 = tl.constexpr(prepare_text(1, True))
_PREPARE_4_BFLOAT16 = tl.constexpr(prepare_text(4, True))
_PREPARE_1_REGISTERS = tl.constexpr(constraints("rrrrf", 4))
_PREPARE_4_REGISTERS = tl.constexpr(constraints("rrrrrrrrrrrrrrrrf", 16))


@triton.jit
def split_words(t, VECTOR: tl.constexpr):
    """The columns 0, VECTOR, 2 VECTOR …, then 1, VECTOR + 1, …: a tuple of VECTOR tensors."""
    if VECTOR == 1:
        return (t,)
    else:
        pairs = tl.reshape(t, t.shape[:-1] + [t.shape[-1] // 4, 2, 2])
        even, odd = tl.split(pairs)
        zero, two = tl.split(even)
        one, three = tl.split(odd)
        return zero, one, two, three


@triton.jit
def prepare(x, VECTOR: tl.constexpr, BFLOAT16: tl.constexpr, PTX: tl.constexpr):
    """Of 4 * VECTOR tensors of two floats: as many of two halves, and the unit taken out."""
    if PTX:
        if VECTOR == 1:
            out = tl.inline_asm_elementwise(
                _PREPARE_1_BFLOAT16 if BFLOAT16 else _PREPARE_1, _PREPARE_1_REGISTERS, x,
                dtype=(tl.int32, tl.int32, tl.int32, tl.int32, tl.float32),
                is_pure=True, pack=1,
            )  # fmt: skip
        else:
            out = tl.inline_asm_elementwise(
                _PREPARE_4_BFLOAT16 if BFLOAT16 else _PREPARE_4, _PREPARE_4_REGISTERS, x,
                dtype=(tl.int32, tl.int32, tl.int32, tl.int32, tl.int32, tl.int32, tl.int32,
                       tl.int32, tl.int32, tl.int32, tl.int32, tl.int32, tl.int32, tl.int32,
                       tl.int32, tl.int32, tl.float32),
                is_pure=True, pack=1,
            )  # fmt: skip
        return out[:-1], out[-1]
    else:
        return prepare_plainly(x, VECTOR, BFLOAT16)


@triton.jit
def prepare_plainly(x, VECTOR: tl.constexpr, BFLOAT16: tl.constexpr):
    """As the PTX of `prepare_text`."""
    largest = x[0] & 0
    for i in tl.static_range(4 * VECTOR):
        # Of floats without their signs, the order is that of their bits.
        largest = tl.maximum(largest, tl.maximum(x[i] & 0x7FFF, (x[i] >> 16) & 0x7FFF))
    if BFLOAT16:
        field = tl.minimum(tl.maximum(largest & 0x7F80, 0x0080), 0x7E80)
        unit = (field << 16).to(tl.float32, bitcast=True)
    else:
        field = tl.minimum(largest & 0x7C00, 0x7400)
        unit = ((field << 13) + 0x38000000).to(tl.float32, bitcast=True)
    return _divided(x, unit, VECTOR, BFLOAT16), unit


@triton.jit
def _divided(x, unit, VECTOR: tl.constexpr, BFLOAT16: tl.constexpr):
    """Two floats a word, divided by a power of two: two halves a word."""
    out = ()
    for i in tl.static_range(4 * VECTOR):
        low = (half_of(x[i], 0, BFLOAT16) / unit).to(tl.float16)
        high = (half_of(x[i], 1, BFLOAT16) / unit).to(tl.float16)
        low = low.to(tl.int16, bitcast=True).to(tl.int32) & 0xFFFF
        high = high.to(tl.int16, bitcast=True).to(tl.int32) << 16
        out = out + (low | high,)
    return out


@triton.jit
def half_of(pair, PLACE: tl.constexpr, BFLOAT16: tl.constexpr):
    """The first or second 16-bit float of a word, as float32."""
    if BFLOAT16:
        bits = (pair << 16) if PLACE == 0 else (pair & -65536)
        return bits.to(tl.float32, bitcast=True)
    else:
        bits = (pair >> (16 * PLACE)).to(tl.int16)
        return bits.to(tl.float16, bitcast=True).to(tl.float32)


@triton.jit
def dot(words, x, VECTOR: tl.constexpr, PTX: tl.constexpr):
    """Sum of (code - 8) x over 8 * VECTOR codes: `words` [ROWS, n], `x` [1, n] each."""
    if PTX:
        if VECTOR == 1:
            return tl.inline_asm_elementwise(
                _DOT_1, _DOT_1_REGISTERS, words + x, dtype=tl.float32, is_pure=True, pack=1
            )
        else:
            return tl.inline_asm_elementwise(
                _DOT_4, _DOT_4_REGISTERS, words + x, dtype=tl.float32, is_pure=True, pack=1
            )
    else:
        return dot_plainly(words, x, VECTOR)


@triton.jit
def dot_plainly(words, x, VECTOR: tl.constexpr):
    """As the PTX of `dot_text`: four sums in halves, of first and second codes of pairs apart."""
    low = _chain(words, x, 0, 0, VECTOR) + _chain(words, x, 1, 0, VECTOR)
    high = _chain(words, x, 0, 1, VECTOR) + _chain(words, x, 1, 1, VECTOR)
    return low.to(tl.float32) + high.to(tl.float32)


@triton.jit
def _chain(words, x, CHAIN: tl.constexpr, PLACE: tl.constexpr, VECTOR: tl.constexpr):
    """The slots 2 CHAIN and 2 CHAIN + 1 of all words, one place of each pair."""
    total = (words[0] & 0).to(tl.float16)
    for word in tl.static_range(VECTOR):
        for slot in tl.static_range(2 * CHAIN, 2 * CHAIN + 2):
            code = ((words[word] >> (4 * slot + 16 * PLACE)) & 15).to(tl.float16) - 8
            bits = (x[VECTOR * slot + word] >> (16 * PLACE)).to(tl.int16)
            total += code * bits.to(tl.float16, bitcast=True)
    return total


@triton.jit
def float_bits(value, BFLOAT16: tl.constexpr):
    """The bits of float32 values, rounded to 16-bit floats, in the lower half of words."""
    if BFLOAT16:  # half to even by hand: the interpreter's own conversion cuts off
        bits = value.to(tl.int32, bitcast=True)
        return (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16
    else:
        return value.to(tl.float16).to(tl.int16, bitcast=True).to(tl.int32) & 0xFFFF


@triton.jit
def rounded(value, BFLOAT16: tl.constexpr, PTX: tl.constexpr):
    """float32 values that the interpreter, too, stores rounded: elsewhere they stay as they are."""
    if PTX or not BFLOAT16:
        return value
    else:
        return (float_bits(value, True) << 16).to(tl.float32, bitcast=True)
