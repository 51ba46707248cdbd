"""One engine for all gradebooks at a URL."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

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
