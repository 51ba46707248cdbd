"""The result of a class: a table, and what was odd about which hand-in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import NotebookNode

from courseware.grading.anomalies import EARLIER_RELEASE, HARMLESS, from_metadata
from courseware.grading.course import Exercise
from courseware.grading.errors_in import errors_in
from courseware.grading.late.rule import Lateness, exercises_in, text_of
from courseware.grading.late.settling import settled_otherwise
from courseware.grading.lms.record import late_ones, read_record
from courseware.grading.plain_lines import aligned, in_one_line, some
from courseware.grading.preprocessors import RECORD
from courseware.grading.scores import (
    Score,
    StudentScores,
    Task,
    half_up,
    read_names,
    read_scores,
    read_tasks,
    shown_points,
)

NOT_GRADED = "not graded"
NO_HAND_IN = "no hand-in"


@dataclass(frozen=True)
class Row:
    """One student: points per task, what was odd, and where the feedback is."""

    student: str
    scores: tuple[Score, ...]
    total: float
    feedback: str = ""
    odd: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    """What ended in an error: mostly a wrong answer, and nothing odd."""
    harmless: bool = False
    earlier: bool = False
    """Made from an earlier release of the exercise."""
    problem: str = ""
    older_checks: bool = False
    name: str = ""
    missing: bool = False
    late: Lateness | None = None
    penalty: float = 0.0
    older_rule: bool = False


@dataclass(frozen=True)
class ClassReport:
    """The tasks of an exercise and a row for every student."""

    exercise: str
    tasks: tuple[Task, ...]
    rows: tuple[Row, ...]
    late: tuple[str, ...] = ()
    """Whose hand-in came late, as the system says that it was collected from."""
    untimed: tuple[str, ...] = ()
    """Who counts as on time, as nobody says when the hand-in came."""
    strangers: tuple[str, ...] = ()
    """For whom `c.Late` has a time, and who is not in the class."""
    no_exercises: tuple[str, ...] = ()
    """What `c.Late` has times for, and is no exercise: slips of a key."""

    @property
    def points(self) -> float:
        """The most points there are."""
        return sum(task.points for task in self.tasks)

    @property
    def graded(self) -> list[Row]:
        """Those who have points."""
        return [row for row in self.rows if not row.problem and not row.missing]

    def title(self, task: Task, text: str) -> str:
        """What a task is called; its notebook belongs to it where there are several."""
        several = len({task.notebook for task in self.tasks}) > 1
        return f"{task.notebook}/{text}" if several else text

    def percent(self, row: Row) -> float:
        """A student's share of the points."""
        return 100.0 * row.total / self.points if self.points else 0.0


def make_report(
    exercise: Exercise,
    students: Iterable[str],
    problems: Mapping[str, str] | None = None,
    whole_class: bool = False,
) -> ClassReport:
    """Read the scores of the given students; `problems` says why some could not be graded.

    Of the whole class, those of the gradebook have a row, too, who handed nothing in.
    """
    with exercise.gradebook() as gradebook:
        tasks = tuple(in_order(exercise, read_tasks(gradebook, exercise.name)))
        stored = {one.student: one for one in read_scores(gradebook, exercise.name)}
        names = read_names(gradebook)
    problems = problems or {}
    rows = {
        one: _row(exercise, tasks, one, stored.get(one), problems.get(one, "")) for one in students
    }
    if whole_class:
        nothing = tuple(Score(None) for _ in tasks)
        rows |= {one: Row(one, nothing, 0.0, missing=True) for one in names.keys() - rows.keys()}
    graded = [one for one, row in rows.items() if not row.problem and not row.missing]
    otherwise = settled_otherwise(exercise, graded)
    named = (
        replace(rows[one], name=names.get(one, ""), older_rule=one in otherwise)
        for one in sorted(rows)
    )
    collected = read_record(Path(exercise.api.coursedir.root), exercise.name).values()
    late = tuple(student for student in late_ones(collected) if student in rows)
    rule = exercise.late_rule()
    known = names.keys() | exercise.handed_in().keys()
    strangers = sorted({*rule.came, *rule.extensions} - known)
    untimed = tuple(sorted(exercise.untimed(graded)))
    there = exercise.api.get_source_assignments()
    slips = tuple(sorted(exercises_in(exercise.api.config.Late) - there))
    return ClassReport(exercise.name, tasks, tuple(named), late, untimed, tuple(strangers), slips)


