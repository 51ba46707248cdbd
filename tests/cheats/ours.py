"""Grading the corpus with the course's own configuration, by its own command."""

from __future__ import annotations

import csv
import os
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from courseware.grading import truth
from courseware.grading.course import open_course, open_exercise
from courseware.grading.folder_names import shown
from courseware.grading.plain_lines import in_a_cell
from tests import warm
from tests.cheats.attack import EXERCISES, NUMBERS, Attack
from tests.cheats.course import (
    HONEST,
    Points,
    classmate,
    digests,
    environment,
    hand_in,
    make_course,
    number_of_rounds,
    points_by_clicks,
    points_of,
    scores,
)
from tests.cheats.mangled import Mangled
from tests.sample_class.handing_in import ROOT

ONE_AFTER_THE_OTHER = ("--workers", "1")
"""What one hand-in leaves behind, the next one would find."""

COURSE, QUICK = "courseware.grading.cli", "tests.cheats.quick"
"""What grades a class: the command, with its limits of time or with shorter ones."""

SECONDS = 1800
"""A class that is not graded after so long has hung."""


@dataclass(frozen=True)
class Graded:
    """A class after grading: whether it came to its end, and what is not as it was or should be."""

    course: Path
    aborted: bool
    complaints: tuple[str, ...]
    rows: dict[str, dict[str, str]]
    output: str

    def followed_by(self, again: Graded) -> Graded:
        """The same class after some have handed in again."""
        return Graded(
            self.course,
            self.aborted or again.aborted,
            self.complaints + again.complaints,
            again.rows,
            self.output + again.output,
        )


def grade(
    folder: Path, exercise: str, quiet: bool, program: str = COURSE, only: Sequence[str] = ()
) -> Graded:
    """Run `course grade` on a course folder, or on some students, as an instructor would."""
    home = folder.with_name(f"{folder.name}-home")
    before = watched(folder, home)
    chosen = ("--students", *only) if only else ()
    try:
        done = warm.run(
            *(program, "grade", exercise, "--course-dir", str(folder)),
            *(*ONE_AFTER_THE_OTHER, *chosen),
            cwd=ROOT,
            env=environment(home),
            timeout=SECONDS,
            keep_errors=quiet,
        )
        code, output = done.returncode, done.stdout + done.stderr
    except subprocess.TimeoutExpired:
        code, output = None, f"not done after {SECONDS} s"
    rows = read_rows(folder / "build" / f"grades_{exercise}.csv")
    aborted = code not in (0, 1) or rows.keys() != students(folder, exercise)
    after = watched(folder, home)
    changed = sorted(path for path in before.keys() | after if before.get(path) != after.get(path))
    complaints = [f"{path} was changed" for path in changed]
    complaints += [f"{path} is where only graded work belongs" for path in stowaways(folder)]
    complaints += lies(output, rows)
    return Graded(folder, aborted, tuple(complaints), rows, output)


