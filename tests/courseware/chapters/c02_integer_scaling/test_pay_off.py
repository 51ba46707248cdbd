"""The last cell of exercise 02 shows a network that the student's functions stored."""

import re

import pytest

from courseware.chapters.c02_integer_scaling.pay_off import digit_network
from model_compression.integer_scaling import dequantize, quantize_per_channel
from model_compression.packing import pack_int4

RIGHT = {
    "quantize_per_channel": quantize_per_channel,
    "dequantize": dequantize,
    "pack_int4": pack_int4,
}


def test_fewer_bits_take_fewer_bytes_and_two_read_less():
    alt = digit_network(**RIGHT).alt
    read = [float(text) for text in re.findall(r"([\d.]+)% of new digits read", alt)]
    assert len(read) == 5
    assert read[0] - read[2] < 1.5 < read[0] - read[4]
    # 4,736 weights, half a byte each, and 74 float32 scales.
    assert "4 bits: 2.664 kB" in alt


@pytest.mark.parametrize("name", RIGHT)
def test_a_function_that_is_missing_is_named(name, capsys):
    def stub(*arguments):
        raise NotImplementedError("Write your function here")

    assert digit_network(**RIGHT | {name: stub}) is None
    assert f"`{name}` is not written so far. Then this cell shows a digit network" in (
        capsys.readouterr().out
    )
