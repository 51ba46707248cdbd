"""The last cell of exercise 01 takes weights apart with the student's functions."""

import re

from courseware.chapters.c01_number_formats.pay_off import weights_apart
from courseware.chapters.c01_number_formats.plots.exponents import weights_by_exponent
from model_compression.number_formats import float32_fields, integer_range, model_bytes


def test_every_weight_is_counted_by_its_exponent(capsys):
    picture = weights_apart(
        float32_fields=float32_fields, integer_range=integer_range, model_bytes=model_bytes
    )
    assert picture.alt.startswith("4,736 weights by their exponent")
    told = capsys.readouterr().out
    assert "Of 256 exponents" in told
    assert "18.94 kB, in 4 bits 2.368 kB" in told


def test_a_stub_is_named(capsys):
    def stub(x):
        raise NotImplementedError("Write your function here")

    names = {"integer_range": integer_range, "model_bytes": model_bytes}
    assert weights_apart(float32_fields=stub, **names) is None
    assert "`float32_fields` is not written so far." in capsys.readouterr().out


def test_the_lowest_exponents_share_a_bar():
    picture = weights_by_exponent({0: 2, 100: 3, 126: 5})
    assert "10 weights by their exponent, from 0 to 126; the most, 5, have 126" in picture.alt
    assert re.search(r"2 to the power of −1\.", picture.alt)
