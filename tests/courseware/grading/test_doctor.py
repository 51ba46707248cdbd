"""`course doctor`: what it says where the sandbox works, and where it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from courseware.grading import doctor
from courseware.grading.cli import main
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import Course


def test_a_machine_that_can_grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = toy.make_course(tmp_path)
    (root / "class_secret.txt").touch(mode=0o600)
    assert main(["doctor", "--course-dir", str(root)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 6 and all(line.startswith("ok ") for line in lines)


def test_without_bubblewrap(
    course: Course, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda program: None)
    monkeypatch.chdir(course.root)
    assert main(["doctor"]) == 1
    output = capsys.readouterr().out
    assert "PROBLEM bubblewrap (the command bwrap) is not installed" in output
    assert "sudo apt-get install bubblewrap" in output and "--without-sandbox" in output

    toy.hand_in(course.root, "ada", toy.solved(course.root))
    assert main(["grade", toy.EXERCISE]) == 2
    assert "bubblewrap (the command bwrap) is not installed" in capsys.readouterr().err
    assert not (course.root / "autograded").exists()
    assert main(["grade", toy.EXERCISE, "--without-sandbox"]) == 0
    assert "Hand-ins are graded WITHOUT a sandbox" in capsys.readouterr().err
    assert course.scores("ada")["test_square"] == 4.0


def test_a_sandbox_that_does_not_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "bin" / "bwrap"
    broken.parent.mkdir()
    broken.write_text(
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n"
    )
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(broken.parent), prepend=":")
    findings = doctor.examine(toy.make_course(tmp_path / "course"))
    [problem, *_] = [finding for finding in findings if not finding.fine]
    assert "No permissions to create new namespace" in problem.text
    assert any("apparmor_restrict_unprivileged_userns" in line for line in problem.advice)


def test_a_sandbox_that_leaks_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = toy.make_course(tmp_path)
    monkeypatch.setattr(doctor, "_private", lambda root: ["/usr/lib"])
    [problem] = [finding for finding in doctor.examine(root) if not finding.fine]
    assert problem.text == "code in the sandbox reaches /usr/lib"


@pytest.fixture
def sandbox_works(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the first test has seen."""
    monkeypatch.setattr(doctor, "_isolation", lambda root: doctor.Finding(True, "it works"))


def test_a_readable_secret(tmp_path: Path, sandbox_works: None) -> None:
    root = toy.make_course(tmp_path)
    (root / "class_secret.txt").touch(mode=0o600)
    (root / "class_secret.txt").chmod(0o644)
    [problem] = [finding for finding in doctor.examine(root) if not finding.fine]
    assert "others can read" in problem.text and problem.advice[0].startswith("chmod 600")


def test_what_other_accounts_can_read_is_told(tmp_path: Path, sandbox_works: None) -> None:
    root = toy.make_course(tmp_path)
    (root / "gradebook.db").touch(mode=0o644)
    [problem] = [finding for finding in doctor.examine(root) if not finding.fine]
    assert problem.text == f"others can read {root / 'gradebook.db'}"
    assert problem.advice == (f"chmod 600 {root / 'gradebook.db'}",)
