"""`make selftest`: prove the checks on wrong solutions, right solutions and stubs."""

from __future__ import annotations

import argparse
import sys

from tests.mutants.selftest import Row, run

DIAGNOSED_SHARE = 0.9


def main() -> int:
    """Print a row a task and the totals; 1 if the checks fall short."""
    parser = argparse.ArgumentParser(prog="make selftest", description=__doc__)
    parser.add_argument("--seed", default="selftest", help="draw other inputs")
    arguments = parser.parse_args()
    print(f"{'task':<24} {'rejected':>9} {'diagnosed':>10} {'accepted':>9} {'stub':>5}")
    rows = []
    for row in run(arguments.seed):
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
    """All wrong ones rejected, all right ones accepted, all stubs at zero, 90 % diagnosed."""
    diagnosed = sum(row.diagnosed for row in rows)
    return (
        bool(rows)
        and all(row.rejected == row.wrong and row.accepted == row.right for row in rows)
        and all(row.stub_score == 0 for row in rows)
        and diagnosed >= DIAGNOSED_SHARE * sum(row.wrong for row in rows)
    )


if __name__ == "__main__":
    sys.exit(main())
