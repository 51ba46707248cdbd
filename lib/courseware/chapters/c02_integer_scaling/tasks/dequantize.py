"""The task `dequantize`."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import (
    OFF_LIMITS,
    SCALE_GUARDED,
    SCALE_GUARDS,
)
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import IMPRECISE
from courseware.checks.quantizer_inputs import LEAST, Scale, codes, some_scale
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_values_and_dtype
from model_compression import integer_scaling as reference


def _signed_codes(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale]]:
    yield torch.tensor([0, 2, -3, 7], dtype=torch.int8), 0.5
    # Few codes, and no power of two; and a scale far below what guards against 0 leave alone.
    yield codes(draw, 1, 7, 2), some_scale(draw)
    yield torch.tensor([3, -7, 1], dtype=torch.int8), LEAST
    yield codes(draw, -8, 7, 3, 5), torch.tensor(some_scale(draw))
    yield codes(draw, -128, 127, 20), some_scale(draw)
    for extreme in (-128, 127, -8, -1):
        yield torch.tensor([extreme, 1], dtype=torch.int8), 0.25


def _other_integers(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale]]:
    yield torch.tensor([0, 200, 255], dtype=torch.uint8), 0.5
    yield torch.tensor([-200, 3, 90], dtype=torch.int32), torch.tensor(0.25)
    yield torch.tensor([128, 127], dtype=torch.uint8), 0.25
    yield torch.tensor([-256, 255, 256], dtype=torch.int16), 0.25
    yield torch.tensor([2**33, -3, 2**20 + 1], dtype=torch.int64), 0.5
    for dtype in (torch.int16, torch.int64):
        yield codes(draw, -128, 127, 2, 6).to(dtype) * 2 - 1, some_scale(draw)


def _float32_results(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale]]:
    yield torch.tensor([[1, -2], [3, 4]], dtype=torch.int8), 0.5
    yield torch.tensor([5, 6], dtype=torch.int32), 0.25
    yield codes(draw, 1, 7, 2, 3, 2), torch.tensor(2.0)


INTEGERS_RETURNED = (
    "integers-returned",
    "The result was turned back into integers, which drops all that the scale had to say.",
)
UNSIGNED_BYTES = (
    "unsigned-bytes-assumed",
    "The codes were turned into `uint8` before scaling. It has no negative numbers and "
    "ends at 255: −3 became 253, and 300 became 44. Turn the codes into floats at once.",
)

DEQUANTIZE = Task(
    name="dequantize",
    points=4,
    reference=reference.dequantize,
    lecture="lecture 02, “Scale”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("int8 codes", 2, _signed_codes),
        Check("codes of other integer types", 1, _other_integers),
        Check(
            "right values as float32, in the shape of q", 1, _float32_results, same_values_and_dtype
        ),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "other-dtype",
            "The values are right, but their type is not float32: the type of the weights that "
            "the codes stand for.",
            lambda q, scale: q.double() * scale,
        ),
        ways(
            "scale-divided",
            "The codes were divided by the scale. A code counts steps, and the scale is the width "
            "of one.",
            lambda q, scale: q / scale,
        ),
        ways(
            *INTEGERS_RETURNED,
            lambda q, scale: (q * scale).to(q.dtype),
            lambda q, scale: (q * scale).round(),
            lambda q, scale: (q * scale).int(),
        ),
        ways(
            "reciprocal-rounded",
            "The codes were divided by 1 / scale, made a whole number before. It rarely is one: "
            "multiply by the scale as it is.",
            *(
                lambda q, scale, whole=whole: q / max(whole(1 / float(scale)), 1)
                for whole in (round, int, math.ceil)
            ),
        ),
        ways(
            "scale-guarded",
            SCALE_GUARDED,
            *(lambda q, scale, guard=guard: q * guard(float(scale)) for guard in SCALE_GUARDS),
        ),
        ways(
            "scale-as-integer",
            "The scale was cut to an integer, or to 0. Turn the codes into floats instead.",
            lambda q, scale: q * int(scale),
        ),
        ways(
            "scale-as-absmax",
            "The codes were first divided by the largest code, as if the scale were the largest "
            "value. It is the width of one step.",
            *(lambda q, scale, top=top: q / top * scale for top in (7, 7.5, 8, 127, 127.5, 128)),
            lambda q, scale: q / q.abs().max() * scale,
        ),
        ways(
            "scale-added",
            "The scale was added. A code counts steps, and the scale is the width of one.",
            lambda q, scale: q + scale,
        ),
        ways(
            "eight-bits-assumed",
            "The codes were squeezed into 8 bits before scaling, and large ones wrapped around. "
            "Codes may come in any integer type.",
            lambda q, scale: q.to(torch.int8) * scale,
        ),
        ways(
            *UNSIGNED_BYTES,
            lambda q, scale: q.to(torch.uint8) * scale,
        ),
        ways(
            "middle-taken-off",
            "Something was taken off the codes of an unsigned type, as if 0 lay in the middle of "
            "its range. Whoever calls has taken off the zero point already: multiply the codes as "
            "they are.",
            *(
                lambda q, scale, middle=middle: (
                    (q.double() - middle if q.dtype == torch.uint8 else q.double()) * scale
                )
                for middle in (127, 127.5, 128)
            ),
        ),
        both(
            INTEGERS_RETURNED,
            UNSIGNED_BYTES,
            *(
                lambda q, scale, change=change: change(q.to(torch.uint8) * scale)
                for change in (torch.round, torch.trunc)
            ),
        ),
        ways(
            "smallest-code-taken-off",
            "The smallest code was taken off all of them, as if it were a zero point. Whoever "
            "calls has taken off the zero point already: multiply the codes as they are.",
            lambda q, scale: (q - q.min()) * scale,
            lambda q, scale: (q.double() - q.min()) * scale,
        ),
        ways(
            "half-a-step-added",
            "Every value is half a step off, as if a code stood for all between it and the next "
            "one. Codes were rounded to the nearest: each stands for the middle already.",
            lambda q, scale: (q.double() + 0.5) * scale,
            lambda q, scale: (q.double() - 0.5) * scale,
        ),
        ways(
            "bits-read-as-float",
            "The bits of the codes were read as those of a float, which is another number: `view` "
            "with a dtype reads memory anew. `to` or `float` turns a number into a float.",
            lambda q, scale: q.to(torch.int32).view(torch.float32) * scale,
            lambda q, scale: q.to(torch.int16).view(torch.float16).float() * scale,
            lambda q, scale: q.to(torch.int64).view(torch.float64) * scale,
            lambda q, scale: q.view(torch.float32) * scale,
        ),
        ways(
            "codes-clamped",
            "The codes were clamped. On the way back all codes are valid: codes less a zero "
            "point reach further than 8 bits.",
            lambda q, scale: q.clamp(-128, 127) * scale,
            lambda q, scale: q.clamp(-8, 7) * scale,
        ),
        ways(
            "read-as-unsigned",
            "Negative codes came out as large positive ones: they were read as unsigned.",
            lambda q, scale: (q.to(torch.uint8) if q.dtype == torch.int8 else q) * scale,
            lambda q, scale: torch.where(q < 0, q.long() + 256, q.long()) * scale,
        ),
        ways(
            "lowest-code",
            "Only the code −128 comes out wrong: int8 has no +128, so its sign cannot be turned "
            "there. Turn the codes into floats first.",
            *(
                lambda q, scale, other=other: torch.where(q == -128, other, q.long()) * scale
                for other in (128, -127, 0, 127)
            ),
        ),
        ways(
            "another-width-assumed",
            "The codes were squeezed into 16 or 32 bits before scaling. Codes may come in any "
            "integer type: only a float holds them all.",
            lambda q, scale: q.to(torch.int16) * scale,
            lambda q, scale: q.to(torch.int32) * scale,
        ),
        ways(
            "sign-lost",
            "The sign of negative codes is lost.",
            lambda q, scale: q.abs() * scale,
        ),
        ways(
            "half-precision",
            "The product was computed in 16-bit floats, which keep about three digits.",
            lambda q, scale: (q.half() * scale).float(),
            lambda q, scale: (q.bfloat16() * scale).float(),
            lambda q, scale: (q * scale).half().float(),
            lambda q, scale: (q * scale).bfloat16().float(),
            lambda q, scale: q * float(torch.tensor(scale).half()),
        ),
        ways(
            *IMPRECISE,
            *(
                lambda q, scale, digits=digits: (q * scale).round(decimals=digits)
                for digits in (1, 2, 3, 4)
            ),
        ),
        ways(
            "part-of-the-values",
            "Only a part of the codes came back as values.",
            lambda q, scale: q[0] * scale,
            lambda q, scale: q.reshape(-1)[:-1] * scale,
        ),
        ways(
            "codes-unscaled",
            "These are still the codes. A code counts steps; the width of one is missing.",
            lambda q, scale: q.float(),
        ),
    ),
)
