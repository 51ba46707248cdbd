"""What `course roster`, `collect`, `export` and `return` do."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from tqdm import tqdm

from courseware.grading import exchange
from courseware.grading.arrival import BY_MODIFICATION
from courseware.grading.course import (
    Exercise,
    check_gradebook,
    gradebook_file,
    open_course,
    open_exercise,
)
from courseware.grading.lms import export as exports
from courseware.grading.lms.archives import entries
from courseware.grading.lms.collect import Sorted, Target, put_all, sort_out
from courseware.grading.lms.give_back import from_before, pack
from courseware.grading.lms.record import (
    read_known,
    read_no_numbers,
    read_record,
    write_known,
    write_no_numbers,
)
from courseware.grading.lms.roster import (
    Member,
    check_for_other_ids,
    enter,
    members_of,
    read_roster,
    remove,
)
from courseware.grading.named import CourseError, meant_by
from courseware.grading.plain_lines import aligned, in_one_line, some
from courseware.grading.scores import StudentScores, read_scores

STORED_NOW = (
    "what is collected is stored now, and with c.Intake.arrival = 'modified' counts as handed in "
    "now: leave that out, and say in c.Late.came when late ones came"
)


def roster(options: argparse.Namespace) -> int:
    """Enter a list into the gradebook, or take students out of it."""
    if (options.file is None) == (not options.remove):
        raise CourseError("roster: expected a list, or --remove with ids")
    api = open_course(options.course_dir.resolve())
    if options.remove:
        return _remove(api, options)
    read = read_roster(options.file, options.id_column)
    members = read.members
    check_gradebook(api)
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        check_for_other_ids(gradebook, members)
        entered = enter(gradebook, members)
    root = options.course_dir.resolve()
    others = read_no_numbers(root) - {one.id for one in members}
    write_no_numbers(root, others | read.no_numbers)
    print(
        f"{len(members)} students: {len(entered.added)} new, {len(entered.changed)} changed, "
        f"{len(members) - len(entered.added) - len(entered.changed)} as they were"
    )
    print(f"Ids: {in_one_line(read.column)}")
    if read.lacking:
        kept = "what the gradebook has of them stays"
        print(f"No columns recognised for: {' and '.join(read.lacking)}; {kept}")
    if read.by_address:
        print(f"Without one, known by the e-mail address: {some(read.by_address)}")
    if read.left_out:
        print(f"Left out, as they are no students: {some(read.left_out)}")
    if entered.not_listed:
        print(f"In the gradebook and not in this list: {', '.join(entered.not_listed)}")
    return 0


def _remove(api: NbGraderAPI, options: argparse.Namespace) -> int:
    check_gradebook(api)
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        remove(gradebook, options.remove, options.with_marks)
    submitted = options.course_dir.resolve() / api.coursedir.submitted_directory
    print(f"Taken out of the gradebook: {some(options.remove)}")
    if there := [one for one in options.remove if (submitted / one).is_dir()]:
        print(f"`course grade` enters them again while their hand-ins are there: {some(there)}")
    return 0


def collect(options: argparse.Namespace) -> int:
    """Put an archive's hand-ins into submitted/; without an archive, those of the exchange."""
    root = options.course_dir.resolve()
    exercise = open_exercise(open_course(root), options.exercise)
    members = members_of(exercise.api)
    submitted = root / exercise.api.coursedir.submitted_directory
    target = Target(root, submitted, exercise.name, tuple(exercise.masters))
    archive = options.archive
    if archive is None:
        archive = exchange.exchange_folder(exercise.api.coursedir, exercise.api.config) / "inbound"
    only = "" if options.archive else f"+{exercise.name}+"
    known = _known(options.known, members, read_known(root, exercise.name))
    found = sort_out(
        tqdm(entries(archive, only), desc=archive.name, unit=" files"),
        members,
        target,
        known,
    )
    if not found.hand_ins and not members:
        raise CourseError(
            f"nothing in {archive} could be placed, and there is no roster: "
            "run `course roster FILE` first"
        )
    fates = {one.student: "would be taken" for one in found.hand_ins}
    if not options.dry_run:
        fates = put_all(found, target)
        if known:
            write_known(root, exercise.name, known)
    _show(found, fates, members)
    if exercise.api.config.Intake.get("arrival") == BY_MODIFICATION:
        print(f"course: warning: {STORED_NOW}", file=sys.stderr)
    if not options.dry_run:
        print(f"Next: course grade {exercise.name}")
    return 1 if found.not_placed else 0


def _known(
    pairs: Sequence[str], members: Sequence[Member], before: dict[str, str]
) -> dict[str, str]:
    """Numbers of the other system, with the ids that the teacher says they are.

    What was said `before` holds where nothing else is said now.
    """
    known: dict[str, str] = {}
    for pair in pairs:
        number, _, student = pair.partition("=")
        if not number or student not in {one.id for one in members}:
            raise CourseError(f"--is: expected NUMBER=ID, with an id of the roster, got {pair!r}")
        if twice := [one for one, whose in known.items() if whose == student and one != number]:
            raise CourseError(f"--is: {student} cannot be both {twice[0]} and {number}")
        known[number] = student
    there = {one.id for one in members} - {*known.values()}
    return {number: one for number, one in before.items() if one in there} | known


