"""The item analysis of a class: what is counted, out of the gradebook and the graded notebooks."""

from __future__ import annotations

from courseware.grading.class_report import in_order
from courseware.grading.course import Exercise
from courseware.grading.items import HandIn, ItemReport, analyse, reports_in, untouched_in
from courseware.grading.scores import read_scores, read_tasks


def item_report(exercise: Exercise) -> ItemReport:
    """What a class got wrong, as far as it is graded and marked."""
    with exercise.gradebook() as gradebook:
        tasks = list(in_order(exercise, read_tasks(gradebook, exercise.name)))
        stored = read_scores(gradebook, exercise.name)
    hand_ins = []
    for one in stored:
        pages = [
            exercise.folder("autograded", one.student) / f"{m}.ipynb" for m in exercise.masters
        ]
        there = [path for path in pages if path.is_file()]
        if there:
            reports = {name: one for path in there for name, one in reports_in(path).items()}
            untouched = set().union(*map(untouched_in, there))
            points = {
                task: None if one.scores[task].open else one.scores[task].points
                for task in tasks
                if task in one.scores
            }
            hand_ins.append(HandIn(one.student, points, reports, untouched))
    return analyse(exercise.name, tasks, hand_ins)
