"""The command line of courseware.notebooks."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from courseware.notebooks.execution import BUDGET_SECONDS, print_claims, print_time_table
from courseware.notebooks.release import assignments, update
from courseware.notebooks.stored_form import check, find, normalise

EPILOGUE = """A PATH is a notebook or a folder of notebooks.
Exit code: 0 when all is well, 1 when a notebook has a problem, 2 when the command is wrong."""


class Parser(argparse.ArgumentParser):
    """Reports a wrong command in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message and leave with exit code 2."""
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def _parser() -> Parser:
    parser = Parser(
        prog="python -m courseware.notebooks",
        description="Work on stored notebooks.",
        epilog=EPILOGUE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, help_text in [
        ("check", "say what is wrong with stored notebooks"),
        ("normalise", "bring notebooks into their stored form: no outputs, stable ids"),
        ("execute", "run notebooks from top to bottom and print how long each took"),
        ("claims", "run notebooks and print what they claim, and what each verdict rests on"),
    ]:
        command = commands.add_parser(name, help=help_text, description=help_text)
        command.add_argument("paths", nargs="+", type=Path, metavar="PATH")
        if name == "execute":
            command.add_argument(
                "--budget",
                type=float,
                default=BUDGET_SECONDS,
                metavar="SECONDS",
                help="mark what takes longer (default: %(default)g); never an error",
            )
    help_text = "generate exercises/ from solutions/ in the folder at hand, over what is there"
    command = commands.add_parser("release", help=help_text, description=help_text)
    command.add_argument("assignments", nargs="*", metavar="ASSIGNMENT", help="default: all")
    return parser


def _check(paths: Sequence[Path]) -> bool:
    problems = [f"{path}: {problem}" for path in paths for problem in check(path)]
    print("\n".join(problems) or f"{len(paths)} notebooks are in order")
    return not problems


def _normalise(paths: Sequence[Path]) -> bool:
    for path in paths:
        print(f"{path}: {'normalised' if normalise(path) else 'as it was'}")
    return True


def _release(names: Sequence[str]) -> bool:
    course = Path.cwd()
    names = names or assignments(course)
    if not names:
        raise ValueError("there is no assignment in solutions/ here")
    for name in names:
        changed = [str(path.relative_to(course)) for path in update(course, name)]
        print(f"{name}: {', '.join(changed) or 'as it was'}", flush=True)
    return True


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; return the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        if options.command == "release":
            good = _release(options.assignments)
        elif options.command == "execute":
            good = print_time_table(find(options.paths), options.budget)
        elif options.command == "claims":
            good = print_claims(find(options.paths))
        else:
            good = {"check": _check, "normalise": _normalise}[options.command](find(options.paths))
    except (ValueError, OSError) as error:
        parser.error(str(error))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
