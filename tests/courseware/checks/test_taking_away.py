"""Ready-made functions do not answer while a student's function is called, and do afterwards."""

import signal

import pytest
import torch
import torch.nn.functional as F

from courseware.checks import all_tasks
from courseware.checks.ready_made import FAMILIES, families_of
from courseware.checks.run import run_task
from courseware.checks.taking_away import find, refused_name, taken_away
from tests.cheats.ready_made import ATTACKS

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
ATTEMPTS = [
    one
    for one in ATTACKS
    if one.name.removeprefix("ready-")
    in {
        *("by-vars", "by-getattr", "in-torchscript", "in-torch-function", "in-a-hook", "in-apply"),
        *("private-softmax", "mode-off", "masked", "attention", "reference", "decomposition"),
        *("in-memory", "vmap", "python-dispatcher", "below-autograd", "learnable"),
        *("ao-by-importlib", "in-a-long-call", "private-loss", "nll", "layer", "composite"),
        *("distributions", "prune-by-importlib", "library-by-vars"),
    }
]
"""Those that leave nothing behind in this process and keep nothing from before."""


def defined(source: str, name: str):
    """A function of a cell, which is run here."""
    space: dict[str, object] = {}
    exec(source, space)
    return space[name]


@pytest.mark.parametrize("spelling", HIDDEN)
def test_a_hidden_shortcut_is_refused_with_its_name(spelling):
    function = defined(SOURCE.format(ready=HIDDEN[spelling]), "quantize")
    report = run_task(all_tasks()["quantize"], function, "taken")
    assert report.score == 0.0
    assert report.refusal.startswith(f"{QUANTIZER} is off limits")


@pytest.mark.parametrize("one", ATTEMPTS, ids=lambda one: one.name)
def test_the_practice_check_refuses_what_grading_refuses(one):
    [(name, source)] = one.hand_ins[0].sources.items()
    report = run_task(all_tasks()[name], defined(source, name), "taken")
    assert report.score == 0.0
    assert "off limits" in report.refusal


@pytest.mark.parametrize("name", FAMILIES)
def test_everything_works_again_afterwards(name):
    x, y, one = torch.eye(3), torch.tensor([0, 1, 2]), torch.ones(1)

    def results():
        return [
            torch.softmax(x, -1),
            torch._refs.softmax(x, -1),
            F.cross_entropy(x, y),
            F.kl_div(x, x, reduction="sum"),
            torch.fake_quantize_per_tensor_affine(x, 0.5, 0, -8, 7),
            torch.quantize_per_tensor(x, 0.5, 0, torch.qint8).int_repr(),
            torch.distributions.Categorical(x[0]).probs,
            torch.ao.quantization.FakeQuantize()(one),
        ]

    before = results()
    with taken_away(find([name])), pytest.raises(RuntimeError, match="off limits"):
        results()
    assert all(map(torch.equal, before, results()))


def test_an_interrupt_leaves_nothing_taken_away():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell may ignore it
    with pytest.raises(KeyboardInterrupt), taken_away(find(FAMILIES)):
        signal.raise_signal(signal.SIGINT)
    signal.signal(signal.SIGINT, before)
    assert torch.softmax(torch.zeros(2), 0).tolist() == [0.5, 0.5]
    assert torch._refs.softmax(torch.zeros(2), 0).tolist() == [0.5, 0.5]


def test_losses_of_other_kinds_answer():
    x = torch.full((2, 3), 0.5)
    with taken_away(find(["torch.nn.functional.cross_entropy"])):
        F.binary_cross_entropy(x, x)
        F.binary_cross_entropy_with_logits(x, x)
        F.poisson_nll_loss(x, x)
        F.gaussian_nll_loss(x, x, x)
        torch.log_softmax(x, -1)


def test_a_family_belongs_to_the_tasks_that_name_it():
    def of(task):
        return {*families_of(all_tasks()[task].off_limits)} - {"torch.ao"}

    assert of("softmax") == {"torch.softmax"}
    assert of("cross_entropy") == {"torch.nn.functional.cross_entropy"}
    assert of("kl_divergence") == {"torch.nn.functional.kl_div"}
    assert (
        of("distillation_loss") == of("distill") == of("qat_forward") == of("int8_linear") == set()
    )
    for task in ("fake_quantize", "pack_int4"):
        assert of(task) == {QUANTIZER, "torch.fake_quantize_per_tensor_affine"}


def test_only_a_refusal_is_taken_for_one():
    with taken_away(find(["torch.softmax"])), pytest.raises(RuntimeError) as caught:
        torch.softmax(torch.zeros(2), 0)
    assert refused_name(caught.value) == "torch.softmax"
    assert refused_name(None) == refused_name(RuntimeError("shapes differ")) == ""
    assert refused_name(ValueError("torch.softmax is off limits in this task")) == ""
