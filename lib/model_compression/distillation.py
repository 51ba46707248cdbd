"""Knowledge distillation: a small student learns from the outputs of a large teacher (chapter 05).

    loss = alpha * CE(student, labels) + (1 - alpha) * T^2 * KL(teacher at T || student at T)

A label says which class is right; the teacher also says which wrong ones come close. Dividing the
logits by a temperature T > 1 makes these small probabilities visible. It also divides the gradient
of the soft term by T^2, roughly, hence the factor: without it, alpha would mean something else
at every temperature. alpha weighs the hard term.

Everything is in nats. Logarithms are taken of the softmax in one step, z - max - log(sum(exp)): a
probability that underflows to 0 would have the logarithm -inf.

Source: Hinton, Vinyals, Dean 2015, Distilling the Knowledge in a Neural Network, section 2.
"""

import math

import torch

from model_compression._cosine_decay import cosine_decay
from model_compression._surroundings import able_to_train
from model_compression._training import State, mlp_logits, train
from model_compression._validation import checked_integer, checked_number, fitting
from model_compression._validation_reals import (
    checked_labels,
    checked_matrix,
    checked_same_shape,
    checked_seed,
    checked_wide,
)

_TEACHER = "teacher_logits"
_LEARNING_RATE = 0.01
_BATCH_SIZE = 128
# Wide enough for probabilities written with 2 digits, far too narrow for logits.
_ROW_SUM_TOLERANCE = 0.05
_SMALLEST_FLOAT = math.ulp(0.0)


def softmax(logits: torch.Tensor, temperature: float = 1.0) -> torch.Tensor:
    """Probabilities from logits, over the last axis.

    p_j = exp(z_j / T) / sum_k exp(z_k / T). A higher T evens the classes out, without changing
    their order.

    Args:
        logits: floating-point tensor of shape (..., C).
        temperature: T > 0.
    Returns: tensor of the shape of `logits`, float32 or wider, each row sums to 1, differentiable.
        Finite for all finite logits, as the largest one is subtracted first.
    Raises: ValueError for a temperature that is not > 0, an empty tensor, NaN or infinity.

    >>> logits = torch.tensor([0.5, 0.7, 1.3])
    >>> softmax(logits), softmax(logits, temperature=10)
    (tensor([0.2249, 0.2747, 0.5005]), tensor([0.3222, 0.3287, 0.3491]))
    """
    scores, divisor = checked_wide(logits, "logits"), _checked_temperature(temperature)
    weights = _shifted(scores, divisor).exp()
    return weights / weights.sum(dim=-1, keepdim=True)


def cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    """How surprised a model is by the right class, on average.

    CE = mean over rows of -log softmax(z)[label].

    Args:
        logits: floating-point tensor of shape (B, C).
        labels: integer tensor of shape (B,), class numbers 0 ... C - 1.
    Returns: 0-dim tensor, float32 or wider, in nats, >= 0, differentiable. Exact for confident
        mistakes too: the right class 200 below the largest costs 200.
    Raises: ValueError for shapes that do not fit, labels outside 0 ... C - 1, an empty tensor, NaN
        or infinity, or a loss beyond the dtype.

    >>> cross_entropy(torch.tensor([[0.5, 0.7, 1.3]]), torch.tensor([0]))    # -log 0.2249
    tensor(1.4922)
    """
    scores = checked_wide(logits, "logits", dim=2)
    loss = _cross_entropy(scores, checked_labels(labels, *scores.shape))
    return fitting(loss, "logits", "the loss")


