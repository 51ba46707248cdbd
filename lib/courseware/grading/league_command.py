"""`course leaderboard`: measures what is not measured yet, shows the places, writes the page."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from contextlib import ExitStack
from statistics import fmean, pstdev
from types import ModuleType

from tqdm import tqdm

from courseware.grading.class_secret import class_secret
from courseware.grading.course import Exercise, open_course, open_exercise
from courseware.grading.crew import LocalCrew
from courseware.grading.doctor import sandbox_obstacle
from courseware.grading.jobs import InfrastructureError
from courseware.grading.league import Entry, Place, pseudonyms, standings
from courseware.grading.league_class import (
    Kept,
    Race,
    Racer,
    entry_of,
    league_of,
    race_of,
    references_of,
    run_race,
    stamp_of,
    students_in,
)
from courseware.grading.named import CourseError
from courseware.grading.plain_lines import aligned, in_one_line
from courseware.grading.teacher_pages import leaderboard_page
from courseware.grading.whole_file import whole_file

PSEUDONYMS, IDS, NAMES = "pseudonyms", "ids", "names"
POLICIES = (PSEUDONYMS, IDS, NAMES)
"""How students appear on the board."""

OVERALL = "over all"
HEAD = ["place", "who", "points lost", "±", "bytes", "code", "literals"]


def leaderboard(options: argparse.Namespace) -> int:
    """Show who makes the best files; returns the exit code."""
    root = options.course_dir.resolve()
    exercise = open_exercise(open_course(root), options.exercise)
    league = league_of(exercise)
    if not exercise.is_in_gradebook():
        raise CourseError(f"{exercise.name} is not graded yet: run `course grade {exercise.name}`")
    if obstacle := sandbox_obstacle(root):
        raise CourseError(f"{obstacle} (`course doctor` says more)")
    racers = [*students_in(exercise), *references_of(exercise)]
    shown = names_of(racers, options.names, class_secret(root))
    entries = measured_entries(exercise, league, racers, shown, options.workers)
    tables = tables_of(league, entries)
    print("\n".join(as_lines(exercise.name, league, tables)))
    if options.names == PSEUDONYMS and any(not racer.reference for racer in racers):
        print("\nWho is who, for you alone:")
        pairs = [(shown[r.key], r.key) for r in racers if not r.reference]
        print("\n".join(f"  {name}: {in_one_line(student)}" for name, student in sorted(pairs)))
    page = options.page or root / "build" / f"leaderboard_{exercise.name}.html"
    with whole_file(page) as new:
        text = leaderboard_page(exercise.name, league.DRAWS, league.EQUAL, HEAD, rows_of(tables))
        new.write_text(text, encoding="utf-8")
    print(f"Page: {page}")
    return 0


def names_of(racers: Sequence[Racer], policy: str, secret: str) -> dict[str, str]:
    """What each is called on the board; strategies keep their names."""
    students = [racer for racer in racers if not racer.reference]
    found = {racer.key: f"({racer.key})" for racer in racers if racer.reference}
    if policy == PSEUDONYMS:
        return found | pseudonyms([one.key for one in students], secret)
    return found | {
        one.key: one.name if policy == NAMES and one.name else one.key for one in students
    }


def measured_entries(
    exercise: Exercise,
    league: ModuleType,
    racers: Sequence[Racer],
    shown: dict[str, str],
    workers: int | None,
) -> list[Entry]:
    """Entries of all; those are run that were not measured yet."""
    kept = Kept(exercise)
    races = {racer.key: race_of(exercise, racer) for racer in racers}
    stamps = {key: stamp_of(exercise, race) for key, race in races.items()}
    new = {key: race for key, race in races.items() if kept.get(stamps[key]) is None}
    if new:
        _measure(exercise, new, stamps, kept, workers)
    found = []
    for racer in racers:
        measured = kept.get(stamps[racer.key])
        assert measured is not None
        found.append(entry_of(league, racer, shown[racer.key], measured))
    return found


def _measure(
    exercise: Exercise,
    races: dict[str, Race],
    stamps: dict[str, str],
    kept: Kept,
    workers: int | None,
) -> None:
    with ExitStack() as stack:
        crew = stack.enter_context(LocalCrew(workers or os.cpu_count() or 1, exercise.place))
        futures = {key: crew.submit(run_race, race) for key, race in races.items()}
        for key, future in tqdm(futures.items(), desc=exercise.name, unit=" hand-ins"):
            try:
                kept.keep(stamps[key], future.result())
            except InfrastructureError as error:
                raise CourseError(f"{key} could not be measured: {error}") from error


def tables_of(league: ModuleType, entries: Sequence[Entry]) -> dict[str, list[Place]]:
    """Places over all, and at each budget."""
    found = {OVERALL: standings(entries, league.RANKED, league.EQUAL)}
    for budget in league.BUDGETS:
        found[f"{budget:,} bytes"] = standings(entries, (budget,), league.EQUAL)
    return found


def rows_of(tables: dict[str, list[Place]]) -> dict[str, list[list[str]]]:
    """The places of each table as text, in the columns of `HEAD`."""
    return {title: [_row(place) for place in places] for title, places in tables.items()}


def _row(place: Place) -> list[str]:
    entry = place.entry
    codes = {one.code for files in entry.files.values() for one in files if one is not None}
    literals = "?" if entry.literals is None else f"{entry.literals:,}"
    who = in_one_line(entry.name)
    if not place.lost:
        return [place.place, who, "no valid file in some draw", "", "", "", literals]
    numbers = [f"{fmean(place.lost):.1f}", f"{pstdev(place.lost):.1f}", f"{place.n_bytes:,.0f}"]
    return [place.place, who, *numbers, f"{max(codes):,}", literals]


def as_lines(name: str, league: ModuleType, tables: dict[str, list[Place]]) -> list[str]:
    """The board for a terminal."""
    ranked = " and ".join(f"{budget:,}" for budget in league.RANKED)
    lines = [
        f"{name}: places on {league.DRAWS} draws that are common to the class.",
        f"By mean points lost (over all: at {ranked} bytes), equal within {league.EQUAL:g}; among",
        "equals by bytes. ± is the deviation over the draws; = says that a place is shared.",
    ]
    for title, rows in rows_of(tables).items():
        lines += ["", title, *aligned([HEAD, *rows], left=[0, 1])]
    return [*lines, "", "Read the first five: weights or images in a source disqualify."]
