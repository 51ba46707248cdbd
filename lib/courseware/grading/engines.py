"""Sparing nbgrader work: it opens the gradebook ten times a hand-in, each time anew."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from functools import cache
from typing import Any
from unittest import mock

from nbgrader.api import Gradebook
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import scoped_session, sessionmaker


@contextlib.contextmanager
def kept_engines() -> Iterator[None]:
    """Within the block, nbgrader's gradebooks at one URL share an engine.

    An engine keeps the SQL that it has compiled, which takes longer to compile than to run.
    Connections are not kept: a gradebook that is closed closes them, as ever. Whether its tables
    and its course are there is looked up when it is opened for the first time.
    """
    complete: set[tuple[int, str, str]] = set()
    open_first = Gradebook.__init__

    @cache
    def engine(process: int, url: str, options: tuple[tuple[str, Any], ...]) -> Engine:
        return create_engine(url, **dict(options))

    def kept(url: str, **options: Any) -> Engine:
        return engine(os.getpid(), url, tuple(sorted(options.items())))

    def open_again(
        gradebook: Gradebook,
        db_url: str,
        course_id: str = "default_course",
        authenticator: Any = None,
    ) -> None:
        key = os.getpid(), db_url, course_id
        if key not in complete:
            open_first(gradebook, db_url, course_id, authenticator)
            complete.add(key)
            return
        gradebook.engine = kept(db_url, echo=False, future=True)
        gradebook.db = scoped_session(sessionmaker(bind=gradebook.engine, future=True))
        gradebook.course_id, gradebook.authenticator = course_id, authenticator

    with (
        mock.patch("nbgrader.api.create_engine", kept),
        mock.patch.object(Gradebook, "__init__", open_again),
    ):
        yield
