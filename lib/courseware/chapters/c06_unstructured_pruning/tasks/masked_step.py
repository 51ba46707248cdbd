"""The task `masked_step`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c06_unstructured_pruning.tasks.common import OFF_LIMITS
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import Difference, difference
from model_compression import masked_training as reference

T = torch.Tensor
Arguments = tuple[T, T, T, T, float, float]
Step = Callable[[T, T, T, T, float, float], Any]


def _plain(draw: Draw) -> Iterator[Arguments]:
    kept, still = torch.ones(2, dtype=torch.bool), torch.zeros(2)
    yield torch.tensor([3.0, -1.0]), torch.tensor([2.0, -4.0]), still, kept, 0.25, 0.0
    w, gradient, _, _ = _tensors(draw, 3, 4)
    kept = torch.ones(3, 4, dtype=torch.bool)
    yield w, gradient, torch.zeros(3, 4), kept, _rate(draw), 0.0
    yield w, gradient, torch.zeros(3, 4), kept, _rate(draw), 0.9


def _with_momentum(draw: Draw) -> Iterator[Arguments]:
    kept = torch.ones(2, dtype=torch.bool)
    w, gradient = torch.tensor([3.0, -1.0]), torch.tensor([2.0, -4.0])
    yield w, gradient, torch.tensor([8.0, 1.0]), kept, 0.25, 0.5
    for shape in ((3, 4), (2, 3, 3, 3)):
        w, gradient, velocity, mask = _tensors(draw, *shape)
        yield w, gradient, velocity, torch.ones_like(mask), _rate(draw), _momentum(draw)


def _pruned(draw: Draw) -> Iterator[Arguments]:
    """Pruned weights are 0 already; gradient and velocity would move them."""
    w, gradient = torch.tensor([3.0, 0.0]), torch.tensor([2.0, 6.0])
    yield w, gradient, torch.tensor([8.0, 4.0]), torch.tensor([True, False]), 0.25, 0.5
    yield w, gradient * 0, torch.tensor([8.0, 4.0]), torch.tensor([True, False]), 0.25, 0.5
    for shape in ((3, 4), (2, 3, 3, 3)):
        w, gradient, velocity, mask = _tensors(draw, *shape)
        yield w * mask, gradient, velocity, mask, _rate(draw), _momentum(draw)


def _mask_decides(draw: Draw) -> Iterator[Arguments]:
    """Pruned weights that are not 0 yet, and kept ones that are."""
    w, gradient = torch.tensor([0.0, 3.0, -2.0]), torch.tensor([2.0, 6.0, 1.0])
    mask = torch.tensor([True, False, True])
    yield w, gradient, torch.tensor([8.0, 4.0, 2.0]), mask, 0.25, 0.5
    for shape in ((3, 4), (4, 5)):
        w, gradient, velocity, mask = _tensors(draw, *shape)
        w = w * (torch.rand(shape, generator=draw.generator) < 0.7)
        w[0, :2], mask[0, :2] = torch.tensor([0.0, 0.5]), torch.tensor([True, False])
        yield w, gradient, velocity, mask, _rate(draw), _momentum(draw)


def _tensors(draw: Draw, *shape: int) -> tuple[T, T, T, T]:
    mask = torch.rand(shape, generator=draw.generator) < 0.5
    mask.view(-1)[:2] = torch.tensor([True, False])
    w, gradient, velocity = (draw.normal(*shape) for _ in range(3))
    return w, gradient, velocity, mask


def _rate(draw: Draw) -> float:
    return draw.integer(5, 40) / 100


def _momentum(draw: Draw) -> float:
    return draw.integer(60, 95) / 100


def _same_step(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Both tensors; the velocity of pruned weights is free, since it moves nothing.

    A pruned weight is exactly 0: one that is only small has come back to life.
    """
    mask = arguments[3]
    if type(got) in (tuple, list) and len(got) == 2:
        w, velocity = got
        if isinstance(velocity, T) and velocity.shape == mask.shape:
            got = w, torch.where(mask, velocity.detach().to(expected[1]), expected[1])
    found = difference(expected, got)
    if found:
        return found
    alive = got[0].detach()[~mask]
    if alive.any():
        text = f"a pruned weight is {float(alive[alive != 0][0]):.4g}, expected exactly 0"
        return Difference("wrong-value", text)
    return None


def _any_velocity(step: Step) -> tuple[Step, ...]:
    """A way to step; the velocity of pruned weights may be left, set to zero, or just fade."""

    def masked(w: T, gradient: T, velocity: T, mask: T, lr: float, momentum: float) -> Any:
        new, moved = step(w, gradient, velocity, mask, lr, momentum)
        return new, moved * mask

    def fading(w: T, gradient: T, velocity: T, mask: T, lr: float, momentum: float) -> Any:
        new, moved = step(w, gradient, velocity, mask, lr, momentum)
        return new, torch.where(mask, moved, momentum * velocity)

    return step, masked, fading


