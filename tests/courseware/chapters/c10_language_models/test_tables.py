"""What lecture 10 reads out of its records is counted right."""

import pytest
import torch

from courseware.chapters.c10_language_models import tables
from courseware.chapters.c10_language_models.experiments.minilm_methods import BITS, FORMATS
from courseware.experiments.records import read_record


def runs(low: float) -> dict[str, list[float]]:
    return {"cosine": [low, low + 0.02], "error_db": [-20 * low, -20 * low - 2]}


def record_of(cosines: dict[str, dict[str, float]]) -> dict:
    return {
        "found": {
            part: {arm: runs(low) for arm, low in arms.items()} for part, arms in cosines.items()
        }
    }


GPTQ = {
    f"{bits} bits, {group}, {way}": 0.5 + 0.1 * (way == "GPTQ") + 0.01 * bits
    for bits in BITS
    for group in tables.GROUPINGS
    for way in ("nearest", "GPTQ")
}
RECORD = record_of({"gptq": GPTQ, "texts": {"8": 0.53, "256": 0.73}})


def test_leads_are_differences_of_the_same_draws() -> None:
    leads = tables.gptq_leads(RECORD, 3)
    assert set(leads) == {"a row", "groups of 64"}
    assert leads["a row"] == pytest.approx([0.1, 0.1])
    by_size = {size: gain[0] for size, gain in tables.size_leads(RECORD).items()}
    assert by_size == pytest.approx({8: 0.0, 64: 0.1, 256: 0.2})
    assert list(by_size) == [8, 64, 256]


def test_rows_of_gptq_have_errors_and_cosines() -> None:
    rows = tables.gptq_rows(RECORD)
    assert [(row["bits"], row["one scale for"]) for row in rows[:2]] == [
        (4, "a row"),
        (4, "groups of 64"),
    ]
    assert rows[0]["cosine, GPTQ"] == "0.650 ± 0.127"
    assert rows[0]["error, dB, nearest"] == "−11.8 ± 12.7"
    assert rows[0]["GPTQ ahead, cosine"] == "+0.100 ± 0.000"
    panels = tables.gptq_panels(RECORD)
    assert panels["2 bits"]["a row"]["nearest"] == pytest.approx([0.52, 0.54])


def test_arms_of_fewer_draws_meet_the_first_ones_of_others() -> None:
    record = {"found": {"inputs": {"a": {"cosine": [0.5, 0.75, 1.0]}}, "texts": {}}}
    more = {"found": {"inputs": {"b": {"cosine": [0.25, 0.25]}}}}
    joined = tables.with_arms_of(record, more, "inputs")
    assert tables.lead(joined, "inputs", "a", "b") == [0.25, 0.5]
    assert tables.lead(joined, "inputs", "b", "a") == [-0.25, -0.5]
    assert [*record["found"]["inputs"]] == ["a"] and "texts" in joined["found"]


def test_inputs_and_smoothing() -> None:
    arms = {f"{bits} bits, {way}": 0.9 for bits in (8, 4) for way in tables.WAYS}
    arms |= {"8 bits, smoothed, α 0.5": 0.8, "4 bits, smoothed, α 0.5": 0.7}
    record = record_of({"inputs": arms})
    assert [row["inputs"] for row in tables.input_rows(record)] == list(tables.WAYS)
    (row,) = tables.smooth_rows(record)
    assert row["8 bits, one scale a batch"] == "smoothed, α 0.5"
    assert row["ahead of not smoothing"] == "−0.1000 ± 0.0000"


def test_pruning_is_compared_at_one_sparsity() -> None:
    arms = {"half of each row, magnitude": 0.7, "half of each row, Wanda": 0.8}
    arms |= {"2:4, magnitude": 0.5, "2:4, Wanda": 0.75}
    rows = tables.pruning_rows(record_of({"pruning": arms}))
    assert [row["Wanda ahead"] for row in rows] == ["+0.100 ± 0.000", "+0.250 ± 0.000"]


def test_two_of_four_stores_two_places() -> None:
    rows = tables.n_m_rows()
    assert [row["2:4, with the places"] for row in rows] == [36, 20, 12]
    assert [row["share"] for row in rows] == ["56%", "62%", "75%"]


def test_far_values_are_gathered_by_channel_and_token() -> None:
    x = torch.zeros(400, 2)
    x[0, 1], x[1, 1], x[3, 0] = 30.0, 28.0, -29.0
    rows = tables.far_values(x, ["[CLS]", "[CLS]", "a", "b", *["c"] * 396])
    assert [(row["channel"], row["token"], row["how often"]) for row in rows] == [
        (1, "[CLS]", 2),
        (0, "b", 1),
    ]
    assert rows[0]["values"] == "28 … 30"


def test_the_records_of_the_kernel_and_the_decoder_have_what_is_shown() -> None:
    products = read_record("int4_products")
    times = tables.product_times(products, [*tables.STEPS, *tables.BESIDE])
    order = list(products["token_products"]["seconds"])
    assert [f"{name}, four" for name in tables.STEPS] == order[: 2 * len(tables.STEPS) : 2]
    assert next(iter(times.values())) > times[tables.STEPS[-1]] > 0
    rows = tables.decoder_rows(read_record("decoder_7b"))
    assert [row["weights"] for row in rows][-1] == "float32, offloaded"
    assert rows[-1]["reading the weights, ms"] == "–"


def test_a_kernel_is_so_many_times_as_fast_run_by_run() -> None:
    seconds = {"ours, four": [1.0, 2.0], "theirs, four": [3.0, 5.0], "ours, seven": [9.0, 9.0]}
    record = {"token_products": {"seconds": seconds}}
    assert tables.times_as_fast(record, "ours", "theirs") == [3.0, 2.5]


def test_formats_are_compared_matrix_by_matrix() -> None:
    record = {"formats": {name: {"sqnr_db": [20.0, 21.0]} for name in FORMATS}}
    record["formats"]["MXFP4"]["sqnr_db"] = [19.0, 20.5]
    assert tables.sqnr_lead(record, "NVFP4", "MXFP4") == [1.0, 0.5]


def test_ways_of_rounding_inputs_are_compared_with_as_many_scales() -> None:
    records = read_record("minilm_methods"), read_record("minilm_rounded_inputs")
    leads = tables.input_leads(tables.with_arms_of(*records, "inputs"))
    assert {*leads} == {*tables.COMPARED}
    for _, *ways in leads:
        per_token = {way.endswith("a scale a token") or way == "outliers in float" for way in ways}
        assert len(per_token) == 1
    least, most = tables.errors_lowered(read_record("minilm_methods"))
    assert 0 < least < most


def test_times_stand_as_shares_beside_their_bytes() -> None:
    shares = {8: {"float32": [1.0], "int4": [0.2]}, 4: {"float32": [1.0], "int4": [2.0]}}
    rows = tables.own_rows(shares, {"float32": 256, "int4": 40})
    assert rows[1] == {"weights": "int4", "bytes at 8": "40 B", "8 × 8": "0.20", "4 × 4": "2.00"}
