"""What `get_ipython()` returns where there is no Jupyter: a shell that does nothing.

Magics and commands are beside the point of a solution: they show, time, install. A cell that holds
them runs on as if each had been done and had nothing to say.
"""

from __future__ import annotations

from typing import Any

from IPython.utils.text import SList


class Shell:
    """Takes every call, returns nothing that matters; so does all that is read from it.

    >>> get_ipython = Shell
    >>> get_ipython().run_line_magic("matplotlib", "inline")
    >>> get_ipython().getoutput("ls")
    []
    >>> get_ipython().events.register("pre_run_cell", print) is None
    False
    """

    def run_line_magic(self, *_: Any, **__: Any) -> None:
        """`%magic`, `name?`."""

    def run_cell_magic(self, *_: Any, **__: Any) -> None:
        """`%%magic`, written out."""

    def system(self, *_: Any, **__: Any) -> None:
        """`!command`."""

    def getoutput(self, *_: Any, **__: Any) -> SList:
        """`lines = !command`."""
        return SList()

    def __getattr__(self, name: str) -> Shell:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *_: Any, **__: Any) -> Shell:
        return self

    def __getitem__(self, key: Any) -> Shell:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        """Nothing is kept."""

    def __iter__(self) -> Any:
        return iter(())
