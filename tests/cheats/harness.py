"""Attacks on the harness: what judges, what it compares with, what it shows.

They assume that the tests run where the solution runs, and take the place of some part of them.
"""

from __future__ import annotations

from tests.cheats.answers import table_for
from tests.cheats.attack import NUMBERS, SCALING, attack, tasks_of

FIRST = "unsigned_value"
PEEK = '''import sys

def peek(name):
    """The nearest local variable of this name in the functions that are running."""
    frame = sys._getframe()
    while frame is not None:
        if name in frame.f_locals:
            return frame.f_locals[name]
        frame = frame.f_back
'''


def everywhere(points: str = "4.0") -> str:
    """A `check` that gives as many points as the smallest task has."""
    return (
        f"def check(name, function, seed='practice'):\n    return {points}\n\n"
        f"def check_quiz(name, function):\n    return {points}\n"
    )


def known_seed(patch: str) -> dict[str, str]:
    """Make the hidden seed that of the practice inputs, then look the answers up."""
    names = [name for name in tasks_of(NUMBERS) if not name.startswith("quiz")]
    sources = {name: table_for(name, "practice") for name in names}
    return sources | {FIRST: patch + "\n" + sources[FIRST]}


ATTACKS = (
    attack("own-check", "Defines a `check` of its own.", {FIRST: everywhere()}),
    attack(
        "own-check-in-builtins",
        "Puts a `check` of its own into builtins, and deletes the imported one.",
        {
            FIRST: everywhere() + "import builtins\nbuiltins.check = check\n"
            "builtins.check_quiz = check_quiz\n"
            "globals().pop('check')\nglobals().pop('check_quiz')"
        },
    ),
    attack(
        "nothing-is-wrong",
        "Replaces the function of the checks that finds what is wrong with a result.",
        {FIRST: "import courseware.checks.cases as cases\ncases.find = lambda *a: None"},
    ),
    attack(
        "full-score",
        "Makes every report say that it has all points.",
        {
            FIRST: "import courseware.checks.run as run\n"
            "run.Report.score = property(lambda self: float(self.task.points))"
        },
    ),
    attack(
        "judge-by-gc",
        "Finds the checks among all objects in memory and gives them a judge that agrees.",
        {
            FIRST: "import gc\n"
            "def unsigned_value(bits):\n"
            "    for thing in gc.get_objects():\n"
            "        if type(thing).__name__ == 'Check':\n"
            "            object.__setattr__(thing, 'judge', lambda *a: None)\n"
            "    return 0"
        },
    ),
    attack(
        "swapped-code",
        "Swaps the code object of the function that judges.",
        {
            FIRST: "import courseware.checks.cases as cases\n"
            "def find(check, arguments, expected, got):\n    return None\n"
            "cases.find.__code__ = find.__code__"
        },
    ),
    attack(
        "wide-tolerance",
        "Widens the tolerance of every comparison of floats.",
        {
            "dequantize": "import courseware.checks.values as v\nv.ABSOLUTE = v.RELATIVE = 1e9\n"
            "def dequantize(q, scale):\n    return q.float()"
        },
        exercise=SCALING,
    ),
    attack(
        "any-is-false",
        "Patches torch.Tensor.any, so that no element differs.",
        {
            "dequantize": "torch.Tensor.any = lambda self, *a, **k: torch.tensor(False)\n"
            "def dequantize(q, scale):\n    return torch.zeros(q.shape)"
        },
        exercise=SCALING,
    ),
    attack(
        "equal-operators",
        "Patches the comparison operators of tensors, torch.equal and torch.allclose.",
        {
            "dequantize": "yes = lambda self, *a, **k: torch.ones(self.shape, dtype=torch.bool)\n"
            "no = lambda self, *a, **k: torch.zeros(self.shape, dtype=torch.bool)\n"
            "torch.Tensor.__eq__ = torch.Tensor.__le__ = yes\ntorch.Tensor.__ne__ = no\n"
            "torch.equal = torch.allclose = lambda *a, **k: True\n"
            "def dequantize(q, scale):\n    return torch.zeros(q.shape)"
        },
        exercise=SCALING,
    ),
    attack(
        "abs-is-zero",
        "Replaces the builtin `abs`, so that every error is 0.",
        {
            "sqnr_db": "import builtins\nbuiltins.abs = lambda x: 0\n"
            "def sqnr_db(x, x_hat):\n    return 1.0"
        },
        exercise=SCALING,
    ),
    attack(
        "sum-is-one",
        "Replaces the builtin `sum`, with which weights are added up.",
        {FIRST: "import builtins\nbuiltins.sum = lambda *a: 1\ndef unsigned_value(b): return 0"},
    ),
    attack(
        "isinstance-is-true",
        "Replaces the builtin `isinstance`, so that every error is the expected one.",
        {
            "to_bits": "import builtins\nold = builtins.isinstance\n"
            "builtins.isinstance = lambda a, b: True if b is ValueError else old(a, b)\n"
            "def to_bits(value, width):\n    raise KeyError(value)"
        },
    ),
    attack(
        "reference-in-frames",
        "Finds the task in the frames of the caller and asks its reference.",
        {
            "signed_value": PEEK + "\ndef signed_value(bits):\n"
            "    return peek('task').reference(bits)"
        },
    ),
    attack(
        "reference-by-gc",
        "Finds the task among all objects in memory and asks its reference.",
        {
            "signed_value": "import gc\n\ndef signed_value(bits):\n"
            "    for thing in gc.get_objects():\n"
            "        if getattr(type(thing), '__name__', '') == 'Task':\n"
            "            if thing.name == 'signed_value':\n"
            "                return thing.reference(bits)"
        },
    ),
    attack(
        "reference-in-modules",
        "Looks the reference up in sys.modules, under a name put together at run time.",
        {
            "signed_value": "import sys\n\ndef signed_value(bits):\n"
            "    found = [m for n, m in sys.modules.items() if n.endswith('number_formats')]\n"
            "    return found[0].signed_value(bits)"
        },
    ),
    attack(
        "asks-the-checker",
        "Draws the inputs of the hidden seed itself and keeps the reference's answers.",
        {
            "signed_value": "import os\nimport courseware.checks as checks\n"
            "from courseware.checks.task import Draw\n"
            "task = checks.all_tasks()['signed_value']\n"
            "seed = os.environ.get('COURSE_CLASS_SEED', 'hand-in')\n"
            "known = {}\n"
            "for c in task.checks:\n"
            "    for a in c.draw(Draw(f'{seed}/signed_value/{c.name}')):\n"
            "        known[a] = task.reference(*a)\n"
            "def signed_value(bits):\n    return known[(bits,)]"
        },
    ),
    attack(
        "class-seed-is-practice",
        "Replaces the function that gives the hidden seed by one that gives the practice seed.",
        known_seed(
            "import courseware.checks as c\nimport courseware.checks.seeds as s\n"
            "c.class_seed = s.class_seed = lambda: 'practice'"
        ),
    ),
    attack(
        "import-hook",
        "Hooks `import`, so that the hidden part of a test imports a forged seed.",
        known_seed(
            "import builtins, types\nreal = builtins.__import__\n"
            "def hooked(name, *rest, **more):\n"
            "    if name == 'courseware.checks' and rest and rest[2] == ('class_seed',):\n"
            "        return types.SimpleNamespace(class_seed=lambda: 'practice')\n"
            "    return real(name, *rest, **more)\n"
            "builtins.__import__ = hooked"
        ),
    ),
    attack(
        "drawn-inputs-are-known",
        "Patches the generator, so that every seed draws the practice inputs.",
        known_seed(
            "import random\nfrom courseware.checks.task import Draw\nreal = Draw.__init__\n"
            "Draw.__init__ = lambda self, seed: "
            "real(self, 'practice/' + seed.partition('/')[2])"
        ),
    ),
    attack(
        "thread-that-patches",
        "Starts a thread that puts a forged `check` back every millisecond.",
        {
            FIRST: "import threading, time\nmain = globals()\n" + everywhere() + "\nmine = check\n"
            "def keep():\n"
            "    while True:\n        main['check'] = mine\n        time.sleep(0.001)\n"
            "threading.Thread(target=keep, daemon=True).start()"
        },
    ),
    attack(
        "trace-function",
        "Installs a trace function that reads what is expected before the result is returned.",
        {
            "signed_value": PEEK + "\nseen = {}\n"
            "def watch(frame, event, argument):\n"
            "    if event == 'return' and frame.f_code.co_name == 'signed_value':\n"
            "        seen[frame.f_locals.get('bits')] = argument\n"
            "    return watch\n"
            "sys.settrace(watch)\nsys.setprofile(watch)\n"
            "def signed_value(bits):\n"
            "    sys.settrace(watch)\n"
            "    task = peek('task')\n"
            "    return task.reference(bits) if task else seen.get(bits)"
        },
    ),
    attack(
        "hook-names",
        "Hides a use of the library behind the attribute with which a stand-in names its own.",
        {
            "signed_value": "def signed_value(bits):\n"
            "    from model_compression.number_formats import signed_value as ready\n"
            "    return ready(bits)\n"
            "signed_value.__course_names__ = set()"
        },
    ),
    attack(
        "hook-call",
        "Answers in place of a stand-in, with an outcome made up in the checks' own process.",
        {
            "signed_value": PEEK + "\n"
            "def signed_value(bits):\n    return 0\n"
            "def call(arguments, seconds):\n"
            "    from courseware.checks.call import Outcome\n"
            "    return Outcome(value=peek('task').reference(*arguments))\n"
            "signed_value.__course_call__ = call\n"
            "signed_value.__course_names__ = set()"
        },
    ),
    attack(
        "endless-unwrap",
        "A function that wraps itself, to confuse what looks into it.",
        {
            "signed_value": "def signed_value(bits):\n    return 0\n"
            "signed_value.__wrapped__ = signed_value"
        },
        honest=("unsigned_value", "negate", "to_bits"),
    ),
    attack(
        "main-module",
        "Replaces `__main__` and its namespace by a dict that holds a forged `check`.",
        {
            FIRST: "import sys, types\nfake = types.ModuleType('__main__')\n"
            + everywhere()
            + "\nfake.check = check\nsys.modules['__main__'] = fake\n"
            "globals().update(seed='practice', class_seed=lambda: 'practice')"
        },
    ),
)
