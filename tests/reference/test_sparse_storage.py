"""Bytes and contents of sparse formats against torch's own, SciPy's and NumPy's."""

import numpy as np
import pytest
import scipy.sparse
import torch
from hypothesis import given
from hypothesis import strategies as st

from model_compression.sparse_storage import break_even_sparsity, encode, sparse_bytes

STORAGES = ["dense", "bitmask", "csr", "coo"]
all_storages = pytest.mark.parametrize("storage", STORAGES)


@st.composite
def masked_matrices(draw):
    rows, cols = draw(st.integers(1, 9)), draw(st.integers(1, 20))
    density = draw(st.sampled_from([0.0, 0.1, 0.5, 0.9, 1.0]))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))
    mask = torch.rand(rows, cols, generator=generator) < density
    return torch.randn(rows, cols, generator=generator) + 10, mask  # no weight is 0


def nbytes(*arrays) -> int:
    return sum(array.nbytes for array in arrays)


@all_storages
@given(masked_matrices())
def test_the_formula_is_what_the_encoder_takes(storage, case):
    weight, mask = case
    stored = encode(weight, mask, storage)
    assert sparse_bytes(mask, storage) == stored.nbytes == nbytes(*stored.parts.values())
    assert type(sparse_bytes(mask, storage)) is int


@all_storages
@given(masked_matrices())
def test_decoding_gives_the_masked_matrix_back(storage, case):
    weight, mask = case
    assert torch.equal(encode(weight, mask, storage).decode(), weight * mask)


@pytest.mark.filterwarnings("ignore:Sparse CSR tensor support is in beta")
@given(masked_matrices())
def test_csr_is_that_of_torch_and_scipy(case):
    weight, mask = case
    ours = encode(weight, mask, "csr")
    csr = (weight * mask).to_sparse_csr()
    assert torch.equal(ours.parts["row_starts"], csr.crow_indices())
    assert torch.equal(ours.parts["columns"], csr.col_indices())
    assert torch.equal(ours.parts["values"], csr.values())
    assert ours.nbytes == nbytes(csr.crow_indices(), csr.col_indices(), csr.values())

    theirs = scipy.sparse.csr_array((weight * mask).numpy())
    theirs.indices, theirs.indptr = theirs.indices.astype("i8"), theirs.indptr.astype("i8")
    assert ours.nbytes == nbytes(theirs.data, theirs.indices, theirs.indptr)


@given(masked_matrices())
def test_coo_is_that_of_torch_and_scipy(case):
    weight, mask = case
    ours = encode(weight, mask, "coo")
    coo = (weight * mask).to_sparse_coo()
    assert torch.equal(torch.stack((ours.parts["rows"], ours.parts["columns"])), coo.indices())
    assert torch.equal(ours.parts["values"], coo.values())
    assert ours.nbytes == nbytes(coo.indices(), coo.values())

    theirs = scipy.sparse.coo_array((weight * mask).numpy())
    coordinates = [axis.astype("i8") for axis in theirs.coords]
    assert ours.nbytes == nbytes(theirs.data, *coordinates)


@given(masked_matrices())
def test_bits_are_those_of_numpy(case):
    weight, mask = case
    expected = np.packbits(mask.numpy(), bitorder="little")
    np.testing.assert_array_equal(encode(weight, mask, "bitmask").parts["bits"].numpy(), expected)


@all_storages
def test_a_kept_zero_is_stored(storage):
    weight, mask = torch.zeros(2, 3), torch.tensor([[True, False, True], [False, True, False]])
    stored = encode(weight, mask, storage)
    assert stored.parts["values"].numel() == (6 if storage == "dense" else 3)
    assert torch.equal(stored.decode(), weight)


@all_storages
def test_half_precision_is_stored_as_float32(storage):
    weight = torch.tensor([[0.5, -2.0]], dtype=torch.bfloat16)
    stored = encode(weight, torch.tensor([[True, False]]), storage)
    assert stored.parts["values"].dtype == torch.float32
    assert stored.decode().tolist() == [[0.5, 0.0]]


# ---- break-even ---------------------------------------------------------------------------------


def mask_with(rows: int, cols: int, n_kept: int) -> torch.Tensor:
    return (torch.arange(rows * cols) < n_kept).reshape(rows, cols)


@all_storages
@pytest.mark.parametrize(("rows", "cols"), [(1, 1), (1, 9), (9, 1), (8, 8), (5, 13), (32, 32)])
def test_break_even_is_the_first_sparsity_that_pays(rows, cols, storage):
    n = rows * cols
    sizes = [sparse_bytes(mask_with(rows, cols, n - pruned), storage) for pruned in range(n + 1)]
    pays = [pruned for pruned, size in enumerate(sizes) if size <= 4 * n]
    assert break_even_sparsity(rows, cols, storage) == (min(pays) / n if pays else None)


def test_break_even_of_a_large_matrix():
    assert break_even_sparsity(4096, 4096, "bitmask") == 1 / 32
    # 12 nnz + 8 (4096 + 1) <= 4 * 4096^2: nnz = 5,589,674.
    assert break_even_sparsity(4096, 4096, "csr") == 1 - 5_589_674 / 4096**2
    # 20 nnz <= 4 * 4096^2: nnz = 3,355,443, one fifth of the weights rounded down.
    assert break_even_sparsity(4096, 4096, "coo") == 1 - 3_355_443 / 4096**2
    assert break_even_sparsity(4096, 4096, "dense") == 0.0


def test_at_half_the_weights_csr_is_larger_than_dense():
    mask = mask_with(256, 256, 256 * 128)
    assert sparse_bytes(mask, "csr") > sparse_bytes(mask, "dense") > sparse_bytes(mask, "bitmask")


def test_zeros_in_a_dense_tensor_save_nothing():
    weight = torch.ones(100, 100)
    assert encode(weight, mask_with(100, 100, 0), "dense").nbytes == weight.nbytes


@pytest.mark.parametrize("storage", ["dense", "bitmask", "csr", "coo"])
def test_memory_and_file_hold_what_is_counted_and_no_more(storage, tmp_path):
    """A view counts its own bytes, but keeps and saves all of the tensor that it looks at."""
    weight = torch.arange(1.0, 4097.0).reshape(64, 64)
    parts = encode(weight, mask_with(64, 64, 1000), storage).parts
    in_memory = {
        part.untyped_storage().data_ptr(): part.untyped_storage() for part in parts.values()
    }
    assert len(in_memory) == len(parts)
    counted = sparse_bytes(mask_with(64, 64, 1000), storage)
    assert sum(memory.nbytes() for memory in in_memory.values()) == counted
    torch.save(parts, tmp_path / "parts.pt")
    # The file names and describes each tensor, in less than half of what one index too many takes.
    assert counted < (tmp_path / "parts.pt").stat().st_size < counted + 8 * 1000 / 2
