"""Places on a leaderboard: who is ahead, who is equal, who takes part, and under which name."""

from __future__ import annotations

import re
from types import ModuleType, SimpleNamespace
from typing import Any, cast

import pytest

from courseware.checks import show_facts
from courseware.grading import league_command
from courseware.grading.cli import main
from courseware.grading.league import Entry, Figures, pseudonyms, standings
from courseware.grading.league_class import literal_bytes
from courseware.registry import EXERCISES, Chapter
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import Course


def entry(name: str, *lost: float, n_bytes: int = 1000, reference: bool = False) -> Entry:
    return Entry(name, {9: [Figures(n_bytes, 300, one) for one in lost]}, 0, reference)


def places(*entries: Entry, equal: float = 0.3) -> list[tuple[str, str]]:
    found = standings(entries, (9,), equal)
    assert found == standings(reversed(entries), (9,), equal)
    return [(one.place, one.entry.name) for one in found]


def test_the_smaller_loss_is_ahead_and_among_equals_the_smaller_file():
    assert places(
        entry("worse", 3.0, 3.2),
        entry("large", 1.0, 1.2, n_bytes=1900),
        entry("small", 1.2, 1.6, n_bytes=1800),
    ) == [("1", "small"), ("2", "large"), ("3", "worse")]


def test_a_tie_is_said_and_the_next_place_is_counted_on():
    assert places(entry("b", 1.0), entry("a", 1.1), entry("c", 1.3), entry("d", 9.0)) == [
        ("1 =", "a"),
        ("1 =", "b"),
        ("1 =", "c"),
        ("4", "d"),
    ]


def test_a_row_of_small_steps_is_not_one_group():
    steps = [entry(f"{n}", 0.2 * n, n_bytes=1000 - n) for n in range(4)]
    assert places(*steps) == [("1", "1"), ("2", "0"), ("3", "3"), ("4", "2")]


def test_who_has_no_file_in_some_draw_comes_last_and_has_no_place():
    lacking = Entry("a", {9: [Figures(100, 50, 0.0), None]})
    assert places(lacking, entry("b", 5.0, 5.0)) == [("1", "b"), ("–", "a")]


def test_places_over_budgets_are_by_the_mean_of_each_draw():
    both = Entry("a", {9: [Figures(8, 1, 1.0)], 5: [Figures(4, 1, 2.0)]})
    [place] = standings([both], (9, 5), 0.3)
    assert (place.lost, place.n_bytes) == ((1.5,), 6.0)


def test_pseudonyms_are_distinct_and_do_not_change_when_somebody_joins():
    class_of = [f"student{n}" for n in range(40)]
    found = pseudonyms(class_of, "secret")
    assert len({*found.values()}) == 40
    assert found.items() <= pseudonyms([*class_of, "eve"], "secret").items()
    assert found != pseudonyms(class_of, "another")
    assert not any("student" in name for name in found.values())


def test_numbers_and_texts_count_as_they_are_written():
    assert literal_bytes(["def f():\n    'words'\n    return b'abc'"]) == len("b'abc'")
    assert literal_bytes(["w = [1.5, -20]"]) == len("1.5") + len("20")
    assert literal_bytes(["def"]) is None


# ---- a class -------------------------------------------------------------------------------------


def measure(function: Any, seed: str) -> None:
    """A toy's measure: the square of 3 should be 9; the seed decides nothing but a digit."""
    lost = abs(function(3) - 9.0)
    n_bytes = 5 + int(seed[0], 16)
    figures = [{"budget": budget, "bytes": n_bytes, "code": 1, "lost": lost} for budget in (30, 20)]
    show_facts("measured", {"league": figures})


LEAGUE = SimpleNamespace(
    TASK="square",
    DRAWS=2,
    BUDGETS=(30, 20),
    RANKED=(20,),
    CELLS=("square",),
    EQUAL=0.3,
    STRATEGIES={
        "the course's solution": {},
        "twice": {"square": "def square(x):\n    return 2 * x"},
    },
    measure=measure,
)


class ToyChapter(Chapter):
    """A chapter whose room has a leaderboard and no tasks."""

    def part(self, name: str) -> ModuleType:
        """A module of its room."""
        return cast(ModuleType, LEAGUE if name == "league" else NO_TASKS)


NO_TASKS = SimpleNamespace(TASKS=(), QUIZ=())


@pytest.fixture
def graded(course: Course, monkeypatch: pytest.MonkeyPatch) -> Course:
    """Three hand-ins, graded: one is right, one is right in another way, one is wrong."""
    good = toy.solved(course.root)
    answers = {"ada": "def square(x):\n    return x ** 2", "eve": "def square(x):\n    return 4"}
    toy.hand_in(course.root, "bob", good)
    for student, source in answers.items():
        toy.hand_in(course.root, student, toy.with_cell(good, "square", source))
    command = ("courseware.grading.cli", "grade", toy.EXERCISE, "--no-pages", "--workers", "1")
    done = course.run(*command)
    assert done.returncode == 0, done.stderr
    monkeypatch.setitem(EXERCISES, toy.EXERCISE, ToyChapter(toy.EXERCISE, "Toy"))
    return course


def test_a_board_of_those_with_all_points(graded: Course, capsys, monkeypatch):
    command = ["leaderboard", toy.EXERCISE, "--course-dir", str(graded.root), "--workers", "1"]
    assert main(command) == 0
    shown = capsys.readouterr().out
    page = (graded.root / "build" / f"leaderboard_{toy.EXERCISE}.html").read_text()
    overall = shown.split("\nover all\n")[1].split("\n\n")[0]
    assert re.findall(r"^(\S+(?: =)?)  ", overall, re.M)[1:] == ["1 =", "1 =", "1 =", "4"]
    assert "(the course's solution)" in overall and "(twice)" in overall.splitlines()[-1]
    assert "eve" not in shown  # has not all points
    told = shown.split("for you alone:\n")[1].splitlines()[:2]
    who = dict(line.strip().split(": ")[::-1] for line in told)
    assert {*who} == {"ada", "bob"}
    assert all(name in overall and name in page for name in who.values())
    assert not any(student in page for student in ("ada", "bob"))
    assert "<script" not in page and "default-src 'none'" in page

    # The same once more: nothing is run, and nothing is different.
    monkeypatch.setattr(league_command, "LocalCrew", None)
    assert main(command) == 0
    assert capsys.readouterr().out == shown
    assert main([*command, "--names", "ids"]) == 0
    assert re.search(r"^1 =\s+ada ", capsys.readouterr().out, re.M)


def test_an_exercise_without_files_has_no_board(course: Course, capsys):
    assert main(["leaderboard", toy.EXERCISE, "--course-dir", str(course.root)]) == 2
    assert f"{toy.EXERCISE} has no leaderboard; there is one of 11_deep" in capsys.readouterr().err


def test_the_capstone_has_one():
    league = EXERCISES["11_deep_compression"].part("league")
    assert league.TASK == "compress" and league.DRAWS == 5
    assert league.RANKED == (3_000, 2_000) and league.BUDGETS == (6_000, 3_000, 2_000)
    assert league.CELLS == ("compress", "on_grid", "train_codes", "written")
