"""Whether this machine can grade safely: the sandbox is tried, not asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from courseware.grading.class_secret import SECRET
from courseware.grading.named import CONFIG
from courseware.grading.neighbours import neighbours, open_to
from courseware.grading.plain_lines import some
from courseware.grading.split import seccomp
from courseware.grading.split.bubblewrap import command, visible_trees
from courseware.grading.split.sandbox import NO_BUBBLEWRAP, UNPROTECTED, InfrastructureError
from courseware.grading.split.sandboxes import Place, close_sandbox, sandbox_for
from courseware.grading.split.session import Cell, Session
from courseware.handing_in.libraries import visible_packages

USER_NAMESPACES = (
    "The kernel must let users make namespaces. Ubuntu 23.10 and later forbid it to most programs:",
    "    sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0",
    "Debian before 11:  sudo sysctl kernel.unprivileged_userns_clone=1",
    "In a container:    start it with --security-opt seccomp=unconfined, or grade outside of it",
)
OF_THE_CLASS = ("solutions", "submitted", "collected", "autograded", "feedback", "build")
"""What of a course folder is no student's to read, beside the secret and the gradebook."""
OF_THE_EXCHANGE = ("*/inbound", "*/feedback")
"""Folders in which students put and find files by names that nobody else can list."""
GRADEBOOK = "gradebook.db"
"""Where there is no other database, nbgrader keeps the marks of a class there."""
WITHOUT = (
    "To grade code that you trust all the same: course grade EXERCISE --without-sandbox.",
    UNPROTECTED,
)
PROBE = """
import os, socket
import courseware.checks.conditions as conditions
conditions.EVENTS.clear()  # the wall is looked at, not what stands in front of it and explains
def reached(paths):
    seen = []
    for path in paths:
        try:
            os.listdir(path) if os.path.isdir(path) else open(path).close()
            seen.append(path)
        except OSError:
            pass
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1)
        seen.append("the network")
    except OSError as error:
        seen += [] if error.errno is not None else ["the network"]
    return seen
"""
"""What code in a sandbox must not reach. A refused connection has an error number, one that was
tried and not answered has none."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at, and what to do if it is not fine."""

    fine: bool
    text: str
    advice: tuple[str, ...] = ()


def examine(root: Path) -> list[Finding]:
    """Try everything that grading in a course folder needs."""
    sandbox = [_platform(), _bubblewrap(root), _isolation(root)]
    private = [_private_file(root / name) for name in (SECRET, GRADEBOOK)]
    return [*sandbox, _course(root), *private, _neighbours(root)]


def sandbox_obstacle(root: Path) -> str:
    """What keeps a sandbox from starting here, in one line; empty if nothing does."""
    for finding in (_platform(), _bubblewrap(root)):
        if not finding.fine:
            return finding.text
    return ""


def _platform() -> Finding:
    if sys.platform == "linux" and seccomp.supported():
        return Finding(True, f"Linux on {os.uname().machine}")
    text = f"split grading needs Linux on x86-64 or 64-bit ARM, this is {sys.platform}"
    return Finding(False, text, ("Grade in a virtual machine with Linux.", *WITHOUT))


def _bubblewrap(root: Path) -> Finding:
    program = shutil.which("bwrap")
    if not program:
        return Finding(False, NO_BUBBLEWRAP, ("sudo apt-get install bubblewrap", *WITHOUT))
    for tree in visible_trees():
        if root.is_relative_to(tree.resolve()):
            text = f"{root} lies in {tree}, which hand-ins can read: move the course folder"
            return Finding(False, text)
    with tempfile.TemporaryDirectory() as files:
        line = [*command(Path(files)), "--", str(Path(sys.executable).resolve()), "-I", "-c", ""]
        try:
            tried = subprocess.run(line, capture_output=True, text=True, timeout=60)
            problem = tried.stderr.strip().splitlines()[-1:] if tried.returncode else []
            failed = bool(tried.returncode)
        except (OSError, subprocess.TimeoutExpired) as error:
            problem, failed = [str(error)], True
    if failed:
        text = f"bubblewrap cannot make a sandbox: {''.join(problem) or 'no reason given'}"
        return Finding(False, text, (*USER_NAMESPACES, *WITHOUT))
    return Finding(True, f"bubblewrap ({program}) makes sandboxes")


def _isolation(root: Path) -> Finding:
    """Start a real sandbox and let code in it look around."""
    place = Place("00_doctor", (root,))
    cell = Cell("probe", PROBE)
    try:
        with Session(sandbox_for(place), [cell]) as session:
            ran = session.run(cell, ["reached"])
            outcome = session.call("reached", [_private(root)], seconds=20.0)
    except InfrastructureError as error:
        return Finding(False, f"no hand-in can be run: {error}", (*USER_NAMESPACES, *WITHOUT))
    finally:
        close_sandbox(place)
    failed = ran.error or outcome.error
    if failed is not None:
        return Finding(False, f"code fails in the sandbox: {type(failed).__name__}: {failed}")
    if outcome.value:
        return Finding(False, f"code in the sandbox reaches {', '.join(map(str, outcome.value))}")
    return Finding(True, "code in the sandbox runs, and reaches neither your files nor a network")


def _private(root: Path) -> list[str]:
    """Files and folders of this machine that no hand-in may see."""
    folders = [root, Path.home()]
    mine = [path for folder in folders for path in folder.iterdir() if not _holds_libraries(path)]
    system = ["/etc/passwd", "/etc/shadow", "/proc/1/environ", "/var/lib"]
    return [*map(str, mine[:200]), *system]


def _holds_libraries(path: Path) -> bool:
    """Python or the environment may be installed there; nothing else of it is shown."""
    return any(tree.is_relative_to(path) for tree in [*visible_trees(), *visible_packages()])


def _course(root: Path) -> Finding:
    config = root / CONFIG
    if not config.is_file():
        text = f"{root} is not a course folder: it has no {CONFIG}"
        return Finding(False, text, ("Go to your course folder, or name it with --course-dir.",))
    if "split.execute.SplitExecute" not in config.read_text(encoding="utf-8"):
        advice = "Copy c.Autograde.autograde_preprocessors from the course's own file."
        return Finding(False, f"{config} does not name SplitExecute", (advice,))
    return Finding(True, f"{config} grades in the sandbox")


def _neighbours(root: Path) -> Finding:
    """On a shared server the other accounts are the students."""
    others = neighbours()
    if not others:
        return Finding(True, "there is nobody else with an account on this machine")
    exchange = Path(os.environ.get("COURSE_EXCHANGE", os.devnull))
    looked_at = [root / name for name in (*OF_THE_CLASS, SECRET, GRADEBOOK)]
    looked_at += [path for pattern in OF_THE_EXCHANGE for path in sorted(exchange.glob(pattern))]
    found = open_to(others, looked_at)
    if not found:
        return Finding(True, f"{some([one.name for one in others])} can read nothing of the class")
    text = "; ".join(f"{some(names)} can read {path}" for path, names in found.items())
    advice = [f"chmod 700 {root}"] if any(path.is_relative_to(root) for path in found) else []
    advice += [f"chmod o-r {path}" for path in found if not path.is_relative_to(root)]
    return Finding(False, text, tuple(advice))


def _private_file(path: Path) -> Finding:
    if not path.is_file():
        return Finding(True, f"no {path.name} yet: the first grading makes it")
    if path.stat().st_mode & 0o077:
        return Finding(False, f"others can read {path}", (f"chmod 600 {path}",))
    return Finding(True, f"{path.name} is yours alone")
