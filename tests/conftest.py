"""Rules of every test run: one torch thread a process, and no test that is not really run."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest

# Two workers share two cores. Set before torch is imported, and inherited by every kernel.
os.environ.setdefault("OMP_NUM_THREADS", "1")

# What tests do in notebooks is not the progress of whoever runs them.
os.environ["COURSE_PROGRESS"] = os.path.join(tempfile.gettempdir(), f"progress-{os.getpid()}.json")

NOT_RUN = ("skipped", "xfailed", "xpassed")


def pytest_ignore_collect(collection_path: Path) -> bool | None:
    """Look for doctests in lib/ alone: helper modules of the tests are not collected."""
    helper = collection_path.suffix == ".py" and not collection_path.name.startswith("test_")
    return True if helper else None


def _not_run(reporter: pytest.TerminalReporter | None) -> Sequence[pytest.TestReport]:
    if reporter is None:
        return []
    return [report for kind in NOT_RUN for report in reporter.stats.get(kind, [])]


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a session in which a test was skipped or was expected to fail."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if _not_run(reporter) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that were skipped or expected to fail."""
    reports = _not_run(terminalreporter)
    if reports:
        terminalreporter.section("not really run, which fails the session", red=True)
        for report in reports:
            terminalreporter.line(report.nodeid)
