"""Every figure of the slides that belongs to chapters 03 to 05, recomputed."""

import math

import pytest
import torch

from courseware.subjects.models import mlp
from model_compression.distillation import cross_entropy, distillation_loss, kl_divergence, softmax
from model_compression.integer_scaling import quantize_tensor
from model_compression.number_formats import model_bytes
from model_compression.quantization_aware_training import train_qat
from model_compression.weight_quantization import bits_per_weight

GB = 10**9
LOGITS = torch.tensor([[0.5, 0.7, 1.3]], dtype=torch.float64)  # cat, dog, apple
CAT = torch.tensor([0])
TEACHER = torch.tensor([[0.500, 0.275, 0.225]], dtype=torch.float64)
STUDENT = torch.tensor([[0.225, 0.275, 0.500]], dtype=torch.float64)


# ---- chapter 03: what fits into memory ------------------------------------------------------


def test_a_7b_model_fits_a_16_gb_card_only_below_16_bits():
    # "7B: out of memory; 4-bit: OK." At 16 bits the weights alone are 14 GB, at 32 bits 28 GB.
    n_params = 7 * GB
    nf4 = bits_per_weight(4, 64, 32)
    nf4_double = bits_per_weight(4, 64, 8 + 32 / 256)
    assert model_bytes(n_params, 32) == 28 * GB
    assert model_bytes(n_params, 16) == 14 * GB
    assert model_bytes(n_params, 4) == 3_500_000_000
    # With its scales, a 4-bit file is 3 to 13% larger than 4 bits a weight.
    assert model_bytes(n_params, nf4) == 3_937_500_000
    assert model_bytes(n_params, nf4_double) == 3_611_083_985
    assert nf4 == 4.5
    assert nf4_double == 4.126953125


# ---- chapter 04: PTQ against QAT ------------------------------------------------------------


@pytest.mark.parametrize("n_bits", [2, 4, 8])
def test_trained_and_rounded_weights_take_the_same_bytes(n_bits):
    # "QAT can lead to slightly better size and even faster inference": the same codes and scales
    # are stored, so the same bytes, for the same kernels.
    state = mlp([64, 16, 10], seed=0).state_dict()
    draw = torch.Generator().manual_seed(0)
    images, labels = torch.rand(64, 64, generator=draw), torch.arange(64) % 10
    trained = train_qat(state, images, labels, n_bits, seed=0, steps=20)
    for name in ("0.weight", "2.weight"):
        before = quantize_tensor(state[name], n_bits, "channel")
        after = quantize_tensor(trained[name], n_bits, "channel")
        assert (after.nbytes, after.codes.dtype) == (before.nbytes, before.codes.dtype)
        # and nothing is lost by storing them so: each value survives to a few float32 roundings
        slack = 4 * 2**-24 * trained[name].abs().amax(dim=1, keepdim=True)
        assert ((after.dequantize() - trained[name]).abs() <= slack).all()


# ---- chapter 05: softmax, cross-entropy, KL -------------------------------------------------


def test_softmax_of_the_three_logits():
    p = softmax(LOGITS)[0].tolist()
    assert [round(value, 4) for value in p] == [0.2249, 0.2747, 0.5005]
    # The slide's 0.225, 0.275, 0.500 are these to 3 digits; with 4 the last one is above a half.
    assert [round(value, 3) for value in p] == [0.225, 0.275, 0.5]


def test_loss_is_minus_log_of_the_right_class():
    exact = math.exp(0.5) / (math.exp(0.5) + math.exp(0.7) + math.exp(1.3))
    assert cross_entropy(LOGITS, CAT).item() == pytest.approx(-math.log(exact), rel=1e-14)
    assert round(cross_entropy(LOGITS, CAT).item(), 3) == round(-math.log(0.225), 3) == 1.492


def test_kl_of_the_two_rows():
    terms = [0.5 * math.log(0.5 / 0.225), 0.0, 0.225 * math.log(0.225 / 0.5)]
    assert kl_divergence(TEACHER, STUDENT).item() == pytest.approx(sum(terms), rel=1e-14)
    assert [round(term, 4) for term in terms] == [0.3993, 0.0, -0.1797]
    assert round(kl_divergence(TEACHER, STUDENT).item(), 4) == 0.2196


def test_the_rows_of_the_slide_hide_that_kl_has_a_direction():
    # Each row is the other one reversed, so both directions give the same number ...
    forwards = kl_divergence(TEACHER, STUDENT).item()
    assert kl_divergence(STUDENT, TEACHER).item() == pytest.approx(forwards, rel=1e-13)
    # ... which they do not as soon as the student is anything else, such as even.
    even = torch.full((1, 3), 1 / 3, dtype=torch.float64)
    to_even, from_even = kl_divergence(TEACHER, even).item(), kl_divergence(even, TEACHER).item()
    logs = [math.log(p) for p in (0.500, 0.275, 0.225)]
    entropy = -(0.500 * logs[0] + 0.275 * logs[1] + 0.225 * logs[2])
    assert to_even == pytest.approx(math.log(3) - entropy, rel=1e-13)
    assert from_even == pytest.approx(-math.log(3) - sum(logs) / 3, rel=1e-13)
    assert abs(to_even - from_even) > 0.001


def test_batchmean_and_mean_of_the_slides_example():
    # 'mean' divides by the number of classes as well: a third of the divergence here.
    kl = kl_divergence(TEACHER, STUDENT).item()
    mean = torch.nn.functional.kl_div(STUDENT.log(), TEACHER, reduction="none").mean().item()
    assert mean == pytest.approx(kl / 3, rel=1e-13)


@pytest.mark.parametrize("alpha", [0.0, 0.3, 1.0])
def test_the_objective_of_the_slide_is_that_of_temperature_1(alpha):
    teacher_logits = TEACHER.log()
    expected = alpha * cross_entropy(LOGITS, CAT) + (1 - alpha) * kl_divergence(
        TEACHER, softmax(LOGITS)
    )
    loss = distillation_loss(LOGITS, teacher_logits, CAT, alpha, 1.0)
    assert loss.item() == pytest.approx(expected.item(), rel=1e-13)


def test_without_t_squared_the_soft_gradient_shrinks():
    # With T^2 it goes to (z - v) / C, logits of zero mean; without, to 1 / T^2 of that.
    teacher_logits = TEACHER.log()
    z, v = (logits - logits.mean() for logits in (LOGITS, teacher_logits))
    limit, largest = (z - v) / 3, max(z.abs().max(), v.abs().max()).item()
    for temperature in (100.0, 1000.0):
        student = LOGITS.clone().requires_grad_()
        loss = kl_divergence(softmax(teacher_logits, temperature), softmax(student, temperature))
        loss.backward()
        assert student.grad is not None
        # The slack is derived in test_distillation.py, at_high_temperature; here over T^2.
        slack = (4.2 * largest**2 / temperature / 3 + temperature * 20 * 2**-53) / temperature**2
        assert (student.grad - limit / temperature**2).abs().max() <= slack
