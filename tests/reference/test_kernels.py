"""Products in 4 bits: every step within its derived bound, in Triton's interpreter and as PTX."""

from dataclasses import replace
from typing import Any

import ml_dtypes
import numpy as np
import pytest
import torch

from model_compression.integer_scaling import quantize_groupwise
from model_compression.kernels import ptx
from model_compression.kernels.bounds import product_bound
from model_compression.kernels.layout import (
    Int4Weights,
    dequantized,
    int4_weights,
    pack_words,
    unpack_words,
)
from model_compression.kernels.products import Launch, int4_product
from model_compression.packing import pack_int4
from tests.reference.interpreted_products import Case, in_the_interpreter
from tests.reference.ptx_evaluator import evaluate

HALF, BFLOAT = torch.float16, torch.bfloat16
LAUNCHES = {
    "a row, scaled word by word": Launch(rows=1, warps=1, vector=1),
    "rows that do not divide": Launch(rows=4, warps=1, vector=1),
    "scaled once for 32": Launch(rows=8, warps=1),
    "warps that share a row": Launch(rows=8, warps=2),
}
TOKENS = ("normal", "outliers", "largest", "tiny", "zero")


LONG, SHORT = 1152, 192
"""Weights a row: more than a warp takes at once, and less; no powers of 2."""


def weights(group_size: int, dtype: torch.dtype, n_in: int = LONG, n_out: int = 6) -> Int4Weights:
    drawn = torch.randn(n_out, n_in, generator=torch.Generator().manual_seed(n_in + group_size))
    return int4_weights(drawn / 30, group_size, dtype)


def token(kind: str, dtype: torch.dtype, n_in: int = LONG) -> torch.Tensor:
    x = torch.randn(n_in, generator=torch.Generator().manual_seed(3))
    if kind == "outliers":
        x[::100] *= 1000
    scale = {"largest": 2.0**13, "tiny": 2.0**-16, "zero": 0.0}.get(kind, 1.0)
    return (x * scale).to(dtype)


def cases() -> dict[str, tuple[Case, torch.Tensor, Int4Weights, int]]:
    """Name → what is called, and the token, the weights and the vector that its bound is for."""
    found: dict[str, tuple[Case, torch.Tensor, Int4Weights, int]] = {}

    def add(name: str, launch: Launch, x: torch.Tensor, w: Int4Weights) -> None:
        found[name] = ("int4_product", (x, w, launch)), x, w, launch.vector

    for name, launch in LAUNCHES.items():
        n_in = SHORT if launch.rows == 1 else LONG
        add(name, launch, token("normal", HALF, n_in), weights(64, HALF, n_in))
    add("groups of 128", LAUNCHES["scaled once for 32"], token("normal", HALF), weights(128, HALF))
    for kind in TOKENS[1:]:
        x, w = token(kind, HALF, SHORT), weights(64, HALF, SHORT)
        add(kind, LAUNCHES["scaled once for 32"], x, w)
    for kind in TOKENS:
        x, w = token(kind, BFLOAT, SHORT), weights(64, BFLOAT, SHORT)
        add(f"bfloat16, {kind}", LAUNCHES["scaled once for 32"], x, w)
    x, w = token("normal", HALF), weights(128, HALF)
    apart = replace(w, scales=w.scales.contiguous())
    add("scales along the rows", LAUNCHES["scaled once for 32"], x, apart)
    found["words"] = ("words_product", (x, w)), x, w, 0
    packed = pack_int4(unpack_words(w.words, 128)).reshape(6, -1)
    found["bytes"] = ("simple_product", (x, packed, w.scales.contiguous(), 128)), x, w, 0
    return found


CASES = cases()
PROMPT = torch.stack([token("normal", HALF, SHORT), token("outliers", HALF, SHORT)])
MATRICES = {HALF: weights(64, HALF, SHORT), BFLOAT: weights(128, BFLOAT)}


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, torch.Tensor]:
    """Everything that the interpreter is asked for, in one process."""
    asked: dict[str, Case] = {name: case for name, (case, *_) in CASES.items()}
    for dtype, matrix in MATRICES.items():
        asked[f"dequantize {dtype}"] = "dequantize", (matrix,)
    asked["matmul"] = "int4_matmul", (PROMPT, MATRICES[HALF], 4)
    return in_the_interpreter(asked, tmp_path_factory.mktemp("products"))


