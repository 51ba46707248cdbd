"""The options of `course bundle`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path


def add_command(add: Callable[..., argparse.ArgumentParser]) -> argparse.ArgumentParser:
    """Add `bundle` to the commands; returns its parser."""
    bundle = add("bundle", help="make the archive that students get")
    bundle.description = (
        "Make what students get from a list of what may be in it (lectures, exercises, what these "
        "import), search it for solutions, keys, hidden tests and secrets, and write it if none "
        "was found."
    )
    bundle.add_argument(
        "--until", type=int, metavar="CHAPTER", help="only chapters up to this one, such as 3"
    )
    bundle.add_argument(
        "--quiz",
        choices=("reasons", "later"),
        default="reasons",
        help="at home, a quiz says what is right and why (the default), or nothing before grading",
    )
    bundle.add_argument(
        "--open-library", action="store_true", help="leave the reference library to be read"
    )
    bundle.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="an archive (….zip) or a new folder; default: build/model_compression.zip",
    )
    return bundle
