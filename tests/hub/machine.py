"""A machine of its own for a hub: accounts, homes and /srv that are gone with the process.

`unshare` gives the process mounts of its own. So the real `manage.py` makes real accounts, and the
machine on which this runs never sees them. The environment is the repository's, as it is installed.

    unshare --mount --propagation private python -m tests.hub.machine NAME[:KIND] ...
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.tracked import ROOT

BASE = Path("/srv/model_compression")
OWN = ("/etc", "/home", "/srv", "/var/log")
MANAGE = ROOT / "deploy" / "jupyterhub" / "manage.py"


def run(*command: str) -> None:
    print("+", *command, flush=True)
    subprocess.run(command, check=True)


def take_apart() -> None:
    """Folders in memory in place of the machine's; /etc begins as a copy."""
    run("mount", "-t", "tmpfs", "tmpfs", "/mnt")
    for folder in OWN:
        mine = Path("/mnt", folder.strip("/").replace("/", "_"))
        if folder == "/etc":
            run("cp", "--archive", folder, str(mine))
        mine.mkdir(exist_ok=True)
        run("mount", "--bind", str(mine), folder)


def hide_all_but(*kept: Path) -> None:
    """Leave some folders alone of what surrounds the repository, for every account to read."""
    parents = [one for one in reversed(ROOT.parents) if not one.stat().st_mode & 0o001]
    hidden = (parents or [ROOT])[0]
    inside = [one for one in kept if one.is_relative_to(hidden)]
    for number, folder in enumerate(inside):
        Path(f"/mnt/kept{number}").mkdir()
        run("mount", "--bind", str(folder), f"/mnt/kept{number}")
    run("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(hidden))
    for number, folder in enumerate(inside):
        folder.mkdir(parents=True)
        run("mount", "--bind", f"/mnt/kept{number}", str(folder))


def main() -> None:
    """Set a hub up as README.md of deploy/jupyterhub says, and become it."""
    environment = Path(sys.prefix)
    staff = [one.removesuffix(":staff") for one in sys.argv[1:] if one.endswith(":staff")]
    students = [one for one in sys.argv[1:] if ":" not in one]
    take_apart()
    run(sys.executable, str(MANAGE), "install", "--env", str(environment))
    run(sys.executable, str(MANAGE), "staff", *staff)
    run(sys.executable, str(MANAGE), "students", *students)
    manage = str(BASE / "hub" / "manage.py")
    os.chdir("/")
    hide_all_but(environment, Path(sys.base_prefix))
    run(str(BASE / "env" / "bin" / "python"), "-I", manage, "handout", "--until", "2")
    python = str(BASE / "env" / "bin" / "python")
    config = str(BASE / "hub" / "jupyterhub_config.py")
    print("+", python, "-m", "jupyterhub", flush=True)
    os.execv(python, [python, "-I", "-m", "jupyterhub", "-f", config])


if __name__ == "__main__":
    main()