def export(options: argparse.Namespace) -> int:
    """Write marks."""
    api = open_course(options.course_dir.resolve())
    exercises = _graded(api, options.exercises)
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        there = {one: _handed_in(api, one) for one in exercises}
        marks = exports.read_marks(gradebook, exercises, there)
    kind = "moodle" if options.moodle else "csv"
    kind = "worksheet" if options.worksheet else "canvas" if options.canvas else kind
    out = options.out or options.course_dir.resolve() / "build" / f"marks_{kind}.csv"
    strangers: Sequence[str] = ()
    if options.worksheet:
        if len(exercises) != 1:
            raise CourseError("a grading worksheet is that of one exercise: name it")
        strangers = exports.write_worksheet(
            marks, exercises[0], options.worksheet, out, options.digits
        )
    elif options.canvas:
        template = options.canvas if options.canvas != Path() else None
        if options.column and (len(exercises) != 1 or template is None):
            raise CourseError("--column is that of one exercise in Canvas's file: name both")
        strangers = exports.write_canvas(marks, out, options.digits, template, options.column)
    elif options.moodle:
        exports.write_moodle(
            marks, out, options.digits, read_no_numbers(options.course_dir.resolve())
        )
    else:
        exports.write_csv(marks, out, options.digits)
    missing = list(marks.missing())
    if missing:
        print("Without a mark:")
        for exercise, why in dict.fromkeys((exercise, why) for exercise, _, why in missing):
            who = [student for e, student, w in missing if (e, w) == (exercise, why)]
            print(f"  {exercise}, {why}: {some(who)}")
    for exercise, student, late in marks.late():
        print(f"{exercise}, {in_one_line(student)}: {late}")
    if strangers:
        print(f"In that file and not in the gradebook: {some(strangers)}")
    of = exercises[0] if len(exercises) == 1 else f"{len(exercises)} exercises"
    print(f"{len(marks.members)} students, {of}: {out}")
    return 0


def give_back(options: argparse.Namespace) -> int:
    """Pack feedback pages."""
    root = options.course_dir.resolve()
    exercise = open_exercise(open_course(root), options.exercise)
    pages = _pages(exercise)
    if not pages and not options.exchange:
        raise CourseError(f"{exercise.name} has no feedback pages: run `course grade` first")
    if older := from_before(pages, _scores(exercise)):
        print(f"Pages from before marks that are in the gradebook: {some(older)}")
        print(f"Run `course grade {exercise.name}` first, so that students see these.")
    if options.exchange:
        given = exchange.give_back(exercise.api.coursedir, exercise.api.config, exercise.name)
        if given.elsewhere:
            print(f"Not collected from the exchange: {some(given.elsewhere)}")
        print(f"Pages of {len(given.students)} students can be fetched now.")
        return 0
    out = options.out or root / "build" / f"feedback_{exercise.name}.zip"
    count, elsewhere = pack(pages, read_record(root, exercise.name), out)
    if elsewhere:
        print(f"Not collected from there, in folders named by their ids: {some(elsewhere)}")
    print(f"{count} pages of {len(pages)} students: {out}")
    return 0


def _graded(api: NbGraderAPI, wanted: Sequence[str]) -> list[str]:
    path = gradebook_file(api.coursedir.db_url)
    if path is not None and not path.exists():
        raise CourseError("there is no gradebook yet: run `course grade` first")
    with Gradebook(api.coursedir.db_url, api.course_id) as gradebook:
        there = sorted(one.name for one in gradebook.assignments if one.submissions)
    meant = [meant_by(one, there) for one in wanted]
    if unknown := [one for one, name in zip(wanted, meant, strict=True) if not name]:
        raise CourseError(
            f"not graded: {', '.join(unknown)}; there are: {', '.join(there) or 'none'}"
        )
    if not there:
        raise CourseError("nothing is graded yet: run `course grade EXERCISE` first")
    return list(dict.fromkeys(meant)) or there


def _handed_in(api: NbGraderAPI, exercise: str) -> set[str]:
    """Whose hand-in to an exercise lies in submitted/, whatever there is in it."""
    submitted = Path(api.coursedir.root) / api.coursedir.submitted_directory
    return {folder.name for folder in submitted.glob("*") if (folder / exercise).exists()}


def _scores(exercise: Exercise) -> list[StudentScores]:
    if not exercise.is_in_gradebook():
        return []
    with exercise.gradebook() as gradebook:
        return read_scores(gradebook, exercise.name)


def _pages(exercise: Exercise) -> dict[str, list[Path]]:
    found = {}
    for student in exercise.handed_in():
        folder = exercise.folder("feedback", student)
        if pages := sorted(folder.glob("*.html")):
            found[student] = pages
    return found


def _show(found: Sorted, fates: dict[str, str], members: Sequence[Member]) -> None:
    names = {member.id: member.name for member in members}
    head = ("student", "name", "", "late", "remark")
    rows = [
        (
            one.student,
            names.get(one.student, ""),
            fates[one.student],
            "late" if one.late else "",
            "; ".join(one.remarks),
        )
        for one in found.hand_ins
    ]
    cells = [head, *(tuple(map(in_one_line, row)) for row in rows)]
    print("\n".join(aligned(cells, left=range(len(head)))))
    if found.not_placed:
        print("\nNot placed:")
        for path, why in found.not_placed:
            print(f"  {in_one_line(path)}: {in_one_line(why)}")
    there = {one.student for one in found.hand_ins}
    lacking = sorted((one for one in members if one.id not in there), key=lambda one: one.id)
    if nothing := [f"{one.id} ({one.name})" if one.name else one.id for one in lacking]:
        print(f"\nNothing of: {some(nothing)}")
    print(f"\n{len(rows)} hand-ins, {len(found.not_placed)} files not placed")
