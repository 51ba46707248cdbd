"""Attacks, really tried from inside a worker."""

from __future__ import annotations

import errno
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from courseware.checks.call import TimeLimit
from courseware.grading.split import seccomp
from courseware.grading.split.bubblewrap import python, visible_trees
from courseware.grading.split.seats import BABBLED, PLAIN, ProcessEnded
from courseware.handing_in.libraries import visible_packages
from courseware.handing_in.visible import FIRST_EXERCISE
from tests.courseware.split.conftest import opened

REPOSITORY = Path(__file__).parents[3]
GOOD = "\ndef g(x): return x + 1\n"


def attempt(body: str) -> str:
    """A function `f` that returns what its body returns, or the name of the error."""
    lines = "\n".join(f"        {line}" for line in body.strip().splitlines())
    return (
        "import ctypes, errno, gc, os, signal, socket, struct, sys, threading, time\nimport torch\n"
        # The wall is tried, not what stands in front of it and explains.
        "import courseware.checks.conditions as conditions\nconditions.EVENTS.clear()\n"
        "[setattr(place, name, old) for place, name, _, old in conditions.REPLACED]\n"
        "libc = ctypes.CDLL(None, use_errno=True)\n"
        f"def f(*args):\n    try:\n{lines}\n"
        "    except BaseException as error:\n        return type(error).__name__\n"
    )


# --- what it can see ----------------------------------------------------------------------------


def test_no_network(inside):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        for body in (
            f"socket.create_connection(('127.0.0.1', {port}), 1)\nreturn 'connected'",
            "socket.socket(socket.AF_UNIX)\nreturn 'made'",
            "socket.socketpair()\nreturn 'made'",
            "socket.getaddrinfo('localhost', 80)\nreturn 'resolved'",
        ):
            assert inside(attempt(body)).value in ("PermissionError", "gaierror")
        server.settimeout(0.05)
        with pytest.raises(TimeoutError):
            server.accept()


def test_no_file_of_the_course_or_of_anybody(inside, tmp_path):
    secret = tmp_path / "gradebook.db"
    secret.write_text("secret")
    paths = [str(secret), str(REPOSITORY), str(REPOSITORY / "nbgrader_config.py"), __file__]
    paths += [str(Path.home()), "/etc/passwd", "/etc/hostname", "/home", "/var", "/sys", "/work"]
    paths += ["/proc/1", "/proc/self", "/dev/shm", "/dev/pts", "/dev/tty", "/dev/mem", "/run"]
    body = """
there = [path for path in args[0] if os.path.exists(path)]
return {path: sorted(os.listdir(path)) if os.path.isdir(path) else ["a file"] for path in there}
"""
    # Python or the environment may lie below such a folder: the way to it is there, nothing else.
    ways = {place for tree in (*visible_trees(), *visible_packages()) for place in tree.parents}
    found = inside(attempt(body), paths).value
    beside = {str(Path(path) / name) for path, names in found.items() for name in names}
    assert beside <= set(map(str, ways))


def test_only_python_and_libraries_are_there(inside):
    body = """
found = []
for folder, _, files in os.walk("/"):
    found += [os.path.join(folder, file) for file in files]
return [f for f in found if not f.endswith((".so", ".h")) and "/lib/" not in f and "/usr" not in f]
"""
    found = inside(attempt(body), seconds=60.0).value
    outside = {path for path in found if not path.startswith(("/course/", "/dev/", "/lib"))}
    assert {path for path in outside if "site-packages" not in path} <= {
        str(python()),
        "/etc/ld.so.cache",
    }
    course = {path.removeprefix("/course/") for path in found if path.startswith("/course/")}
    assert not any("data" in path or "training" in path for path in course)
    earlier = {name for name, first in FIRST_EXERCISE.items() if first < 1}
    assert {path for path in course if path.startswith("model_compression/")} == {
        f"model_compression/{name}.py" for name in ("__init__", *earlier)
    }
    assert not any("chapter_" in path or "quiz" in path for path in course)
    assert not any("sandbox" in path or "session" in path for path in course)


