"""Instant checks: what a test cell of an exercise calls.

The engine: `task`, `call`, `run`, `cases`, `values`, `diagnose` (by `model_fits`, `model_outcomes`,
`explanation`, `matching`, `afterwards`, `factors`, `where`, `general`), `report`, `quiz`, `seeds`,
`gradients`, `states`, `off_limits`, `taking_away` (of what `ready_made` names); `practice` looks at
what grading will not find (`handed_in`, `conditions`, `jupyter_cells`); `so_far` sums up,
`solution_button` shows the course's own solution; `facts` are a report as data.
What tasks of several chapters share has modules by concept: `misconceptions`, `forms`,
`machine_integers`, `precision`, `python_slips`; `roundings`, `dtypes`, `bit_widths`, `zero_guards`,
`blocks`, `groups`, `pairs`, `quantizer_inputs`, `memory_order`; `masks`, `mask_dicts`, `counts`,
`rankings`, `noise`, `global_rankings`, `global_wrong_ways`, `ranking_inputs`, `named_tensors`,
`prunable_networks`, `signs`.

>>> check_quiz("quiz_01_abs", lambda: None)
quiz_01_abs: not answered yet: return one of the letters a, b, c, d
0.0
"""

from __future__ import annotations

import contextlib
import html
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from IPython import get_ipython
from IPython.display import display

from courseware.checks.conditions import unnoticed
from courseware.checks.facts import answer_facts, report_facts
from courseware.checks.follow import OFF, Followed, built_on, policy_of_now
from courseware.checks.jupyter_cells import cells_of_this_kernel
from courseware.checks.off_limits import other_function
from courseware.checks.practice import PRACTICE, practise
from courseware.checks.quiz import Question, answer_html, answer_text, judge_answer
from courseware.checks.report import as_text
from courseware.checks.report_html import as_html
from courseware.checks.run import Report, run_task
from courseware.checks.seeds import class_seed
from courseware.checks.so_far import is_last, note_points, summary
from courseware.checks.solution_button import offer_model_answer, offer_solution
from courseware.checks.task import Task
from courseware.languages.catalogues import phrases_of
from courseware.languages.matching import Told
from courseware.languages.names import chosen_language, language_of_grading
from courseware.registry import EXERCISES

__all__ = [
    "all_questions",
    "all_tasks",
    "check",
    "check_quiz",
    "class_seed",
    "reports_to",
    "show_facts",
]

Receiver = Callable[[str, str, Mapping[str, Any]], None]

_receivers: list[Receiver] = []

cells_of_this_kernel()  # their record begins


def check(name: str, function: Callable[..., Any], seed: str = PRACTICE) -> float:
    """Judge a graded function, show the report, and return its points as a plain float.

    The same seed gives the same inputs. Nothing that `function` does makes this raise; an unknown
    `name` is a `ValueError`.
    """
    task: Task = _look_up(name, "TASKS", "task")
    if seed == PRACTICE:
        report = practise(task, function, *_place_of(task))
    else:
        report = run_task(task, function, seed)
    report = _with_repairs(report, function, seed)
    report = _followed(report, function, seed)
    told = _told(_place_of(task)[0], seed)
    hints = seed == PRACTICE  # a feedback page shows no statement to fold open
    _show(as_text(report, told, hints), as_html(report, told, hints), report_facts(report))
    if seed == PRACTICE and _is_learning():
        with unnoticed():
            offer_solution(report, told)
            _note(name, report.score)
    return report.counted


def check_quiz(name: str, function: Callable[[], Any]) -> float:
    """Judge the letter that a quiz function returns, show the reason, return its points."""
    question: Question = _look_up(name, "QUIZ", "question")
    judged = judge_answer(question, function)
    told = _told(_exercise_of(name))
    _show(answer_text(judged, told), answer_html(judged, told), answer_facts(judged))
    if _is_learning():
        with unnoticed():
            _note(name, judged.score)
    return judged.score


@cache
def all_tasks() -> dict[str, Task]:
    """Every graded function of the course by its name, in the order of the chapters."""
    return {task.name: task for exercise in EXERCISES for task in _load(exercise).TASKS}


@cache
def all_questions() -> dict[str, Question]:
    """Every quiz question of the course by its name."""
    return {question.name: question for exercise in EXERCISES for question in _load(exercise).QUIZ}


