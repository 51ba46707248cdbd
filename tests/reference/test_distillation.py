"""Softmax, cross-entropy, KL divergence and their sum against torch and SciPy."""

import math
from itertools import pairwise

import pytest
import scipy.special
import scipy.stats
import torch
from hypothesis import assume, given
from hypothesis import strategies as st
from torch.nn import functional

from model_compression.distillation import cross_entropy, distillation_loss, kl_divergence, softmax

U32, U64 = 2**-24, 2**-53
shapes = st.tuples(st.integers(1, 6), st.integers(2, 12))
seeds = st.integers(0, 10_000)
temperatures = st.sampled_from([0.5, 1.0, 2.0, 4.0, 20.0])


def draw(seed, *shape, spread=3.0, dtype=torch.float64):
    generator = torch.Generator().manual_seed(seed)
    return spread * torch.randn(*shape, generator=generator, dtype=dtype)


def draw_labels(seed, n_rows, n_classes):
    return torch.randint(n_classes, (n_rows,), generator=torch.Generator().manual_seed(seed))


def gradient(function, leaf):
    leaf = leaf.detach().clone().requires_grad_()
    function(leaf).backward()
    assert leaf.grad is not None
    return leaf.grad


def torch_loss(student, teacher, labels, alpha, temperature):
    soft = functional.kl_div(
        functional.log_softmax(student / temperature, dim=1),
        functional.log_softmax(teacher / temperature, dim=1),
        reduction="batchmean",
        log_target=True,
    )
    hard = functional.cross_entropy(student, labels)
    return alpha * hard + (1 - alpha) * temperature**2 * soft


# In float64, a logarithm of a softmax of logits up to some 20 / T is off by some 20 / T * u, and
# the T^2 in front undoes at most 1 / T^2: with T <= 20, C <= 12 and the sums of both sides, far
# fewer than 10,000 roundings of numbers below 100 are involved.
FLOAT64 = 10_000 * 100 * U64


# ---- softmax --------------------------------------------------------------------------------


@given(seeds, shapes, temperatures)
def test_softmax_is_that_of_torch_and_scipy(seed, shape, temperature):
    logits = draw(seed, *shape, spread=10.0)
    p = softmax(logits, temperature)
    # A logit over T, up to 100, is off by a few u of itself; so is the exponential, relatively.
    for expected in (
        torch.softmax(logits / temperature, dim=-1),
        torch.from_numpy(scipy.special.softmax(logits.numpy() / temperature, axis=-1)),
    ):
        assert torch.allclose(p, expected, rtol=8 * 100 * U64, atol=0)


def test_float32_loses_only_its_own_digits():
    logits = draw(1, 50, 10, spread=10.0, dtype=torch.float32)
    expected = torch.softmax(logits.double(), dim=-1)
    # z - max is one rounding of numbers up to 100, and 10 terms are summed.
    assert torch.allclose(softmax(logits).double(), expected, rtol=(100 + 10 + 4) * U32, atol=0)
    assert softmax(logits.half()).dtype == torch.float32
    assert softmax(logits.double()).dtype == torch.float64


@pytest.mark.parametrize("temperature", [1e-3, 1.0, 20.0])
def test_softmax_is_finite_for_huge_logits(temperature):
    for scale in (1000.0, 3e38):
        p = softmax(scale * torch.tensor([[1.0, -1.0, 1.0], [0.0, 0.0, -1.0]]), temperature)
        assert torch.isfinite(p).all()
        assert torch.allclose(p.sum(dim=1), torch.ones(2), rtol=4 * U32)
    assert p.tolist() == [[0.5, 0.0, 0.5], [0.5, 0.5, 0.0]]


def test_softmax_is_over_the_last_axis():
    logits = draw(2, 2, 3, 4)
    assert torch.allclose(softmax(logits).sum(dim=-1), torch.ones(2, 3, dtype=torch.float64))
    assert torch.equal(softmax(logits[0, 0]), softmax(logits)[0, 0])


@given(seeds, shapes)
def test_temperature_goes_from_argmax_to_uniform(seed, shape):
    logits = draw(seed, *shape)
    p = [softmax(logits, t) for t in (0.01, 1.0, 10.0, 1e6)]
    entropy = [scipy.stats.entropy(row.numpy(), axis=1) for row in p]
    for colder, warmer in pairwise(entropy):
        assert (colder <= warmer + 1e-12).all()
    assert torch.allclose(p[-1], torch.full(shape, 1 / shape[1], dtype=p[-1].dtype), rtol=1e-4)
    for probabilities in p[1:]:
        assert torch.equal(probabilities.argsort(dim=1), logits.argsort(dim=1))


