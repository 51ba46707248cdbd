"""Plugin of pytest: no test runs unless all that is the course's lies where the tests run."""

from importlib.util import find_spec
from pathlib import Path

import pytest

OURS = ("courseware", "model_compression", "tests.tracked")


def pytest_sessionstart(session: pytest.Session) -> None:
    """Refuse a session that would test another copy than its own."""
    for name in OURS:
        spec = find_spec(name)
        where = spec.origin if spec else None
        if where is None or not Path(where).is_relative_to(session.config.rootpath):
            raise pytest.UsageError(f"{name} is imported from {where}, which is not in this copy")
