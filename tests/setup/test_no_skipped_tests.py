"""A skipped test or an expected failure fails the whole run, with and without workers."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).parents[1] / "conftest.py"

CASES = {
    "skipped": 'import pytest\n\n@pytest.mark.skip(reason="x")\ndef test_it(): pass\n',
    "skipped inside": 'import pytest\n\ndef test_it(): pytest.skip("x")\n',
    "module skipped": 'import pytest\n\npytest.importorskip("no_such_module")\n',
    "expected to fail": "import pytest\n\n@pytest.mark.xfail\ndef test_it(): assert 0\n",
    "passed unexpectedly": "import pytest\n\n@pytest.mark.xfail\ndef test_it(): pass\n",
}


def run_pytest(folder: Path, sources: dict[str, str], *options: str) -> tuple[int, str]:
    """Return the exit code and the output of a session of these files and a good one."""
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    for name, source in {**sources, "good": "def test_good(): pass\n"}.items():
        (folder / f"test_{name.replace(' ', '_')}.py").write_text(source)
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", f"--rootdir={folder}", *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist"}
    run = subprocess.run([*command, str(folder)], env=environment, capture_output=True, text=True)
    return run.returncode, run.stdout


with_and_without_workers = pytest.mark.parametrize(
    "options", [(), ("-n", "1")], ids=["alone", "worker"]
)


@with_and_without_workers
def test_tests_that_are_not_really_run_fail_the_session_and_are_named(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    code, output = run_pytest(tmp_path, CASES, *options)
    assert code == 1, output
    _, told = output.split("not really run, which fails the session")
    assert [case for case in CASES if f"test_{case.replace(' ', '_')}.py" not in told] == []


def test_one_of_them_is_enough(tmp_path: Path) -> None:
    code, output = run_pytest(tmp_path, {"skipped": CASES["skipped"]})
    assert code == 1, output


@with_and_without_workers
def test_a_session_of_passing_tests_passes(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, output = run_pytest(tmp_path, {}, *options)
    assert code == 0, output
    assert "not really run" not in output
