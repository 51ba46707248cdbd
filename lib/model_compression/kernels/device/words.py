"""Step 2, wider words: eight codes a load of 32 bits, in the order of `layout`; still float32."""

import triton
import triton.language as tl


@triton.jit
def words_kernel(
    x, words, scales, y, N_OUT, N_IN: tl.constexpr, GROUP: tl.constexpr,
    ROWS: tl.constexpr, WORDS: tl.constexpr,
):  # fmt: skip
    """y[row] = sum of scale * (nibble - 8) * x; a word holds four pairs, one in each slot."""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)[:, None]
    total = tl.zeros([ROWS, WORDS], tl.float32)
    for start in range(0, N_IN // 8, WORDS):
        word = start + tl.arange(0, WORDS)[None, :]
        inside = (row < N_OUT) & (word < N_IN // 8)
        eight = tl.load(words + row * (N_IN // 8) + word, inside, 0)
        scale = tl.load(scales + row * (N_IN // GROUP) + word // (GROUP // 8), inside, 0)
        group = word // (GROUP // 8) * GROUP
        part = tl.zeros([ROWS, WORDS], tl.float32)
        for slot in tl.static_range(4):
            at = group + 2 * (slot * (GROUP // 8) + word % (GROUP // 8))
            first = tl.load(x + at, word < N_IN // 8, 0).to(tl.float32)
            second = tl.load(x + at + 1, word < N_IN // 8, 0).to(tl.float32)
            part += (((eight >> (4 * slot)) & 15) - 8) * first
            part += (((eight >> (4 * slot + 16)) & 15) - 8) * second
        total += scale.to(tl.float32) * part
    tl.store(y + row, tl.sum(total, axis=1, keep_dims=True), row < N_OUT)
