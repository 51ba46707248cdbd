"""What a worker does for honest solutions."""

from __future__ import annotations

import math
import random

import numpy as np
import pytest
import torch

from courseware.checks import gradients
from courseware.checks.call import TimeLimit
from courseware.grading.split.replies import FUNCTION
from courseware.grading.split.session import Cell, Session
from tests.courseware.split.conftest import opened, stand_in

STRAIGHT_THROUGH = """
import torch

def fake_quantize(x, scale, qmin, qmax):
    code = torch.clamp(torch.round(x / scale), qmin, qmax)
    inside = (torch.round(x / scale) >= qmin) & (torch.round(x / scale) <= qmax)
    straight = x * inside
    return straight + (code * scale - straight).detach()
"""


def test_values_come_back_as_they_are(inside):
    for value in (1, -0.0, "0101", (1, [True, None]), {"b": torch.ones(2), "a": np.int8(3)}):
        assert repr(inside("f = lambda x: x", value).value) == repr(value)
    assert math.isnan(inside("f = lambda: float('nan')").value)


def test_models_and_views_come_back_as_tensors(inside):
    source = "import torch\ndef f():\n    net = torch.nn.Linear(2, 3)\n    return net.state_dict()"
    state = inside(source).value
    assert list(state) == ["weight", "bias"]
    assert type(state["weight"]) is torch.Tensor and not state["weight"].requires_grad


def test_memory_that_a_result_shares_with_an_argument_is_told(inside):
    source = "def f(a, b): return {'a': a['w'].clone(), 'b': [b[:1]]}"
    given = {"w": torch.ones(2)}, torch.ones(2)
    assert inside(source, *given).shares == (1,)
    assert inside("def f(a): return a * 1", torch.ones(2)).shares == ()


def test_other_objects_are_described(inside):
    value = inside("def f(): return {1, 2}").value
    assert type(value).__name__ == "set" and repr(value) == "{1, 2}"


@pytest.mark.parametrize(
    ("source", "kind", "text", "at"),
    [
        ("def f(): raise ValueError('no')", ValueError, "no", "line 1 of your cell"),
        ("def f():\n    return {}['k']", KeyError, "'k'", "line 2 of your cell: return {}['k']"),
        ("def f(): raise NotImplementedError", NotImplementedError, "", "line 1"),
        ("import sys\ndef f(): sys.exit(3)", Exception, "3", "line 2"),
        ("def f(): return g()", NameError, "name 'g' is not defined", "line 1"),
        ("def f(x): return x", TypeError, "missing 1 required", ""),
        ("def f(): return 1 // 0", ZeroDivisionError, "by zero", "line 1"),
        ("f = 3", TypeError, "not callable", ""),
        ("import torch\nf = lambda: torch.ones(2) @ torch.ones(3)", RuntimeError, "size", "line 2"),
    ],
)
def test_errors_come_back_with_their_place(inside, source, kind, text, at):
    outcome = inside(source)
    assert isinstance(outcome.error, kind)
    assert text in str(outcome.error)
    assert outcome.at.startswith(at)


def test_own_errors_keep_their_name_and_base(inside):
    outcome = inside("class TooWide(ValueError): pass\ndef f(): raise TooWide('9')")
    assert isinstance(outcome.error, ValueError)
    assert type(outcome.error).__name__ == "TooWide"


def test_what_is_printed_warned_and_logged_is_kept(inside):
    source = (
        "import logging, sys, warnings\n"
        "def f():\n"
        "    print('one'); print('two', file=sys.stderr)\n"
        "    warnings.warn('three'); logging.warning('four'); return 1"
    )
    outcome = inside(source)
    assert outcome.value == 1
    for word in ("one", "two", "three", "four"):
        assert word in outcome.printed


def test_a_warning_tells_the_line_of_a_cell_and_no_path(inside):
    source = (
        "import warnings\n"
        "def f():\n"
        "    warnings.warn('mine')\n"
        "    warnings.warn_explicit('of a library', UserWarning, '/home/grader/torch/loss.py', 562)"
    )
    told = "line 3 of your cell: UserWarning: mine\nUserWarning: of a library\n"
    assert inside(source).printed == told


def test_changed_arguments_are_noticed(inside):
    source = (
        "def f(x, batches, state, n):\n"
        "    x.zero_(); batches[0] = None; state['w'].add_(1); n += 1\n"
    )
    arguments = (torch.ones(2), [torch.ones(1)], {"w": torch.ones(1)}, 1)
    assert inside(source, *arguments).changed == (0, 1, 2)
    assert inside("def f(x, n): return x * n", torch.ones(2), 3).changed == ()
    assert arguments[0].tolist() == [1, 1]