def show_facts(text: str, facts: Mapping[str, Any]) -> None:
    """Show a line, and figures for whoever receives reports."""
    _show(text, f"<p>{html.escape(text)}</p>", facts)


@contextlib.contextmanager
def reports_to(receiver: Receiver) -> Iterator[None]:
    """Within the block, reports go to `receiver(text, html, facts)` and are not shown."""
    _receivers.append(receiver)
    try:
        yield
    finally:
        _receivers.pop()


def _load(exercise: str) -> Any:
    return EXERCISES[exercise].part("tasks")


def _look_up(name: str, table: str, kind: str) -> Any:
    """Chapter by chapter, so that a student waits for no chapter but the one at hand."""
    known = []
    for exercise in EXERCISES:
        for item in getattr(_load(exercise), table):
            if item.name == name:
                return item
            known.append(item.name)
    raise ValueError(f"name must be a {kind} of the course ({', '.join(known)}), got {name!r}")


def _with_repairs(report: Report, function: Callable[..., Any], seed: str) -> Report:
    """The report, with those of the functions that it calls which fail their own checks."""
    if report.score == report.task.points:
        return report
    failing = []
    for name in report.builds_on:
        other = other_function(function, name)
        task: Task = _look_up(name, "TASKS", "task")
        if other is not None and run_task(task, other, seed).score < task.points:
            failing.append(name)
    return replace(report, to_repair=tuple(failing))


def _followed(report: Report, function: Callable[..., Any], seed: str) -> Report:
    """The report, with what right functions in place of those that fail make of it."""
    policy, elsewhere = policy_of_now(), getattr(function, "__course_with__", None)
    if not report.to_repair or elsewhere is None or policy.counts == OFF:
        return report
    names = built_on(report.to_repair, lambda name: _look_up(name, "TASKS", "task").calls)
    with elsewhere(names) as other:
        if other is None:
            return report
        second = run_task(report.task, other, seed).score
    counted = policy.counted(report.score, second, report.task.points)
    followed = Followed(report.to_repair, second, counted, policy)
    results = report.results
    if second == report.task.points:  # nothing is wrong here: causes would tell of code elsewhere
        results = tuple(replace(result, causes=()) for result in results)
    return replace(report, results=results, followed=followed)


def _place_of(task: Task) -> tuple[str, list[str]]:
    """The exercise of a task, and its functions up to this one."""
    for exercise in EXERCISES:
        names: list[str] = []
        for each in _load(exercise).TASKS:
            names += [*each.besides, each.name]
            if each.name == task.name:
                return exercise, names
    raise AssertionError


def _exercise_of(question: str) -> str:
    """The exercise of a question."""
    return next(
        exercise
        for exercise in EXERCISES
        if any(one.name == question for one in _load(exercise).QUIZ)
    )


def _told(exercise: str, seed: str = PRACTICE) -> Told:
    """What says the texts of an exercise in the language that is chosen."""
    practises = seed == PRACTICE and not _receivers
    language = chosen_language() if practises else language_of_grading()
    return phrases_of(language, exercise) or str


def _is_learning() -> bool:
    """Whether somebody practises in Jupyter, and nothing is graded."""
    return not _receivers and cells_of_this_kernel() is not None


def _note(name: str, score: float) -> None:
    """In a student's Jupyter: keep what a check gave, and sum up under the last one."""
    for exercise in EXERCISES:
        room = _load(exercise)
        keyed = [one for one in room.QUIZ if one.right]
        worth = {one.name: float(one.points) for one in (*room.TASKS, *keyed)}
        if name in worth:
            note_points(name, score, worth[name], exercise)
            if is_last(name, worth):
                text = summary(exercise, worth, quiz_is_told=len(keyed) == len(room.QUIZ))
                text = _told(exercise)(text)
                _show(text, f"<p>{html.escape(text)}</p>")
                offer_model_answer(exercise, _told(exercise))
            return


def _show(text: str, rich: str, facts: Mapping[str, Any] | None = None) -> None:
    """Show in a notebook as HTML, elsewhere as text."""
    if _receivers:
        _receivers[-1](text, rich, facts or {})
    elif get_ipython() is None:
        print(text)
    else:
        display({"text/plain": text, "text/html": rich}, raw=True)