def kl_divergence(p_teacher: torch.Tensor, p_student: torch.Tensor) -> torch.Tensor:
    """How far the student's probabilities are from the teacher's.

    KL(teacher || student) = mean over rows of sum_j p_j * log(p_j / q_j), p the teacher's, q the
    student's. Not symmetric: the teacher's probabilities are the weights.

    Args:
        p_teacher: floating-point tensor of shape (B, C), rows sum to 1; may hold exact zeros, which
            add 0.
        p_student: likewise.
    Returns: 0-dim tensor, float32 or wider, in nats, >= 0 up to rounding, differentiable; inf where
        the student rules out (q = 0) what the teacher does not. The mean is over rows only, as
        'batchmean' of torch.nn.functional.kl_div, whose 'mean' also divides by C.
    Raises: ValueError for different shapes, numbers that are not probabilities, an empty tensor,
        NaN or infinity.

    >>> p = torch.tensor([[0.500, 0.275, 0.225]])
    >>> q = torch.tensor([[0.225, 0.500, 0.275]])
    >>> kl_divergence(p, q), kl_divergence(q, p)
    (tensor(0.1897), tensor(0.1744))
    """
    p = _checked_probabilities(p_teacher, "p_teacher")
    q = checked_same_shape(_checked_probabilities(p_student, "p_student"), "p_student", p.shape)
    seen = p > 0
    # 1 stands in where p = 0, for the gradient of a term left out would still be 0 / 0.
    ratio = torch.where(seen, p, 1.0).log() - torch.where(seen, q, 1.0).log()
    return (p * ratio).sum(dim=1).mean()


def distillation_loss(
    student_logits: torch.Tensor,
    teacher_logits: torch.Tensor,
    labels: torch.Tensor,
    alpha: float,
    temperature: float,
) -> torch.Tensor:
    """Loss of a student that learns from labels and from a teacher.

    alpha * CE(student, labels) + (1 - alpha) * T^2 * KL(softmax(teacher / T) || softmax(student /
    T)). The labels are compared at temperature 1.

    Args:
        student_logits: floating-point tensor of shape (B, C).
        teacher_logits: likewise; a constant, it gets no gradient. A class that it rules out, with
            a logit of -1e30 or less, say, adds 0.
        labels: integer tensor of shape (B,), class numbers 0 ... C - 1.
        alpha: weight of the labels, 0 ... 1; 1 is training without a teacher.
        temperature: T > 0, for both sides of the soft term.
    Returns: 0-dim tensor, float32 or wider, in nats, differentiable in the student's logits.
    Raises: ValueError for shapes that do not fit, labels outside 0 ... C - 1, alpha outside 0 ...
        1, a temperature that is not > 0, an empty tensor, NaN or infinity, or a loss beyond the
        dtype, as where the student rules out what the teacher does not.

    >>> student, teacher = torch.tensor([[2.0, 1.0, 0.0]]), torch.tensor([[3.0, 2.5, -1.0]])
    >>> distillation_loss(student, teacher, torch.tensor([0]), alpha=0.5, temperature=4)
    tensor(0.4080)
    """
    student = checked_wide(student_logits, "student_logits", dim=2)
    teacher = checked_wide(teacher_logits, _TEACHER, dim=2).detach()
    checked_same_shape(teacher, _TEACHER, student.shape)
    targets = checked_labels(labels, *student.shape)
    weight, divisor = checked_number(alpha, "alpha", 0, 1), _checked_temperature(temperature)
    loss = _loss(student, teacher, targets, weight, divisor)
    return fitting(loss, "student_logits, temperature", "the loss")


@able_to_train
def distill(
    teacher_logits: torch.Tensor,
    images: torch.Tensor,
    labels: torch.Tensor,
    hidden: int,
    alpha: float,
    temperature: float,
    seed: int,
    *,
    steps: int = 1500,
) -> State:
    """Train a student with one hidden layer on labels and on the outputs of a teacher.

    Minimise `distillation_loss` from a random start. Adam, batches of 128, learning rate 0.01
    falling to 0.

    Args:
        teacher_logits: floating-point tensor of shape (N, C), the teacher's outputs for `images`.
        images: floating-point tensor of shape (N, D).
        labels: integer tensor of shape (N,), class numbers 0 ... C - 1.
        hidden: units of the hidden layer, >= 1.
        alpha, temperature: as in `distillation_loss`.
        seed: int, for the initial weights and the order of the images.
        steps: number of updates, >= 0.
    Returns: state_dict of nn.Sequential(Linear(D, hidden), ReLU, Linear(hidden, C)), float32.
    Raises: ValueError as `distillation_loss`, for images that do not fit, or a bad size.

    >>> images, labels = torch.tensor([[0.0], [1.0]]), torch.tensor([0, 1])
    >>> teacher_logits = torch.tensor([[2.0, -1.0], [-3.0, 1.0]])
    >>> state = distill(teacher_logits, images, labels, 8, 0.0, 2.0, seed=1, steps=500)
    >>> hidden = torch.relu(images @ state["0.weight"].T + state["0.bias"])
    >>> logits = hidden @ state["2.weight"].T + state["2.bias"]
    >>> (logits[:, 0] - logits[:, 1]).round(decimals=2)      # the teacher's 3 and -4
    tensor([ 3., -4.])
    """
    inputs, teacher = checked_matrix(images, "images"), checked_matrix(teacher_logits, _TEACHER)
    n_images, n_classes = len(inputs), teacher.shape[1]
    checked_same_shape(teacher, _TEACHER, torch.Size([n_images, n_classes]))
    targets = checked_labels(labels, n_images, n_classes)
    hidden, steps = checked_integer(hidden, "hidden", 1), checked_integer(steps, "steps", 0)
    weight = checked_number(alpha, "alpha", 0, 1)
    divisor = _checked_temperature(temperature)
    seed = checked_seed(seed)
    start = _student(inputs.shape[1], hidden, n_classes, seed)

    def loss(parameters: State, rows: torch.Tensor) -> torch.Tensor:
        logits = mlp_logits(parameters, inputs[rows])
        return _loss(logits, teacher[rows], targets[rows], weight, divisor)

    return train(
        start,
        loss,
        n_images,
        steps=steps,
        learning_rate=_LEARNING_RATE,
        batch_size=_BATCH_SIZE,
        seed=seed,
        after_step=cosine_decay(start, steps),
        arguments="teacher_logits, images, temperature",
    )


