"""`course doctor`: what it says where the sandbox works, and where it does not."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from courseware.grading import doctor
from courseware.grading.cli import main
from courseware.grading.neighbours import Account, open_to
from tests.courseware.grading import toy
from tests.courseware.grading.conftest import Course


def test_a_machine_that_can_grade(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = toy.make_course(tmp_path)
    (root / "class_secret.txt").touch(mode=0o600)
    assert main(["doctor", "--course-dir", str(root)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 7 and all(line.startswith("ok ") for line in lines)


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


@pytest.fixture
def shared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that everybody may pass through, on a machine with eve, who is in no group."""
    eve = Account("eve", 54_321, frozenset())
    monkeypatch.setattr(doctor, "neighbours", lambda: [eve])
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def test_what_students_with_accounts_can_read_is_told(shared: Path) -> None:
    root = toy.make_course(shared)
    for folder, mode in ((root, 0o755), (root / "solutions", 0o755)):
        folder.chmod(mode)
    (root / "class_secret.txt").touch(mode=0o600)
    finding = doctor._neighbours(root)
    assert not finding.fine and finding.text == f"eve can read {root / 'solutions'}"
    assert finding.advice == (f"chmod 700 {root}",)
    root.chmod(0o700)
    assert doctor._neighbours(root).text == "eve can read nothing of the class"


def test_hand_ins_that_others_can_list_are_told(
    shared: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbound = shared / "exchange" / "toy" / "inbound"
    inbound.mkdir(parents=True)
    monkeypatch.setenv("COURSE_EXCHANGE", str(shared / "exchange"))
    for mode, fine in ((0o2733, True), (0o2737, False)):
        inbound.chmod(mode)
        for above in list(inbound.parents)[:2]:
            above.chmod(0o755)
        assert doctor._neighbours(shared / "course").fine is fine
    assert doctor._neighbours(shared / "course").advice == (f"chmod o-r {inbound}",)


def test_a_group_counts_for_who_is_in_it(shared: Path) -> None:
    shared.chmod(0o750)
    assistant = Account("ann", 54_321, frozenset({shared.stat().st_gid}))
    assert open_to([assistant], [shared, shared / "none"]) == {shared: ["ann"]}
    assert open_to([Account("eve", 54_321, frozenset())], [shared]) == {}
