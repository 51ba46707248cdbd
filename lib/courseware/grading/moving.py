"""Moving a gradebook to another database, with all that a person has given: marks, comments, names.

Every row of every table is copied in one transaction, read back, and compared; if anything differs,
nothing is there. The old gradebook stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from nbgrader.api import Base, Gradebook
from sqlalchemy import Connection, Table, create_engine, func, inspect, select

from courseware.grading.named import CourseError

BATCH = 1000


def move_gradebook(source: str, target: str, course_id: str) -> dict[str, int]:
    """Copy a gradebook into an empty database; returns how many rows each table has.

    Raises a `CourseError` if the target holds a gradebook already, or if the copy is not the same.
    """
    # nbgrader makes the tables, with the version that it goes by, and the course itself.
    with Gradebook(target, course_id):
        pass
    before, after = create_engine(source), create_engine(target)
    tables = [one for one in Base.metadata.sorted_tables if inspect(before).has_table(one.name)]
    try:
        with before.connect() as reading, after.begin() as writing:
            _refuse_what_is_used(tables, writing)
            for table in tables:
                writing.execute(table.delete())
            for table in tables:
                for rows in _batches(reading, table):
                    writing.execute(table.insert(), rows)
            for table in tables:
                if _content(reading, table) != _content(writing, table):
                    raise CourseError(f"the copy of the table {table.name} is not the same")
            return {table.name: _count(writing, table) for table in tables}
    finally:
        before.dispose()
        after.dispose()


def _refuse_what_is_used(tables: list[Table], target: Connection) -> None:
    used = [table.name for table in tables if table.name != "course" and _count(target, table)]
    if used:
        raise CourseError(
            f"the database there holds a gradebook already ({', '.join(used[:3])}): "
            "move into an empty one"
        )


def _batches(reading: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    for rows in reading.execute(select(table)).mappings().partitions(BATCH):
        yield [dict(row) for row in rows]


def _content(connection: Connection, table: Table) -> list[str]:
    """All rows, in an order that does not depend on the database."""
    return sorted(repr(dict(row)) for row in connection.execute(select(table)).mappings())


def _count(connection: Connection, table: Table) -> int:
    return int(connection.execute(select(func.count()).select_from(table)).scalar_one())
