"""All attacks, by class."""

from __future__ import annotations

from tests.cheats import (
    bombs,
    files,
    harness,
    jupyter,
    lies,
    metadata,
    protocol,
    shortcuts,
    state,
)
from tests.cheats.attack import Attack
from tests.cheats.mangled_cells import CELLS
from tests.cheats.mangled_files import FILES

CLASSES: dict[str, tuple[Attack, ...]] = {
    "harness": harness.ATTACKS,
    "jupyter": jupyter.ATTACKS,
    "lies": lies.ATTACKS,
    "files": files.ATTACKS,
    "state": state.ATTACKS,
    "protocol": protocol.ATTACKS,
    "bombs": bombs.ATTACKS,
    "shortcuts": shortcuts.ATTACKS,
    "metadata": metadata.ATTACKS,
}
"""Class → its attacks."""

ATTACKS = tuple(attack for attacks in CLASSES.values() for attack in attacks)

MANGLED = (*CELLS, *FILES)
"""Mangled notebooks."""
