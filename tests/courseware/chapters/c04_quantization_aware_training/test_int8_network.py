"""Networks of int8 codes compute what the library computes; runs are timed in turns."""

import pytest
import torch

from courseware.chapters.c04_quantization_aware_training.fine_tuning import rounded_weights
from courseware.chapters.c04_quantization_aware_training.int8_network import Int8Network, operations
from courseware.subjects.models import mlp, network_of
from model_compression.int8_linear import int8_linear

STATE = mlp([16, 12, 5], seed=0).state_dict()
IMAGES = torch.rand(7, 16, generator=torch.Generator().manual_seed(0))


def test_int8_is_that_of_the_library() -> None:
    _, hidden = int8_linear(IMAGES, STATE["0.weight"], STATE["0.bias"])
    _, expected = int8_linear(hidden.relu(), STATE["2.weight"], STATE["2.bias"])
    # The same codes; the two scales are multiplied in another order, 1 ulp each.
    torch.testing.assert_close(Int8Network(STATE, 8)(IMAGES), expected, rtol=1e-6, atol=1e-6)


def test_two_bits_are_the_rounded_network_but_for_its_inputs() -> None:
    exact = network_of(rounded_weights(STATE, 2))(IMAGES)
    found = Int8Network(STATE, 2)(IMAGES)
    # Inputs are rounded to absmax / 127, half a step each, over 12 weights of one scale at most.
    hidden = network_of(rounded_weights(STATE, 2))[:2](IMAGES)
    scale = rounded_weights(STATE, 2)["2.weight"].abs().max()
    first = rounded_weights(STATE, 2)["0.weight"].abs().sum(dim=1).max() * IMAGES.max() / 254
    bound = 12 * scale * (first + (hidden.max() + first) / 254)
    assert (found - exact).abs().max() <= bound


def test_a_batch_of_zeros_gives_the_biases() -> None:
    state = {"0.weight": torch.ones(3, 4), "0.bias": torch.tensor([1.0, 2.0, 3.0])}
    assert Int8Network(state, 8)(torch.zeros(2, 4)).tolist() == [[1.0, 2.0, 3.0]] * 2


def test_operations_tell_kernels_shapes_and_types_apart() -> None:
    network = Int8Network(STATE, 8)
    seen = operations(lambda: network(IMAGES))
    assert "_int_mm(int8[7, 16], int8[16, 12])" in seen
    other = Int8Network({name: tensor + 1 for name, tensor in STATE.items()}, 2)
    assert operations(lambda: other(IMAGES)) == seen
    assert operations(lambda: network(IMAGES[:3])) != seen
    assert operations(lambda: network_of(STATE)(IMAGES)) != seen


@pytest.mark.parametrize("n_bits", [1, 9])
def test_bits_beyond_a_byte_are_refused(n_bits: int) -> None:
    with pytest.raises(ValueError, match="n_bits: expected"):
        Int8Network(STATE, n_bits)