def test_the_generators_are_in_another_state_at_every_call(open_session):
    source = (
        "import random, torch\nimport numpy as np\n"
        "def f(): return [random.random(), np.random.rand(), torch.rand(1).item()]"
    )
    draws = []
    for _ in range(2):
        with open_session(source) as session:
            draws += [session.call("f", ()).value for _ in range(2)]
    for column in zip(*draws, strict=True):
        assert len(set(column)) == 4


def test_seeding_is_up_to_the_function(open_session):
    with open_session(
        "import torch\ndef f(s):\n    torch.manual_seed(s)\n    return torch.rand(3)"
    ) as session:
        first, again, other = (session.call("f", (seed,)).value for seed in (1, 1, 2))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_cells_see_each_other_and_magic_lines_are_passed_over(sandbox):
    sources = ("%matplotlib inline\nk = 3", "def g(x):\n    return k * x", "display(g(1))")
    cells = [Cell(str(i), source) for i, source in enumerate(sources)]
    with Session(sandbox, cells) as session:
        results = [session.run(cell, ("g", "k", "nothing")) for cell in cells]
    assert [result.error for result in results] == [None] * 3
    assert results[2].printed == "3\n"
    assert results[0].names == {"k": 3}
    assert results[2].names == {"k": 3, "g": FUNCTION}


@pytest.mark.parametrize(
    ("source", "kind"),
    [("def f(:", SyntaxError), ("1/0", ZeroDivisionError), ("return 1", SyntaxError)],
)
def test_a_cell_that_fails(sandbox, source, kind):
    cells = [Cell("a", "x = 1"), Cell("b", source)]
    with Session(sandbox, cells) as session:
        session.run(cells[0])
        result = session.run(cells[1], ("x",))
    assert isinstance(result.error, kind)
    assert result.names == {"x": 1}


def test_the_setup_cell_of_an_exercise_works_and_tells_nothing(inside):
    source = (
        "from courseware.checks import check, check_quiz\n"
        "score = check('f', None) + check_quiz('q', None)\n"
        "def f():\n    import courseware.checks as c\n    return [score, sorted(c.__all__)]"
    )
    assert inside(source).value == [0.0, ["check", "check_quiz"]]


@pytest.mark.parametrize("module", ["number_formats", "float_formats", "integer_scaling", "snip"])
def test_the_reference_is_not_there_and_its_import_says_so(inside, module):
    for source in (
        f"def f():\n    import model_compression.{module}",
        f"def f():\n    from model_compression.{module} import to_bits",
    ):
        error = inside(source).error
        assert isinstance(error, ModuleNotFoundError)
        assert "not there while a hand-in is graded" in str(error)
        assert "\n" not in str(error)


def test_earlier_chapters_are_there(later_sandbox):
    source = (
        "from model_compression.number_formats import signed_value\n"
        "def f(): return signed_value('101')\n"
    )
    with opened(later_sandbox, source) as session:
        assert session.call("f", ()).value == -3
    with opened(later_sandbox, "def f():\n    import courseware.subjects.data") as session:
        assert "is no part of a hand-in" in str(session.call("f", ()).error)
    with opened(later_sandbox, "def f():\n    import model_compression.packing") as session:
        assert "what this exercise asks for" in str(session.call("f", ()).error)


def test_help_can_be_asked_for(inside):
    assert "Round" in inside("def f(): help(round)").printed


@pytest.mark.parametrize(
    "body",
    [
        "with ThreadPoolExecutor() as pool: return list(pool.map(abs, range(-9, 1)))[0]",
        "with ThreadPoolExecutor(60) as pool: return len([*pool.map(abs, range(9))])",
        "found = []\nthread = threading.Thread(target=found.append, args=(9,))\n"
        "thread.start(); thread.join()\nreturn found[0]",
        "timer = threading.Timer(0.001, print)\ntimer.start(); timer.join()\nreturn 9",
        "return sum(len(batch) for batch in DataLoader(range(9), 2, shuffle=True))",
        "open('scratch.txt', 'w').write('9')\nreturn int(open('scratch.txt').read())",
        "os.makedirs('a/b', exist_ok=True)\nreturn 9 * len(os.listdir('a'))",
        "with tempfile.TemporaryDirectory() as folder:\n"
        "    torch.save(torch.tensor(9), folder + '/x')\n    return int(torch.load(folder + '/x'))",
        "with tempfile.NamedTemporaryFile('w+') as file:\n"
        "    file.write('9'); file.seek(0)\n    return int(file.read())",
        "path = Path.home() / 'x'\npath.write_text('9')\nreturn int(path.read_text())",
        "np.save('x.npy', np.ones(9))\nreturn len(np.load('x.npy'))",
    ],
)
def test_threads_and_files_are_there(inside, body):
    lines = "\n".join(f"    {line}" for line in body.splitlines())
    source = (
        "import os, tempfile, threading, torch\nimport numpy as np\nfrom pathlib import Path\n"
        "from concurrent.futures import ThreadPoolExecutor\n"
        f"from torch.utils.data import DataLoader\ndef f():\n{lines}"
    )
    outcome = inside(source)
    assert (outcome.value, outcome.error) == (9, None)


