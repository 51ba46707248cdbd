"""Judges of `distill` where teacher and labels agree: learned, and the same from one seed alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.conflict import one_of_each
from courseware.chapters.c05_knowledge_distillation.tasks.states import as_drawn, outputs, structure
from courseware.checks.call import Outcome
from courseware.checks.states import trained, trained_twice
from courseware.checks.values import Difference

REPEATED = 1e-4
"""Of the largest weight: what two runs from one seed may differ by."""

N_EARLY, N_LAST = 600, 23
"""Rows of images that are all over, and of one that comes last: 623 is just below a multiple of
many sizes of batches.
"""
SEEN = 0.15
"""Probability of its class from which on the image of the last rows was learned from. Measured over
6 draws: 0.03 to 0.07 where it was left out, 0.40 and more in hurried trainings (Adam at 0.001, 20
epochs of 64, in order), 0.97 in others.
"""


def three_students(
    function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
) -> Outcome:
    """A probe: two calls with the same seed, and one with another."""
    twice = trained_twice(function, arguments, seconds)
    if type(twice.value) is not tuple:
        return twice
    other = trained(function, (*arguments[:-1], arguments[-1] + 1), seconds)
    return replace(other, value=(*twice.value, other.value)) if other.error is None else other


def repeated(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Students of one seed are the same, and have learned something; one of another is not."""
    if type(got) is not tuple:
        return structure(arguments, got)
    for state in got:
        if found := structure(arguments, state):
            return found
    _, images, labels = one_of_each(arguments)
    said = outputs(got[0], images).softmax(dim=1)
    last = (images == arguments[1][-1]).all(dim=1)
    seen = last & (said.gather(1, labels[:, None])[:, 0] > SEEN)
    right = (said.argmax(dim=1) == labels) | seen
    if not right.all():
        if torch.equal(right, ~last):
            text = f"all images are told right but that of the last {N_LAST} rows"
            return Difference("rows-left-out", text)
        n_right = int(right.sum())
        text = (
            f"{n_right} of {len(labels)} images are told right, on which teacher and labels agree"
        )
        return Difference("as-drawn" if as_drawn(got[0]) else "not-learned", text)
    for name, tensor in got[0].items():
        first, second = tensor.detach().double(), got[1][name].detach().double()
        apart = float((first - second).abs().max())
        if apart > REPEATED * float(first.abs().max()):
            text = f"two calls with the same seed: {name} differs by up to {apart:.3g}"
            return Difference("not-repeatable", text)
    if all(torch.equal(tensor, got[2][name]) for name, tensor in got[0].items()):
        return Difference("seed-ignored", "two calls with two seeds: the students are the same")
    return None
