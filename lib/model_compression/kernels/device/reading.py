"""Nothing but reading: what bounds every product from below."""

import triton
import triton.language as tl
from triton.language.extra.cuda import gdc_launch_dependents, gdc_wait


@triton.jit
def read_kernel(
    words, out, N: tl.constexpr, BLOCK: tl.constexpr, STEPS: tl.constexpr, DEPENDENT: tl.constexpr
):
    """out[program] depends on each of STEPS * BLOCK words, so that none is spared."""
    if DEPENDENT:
        gdc_launch_dependents()
    first = tl.program_id(0).to(tl.int64) * (BLOCK * STEPS)
    total = tl.zeros([BLOCK], tl.int32)
    for step in tl.static_range(STEPS):
        at = first + step * BLOCK + tl.arange(0, BLOCK)
        total ^= tl.load(words + at, at < N, 0, eviction_policy="evict_first")
    if DEPENDENT:
        gdc_wait()
    tl.store(out + tl.program_id(0), tl.max(total, axis=0))