def lies(output: str, rows: Mapping[str, Mapping[str, str]]) -> list[str]:
    """What in the terminal and in the table is not what it seems: nothing was odd about HONEST."""
    found = [f"the terminal got {line!r}" for line in output.split("\n") if not line.isprintable()]
    forged = [line for line in output.splitlines() if line.startswith(f"  {HONEST}: ")]
    found += [f"a line is forged: {line}" for line in forged]
    cells = [cell for row in rows.values() for cell in row.values()]
    formulas = [cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@"))]
    return found + [f"a cell of the table is a formula: {cell}" for cell in formulas]


def students(folder: Path, exercise: str) -> set[str]:
    """Whoever has to be in the table, under the name that is shown there.

    Of a folder that is one only those are not, who handed in other exercises.
    """
    others = {other for other in EXERCISES if other != exercise}
    return {
        in_a_cell(shown(path.name))
        for path in (folder / "submitted").iterdir()
        if path.is_symlink() or not path.is_dir() or {*os.listdir(path)} - others
    }


def stowaways(folder: Path) -> list[Path]:
    """Files of students in the folders that teachers look at and give back."""
    graded = [path for path in folder.glob("autograded/**/*") if path.suffix != ".ipynb"]
    pages = [path for path in folder.glob("feedback/**/*") if path.suffix != ".html"]
    return [path for path in [*graded, *pages] if path.is_symlink() or not path.is_dir()]


def watched(folder: Path, home: Path) -> dict[str, str]:
    """Digests of what no hand-in may write to."""
    found = digests([folder / "solutions", folder / "submitted", ROOT / "lib"])
    start_up = digests([home / ".ipython", home / ".local"])
    config = folder / "nbgrader_config.py"
    return found | start_up | {str(config): config.read_text(encoding="utf-8")}


def read_rows(path: Path) -> dict[str, dict[str, str]]:
    """The rows of the class's table by student."""
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def grade_attacks(
    folder: Path,
    exercise: str,
    attacks: Sequence[Attack],
    quiet: bool = False,
    program: str = COURSE,
) -> tuple[Graded, dict[str, Points]]:
    """Grade attacks on one exercise in one class; returns the class, and attack → points."""
    make_course(folder, configuration())
    take_as_proven(folder, exercise)
    # The same inputs in every run: where these are few, some are met again by chance.
    (folder / "class_secret.txt").write_text("of a class that is attacked\n", encoding="utf-8")
    hand_in(folder, attacks)
    graded = grade(folder, exercise, quiet, program)
    for number in range(1, number_of_rounds(attacks)):
        again = grade(folder, exercise, quiet, program, hand_in(folder, attacks, number))
        graded = graded.followed_by(again)
    complaints = [*graded.complaints]
    found = scores(folder, exercise)
    complaints += _complaints_of_the_classmate(exercise, found)
    reasons = {student: attack.refused for attack in attacks for student in attack.students}
    for student, row in graded.rows.items():
        reason, problem = reasons.get(student, ""), row["problem"]
        if problem and not reason:
            complaints.append(f"{student} was not graded: {problem}")
        if reason and reason not in problem:
            complaints.append(f"{student} was not refused, but {problem or row['odd'] or 'graded'}")
    points = {
        attack.name: points_of(attack, found) + points_by_clicks(folder, attack)
        for attack in attacks
    }
    return replace(graded, complaints=tuple(complaints)), points


def _complaints_of_the_classmate(
    exercise: str, found: dict[str, dict[str, tuple[float, float]]]
) -> list[str]:
    if points_of(classmate(exercise), found) == Points(0.0):
        return []
    return [f"{HONEST} solved everything and did not get all points"]


def grade_mangled(
    folder: Path, mangled: Sequence[Mangled], quiet: bool = False, program: str = COURSE
) -> tuple[Graded, dict[str, str]]:
    """Grade mangled notebooks in one class; returns the class, and name → what is not as wanted."""
    make_course(folder, configuration())
    take_as_proven(folder, NUMBERS)
    for one in mangled:
        place = folder / "submitted" / one.folder / NUMBERS
        place.mkdir(parents=True)
        one.build(place)
    graded = grade(folder, NUMBERS, quiet, program)
    found = scores(folder, NUMBERS)
    complaints = (*graded.complaints, *_complaints_of_the_classmate(NUMBERS, found))
    graded = replace(graded, complaints=complaints)
    return graded, {one.name: _difference(one, graded, found.get(one.folder)) for one in mangled}


def _difference(one: Mangled, graded: Graded, found: dict[str, tuple[float, float]] | None) -> str:
    """What tells the end that a mangled notebook came to from the wanted one; "" if nothing."""
    row = graded.rows.get(in_a_cell(shown(one.folder)))
    if row is None:
        return "it is not in the class's table"
    points = sum(score for score, _ in (found or {}).values())
    if one.points is None:
        if not row["problem"] or points:
            return f"not refused: {points:g} points, {row['odd'] or 'nothing odd'}"
    elif row["problem"]:
        return f"not graded: {row['problem']}"
    elif points != one.points:
        return f"{points:g} points, not {one.points:g}; {row['odd'] or 'nothing odd'}"
    told = f"{row['problem']} {row['odd']}"
    return "" if one.told in told else f"the report does not say {one.told!r} but {told!r}"


def take_as_proven(folder: Path, exercise: str) -> None:
    """Spare `course grade` the run of the course's own solution, which has a test of its own.

    It is tests/courseware/grading/test_real_exercises.py.
    """
    own = open_exercise(open_course(folder), exercise)
    record = truth._record(own)
    record.parent.mkdir(exist_ok=True)
    record.write_text(truth._stamp(own), encoding="ascii")


def configuration() -> str:
    """The course's own settings."""
    return (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
