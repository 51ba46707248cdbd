"""Bytes of a pruned layer by storage, and pixels drawn by lot."""

import pytest
import torch

from courseware.chapters.c06_unstructured_pruning.pixels import drawn_groups, pixel_groups
from courseware.chapters.c06_unstructured_pruning.storages import (
    STORAGES,
    break_even_in_files,
    computed_bytes,
    file_bytes,
    memory_bytes,
    parts_of,
)
from courseware.chapters.c06_unstructured_pruning.torch_masks import COUNTS, count_table
from model_compression.magnitude_pruning import magnitude_mask
from model_compression.sparse_storage import break_even_sparsity

LAYER = torch.randn(40, 64, generator=torch.Generator().manual_seed(0))


@pytest.mark.parametrize("way", STORAGES)
@pytest.mark.parametrize("sparsity", [0.0, 0.5, 0.95])
def test_the_formula_gives_the_bytes_in_memory(way, sparsity):
    mask = magnitude_mask(LAYER, sparsity)
    parts = parts_of(LAYER, mask, way)
    assert memory_bytes(parts) == computed_bytes(mask, way)
    assert file_bytes(parts) > memory_bytes(parts)


def test_small_indices_say_where_the_same_values_belong():
    mask = magnitude_mask(LAYER, 0.7)
    wide, narrow = (parts_of(LAYER, mask, way) for way in ("csr", "csr, small indices"))
    assert {name: part.tolist() for name, part in wide.items()} == {
        name: part.tolist() for name, part in narrow.items()
    }
    with pytest.raises(ValueError, match="expected at most 256 columns, got 257"):
        parts_of(torch.ones(2, 257), torch.ones(2, 257) > 0, "csr, small indices")


def test_files_break_even_about_where_the_formula_says():
    layer = torch.randn(128, 128, generator=torch.Generator().manual_seed(0))
    for way in ("bitmask", "csr", "coo"):
        # A file holds up to 500 bytes beside the tensors, of 65,536: a weight of csr has 12.
        assert break_even_in_files(layer, way) == pytest.approx(
            break_even_sparsity(128, 128, way), abs=0.02
        )
    assert break_even_in_files(layer, "csr, small indices") < 0.25


def test_as_many_pixels_are_drawn_from_the_group_each_time():
    groups = pixel_groups(torch.rand(50, 30, generator=torch.Generator().manual_seed(0)) * 2 - 1)
    assert sum(group.int() for group in groups.values()).tolist() == [1] * 30
    drawn = drawn_groups(groups["more"], 5, draws=6)
    assert all(int(one.sum()) == 5 and not (one & ~groups["more"]).any() for one in drawn)
    assert len({tuple(one.tolist()) for one in drawn}) > 1
    assert all(map(torch.equal, drawn, drawn_groups(groups["more"], 5, draws=6)))


def test_counts_are_those_of_torch():
    rows = count_table()
    assert len(rows) == len(COUNTS)
    assert all(row["ours"] == row["torch"] for row in rows)
    assert rows[-1]["cut off, int()"] == 28