@pytest.mark.parametrize(
    "package", ["sklearn", "mlxtend", "torchao", "courseware.subjects.data", "nbgrader"]
)
def test_little_else_is_there(inside, package):
    """Networks are judged on data that no worker has."""
    body = f"""
import importlib
try:
    importlib.import_module({package!r})
except ModuleNotFoundError:
    return True
"""
    assert inside(attempt(body)).value is True


def test_the_reference_is_nowhere_on_the_disk(inside):
    body = """
hits = []
for folder, folders, files in os.walk("/"):
    hits += [folder for name in files if name.startswith("number_formats")]
    hits += [folder for name in files if name.endswith(".ipynb") and "01_" in name]
return hits
"""
    assert inside(attempt(body), seconds=60.0).value == []


def test_nothing_to_know_from_memory_environment_or_descriptors(inside, monkeypatch):
    monkeypatch.setenv("COURSE_CLASS_SEED", "secret-seed")
    body = """
open_files = []
for number in range(64):
    try:
        os.fstat(number)
        open_files.append(number)
    except OSError:
        pass
loaded = [m for m in sys.modules if m.startswith(("courseware", "model_compression"))]
tasks = [o for o in gc.get_objects() if type(o).__name__ in ("Task", "Question", "Misconception")]
return [dict(os.environ), open_files, loaded, len(tasks), sys.argv, os.getcwd(), os.getuid()]
"""
    environment, files, loaded, tasks, arguments, folder, uid = inside(attempt(body)).value
    assert not any("SEED" in name or "secret" in value for name, value in environment.items())
    assert set(environment) <= {
        *("HOME", "LANG", "MALLOC_ARENA_MAX", "PATH", "PWD", "TMPDIR"),
        *("MKL_NUM_THREADS", "OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS"),
    }
    assert files == [0, 1, 2, 3]
    assert not any("chapter" in name or "number_formats" in name for name in loaded)
    assert tasks == 0
    assert arguments == [""]
    assert folder == "/scratch"
    assert uid == 65534


def test_workers_do_not_see_each_other(sandbox):
    write = attempt("open('/scratch/x', 'w').write('1')\nreturn [os.getpid(), os.listdir('.')]")
    look = attempt("return [os.getpid(), os.listdir('/scratch'), os.listdir('/proc')]")
    with opened(sandbox, write) as first, opened(sandbox, look) as second:
        assert first.call("f", ()).value == [1, ["x"]]
        assert second.call("f", ()).value == [1, [], []]


@pytest.mark.parametrize(
    "path",
    ["/x", "/course/x", "/course/courseware/x.py", "/dev/x", "/usr/lib/x", "/proc/x", "/etc/x"],
)
def test_nothing_can_be_written_elsewhere(inside, path):
    body = f"open({path!r}, 'w').write('x')\nreturn 'written'"
    assert inside(attempt(body)).value in ("OSError", "PermissionError", "FileNotFoundError")


# --- what it can do to others -------------------------------------------------------------------


def test_no_signals_to_others(sandbox):
    body = """
failed = []
for pid in [-1, 0, 1, 2, 3, os.getppid(), *range(4, 300)]:
    for number in (signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP):
        try:
            os.kill(pid, number)
        except OSError as error:
            failed.append(type(error).__name__)
return sorted(set(failed)), len(failed)
"""
    with opened(sandbox, attempt(body) + GOOD) as first, opened(sandbox, GOOD) as second:
        assert first.call("f", ()).value == (["PermissionError"], 302 * 3)
        assert first.call("g", (1,)).value == second.call("g", (1,)).value == 2
    assert sandbox.is_alive()


