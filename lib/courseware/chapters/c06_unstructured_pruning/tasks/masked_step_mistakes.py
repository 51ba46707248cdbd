"""Mistakes in `masked_step`: in its rule, where the mask comes in, and in the velocity returned.

A step has all three, so two mistakes in different places are models as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice
from typing import Any

import torch

from courseware.checks.misconceptions import both, several, ways
from courseware.checks.task import Misconception

T = torch.Tensor
Step = Callable[[T, T, T, T, float, float], Any]


@dataclass(frozen=True)
class Parts:
    """What a step is made of, all of it right unless it is given.

    `velocity` makes the new one of gradient, old one, rate and momentum; `move` the new weights,
    of weights, gradient, old and new velocity and rate; `before` masks weights, gradient and old
    velocity first, and `after` the new weights, of which it gets the old ones, too. `returned` is
    the velocity that comes back, of gradient, old and new one and rate.
    """

    velocity: Callable[[T, T, float, float], T] = lambda g, old, lr, mu: mu * old + g
    move: Callable[[T, T, T, T, float], T] = lambda w, g, old, v, lr: w - lr * v
    before: Callable[[T, T, T, T], tuple[T, T, T]] = lambda w, g, old, m: (w, g, old)
    after: Callable[[T, T, T], T] = lambda new, w, m: new * m
    returned: Callable[[T, T, T, float], T] = lambda g, old, v, lr: v

    def steps(self) -> Iterator[Step]:
        """The velocity of pruned weights may be left, set to 0 or missing, or just fade."""

        def step(w: T, g: T, old: T, m: T, lr: float, mu: float) -> Any:
            weights, gradient, before = self.before(w, g, old, m)
            v = self.velocity(gradient, before, lr, mu)
            new = self.move(weights, gradient, before, v, lr)
            return self.after(new, w, m), self.returned(gradient, old, v, lr)

        def with_velocity(change: Callable[[T, T, T, float], T]) -> Step:
            def changed(w: T, g: T, old: T, m: T, lr: float, mu: float) -> Any:
                new, v = step(w, g, old, m, lr, mu)
                return new, change(v, old, m, mu)

            return changed

        yield step
        if self.after is _kept_alone:
            yield with_velocity(lambda v, old, m, mu: v[m])
        else:
            yield with_velocity(lambda v, old, m, mu: v * m)
            yield with_velocity(lambda v, old, m, mu: torch.where(m, v, mu * old))


Mistake = tuple[str, str, tuple[Parts, ...]]


def _by(velocity: Callable[[T, T, float, float], T]) -> Parts:
    return Parts(velocity=velocity)


def _moved(move: Callable[[T, T, T, T, float], T]) -> Parts:
    return Parts(move=move)


RULES: tuple[Mistake, ...] = (
    (
        "momentum-forgotten",
        "The old velocity has no effect. The new one is momentum · velocity + gradient.",
        (_by(lambda g, old, lr, mu: g),),
    ),
    (
        "old-velocity-used",
        "The step was made with the old velocity. Compute the new one first, and step with it.",
        (_moved(lambda w, g, old, v, lr: w - lr * old),),
    ),
    (
        "momentum-not-applied",
        "The old velocity was added in full. Multiply it by the momentum first, so that old steps "
        "fade.",
        (_by(lambda g, old, lr, mu: old + g),),
    ),
    (
        "momentum-at-the-gradient",
        "The gradient was multiplied by the momentum. It is the old velocity that fades; the "
        "gradient is added in full.",
        (_by(lambda g, old, lr, mu: old + mu * g),),
    ),
    (
        "momentum-on-both",
        "The momentum was applied to the sum of velocity and gradient. It is the old velocity that "
        "fades; the gradient is added in full.",
        (_by(lambda g, old, lr, mu: mu * (old + g)),),
    ),
    (
        "velocity-averaged",
        "The gradient was weighed with 1 − momentum. That is an average; here the gradient is "
        "added in full, as torch's SGD does.",
        (_by(lambda g, old, lr, mu: mu * old + (1 - mu) * g),),
    ),
    (
        "rate-inside-velocity",
        "The learning rate went into the velocity. Here the velocity is made of gradients, and the "
        "rate is applied when the weights move.",
        (
            Parts(lambda g, old, lr, mu: mu * old + lr * g, lambda w, g, old, v, lr: w - v),
            Parts(lambda g, old, lr, mu: mu * old - lr * g, lambda w, g, old, v, lr: w + v),
        ),
    ),
    (
        "nesterov",
        "This is Nesterov's step, which looks one step ahead. Here the weights move by the "
        "velocity alone.",
        (
            Parts(
                lambda g, old, lr, mu: torch.stack((mu * old + g, g + mu * (mu * old + g))),
                lambda w, g, old, v, lr: w - lr * v[1],
                returned=lambda g, old, v, lr: v[0],
            ),
        ),
    ),
    (
        "uphill",
        "The step goes uphill. The gradient points to where the loss grows: go the other way.",
        (_moved(lambda w, g, old, v, lr: w + lr * v),),
    ),
    (
        "rate-forgotten",
        "The learning rate has no effect on the weights.",
        (_moved(lambda w, g, old, v, lr: w - v),),
    ),
    (
        "gradient-step",
        "The weights moved by the gradient, not by the velocity.",
        (_moved(lambda w, g, old, v, lr: w - lr * g),),
    ),
    (
        "gradient-forgotten",
        "The gradient is missing from the velocity: momentum · velocity + gradient.",
        (_by(lambda g, old, lr, mu: mu * old),),
    ),
)


def _unmasked(new: T, w: T, m: T) -> T:
    return new


def _kept_alone(new: T, w: T, m: T) -> T:
    return new[m]


def _density(m: T) -> T:
    return m.float().mean().clamp(min=1e-8)


READ_FROM_ZEROS = (
    "mask-read-from-zeros",
    "Which weights are pruned was read from their zeros. A kept weight can be 0 for a moment and "
    "must move on, and a pruned one need not be 0 yet: ask the mask.",
)
MASKS: tuple[Mistake, ...] = (
    (
        "gradient-masked-only",
        "The gradient was masked, the weight was not. The velocity still remembers the steps "
        "before the pruning and moves the pruned weight: it comes back to life. Mask the weights "
        "themselves, last of all.",
        (
            Parts(before=lambda w, g, old, m: (w, g * m, old), after=_unmasked),
            Parts(before=lambda w, g, old, m: (w * m, g * m, old), after=_unmasked),
        ),
    ),
    (
        "velocity-masked-only",
        "The old velocity was masked, the gradient was not: it still moves a pruned weight. Mask "
        "the weights themselves, last of all.",
        (
            Parts(before=lambda w, g, old, m: (w, g, old * m), after=_unmasked),
            Parts(before=lambda w, g, old, m: (w * m, g, old * m), after=_unmasked),
        ),
    ),
    (
        "masked-before-the-step",
        "The weights were masked before the step, which then moved them again. The mask comes "
        "last.",
        (Parts(before=lambda w, g, old, m: (w * m, g, old), after=_unmasked),),
    ),
    (
        "mask-forgotten",
        "The mask has no effect: pruned weights move like all others.",
        (Parts(after=_unmasked),),
    ),
    (
        "step-masked-only",
        "The step was masked, so a pruned weight keeps the value that it has. It is to be 0, "
        "whatever it was: mask the weights, not the step.",
        (Parts(after=lambda new, w, m: torch.where(m, new, w)),),
    ),
    (
        "mask-inverted",
        "The mask was used the wrong way round: True means kept.",
        (Parts(after=lambda new, w, m: new * ~m),),
    ),
    (
        *READ_FROM_ZEROS,
        (
            Parts(after=lambda new, w, m: new * (w != 0)),
            Parts(after=lambda new, w, m: new * (w != 0) * m),
        ),
    ),
    (
        "survivors-returned",
        "Only the kept weights came back, in a line. The result has the shape of w: a pruned "
        "weight is a 0 in its place, as the product with the mask makes it.",
        (Parts(after=_kept_alone),),
    ),
    (
        "divided-by-the-density",
        "The kept weights were divided by the density, as dropout does in training. Pruning leaves "
        "them as large as they are.",
        (Parts(after=lambda new, w, m: new * m / _density(m)),),
    ),
)
RETURNED: tuple[Mistake, ...] = (
    (
        "velocity-wiped",
        "The velocity that came back is 0. It is what the next step goes on from: return the new "
        "one.",
        (Parts(returned=lambda g, old, v, lr: torch.zeros_like(old)),),
    ),
    (
        "step-returned",
        "What came back beside the weights is the step, the velocity times the learning rate. The "
        "velocity itself is asked for: the next step multiplies it by the rate again.",
        (
            Parts(returned=lambda g, old, v, lr: lr * v),
            Parts(returned=lambda g, old, v, lr: -lr * v),
        ),
    ),
    (
        "old-velocity-returned",
        "The velocity came back as it was. The next step needs the new one.",
        (
            Parts(returned=lambda g, old, v, lr: old),
            Parts(returned=lambda g, old, v, lr: g),
        ),
    ),
)


def _joined(one: Parts, other: Parts) -> Parts:
    """Both mistakes, which are in different parts."""
    right = Parts()
    changed = {
        name: getattr(other, name)
        for name in vars(right)
        if getattr(other, name) is not getattr(right, name)
    }
    return replace(one, **changed)


def _two() -> Iterator[Misconception]:
    for places in combinations((RULES, MASKS, RETURNED), 2):
        for first, first_message, ones in places[0]:
            for second, second_message, others in places[1]:
                yield from both(
                    (first, first_message),
                    (second, second_message),
                    *(
                        way
                        for one in ones
                        for two in others
                        for way in islice(_joined(one, two).steps(), 2)
                    ),
                )


def _swapped(step: Step) -> Step:
    return lambda *arguments: step(*arguments)[::-1]


def _exchanged(step: Step) -> Step:
    return lambda w, g, old, m, lr, mu: step(w, g, old, m, mu, lr)


def _without_small(limit: float) -> Step:
    def behaves(w: T, g: T, old: T, m: T, lr: float, mu: float) -> Any:
        new, v = next(Parts().steps())(w, g, old, m, lr, mu)
        return new.masked_fill(new.abs() < limit, 0.0), v

    return behaves


MISTAKES = several(
    *(
        ways(name, message, *(way for one in parts for way in one.steps()))
        for name, message, parts in (*RULES, *MASKS, *RETURNED)
    ),
    ways(
        *READ_FROM_ZEROS,
        lambda w, g, old, m, lr, mu: (
            (w - lr * (mu * old + g)) * (w != 0),
            (mu * old + g) * (w != 0),
        ),
    ),
    ways(
        "gradient-forgotten",
        "The gradient is missing from the velocity: momentum · velocity + gradient.",
        lambda w, g, old, m, lr, mu: ((w - lr * (mu * old + g)) * m, mu * old),
    ),
    ways(
        "rate-and-momentum-exchanged",
        "Learning rate and momentum have changed places. The momentum multiplies the old velocity, "
        "the learning rate the step of the weights.",
        *map(_exchanged, Parts().steps()),
    ),
    ways(
        "small-weights-cut-off",
        "Kept weights that are small became 0 as well. The mask alone says which weights are "
        "pruned: any other may be as small as it likes, and grow again.",
        *(_without_small(limit) for limit in (0.05, 1e-2, 1e-3, 1e-4)),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the weights come first, then the velocity.",
        *map(_swapped, Parts().steps()),
    ),
    _two(),
)