@pytest.mark.parametrize("name", CASES)
def test_a_product_is_within_its_bound(name: str, computed: dict[str, torch.Tensor]) -> None:
    _, x, w, vector = CASES[name]
    exact = dequantized(w).double() @ x.double()
    assert computed[name].dtype == x.dtype
    assert ((computed[name].double() - exact).abs() <= product_bound(x, w, vector)).all()


def test_the_bound_tells_a_wrong_product() -> None:
    x, w = token("normal", HALF), weights(128, HALF)
    off_by_one = replace(w, words=w.words ^ torch.tensor([1] + [0] * 143, dtype=torch.int32))
    exact, wrong = (dequantized(each).double() @ x.double() for each in (w, off_by_one))
    assert ((exact - wrong).abs() > 0.1 * product_bound(x, w, 0)).all()
    doubled = dequantized(w).double() @ (x.double() * 1.02)
    assert ((exact - doubled).abs() > product_bound(x, w, 0)).any()


@pytest.mark.parametrize("dtype", MATRICES)
def test_a_matrix_comes_back_rounded_once(
    dtype: torch.dtype, computed: dict[str, torch.Tensor]
) -> None:
    matrix = MATRICES[dtype]
    assert torch.equal(computed[f"dequantize {dtype}"], dequantized(matrix).to(dtype))


def test_a_prompt_is_multiplied_tile_by_tile(computed: dict[str, torch.Tensor]) -> None:
    matrix = dequantized(MATRICES[HALF]).half()
    assert torch.equal(
        computed["matmul"], torch.cat([PROMPT @ matrix[:4].T, PROMPT @ matrix[4:].T], 1)
    )


