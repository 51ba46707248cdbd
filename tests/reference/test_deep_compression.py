"""Chapter 11's functions against ways to the same results that share nothing with them."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.cluster import KMeans

from model_compression.entropy_coding import entropy_bits, huffman_bits
from model_compression.pareto import pareto_front
from model_compression.range_coding import range_decode, range_encode
from model_compression.relative_indexing import relative_index_decode, relative_index_encode
from model_compression.weight_sharing import kmeans_codebook


def drawn_codes(seed: int, n: int, k: int) -> torch.Tensor:
    """Codes 0 ... k - 1, some of them far more frequent than others."""
    draw = np.random.default_rng(seed)
    return torch.from_numpy(draw.choice(k, size=n, p=draw.dirichlet(np.full(k, 0.5))))


# ---- Pareto -------------------------------------------------------------------------------------


def by_comparing_all(points: list[tuple[float, float]]) -> list[int]:
    def dominates(a: tuple[float, float], b: tuple[float, float]) -> bool:
        return a[0] <= b[0] and a[1] >= b[1] and a != b

    front = [i for i, b in enumerate(points) if not any(dominates(a, b) for a in points)]
    return sorted(front, key=lambda i: points[i][0])


@pytest.mark.parametrize("seed", range(40))
def test_the_front_is_what_comparing_all_pairs_leaves(seed):
    draw = np.random.default_rng(seed)
    n, spread = int(draw.integers(1, 30)), int(draw.integers(2, 9))
    points = [(int(size), int(acc)) for size, acc in draw.integers(0, spread, (n, 2))]
    assert pareto_front(points) == by_comparing_all(points)


def test_points_come_in_any_container():
    points = [(4, 0.75), (2, 0.5), (4, 0.5)]
    same = points, tuple(points), np.array(points), torch.tensor(points), iter(points)
    assert [pareto_front(each) for each in same] == 5 * [[1, 0]]


# ---- entropy, Huffman, the range coder ----------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_entropy_is_scipy_s(seed):
    codes = drawn_codes(seed, 400, seed + 1)
    counts = list(Counter(codes.tolist()).values())
    assert entropy_bits(codes) == pytest.approx(stats.entropy(counts, base=2), abs=1e-12)


def shortest_prefix_code(counts: tuple[int, ...]) -> int:
    """The least total over all lengths that leave room for each other (Kraft), tried one by one."""
    lengths = itertools.product(range(1, len(counts) + 1), repeat=len(counts))
    return min(
        sum(map(int.__mul__, each, counts))
        for each in lengths
        if sum(2.0**-length for length in each) <= 1
    )


@pytest.mark.parametrize(
    "counts", [(3, 5), (1, 1, 1), (8, 1, 1, 1), (7, 5, 2, 2), (16, 8, 4, 2, 1), (3, 3, 3, 3, 1)]
)
def test_huffman_finds_the_shortest_of_all_prefix_codes(counts):
    codes = torch.repeat_interleave(torch.arange(len(counts)), torch.tensor(counts))
    assert huffman_bits(codes) == shortest_prefix_code(counts)


@pytest.mark.parametrize("seed", range(10))
def test_huffman_lies_within_a_bit_of_the_entropy(seed):
    codes = drawn_codes(seed, 500, 3 + seed)
    assert entropy_bits(codes) <= huffman_bits(codes) / 500 <= entropy_bits(codes) + 1


def test_one_code_alone_takes_a_bit_each_and_has_no_entropy():
    codes = torch.full((3, 4), -7, dtype=torch.int8)
    assert (entropy_bits(codes), huffman_bits(codes)) == (0.0, 12)
    assert type(huffman_bits(codes)) is int


@pytest.mark.parametrize("seed", range(12))
def test_the_range_coder_gives_back_every_code_within_two_bytes_of_the_entropy(seed):
    n, k = (0, 1, 7, 2_000)[seed % 4], 1 + 5 * seed
    codes = drawn_codes(seed, n, k)
    counts = torch.bincount(codes, minlength=k) if n else torch.ones(k, dtype=torch.int64)
    data = range_encode(codes, counts.tolist())
    assert torch.equal(range_decode(data, counts.tolist(), n), codes)
    least = entropy_bits(codes) * n / 8 if n else 0
    assert least - 1 <= len(data) <= least + 2


def test_the_range_coder_with_counts_that_are_not_the_codes_own():
    # Very unequal counts: long runs of carries, and parts of the range that are hardly there.
    for counts in ([1, 2**39, 1], [2**40 - 1, 1], [1, 0, 0, 1]):
        used = [code for code, count in enumerate(counts) if count]
        codes = torch.tensor(used * 50)
        assert torch.equal(range_decode(range_encode(codes, counts), counts, len(codes)), codes)


@pytest.mark.parametrize(
    ("codes", "counts", "message"),
    [
        ([0, 1], [3, 0], "codes: expected codes with a count of at least 1, got 1"),
        ([0, 2], [3, 1], "codes: expected codes from 0 to 1, got 1 outside"),
        ([0], [0], "counts: expected a total from 1 to 2^40, got 0"),
        ([0], [2**40, 1], f"counts: expected a total from 1 to 2^40, got {2**40 + 1}"),
    ],
)
def test_counts_that_tell_nothing_are_refused(codes, counts, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        range_encode(torch.tensor(codes), counts)


# ---- gaps ---------------------------------------------------------------------------------------


def gaps_one_by_one(w: torch.Tensor, max_gap: int) -> tuple[list[int], list[float]]:
    gaps, values, waited = [], [], 0
    for value in w.flatten().tolist():
        waited += 1
        if value == 0 and waited < max_gap:
            continue
        gaps.append(waited)
        values.append(value)
        waited = 0
    while values and values[-1] == 0:
        gaps.pop()
        values.pop()
    return gaps, values


@pytest.mark.parametrize("seed", range(20))
def test_gaps_are_those_of_a_walk_over_all_weights(seed):
    draw = torch.Generator().manual_seed(seed)
    w = torch.randn(7, 11, generator=draw) * (torch.rand(7, 11, generator=draw) < 0.02 * (seed + 1))
    for max_gap in (1, 2, 3, 8, 100):
        gaps, values = relative_index_encode(w, max_gap)
        assert (gaps.tolist(), values.tolist()) == gaps_one_by_one(w, max_gap)
        assert torch.equal(relative_index_decode(gaps, values, [7, 11]), w)


@pytest.mark.parametrize("dtype", [torch.float16, torch.float64])
def test_values_keep_the_dtype_and_nothing_kept_is_nothing_stored(dtype):
    gaps, values = relative_index_encode(torch.tensor([0.0, 2.0], dtype=dtype), 1)
    assert (gaps.dtype, values.dtype, gaps.tolist()) == (torch.int64, dtype, [1, 1])
    none = relative_index_encode(torch.zeros(2, 3, dtype=dtype), 4)
    assert [len(each) for each in none] == [0, 0]
    assert torch.equal(relative_index_decode(*none, [2, 3]), torch.zeros(2, 3, dtype=dtype))


@pytest.mark.parametrize(
    ("gaps", "message"),
    [
        ([1, 0], "gaps: expected gaps of at least 1, got 0"),
        ([3, 2], "gaps: expected entries within the 4 places of the shape, got one behind"),
        ([1], "gaps, values: expected 1 axis and one length, got shapes (1,) and (2,)"),
    ],
)
def test_gaps_that_lead_elsewhere_are_refused(gaps, message):
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        relative_index_decode(torch.tensor(gaps), torch.ones(2), [2, 2])


# ---- shared weights -----------------------------------------------------------------------------


def kept_weights(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    draw = torch.Generator().manual_seed(seed)
    w = torch.randn(12, 20, generator=draw)
    return w, torch.rand(12, 20, generator=draw) < 0.6


def spread_out(values: np.ndarray, k: int) -> np.ndarray:
    return np.linspace(values.min(), values.max(), k).reshape(-1, 1)


@pytest.mark.parametrize(("seed", "k"), [(0, 2), (1, 4), (2, 8), (3, 16)])
def test_shared_weights_come_to_rest_where_sklearn_s_do(seed, k):
    # Evenly spread, so that no entry is without weights: sklearn moves such a one elsewhere.
    w, mask = kept_weights(seed)
    w = w.atan()
    values = w[mask].double().numpy()
    theirs = KMeans(k, init=spread_out(values, k), n_init=1, max_iter=300, tol=0, algorithm="lloyd")
    theirs.fit(values.reshape(-1, 1))
    table, codes = kmeans_codebook(w, mask, k, 300)
    assert table.numpy() == pytest.approx(theirs.cluster_centers_.ravel(), abs=1e-6)
    assert (codes[mask].numpy() == theirs.labels_).all()


@pytest.mark.parametrize("iterations", [0, 1, 5])
@pytest.mark.parametrize("k", [1, 2, 7, 256])
def test_shared_weights_are_lloyd_s_steps_one_by_one(k, iterations):
    w, mask = kept_weights(k)
    values = w[mask].double().numpy()
    table = spread_out(values, k).ravel()

    def nearest() -> np.ndarray:
        return np.abs(values[:, None] - table[None]).argmin(axis=1)

    for _ in range(iterations):
        codes = nearest()
        table = np.array(
            [values[codes == i].mean() if (codes == i).any() else table[i] for i in range(k)]
        )
    ours, ours_codes = kmeans_codebook(w, mask, k, iterations)
    assert ours.numpy() == pytest.approx(table, abs=1e-6)
    assert (ours_codes[mask].numpy() == nearest()).all()
    assert (ours.dtype, ours_codes.dtype) == (torch.float32, torch.uint8)
    assert not ours_codes[~mask].any()


def test_a_weight_half_way_goes_to_the_lower_entry():
    w = torch.tensor([0.0, 1.0, 2.0])
    _, codes = kmeans_codebook(w, torch.ones(3, dtype=torch.bool), 2, 0)
    assert codes.tolist() == [0, 0, 1]


def test_equal_weights_share_one_value_and_no_weights_are_refused():
    w = torch.full((2, 2), 0.3)
    table, codes = kmeans_codebook(w, torch.ones(2, 2, dtype=torch.bool), 4, 3)
    assert torch.equal(table[codes.int()], w)
    with pytest.raises(ValueError, match=r"^mask: expected at least one kept weight, got none$"):
        kmeans_codebook(w, torch.zeros(2, 2, dtype=torch.bool), 4, 3)


def test_the_steps_never_make_the_error_larger():
    w, mask = kept_weights(9)
    errors = []
    for iterations in range(12):
        table, codes = kmeans_codebook(w, mask, 5, iterations)
        errors.append(float(((table[codes.int()] - w)[mask].double() ** 2).sum()))
    assert all(later <= earlier + 1e-9 for earlier, later in itertools.pairwise(errors))
    assert not math.isclose(errors[0], errors[-1], rel_tol=0.1)
