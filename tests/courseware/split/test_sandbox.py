"""The ladder, what is visible on it, and what a start needs."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import model_compression
from courseware.grading.split import sandbox as sandbox_module
from courseware.grading.split import seccomp
from courseware.grading.split.bubblewrap import command, site_packages, visible_trees
from courseware.grading.split.sandbox import UNPROTECTED, InfrastructureError, Sandbox, open_sandbox
from courseware.handing_in import visible
from courseware.handing_in.libraries import visible_packages
from courseware.registry import EXERCISES
from tests.courseware.split.conftest import LIMITS, opened

LIBRARY = Path(model_compression.__path__[0])
REPOSITORY = Path(__file__).parents[3]


def modules_seen_in(folder: Path, exercise: str) -> set[str]:
    """Modules of the library that a worker of an exercise can import."""
    visible.copy_to(folder / exercise, exercise)
    return {path.stem for path in (folder / exercise / "model_compression").glob("*.py")}


def test_every_module_of_the_library_has_its_exercise():
    """Say it in `courseware.registry`; until then, no worker can import the module."""
    modules = {path.stem for path in LIBRARY.glob("*.py")} - {"__init__"}
    assert modules == set(visible.FIRST_EXERCISE)


def test_the_table_is_that_of_the_library():
    """Its docstring names the chapter of every public module."""
    chapter, seen = 0, {}
    for line in (model_compression.__doc__ or "").splitlines():
        words = line.split()
        if words and words[0].isdigit() and line.startswith("    "):
            chapter, words = int(words[0]), words[2:]
        if words and words[0] in visible.FIRST_EXERCISE and line.startswith("    "):
            seen[words[0]] = chapter
    assert seen
    assert {name: visible.FIRST_EXERCISE[name] for name in seen} == seen


@pytest.mark.parametrize("number", range(1, 11))
def test_what_an_exercise_sees_can_be_imported(tmp_path, number):
    seen = modules_seen_in(tmp_path, f"{number:02}_x")
    for name in seen:
        tree = ast.parse((LIBRARY / f"{name}.py").read_text(encoding="utf-8"))
        used = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        own = {
            module.split(".")[1] for module in used if str(module).startswith("model_compression.")
        }
        assert own <= seen, f"{name} uses {sorted(own - seen)}"


@pytest.mark.parametrize("exercise", [*EXERCISES, "toy"])
def test_an_exercise_does_not_see_its_own_reference_nor_later_ones(tmp_path, exercise):
    seen = modules_seen_in(tmp_path, exercise)
    number = visible.number_of(exercise)
    assert all(visible.FIRST_EXERCISE.get(name, 0) < max(number, 1) for name in seen - {"__init__"})
    names = {name.removeprefix("model_compression.") for name in visible.withheld(exercise)}
    assert seen.isdisjoint(names)


def test_a_package_of_the_library_is_withheld_like_a_module(tmp_path):
    visible.copy_to(tmp_path, "09_lottery_tickets")
    assert not (tmp_path / "model_compression" / "kernels").exists()
    assert "model_compression.kernels" in visible.withheld("09_lottery_tickets")


def test_workers_get_no_code_of_the_judges(tmp_path):
    visible.copy_to(tmp_path, "02_integer_scaling")
    names = {
        str(path.relative_to(tmp_path / "courseware"))
        for path in tmp_path.rglob("*.py")
        if path.is_relative_to(tmp_path / "courseware")
    }
    assert {name for name in names if name.startswith(("checks/", "grading/", "handing_in/"))} == {
        "checks/__init__.py",
        *visible.WORKER,
    }
    assert not any("chapter" in name for name in names)


def test_the_command_line_shares_nothing_but_libraries():
    line = command(Path("/files"))
    assert line[0] == "bwrap"
    for option in ("--unshare-all", "--unshare-user", "--die-with-parent", "--clearenv"):
        assert option in line
    assert not {"--bind", "--share-net", "--cap-add", "--dev"} & set(line)
    bound = [Path(line[i + 1]) for i, word in enumerate(line) if word == "--ro-bind"]
    assert set(bound) == {Path("/files"), *visible_trees(), *visible_packages()}
    assert not any(REPOSITORY.is_relative_to(path) for path in bound)
    assert all(line[line.index(str(folder)) - 1] == "--tmpfs" for folder in site_packages())


def test_the_packages_are_those_that_a_student_needs():
    names = {path.name for path in visible_packages()}
    assert {"torch", "numpy", "sympy", "typing_extensions.py"} <= names
    assert names.isdisjoint({"sklearn", "mlxtend", "courseware", "model_compression", "nbgrader"})


def test_a_course_in_a_visible_folder_is_refused():
    inside = visible_trees()[0] / "course"
    with pytest.raises(InfrastructureError, match="move it"):
        Sandbox("01_number_formats", secret=(inside,))


# --- the ladder ---------------------------------------------------------------------------------


def test_without_bubblewrap_nothing_runs(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InfrastructureError, match="bubblewrap"):
        Sandbox("01_number_formats")


def test_other_machines_are_told_so(monkeypatch):
    monkeypatch.setattr(seccomp.platform, "machine", lambda: "riscv64")
    with pytest.raises(InfrastructureError, match="Linux on x86-64"):
        open_sandbox("01_number_formats", allow_unprotected=True)


@pytest.fixture
def broken_bubblewrap(monkeypatch, tmp_path):
    """One that the kernel gives no namespaces, as in many containers."""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")


def test_a_bubblewrap_that_does_not_work(broken_bubblewrap):
    with pytest.raises(InfrastructureError, match="No permissions to create new namespace"):
        open_sandbox("01_number_formats")


def test_the_second_rung_has_to_be_asked_for_and_says_what_it_lacks(broken_bubblewrap, capfd):
    with open_sandbox("01_number_formats", LIMITS, allow_unprotected=True) as sandbox:
        assert not sandbox.isolated
        said = capfd.readouterr().err
        assert UNPROTECTED in said and "No permissions" in said
        source = (
            "import courseware.checks.conditions as c; c.EVENTS.clear()\n"
            "import os, socket\nk = 2\ndef f(x): return x * k\n"
            "def die(): os._exit(0)\n"
            "def try_(what):\n"
            "    try: return {'fork': os.fork, 'net': socket.socket}[what]()\n"
            "    except OSError as error: return type(error).__name__\n"
            "def kill():\n    try: os.kill(os.getppid(), 9)\n"
            "    except OSError as error: return type(error).__name__\n"
            "def reference():\n    import model_compression.number_formats"
        )
        with opened(sandbox, source) as session:
            assert session.call("f", (3,)).value == 6
            assert session.call("die", ()).error is not None
            assert session.call("f", (3,)).value == 6
            assert session.call("try_", ("fork",)).value == "PermissionError"
            assert session.call("try_", ("net",)).value == "PermissionError"
            assert session.call("kill", ()).value == "PermissionError"
            assert "not there" in str(session.call("reference", ()).error)


def test_with_a_sandbox_the_second_rung_is_not_used(sandbox):
    with open_sandbox("01_number_formats", LIMITS, allow_unprotected=True) as other:
        assert other.isolated


def test_the_filter_is_there_for_both_architectures(monkeypatch):
    for machine in seccomp.ARCHITECTURES:
        monkeypatch.setattr(seccomp.platform, "machine", lambda machine=machine: machine)
        assert seccomp.supported()
        assert len(seccomp.program()) % 8 == 0
    assert sys.platform == "linux"


def test_no_way_out_is_missing_in_the_table():
    """By name, as all else is compared with the table itself."""
    processes = {"fork", "vfork", "execve", "execveat"}
    others = {"kill", "tkill", "tgkill", "ptrace", "process_vm_readv", "process_vm_writev"}
    others |= {"pidfd_open", "pidfd_getfd", "pidfd_send_signal"}
    uncounted = {"memfd_create", "memfd_secret", "shmget", "msgget", "semget", "mq_open"}
    outside = {"socket", "socketpair", "unshare", "setns", "mount", "umount2", "pivot_root"}
    outside |= {"chroot", "open_tree", "move_mount", "fsopen", "open_by_handle_at"}
    large = {"io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "bpf"}
    large |= {"perf_event_open", "add_key", "request_key", "keyctl"}
    assert processes | others | uncounted | outside | large <= seccomp.DENIED.keys()


def test_the_table_of_system_calls_is_that_of_the_kernel():
    """Compared with the kernel's own list where its headers are installed, else with itself."""
    headers = Path("/usr/include/asm-generic/unistd.h")
    text = headers.read_text() if headers.is_file() else ""
    numbers = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) >= 3 and words[1].startswith("__NR_") and words[2].isdigit():
            numbers[words[1].removeprefix("__NR_")] = int(words[2])
    for name, (_, arm) in seccomp.DENIED.items():
        assert numbers.get(name, arm) == arm, name
    assert len({pair[0] for pair in seccomp.DENIED.values()}) == len(seccomp.DENIED)


def test_the_zygote_says_why_it_fails(monkeypatch):
    monkeypatch.setattr(sandbox_module.visible, "preloaded", lambda exercise: ["no_such_module"])
    with pytest.raises(InfrastructureError, match="no_such_module"):
        Sandbox("01_number_formats")
