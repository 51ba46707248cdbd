"""Nothing ready-made answers in a worker, however it is asked; what is allowed works."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch

from courseware.checks import all_tasks
from courseware.checks.run import run_task
from courseware.grading.split.sandboxes import Place, close_sandboxes, sandbox_for
from courseware.grading.split.session import Cell, Session
from courseware.grading.split.stand_in import StandIn
from tests.cheats.attack import DISTILLING, FAKING, SCALING
from tests.cheats.ready_made import ATTACKS

NOWHERE = {
    *("ready-ao-by-importlib", "ready-prune-by-importlib", "ready-prune-from-its-source"),
    *("ready-fused", "ready-static-runtime"),
}
"""Attacks on what no worker has."""

HONEST = """
import torch
import torch.nn.functional as F
import torch.nn.utils.prune as prune
from torch.ao.quantization import FakeQuantize

def softmax(logits, temperature=1.0):
    return helper(logits / temperature)

print(torch.softmax(torch.zeros(2), -1))
again = torch.softmax(torch.zeros(2), -1)
print(again)

def helper(x):
    powers = torch.exp(x - x.amax(-1, keepdim=True))
    return powers / powers.sum(-1, keepdim=True)
"""


class Everything(StandIn):
    """Called in a worker in which everything answers that answers in some task."""

    def __course_without__(self, taken: tuple[str, ...]) -> StandIn:
        return self


@pytest.fixture(scope="module", autouse=True)
def sandboxes_end() -> Iterator[None]:
    """Those that tests here start are ended here."""
    yield
    close_sandboxes()


def opened(exercise: str, source: str) -> Session:
    """A session in which a cell has run."""
    cell = Cell("cell", source)
    session = Session(sandbox_for(Place(exercise)), [cell])
    session.run(cell)
    return session


@pytest.mark.parametrize("one", ATTACKS, ids=lambda one: one.name)
def test_an_attack_scores_as_long_as_the_function_answers_and_not_without_it(one) -> None:
    [(name, source)] = one.hand_ins[0].sources.items()
    with opened(one.exercise, source) as session:
        answered = run_task(all_tasks()[name], Everything(session, name), "ready-made")
        refused = run_task(all_tasks()[name], StandIn(session, name), "ready-made")
    assert (answered.score > 0) == (one.name not in NOWHERE)
    assert refused.score == 0


def test_a_refusal_tells_the_function_and_the_lecture() -> None:
    task = all_tasks()["softmax"]
    source = "import torch\ndef softmax(x, t=1.0): return vars(torch)['soft' + 'max'](x / t, -1)"
    with opened(DISTILLING, source) as session:
        refusal = run_task(task, StandIn(session, "softmax"), "ready-made").refusal
    assert refusal.startswith("torch.softmax is off limits in this task")
    assert task.lecture in refusal


def test_a_comparison_below_the_function_costs_nothing() -> None:
    with opened(DISTILLING, HONEST) as session:
        report = run_task(all_tasks()["softmax"], StandIn(session, "softmax"), "ready-made")
    assert report.score == all_tasks()["softmax"].points


def test_who_catches_the_refusal_and_computes_by_himself_has_done_the_task() -> None:
    source = HONEST + (
        "\nown = softmax\n\ndef softmax(logits, temperature=1.0):\n    try:\n"
        "        return vars(torch)['soft' + 'max'](logits / temperature, -1)\n"
        "    except RuntimeError:\n        return own(logits, temperature)"
    )
    with opened(DISTILLING, source) as session:
        report = run_task(all_tasks()["softmax"], StandIn(session, "softmax"), "ready-made")
    assert report.score == all_tasks()["softmax"].points


@pytest.mark.parametrize(
    ("exercise", "task", "source"),
    [
        (
            DISTILLING,
            "cross_entropy",
            "def cross_entropy(z, y):\n    p = torch.log_softmax(z, -1)\n"
            "    return -p[range(len(y)), y].mean()",
        ),
        (
            DISTILLING,
            "distillation_loss",
            "import torch.nn.functional as F\ndef distillation_loss(s, t, y, a, T):\n"
            "    soft = F.kl_div((s / T).log_softmax(-1), (t / T).softmax(-1).detach(),"
            " reduction='batchmean')\n"
            "    return a * F.cross_entropy(s, y) + (1 - a) * T * T * soft",
        ),
        (
            FAKING,
            "ste_mask",
            "def ste_mask(x, s, low, high):\n    q = torch.round(x / s)\n"
            "    return (q >= low) & (q <= high)",
        ),
    ],
)
def test_what_no_statement_names_may_be_used(exercise: str, task: str, source: str) -> None:
    with opened(exercise, "import torch\n" + source) as session:
        report = run_task(all_tasks()[task], StandIn(session, task), "ready-made")
    assert report.score == all_tasks()[task].points, report.refusal


def test_what_is_absent_can_be_imported_and_named_and_not_used() -> None:
    source = (
        "import torch, torch.ao.nn.quantized as q\nfrom torch.nn.utils import prune\n"
        "def f(step):\n"
        "    if step == 0: return repr(q.Linear)\n"
        "    if step == 1: return isinstance(1, torch.ao.quantization.FakeQuantize)\n"
        "    if step == 2: return prune.identity(torch.nn.Linear(1, 1), 'weight')\n"
        "    class Own(q.Linear): pass\n"
    )
    with opened(SCALING, source) as session:
        named, kind, used, derived = (session.call("f", (step,)) for step in range(4))
    assert named.error is None and kind.value is False
    assert str(used.error).startswith("torch.nn.utils.prune.identity is off limits")
    assert str(derived.error).startswith("torch.ao.nn.quantized.Linear is off limits")


def test_every_task_lacks_what_it_names_and_the_worker_of_the_cells_does_not() -> None:
    source = "import torch\ndef f(x): return torch.quantize_per_tensor(x, 0.5, 0, torch.qint8)"
    quantizers = ("torch.fake_quantize_per_tensor_affine", "torch.quantize_per_tensor")
    with opened(SCALING, source) as session:
        assert session.can_lack(["torch.ao", "model_compression", *quantizers]) == quantizers
        refused = session.call("f", (torch.ones(2),), without=quantizers)
        answered = session.call("f", (torch.ones(2),))
    assert "off limits" in str(refused.error)
    assert "off limits" not in str(answered.error)