@pytest.mark.parametrize(
    "body",
    [
        "return os.fork()",
        "import subprocess\nreturn subprocess.run(['/usr/bin/true']).returncode",
        "os.execv(sys.executable, ['python'])",
        "import multiprocessing\nmultiprocessing.Process(target=print).start()\nreturn 'started'",
        "os.posix_spawn('/usr/bin/true', ['true'], {})\nreturn 'started'",
        "while True: os.fork()",
        "os.kill(os.getpid(), signal.SIGSTOP)\nreturn 'stopped'",
    ],
)
def test_no_second_process(open_session, body):
    with open_session(attempt(body) + GOOD) as session:
        error = session.call("f", ()).value
        assert error in ("PermissionError", "RuntimeError", "FileNotFoundError")
        assert session.call("g", (1,)).value == 2


def test_only_a_plain_thread_can_be_cloned(inside):
    """A process, one that shares memory, one in a namespace, a thread in one."""
    _, column = seccomp.ARCHITECTURES[os.uname().machine]
    flags = [
        0,
        signal.SIGCHLD,
        0x4111,
        0x10000,
        0x10000000,
        *(seccomp.THREAD ^ 1 << n for n in range(32)),
    ]
    body = f"return [libc.syscall({seccomp.CLONE[column]}, flags, 0, 0, 0, 0) for flags in args[0]]"
    assert inside(attempt(body), flags).value == [-1] * len(flags)


def test_a_thread_has_no_more_rights(inside):
    body = """
found = []
def look():
    for action in (os.fork, socket.socket, lambda: os.kill(1, 9), lambda: open("/x", "w")):
        try:
            found.append(action())
        except OSError as error:
            found.append(type(error).__name__)
    found.append(libc.prctl(21, 0, 0, 0, 0))
thread = threading.Thread(target=look)
thread.start(); thread.join()
return found
"""
    assert inside(attempt(body)).value == ["PermissionError"] * 3 + ["OSError", 2]


def test_no_namespaces_mounts_or_privileges(inside):
    body = """
answers = [
    libc.unshare(0x10000000), libc.unshare(0x00020000), libc.setns(3, 0),
    libc.mount(b"proc", b"/proc", b"proc", 0, None), libc.umount2(b"/proc", 2),
    libc.umount2(b"/scratch", 2), libc.chroot(b"/scratch"), libc.ptrace(16, 1, 0, 0),
    libc.setuid(0), libc.setgroups(0, None), libc.prctl(24, 0, 0, 0, 0),
]
header, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
capabilities = libc.capget(header, data), list(data)
return answers, capabilities, libc.prctl(39, 0, 0, 0, 0), libc.prctl(21, 0, 0, 0, 0)
"""
    answers, capabilities, no_new_privileges, seccomp_mode = inside(attempt(body)).value
    assert answers == [-1] * len(answers)
    assert capabilities == (0, [0] * 6)
    assert (no_new_privileges, seccomp_mode) == (1, 2)


def test_every_system_call_of_the_table_is_refused(inside):
    _, column = seccomp.ARCHITECTURES[os.uname().machine]
    numbers = [pair[column] for pair in seccomp.DENIED.values() if pair[column] is not None]
    unknown = [seccomp.CLONE3, *range(seccomp.FIRST_UNKNOWN, 600), 0x40000000, 0x40000039]
    body = """
found = []
for number in args[0]:
    result = libc.syscall(number, 0, 0, 0, 0, 0, 0)
    found.append((result, ctypes.get_errno()))
return found
"""
    assert inside(attempt(body), numbers).value == [(-1, errno.EPERM)] * len(numbers)
    assert inside(attempt(body), unknown).value == [(-1, errno.ENOSYS)] * len(unknown)


def test_limits_cannot_be_raised(inside):
    body = """
import resource
for name in ("AS", "CPU", "NOFILE", "FSIZE", "CORE"):
    kind = getattr(resource, "RLIMIT_" + name)
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        return 'raised'
    except (ValueError, OSError):
        pass
return 'kept'
"""
    assert inside(attempt(body)).value == "kept"


