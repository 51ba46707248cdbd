"""That what the quiz calls right comes out when it is measured."""

import torch

from courseware.showing.spread import ahead, is_above_zero
from model_compression.error_measures import sqnr_db
from model_compression.hadamard import hadamard_rotate
from model_compression.integer_scaling import quantize_tensor
from model_compression.microscaling import mxfp4_dequantize, mxfp4_quantize

LARGEST_OF_E4M3 = 448


def in_int4(values):
    return quantize_tensor(values, 4, "tensor").dequantize()


def in_float8(values):
    scale = values.abs().max() / LARGEST_OF_E4M3
    return (values / scale).to(torch.float8_e4m3fn).float() * scale


def in_mxfp4(values):
    return mxfp4_dequantize(*mxfp4_quantize(values))


def gains(rounded):
    """What the rotation gains in the outputs, in dB, on ten draws of inputs and weights."""
    gained = []
    for seed in range(10):
        draw = torch.Generator().manual_seed(seed)
        x, w = (torch.randn(n, 64, generator=draw) for n in (256, 32))
        x[:, 5] *= 30
        turned = hadamard_rotate(x, 64), hadamard_rotate(w, 64)
        of = [sqnr_db(x @ w.T, rounded(a) @ rounded(b).T) for a, b in ((x, w), turned)]
        gained.append(of[1] - of[0])
    return gained


def test_of_a_rotation_int4_with_one_scale_gains_most_and_float8_nothing_to_speak_of():
    of_int4, of_mxfp4, of_float8 = map(gains, (in_int4, in_mxfp4, in_float8))
    assert is_above_zero(ahead(of_int4, of_mxfp4)) and is_above_zero(ahead(of_mxfp4, of_float8))
    assert abs(sum(of_float8) / len(of_float8)) < 0.5
