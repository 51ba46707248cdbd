"""`make mutation`: change every solution in one place at a time; the checks must notice each.

A mutant that keeps all points is a survivor, unless equivalent.toml says why it is right. An entry
there that is no mutant any more, or one that loses points, is a fault as well.

The exit code is 0 if nothing survives, 1 if something does, and 2 for a wrong command.
"""

from __future__ import annotations

import argparse
import os
import sys

import torch

from tests.mutants.__main__ import chosen
from tests.mutation.equivalent import listed
from tests.mutation.judging import prepared
from tests.mutation.scores import Score, fill, summary
from tests.mutation.solutions import solutions

INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    options = parsed(arguments)
    asked = chosen(options.task, "make mutation")
    # What is spread over several cells is one strategy of many: a changed one may be as right.
    tasks = [task for task in asked if not task.besides]
    torch.set_num_threads(1)  # mutants run side by side
    print(f"{'task':<24} {'mutants':>8} {'killed':>7} {'equivalent':>11} {'survivors':>10}")
    reasons, known = listed(), solutions()
    done: list[Score] = []
    code = 0
    try:
        for task in tasks:
            ground = prepared(task, known[task.name], options.seed)
            done.append(Score(task.name))
            fill(done[-1], ground, reasons, options.limit, options.jobs)
            print(done[-1].row, flush=True)
    except KeyboardInterrupt:
        print("make mutation: interrupted", file=sys.stderr)
        code = INTERRUPTED
    for score in done:
        for fault in score.faults:
            print(f"\n{fault}")
    for task in asked:
        if task not in tasks:
            print(f"{task.name}: not changed, for it is one strategy of many: a changed one may do")
    print(summary(done))
    return code or int(any(score.faults for score in done))


def parsed(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="make mutation",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage='make mutation ARGS="[--task NAME ...] [--seed TEXT] [--limit N] [--jobs N]"',
    )
    parser.add_argument("--task", nargs="+", metavar="NAME", help="only these tasks")
    parser.add_argument("--seed", default="mutation", metavar="TEXT", help="draw other inputs")
    parser.add_argument("--limit", type=int, metavar="N", help="at most N mutants a task, drawn")
    parser.add_argument(
        "--jobs",
        type=int,
        default=os.cpu_count() or 1,
        metavar="N",
        help="mutants at a time (default: one a core)",
    )
    options = parser.parse_args(arguments)
    for name in ("limit", "jobs"):
        number = getattr(options, name)
        if number is not None and number < 1:
            parser.error(f"--{name} must be 1 or more, not {number}")
    return options


if __name__ == "__main__":
    sys.exit(main())
