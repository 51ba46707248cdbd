"""The recorded products in 4 bits: how they are arranged, and what docs/kernels.md says of them."""

import statistics

import pytest
import torch

from courseware.chapters.c10_language_models.experiments import int4_chains as chains
from courseware.experiments.records import read_record
from model_compression.kernels.layout import dequantized, int4_weights, unpack_words
from model_compression.packing import pack_int4
from tests.tracked import ROOT

RECORD = read_record("int4_products")
PRODUCTS = RECORD["token_products"]


def ms(runs: list[float]) -> float:
    return 1000 * statistics.median(runs)


def spread(runs: list[float]) -> str:
    return f"{1000 * min(runs):.3f} … {1000 * max(runs):.3f}"


def drawn(n_out: int) -> torch.Tensor:
    return torch.randn(n_out, chains.GROUP, generator=torch.Generator().manual_seed(0))


def test_bytes_are_packed_as_in_the_library() -> None:
    weights = int4_weights(drawn(4), chains.GROUP)
    codes, scales = chains.packed(weights)
    assert torch.equal(codes.flatten(), pack_int4(unpack_words(weights.words, chains.GROUP)))
    assert scales.is_contiguous() and torch.equal(scales, weights.scales)


@pytest.mark.parametrize("n_parts", [1, 2, 3])
def test_a_matrix_in_parts_is_the_same_matrix_in_the_same_memory(n_parts: int) -> None:
    weights = int4_weights(drawn(12), chains.GROUP)
    parts = chains.split_form(weights, n_parts)
    assert len(parts) == n_parts
    assert torch.equal(torch.cat([dequantized(part) for part in parts]), dequantized(weights))
    storage = weights.words.untyped_storage().data_ptr()
    assert all(part.words.untyped_storage().data_ptr() == storage for part in parts)
    of_bytes = chains.split_form(chains.packed(weights), n_parts)
    assert torch.equal(torch.cat([codes for codes, _ in of_bytes]), chains.packed(weights)[0])


def test_a_layer_is_four_launches_or_seven() -> None:
    names = [["query, key, value", "out", "gate, up", "down"]]
    four = chains.arranged(names, None)
    seven = chains.arranged(names, lambda name, n_parts: name.split(", ")[:n_parts])
    assert [name for name, _ in four[0]] == names[0]
    assert [n_in for _, n_in in four[0]] == [4096, 4096, 4096, 11008]
    assert [name for name, _ in seven[0]] == ["query", "key", "value", "out", "gate", "up", "down"]
    assert [n_in for _, n_in in seven[0]] == [4096] * 6 + [11008]


def test_a_chain_feeds_each_product_with_the_last_one() -> None:
    layers = [[(2.0, 2), (3.0, 1)], [(5.0, 1)]]
    chain = chains.Chain(lambda x, factor: factor * x, layers, torch.ones(2))
    assert chain().tolist() == [30.0]


def test_every_step_gained_and_stayed_within_its_bound() -> None:
    for launches in ("four", "seven"):
        steps = [ms(PRODUCTS["seconds"][f"{name}, {launches}"]) for name in chains.STEPS]
        assert steps == sorted(steps, reverse=True)
    assert all(0 < error["share_of_bound"] < 1 for error in PRODUCTS["errors"].values())
    assert PRODUCTS["dependent_equals_waiting"]


def expected_rows() -> list[str]:
    """The tables of docs/kernels.md, from the record."""
    seconds, limit = PRODUCTS["seconds"], ms(PRODUCTS["limit_s"])
    rows, before = [], None
    for name in chains.STEPS:
        four, seven = seconds[f"{name}, four"], seconds[f"{name}, seven"]
        gain = "" if before is None else f"{before / ms(four):.2f} ×"
        before = ms(four)
        error = PRODUCTS["errors"][name]["relative"]
        rows.append(
            f"| {name} | {ms(four):.2f} | {spread(four)} | {gain} | {limit / ms(four):.0%} "
            f"| {ms(seven):.2f} | {error:.1e} |"
        )
    for name in ("bfloat16", "torch int4", "torch bfloat16", "bitsandbytes NF4", "reading"):
        four, seven = seconds[f"{name}, four"], seconds.get(f"{name}, seven")
        last = f"{ms(seven):.2f}" if seven else ""
        rows.append(
            f"| {name} | {ms(four):.2f} | {spread(four)} | | {limit / ms(four):.0%} | {last} | |"
        )
    for part, table in (
        ("products", RECORD["prompt_products"]["seconds"]),
        ("decoder", {}),
    ):
        for n_tokens in (512, 2048):
            if part == "products":
                plain, ours = (table[f"{kind}, {n_tokens} tokens"] for kind in ("bfloat16", "int4"))
            else:
                plain, ours = (
                    RECORD["decoder"][kind]["seconds"][f"{n_tokens} tokens"]
                    for kind in ("bfloat16", "int4")
                )
            rows.append(
                f"| {part}, {n_tokens} tokens | {ms(plain):.1f} | {ms(ours):.1f} "
                f"| {ms(ours) / ms(plain):.2f} × |"
            )
    plain, ours = (RECORD["decoder"][kind]["seconds"]["token"] for kind in ("bfloat16", "int4"))
    rows.append(
        f"| decoder, a token | {ms(plain):.1f} | {ms(ours):.1f} | {ms(ours) / ms(plain):.2f} × |"
    )
    return rows


def test_the_page_on_kernels_says_what_was_recorded() -> None:
    page = (ROOT / "docs" / "kernels.md").read_text(encoding="utf-8")
    missing = [row for row in expected_rows() if row not in page]
    assert not missing, "\n".join(missing)
    page = " ".join(page.split())
    fast = ms(PRODUCTS["seconds"][f"{chains.LAST}, four"])
    limit, torch_int4 = ms(PRODUCTS["limit_s"]), ms(PRODUCTS["seconds"]["torch int4, four"])
    assert f"{fast:.2f} ms, {fast / limit:.2f} times the limit of {limit:.2f} ms" in page
    assert f"{torch_int4 / fast:.2f} times as fast as torch's" in page
    assert f"({RECORD['n_weights'] / 1e9:.1f} billion weights, groups of {RECORD['group']}" in page
    assert f"{PRODUCTS['bytes'] / 1e9:.2f} GB at the rate" in page
    torch_prefill = [
        f"{ms(RECORD['decoder']['torch int4']['seconds'][f'{n} tokens']):.0f}" for n in (512, 2048)
    ]
    assert f"{' and '.join(torch_prefill)} ms" in page


def test_goals_are_met_where_the_page_says_so() -> None:
    """At most 1.13 ms and 1.7 times ahead of torch; a prefill within 1.3 times bfloat16."""
    seconds, decoder = PRODUCTS["seconds"], RECORD["decoder"]
    fast = seconds[f"{chains.LAST}, four"]
    assert max(fast) <= 1.13e-3
    assert min(seconds["torch int4, four"]) >= 1.7 * max(fast)
    for what in ("token", "512 tokens", "2048 tokens"):
        ours, plain = (ms(decoder[kind]["seconds"][what]) for kind in ("int4", "bfloat16"))
        assert ours <= 1.3 * plain
    products = RECORD["prompt_products"]["seconds"]
    slower = [
        ms(products[f"int4, {n} tokens"]) > 1.3 * ms(products[f"bfloat16, {n} tokens"])
        for n in (512, 2048)
    ]
    assert slower == [True, False]  # "the products alone do not at 512 tokens"
