"""The smallest file: the same network, tidied, comes back, and neighbours make it small."""

import pytest
import torch

from courseware.chapters.c11_deep_compression.compressing import logits_of
from courseware.chapters.c11_deep_compression.context_files import (
    BIAS_BITS,
    read_small,
    small_parts,
    tidied,
    write_small,
)
from courseware.chapters.c11_deep_compression.files import PLACES, TABLES, joined, sizes_of
from courseware.subjects.models import mlp
from model_compression.magnitude_pruning import magnitude_mask

STEPS = {f"{2 * i}.weight": torch.tensor(step) for i, step in enumerate((0.0625, 0.1, 0.3))}


def on_grid(sparsity: float = 0.8, levels: int = 3) -> dict[str, torch.Tensor]:
    """A small network, pruned, on grids whose steps are no fractions of two."""
    state = dict(mlp((784, 8, 6, 10), seed=1).state_dict())
    for name, step in STEPS.items():
        w = state[name] * magnitude_mask(state[name], sparsity)
        state[name] = (w / w.abs().max().clamp(min=1e-9) * levels).round() * step
    return state


@pytest.mark.parametrize(("sparsity", "levels"), [(0.0, 3), (0.8, 1), (0.99, 7)])
def test_a_network_comes_back(sparsity: float, levels: int) -> None:
    state = on_grid(sparsity, levels)
    back = read_small(write_small(state, STEPS, levels))
    assert [*back] == [*state]
    for name, tensor in state.items():
        if name in STEPS:
            assert torch.equal(back[name], tensor)
        else:
            step = float(tensor.abs().max()) / (2 ** (BIAS_BITS - 1) - 1)
            assert float((back[name] - tensor).abs().max()) <= 0.5001 * step


def test_other_sizes_come_back() -> None:
    state = dict(mlp((30, 20, 10), seed=0).state_dict())
    steps = {"0.weight": torch.tensor(0.1), "2.weight": torch.tensor(0.1)}
    for name, step in steps.items():
        state[name] = (state[name] / step).round().clamp(-2, 2) * step
    back = read_small(write_small(state, steps, 2))
    assert all(torch.equal(back[name], state[name]) for name in steps)


def test_tidying_takes_out_idle_units_and_changes_no_output() -> None:
    state = on_grid(0.0)
    state["0.weight"][3] = 0  # gives the same to all pictures
    state["0.bias"][3] = 2.0
    state["2.weight"][:, 3] = STEPS["2.weight"]
    state["2.weight"][:, 5] = 0  # behind it, nothing
    state["4.weight"][:, 2] = 0  # nothing behind: what only it reads goes, too
    state["2.weight"][[0, 1, 3, 4, 5], 7] = 0
    tidy = tidied(state)
    assert (len(tidy["0.bias"]), len(tidy["2.bias"])) == (5, 5)
    n_kept = (tidy["0.weight"] != 0).sum(1).tolist()
    assert n_kept == sorted(n_kept, reverse=True)
    images = torch.rand(50, 784, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(logits_of(tidy, images), logits_of(state, images), atol=1e-5)


def test_bytes_by_use_add_up() -> None:
    parts = small_parts(on_grid(), STEPS, 3)
    sizes = sizes_of(parts)
    assert sum(sizes.values()) == len(joined(parts)) == len(write_small(on_grid(), STEPS, 3))
    assert sizes[PLACES] > 0 == sizes[TABLES]


def test_neighbours_of_one_sign_take_less_than_the_same_weights_strewn_about() -> None:
    draw = torch.Generator().manual_seed(0)
    patches = torch.zeros(40, 28, 28)
    for unit in patches:
        down, right, sign = torch.randint(4, 18, (3,), generator=draw).tolist()
        unit[down : down + 6, right : right + 6] = 1.0 if sign % 2 else -1.0
    state = {"0.weight": patches.reshape(40, 784), "0.bias": torch.zeros(40)}
    state |= {"2.weight": torch.ones(10, 40), "2.bias": torch.zeros(10)}
    steps = {"0.weight": torch.tensor(1.0), "2.weight": torch.tensor(1.0)}
    strewn = torch.stack([row[torch.randperm(784, generator=draw)] for row in state["0.weight"]])
    together = len(write_small(state, steps, 1))
    assert together < 0.5 * len(write_small(state | {"0.weight": strewn}, steps, 1))


def test_weights_that_are_on_no_grid_are_named() -> None:
    state = on_grid()
    with pytest.raises(ValueError, match=r"0\.weight: expected -2 \.\.\. 2 times 0\.0625"):
        small_parts(state, STEPS, 2)
    state["2.weight"][0, 0] = 0.123
    with pytest.raises(ValueError, match=r"2\.weight: expected -3 \.\.\. 3 times 0\.1"):
        write_small(state, STEPS, 3)