def in_order(exercise: Exercise, tasks: list[Task]) -> list[Task]:
    """Tasks as they stand in the exercise."""
    order = [cell_id for cells in exercise.cells.values() for cell_id in cells]
    return sorted(tasks, key=lambda task: (task.notebook, order.index(task.grade_id)))


def _row(
    exercise: Exercise,
    tasks: tuple[Task, ...],
    student: str,
    stored: StudentScores | None,
    problem: str,
) -> Row:
    nothing = Score(None, open=True)
    graded = {key: exercise.graded_notebook(student, key) for key in exercise.masters}
    if stored is None or not any(_is_finished(notebook) for notebook in graded.values()):
        problem = problem or "not graded yet"
    if stored is None or problem:
        return Row(student, tuple(nothing for _ in tasks), 0.0, problem=problem)
    odd: list[str] = []
    errors: list[str] = []
    kinds: set[str] = set()
    pages = []
    for notebook_id, notebook in graded.items():
        if notebook is None:
            odd.append(f"{notebook_id}.ipynb was not handed in")
            continue
        anomalies = from_metadata(notebook.metadata.get(RECORD, {}).get("anomalies"))
        kinds |= {anomaly.kind for anomaly in anomalies}
        odd += [anomaly.text for anomaly in anomalies if anomaly.kind not in HARMLESS]
        errors += errors_in(notebook)
        pages.append(exercise.folder("feedback", student) / f"{notebook_id}.html")
    there = [str(page) for page in pages if page.is_file()]
    scores = tuple(stored.scores.get(task, nothing) for task in tasks)
    harmless = bool(kinds & HARMLESS - {EARLIER_RELEASE})
    older = any(map(exercise.is_of_older_checks, graded.values()))
    pages_there = " ".join(there)
    return Row(
        student,
        scores,
        stored.total,
        pages_there,
        tuple(odd),
        tuple(errors),
        harmless,
        EARLIER_RELEASE in kinds,
        older_checks=older,
        late=stored.late,
        penalty=stored.penalty,
    )


def _is_finished(notebook: NotebookNode | None) -> bool:
    """Whether the run was not cut off; a notebook that nbgrader graded alone has no record."""
    return notebook is not None and notebook.metadata.get(RECORD, {}).get("graded", True)