@given(seeds, shapes, temperatures)
def test_softmax_has_the_gradient_of_torch(seed, shape, temperature):
    logits, upstream = draw(seed, *shape), draw(seed + 1, *shape)
    ours = gradient(lambda z: (softmax(z, temperature) * upstream).sum(), logits)
    expected = gradient(lambda z: (torch.softmax(z / temperature, 1) * upstream).sum(), logits)
    assert torch.allclose(ours, expected, rtol=0, atol=FLOAT64)


# ---- cross-entropy --------------------------------------------------------------------------


@given(seeds, shapes)
def test_cross_entropy_is_that_of_torch(seed, shape):
    logits, labels = draw(seed, *shape), draw_labels(seed, *shape)
    loss = cross_entropy(logits, labels)
    assert loss.dim() == 0
    assert loss.item() == pytest.approx(functional.cross_entropy(logits, labels).item(), rel=1e-12)
    ours = gradient(lambda z: cross_entropy(z, labels), logits)
    expected = gradient(lambda z: functional.cross_entropy(z, labels), logits)
    assert torch.allclose(ours, expected, rtol=0, atol=FLOAT64)


@pytest.mark.parametrize("gap", [0.0, 1.0, 20.0, 200.0, 1000.0])
def test_confident_mistakes_cost_what_they_should(gap):
    logits = torch.tensor([[0.0, gap]])
    # log(1 + e^gap) = gap + log(1 + e^-gap)
    expected = gap + math.log1p(math.exp(-gap))
    assert cross_entropy(logits, torch.tensor([0])).item() == pytest.approx(expected, rel=4 * U32)
    assert cross_entropy(logits, torch.tensor([1])).item() >= 0


def test_it_is_a_mean_over_rows_and_takes_any_integer_labels():
    logits = torch.tensor([[0.0, 1.0], [3.0, 0.0]])
    labels = torch.tensor([0, 1])
    rows = [cross_entropy(logits[i : i + 1], labels[i : i + 1]).item() for i in range(2)]
    assert cross_entropy(logits, labels).item() == pytest.approx(sum(rows) / 2, rel=4 * U32)
    for dtype in (torch.int8, torch.uint8, torch.int32):
        assert cross_entropy(logits, labels.to(dtype)) == cross_entropy(logits, labels)


# ---- KL divergence --------------------------------------------------------------------------


def draw_pair(seed, shape):
    return softmax(draw(seed, *shape)), softmax(draw(seed + 1, *shape))


@given(seeds, shapes)
def test_kl_is_that_of_torch_and_scipy(seed, shape):
    p, q = draw_pair(seed, shape)
    kl = kl_divergence(p, q)
    assert kl.dim() == 0
    expected = [
        functional.kl_div(q.log(), p, reduction="batchmean").item(),
        scipy.stats.entropy(p.numpy(), q.numpy(), axis=1).mean(),
        scipy.special.rel_entr(p.numpy(), q.numpy()).sum() / shape[0],
    ]
    # scipy.stats.entropy divides p and q by their sums once more, which are within 12 u of 1.
    assert expected == [pytest.approx(kl.item(), rel=0, abs=FLOAT64)] * 3


@given(seeds, shapes)
def test_kl_has_the_gradient_of_torch(seed, shape):
    p, q = draw_pair(seed, shape)
    ours = gradient(lambda q: kl_divergence(p, q), q)
    expected = gradient(lambda q: functional.kl_div(q.log(), p, reduction="batchmean"), q)
    assert torch.allclose(ours, expected, rtol=1e-12, atol=0)


@given(seeds, shapes)
def test_kl_is_never_negative_and_0_only_for_equals(seed, shape):
    p, q = draw_pair(seed, shape)
    assert kl_divergence(p, p).item() == 0
    assert kl_divergence(p, q).item() > 0
    # Near the minimum it is a difference of nearly equal sums: rounding may take it below 0.
    close = (p + 1e-9 * q) / (1 + 1e-9)
    assert kl_divergence(p, close).item() >= -20 * U64


@given(seeds, shapes)
def test_kl_has_a_direction(seed, shape):
    p, q = draw_pair(seed, shape)
    forwards, backwards = kl_divergence(p, q).item(), kl_divergence(q, p).item()
    swapped = functional.kl_div(p.log(), q, reduction="batchmean").item()
    assert backwards == pytest.approx(swapped, rel=0, abs=FLOAT64)
    assume(abs(backwards - forwards) > 1e-6)
    assert forwards != pytest.approx(swapped, rel=0, abs=1e-7)


