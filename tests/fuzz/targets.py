"""All that is fuzzed, cheap ones first."""

from __future__ import annotations

from tests.fuzz.answers import ANSWERS
from tests.fuzz.classes import class_target
from tests.fuzz.ground import Ground
from tests.fuzz.notebooks import files, notebook_targets
from tests.fuzz.shown import SHOWN
from tests.fuzz.target import Target
from tests.fuzz.trees import tree_target
from tests.fuzz.workers import worker_target


def all_targets(ground: Ground) -> list[Target]:
    """Every target, on this ground."""
    contents = files(ground)
    return [
        *notebook_targets(ground),
        *SHOWN,
        tree_target(ground, contents),
        *ANSWERS,
        worker_target(),
        class_target(ground, contents),
    ]
