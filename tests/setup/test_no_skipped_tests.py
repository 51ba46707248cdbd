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


def run_pytest(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "conftest.py").write_text(CONFTEST.read_text())
    (folder / "test_case.py").write_text(source)
    (folder / "test_good.py").write_text("def test_good(): pass\n")
    command = [sys.executable, "-m", "pytest", "-c", "/dev/null", f"--rootdir={folder}", *options]
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "xdist"}
    command.append(str(folder))
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "worker"])
@pytest.mark.parametrize("case", CASES)
def test_a_test_that_is_not_really_run_fails_the_session(
    tmp_path: Path, case: str, options: tuple[str, ...]
) -> None:
    run = run_pytest(tmp_path, CASES[case], *options)
    assert run.returncode == 1, run.stdout
    assert "not really run, which fails the session" in run.stdout
    assert "test_case.py" in run.stdout


@pytest.mark.parametrize("options", [(), ("-n", "1")], ids=["alone", "worker"])
def test_a_session_of_passing_tests_passes(tmp_path: Path, options: tuple[str, ...]) -> None:
    run = run_pytest(tmp_path, "def test_it(): pass\n", *options)
    assert run.returncode == 0, run.stdout
    assert "not really run" not in run.stdout