# --- how much it can take -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        "x = bytearray(1 << 34)\nreturn len(x)",
        "return torch.zeros(1 << 33).sum()",
        "x = []\nwhile True: x.append(bytearray(1 << 20))",
        "x = []\nwhile True: x.append(torch.ones(1 << 18))",
        "import mmap\nx = []\nwhile True: x.append(mmap.mmap(-1, 1 << 24))",
    ],
)
def test_memory_has_a_limit(tight_sandbox, body):
    with opened(tight_sandbox, attempt(body) + GOOD) as session:
        assert session.call("f", ()).value in ("MemoryError", "RuntimeError", "OSError")
        assert session.call("g", (1,)).value == 2


def test_disk_has_a_limit(tight_sandbox):
    body = """
total = 0
try:
    for number in range(10_000):
        with open(f"/scratch/{number}", "wb") as file:
            total += file.write(bytes(1 << 20))
except OSError:
    return total
"""
    many = """
try:
    for number in range(100_000):
        open(f"/scratch/{number}", "w").close()
except OSError:
    return number
"""
    with opened(tight_sandbox, attempt(body)) as session:
        assert session.call("f", ()).value <= 4 << 20
    with opened(tight_sandbox, attempt(many)) as session:
        assert session.call("f", ()).value < 5_000


def test_threads_have_a_limit(sandbox):
    """The kernel's, or where it sets none (for root) the guardian's, who ends the worker."""
    body = """
threading.stack_size(1 << 16)
number = 0
try:
    while True:
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
        number += 1
except RuntimeError:
    time.sleep(1)
    return number
"""
    with opened(sandbox, attempt(body) + GOOD) as session:
        outcome = session.call("f", ())
        assert outcome.value == sandbox.limits.caps.threads or isinstance(
            outcome.error, ProcessEnded
        )
        assert session.call("g", (1,)).value == 2
        assert session.fault is None


def test_open_files_have_a_limit(tight_sandbox):
    """The one that is set for workers: the machine has a higher one."""
    body = """
pipes = []
try:
    while True: pipes.append(os.pipe())
except OSError:
    return 2 * len(pipes)
"""
    with opened(tight_sandbox, attempt(body) + GOOD) as session:
        assert session.call("f", ()).value <= tight_sandbox.limits.caps.open_files


def test_output_is_cut_off(tight_sandbox):
    body = """
end = time.monotonic() + 0.3
while time.monotonic() < end:
    print("x" * 10_000); os.write(1, b"y" * 10_000); os.write(2, b"z" * 10_000)
"""
    with opened(tight_sandbox, attempt(body)) as session:
        assert len(session.call("f", ()).printed) < 21_000


@pytest.mark.parametrize(
    "body",
    [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "signal.setitimer(signal.ITIMER_REAL, 0)\ntime.sleep(60)",
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\ntime.sleep(60)",
        "return 10 ** 10 ** 8",
        "os.read(os.pipe()[0], 1)",
        "os.read(3, 1)",
    ],
)
def test_what_does_not_end_is_ended(open_session, body):
    with open_session(
        attempt(body).replace("except BaseException as e", "except OSError as e") + GOOD
    ) as session:
        outcome = session.call("f", (), seconds=0.3)
        assert session._seats.used < 10  # by its own doing
        assert isinstance(outcome.error, TimeLimit)
        assert session.call("g", (1,)).value == 2


def test_processor_time_has_a_limit(tight_sandbox):
    body = "signal.setitimer(signal.ITIMER_REAL, 0)\nwhile True: pass"
    with opened(tight_sandbox, attempt(body) + GOOD) as session:
        outcome = session.call("f", ())
        assert isinstance(outcome.error, TimeLimit)
        assert "used up" in str(outcome.error)
        assert session.call("g", (1,)).value == 2


THREADS = """
import threading, time
from concurrent.futures import ThreadPoolExecutor
k = 0
def grow(seconds=60):
    global k
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        k += 1
def f():
    threading.Thread(target=grow).start()
def endless():
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(grow, [60, 60]))
def g():
    return k
"""


