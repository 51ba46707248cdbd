"""Long measurements behind lectures, recorded with seeds, versions and devices.

`python -m courseware.experiments` repeats them. Each is a module in the room of its chapter, with a
command line of its own; its record has the name of the module. `records` holds what they share.
"""

from pathlib import Path

from courseware.registry import CHAPTERS

RESULTS = Path(__file__).resolve().parents[3] / "lectures" / "results"
"""The records, in the course's folder."""

NEEDS_GPU = {name: gpu for chapter in CHAPTERS for name, gpu in chapter.experiments.items()}
"""Every recorded experiment, in the order of the lectures, and whether it needs a GPU."""

MODULES = {
    name: f"{chapter.room}.experiments.{name}"
    for chapter in CHAPTERS
    for name in chapter.experiments
}
"""Experiment → the module that makes its record."""
