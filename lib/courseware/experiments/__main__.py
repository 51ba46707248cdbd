"""Repeat the recorded experiments.

    python -m courseware.experiments                     all that need no GPU
    python -m courseware.experiments --list
    python -m courseware.experiments --only qat_digits   one, or several names

writes the records into lectures/results, or into another --folder.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from courseware.experiments import MODULES, NEEDS_GPU, RESULTS


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m courseware.experiments",
        description="Repeat the recorded experiments: all that need no GPU, or those named.",
    )
    parser.add_argument("--list", action="store_true", help="say what there is, and run nothing")
    parser.add_argument("--only", nargs="+", metavar="NAME", choices=NEEDS_GPU, help="run these")
    parser.add_argument("--folder", type=Path, default=RESULTS, help="of records")
    options = parser.parse_args(arguments)
    if options.list:
        for name, needs_gpu in NEEDS_GPU.items():
            print(f"{name:24}{'needs a GPU' if needs_gpu else ''}".rstrip())
        return 0
    if not options.folder.is_dir():
        parser.error(f"--folder: expected a folder, got {options.folder}")
    left_out = [name for name, needs_gpu in NEEDS_GPU.items() if needs_gpu]
    if not options.only and left_out:
        print(f"left out, for a GPU is needed: {', '.join(left_out)} (--only runs them)")
    failed = [name for name in options.only or _without_gpu() if not run(name, options.folder)]
    if failed:
        print(f"experiments: failed: {' '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


def run(name: str, folder: Path) -> bool:
    """Run one experiment in a process of its own; returns whether it succeeded."""
    out = folder / f"{name}.json"
    print(f"{name} -> {out}", flush=True)
    command = [sys.executable, "-m", MODULES[name], "--out", str(out)]
    return subprocess.run(command, check=False).returncode == 0


def _without_gpu() -> list[str]:
    return [name for name, needs_gpu in NEEDS_GPU.items() if not needs_gpu]


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("experiments: interrupted")