def test_cross_entropy_is_kl_plus_the_entropy_of_the_teacher():
    z, teacher = draw(3, 5, 7), softmax(draw(4, 5, 7))
    soft_targets = functional.cross_entropy(z, teacher).item()
    entropy = scipy.stats.entropy(teacher.numpy(), axis=1).mean()
    kl = kl_divergence(teacher, softmax(z)).item()
    assert kl + entropy == pytest.approx(soft_targets, rel=1e-13)


def test_mean_over_rows_and_not_over_classes():
    p, q = draw_pair(5, (4, 10))
    mean = functional.kl_div(q.log(), p, reduction="none").mean().item()
    assert kl_divergence(p, q).item() == pytest.approx(10 * mean, rel=1e-12)
    doubled = kl_divergence(torch.cat((p, p)), torch.cat((q, q)))
    assert doubled.item() == pytest.approx(kl_divergence(p, q).item(), rel=1e-13)


def test_zeros_of_the_teacher_add_nothing():
    p = torch.tensor([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0]])
    q = torch.tensor([[0.5, 0.5, 0.0], [0.25, 0.25, 0.5]])
    assert kl_divergence(p, q).item() == pytest.approx(math.log(2), rel=4 * U32)
    slope = gradient(lambda q: kl_divergence(p, q), q)
    assert slope.tolist() == [[-1.0, 0.0, 0.0], [-1.0, -1.0, 0.0]]


def test_what_the_student_rules_out_is_infinitely_bad():
    p, q = torch.tensor([[0.5, 0.5]]), torch.tensor([[1.0, 0.0]])
    assert kl_divergence(p, q).item() == math.inf
    assert scipy.stats.entropy(p[0].numpy(), q[0].numpy()) == math.inf


# ---- the objective --------------------------------------------------------------------------


@given(seeds, shapes, st.sampled_from([0.0, 0.1, 0.5, 1.0]), temperatures)
def test_the_loss_is_that_of_torch(seed, shape, alpha, temperature):
    student, teacher = draw(seed, *shape), draw(seed + 1, *shape)
    labels = draw_labels(seed, *shape)
    arguments = (teacher, labels, alpha, temperature)
    loss = distillation_loss(student, *arguments)
    assert loss.dim() == 0
    assert loss.item() == pytest.approx(torch_loss(student, *arguments).item(), abs=FLOAT64, rel=0)
    ours = gradient(lambda z: distillation_loss(z, *arguments), student)
    expected = gradient(lambda z: torch_loss(z, *arguments), student)
    assert torch.allclose(ours, expected, rtol=0, atol=FLOAT64)


def test_it_is_made_of_the_other_functions():
    student, teacher, labels = draw(6, 5, 4), draw(7, 5, 4), draw_labels(8, 5, 4)
    hard = cross_entropy(student, labels)
    soft = kl_divergence(softmax(teacher, 3.0), softmax(student, 3.0))
    loss = distillation_loss(student, teacher, labels, 0.3, 3.0)
    assert loss.item() == pytest.approx((0.3 * hard + 0.7 * 9 * soft).item(), rel=1e-12)
    # Either end leaves the other term out.
    assert distillation_loss(student, teacher, labels, 1.0, 3.0) == hard
    only_soft = distillation_loss(student, teacher, labels, 0.0, 3.0)
    assert only_soft.item() == pytest.approx(9 * soft.item(), rel=1e-12)


def test_the_teacher_is_a_constant():
    student, teacher = draw(9, 3, 4).requires_grad_(), draw(10, 3, 4).requires_grad_()
    distillation_loss(student, teacher, torch.tensor([0, 1, 2]), 0.5, 2.0).backward()
    assert student.grad is not None
    assert teacher.grad is None


def test_huge_logits_stay_finite():
    student, teacher = 1000 * draw(11, 3, 4).sign(), -1000 * draw(12, 3, 4).sign()
    labels = torch.tensor([0, 1, 2])
    for temperature in (0.5, 1.0, 20.0):
        for dtype in (torch.float32, torch.float64):
            slope = gradient(
                lambda z, t=temperature, d=dtype: distillation_loss(z, teacher.to(d), labels, 0, t),
                student.to(dtype),
            )
            assert torch.isfinite(slope).all()