def test_torch_computes_in_one_thread(inside):
    assert inside("import torch\nf = torch.get_num_threads").value == 1


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_the_same_arithmetic_as_in_process(inside, dtype):
    source = (
        "import torch\nimport torch.nn.functional as F\n"
        "def f(x, w):\n"
        "    kernels = torch.backends.cpu.get_cpu_capability()\n"
        "    return [kernels, (x * 0.1 @ w).softmax(-1), x.float(),\n"
        "            F.conv2d(x[None, None], w[None, None]), x.sum(), torch.round(x), x.sort()]"
    )
    generator = torch.Generator().manual_seed(0)
    x, w = (torch.randn(16, 16, generator=generator).to(dtype) for _ in range(2))
    namespace: dict[str, object] = {}
    exec(source, namespace)
    here, there = namespace["f"](x, w), inside(source, x, w).value
    assert here[0] == there[0]
    for ours, theirs in zip(here[1:-1], there[1:-1], strict=True):
        assert torch.equal(ours, theirs)


def test_long_matters(inside):
    assert len(inside("def f(): print('x' * 10**6)").printed) < 21_000
    assert len(str(inside("def f(): raise ValueError('x' * 10**6)").error)) == 2_000
    error = inside("import torch\ndef f(): return torch.zeros(10**7)").error
    assert "too large" in str(error) and not isinstance(error, ValueError)
    assert "too large" in str(inside("def f(): return ['x' * 1000] * 10**4").error)


def test_an_endless_loop_says_where_it_was(inside):
    outcome = inside("def f():\n    while True:\n        pass", seconds=0.2)
    assert isinstance(outcome.error, TimeLimit)
    assert str(outcome.error) == "it has used up its 0.2 s of processor time"
    assert outcome.at.startswith("line ")


# --- gradients ----------------------------------------------------------------------------------


def test_gradients_are_those_of_autograd_in_process(open_session):
    namespace: dict[str, object] = {}
    exec(STRAIGHT_THROUGH, namespace)
    own = namespace["fake_quantize"]
    probe = gradients.probe(0)
    generator = torch.Generator().manual_seed(0)
    with open_session(STRAIGHT_THROUGH) as session:
        for _ in range(5):
            x = torch.randn(3, 4, generator=generator) * 100
            upstream = torch.randn(3, 4, generator=generator)
            arguments = (x, 0.5, -128, 127, upstream)
            here, there = (
                probe(function, arguments, 5.0)
                for function in (own, stand_in(session, "fake_quantize"))
            )
            assert all(map(torch.equal, here.value, there.value))
            assert not any(value.requires_grad for value in there.value)


@pytest.mark.parametrize(
    "source",
    [
        "def f(x, w): return x @ w",
        "def f(x, w): return (x @ w).detach()",
        "def f(x, w): return x.detach() @ w",
        "def f(x, w): return [x @ w]",
        "def f(x, w): return (x @ w).sum()",
        "def f(x, w): x.mul_(2); return x @ w",
        "def f(x, w): raise ValueError('no')",
    ],
)
def test_gradients_and_their_errors_are_those_of_the_instant_check(open_session, source):
    namespace: dict[str, object] = {}
    exec(source, namespace)
    arguments = (torch.arange(6.0).reshape(2, 3), torch.ones(3, 2), torch.ones(2, 2))
    with open_session(source) as session:
        here, there = (
            gradients.probe(0, 1)(function, arguments, 5.0)
            for function in (namespace["f"], stand_in(session))
        )
    assert repr(here.value) == repr(there.value)
    assert repr(here.error) == repr(there.error)
    assert here.changed == there.changed


def test_the_trusted_side_is_left_alone(open_session):
    state = random.getstate(), torch.get_rng_state()
    with open_session("def f(): return 1") as session:
        session.call("f", ())
    assert random.getstate() == state[0] and torch.equal(torch.get_rng_state(), state[1])
