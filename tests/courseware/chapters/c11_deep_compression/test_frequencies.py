"""A network of slow waves and the one of pixels that comes of it answer alike."""

import torch

from courseware.chapters.c11_deep_compression.compressing import logits_of
from courseware.chapters.c11_deep_compression.frequencies import (
    FASTEST,
    N_WAVES,
    in_place,
    in_waves,
    of_pixels,
    seen,
)
from courseware.subjects.data import mnist
from courseware.subjects.models import mlp

START = mlp((784, 8, 6, 10), seed=0).state_dict()
IMAGES = mnist().validation_images[:50]


def test_slow_waves_are_those_below_a_diagonal():
    assert N_WAVES == (FASTEST + 1) * (FASTEST + 2) // 2
    assert in_waves(START)["0.weight"].shape == (8, N_WAVES)


def test_the_network_of_pixels_answers_as_that_of_waves():
    waves = in_waves(START)
    pixels = of_pixels(in_place(waves))
    assert {name: w.shape for name, w in pixels.items()} == {n: w.shape for n, w in START.items()}
    with torch.no_grad():
        of_waves, of_images = logits_of(waves, seen(IMAGES)), logits_of(pixels, IMAGES)
    assert torch.allclose(of_waves, of_images, atol=1e-5)
    assert not torch.allclose(of_images, logits_of(START, IMAGES), atol=1e-2)


def test_waves_are_orthonormal_and_nothing_slow_is_lost():
    slow = of_pixels(in_place(in_waves(START)))
    again = of_pixels(in_place(in_waves(slow)))
    assert torch.allclose(slow["0.weight"], again["0.weight"], atol=1e-6)
    length = in_waves(slow)["0.weight"].norm(dim=1)
    assert torch.allclose(length, slow["0.weight"].norm(dim=1), atol=1e-5)
    flat = torch.full((1, 784), 1 / 28)
    assert torch.allclose(seen(flat), torch.eye(N_WAVES)[:1], atol=1e-5)


def test_each_wave_stands_in_its_row_and_column():
    across = torch.cos(torch.pi / 28 * 2 * (torch.arange(28) + 0.5)).repeat(28, 1).flatten()
    weight = in_place(in_waves({**START, "0.weight": across[None]}))["0.weight"]
    assert weight.shape == (1, 784) and int(weight.abs().argmax()) == 2
    assert bool((weight.reshape(28, 28)[14:, 14:] == 0).all())
