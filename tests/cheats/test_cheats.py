"""The corpus, graded by ours: no attack scores or does harm, every mangled notebook has its end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cheats import __main__ as command
from tests.cheats import ours
from tests.cheats.attack import EXERCISES, HandIn, attack, notebook_of
from tests.cheats.corpus import ATTACKS, CLASSES, MANGLED, MANGLED_CLASSES
from tests.cheats.course import HONEST, Points, points_of
from tests.cheats.mangled import Mangled, good
from tests.cheats.table import Results, attack_row, closing_line, summary
from tests.sample_class.handing_in import cell_of

SOLVES = attack(
    "solves-in-secret",
    "Solves a task and does not say so: what it earns must show.",
    {"unsigned_value": "def unsigned_value(bits):\n    return int(bits, 2)"},
)
"""No attack, but like one that scores."""

# A whole class of attacks, some of which end only when their time is used up.
slow = pytest.mark.slow
pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Results]:
    """Everything, graded once."""
    results = Results([*ATTACKS, SOLVES], [*MANGLED])
    command.grade_with_ours(tmp_path_factory.mktemp("cheats"), results, quick=True)
    yield results


@slow
@pytest.mark.parametrize("name", [attack.name for attack in ATTACKS])
def test_an_attack_scores_nothing_and_costs_nothing(results: Results, name: str) -> None:
    assert results.ours[name] == Points(undeserved=0.0, lost=0.0)


@slow
def test_an_attack_that_scores_would_be_seen(results: Results) -> None:
    assert results.ours[SOLVES.name] == Points(undeserved=8.0)
    assert not results.good


@slow
@pytest.mark.parametrize("name", [one.name for one in MANGLED])
def test_a_mangled_notebook_has_its_end(results: Results, name: str) -> None:
    assert results.differences[name] == ""


@slow
def test_every_class_is_graded_to_its_end_and_nothing_is_changed(results: Results) -> None:
    assert len(results.classes) == len(EXERCISES) + 1
    assert [graded.output for graded in results.aborted] == []
    assert results.complaints == []


@slow
def test_no_page_tells_a_secret(results: Results) -> None:
    for graded in results.classes:
        secret = (graded.course / "class_secret.txt").read_text(encoding="utf-8").strip()
        pages = [*graded.course.glob("feedback/*/*/*.html")]
        assert pages
        for page in pages:
            text = page.read_text(encoding="utf-8")
            told = [word for word in (secret, "class_seed()", "FOUND /") if word in text]
            assert told == [], page.parent.parent.name


def test_the_corpus_is_large_enough_and_every_name_is_one_of_a_kind() -> None:
    assert len(ATTACKS) >= 60 and len(MANGLED) >= 25
    names = Counter(
        [*CLASSES, *MANGLED_CLASSES, *(a.name for a in ATTACKS), *(m.name for m in MANGLED)]
    )
    assert [name for name, count in names.items() if count > 1] == []
    assert all(one.tries.endswith(".") for one in ATTACKS)


@pytest.mark.parametrize("one", ATTACKS, ids=lambda one: one.name)
def test_a_hand_in_holds_its_attack_and_its_honest_part(one) -> None:
    for hand_in in one.hand_ins:
        plain = HandIn(honest=hand_in.honest)
        changed = notebook_of(one.exercise, hand_in) != notebook_of(one.exercise, plain)
        assert changed or hand_in.files or hand_in.place or one.hand_ins[1:]
        for name in hand_in.honest:
            source = "".join(cell_of(notebook_of(one.exercise, plain), name)["source"])
            assert "NotImplementedError" not in source


@pytest.mark.parametrize("one", MANGLED, ids=lambda one: one.name)
def test_a_mangled_notebook_can_be_handed_in(one: Mangled, tmp_path: Path) -> None:
    folder = tmp_path / "submitted" / one.folder / EXERCISES[0]
    folder.mkdir(parents=True)
    one.build(folder)
    left = any(path.name != EXERCISES[0] for path in tmp_path.rglob("submitted/**"))
    assert left or one.name == "nothing"
    assert cell_of(good(), "negate")  # the original is left as it was


def test_points_are_those_that_nothing_was_done_for() -> None:
    one = attack("a", "Tries.", honest=("negate",))
    graded = {"a": {"test_negate": (12.0, 12.0), "test_to_bits": (3.0, 14.0)}}
    assert points_of(one, graded) == Points(undeserved=3.0)
    graded = {"a": {"test_negate": (62.0, 12.0), "test_to_bits": (0.0, 14.0)}}
    assert points_of(one, graded) == Points(undeserved=50.0)
    graded = {"a": {"test_negate": (11.0, 12.0), "test_to_bits": (0.0, 14.0)}}
    assert points_of(one, graded) == Points(undeserved=0.0, lost=1.0)
    assert points_of(one, {}) == Points(undeserved=0.0, lost=1.0)


def test_the_closing_line_counts_what_scored() -> None:
    attacks = [attack(name, "Tries.") for name in ("a", "b", "c")]
    results = Results(attacks, [])
    results.ours = {"a": Points(0.0), "b": Points(0.0), "c": Points(0.0)}
    results.stock = {"a": Points(3.0), "b": Points(0.0, 2.0)}
    results.differences = {"x": "", "y": "gone"}
    assert closing_line(results) == (
        "attacks that scored 0/3 (stock nbgrader 1/2) · "
        "mangled notebooks graded 1/2 · batches aborted 0"
    )
    told = summary(results).splitlines()
    assert told[-2] == "attacks held at no point: ours 3/3, stock nbgrader 1/2"
    assert "y: gone" in told and "Stock nbgrader did not come to 1 attacks." in told
    assert attack_row("k", attacks[1], results).endswith("0       0  stock: 2 honest tasks lost")
    assert not results.good
    results.differences = {"x": ""}
    assert results.good
    results.ours["b"] = Points(0.0, lost=1.0)
    assert not results.good


@pytest.mark.parametrize("problem", ["row", "file", "classmate"])
def test_a_class_that_was_not_graded_as_it_should_is_told(
    problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An attack that was not graded at all would count as one that scores nothing."""
    row = {"problem": "no sandbox" if problem == "row" else "", "odd": ""}

    def graded(folder: Path, exercise: str, quiet: bool, program: str) -> ours.Graded:
        changed = ("lib/x.py was changed",) if problem == "file" else ()
        return ours.Graded(folder, False, changed, {"a": row}, "")

    tests = {"test_negate": (0.0 if problem == "classmate" else 12.0, 12.0)}
    full = {f"test_{name}": (1.0, 1.0) for name in ours.classmate(EXERCISES[0]).hand_ins[0].honest}
    monkeypatch.setattr(ours, "grade", graded)
    monkeypatch.setattr(ours, "scores", lambda *a: {HONEST: full | tests})
    told, _ = ours.grade_attacks(tmp_path / "course", EXERCISES[0], [attack("a", "Tries.")])
    assert (
        told.complaints
        == {
            "row": ("a was not graded: no sandbox",),
            "file": ("lib/x.py was changed",),
            "classmate": ("honest solved everything and did not get all points",),
        }[problem]
    )


def test_names_choose_and_unknown_ones_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    attacks, mangled = command.chosen(["bombs", "own-check", "empty"])
    names = [one.name for one in CLASSES["bombs"]]
    assert sorted(one.name for one in attacks) == sorted([*names, "own-check"])
    assert [one.name for one in mangled] == ["empty"]
    with pytest.raises(SystemExit) as ended:
        command.chosen(["own-chek"])
    assert ended.value.code == 2
    assert capsys.readouterr().err == "make cheats: no attack, class or notebook own-chek\n"
