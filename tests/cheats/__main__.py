"""`make cheats`: attacks and mangled notebooks, graded by ours; the attacks by stock nbgrader too.

An attack has scored if it earned a point for a task that it does not solve. The last line counts
those that did, of all that were graded: `0/N` for ours is what is wanted. A mangled notebook counts
as graded if it came to the end that it has to: its points, or a refusal that names what is wrong.
A batch is aborted if grading a class does not come to its end with every hand-in in the table.

The exit code is 1 if an attack scores on ours, costs points of a task that it solves honestly, or
changes a file, if a mangled notebook ends in another way, or if a batch is aborted.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from tqdm import tqdm

from tests.cheats import ours, stock
from tests.cheats.attack import EXERCISES, NUMBERS, Attack
from tests.cheats.corpus import ATTACKS, CLASSES, MANGLED, MANGLED_CLASSES
from tests.cheats.course import HONEST
from tests.cheats.mangled import Mangled
from tests.cheats.table import Results, attack_row, heading, summary


def main() -> int:
    """Run the command; returns its exit code."""
    options = parsed()
    attacks, mangled = chosen(options.only)
    if options.list:
        print_corpus()
        return 0
    if not shutil.which("bwrap"):
        print("make cheats: needs bubblewrap: sudo apt-get install bubblewrap", file=sys.stderr)
        return 2
    results = Results(attacks, mangled)
    with tempfile.TemporaryDirectory(prefix="cheats-") as folder:
        grade_with_ours(Path(folder), results)
        if not options.ours_only:
            grade_with_stock(Path(folder), results, options.stock_seconds, options.workers)
    print(heading())
    for kind, members in CLASSES.items():
        for attack in members:
            if attack in attacks:
                print(attack_row(kind, attack, results))
    print(summary(results))
    return 0 if results.good else 1


def parsed() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="make cheats",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage='make cheats ARGS="[--only NAME ...] [--ours-only] [--stock-seconds N] ..."',
    )
    parser.add_argument(
        "--only", nargs="+", metavar="NAME", help="only these attacks, classes, mangled notebooks"
    )
    parser.add_argument("--ours-only", action="store_true", help="leave stock nbgrader out")
    parser.add_argument(
        "--stock-seconds",
        type=float,
        default=900.0,
        metavar="N",
        help="time for stock nbgrader; what it does not come to is not counted (default: 900)",
    )
    parser.add_argument(
        "--workers",
        type=int,
        default=2,
        metavar="N",
        help="course folders at a time with stock nbgrader (default: 2)",
    )
    parser.add_argument("--list", action="store_true", help="say what each attack tries, and stop")
    return parser.parse_args()


def chosen(names: list[str] | None) -> tuple[list[Attack], list[Mangled]]:
    """The attacks and mangled notebooks of these names, or all."""
    if not names:
        return list(ATTACKS), list(MANGLED)
    known = {*CLASSES, *MANGLED_CLASSES, *(a.name for a in ATTACKS), *(m.name for m in MANGLED)}
    if unknown := sorted(set(names) - known):
        print(f"make cheats: no attack, class or notebook {', '.join(unknown)}", file=sys.stderr)
        raise SystemExit(2)
    of_classes = [attack for name in names for attack in CLASSES.get(name, ())]
    attacks = [attack for attack in ATTACKS if attack.name in names or attack in of_classes]
    of_classes_too = [one for name in names for one in MANGLED_CLASSES.get(name, ())]
    return attacks, [one for one in MANGLED if one.name in names or one in of_classes_too]


def print_corpus() -> None:
    """Name, and what it tries."""
    for kind, members in CLASSES.items():
        print(f"\n{kind}")
        for attack in members:
            print(f"  {attack.name:<28}{attack.tries}")
    for kind, hand_ins in MANGLED_CLASSES.items():
        print(f"\n{kind}")
        for one in hand_ins:
            print(f"  {one.name:<28}{one.what}")


def grade_with_ours(folder: Path, results: Results, quick: bool = False) -> None:
    """One class an exercise, and one of mangled notebooks; `quick`: what hangs is stopped sooner.

    Only exercise 01 is attacked by what hangs.
    """
    for exercise in EXERCISES:
        attacks = [attack for attack in results.attacks if attack.exercise == exercise]
        if attacks:
            print(f"Ours: {len(attacks)} attacks on {exercise}", file=sys.stderr)
            program = ours.QUICK if quick and exercise == NUMBERS else ours.COURSE
            place = folder / f"ours-{exercise}"
            graded, points = ours.grade_attacks(place, exercise, attacks, program=program)
            results.ours |= points
            results.classes.append(graded)
    if results.mangled:
        print(f"Ours: {len(results.mangled)} mangled notebooks", file=sys.stderr)
        program = ours.QUICK if quick else ours.COURSE
        place = folder / "mangled"
        graded, results.differences = ours.grade_mangled(place, results.mangled, program=program)
        results.classes.append(graded)


def grade_with_stock(folder: Path, results: Results, seconds: float, workers: int) -> None:
    """All attacks, in some course folders."""
    print(f"Stock nbgrader: {len(results.attacks)} attacks", file=sys.stderr)
    hand_ins = sum(len(attack.hand_ins) for attack in results.attacks)
    with tqdm(total=hand_ins, unit=" hand-ins") as bar:

        def say(student: str) -> None:
            bar.set_postfix_str(student)
            bar.update(student != HONEST)

        run = stock.grade_all(folder, results.attacks, seconds, workers, say)
    results.stock, results.stock_ended = run.points, run.ended


if __name__ == "__main__":
    sys.exit(main())
