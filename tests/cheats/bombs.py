"""Attacks on the machine: ends, hangs, and more than a fair share of everything.

Each is bounded, so that it does no harm where nothing holds it.
"""

from __future__ import annotations

from tests.cheats.attack import Attack, attack

OTHERS = ("unsigned_value", "to_bits", "negate", "model_bytes")
SIGNED = "\ndef signed_value(bits):\n"


def bomb(name: str, tries: str, body: str, head: str = "") -> Attack:
    """An attack inside a call of `signed_value`; other tasks are solved."""
    return attack(name, tries, {"signed_value": head + SIGNED + body}, honest=OTHERS)


ATTACKS = (
    bomb("exits", "Ends its process.", "    os._exit(0)", "import os"),
    bomb("segfaults", "Reads address 0.", "    ctypes.string_at(0)", "import ctypes"),
    bomb(
        "kills-itself",
        "Sends itself the signal that cannot be caught, and aborts.",
        "    os.kill(os.getpid(), 9)\n    os.abort()",
        "import os",
    ),
    bomb(
        "overflows-the-stack",
        "Recurses without end, with the limit raised.",
        "    sys.setrecursionlimit(10 ** 7)\n    return signed_value(bits)",
        "import sys",
    ),
    bomb(
        "swallows-interrupts",
        "Loops without end and swallows every exception.",
        "    while True:\n        try:\n            while True:\n                pass\n"
        "        except BaseException:\n            pass",
    ),
    bomb(
        "ignores-signals",
        "Blocks every signal and stays in one long call of C code.",
        "    signal.setitimer(signal.ITIMER_REAL, 0)\n"
        "    for number in (signal.SIGALRM, signal.SIGTERM, signal.SIGINT):\n"
        "        signal.signal(number, signal.SIG_IGN)\n"
        "    signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))\n"
        "    return pow(7, 7 ** 10) % 2",
        "import signal",
    ),
    bomb("sleeps", "Sleeps for a minute in every call.", "    time.sleep(60)", "import time"),
    attack(
        "hangs-at-once",
        "Never comes to the end of its cell.",
        {"signed_value": "while True:\n    pass\n" + SIGNED + "    return int(bits, 2)"},
        honest=OTHERS,
    ),
    bomb(
        "eats-memory",
        "Takes two gigabytes.",
        "    return len(bytearray(2 << 30)) and torch.ones(1 << 28).sum()",
        "import torch",
    ),
    bomb(
        "forks",
        "Starts two hundred processes that sleep.",
        "    for _ in range(200):\n        if os.fork() == 0:\n"
        "            time.sleep(4)\n            os._exit(0)\n    return 0",
        "import os, time",
    ),
    bomb(
        "starts-threads",
        "Starts two hundred threads.",
        "    for _ in range(200):\n"
        "        threading.Thread(target=time.sleep, args=(4,), daemon=True).start()\n"
        "    return 0",
        "import threading, time",
    ),
    bomb(
        "keeps-threads-busy",
        "Every call leaves eight threads that compute on for a minute.",
        "    for _ in range(8):\n        threading.Thread(target=work, daemon=True).start()\n"
        "    return 0",
        "import threading, time\n\ndef work():\n    end = time.monotonic() + 60\n"
        "    while time.monotonic() < end:\n        pass\n",
    ),
    bomb(
        "meddles-from-a-thread",
        "A thread takes requests from the socket, and sends answers that nobody asked for.",
        "    threading.Thread(target=meddle, daemon=True).start()\n    return 0",
        "import os, threading, time\n\ndef meddle():\n    for _ in range(2_000):\n"
        "        os.write(3, bytes(8) + b'14.0')\n        os.set_blocking(3, False)\n"
        "        try:\n            os.read(3, 100)\n        except OSError:\n            pass\n"
        "        os.set_blocking(3, True)\n        time.sleep(0.001)\n",
    ),
    bomb(
        "fills-the-disk",
        "Writes files of a gigabyte in all, and thousands of empty ones.",
        "    place = tempfile.mkdtemp()\n    try:\n"
        "        for i in range(5_000):\n            open(f'{place}/{i}', 'w').close()\n"
        "        for i in range(10):\n"
        "            with open(f'{place}/large{i}', 'wb') as file:\n"
        "                file.write(bytes(100 << 20))\n"
        "    finally:\n        shutil.rmtree(place, ignore_errors=True)\n"
        "    return 0",
        "import shutil, tempfile",
    ),
    bomb(
        "opens-files",
        "Opens as many files as it is let.",
        "    files = [open(os.devnull) for _ in range(5_000)]\n    return len(files)",
        "import os",
    ),
    bomb(
        "floods-the-output",
        "Prints twenty megabytes, to every place there is.",
        "    for _ in range(20):\n        print('x' * 1_000_000)\n"
        "        os.write(1, b'x' * 10_000)\n        os.write(2, b'x' * 10_000)\n    return 0",
        "import os",
    ),
    attack(
        "source-bomb",
        "A source that takes a compiler gigabytes: a constant to be folded, brackets in brackets.",
        {
            "signed_value": "def signed_value(bits):\n    return ((((1 << 1000) ** 1000) ** 9) ,) "
            "* 10_000_000\n\nx = " + "(" * 5_000 + ")" * 5_000,
        },
        honest=OTHERS,
    ),
)