def _student(n_inputs: int, hidden: int, n_classes: int, seed: int) -> State:
    """Random weights and biases, uniform in +-1 / sqrt(fan_in), as torch's own Linear."""
    generator = torch.Generator("cpu").manual_seed(seed)

    def uniform(*shape: int, fan_in: int) -> torch.Tensor:
        drawn = torch.rand(shape, generator=generator, dtype=torch.float32, device="cpu")
        return (2 * drawn - 1) * fan_in**-0.5

    return {
        "0.weight": uniform(hidden, n_inputs, fan_in=n_inputs),
        "0.bias": uniform(hidden, fan_in=n_inputs),
        "2.weight": uniform(n_classes, hidden, fan_in=hidden),
        "2.bias": uniform(n_classes, fan_in=hidden),
    }


def _cross_entropy(logits: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
    return -_log_softmax(logits, 1.0).gather(1, labels[:, None]).mean()


def _loss(
    student: torch.Tensor,
    teacher: torch.Tensor,
    labels: torch.Tensor,
    alpha: float,
    temperature: float,
) -> torch.Tensor:
    log_p, log_q = _log_softmax(teacher, temperature), _log_softmax(student, temperature)
    p = log_p.exp()
    # A class that the teacher rules out adds 0, also where both logarithms are -inf.
    soft = (p * torch.where(p > 0, log_p - log_q, 0.0)).sum(dim=1).mean()
    square = temperature * temperature
    return alpha * _cross_entropy(student, labels) + (1 - alpha) * square * soft


def _log_softmax(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    shifted = _shifted(logits, temperature)
    return shifted - shifted.exp().sum(dim=-1, keepdim=True).log()


def _shifted(logits: torch.Tensor, temperature: float) -> torch.Tensor:
    """Logits over T, moved so that the largest is 0 and no exponential can overflow."""
    half = logits / 2  # exact, and no difference of halves can overflow
    below_largest = half - half.detach().amax(dim=-1, keepdim=True)
    limits = torch.finfo(logits.dtype)
    if not 2 * limits.smallest_normal <= temperature <= limits.max:
        below_largest = below_largest.double()  # the dtype would round T to 0 or infinity
    return (below_largest / max(temperature / 2, _SMALLEST_FLOAT)).to(logits.dtype)


def _checked_temperature(temperature: float) -> float:
    return checked_number(temperature, "temperature", 0, low_included=False)


def _checked_probabilities(p: torch.Tensor, name: str) -> torch.Tensor:
    values = checked_wide(p, name, dim=2)
    sums = values.detach().sum(dim=1)
    off = float((sums - 1).abs().max())
    if float(values.detach().min()) < 0 or off > _ROW_SUM_TOLERANCE:
        raise ValueError(
            f"{name}: expected probabilities, rows that sum to 1, got values from "
            f"{values.min():g} to {values.max():g}, row sums from {sums.min():g} to {sums.max():g}"
        )
    return values
