"""A slice of `make fuzz`, the same in every run, and proof that it finds what it looks for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import strategies as st

from courseware.grading import intake, reading
from courseware.grading.split import encoding
from tests.fuzz import __main__ as command
from tests.fuzz import shown, trees
from tests.fuzz.answers import check_node
from tests.fuzz.classes import class_target
from tests.fuzz.ground import Ground, make_ground
from tests.fuzz.notebooks import check_file, files
from tests.fuzz.target import GRADED, REFUSED, Tally, Target, try_batch
from tests.fuzz.targets import all_targets
from tests.fuzz.trees import Entry

SIZES = {"exercises with a hostile worker": 4, "notebooks: text": 5, "classes": 2}
"""Inputs of targets that take long; of others twenty."""


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Ground:
    return make_ground(tmp_path_factory.mktemp("fuzz"))


def try_slice(target: Target) -> None:
    size, tally = SIZES.get(target.name, 20), Tally()
    try_batch(target, None, size, tally)
    assert tally.inputs >= size


def test_every_input_is_graded_or_refused_by_name(ground: Ground) -> None:
    for target in all_targets(ground):
        if target.name != "classes":
            try_slice(target)


@pytest.mark.slow
def test_every_hand_in_of_a_class_is_graded_or_refused_by_name(ground: Ground) -> None:
    try_slice(class_target(ground, files(ground)))


def folder(name: bytes, entry: Entry) -> dict[bytes, Entry]:
    """A hand-in of one entry."""
    inside = Entry("folder", inside={name: entry})
    return {b"eve": Entry("folder", inside={b"01_toy": inside})}


def test_an_exception_is_a_finding(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_mapping", lambda value: value)
    with pytest.raises(AttributeError):
        check_file(ground, b'{"cells": [{"metadata": 1}]}')


def test_a_leak_is_a_finding(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    link = folder(trees.NOTEBOOK.encode(), Entry("link", target="CANARY"))
    assert sorted(trees.check_tree(ground, (link, "unknown"))) == [GRADED, GRADED, REFUSED]

    def follow(path: tuple[str, ...], inside: int, *_: object) -> tuple[bytes, float]:
        return Path(f"/proc/self/fd/{inside}", *path).read_bytes(), 0.0

    monkeypatch.setattr(intake, "read_file", follow)
    with pytest.raises(AssertionError):
        trees.check_tree(ground, (link, "unknown"))


def test_what_a_classmate_loses_is_a_finding(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = folder(b"x", Entry("hard link", target="CLASSMATE"))
    assert sorted(trees.check_tree(ground, (link, "unknown"))) == [GRADED, GRADED, REFUSED]
    monkeypatch.setattr(intake._Class, "is_own", lambda *_: False)
    with pytest.raises(AssertionError):
        trees.check_tree(ground, (link, "unknown"))


def test_html_that_acts_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "safe_markdown", lambda source: f"<p>{source}</p>")
    for text in ("<script>", "<a href='files/x'>", "<b onclick='x'>", "<b style='color: red'>"):
        with pytest.raises(AssertionError):
            shown.check_html(text)


def test_what_is_decoded_without_a_check_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_node(({"t": ["float32", [-1]]}, b"")) == [REFUSED]
    monkeypatch.setattr(encoding, "_elements", lambda shape: 4)
    with pytest.raises(RuntimeError):
        check_node(({"t": ["float32", [3]]}, bytes(16)))


def test_findings_are_counted_and_shown_with_their_seed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def check(number: int) -> list[str]:
        assert number < 5, "too large"
        return [GRADED if number else REFUSED]

    tally = Tally()
    command.try_round(Target("numbers", st.integers(0, 10), check), 7, tally)
    said = capsys.readouterr().out
    assert '--seed 7 --only "numbers"' in said and "AssertionError: too large" in said
    assert "drawn=5" in said and said.rstrip().split(" · ")[-2] == "failures 1"
