"""A student's functions with the course's own ones beside them, for judging a second time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence

from courseware.grading.split.session import Cell, Session
from courseware.handing_in.names import bound_names


@contextlib.contextmanager
def with_own(session: Session, names: Sequence[str]) -> Iterator[Session | None]:
    """Another session, in which the course's own solutions have defined some names anew.

    They are run behind the student's cells of the same name, whose helpers stay. What that session
    prints and returns is for judging alone: a student could have it tell the solutions. None where
    the course has none, or where nothing keeps a student's code from storing them.
    """
    own = {cell: text for cell, text in session.own.items() if bound_names(text) & {*names}}
    if not own or not session.isolated:
        yield None
        return
    cells = []
    for cell in session.ran():
        cells.append(cell)
        if cell.name in own:
            cells.append(Cell(f"{cell.name} (the course's own)", own[cell.name]))
    with session.apart(cells) as other:
        for cell in cells:
            other.run(cell)
        other.start_task()
        yield other
