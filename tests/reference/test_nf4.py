"""NF4 against bitsandbytes (bit for bit), torchao (4 decimals) and SciPy (where it comes from)."""

import math

import pytest
import torch
from bitsandbytes import functional as bitsandbytes
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from torchao.quantization.quantize_.workflows.nf4.nf4_tensor import NF4Tensor as TorchaoNF4

from model_compression.nf4 import (
    nf4_codebook,
    nf4_dequantize,
    nf4_quantize,
    nf4_tensor,
    normal_quantile_codebook,
    pack_nf4,
    unpack_nf4,
)
from tests.reference.bitsandbytes_oracle import (
    BLOCK_SIZES,
    CODEBOOK,
    nf4_bytes,
    nf4_read,
    nf4_round_trip,
    with_smallest_absmax,
)
from tests.reference.oracles import matrices

MIDPOINTS = (CODEBOOK[1:] + CODEBOOK[:-1]) / 2
EXACT_TIES = [2, 6, 7, 9, 11, 13]
TORCHAO_DECIMALS = 0.5e-4
tensors = st.lists(st.floats(-1e3, 1e3, width=32), min_size=1, max_size=200).map(torch.tensor)
code_lists = st.lists(st.integers(0, 15), max_size=70)


def normal(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def packed_like_bitsandbytes(x, block_size):
    codes, absmax = nf4_quantize(x, block_size)
    packed, expected_absmax = nf4_bytes(x, block_size)
    assert codes.shape == x.shape
    assert codes.dtype == torch.uint8
    stored_absmax = with_smallest_absmax(absmax, x.numel(), block_size)
    same_absmax = torch.equal(stored_absmax, expected_absmax)
    return same_absmax and torch.equal(pack_nf4(codes), packed)


# ---- the table ------------------------------------------------------------------------------


def test_the_table_is_that_of_bitsandbytes_bit_for_bit():
    assert torch.equal(nf4_codebook(), CODEBOOK)
    assert torch.equal(nf4_codebook(), bitsandbytes.create_normal_map()[[*range(8), *range(-8, 0)]])


def test_the_table_comes_from_normal_quantiles():
    # By SciPy in float64, with the offset of the paper's authors, 929 / 960. Float32 positions move
    # a quantile by 2^-25 / density, density(1.85) = 0.072: 4e-7 before dividing by 1.85.
    positions = [929 / 960 + (0.5 - 929 / 960) * k / 8 for k in range(8)]
    negative = [929 / 960 + (0.5 - 929 / 960) * k / 7 for k in range(7)]
    values = sorted([*norm.ppf(positions), *(-norm.ppf(negative)), 0.0])
    expected = torch.tensor(values, dtype=torch.float64) / max(values)
    assert (normal_quantile_codebook() - expected).abs().max() <= 2**-24
    assert (nf4_codebook() - expected).abs().max() < 3e-7


def test_8_codes_above_zero_and_7_below():
    table = nf4_codebook()
    assert (table > 0).sum() == 8
    assert (table < 0).sum() == 7
    assert table[7] == 0


# ---- quantize -------------------------------------------------------------------------------


@given(tensors, st.sampled_from([32, 64]))
def test_any_tensor_gives_the_bytes_of_bitsandbytes(x, block_size):
    assert packed_like_bitsandbytes(x, block_size)


@pytest.mark.parametrize("block_size", BLOCK_SIZES)
@pytest.mark.parametrize("shape", [(4096 * 4,), (96, 100), (7, 11, 13), (4097,), (1,), (63,)])
def test_every_shape_and_block_size_gives_the_bytes_of_bitsandbytes(block_size, shape):
    assert packed_like_bitsandbytes(normal(*shape, seed=sum(shape)), block_size)


@pytest.mark.parametrize("name", matrices())
def test_difficult_weights_give_the_bytes_of_bitsandbytes(name):
    assert packed_like_bitsandbytes(matrices()[name], 64)
    assert packed_like_bitsandbytes(matrices()[name][:3, :37], 64)


def test_half_precision_gives_the_bytes_of_bitsandbytes():
    for dtype in (torch.float16, torch.bfloat16):
        assert packed_like_bitsandbytes(normal(5, 100, seed=3).to(dtype), 64)


def test_a_million_values_give_the_bytes_of_bitsandbytes():
    assert packed_like_bitsandbytes(normal(2**20, seed=4), 64)


@pytest.mark.parametrize("absmax", [1.0, 2.0**-20, 2.0**60])
def test_ties_go_to_the_lower_code(absmax):
    x = torch.cat((MIDPOINTS, torch.ones(1))) * absmax
    codes, _ = nf4_quantize(x, 32)
    assert codes.tolist() == [*range(15), 15]
    assert packed_like_bitsandbytes(x, 32)
    for direction, expected in ((-2.0, range(15)), (2.0, range(1, 16))):
        neighbours = torch.nextafter(MIDPOINTS, torch.tensor(direction))
        x = torch.cat((neighbours, torch.ones(1))) * absmax
        assert nf4_quantize(x, 32)[0].tolist() == [*expected, 15]
        assert packed_like_bitsandbytes(x, 32)


def neighbours_of_midpoints():
    """Rows (absmax, 0, and per midpoint the float32 nearest to midpoint * absmax and 4 around)."""
    absmax = torch.rand(500, 1, generator=torch.Generator().manual_seed(12)) + 0.5
    columns = [absmax, torch.zeros_like(absmax)]
    for direction in (-10.0, 10.0):
        x = MIDPOINTS * absmax
        for _ in range(3):
            columns.append(x)
            x = torch.nextafter(x, torch.tensor(direction))
    return torch.cat(columns, dim=1)


def test_dividing_and_multiplying_by_the_reciprocal_are_told_apart():
    x = neighbours_of_midpoints()
    absmax = x[:, :1]
    divided = torch.bucketize(x / absmax, MIDPOINTS)
    multiplied = torch.bucketize(x * (1 / absmax), MIDPOINTS)
    assert (divided != multiplied).sum() > 100
    # A full block is multiplied, a shorter last one divided: the same rows as either.
    padded = torch.nn.functional.pad(x, (0, 128 - x.shape[1]))
    assert torch.equal(nf4_quantize(padded, 128)[0][:, : x.shape[1]].long(), multiplied)
    assert packed_like_bitsandbytes(padded, 128)
    for row, codes in zip(x[:50], divided, strict=False):
        assert torch.equal(nf4_quantize(row, 128)[0].long(), codes)
        assert packed_like_bitsandbytes(row, 128)


def test_six_midpoints_are_exact_in_float32():
    exact = (CODEBOOK[1:].double() + CODEBOOK[:-1].double()) / 2
    assert [i for i in range(15) if exact[i] == MIDPOINTS[i]] == EXACT_TIES


@given(tensors, st.integers(1, 80))
def test_nothing_is_off_by_more_than_half_a_gap(x, block_size):
    codes, absmax = nf4_quantize(x, block_size)
    assert absmax.shape == (-(-x.numel() // block_size),)
    back = nf4_dequantize(codes, absmax, block_size)
    scales = absmax.repeat_interleave(block_size)[: x.numel()]
    # The widest gap lies between the lowest two entries. The few roundings of values up to absmax,
    # quantizing and dequantizing, stay below 8 * 2^-24; a subnormal absmax only has to stay finite.
    ordinary = (scales == 0) | (scales > 1e-37)
    widest = CODEBOOK.diff().max() / 2 + 8 * 2**-24
    assert ((back - x).abs() <= widest * scales)[ordinary].all()
    assert torch.isfinite(back).all()


def test_zeros_have_absmax_0_and_code_7():
    for n in (64, 65, 3):
        codes, absmax = nf4_quantize(torch.zeros(n), 64)
        assert codes.unique().tolist() == [7]
        assert absmax.unique().tolist() == [0.0]
        assert not nf4_dequantize(codes, absmax, 64).any()


def test_the_sign_of_the_extreme_is_kept():
    codes, absmax = nf4_quantize(torch.tensor([-3.0, 1.0, 3.0, 0.0]), 4)
    assert codes.tolist() == [0, 11, 15, 7]
    assert nf4_dequantize(codes, absmax, 4)[[0, 2]].tolist() == [-3.0, 3.0]


# ---- torchao, whose table has 4 decimals ----------------------------------------------------


def test_torchao_takes_the_same_codes_away_from_midpoints():
    x = normal(256, 256, seed=5)
    stored = TorchaoNF4.from_tensor(x, 64, 256)
    assert (stored.nf4 - CODEBOOK).abs().max() <= TORCHAO_DECIMALS
    packed, absmax = nf4_tensor(x, 64).packed, nf4_tensor(x, 64).absmax
    theirs = unpack_nf4(stored.quantized_data.reshape(-1), x.numel()).int()
    ours = unpack_nf4(packed, x.numel()).int()
    # Entries that move by 0.00005 move the midpoints by as much; float32 adds a few 2^-24.
    normalised = x.reshape(-1) / absmax.repeat_interleave(64)
    distance = (normalised[:, None] - MIDPOINTS).abs().amin(dim=1)
    differ = ours != theirs
    assert (distance[differ] <= TORCHAO_DECIMALS + 4 * 2**-24).all()
    assert ((ours - theirs).abs()[differ] == 1).all()
    assert 0 < differ.sum() < 0.001 * x.numel()


def test_torchao_reads_the_same_values_to_4_decimals():
    x = normal(256, 256, seed=6)
    theirs = TorchaoNF4.from_tensor(x, 64, 256)
    scales = theirs.dequantize_scalers(
        theirs.quantized_scalers, theirs.quantization_factor, theirs.scaler_block_size
    ).repeat_interleave(64)
    stored = nf4_tensor(x, 64)
    ours = stored.dequantize().reshape(-1)
    same = unpack_nf4(stored.packed, x.numel()) == unpack_nf4(
        theirs.quantized_data.reshape(-1), x.numel()
    )
    # Same code: the entry differs by 4 decimals, the scale by torchao's int8 for it, both known.
    absmax = stored.absmax.repeat_interleave(64)
    slack = TORCHAO_DECIMALS * absmax + (scales - absmax).abs() + 4 * 2**-24 * absmax
    difference = (theirs.get_original_weight().reshape(-1) - ours).abs()
    assert (difference <= slack)[same].all()


# ---- dequantize, packing --------------------------------------------------------------------


@pytest.mark.parametrize("block_size", BLOCK_SIZES)
@pytest.mark.parametrize("shape", [(4096 * 4,), (96, 100), (7, 11, 13), (4097,), (64,)])
def test_values_read_back_are_those_of_bitsandbytes(block_size, shape):
    x = normal(*shape, seed=7)
    codes, absmax = nf4_quantize(x, block_size)
    back = nf4_dequantize(codes, absmax, block_size)
    assert back.dtype == torch.float32
    assert torch.equal(back, nf4_round_trip(x, block_size))


@given(code_lists.filter(lambda codes: len(codes) > 0 and len(codes) % 2 == 0))
def test_bitsandbytes_reads_our_bytes(codes):
    codes = torch.tensor(codes, dtype=torch.uint8)
    absmax = torch.rand(-(-codes.numel() // 32), generator=torch.Generator().manual_seed(0))
    expected = nf4_read(pack_nf4(codes), absmax, 32)
    assert torch.equal(nf4_dequantize(codes, absmax, 32), expected)


def test_the_first_code_is_in_the_high_nibble():
    assert pack_nf4(nf4_quantize(torch.tensor([1.0, -1.0]), 64)[0]).tolist() == [0xF0]


@given(code_lists)
def test_unpacking_gives_the_codes_back(codes):
    codes = torch.tensor(codes, dtype=torch.uint8)
    packed = pack_nf4(codes)
    assert packed.shape == ((codes.numel() + 1) // 2,)
    assert torch.equal(unpack_nf4(packed, codes.numel()), codes)


@pytest.mark.parametrize("pad", range(16))
def test_the_pad_nibble_is_written_7_and_never_read(pad):
    assert pack_nf4(torch.tensor([3], dtype=torch.uint8)).tolist() == [0x37]
    assert unpack_nf4(torch.tensor([0x30 | pad], dtype=torch.uint8), 1).tolist() == [3]


# ---- storage --------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [64, 1000, 16384, 16384 * 3])
def test_stored_tensors_read_as_in_bitsandbytes(n):
    x = normal(n, seed=8)
    packed, _ = nf4_bytes(x, 64)
    stored = nf4_tensor(x)
    assert torch.equal(stored.packed, packed)
    assert torch.equal(stored.dequantize(), nf4_round_trip(x, 64))


def test_bits_per_weight_count_the_scales():
    x = normal(512, 512, seed=9)
    assert nf4_tensor(x).bits_per_weight == 4.5
    assert nf4_tensor(x, block_size=32).bits_per_weight == 5.0
    # One float32 more for the whole tensor: the mean of the scales.
    expected = 4 + (8 + 32 / 256) / 64 + 32 / x.numel()
    assert nf4_tensor(x, double_quantization=True).bits_per_weight == expected


def test_double_quantization_costs_little_accuracy():
    x = normal(1024, 1024, seed=10)
    errors = [
        (nf4_tensor(x, 64, double).dequantize() - x).square().mean().sqrt().item()
        for double in (False, True)
    ]
    # The figures of an independent measurement: 0.09200 and 0.09202 (research notes, 12.8 million
    # values). For a million values the mean squared error has a spread of 0.2%; 4 times that.
    assert errors[0] == pytest.approx(0.09200, rel=0.004)
    assert errors[0] < errors[1] < 1.001 * errors[0]


def test_stored_tensors_keep_their_shape():
    x = normal(3, 5, 7, seed=11)
    for double in (False, True):
        assert nf4_tensor(x, 16, double).dequantize().shape == x.shape


def test_arguments_stay_unchanged():
    x = normal(5, 13, seed=13)
    codes, absmax = nf4_quantize(x, 32)
    arguments = (x, codes, absmax, pack_nf4(codes))
    before = [tensor.clone() for tensor in arguments]
    nf4_tensor(x, 32, double_quantization=True)
    nf4_dequantize(codes, absmax, 32)
    pack_nf4(codes)
    unpack_nf4(arguments[3], codes.numel())
    assert all(map(torch.equal, arguments, before))


def test_a_stored_tensor_is_frozen():
    stored = nf4_tensor(torch.ones(4))
    with pytest.raises(AttributeError):
        stored.block_size = 32


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nf4_quantize(torch.ones(3), 0), "block_size: expected an integer >= 1, got 0"),
        (lambda: nf4_quantize(torch.tensor([math.nan]), 64), "x: expected finite"),
        (lambda: nf4_quantize(torch.ones(0), 64), "x: expected at least one value"),
        (lambda: nf4_tensor(torch.ones(3, dtype=torch.int8)), "x: expected a floating-point"),
        (
            lambda: nf4_dequantize(torch.tensor([16]), torch.ones(1), 64),
            "codes: expected codes from 0 to 15, got 1 outside",
        ),
        (
            lambda: nf4_dequantize(torch.tensor([1]), torch.ones(2), 64),
            r"absmax: expected shape \(1,\), got \(2,\)",
        ),
        (lambda: pack_nf4(torch.tensor([1])), "codes: expected uint8 codes, got torch.int64"),
        (
            lambda: pack_nf4(torch.tensor([1, 16, 17], dtype=torch.uint8)),
            "codes: expected codes from 0 to 15, got 2 outside",
        ),
        (
            lambda: unpack_nf4(torch.tensor([1], dtype=torch.uint8), 3),
            r"packed: expected shape \(2,\), got \(1,\)",
        ),
        (
            lambda: unpack_nf4(torch.tensor([1], dtype=torch.int8), 2),
            "packed: expected uint8 bytes, got torch.int8",
        ),
        (lambda: unpack_nf4(torch.tensor([], dtype=torch.uint8), -1), "numel: expected an integer"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