def state_of(session) -> str:
    """What the kernel says of a session's worker: `T` is stopped."""
    lines = (
        Path(f"/proc/self/fdinfo/{session._seats.present()[PLAIN].worker.pidfd}")
        .read_text()
        .splitlines()
    )
    pid = next(line.split()[1] for line in lines if line.startswith("Pid:"))
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_worker_stands_still_between_calls(open_session):
    """A thread that is left over takes no time from those who judge, nor from others."""
    with open_session(THREADS) as session:
        assert session.call("f", ()).error is None
        end = time.monotonic() + 60
        while state_of(session) != "T":
            assert time.monotonic() < end
        assert session.call("g", ()).value > 0


def test_threads_that_are_left_over_end_with_their_task(open_session):
    with open_session(THREADS) as session:
        assert session.call("f", ()).error is None
        session.start_task()
        assert session.call("g", ()).value == 0


def test_threads_that_do_not_end_in_time_are_ended(open_session):
    with open_session(THREADS) as session:
        assert isinstance(session.call("endless", (), seconds=0.3).error, TimeLimit)
        assert session.call("g", ()).value == 0


def test_threads_of_a_cell_cost_others_nothing(open_session):
    with open_session(THREADS + "f()") as session:
        for _ in range(3):
            session.start_task()
            assert session.call("g", ()).value > 0
        assert session.fault is None


@pytest.mark.parametrize(
    "body",
    [
        "os._exit(0)",
        "os._exit(3)",
        "ctypes.string_at(0)",
        "os.abort()",
        "sys.setrecursionlimit(10**9)\ndef r(n): return r(n + 1) + [].sort()\nreturn r(0)",
        "libc.exit(0)",
        "os.close(3)",
        "signal.signal(signal.SIGALRM, signal.SIG_DFL)\nos.close(3)\nwhile True: pass",
        "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass",
    ],
)
def test_a_death_costs_one_call(open_session, body):
    with open_session(attempt(body).replace("BaseException", "OSError") + GOOD) as session:
        outcome = session.call("f", ())
        assert isinstance(outcome.error, ProcessEnded | TimeLimit), outcome
        assert session.call("g", (1,)).value == 2
        assert session.fault is None


# --- lies on the socket -------------------------------------------------------------------------

FORGE = """
import json, os, struct
def frame(message, data=b""):
    text = json.dumps(message).encode()
    return struct.pack(">II", len(text), len(data)) + text + data
def answer(value, number="00"):
    lists = {"changed": []}
    return frame({"id": number, "value": value, "printed": "", "error": None, **lists})
def send(content):
    for number in range(64):
        try:
            os.write(number, content)
        except OSError:
            pass
"""


@pytest.mark.parametrize(
    "content",
    [
        "answer(99)",
        "answer(99) * 1000",
        "b'\\xff' * 8",
        "b'\\0' * 1000",
        "b'garbage' * 100",
        "frame({'id': None})",
        "frame([1])",
        "answer({'t': ['float32', [2**40]]})",
        "answer({'o': ['int', '99']})",
        "answer(99)[:20]",
        "struct.pack('>II', 2**32 - 1, 2**32 - 1)",
        "struct.pack('>II', 1 << 20, 1 << 20)",
    ],
)
def test_forged_answers_in_advance_are_never_taken(open_session, content):
    """Neither for the call at hand nor for a later one, which gets its own right answer."""
    source = FORGE + f"def f():\n    send({content})\n    return 1\n" + GOOD
    with open_session(source) as session:
        outcome = session.call("f", (), seconds=1.0)
        assert isinstance(outcome.error, ProcessEnded | TimeLimit)
        assert str(outcome.error) == BABBLED or isinstance(outcome.error, TimeLimit)
        assert [session.call("g", (x,)).value for x in (1, 2)] == [2, 3]


def test_what_a_call_leaves_behind_is_never_taken(open_session):
    """The next call begins with a forged answer, which a hook of the first one sends."""
    hook = "lambda n: send(answer(99)) or original(n)"
    source = FORGE + f"original = os.urandom\ndef f():\n    os.urandom = {hook}\n    return 1\n"
    with open_session(source + GOOD) as session:
        assert session.call("f", ()).value == 1
        assert [session.call("g", (x,)).value for x in (1, 2)] == [2, 3]
        assert session.fault is None


