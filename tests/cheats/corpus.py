"""All attacks, by class."""

from __future__ import annotations

from tests.cheats import (
    bombs,
    capstone,
    files,
    harness,
    jupyter,
    learning,
    lies,
    links,
    metadata,
    pages,
    protocol,
    ready_made,
    shortcuts,
    state,
)
from tests.cheats.attack import Attack
from tests.cheats.mangled import Mangled
from tests.cheats.mangled_cells import CELLS
from tests.cheats.mangled_files import FILES
from tests.cheats.mangled_folders import FOLDERS
from tests.cheats.mangled_habits import HABITS
from tests.cheats.mangled_names import NAMES
from tests.cheats.mangled_sizes import SIZES

CLASSES: dict[str, tuple[Attack, ...]] = {
    "harness": harness.ATTACKS,
    "jupyter": jupyter.ATTACKS,
    "lies": lies.ATTACKS,
    "files": files.ATTACKS,
    "links": links.ATTACKS,
    "state": state.ATTACKS,
    "protocol": protocol.ATTACKS,
    "bombs": bombs.ATTACKS,
    "shortcuts": shortcuts.ATTACKS,
    "ready-made": ready_made.ATTACKS,
    "metadata": metadata.ATTACKS,
    "learning": learning.ATTACKS,
    "crowd": learning.CROWD,
    "pages": pages.ATTACKS,
    "capstone": capstone.ATTACKS,
}
"""Class → its attacks."""

ATTACKS = tuple(attack for attacks in CLASSES.values() for attack in attacks)

MANGLED_CLASSES: dict[str, tuple[Mangled, ...]] = {
    "mangled-cells": CELLS,
    "mangled-files": FILES,
    "habits": HABITS,
    "folders": FOLDERS,
    "sizes": SIZES,
    "names": NAMES,
}
"""Class → its mangled hand-ins."""

MANGLED = tuple(one for members in MANGLED_CLASSES.values() for one in members)
