"""Shortcuts that the code does not show are recognised by what is called."""

import pytest
import torch

from courseware.checks import all_tasks
from courseware.checks.call import call
from courseware.checks.run import run_task
from courseware.checks.watching import WATCHED_SECONDS, watched

QUANTIZER = "torch.quantize_per_tensor"
HIDDEN = {
    "getattr": "getattr(torch, 'quantize_' + 'per_tensor')",
    "operator": "torch.ops.aten.quantize_per_tensor",
    "overload": "torch.ops.aten.quantize_per_tensor.default",
    "namespace": "vars(torch)['_'.join(['quantize', 'per', 'tensor'])]",
    "inner module": "getattr(torch._C._VariableFunctions, 'quantize_per_tensor')",
}
SOURCE = """import torch

def quantize(x, scale, n_bits):
    codes = {ready}(x, float(scale), 0, torch.qint8).int_repr()
    return codes.clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
"""


def hidden(spelling: str):
    """A solution that hands its task to torch, in a string that is executed."""
    space: dict[str, object] = {}
    exec(SOURCE.format(ready=HIDDEN[spelling]), space)
    return space["quantize"]


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor:UserWarning")
@pytest.mark.parametrize("spelling", HIDDEN)
def test_a_hidden_shortcut_is_refused_with_its_name(spelling):
    report = run_task(all_tasks()["quantize"], hidden(spelling), "watched")
    assert report.score == 0.0
    assert report.refusal.startswith(f"{QUANTIZER} is off limits")


def test_what_torch_calls_by_itself_is_not_the_students():
    outcome = call(torch.nn.functional.cross_entropy, (torch.zeros(1, 3), torch.tensor([1])), 1.0)
    assert outcome.used == {"torch.nn.functional.cross_entropy"}


def test_a_call_that_fails_is_watched_too():
    def fails(x):
        torch.exp(x)
        raise KeyError(x)

    assert "torch.exp" in call(fails, (torch.zeros(1),), 1.0).used


def test_long_calls_train_and_are_not_slowed_down():
    with watched(WATCHED_SECONDS + 1) as used:
        torch.exp(torch.zeros(1))
    assert used == set()