def test_two_answers_to_one_call(open_session):
    """The first counts: it is the worker's own. The second is not taken for the next one."""
    source = (
        FORGE
        + "import sys\n"
        + "def f():\n"
        + "    frame_ = sys._getframe()\n"
        + "    while 'request' not in frame_.f_locals: frame_ = frame_.f_back\n"
        + "    send(answer(99, frame_.f_locals['request']['id']))\n"
        + "    return 1\n"
        + GOOD
    )
    with open_session(source) as session:
        assert session.call("f", ()).value == 99
        assert session.call("g", (1,)).value == 2
        assert session.fault is None


STARTING = """
import os, sys, threading, time
import courseware.grading.split.worker as worker
def repeat(action):
    while True:
        action()
        time.sleep(0.001)
def start(action):
    threading.Thread(target=repeat, args=(action,), daemon=True).start()
"""


@pytest.mark.parametrize(
    "trick",
    [
        "import json; json.dumps = lambda *a, **k: 'x'",
        "import courseware.grading.split.protocol as p; p._write = lambda m: '{\"id\": NaN}'",
        "import courseware.grading.split.protocol as p; p._write = lambda m: '[' * 100000",
        "import courseware.grading.split.worker as w; w.encode = lambda *a: {'pickle': 'x'}",
        "import courseware.grading.split.worker as w; w.encode = lambda *a: {'b': 2**70}",
        "import courseware.grading.split.worker as w; w.describe_error = lambda e: 5",
        "import sys; sys.modules.clear()",
        "import sys; sys.modules['torch'] = None; sys.meta_path.clear(); sys.path.clear()",
        "import builtins; builtins.isinstance = lambda *a: True",
        "import builtins; builtins.len = lambda *a: 0",
        "import torch; torch.Tensor.shape = 5; torch.equal = lambda *a: True",
        "import gc; [o.clear() for o in gc.get_objects() if type(o) is dict]",
        "start(lambda: setattr(worker, 'encode', lambda *a: {'b': 2**70}))",
        "start(lambda: setattr(worker, 'describe_error', lambda e: 5))",
        "start(lambda: os.write(3, b'garbage'))",
        "start(lambda: os.read(3, 100))",
        "start(lambda: os.close(3))",
        "start(sys.modules.clear)",
    ],
)
def test_tricks_with_the_worker_itself_hurt_nobody_else(sandbox, trick):
    source = f"{STARTING}def f():\n    {trick}\n    return 1\n" + GOOD
    with opened(sandbox, source) as session:
        session.call("f", (), seconds=1.0)
        outcome = session.call("g", (1,), seconds=1.0)
        assert outcome.value in (None, 2)
        assert session.fault is None
    with opened(sandbox, GOOD) as session:
        assert session.call("g", (1,)).value == 2


def test_descriptors_sent_along_are_not_kept(open_session):
    source = (
        "import socket, os, array\n"
        "def f():\n"
        "    s = socket.socket(fileno=os.dup(3))\n"
        "    fds = array.array('i', [0, 1, 2])\n"
        "    for _ in range(5):\n"
        "        s.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, fds)])\n" + GOOD
    )
    before = len(os.listdir("/proc/self/fd"))
    with open_session(source) as session:
        assert session.call("f", (), seconds=0.5).error is not None
        assert session.call("g", (1,)).value == 2
    assert len(os.listdir("/proc/self/fd")) <= before


def test_all_workers_are_gone_after_their_sessions(sandbox):
    with opened(sandbox, "def f(): return 1") as session:
        worker = session._seats.present()[PLAIN].worker
        assert worker is not None and not worker.has_ended(seconds=0)
        pidfd = os.dup(worker.pidfd)
    with pytest.raises(ProcessLookupError):
        signal.pidfd_send_signal(pidfd, 0)
    os.close(pidfd)