@given(seeds, shapes)
def test_at_high_temperature_it_compares_logits(seed, shape):
    # Hinton et al., eq. 4: T^2 times the gradient of the soft term goes to (z - v) / C for logits
    # of zero mean, here over B rows.
    student, teacher = draw(seed, *shape), draw(seed + 1, *shape)
    labels = draw_labels(seed, *shape)
    z = student - student.mean(dim=1, keepdim=True)
    v = teacher - teacher.mean(dim=1, keepdim=True)
    limit = (z - v) / (shape[0] * shape[1])
    # exp(x) = 1 + x + r, |r| <= x^2 for |x| <= 1. With m the largest |logit| and e = m / T <= 0.01,
    # a probability is (1 + x + r) / (C (1 + mean r)), so off from (1 + x) / C by
    # (e^2 + e^2 (1 + e + e^2)) / (C (1 - e^2)) < 2.1 e^2 / C; two of them, times T^2 / T / B.
    largest = max(z.abs().max(), v.abs().max()).item()
    for temperature in (100 * largest, 1000 * largest):
        slope = gradient(
            lambda logits, t=temperature: distillation_loss(logits, teacher, labels, 0.0, t),
            student,
        )
        slack = 4.2 * largest**2 / temperature / (shape[0] * shape[1])
        # T^2 also multiplies the float64 rounding of probabilities; T <= 1000 * 20 here.
        rounding = temperature * 20 * U64
        assert (slope - limit).abs().max() <= slack + rounding


# ---- bad input ------------------------------------------------------------------------------

LOGITS = torch.tensor([[0.0, 1.0, 2.0], [1.0, 0.0, 0.0]])
LABELS = torch.tensor([0, 2])
P = torch.tensor([[0.5, 0.5]])


@pytest.mark.parametrize("temperature", [0, -1.0, math.nan, math.inf, "1", None, True])
def test_bad_temperatures_are_named(temperature):
    for call in (
        lambda: softmax(LOGITS, temperature),
        lambda: distillation_loss(LOGITS, LOGITS, LABELS, 0.5, temperature),
    ):
        with pytest.raises(ValueError, match="temperature: expected a finite number > 0, got"):
            call()


@pytest.mark.parametrize("alpha", [-0.1, 1.1, math.nan, "0.5", None, False])
def test_bad_weights_are_named(alpha):
    with pytest.raises(ValueError, match="alpha: expected a number from 0 to 1, got"):
        distillation_loss(LOGITS, LOGITS, LABELS, alpha, 1.0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: softmax(torch.tensor([math.nan])), "logits: expected finite"),
        (lambda: softmax(torch.tensor([1, 2])), "logits: expected a floating-point tensor"),
        (lambda: softmax([1.0, 2.0]), "logits: expected a torch tensor, got list"),
        (lambda: softmax(torch.empty(0)), "logits: expected at least one value"),
        (lambda: cross_entropy(LOGITS[0], LABELS), r"logits: expected 2 axes, got shape \(3,\)"),
        (lambda: cross_entropy(LOGITS, LABELS[:1]), r"labels: expected shape \(2,\), got \(1,\)"),
        (
            lambda: cross_entropy(LOGITS, torch.tensor([0, 3])),
            "labels: expected class numbers from 0 to 2, got 1 outside",
        ),
        (lambda: cross_entropy(LOGITS, torch.tensor([-1, 0])), "labels: expected class numbers"),
        (lambda: cross_entropy(LOGITS, torch.ones(2)), "labels: expected a tensor of integers"),
        (lambda: kl_divergence(P, P[:, :1] * 2), r"p_student: expected shape \(1, 2\), got \(1, 1"),
        (lambda: kl_divergence(P[0], P[0]), r"p_teacher: expected 2 axes, got shape \(2,\)"),
        (lambda: kl_divergence(LOGITS, LOGITS), "p_teacher: expected probabilities, rows that sum"),
        (lambda: kl_divergence(P, P.log()), "p_student: expected probabilities, .*, got values fr"),
        (lambda: kl_divergence(P, P * 2), "p_student: expected probabilities, .* sums from 2 to 2"),
        (
            lambda: distillation_loss(LOGITS, LOGITS[:1], LABELS, 0.5, 1.0),
            r"teacher_logits: expected shape \(2, 3\), got \(1, 3\)",
        ),
        (
            lambda: distillation_loss(LOGITS[0], LOGITS, LABELS, 0.5, 1.0),
            r"student_logits: expected 2 axes, got shape \(3,\)",
        ),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_arguments_stay_unchanged():
    student, teacher, labels = draw(1, 3, 4), draw(2, 3, 4), torch.tensor([0, 1, 2])
    before = [tensor.clone() for tensor in (student, teacher, labels)]
    distillation_loss(student, teacher, labels, 0.5, 2.0)
    kl_divergence(softmax(teacher), softmax(student))
    for tensor, copy in zip((student, teacher, labels), before, strict=True):
        assert torch.equal(tensor, copy)
