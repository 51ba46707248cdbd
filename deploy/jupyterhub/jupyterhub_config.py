"""A JupyterHub for one class on one machine. `manage.py install` copies this to BASE/hub.

Everybody logs in with an account of the machine. Each student has a server of their own, with the
rights of their account alone. Teachers share one: the service `course`, which runs as the account
that owns the course folder, so that nobody else needs to read it.
"""

import grp
import os
import pwd
import sys
from pathlib import Path

c = get_config()  # noqa: F821 (JupyterHub defines it)

HUB = Path(__file__).resolve().parent
BASE = HUB.parent
COURSE, PRIVATE = BASE / "course", HUB / "private"
STAFF, STUDENTS = "course-staff", "course-students"
OWNER = "course"
PORT = int(os.environ.get("COURSE_HUB_PORT", "8000"))

BIN = Path(sys.executable).parent
SHARED = {
    "PATH": f"{BIN}:/usr/local/bin:/usr/bin:/bin",
    "COURSE_EXCHANGE": str(BASE / "exchange"),
    "JUPYTER_PREFER_ENV_PATH": "1",
    "PYTHONUTF8": "1",
}
SINGLE_USER = [str(BIN / "jupyterhub-singleuser"), "--LabApp.news_url=None"]
SINGLE_USER += ["--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
SINGLE_USER += ["--LabApp.extension_manager=readonly"]
# A login shell, which JupyterLab starts otherwise, forgets the PATH to the `course` command.
SINGLE_USER += ["--ServerApp.terminado_settings={'shell_command': ['/bin/bash']}"]


def members(group):
    """The accounts in a group of the machine; none if there is no such group."""
    try:
        return set(grp.getgrnam(group).gr_mem)
    except KeyError:
        return set()


# To the world it goes through a server that speaks HTTPS; README.md shows one.
c.JupyterHub.bind_url = f"http://127.0.0.1:{PORT}"
c.JupyterHub.hub_port = PORT + 1
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PORT + 2}"
c.ConfigurableHTTPProxy.command = [
    str(HUB / "proxy" / "node_modules" / ".bin" / "configurable-http-proxy")
]
# What is secret of the hub itself lies where root alone can look.
c.JupyterHub.db_url = f"sqlite:///{PRIVATE}/jupyterhub.sqlite"
c.JupyterHub.cookie_secret_file = str(PRIVATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(PRIVATE / "proxy.pid")
c.JupyterHub.cleanup_servers = True

# Passwords are the machine's; who is in neither group has an account, and no course.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {STAFF, STUDENTS}
# Who was let in once and is in no group any more stays out.
c.Authenticator.allow_existing_users = False

c.JupyterHub.spawner_class = "jupyterhub.spawner.LocalProcessSpawner"
c.Spawner.cmd = SINGLE_USER
c.Spawner.notebook_dir = "~/model_compression"
c.Spawner.default_url = "/lab/tree/home.ipynb"
# Thirty kernels that import torch at once take their time.
c.Spawner.start_timeout = c.Spawner.http_timeout = 180


def copy_of(spawner):
    """A student's own copy of the hand-out."""
    return Path(pwd.getpwnam(spawner.user.name).pw_dir, "model_compression")


c.Spawner.environment = {
    **SHARED,
    "PYTHONPATH": lambda spawner: str(copy_of(spawner) / "lib"),
    "JUPYTER_CONFIG_PATH": lambda spawner: f"{HUB / 'student'}:{copy_of(spawner) / '.jupyter'}",
}

c.JupyterHub.load_groups = {STAFF: {"users": sorted(members(STAFF))}}
c.JupyterHub.load_roles = [
    {"name": STAFF, "groups": [STAFF], "scopes": [f"access:services!service={OWNER}"]}
]
c.JupyterHub.services = [
    {
        "name": OWNER,
        "url": f"http://127.0.0.1:{PORT + 3}",
        # What is made in the course folder is nobody else's to read.
        "command": [
            *("/bin/sh", "-c", 'umask 077; exec "$@"', "sh", *SINGLE_USER),
            *(f"--ServerApp.root_dir={COURSE}", "--ServerApp.default_url=/lab/tree/home.ipynb"),
        ],
        "user": OWNER,
        "cwd": str(COURSE),
        "oauth_no_confirm": True,
        "environment": {
            **SHARED,
            "PYTHONPATH": str(COURSE / "lib"),
            "JUPYTER_CONFIG_PATH": f"{COURSE / '.jupyter' / 'teacher'}:{COURSE / '.jupyter'}",
        },
    }
]


def landing(handler):
    """Where somebody goes after logging in: teachers to their room, students to their server."""
    user = handler.current_user
    is_staff = user is not None and STAFF in {group.name for group in user.groups}
    return f"{handler.base_url}services/{OWNER}/" if is_staff else ""


c.JupyterHub.default_url = landing