@pytest.mark.parametrize("group_size", [64, 128])
def test_words_hold_each_code_once_and_come_back(group_size: int) -> None:
    codes = torch.randint(-8, 8, (5, 2 * group_size), generator=torch.Generator().manual_seed(1))
    words = pack_words(codes.to(torch.int8), group_size)
    assert words.shape == (5, group_size // 4)
    assert torch.equal(unpack_words(words, group_size), codes.to(torch.int8))


@pytest.mark.parametrize("group_size", [64, 128])
def test_pairs_stand_where_the_table_says(group_size: int) -> None:
    codes = torch.full((1, 2 * group_size), -8, dtype=torch.int8)  # nibbles 0
    pair = group_size // 8 + 3  # slot 1 of word 3, here in the second group
    codes[0, group_size + 2 * pair : group_size + 2 * pair + 2] = torch.tensor([-6, -3])
    words = pack_words(codes, group_size)
    assert words.count_nonzero() == 1
    assert words[0, group_size // 8 + 3] == 2 << 4 | 5 << 20


def test_codes_are_those_of_the_library_where_its_scales_are_16_bit() -> None:
    drawn = torch.randn(4, 256, generator=torch.Generator().manual_seed(5))
    drawn[:, ::64] = 7 * torch.tensor([2.0, -1.0, 0.5, 4.0])  # scales that float16 has
    drawn = drawn.clamp(-7, 7) * torch.tensor([[1.0], [2.0], [0.5], [4.0]])
    drawn[:, ::64] = 14 * torch.tensor([[1.0], [2.0], [0.5], [4.0]])
    codes, scales = quantize_groupwise(drawn, 4, 64)
    found = int4_weights(drawn, 64)
    assert torch.equal(unpack_words(found.words, 64), codes.reshape(4, 256))
    assert torch.equal(found.scales.float(), scales.reshape(4, 4))


def halves_of(words: list[int], dtype: Any) -> np.ndarray:
    """Two 16-bit floats a word, as float64."""
    return np.array(words, dtype=np.uint32).view(np.uint16).view(dtype).astype(np.float64)


@pytest.mark.parametrize("n_words", [1, 4])
def test_ptx_multiplies_codes_and_halves(n_words: int) -> None:
    draw = np.random.default_rng(n_words)
    for _ in range(20):
        words = [int(word) for word in draw.integers(0, 2**32, n_words)]
        x = draw.normal(size=8 * n_words).astype(np.float16)
        (bits,) = evaluate(ptx.dot_text(n_words), 1, words + [int(w) for w in x.view(np.uint32)])
        found = float(np.uint32(bits).view(np.float32))
        codes = np.array(
            [
                (words[word] >> (4 * slot + 16 * place) & 15) - 8
                for slot in range(4)
                for word in range(n_words)
                for place in range(2)
            ]
        )
        terms = codes * x.astype(np.float64)
        roundings = 2 * n_words + 1  # `bounds`, step 2; one more for float32
        assert abs(found - terms.sum()) <= (roundings + 1) * 2**-11 * abs(terms).sum()


@pytest.mark.parametrize(("bfloat16", "dtype"), [(False, np.float16), (True, ml_dtypes.bfloat16)])
@pytest.mark.parametrize("size", [1.0, 2.0**14, 2.0**-12, 2.0**-24, 0.0, 2.0**100])
def test_ptx_prepares_floats_exactly(bfloat16: bool, dtype: Any, size: float) -> None:
    if size > 2**15 and not bfloat16:
        size = 2.0**15
    x = (np.random.default_rng(2).uniform(-1, 1, 32) * size).astype(dtype)
    *halves, unit = evaluate(ptx.prepare_text(4, bfloat16), 17, list(x.view(np.uint32)))
    power = float(np.uint32(unit).view(np.float32))
    found = halves_of(halves, np.float16)
    assert np.frexp(power)[0] == 0.5  # a power of 2
    assert np.abs(found).max() < 4
    assert np.abs(found - x.astype(np.float64) / power).max() <= 2.0**-25


@pytest.mark.parametrize(("bfloat16", "dtype"), [(False, np.float16), (True, ml_dtypes.bfloat16)])
def test_ptx_dequantizes_with_one_rounding(bfloat16: bool, dtype: Any) -> None:
    draw = np.random.default_rng(4)
    scale = draw.uniform(0.01, 0.1, 1).astype(dtype)
    word, twice = int(draw.integers(0, 2**32)), np.repeat(scale, 2).view(np.uint32)[0]
    found = halves_of(evaluate(ptx.dequantize_text(bfloat16), 4, [word, int(twice)]), dtype)
    shifts = [4 * slot + 16 * place for slot in range(4) for place in range(2)]
    codes = np.array([(word >> shift & 15) - 8 for shift in shifts])
    assert np.array_equal(found, (codes * scale.astype(np.float64)).astype(dtype))


@pytest.mark.parametrize("dtype", [HALF, BFLOAT], ids=str)
def test_the_kernel_assembles_for_a_gpu_that_is_not_there(dtype: torch.dtype) -> None:
    import triton
    from triton.backends.compiler import GPUTarget
    from triton.compiler import ASTSource

    from model_compression.kernels.device.halves import halves_kernel

    kind = {HALF: "fp16", BFLOAT: "bf16"}[dtype]
    constants = {
        **{"N_IN": 1024, "GROUP": 64, "ROW_STEP": 1, "GROUP_STEP": 64, "ROWS": 1, "WORDS": 128},
        **{"VECTOR": 4, "BFLOAT16": dtype == BFLOAT, "PTX": True, "DEPENDENT": True},
    }
    types = {"x": "*i32", "words": "*i32", "scales": f"*{kind}", "y": f"*{kind}", "N_OUT": "i32"}
    signature = types | dict.fromkeys(constants, "constexpr")
    source = ASTSource(halves_kernel, signature, constants)
    compiled = triton.compile(source, GPUTarget("cuda", 90, 32), {"num_warps": 1})
    assert "fma.rn.f16x2" in compiled.asm["ptx"] and "griddepcontrol.wait" in compiled.asm["ptx"]
    assert len(compiled.asm["cubin"]) > 1000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": token("normal", BFLOAT)}, "weights.scales: expected torch.bfloat16"),
        ({"x": token("normal", HALF)[:64]}, r"x: expected float16 or bfloat16 of shape \(1152,\)"),
        ({"launch": Launch(rows=3)}, "launch.rows: expected a power of 2, got 3"),
        ({"launch": Launch(vector=2)}, "launch.vector: expected 1 or 4, got 2"),
        ({}, "x: expected a tensor on a CUDA device, or TRITON_INTERPRET=1, got one on cpu"),
    ],
)
def test_bad_arguments_are_named(
    change: dict[str, Any], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TRITON_INTERPRET", raising=False)
    if "launch" in change:
        monkeypatch.setenv("TRITON_INTERPRET", "1")
    arguments = {"x": token("normal", HALF), "weights": weights(128, HALF), "launch": None} | change
    with pytest.raises(ValueError, match=message):
        int4_product(**arguments)


@pytest.mark.parametrize("shape", [(4, 100), (256,)])
def test_bad_shapes_are_named(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"weight: expected floats of shape \(out, a multiple"):
        int4_weights(torch.ones(shape), 128)