def as_text(report: ClassReport) -> str:
    """The report for a terminal."""
    graded, missing = report.graded, [row for row in report.rows if row.missing]
    handed_in = len(report.rows) - len(missing)
    lines = [f"{report.exercise}: {len(graded)} of {handed_in} hand-ins graded", ""]
    lines += ["Tasks and their points:"]
    lines += [
        f"  {number:>2}  {report.title(task, task.label)}: {shown_points(task.points)}"
        for number, task in enumerate(report.tasks, start=1)
    ]
    lines += ["", *_table(report), ""]
    if any(score.open for row in graded for score in row.scores):
        lines += [
            f"  – and *: to be read by a person: course mark {report.exercise}, or formgrader",
            "",
        ]
    failed = [_line(row, row.problem) for row in report.rows if row.problem]
    if failed:
        lines += ["Not graded:", *failed, ""]
    odd = [_line(row, text) for row in report.rows for text in row.odd]
    if odd:
        lines += ["Odd:", *odd, ""]
    if errors := [_line(row, "; ".join(row.errors)) for row in report.rows if row.errors]:
        lines += ["Code of theirs that ended in an error:", *errors, ""]
    if missing:
        lines += [f"Handed nothing in: {len(missing)} of {len(report.rows)} students", ""]
    if late := [_line(row, _lateness(row)) for row in graded if row.late]:
        lines += ["Late:", *late, ""]
    if report.late:
        who = ", ".join(map(in_one_line, report.late))
        lines += [f"Late, as the system says that they were collected from: {who}", ""]
    if report.untimed:
        advice = "c.Late.came and c.Intake.arrival say when (docs/teaching.md)"
        who = f"{len(report.untimed)} ({some(report.untimed)})"
        lines += [f"Counted as on time, as nobody says when they came: {who}; {advice}", ""]
    if report.strangers:
        lines += [f"In c.Late, and not in the class: {some(report.strangers)}", ""]
    if report.no_exercises:
        lines += [f"In c.Late, and no exercise: {some(report.no_exercises)}", ""]
    if harmless := [row.student for row in report.rows if row.harmless]:
        what = "cells of their own, which are not run, or in an old format"
        lines += [f"Hand-ins with {what}: {len(harmless)} ({some(harmless)})", ""]
    if earlier := sum(row.earlier for row in report.rows):
        lines += [f"Made from an earlier release, and graded by the one of now: {earlier}", ""]
    if older := sum(row.older_checks for row in report.rows):
        command = f"course grade {report.exercise} --regrade"
        lines += [f"Graded under older checks: {older} ({command} grades these again)", ""]
    if older := sum(row.older_rule for row in report.rows):
        command = f"course grade {report.exercise} --regrade"
        rule = "Settled under an older due date or policy for late work"
        lines += [f"{rule}: {older} ({command} settles these anew)", ""]
    return "\n".join(lines).rstrip() + "\n"


def _lateness(row: Row) -> str:
    assert row.late is not None
    when = f"due {text_of(row.late.due)}, came {text_of(row.late.came)}"
    return f"{row.late.told()} ({when}), {shown_points(row.penalty)} points taken off"


def _line(row: Row, text: str) -> str:
    """A colon in a name would make it end before it ends."""
    student = in_one_line(row.student).replace(":", r"\x3a")
    return f"  {student}: {in_one_line(text)}"


def _table(report: ClassReport) -> list[str]:
    numbers = [str(number) for number, _ in enumerate(report.tasks, start=1)]
    named = any(row.name for row in report.rows)
    late = any(row.late or row.penalty for row in report.rows)
    head = ["student", *(["name"] if named else []), *numbers, *(["late"] if late else [])]
    head += ["total", "%", "feedback"]
    body = [head]
    for row in report.rows:
        who = [in_one_line(row.student), *([in_one_line(row.name)] if named else [])]
        points = [_points(score) for score in row.scores]
        points += [f"−{shown_points(row.penalty)}" if row.penalty else ""] if late else []
        share = half_up(report.percent(row), 0)
        end = NOT_GRADED if row.problem else NO_HAND_IN if row.missing else _short(row.feedback)
        body.append([*who, *points, shown_points(row.total), share, end])
    if report.graded:
        first, *means = _means(report, report.graded)
        if late:
            means.insert(len(numbers), "")
        body.append([first, *([""] if named else []), *means])
    return aligned(body, left=(0, *([1] if named else []), len(head) - 1))


def _means(report: ClassReport, graded: list[Row]) -> list[str]:
    def mean(values: list[float]) -> str:
        return shown_points(sum(values) / len(values)) if values else "–"

    def of_task(scores: Sequence[Score]) -> str:
        given = mean([score.points for score in scores if score.points is not None])
        return given + "*" * any(score.open for score in scores)

    per_task = [of_task(column) for column in zip(*(row.scores for row in graded), strict=True)]
    share = sum(report.percent(row) for row in graded) / len(graded)
    return ["mean", *per_task, mean([row.total for row in graded]), half_up(share, 0), ""]


def _points(score: Score) -> str:
    mark = "*" if score.open and score.points is not None else ""
    return shown_points(score.points) + mark


def _short(path: str) -> str:
    here = f"{Path.cwd()}/"
    return in_one_line(" ".join(part.removeprefix(here) for part in path.split(" ")))
