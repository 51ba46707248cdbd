"""A machine that has other things to do."""

import contextlib
import os
import subprocess
import sys

BURNS = (
    "import os, sys; os.sched_setaffinity(0, eval(sys.argv[1])); print(flush=True)\nwhile 1: pass"
)


@contextlib.contextmanager
def busy(cores):
    """Eight programs that never rest, on these cores alone."""
    line = [sys.executable, "-c", BURNS, repr(set(cores))]
    with contextlib.ExitStack() as stack:
        for _ in range(8):
            process = stack.enter_context(subprocess.Popen(line, stdout=subprocess.PIPE))
            stack.callback(process.kill)
            process.stdout.readline()
        yield


@contextlib.contextmanager
def on_one_core_with_others():
    """The same, with this process on one core with them."""
    mine = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(mine)})
    try:
        with busy({min(mine)}):
            yield
    finally:
        os.sched_setaffinity(0, mine)
