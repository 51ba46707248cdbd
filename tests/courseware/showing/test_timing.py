"""Runs are timed in turns."""

from __future__ import annotations

import time

from courseware.showing.timing import alternating_times


def test_runs_are_timed_in_turns() -> None:
    calls = []

    def slow() -> None:
        calls.append("slow")
        time.sleep(0.003)

    times = alternating_times(
        {"slow": slow, "none": lambda: calls.append("none")}, rounds=4, calls=3
    )
    assert {name: len(values) for name, values in times.items()} == {"slow": 4, "none": 4}
    assert min(times["slow"]) >= 0.003  # sleep never returns early
    assert max(times["none"]) > 0
    assert calls.count("slow") == calls.count("none") == 1 + 4 * 3
    turns = [tuple(calls[i : i + 2]) for i in range(2, len(calls), 2)]
    assert set(turns) == {("slow", "none"), ("none", "slow")}
