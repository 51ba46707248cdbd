"""The later steps: two codes at a time in halves; how a program is cut, and how loads overlap."""

import triton
import triton.language as tl
from triton.language.extra.cuda import gdc_launch_dependents, gdc_wait

from model_compression.kernels.device.arithmetic import dot, prepare, rounded, split_words


@triton.jit
def halves_kernel(
    x, words, scales, y, N_OUT, N_IN: tl.constexpr, GROUP: tl.constexpr,
    ROW_STEP: tl.constexpr, GROUP_STEP: tl.constexpr,
    ROWS: tl.constexpr, WORDS: tl.constexpr, VECTOR: tl.constexpr,
    BFLOAT16: tl.constexpr, PTX: tl.constexpr, DEPENDENT: tl.constexpr,
):  # fmt: skip
    """ROWS outputs of one token; `x` as words of two floats, `words` in the order of `layout`.

    Scales lie ROW_STEP apart from row to row and GROUP_STEP from group to group. The weights of the
    next step are under way while those of the current one are multiplied. A DEPENDENT kernel starts
    before the one in front of it has ended: it fetches its first weights, which nobody changes, and
    only then waits for x.
    """
    STEPS: tl.constexpr = (N_IN // 8 + WORDS - 1) // WORDS
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)[:, None]
    if DEPENDENT:
        gdc_launch_dependents()
    eight = _words(words, row, 0, N_OUT, N_IN, WORDS)
    scale = _scales(scales, row, 0, N_OUT, N_IN, GROUP, ROW_STEP, GROUP_STEP, WORDS, VECTOR)
    if DEPENDENT:
        gdc_wait()
    total = tl.zeros([ROWS, WORDS // VECTOR], tl.float32)
    for step in tl.static_range(STEPS):
        next_eight = eight
        next_scale = scale
        if step + 1 < STEPS:
            next_eight = _words(words, row, step + 1, N_OUT, N_IN, WORDS)
            next_scale = _scales(
                scales, row, step + 1, N_OUT, N_IN, GROUP, ROW_STEP, GROUP_STEP, WORDS, VECTOR
            )
        pairs = _pairs(x, step, N_IN, GROUP, WORDS, VECTOR)
        halves, unit = prepare(pairs, VECTOR, BFLOAT16, PTX)
        part = dot(split_words(eight, VECTOR), halves, VECTOR, PTX)
        total += part * unit * scale.to(tl.float32)
        eight = next_eight
        scale = next_scale
    result = rounded(tl.sum(total, axis=1, keep_dims=True), BFLOAT16, PTX)
    tl.store(y + row, result, row < N_OUT)


@triton.jit
def _words(words, row, step, N_OUT, N_IN: tl.constexpr, WORDS: tl.constexpr):
    """The words of some rows, [ROWS, WORDS]; read once, so the cache may drop them first."""
    word = step * WORDS + tl.arange(0, WORDS)[None, :]
    inside = (row < N_OUT) & (word < N_IN // 8)
    return tl.load(words + row * (N_IN // 8) + word, inside, 0, eviction_policy="evict_first")


@triton.jit
def _scales(
    scales, row, step, N_OUT, N_IN: tl.constexpr, GROUP: tl.constexpr,
    ROW_STEP: tl.constexpr, GROUP_STEP: tl.constexpr, WORDS: tl.constexpr, VECTOR: tl.constexpr,
):  # fmt: skip
    """A scale for each VECTOR words, [ROWS, WORDS // VECTOR]; 0 beyond the row."""
    vector = step * (WORDS // VECTOR) + tl.arange(0, WORDS // VECTOR)[None, :]
    inside = (row < N_OUT) & (vector < N_IN // (8 * VECTOR))
    group = vector // (GROUP // (8 * VECTOR))
    return tl.load(scales + row * ROW_STEP + group * GROUP_STEP, inside, 0)


@triton.jit
def _pairs(
    x, step, N_IN: tl.constexpr, GROUP: tl.constexpr, WORDS: tl.constexpr, VECTOR: tl.constexpr
):
    """The pairs of x that meet each word: 4 * VECTOR tensors [1, WORDS // VECTOR] of words."""
    word = step * WORDS + tl.arange(0, WORDS)[None, :]
    inside = word < N_IN // 8
    at = word // (GROUP // 8) * (GROUP // 2) + word % (GROUP // 8)
    out = ()
    for slot in tl.static_range(4):
        out = out + split_words(tl.load(x + at + slot * (GROUP // 8), inside, 0), VECTOR)
    return out
