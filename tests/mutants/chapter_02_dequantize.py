"""Solutions of exercise 02 as students could write them: dequantize."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("dequantize", says="scale-divided")
def divides_by_the_scale(q, scale):
    return q.float() / scale


@wrong("dequantize", says="integers-returned")
def keeps_the_type_of_the_codes(q, scale):
    return (q * scale).type(q.dtype)


@wrong("dequantize", says="integers-returned")
def rounds_the_result(q, scale):
    return torch.round(q * scale)


@wrong("dequantize", says="scale-as-integer")
def cuts_the_scale(q, scale):
    return (q * int(scale)).float()


@wrong("dequantize", says="scale-as-absmax")
def divides_by_127_first(q, scale):
    return q.float() / 127 * scale


@wrong("dequantize", says="scale-as-absmax")
def normalises_by_the_largest_code(q, scale):
    q = q.float()
    return q / q.abs().max() * scale


@wrong("dequantize", says="scale-added")
def adds_the_scale(q, scale):
    return q.float() + scale


@wrong("dequantize", says="eight-bits-assumed")
def squeezes_into_int8(q, scale):
    return q.to(torch.int8).float() * scale


@wrong("dequantize", says="codes-clamped")
def clamps_once_more(q, scale):
    return q.clamp(-128, 127).float() * scale


@wrong("dequantize", says="sign-lost")
def takes_the_magnitude(q, scale):
    return q.to(torch.int32).abs() * float(scale)


@wrong("dequantize", says="half-precision")
def computes_in_float16(q, scale):
    return (q.to(torch.float16) * float(scale)).to(torch.float32)


@wrong("dequantize", says="codes-unscaled")
def only_changes_the_type(q, scale):
    return q.to(torch.float32)


@wrong("dequantize", says="other-dtype")
def returns_float64(q, scale):
    return q.to(torch.float64) * scale


@wrong("dequantize", says="changes-input")
def scales_in_place(q, scale):
    if q.dtype == torch.int8:
        q += 1
        return (q.float() - 1) * scale
    return q.float() * scale


@right("dequantize")
def by_promotion(q, scale):
    return q * scale


@right("dequantize")
def with_a_python_loop(q, scale):
    step = float(scale)
    values = [code * step for code in q.flatten().tolist()]
    return torch.tensor(values, dtype=torch.float32).reshape(q.shape)


@right("dequantize")
def with_numpy_and_back(q, scale):
    return torch.from_numpy(q.numpy().astype(np.float64) * float(scale)).float()


@wrong("dequantize", says="read-as-unsigned")
def reads_bytes(q, scale):
    return q.to(torch.uint8).float() * scale if q.dtype == torch.int8 else q.float() * scale


@wrong("dequantize", says="lowest-code")
def turns_the_sign_in_int8(q, scale):
    magnitude = torch.where(q < 0, -q.long(), q.long())
    negative = (q < 0) & (q != -128)
    return torch.where(negative, -magnitude, magnitude) * scale


@wrong("dequantize", says="lowest-code")
def clamps_to_127(q, scale):
    return torch.where(q == -128, -127, q.long()).float() * scale


@wrong("dequantize", says="another-width-assumed")
def goes_through_int32(q, scale):
    return q.to(torch.int32) * scale


@wrong("dequantize", says="too-few-digits")
def rounds_to_two_decimals(q, scale):
    return (q.float() * scale).round(decimals=2)


@wrong("dequantize", says="half-precision")
def scales_in_half(q, scale):
    return (q * scale).half().float()


@wrong("dequantize", says="array-not-tensor")
def returns_numpy_values(q, scale):
    return (q * scale).numpy()


@wrong("dequantize", says="flattened")
def loses_the_shape(q, scale):
    return (q * scale).reshape(-1)


@wrong("dequantize", says="middle-taken-off")
def takes_128_off_unsigned_codes(q, scale):
    values = q.to(torch.float32)
    return (values - 128 if q.dtype == torch.uint8 else values) * scale


@wrong("dequantize", says="unsigned-bytes-assumed")
def turns_codes_into_unsigned_bytes(q, scale):
    return q.to(torch.uint8).to(torch.float32).mul(scale)
