"""Step 1, fifteen lines: unpack, scale, add. A code at a time, in float32."""

import triton
import triton.language as tl


@triton.jit
def simple_kernel(
    x, packed, scales, y, N_OUT, N_IN: tl.constexpr, GROUP: tl.constexpr,
    ROWS: tl.constexpr, BYTES: tl.constexpr,
):  # fmt: skip
    """y[row] = sum over k of scale[row, k // GROUP] * code[row, k] * x[k], two codes a byte."""
    row = tl.program_id(0) * ROWS + tl.arange(0, ROWS)[:, None]
    total = tl.zeros([ROWS, BYTES], tl.float32)
    for start in range(0, N_IN // 2, BYTES):
        byte = start + tl.arange(0, BYTES)[None, :]
        inside = (row < N_OUT) & (byte < N_IN // 2)
        two = tl.load(packed + row * (N_IN // 2) + byte, inside, 0).to(tl.int32)
        scale = tl.load(scales + row * (N_IN // GROUP) + byte // (GROUP // 2), inside, 0)
        first = tl.load(x + 2 * byte, byte < N_IN // 2, 0).to(tl.float32)
        second = tl.load(x + 2 * byte + 1, byte < N_IN // 2, 0).to(tl.float32)
        low = ((two & 15) ^ 8) - 8
        high = ((two >> 4) ^ 8) - 8
        total += scale.to(tl.float32) * (low * first + high * second)
    tl.store(y + row, tl.sum(total, axis=1, keep_dims=True), row < N_OUT)
