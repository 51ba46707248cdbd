"""The command line of bubblewrap: what a sandbox is cut off from, and all that it sees."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import numpy
import torch

from courseware.grading.split.lockdown import SCRATCH
from courseware.handing_in.libraries import visible_packages

COURSE = "/course"
"""Where the course's own packages are inside the sandbox."""

_DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
ENVIRONMENT = {
    "HOME": SCRATCH,
    "LANG": "C.UTF-8",
    # Otherwise every thread sets aside 64 MB of the memory that a worker may have.
    "MALLOC_ARENA_MAX": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OMP_THREAD_LIMIT": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/nonexistent",
    "TMPDIR": SCRATCH,
}


def command(files: Path) -> list[str]:
    """The command line, up to the program; `files` are the course's own that workers see."""
    line = ["bwrap", "--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534"]
    line += ["--die-with-parent", "--new-session", "--hostname", "worker", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        line += ["--setenv", name, value]
    for link in _system_links():
        line += ["--symlink", os.readlink(link), link]
    for tree in visible_trees():
        line += ["--ro-bind", str(tree), str(tree)]
    for folder in _package_folders():
        line += ["--tmpfs", str(folder)]
    for path in visible_packages():
        line += ["--ro-bind", str(path), str(path)]
    for folder in _package_folders():
        line += ["--remount-ro", str(folder)]
    for device in _DEVICES:
        line += ["--dev-bind", device, device]
    # /proc: torch reads there what the processor can do. Every worker hides it from itself.
    line += ["--proc", "/proc", "--ro-bind", str(files), COURSE]
    # For the libraries that the zygote loads; every worker puts its own over it.
    line += ["--tmpfs", SCRATCH]
    if not any(path.is_relative_to("/tmp") for path in [*visible_trees(), *_package_folders()]):
        line += ["--symlink", SCRATCH, "/tmp"]
    return [*line, "--remount-ro", "/"]


def _system_links() -> list[str]:
    return [path for path in ("/lib", "/lib64") if os.path.islink(path)]


def visible_trees() -> list[Path]:
    """Python's own library and the system's. With `visible_packages`, all that workers see."""
    base = Path(sys.base_prefix)
    system = ("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/etc/ld.so.cache")
    trees = [Path(path) for path in system if path not in _system_links()]
    trees += [python(), base / "lib", base / "lib64"]
    there = dict.fromkeys(tree for tree in trees if tree.exists())
    return [tree for tree in there if not there.keys() & set(tree.parents)]


def _package_folders() -> list[Path]:
    """Where packages are installed, inside or outside of the visible trees."""
    base = Path(sysconfig.get_path("stdlib")) / "site-packages"
    return [folder for folder in dict.fromkeys([base, *site_packages()]) if folder.is_dir()]


def site_packages() -> list[Path]:
    """Where torch, NumPy and what else is installed lie."""
    folders = [Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")]
    folders += [Path(package.__path__[0]).parent for package in (torch, numpy)]
    return list(dict.fromkeys(folders))


def python() -> Path:
    """The interpreter itself, without the virtual environment around it."""
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()