def _by(
    velocity: Callable[[T, T, float, float], T],
    move: Callable[[T, T, T, T, float, float], T] = lambda w, g, old, v, lr, mu: w - lr * v,
) -> tuple[Step, ...]:
    """Another rule for the velocity, or for what is done with it; masked as it should be."""

    def step(w: T, g: T, old: T, mask: T, lr: float, momentum: float) -> Any:
        v = velocity(g, old, lr, momentum)
        return move(w, g, old, v, lr, momentum) * mask, v

    return _any_velocity(step)


def _in_another_mask(velocity: Callable[[T, T, float, float], T]) -> tuple[Step, ...]:
    """Another rule for the velocity, and a mask that is forgotten or on the gradient alone."""

    def forgotten(w: T, g: T, old: T, mask: T, lr: float, momentum: float) -> Any:
        v = velocity(g, old, lr, momentum)
        return w - lr * v, v

    def on_the_gradient(w: T, g: T, old: T, mask: T, lr: float, momentum: float) -> Any:
        return forgotten(w, g * mask, old, mask, lr, momentum)

    return forgotten, on_the_gradient


def _with_masked_step(velocity: Callable[[T, T, float, float], T]) -> tuple[Step, ...]:
    """Another rule for the velocity, and a mask on the step alone."""

    def step(w: T, g: T, old: T, mask: T, lr: float, momentum: float) -> Any:
        v = velocity(g, old, lr, momentum)
        return w - lr * v * mask, v

    return _any_velocity(step)


def _averaged(g: T, old: T, lr: float, momentum: float) -> T:
    return momentum * old + (1 - momentum) * g


def _momentum_rule(g: T, old: T, lr: float, momentum: float) -> T:
    return momentum * old + g


def _masked(
    mask_in: Callable[[T, T, T, T, float, float], T],
) -> tuple[Step, ...]:
    """The right velocity on kept weights; `mask_in` puts the mask somewhere else."""

    def step(w: T, g: T, old: T, mask: T, lr: float, momentum: float) -> Any:
        return mask_in(w, g, old, mask, lr, momentum), momentum * old + g

    return _any_velocity(step)


def _nonzero_kept(w: T, g: T, old: T, mask: T, lr: float, momentum: float) -> T:
    return (w - lr * (momentum * old + g)) * (w != 0)


STEP_MASKED_ONLY = (
    "step-masked-only",
    "The step was masked, so a pruned weight keeps the value that it has. It is to be 0, whatever "
    "it was: mask the weights, not the step.",
)
VELOCITY_AVERAGED = (
    "velocity-averaged",
    "The gradient was weighed with 1 − momentum. That is an average; here the gradient is added in "
    "full, as torch's SGD does.",
)

