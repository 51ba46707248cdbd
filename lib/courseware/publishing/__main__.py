"""The command line of courseware.publishing."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from courseware.publishing.glossary import glossary

COURSE = Path(__file__).resolve().parents[3]


class Parser(argparse.ArgumentParser):
    """Reports a wrong command in one line."""

    def error(self, message: str) -> NoReturn:
        """Print the message and leave with exit code 2."""
        self.exit(2, f"{self.prog}: {message}; see --help\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command; returns the exit code."""
    parser = Parser(
        prog="python -m courseware.publishing",
        description="Make the course readable without installing it.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, text in [
        ("site", "run the lectures that have changed, and make build/site"),
        ("slides", "the same, and make build/slides"),
        ("glossary", "print docs/glossary.md"),
    ]:
        command = commands.add_parser(name, help=text, description=text)
        if name == "slides":
            command.add_argument("lectures", nargs="*", metavar="LECTURE", help="default: all")
    options = parser.parse_args(arguments)
    try:
        return 0 if _carry_out(options) else 1
    except (ValueError, OSError) as error:
        parser.error(str(error))
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return 1


def _carry_out(options: argparse.Namespace) -> bool:
    if options.command == "glossary":
        print(glossary(COURSE), end="")
        return True
    # What these need is in the extra `site`, which the glossary does without.
    if options.command == "site":
        from courseware.publishing.site import make_site

        return make_site(COURSE, COURSE / "build" / "site")
    from courseware.publishing.slides import make_slides

    return make_slides(COURSE, COURSE / "build" / "slides", options.lectures)


if __name__ == "__main__":
    sys.exit(main())
