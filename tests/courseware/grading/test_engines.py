"""One engine for all gradebooks at a URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook
from sqlalchemy import event

from courseware.grading.engines import kept_engines


def test_within_the_block_only_and_not_beyond_a_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (f"sqlite:///{tmp_path}/{name}.db" for name in ("first", "second"))
    with kept_engines():
        one, other, elsewhere = Gradebook(first), Gradebook(first), Gradebook(second)
        assert one.engine is other.engine is not elsewhere.engine
        one.add_student("ada")
        assert [student.id for student in other.students] == ["ada"]
        for gradebook in (one, other, elsewhere):
            gradebook.close()
        assert one.engine.pool.checkedin() == 0  # type: ignore[attr-defined]
        monkeypatch.setattr("courseware.grading.engines.os.getpid", lambda: -1)
        with Gradebook(first) as forked:
            assert forked.engine is not one.engine
    with Gradebook(first) as later:
        assert later.engine is not one.engine


def test_tables_are_looked_up_when_it_is_opened_for_the_first_time(tmp_path: Path) -> None:
    url, asked = f"sqlite:///{tmp_path}/gradebook.db", []
    with kept_engines():
        with Gradebook(url, "course") as first:
            first.add_student("ada")
            event.listen(first.engine, "before_cursor_execute", lambda *one: asked.append(one[2]))
        with Gradebook(url, "course") as again:
            assert again.course_id == "course"
            assert asked == []
            again.add_student("bob")
            assert [student.id for student in again.students] == ["ada", "bob"]
        with Gradebook(url, "another course"):
            assert asked  # which is entered
