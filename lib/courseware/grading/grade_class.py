"""Grade the hand-ins of a class, one after the other, and let none of them stop the others."""

from __future__ import annotations

import glob
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from courseware.grading.course import Exercise, why_it_failed
from courseware.grading.quiet import Interruption
from courseware.grading.scores import clear_auto_scores


def grade_class(
    exercise: Exercise, students: Iterable[str], force: bool, write_log: Callable[[str], None]
) -> Iterator[tuple[str, str]]:
    """Grade students in turn, then write their feedback; yields each with what went wrong, or "".

    Grades that belong to the very file that is handed in are kept, unless `force`. Feedback is
    always written anew: points and comments of a person may have come in between. Raises
    KeyboardInterrupt on Ctrl-C: the student in work is left without a grade, the ones before keep
    theirs, and the next call goes on from there.
    """
    with Interruption() as interruption:
        for student in students:
            problem = _grade(exercise, student, force, write_log)
            interruption.check()
            yield student, problem


def _grade(exercise: Exercise, student: str, force: bool, write_log: Callable[[str], None]) -> str:
    api = exercise.api
    if obstacle := _obstacle(exercise, student):
        for notebook_id in exercise.masters:
            clear_auto_scores(api.coursedir.db_url, exercise.name, student, notebook_id)
        return obstacle
    if force or not exercise.is_current(student):
        result = api.autograde(exercise.name, student, force=True, create=True)
        _log(write_log, f"autograde {student}", result)
        if not result["success"]:
            return why_it_failed(result)
    result = api.generate_feedback(exercise.name, student, force=True)
    _log(write_log, f"generate_feedback {student}", result)
    return "" if result["success"] else f"no feedback page: {why_it_failed(result)}"


def _obstacle(exercise: Exercise, student: str) -> str:
    """What keeps nbgrader from even looking at a hand-in."""
    if student != glob.escape(student):
        return "nbgrader takes * ? [ in the name of a folder for a pattern: rename the folder"
    folder = exercise.folder("submitted", student)
    try:
        exercise.api.coursedir.get_existing_timestamp(str(folder))
    except Exception:  # nbgrader stumbles over its own error message here
        return "its timestamp.txt does not hold a date: correct or delete the file"
    names = sorted(path.name for path in folder.glob("*.ipynb"))
    wanted = [f"{notebook_id}.ipynb" for notebook_id in exercise.masters]
    if set(names) & set(wanted):
        return ""
    there = ", ".join(names) or "no notebook"
    return f"no file {' or '.join(wanted)} was handed in, but {there}"


def _log(write_log: Callable[[str], None], title: str, result: dict[str, Any]) -> None:
    write_log(f"\n===== {title}\n{result.get('log', '')}{result.get('error', '')}")
