"""All of torch is called, in the worker of a task: nothing gives what the task asks for.

The rules of `ready_made` go by names. This goes by results: every operator that is registered, and
every function of torch's modules, gets arguments of the likely kinds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch

from courseware.grading.split.sandboxes import Place, close_sandboxes, sandbox_for
from courseware.grading.split.session import Cell, Session
from tests.cheats.attack import DISTILLING, FAKING, SCALING

CELL = Path(__file__).with_name("everything_of_torch.py").read_text(encoding="utf-8")
PART = 400
"""So many functions go to a worker at a time; a part that ends its process is halved."""

MANY = 2_000
"""Fewer of a kind would mean that they were not found."""

X = torch.tensor([[0.3, -1.2, 2.0, 0.1], [1.5, 0.2, -0.7, 0.9]])
Y = torch.tensor([3, 1])
P = torch.tensor([[0.1, 0.2, 0.3, 0.4], [0.25, 0.15, 0.5, 0.1]])
Q = torch.tensor([[0.3, 0.3, 0.2, 0.2], [0.4, 0.1, 0.1, 0.4]])
POWERS = torch.exp(X)
SOFT = POWERS / POWERS.sum(-1, keepdim=True)
LOSS = -torch.log(SOFT[range(2), Y]).mean()
TERMS = P * (P / Q).log()
STEP = 0.25
X_CODES = torch.round(X / STEP)
CODES = X_CODES.clamp(-4, 3)
FAKE_OPERATOR = "fake_quantize_per_tensor_affine"
ONE, ZERO = torch.tensor([STEP]), torch.tensor([0])

Calls = list[tuple[Any, ...]]
SOFTMAX: Calls = [
    *((X,), (X, -1), (X, 1), (X, -1, None), (X, -1, False), (X, [-1]), (X, 1, None, False)),
    *((X, None, -1), (X, None, 1, None), (X[None], torch.eye(4)[None], torch.eye(4)[None])),
    (X[None] * 2, torch.eye(4)[None], torch.eye(4)[None], None, 0.0, False),
]
ENTROPY: Calls = [
    *((X, Y), (SOFT.log(), Y), (X, Y, None, 1), (SOFT.log(), Y, None, 1, -100)),
    *((SOFT.log(), Y, None, "mean"), (X, Y, None, None, -100, None, "mean")),
]
KL: Calls = [
    *((Q.log(), P), (P, Q), (Q.log(), P, 2), (Q.log(), P, None, None, "batchmean")),
    *((Q.log(), P.log(), 2, True), (Q.log(), P, "batchmean"), (Q.log(), P, 0), (Q.log(), P, 1)),
]
FAKE: Calls = [
    *((X, STEP, 0, -4, 3), (X, ONE, ZERO, -4, 3), (X, ONE, ZERO.float(), -4, 3)),
    *((X, ONE[0], ZERO[0].int(), -4, 3), (X, ONE.expand(2), ZERO.int().expand(2), 0, -4, 3)),
    (X, ONE.expand(2).clone(), torch.zeros(2), 0, -4, 3),
]
QUANTIZERS: Calls = [
    *((X, STEP, 0, "torch.qint8"), (X, ONE.expand(2), ZERO.expand(2), 0, "torch.qint8")),
    *((X, ONE[0], ZERO[0], "torch.qint8"), (X, "torch.qint8", False)),
]


@pytest.fixture(scope="module", autouse=True)
def sandboxes_end() -> Iterator[None]:
    """Those that tests here start are ended here."""
    yield
    close_sandboxes()


def hits(
    session: Session, kind: str, part: range, rest: Sequence[Any], without: tuple[str, ...]
) -> list[str]:
    """What gives the result, among a part; what ends its process by itself is passed over."""
    session.start_task()
    arguments = [kind, part.start, part.stop, *rest]
    outcome = session.call("hits", arguments, seconds=60.0, without=without)
    if outcome.error is None:
        return list(outcome.value)
    if len(part) == 1:
        return []
    middle = part.start + len(part) // 2
    halves = range(part.start, middle), range(middle, part.stop)
    return [name for half in halves for name in hits(session, kind, half, rest, without)]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("exercise", "family", "calls", "wanted", "ready"),
    [
        (DISTILLING, "torch.softmax", SOFTMAX, [SOFT, SOFT.log()], "_log_softmax"),
        (DISTILLING, "torch.nn.functional.cross_entropy", ENTROPY, [LOSS], "nll_loss_forward"),
        (DISTILLING, "torch.nn.functional.kl_div", KL, [TERMS, TERMS.sum(-1).mean()], "kl_div"),
        (FAKING, "torch.fake_quantize_per_tensor_affine", FAKE, [STEP * CODES], FAKE_OPERATOR),
        (SCALING, "torch.quantize_per_tensor", QUANTIZERS, [X_CODES], "quantize_per_channel"),
    ],
    ids=["softmax", "cross_entropy", "kl_divergence", "fake_quantize", "quantize"],
)
def test_nothing_gives_the_result(
    exercise: str, family: str, calls: Calls, wanted: list[torch.Tensor], ready: str
) -> None:
    cell = Cell("everything", CELL)
    with Session(sandbox_for(Place(exercise)), [cell]) as session:
        session.run(cell)
        # One that does it is found as long as it answers.
        place = session.call("place", ("operators", f"aten::{ready}")).value
        one = range(place, place + 1)
        assert hits(session, "operators", one, (calls, wanted), ()) == [f"aten::{ready}"]
        without = session.can_lack([family])
        found: list[str] = []
        for kind in ("operators", "functions"):
            number = session.call("count", (kind,), without=without).value
            assert number > MANY
            for first in range(0, number, PART):
                part = range(first, min(first + PART, number))
                found += hits(session, kind, part, (calls, wanted), without)
    assert found == []
