"""`make selftest`: prove the checks on wrong solutions, right solutions and stubs."""

from __future__ import annotations

import argparse
import difflib
import sys

from courseware.checks import all_tasks
from courseware.checks.task import Task
from tests.mutants.selftest import Row, run


def main() -> int:
    """Print a row a task and the totals; 1 if the checks fall short, 2 for an unknown task."""
    parser = argparse.ArgumentParser(
        prog="make selftest",
        description=__doc__,
        usage='make selftest ARGS="[--task NAME ...] [--seed TEXT] [--draws N]"',
    )
    parser.add_argument("--task", nargs="+", metavar="NAME", help="only these tasks")
    parser.add_argument("--seed", default="selftest", metavar="TEXT", help="draw other inputs")
    parser.add_argument(
        "--draws", type=_at_least_one, default=1, metavar="N", help="of each right solution"
    )
    arguments = parser.parse_args()
    tasks = chosen(arguments.task)
    print(f"{'task':<24} {'rejected':>9} {'diagnosed':>10} {'accepted':>9} {'stub':>5}")
    rows = []
    for row in run(arguments.seed, tasks, arguments.draws):
        rows.append(row)
        print(
            f"{row.task.name:<24}"
            f" {row.rejected:>5}/{row.wrong:<3} {row.diagnosed:>6}/{row.wrong:<3}"
            f" {row.accepted:>5}/{row.right:<3} {row.stub_score:>5.1f}",
            flush=True,
        )
    for row in rows:
        for problem in row.problems:
            print(f"  {row.task.name}: {problem}")
    print(summary(rows))
    return 0 if good_enough(rows) else 1


def _at_least_one(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, got {number}")
    return number


def chosen(names: list[str] | None, program: str = "make selftest") -> list[Task]:
    """The tasks of these names, or all; an unknown one ends the program."""
    tasks = all_tasks()
    if unknown := sorted(set(names or ()) - tasks.keys()):
        near = difflib.get_close_matches(unknown[0], tasks)
        meant = f"; did you mean {' or '.join(near)}?" if near else ""
        print(f"{program}: no task {', '.join(unknown)}{meant}", file=sys.stderr)
        raise SystemExit(2)
    return [task for name, task in tasks.items() if names is None or name in names]


def summary(rows: list[Row]) -> str:
    """The closing line."""
    wrong, right = sum(row.wrong for row in rows), sum(row.right for row in rows)
    zero = sum(row.stub_score == 0 for row in rows)
    return (
        f"wrong solutions rejected {sum(row.rejected for row in rows)}/{wrong}"
        f" · diagnosed {sum(row.diagnosed for row in rows)}/{wrong}"
        f" · right solutions accepted {sum(row.accepted for row in rows)}/{right}"
        f" · stubs at zero {zero}/{len(rows)}"
    )


def good_enough(rows: list[Row]) -> bool:
    """Wrong ones rejected for the causes of the table, right ones accepted, stubs at zero."""
    return bool(rows) and all(
        row.rejected == row.diagnosed == row.wrong
        and row.accepted == row.right
        and row.stub_score == 0
        for row in rows
    )


if __name__ == "__main__":
    sys.exit(main())
