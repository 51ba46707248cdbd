"""A network as bytes: whatever the form and the coder, it comes back, and the bytes add up."""

import pytest
import torch

from courseware.chapters.c11_deep_compression.files import (
    BIASES,
    FLOAT16,
    FLOAT32,
    FORMS,
    PLACES,
    SPARSE16,
    SPARSE_TABLE,
    TABLE,
    TABLES,
    TABLES_IN,
    VALUES,
    joined,
    parts_of,
    read_network,
    sizes_of,
    write_network,
)
from courseware.chapters.c11_deep_compression.streams import (
    BITS,
    BLOCK,
    CODERS,
    RANGE,
    read_stream,
    write_stream,
)
from courseware.subjects.models import mlp
from model_compression.entropy_coding import entropy_bits
from model_compression.magnitude_pruning import magnitude_mask

DRAW = torch.Generator().manual_seed(0)


def on_grid(sparsity: float = 0.9) -> dict[str, torch.Tensor]:
    """A small network, pruned, its weights multiples of a step that float16 can hold."""
    state = dict(mlp((40, 30, 10), seed=1).state_dict())
    for name in ("0.weight", "2.weight"):
        w = state[name] * magnitude_mask(state[name], sparsity)
        state[name] = (w / 0.0625).round().clamp(-3, 3) * 0.0625
    return state


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("n_kinds", [1, 2, 5, 256])
@pytest.mark.parametrize("n", [0, 1, 1000])
def test_numbers_come_back(coder, n_kinds, n):
    numbers = torch.randint(n_kinds, (n,), generator=DRAW)
    data = write_stream(numbers, n_kinds, coder)
    assert torch.equal(read_stream(data, n, n_kinds, coder), numbers)


def test_the_range_coder_goes_on_in_blocks_and_stays_near_the_entropy():
    uneven = torch.rand(2 * BLOCK + 7, generator=DRAW).pow(4).mul(8).long()
    data = write_stream(uneven, 8, RANGE)
    assert torch.equal(read_stream(data, len(uneven), 8, RANGE), uneven)
    assert len(data) <= 1.01 * entropy_bits(uneven) * len(uneven) / 8
    assert len(write_stream(uneven, 8, BITS)) == -(-3 * len(uneven) // 8)


@pytest.mark.parametrize(
    ("numbers", "n_kinds", "coder", "message"),
    [
        ([3], 3, BITS, "numbers: expected 0 ... 2"),
        ([-1], 3, BITS, "numbers: expected 0 ... 2"),
        ([0], 257, BITS, "n_kinds: expected 1 ... 256, got 257"),
        ([0], 1, "gzip", "coder: expected one of bits, zlib, lzma, range coder, got 'gzip'"),
    ],
)
def test_bad_streams_are_named(numbers, n_kinds, coder, message):
    with pytest.raises(ValueError, match=message):
        write_stream(torch.tensor(numbers), n_kinds, coder)


@pytest.mark.parametrize("coder", CODERS)
@pytest.mark.parametrize("form", FORMS)
def test_a_network_comes_back_from_its_file(form, coder):
    state = on_grid()
    back = read_network(write_network(state, form, coder))
    assert [*back] == [*state]
    for name, tensor in state.items():
        assert back[name].dtype == torch.float32
        if name.endswith("weight") or form == FLOAT32:
            assert torch.equal(back[name], tensor)
        elif form in TABLES_IN:  # a byte each: half a step off at most
            step = float(tensor.abs().max()) / 127
            assert float((back[name] - tensor).abs().max()) <= 0.5001 * step
        else:
            assert torch.equal(back[name], tensor.half().float())


@pytest.mark.parametrize("form", FORMS)
def test_bytes_by_use_add_up(form):
    state = on_grid()
    parts = parts_of(state, form, RANGE)
    sizes = sizes_of(parts)
    assert sum(sizes.values()) == len(joined(parts)) == len(write_network(state, form, RANGE))
    assert (sizes[PLACES] > 0) == (form in (SPARSE16, SPARSE_TABLE))
    assert (sizes[TABLES] > 0) == (form in TABLES_IN)
    assert sizes[BIASES] == {FLOAT32: 160, FLOAT16: 80, SPARSE16: 80}.get(form, 48)


def test_whole_bits_are_those_of_the_formula():
    state = on_grid()
    n = 40 * 30 + 30 * 10
    assert sizes_of(parts_of(state, FLOAT32))[VALUES] == 4 * n
    assert sizes_of(parts_of(state, FLOAT16))[VALUES] == 2 * n
    kinds = [len(state[name].unique()) for name in ("0.weight", "2.weight")]
    bits = [(k - 1).bit_length() for k in kinds]
    expected = -(-bits[0] * 1200 // 8) + -(-bits[1] * 300 // 8)
    assert sizes_of(parts_of(state, TABLE))[VALUES] == expected


def test_a_layer_of_zeros_and_one_value_come_back():
    state = {"0.weight": torch.zeros(3, 4), "0.bias": torch.zeros(3)}
    state |= {"2.weight": torch.ones(2, 3), "2.bias": torch.zeros(2)}
    for form in (TABLE, SPARSE_TABLE, SPARSE16):
        for coder in CODERS:
            back = read_network(write_network(state, form, coder))
            assert all(torch.equal(back[name], tensor) for name, tensor in state.items())


def test_what_cannot_be_written_is_named():
    state = dict(mlp((30, 20, 10), seed=0).state_dict())
    with pytest.raises(ValueError, match="expected at most 256 values in a layer, got 600"):
        write_network(state, TABLE)
    with pytest.raises(ValueError, match="form, coder: expected one of float32"):
        write_network(state, "float64")
