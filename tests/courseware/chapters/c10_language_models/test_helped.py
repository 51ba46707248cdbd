"""Pairs of ways to round inputs, by what is done to outliers."""

from courseware.chapters.c10_language_models import tables
from courseware.chapters.c10_language_models.helped import helped, pair_rows
from courseware.experiments.records import read_record


def test_every_pair_is_told_once_with_what_is_not_equal() -> None:
    records = read_record("minilm_methods"), read_record("minilm_rounded_inputs")
    record = tables.with_arms_of(*records, "inputs")
    found, leads = helped(record), tables.input_leads(record)
    rows = pair_rows(found)
    assert {(row["bits"], row["way"], row["against"]) for row in rows} == {*leads}
    assert len(rows) == len(leads) and len({(one.bits, one.does) for one in found}) == len(found)
    for one in found:
        told = " ".join(pair for (pair,) in one.settings)
        assert one.basis.seeds == min(map(len, one.leads.values()))
        assert ("stay in float" in one.basis.unequal) == ("outliers in float" in told)
        assert ("64 other texts" in one.basis.unequal) == ("smoothed" in told)
