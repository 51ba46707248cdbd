"""Commands that make a page for the teacher: what the class got wrong, and who wrote alike."""

from __future__ import annotations

import argparse
from dataclasses import replace

from courseware.grading.course import Exercise, check_gradebook, open_course, open_exercise
from courseware.grading.items_of_class import item_report
from courseware.grading.items_text import as_text as items_text
from courseware.grading.named import CourseError
from courseware.grading.plain_lines import in_one_line, some
from courseware.grading.scores import read_names
from courseware.grading.similar import compare, groups
from courseware.grading.similar_class import given_in, works_of
from courseware.grading.teacher_pages import items_page, similar_page
from courseware.grading.whole_file import whole_file


def items(options: argparse.Namespace) -> int:
    """Show the item analysis of an exercise, or of all that are graded; write its page."""
    root = options.course_dir.resolve()
    api = open_course(root)
    if options.db:
        check_gradebook(api)
    names = [options.exercise] if options.exercise else sorted(api.get_source_assignments())
    exercises = [open_exercise(api, name) for name in names]
    graded = [exercise for exercise in exercises if exercise.is_in_gradebook()]
    reports = [made for made in map(item_report, graded) if made.n]
    if not reports:
        raise CourseError("nothing is graded yet: run `course grade EXERCISE` first")
    for made in reports:
        print(items_text(made))
    for exercise in graded:
        _say_who_is_left_out(exercise)
    name = exercises[0].name if options.exercise else "course"
    _write_page(options, f"items_{name}", items_page(reports))
    return 0


def similar(options: argparse.Namespace) -> int:
    """Show which hand-ins are alike, and write them side by side."""
    root = options.course_dir.resolve()
    exercise = open_exercise(open_course(root), options.exercise)
    works = list(works_of(exercise))
    with exercise.gradebook() as gradebook:
        who = read_names(gradebook)
    works = [
        replace(work, name=f"{work.name} ({who[work.name]})") if who.get(work.name) else work
        for work in works
    ]
    n = sum(not work.reference for work in works)
    if not n:
        raise CourseError(f"{exercise.name} is not graded yet: run `course grade {exercise.name}`")
    pairs = compare(works, given_in(exercise), options.least / 100)
    for pair in pairs:
        names = " and ".join(in_one_line(work.name) for work in (pair.first, pair.second))
        tasks = ", ".join(f"{task} {share:.0%}" for task, share in pair.tasks)
        print(f"  {pair.share:4.0%}  {names}: {tasks}")
    for group in groups(pairs):
        print(f"  group: {', '.join(map(in_one_line, group))}")
    print(f"{n} hand-ins, {len(pairs)} pairs that are alike. No verdict: look at both, and talk.")
    _say_who_is_left_out(exercise)
    _write_page(options, f"similar_{exercise.name}", similar_page(exercise.name, n, pairs))
    return 0


def _say_who_is_left_out(exercise: Exercise) -> None:
    if left := exercise.not_graded_yet():
        print(f"{exercise.name}: left out, as they are not graded yet: {some(left)}")


def _write_page(options: argparse.Namespace, name: str, html: str) -> None:
    page = options.page or options.course_dir.resolve() / "build" / f"{name}.html"
    with whole_file(page) as new:
        new.write_text(html, encoding="utf-8")
    print(f"Page: {page}")
