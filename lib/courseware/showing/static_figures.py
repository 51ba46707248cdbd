"""The pictures that stand beside a lecture as SVG files, for readers without a kernel.

    python -m courseware.showing.static_figures lectures/figures

draws them all anew. A test draws them too, and fails if a stored one is not what the code draws.
Each chapter lists its own in its room, in `static_figures`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from courseware.registry import CHAPTERS
from courseware.showing.style import Picture

STATIC_FIGURES: dict[str, Callable[[], Picture]] = {
    name: draw
    for chapter in CHAPTERS
    for name, draw in chapter.part("static_figures").FIGURES.items()
}
"""File name → what draws it."""


def write_all(folder: Path) -> list[Path]:
    """Draw every static figure into a folder; returns the files, in order."""
    paths = [folder / name for name in STATIC_FIGURES]
    for path, draw in zip(paths, STATIC_FIGURES.values(), strict=True):
        draw().write(path)
    return paths


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit code."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m courseware.showing.static_figures FOLDER", file=sys.stderr)
        return 2
    for path in write_all(Path(arguments[0])):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
