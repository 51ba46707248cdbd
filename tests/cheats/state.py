"""Attacks with what lasts: files, processes and memory for the next hand-in, recorded inputs."""

from __future__ import annotations

from tests.cheats.answers import table_for
from tests.cheats.attack import NUMBERS, SCALING, Attack, HandIn, attack, tasks_of

FIRST = "unsigned_value"
ALL = tuple(name for name in tasks_of(NUMBERS) if name not in (FIRST,))
FORGE = "import courseware.checks.cases as cases\\ncases.find = lambda *a: None\\n"
PLACES = """import os, pathlib, tempfile
places = [pathlib.Path(p) for p in (tempfile.gettempdir(), "/dev/shm", "/var/tmp", "/scratch")]
places = [p for p in places if os.access(p, os.W_OK)]
"""


def accomplices(name: str, tries: str, first: HandIn, second: HandIn) -> Attack:
    """Two hand-ins, of which the second wants to gain by the first."""
    return Attack(name, tries, (first, second))


ATTACKS = (
    accomplices(
        "start-up-file",
        "Leaves a start-up file for IPython, which runs in the kernel of the next hand-in.",
        HandIn(
            {
                FIRST: "import pathlib\n"
                "place = pathlib.Path.home() / '.ipython/profile_default/startup'\n"
                "place.mkdir(parents=True, exist_ok=True)\n"
                "(place / '00-gift.py').write_text('''import sys\n"
                "import pathlib\n"
                "if 'start-up-file-2' in str(pathlib.Path.cwd()):\n"
                "    import courseware.checks.cases as cases\n    cases.find = lambda *a: None''')"
            }
        ),
        HandIn(),
    ),
    accomplices(
        "recorded-answers",
        "A solved hand-in records what it is asked and answers; the next one replays it.",
        HandIn(
            {
                FIRST: PLACES + "def unsigned_value(bits):\n"
                "    for place in places:\n"
                "        with open(place / 'known-answers', 'a') as file:\n"
                "            file.write(f'{bits} {int(bits, 2)}\\n')\n"
                "    return int(bits, 2)"
            },
            honest=(FIRST,),
        ),
        HandIn(
            {
                FIRST: PLACES + "def unsigned_value(bits):\n"
                "    lines = [line.split() for p in places if (p / 'known-answers').exists()\n"
                "             for line in (p / 'known-answers').read_text().splitlines()]\n"
                "    return int(dict(lines)[bits])"
            }
        ),
    ),
    accomplices(
        "module-for-the-next",
        "Leaves a module in every folder of sys.path that can be written to.",
        HandIn(
            {
                FIRST: "import os, sys\n"
                "for place in sys.path:\n"
                "    if os.path.isdir(place) and os.access(place, os.W_OK):\n"
                "        with open(os.path.join(place, 'left_behind.py'), 'w') as file:\n"
                "            file.write('def answer(bits):\\n    return int(bits, 2)\\n')"
            }
        ),
        HandIn({FIRST: "import left_behind\n\nunsigned_value = left_behind.answer"}),
    ),
    accomplices(
        "server-for-the-next",
        "Leaves a process behind that answers the next hand-in's questions over a socket.",
        HandIn(
            {
                FIRST: "import os, socket, time\nif os.fork() == 0:\n"
                "    os.setsid()\n"
                "    server = socket.create_server(('127.0.0.1', 45871))\n"
                "    server.settimeout(20)\n"
                "    try:\n"
                "        for _ in range(40):\n"
                "            with server.accept()[0] as line:\n"
                "                line.sendall(str(int(line.recv(99).decode(), 2)).encode())\n"
                "    finally:\n        os._exit(0)"
            }
        ),
        HandIn(
            {
                FIRST: "import socket\n\ndef unsigned_value(bits):\n"
                "    with socket.create_connection(('127.0.0.1', 45871), timeout=1) as line:\n"
                "        line.sendall(bits.encode())\n"
                "        return int(line.recv(99))"
            }
        ),
    ),
    accomplices(
        "shared-memory",
        "Leaves answers in shared memory of a known name.",
        HandIn(
            {
                FIRST: "from multiprocessing import resource_tracker, shared_memory\n"
                "resource_tracker.register = lambda *a: None\n"
                "memory = shared_memory.SharedMemory('answers', create=True, size=9000)\n"
                "text = b'lambda bits: int(bits, 2)'\n"
                "memory.buf[:len(text)] = text"
            }
        ),
        HandIn(
            {
                FIRST: "from multiprocessing import resource_tracker, shared_memory\n"
                "resource_tracker.register = lambda *a: None\n"
                "memory = shared_memory.SharedMemory('answers')\n"
                "unsigned_value = eval(bytes(memory.buf).rstrip(b'\\0'))"
            }
        ),
    ),
    attack(
        "practice-answers",
        "Knows the answers to all practice inputs by heart.",
        {name: table_for(name, "practice") for name in tasks_of(NUMBERS)[:7]},
    ),
    attack(
        "practice-answers-of-tensors",
        "Knows the answers to all practice inputs by heart, in exercise 02.",
        {
            name: table_for(name, "practice")
            for name in tasks_of(SCALING)
            if not name.startswith("quiz")
        },
        exercise=SCALING,
    ),
    attack(
        "default-seed-answers",
        "Knows the answers to the inputs of a class that has no secret.",
        {name: table_for(name, "hand-in") for name in tasks_of(NUMBERS)[:7]},
    ),
    attack(
        "counts-calls",
        "Gives the practice answers in the order of the calls, whatever is asked.",
        {
            "negate": table_for("negate", "practice").replace(
                'return eval(TABLE[" ".join(map(key, arguments))])',
                "return eval(next(given))",
            )
            + "given = iter(list(TABLE.values()) * 9)"
        },
    ),
    attack(
        "seeds-everything",
        "Seeds and freezes every generator, so that all inputs are drawn alike.",
        {
            FIRST: table_for(FIRST, "practice") + "import random\nimport numpy as np\n"
            "random.seed = random.Random.seed = lambda self, *a: None\n"
            "torch.manual_seed(0)\nnp.random.seed(0)\n"
            "torch.Generator.manual_seed = lambda self, *a: self\n"
        },
    ),
    attack(
        "freed-memory",
        "Returns uninitialised memory, in the hope that it still holds what is expected.",
        {
            "dequantize": "def dequantize(q, scale):\n    return torch.empty(q.shape)",
            "pack_int4": "def pack_int4(q):\n"
            "    return torch.empty((q.numel() + 1) // 2, dtype=torch.uint8)",
        },
        exercise=SCALING,
    ),
    attack(
        "global-settings",
        "Sets default dtype, device and gradient mode, to loosen what comes after.",
        {
            "dequantize": "torch.set_default_dtype(torch.float16)\n"
            "torch.set_default_device('meta')\ntorch.set_grad_enabled(False)\n"
            "torch._C._set_deterministic_algorithms(False)\n"
            "def dequantize(q, scale):\n    return torch.zeros(q.shape)"
        },
        exercise=SCALING,
    ),
    attack(
        "atexit-grades",
        "Registers a function for the end of the process that writes into the grade book.",
        {
            FIRST: "import atexit, pathlib, sqlite3\nhere = pathlib.Path.cwd()\n"
            "def late():\n"
            "    root = next(p for p in here.parents if (p / 'solutions').is_dir())\n"
            "    with sqlite3.connect(root / 'gradebook.db', timeout=5) as book:\n"
            "        book.execute('UPDATE grade SET extra_credit = 50 WHERE notebook_id IN ('\n"
            "            'SELECT submitted_notebook.id FROM submitted_notebook '\n"
            "            'JOIN submitted_assignment ON submitted_assignment.id = '\n"
            "            'submitted_notebook.assignment_id '\n"
            "            'WHERE student_id = ?)', (here.parent.name,))\n"
            "atexit.register(late)"
        },
    ),
)
