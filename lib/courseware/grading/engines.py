"""Sparing nbgrader work: it opens the gradebook ten times a hand-in, each time anew."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest import mock

from sqlalchemy import Engine, create_engine


@contextlib.contextmanager
def kept_engines() -> Iterator[None]:
    """Within the block, nbgrader's gradebooks at one URL share an engine.

    An engine keeps the SQL that it has compiled, which takes longer to compile than to run.
    Connections are not kept: a gradebook that is closed closes them, as ever.
    """

    @cache
    def engine(process: int, url: str, options: tuple[tuple[str, Any], ...]) -> Engine:
        return create_engine(url, **dict(options))

    def kept(url: str, **options: Any) -> Engine:
        return engine(os.getpid(), url, tuple(sorted(options.items())))

    with mock.patch("nbgrader.api.create_engine", kept):
        yield
