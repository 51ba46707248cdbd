"""What workers do without: torch's toolboxes all of them, and some the families of one task.

Worked out once in the zygote; a worker that is forked from it only has to be changed.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterable
from pathlib import Path

from courseware.checks.ready_made import FAMILIES, TOOLBOXES
from courseware.checks.taking_away import close_side_doors, find, take_away
from courseware.grading.split.absent import Absent

SOURCES = (
    *("torch._refs", "torch._decomp.decompositions", "torch._inductor.decomposition"),
    *("torch.testing._internal.common_nn", "torch.testing._internal.common_methods_invocations"),
    "torch.testing._internal.opinfo",
)
"""Where torch writes its operators once more, in Python: loaded, or of no use to anybody's task."""


FURTHER = FAMILIES.keys() - {TOOLBOXES.name}


class Withholding:
    """Takes the toolboxes away from this process; knows how to take the rest from a worker."""

    def __init__(self, functions: Iterable[str]) -> None:
        self._files = {name: files_of(family.modules) for name, family in FAMILIES.items()}
        # What else is in the library's modules goes on working, without their sources.
        self._files |= {name: files_of([home_of(name)]) for name in functions}
        self._sources = files_of(SOURCES)
        close_side_doors()
        take_away(find([TOOLBOXES.name]))
        Absent(TOOLBOXES.modules).install()
        self._found = {found.name: found for found in find([*FAMILIES, *functions])}

    def files(self, without: Iterable[str]) -> list[Path]:
        """Files and folders that a worker is not to see."""
        wanted = {TOOLBOXES.name, *without}
        hidden = [path for name in sorted(wanted) for path in self._files[name]]
        return [*dict.fromkeys(hidden), *(self._sources if wanted & FURTHER else ())]

    def take_away(self, without: tuple[str, ...]) -> None:
        """Take families away from this process, for good."""
        take_away([self._found[name] for name in without])
        families = [FAMILIES[name] for name in without if name in FAMILIES]
        modules = [module for family in families for module in family.modules]
        if modules:
            Absent(modules).install()


def home_of(name: str) -> str:
    """The module in which a function was defined that another one may offer as well."""
    return str(pkgutil.resolve_name(name).__module__)


def files_of(modules: Iterable[str]) -> list[Path]:
    """Where modules lie: folders of packages; for others the file and what is compiled from it."""
    found: list[Path] = []
    for name in modules:
        root, *parts = name.split(".")
        place = Path(importlib.import_module(root).__path__[0], *parts)
        file = place.with_suffix(".py")
        found += [place, file, Path(importlib.util.cache_from_source(str(file)))]
    return [path for path in found if path.exists()]
