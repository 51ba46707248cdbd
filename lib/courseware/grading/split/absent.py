"""Modules that are not there for a hand-in: they can be imported and named, and nothing works.

An import that is not used costs nothing, as in Jupyter. Whatever is called says that it is off
limits.
"""

from __future__ import annotations

import importlib
import sys
import types
from collections.abc import Iterable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

from courseware.checks.taking_away import is_inside, why


class _Refusing(type):
    """The type of what stands for a function or class: it can be named and compared."""

    def __new__(cls, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> _Refusing:
        """A class that is derived from one that is not there."""
        raise RuntimeError(why(bases[0].__qualname__))

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(why(cls.__qualname__))

    def __getattr__(cls, name: str) -> Any:
        return _stand_in(cls.__qualname__, name)


def _stand_in(place: str, name: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    made = type.__new__(_Refusing, name, (), {})
    made.__qualname__ = f"{place}.{name}"
    return made


class AbsentModule(types.ModuleType):
    """A module in which everything is found and nothing works."""

    def __getattr__(self, name: str) -> Any:
        return _stand_in(self.__name__, name)


class Absent(MetaPathFinder, Loader):
    """Finds an `AbsentModule` for every module inside of `modules`."""

    def __init__(self, modules: Iterable[str]) -> None:
        self._modules = tuple(modules)

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        """A spec for a module that is not there, None for all others."""
        return ModuleSpec(name, self, is_package=True) if self._is_absent(name) else None

    def _is_absent(self, name: str) -> bool:
        return any(is_inside(name, module) for module in self._modules)

    def create_module(self, spec: ModuleSpec) -> types.ModuleType:
        """An empty one."""
        return AbsentModule(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        """There is nothing to run."""

    def install(self) -> None:
        """Put stand-ins in place of the modules, also of those that are loaded."""
        sys.meta_path.insert(0, self)
        names = sorted(filter(self._is_absent, sys.modules))
        for name in names:
            del sys.modules[name]
        for name in names:
            module = importlib.import_module(name)
            place, _, own = name.rpartition(".")
            setattr(sys.modules[place], own, module)
