"""What lecture 10 reads out of both records on MiniLM together is counted right."""

from typing import Any

import pytest

from courseware.chapters.c10_language_models import scale_tables
from courseware.chapters.c10_language_models.weight_formats import FORMATS, SCALES
from courseware.experiments.records import read_record

Record = dict[str, Any]


def runs(low: float) -> dict[str, list[float]]:
    return {"cosine": [low, low + 0.02], "error_db": [-20 * low, -20 * low - 2]}


def record_of(formats: dict[str, float], gptq: dict[str, float]) -> Record:
    found = {
        part: {name: runs(low) for name, low in arms.items()}
        for part, arms in (("formats", formats), ("gptq", gptq))
    }
    of_formats = {n: {"bits": 4.25, "sqnr_db": [20 * low, 22.0]} for n, low in formats.items()}
    return {"found": found, "formats": of_formats}


ARM = "2 bits, {}, {}"
METHODS = record_of(
    dict.fromkeys(FORMATS, 0.9),
    {
        ARM.format(name, way): 0.1
        for name in ("a row", "groups of 64")
        for way in ("nearest", "GPTQ")
    },
)
SEARCHED = record_of(
    dict.fromkeys(SCALES, 0.8) | {"NVFP4, searched": 0.95},
    {
        "2 bits, a row, nearest, scale × 0.5": 0.4,
        "2 bits, a row, nearest, scale × 0.4": 0.3,
        "2 bits, a row, GPTQ, scale × 0.5": 0.2,
        "2 bits, a row, GPTQ, scale × 0.5, damped 10000%": 0.25,
    },
)


def test_each_way_has_the_scale_that_is_best_on_the_other_draws() -> None:
    leads = scale_tables.best_leads(METHODS, SEARCHED, 2)
    gain, settings = leads["a row"]
    assert gain == pytest.approx([-0.15, -0.15])
    assert settings == "GPTQ scale × 0.5, damped 100 ×; nearest scale × 0.5"
    assert leads["groups of 64"] == ([0.0, 0.0], "GPTQ scale × 1.0; nearest scale × 1.0")


def test_a_draw_does_not_choose_its_own_scale() -> None:
    own = {"found": {"gptq": {"2 bits, a row, GPTQ": {"cosine": [0.2, 0.2, 0.2]}}}}
    at_half = {"cosine": [0.1, 0.3, 0.2]}  # better on the second draw only
    others = {"found": {"gptq": {"2 bits, a row, GPTQ, scale × 0.5": at_half}}}
    settings, cosines = scale_tables.at_best(own, others, 2, "a row", "GPTQ")
    assert (settings, cosines) == ("scale × 1.0 or scale × 0.5", [0.1, 0.2, 0.2])


def test_the_closest_format_is_named_for_each_number_of_bits() -> None:
    assert scale_tables.closest(METHODS, SEARCHED) == {"4.25": "NVFP4, searched"}


def test_formats_stand_with_their_searched_ones_behind_them() -> None:
    row, *others = scale_tables.format_rows(METHODS, SEARCHED)
    assert (row["bits"], row["cosine"]) == ("4.25", "0.9100 ± 0.1271")
    assert [one["format"] for one in (row, *others)] == [*FORMATS, *SCALES]


def test_a_format_meets_integers_by_its_rule_or_searched_too() -> None:
    decibels, cosines = scale_tables.over_searched(METHODS, SEARCHED, "NVFP4", too=False)
    assert decibels == pytest.approx([2.0, 0.0]) and cosines == pytest.approx([0.1, 0.1])
    decibels, cosines = scale_tables.over_searched(METHODS, SEARCHED, "NVFP4", too=True)
    assert decibels == pytest.approx([3.0, 0.0]) and cosines == pytest.approx([0.15, 0.15])


def test_formats_and_integers_that_are_compared_have_as_many_bits() -> None:
    record, scales = read_record("minilm_methods"), read_record("minilm_scales")
    for name, other in scale_tables.BOTH_SEARCHED.items():
        bits = record["formats"][name]["bits"]
        assert bits == scales["formats"][other]["bits"]
        assert bits == scales["formats"][f"{name}, searched"]["bits"]


def test_gptq_behind_rounded_blocks_meets_the_same_arm_of_either_record() -> None:
    arms = {"2 bits, a row, GPTQ": runs(0.2), "2 bits, a row, GPTQ, scale × 0.5": runs(0.1)}
    rounded = {"found": {"gptq": arms}}
    leads = scale_tables.leads_of_rounded(METHODS, SEARCHED, rounded, 2)
    assert leads["a row, scale × 1.0"] == pytest.approx([0.1, 0.1])
    assert leads["a row, scale × 0.5"] == pytest.approx([-0.1, -0.1])
    assert scale_tables.leads_of_rounded(METHODS, SEARCHED, rounded, 3) == {}
    first, second = scale_tables.rows_of_rounded(METHODS, SEARCHED, rounded)
    assert (first["setting"], first["gained"]) == ("scale × 1.0", "+0.100 ± 0.000")
    assert (second["bits"], second["one scale for"]) == ("2", "a row")
    assert (second["setting"], second["gained"]) == ("scale × 0.5", "−0.100 ± 0.000")


def test_nf4_meets_zero_points_with_as_many_bits() -> None:
    sqnr = {("uint4", 4.25): [18.0], ("uint4", 5.0): [20.0], ("NF4", 4.25): [19.0]}
    sqnr |= {("NF4", 5.0): [19.5]}
    formats = {f"{n}, {b}": {"bits": b, "sqnr_db": of} for (n, b), of in sqnr.items()}
    assert scale_tables.over_zero_points({"formats": formats}) == {4.25: [1.0], 5.0: [-0.5]}