MASKED_STEP = Task(
    name="masked_step",
    points=14,
    reference=reference.masked_step,
    lecture="lecture 06, “Masks that come back to life”",
    off_limits=OFF_LIMITS,
    # The first step of an optimizer of torch's loads its compiler, for several seconds.
    seconds=10.0,
    checks=(
        Check("all weights kept, from rest", 1, _plain, _same_step),
        Check("all weights kept, with momentum", 3, _with_momentum, _same_step),
        Check("pruned weights stay exactly 0", 4, _pruned, _same_step),
        Check("the mask decides, not which weights are 0", 2, _mask_decides, _same_step),
    ),
    misconceptions=several(
        ways(
            "gradient-masked-only",
            "The gradient was masked, the weight was not. The velocity still remembers the steps "
            "before the pruning and moves the pruned weight: it comes back to life. Mask the "
            "weights themselves, last of all.",
            *_masked(lambda w, g, old, m, lr, mu: w - lr * (mu * old + g * m)),
            *_masked(lambda w, g, old, m, lr, mu: w * m - lr * (mu * old + g * m)),
        ),
        ways(
            "masked-before-the-step",
            "The weights were masked before the step, which then moved them again. The mask comes "
            "last.",
            *_masked(lambda w, g, old, m, lr, mu: w * m - lr * (mu * old + g)),
        ),
        ways(
            "mask-forgotten",
            "The mask has no effect: pruned weights move like all others.",
            *_masked(lambda w, g, old, m, lr, mu: w - lr * (mu * old + g)),
        ),
        ways(
            *STEP_MASKED_ONLY,
            *_masked(lambda w, g, old, m, lr, mu: w - lr * (mu * old + g) * m),
        ),
        ways(
            "mask-inverted",
            "The mask was used the wrong way round: True means kept.",
            *_masked(lambda w, g, old, m, lr, mu: (w - lr * (mu * old + g)) * ~m),
        ),
        ways(
            "mask-read-from-zeros",
            "Which weights are pruned was read from their zeros. A kept weight can be 0 for a "
            "moment and must move on, and a pruned one need not be 0 yet: ask the mask.",
            *_masked(_nonzero_kept),
            lambda w, g, old, m, lr, mu: (
                _nonzero_kept(w, g, old, m, lr, mu),
                (mu * old + g) * (w != 0),
            ),
            *_masked(lambda *a: _nonzero_kept(*a) * a[3]),
        ),
        ways(
            "momentum-forgotten",
            "The old velocity has no effect. The new one is momentum · velocity + gradient.",
            *_by(lambda g, old, lr, mu: g),
            *_in_another_mask(lambda g, old, lr, mu: g),
        ),
        ways(
            "old-velocity-used",
            "The step was made with the old velocity. Compute the new one first, and step with it.",
            *_by(_momentum_rule, lambda w, g, old, v, lr, mu: w - lr * old),
        ),
        ways(
            "momentum-not-applied",
            "The old velocity was added in full. Multiply it by the momentum first, so that old "
            "steps fade.",
            *_by(lambda g, old, lr, mu: old + g),
            *_in_another_mask(lambda g, old, lr, mu: old + g),
        ),
        ways(
            "momentum-at-the-gradient",
            "The gradient was multiplied by the momentum. It is the old velocity that fades; the "
            "gradient is added in full.",
            *_by(lambda g, old, lr, mu: old + mu * g),
            *_in_another_mask(lambda g, old, lr, mu: old + mu * g),
        ),
        ways(
            "momentum-on-both",
            "The momentum was applied to the sum of velocity and gradient. It is the old velocity "
            "that fades; the gradient is added in full.",
            *_by(lambda g, old, lr, mu: mu * (old + g)),
            *_in_another_mask(lambda g, old, lr, mu: mu * (old + g)),
        ),
        ways(
            "survivors-returned",
            "Only the kept weights came back, in a line. The result has the shape of w: a pruned "
            "weight is a 0 in its place, as the product with the mask makes it.",
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g))[m], mu * old + g),
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g))[m], (mu * old + g)[m]),
        ),
        ways(
            *VELOCITY_AVERAGED,
            *_by(_averaged),
            *_in_another_mask(_averaged),
        ),
        both(VELOCITY_AVERAGED, STEP_MASKED_ONLY, *_with_masked_step(_averaged)),
        ways(
            "rate-inside-velocity",
            "The learning rate went into the velocity. Here the velocity is made of gradients, "
            "and the rate is applied when the weights move.",
            *_by(lambda g, old, lr, mu: mu * old + lr * g, lambda w, g, old, v, lr, mu: w - v),
            *_by(lambda g, old, lr, mu: mu * old - lr * g, lambda w, g, old, v, lr, mu: w + v),
        ),
        ways(
            "nesterov",
            "This is Nesterov's step, which looks one step ahead. Here the weights move by the "
            "velocity alone.",
            *_by(_momentum_rule, lambda w, g, old, v, lr, mu: w - lr * (g + mu * v)),
        ),
        ways(
            "uphill",
            "The step goes uphill. The gradient points to where the loss grows: go the other way.",
            *_by(_momentum_rule, lambda w, g, old, v, lr, mu: w + lr * v),
        ),
        ways(
            "rate-forgotten",
            "The learning rate has no effect on the weights.",
            *_by(_momentum_rule, lambda w, g, old, v, lr, mu: w - v),
        ),
        ways(
            "gradient-step",
            "The weights moved by the gradient, not by the velocity.",
            *_by(_momentum_rule, lambda w, g, old, v, lr, mu: w - lr * g),
        ),
        ways(
            "velocity-wiped",
            "The velocity that came back is 0. It is what the next step goes on from: return the "
            "new one.",
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g)) * m, torch.zeros_like(old)),
        ),
        ways(
            "step-returned",
            "What came back beside the weights is the step, the velocity times the learning rate. "
            "The velocity itself is asked for: the next step multiplies it by the rate again.",
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g)) * m, lr * (mu * old + g)),
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g)) * m, -lr * (mu * old + g)),
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g)) * m, lr * (mu * old + g) * m),
        ),
        ways(
            "gradient-forgotten",
            "The gradient is missing from the velocity: momentum · velocity + gradient.",
            *_by(lambda g, old, lr, mu: mu * old),
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g)) * m, mu * old),
        ),
        ways(
            "old-velocity-returned",
            "The velocity came back as it was. The next step needs the new one.",
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g)) * m, old),
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g)) * m, old * m),
            lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g)) * m, g),
        ),
        ways(
            "order-swapped",
            "The two results are swapped: the weights come first, then the velocity.",
            lambda w, g, old, m, lr, mu: (mu * old + g, (w - lr * (mu * old + g)) * m),
            lambda w, g, old, m, lr, mu: ((mu * old + g) * m, (w - lr * (mu * old + g)) * m),
        ),
    ),
)
