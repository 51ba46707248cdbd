"""`make defects`: plant defects in copies of the course, one at a time; tests must notice each.

A defect is caught if one of the tests that are named for it fails. It is not applicable if the text
that it changes is not there exactly once, or if its tests cannot be run. All named tests are run on
a clean copy first, and have to pass. The working tree, with all that is not committed, is copied,
and never changed.

The exit code is 0 if every defect is caught, 1 if not, and 2 for a wrong command.
"""

from __future__ import annotations

import argparse
import contextlib
import difflib
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Generator, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from tests.defects.defect import Defect
from tests.defects.ground import Ground
from tests.defects.planted import AREAS, PLANTED
from tests.tracked import ROOT, tracked

CAUGHT, MISSED, NOT_APPLICABLE = "caught", "MISSED", "not applicable"
INTERRUPTED = 130


@dataclass(frozen=True)
class Row:
    """What became of a defect; `why` says it where it is not applicable."""

    defect: Defect
    result: str
    seconds: float
    why: str = ""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = parsed(arguments)
    defects = chosen(options.only)
    if options.list:
        print_list(defects)
        return 0
    if not shutil.which("bwrap"):
        print("make defects: needs bubblewrap: sudo apt-get install bubblewrap", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with tempfile.TemporaryDirectory(prefix="defects-") as folder:
            return run(Ground(Path(folder), ROOT, tracked()), defects, options.workers)
    except KeyboardInterrupt:
        print("make defects: interrupted", file=sys.stderr)
        return INTERRUPTED


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="make defects",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage='make defects ARGS="[--only NAME ...] [--list] [--workers N]"',
    )
    known = ", ".join(AREAS)
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help=f"only these defects or areas ({known})"
    )
    parser.add_argument("--list", action="store_true", help="say what each one breaks, and stop")
    parser.add_argument(
        "--workers", type=int, default=2, metavar="N", help="copies at a time (default: 2)"
    )
    options = parser.parse_args(arguments)
    if options.workers < 1:
        parser.error(f"--workers must be 1 or more, not {options.workers}")
    return options


def chosen(names: list[str] | None) -> list[Defect]:
    """The defects of these names and areas, or all."""
    known = [*AREAS, *(defect.name for defect in PLANTED)]
    if unknown := sorted(set(names or ()) - {*known}):
        near = difflib.get_close_matches(unknown[0], known)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        print(f"make defects: no defect or area {', '.join(unknown)}{meant}", file=sys.stderr)
        raise SystemExit(2)
    if not names:
        return [*PLANTED]
    of_areas = [defect for name in names for defect in AREAS.get(name, ())]
    return [defect for defect in PLANTED if defect.name in names or defect in of_areas]


def print_list(defects: Iterable[Defect]) -> None:
    """Name, and what it breaks."""
    shown = set(defects)
    for area, members in AREAS.items():
        if shown & {*members}:
            print(f"\n{area}")
        for defect in members:
            if defect in shown:
                print(f"  {defect.name:<30}{defect.breaks}")


def run(ground: Ground, defects: list[Defect], workers: int) -> int:
    """Plant the defects one by one, and print a row each; 0 if all are caught."""
    named = list(dict.fromkeys(test for defect in defects for test in defect.tests))
    print(f"Without a defect: {len(named)} tests or files of tests", flush=True)
    try:
        code, _ = ground.test(ground.clean, named, f"-n{workers}", "--dist=loadfile", show=True)
        if code != 0:
            print("make defects: the tests have to pass without a defect", file=sys.stderr)
            return 1
        print(f"\n{'defect':<30} {'result':<14} {'seconds':>7}", flush=True)
        caught = 0
        with contextlib.closing(planted(ground, defects, workers)) as rows:
            for row in rows:
                caught += row.result == CAUGHT
                line = f"{row.defect.name:<30} {row.result:<14} {row.seconds:>7.1f}  {row.why}"
                print(line.rstrip(), flush=True)
    finally:
        ground.stop()
    print(f"defects caught {caught}/{len(defects)}")
    return 0 if caught == len(defects) else 1


def planted(ground: Ground, defects: list[Defect], workers: int) -> Generator[Row, None, None]:
    """The row of each defect, as it comes."""
    with ThreadPoolExecutor(workers) as pool:
        rows = [pool.submit(judged, ground, defect) for defect in defects]
        try:
            for row in as_completed(rows):
                yield row.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            ground.stop()


def judged(ground: Ground, defect: Defect) -> Row:
    """Plant one defect and run its tests: one that fails is enough."""
    start = time.monotonic()
    try:
        copy = ground.copy_with(defect)
    except (OSError, ValueError) as error:
        return Row(defect, NOT_APPLICABLE, time.monotonic() - start, str(error))
    code, written = ground.test(copy, defect.tests, "-x")
    shutil.rmtree(copy)
    seconds = time.monotonic() - start
    if code in (0, 1):
        return Row(defect, CAUGHT if code else MISSED, seconds)
    last = [line for line in written.splitlines() if line.strip()][-1:]
    return Row(defect, NOT_APPLICABLE, seconds, f"its tests cannot be run: {' '.join(last)}")


if __name__ == "__main__":
    sys.exit(main())
