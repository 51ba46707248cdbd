"""Data on which teacher and labels disagree, and judging a student by how low its loss is.

There are five images, many copies of each. The teacher prefers one class, the label says another
one, so every loss pulls at the student in its own way and has a minimum of its own. A student that
tells five images apart can give each any logits it likes: the lowest possible loss is that of free
logits, 5 rows of C numbers, which an optimizer finds in no time, as the loss is convex in them.

A student counts as right if, of the way from equal outputs to the lowest loss, it has gone all but
`LEFT` = 1%. What is left of the way, 5 draws each of the data of `distill`, 20 for the last line:

    Adam 0.001 to 0.01 or SGD with momentum 0.02 to 0.1, batches
        of 64 and 128, 10 to 50 epochs; Adam 0.01 to 0.03 on all
        images, 150 and 200 updates; weight decay up to 0.001         up to 0.06%
    a hurried one: Adam 0.001, 20 epochs of 64                        up to 0.4%
    the minimum of a wrong loss, in one of the two cases              4% and more
"""

from __future__ import annotations

import math
from collections.abc import Callable
from operator import itemgetter
from typing import Any

import torch

from courseware.chapters.c05_knowledge_distillation.tasks.free_logits import (
    Setting,
    from_equal,
    minimiser,
)
from courseware.chapters.c05_knowledge_distillation.tasks.losses import (
    BOTH_WEIGHTS,
    WRONG_LOSSES,
    Loss,
)
from courseware.chapters.c05_knowledge_distillation.tasks.mixed_rows import ROWS_MISMATCHED
from courseware.chapters.c05_knowledge_distillation.tasks.states import (
    OTHER_ACTIVATIONS,
    OTHER_IMAGES,
    RUN_AWAY,
    as_drawn,
    outputs,
    put_in_form,
    structure,
)
from courseware.checks.task import Draw
from courseware.checks.values import Difference
from model_compression.distillation import distillation_loss

T = torch.Tensor
Arguments = tuple[T, T, T, int, float, float, int]

N_IMAGES = 5
COPIES = 240
LEFT = 0.01
NEAR_MISS = 0.03
ALIKE = 0.001
AT_ONE_CLASS = "teacher-hardened", "softmax-twice", "log-missing"
"""All may end where all goes to the class that the teacher likes best, as no other loss does."""
MIXED_LEFT = 0.1
"""For rows that were mixed up: which ones came together is a matter of chance."""
OTHERWISE = 0.03
"""Of the way, at most, is left on images of another kind where a student was trained on these;
and a third of what is left on the right ones."""
LATE = 0.3
"""Of all rows come before the first copy of one image."""
HARDLY = 0.15
"""Of the way: a student this close to equal outputs, on either side, is as good as untrained."""


def conflict(
    draw: Draw,
    n_pixels: int,
    n_classes: int,
    hidden: int,
    alpha: float,
    temperature: float,
    agreed: bool = False,
) -> Arguments:
    """Arguments of `distill`: the labels are not what the teacher likes best.

    If `agreed`, that of one image is: who leaves out what teacher and label disagree on is left
    with this one.
    """
    images = distinct_images(draw, n_pixels)
    order = torch.rand(N_IMAGES, n_classes, generator=draw.generator).argsort(dim=1)
    unit = torch.rand(N_IMAGES, n_classes, generator=draw.generator)
    # The favourite, a runner-up, the label, then all the others.
    ranked = -4 * unit
    ranked[:, 0], ranked[:, 1] = 8 + unit[:, 0], 4.8 + unit[:, 1]
    ranked[:, 2] = -3 + 2 * unit[:, 2]
    teacher = torch.empty_like(ranked).scatter_(1, order, ranked)
    rows = _one_late(draw, shuffled_copies(draw, COPIES))
    labels = order[:, 2].clone()
    if agreed:
        labels[rows[0]] = order[rows[0], 0]
    seed = draw.integer(0, 999)
    return teacher[rows], images[rows], labels[rows], hidden, alpha, temperature, seed


def distinct_images(draw: Draw, n_pixels: int, n_images: int = N_IMAGES) -> T:
    """Black and white images, no two of them much alike."""
    share = torch.rand(n_images, n_pixels, generator=draw.generator)
    images = (share < 0.35).float()
    # One pixel is each image's own, so that they differ in any case.
    images[:, :n_images] = torch.eye(n_images)
    return images[:, torch.randperm(n_pixels, generator=draw.generator)]


def shuffled_copies(draw: Draw, copies: int) -> T:
    """Row numbers: each image `copies` times, in random order."""
    order = torch.randperm(N_IMAGES * copies, generator=draw.generator)
    return torch.arange(N_IMAGES).repeat_interleave(copies)[order]


def _one_late(draw: Draw, rows: T) -> T:
    """The rows in another order: the copies of one image come late, in random order with others.

    Whoever stops after the first rows never sees it.
    """
    late = rows == rows[-1]
    n_before = round(LATE * len(rows))
    others = (~late).nonzero().flatten()
    tail = torch.cat([others[n_before:], late.nonzero().flatten()])
    tail = tail[torch.randperm(len(tail), generator=draw.generator)]
    last = int((rows[tail] == rows[-1]).nonzero().flatten()[-1])
    tail[[last, -1]] = tail[[-1, last]]
    return rows[torch.cat([others[:n_before], tail])]


def one_of_each(arguments: tuple[Any, ...]) -> tuple[T, T, T]:
    """The distinct images, with the teacher's logits and the label of each."""
    teacher, images, labels = arguments[:3]
    _, which = images.unique(dim=0, return_inverse=True)
    first = torch.stack([(which == i).nonzero()[0, 0] for i in range(int(which.max()) + 1)])
    return teacher[first].double(), images[first], labels[first]


def lowest_loss(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Whether the student's loss is the lowest possible; if not, which loss it minimises."""
    found = structure(arguments, got)
    if found:
        # Of two mistakes this check tells the other one.
        state = put_in_form(arguments, got)
        besides = state and lowest_loss(arguments, expected, state)
        return Difference(besides.kind, f"{found.text}; {besides.text}") if besides else found
    teacher, images, labels = one_of_each(arguments)
    alpha, temperature = arguments[4:6]
    student = outputs(got, images)

    setting = Setting.of(teacher, labels, alpha, temperature)
    right = setting.with_loss(distillation_loss)
    equal, lowest, reached = (
        float(right(logits))
        for logits in (0 * teacher, from_equal(distillation_loss, setting), student)
    )

    def still_to_go(logits: T) -> float:
        return (float(right(logits)) - lowest) / (equal - lowest)

    left = still_to_go(student)
    if left <= LEFT:
        return None
    text = (
        f"the loss is {equal:.4f} for equal outputs, {reached:.4f} for this student; the lowest "
        f"possible is {lowest:.4f}. "
    )
    text += f"{1 - left:.1%} of the way, expected 99%" if left < 1 else "This is further away"
    for other, activation in OTHER_ACTIVATIONS.items():
        if still_to_go(outputs(got, images, activation)) <= LEFT:
            return Difference("another-network", f"{text}. With {other} it is the lowest possible")
    for other, changed in OTHER_IMAGES.items():
        if still_to_go(outputs(got, changed(images, arguments[1]))) <= min(OTHERWISE, left / 3):
            return Difference("other-images", f"{text}. With {other} it is far lower")
    if left_out := _left_out(arguments, student):
        return Difference(left_out[0], f"{text}. {left_out[1]}")
    if as_drawn(got):
        return Difference("as-drawn", text)
    if left > 1 and float(student.abs().max()) > RUN_AWAY:
        return Difference("outputs-run-away", text)
    standing = "not-learned" if abs(1 - left) < HARDLY else "not-the-lowest"
    # Who has missed the lowest loss by little minimises no other one that ends far from it.
    furthest = 2 * left if left < NEAR_MISS else math.inf
    name = _minimised(setting, student, lambda logits: LEFT < still_to_go(logits) < furthest)
    return Difference(name or standing, text)


def _minimised(setting: Setting, student: T, fails: Callable[[T], bool]) -> str:
    """The name of the wrong loss that the student minimises, if it is one that is known.

    Some have the right minimum here, such as the divergence at another temperature where the
    teacher is alone: a student `fails` for another reason then.
    """
    lowest = from_equal(distillation_loss, setting)

    def nearer_to(loss: Loss) -> bool:
        """Than to the right one's, as a student who is on the way may pass close by it."""
        return _alike(student, from_equal(loss, setting)) > _alike(student, lowest)

    nearest = {
        wrong.name: min(
            ((_left_of_minimum(loss, setting, student, fails), loss) for loss in wrong.losses),
            key=itemgetter(0),
        )
        for wrong in (*WRONG_LOSSES, BOTH_WEIGHTS)
    }
    best = min(left for left, _ in nearest.values())
    alike = [
        name
        for name, (left, loss) in nearest.items()
        if left <= min(best + ALIKE, LEFT) and nearer_to(loss)
    ]
    if len(alike) > 1 and {*alike} <= {*AT_ONE_CLASS}:
        return "all-to-one-class"
    if alike:
        return alike[0]
    for loss in ROWS_MISMATCHED.losses:
        if _left_of_minimum(loss, setting, student, fails) < MIXED_LEFT and nearer_to(loss):
            return ROWS_MISMATCHED.name
    return ""


def _alike(one: T, other: T) -> float:
    """The cosine of two students' outputs, so that one whose training is not over is like itself.

    A number that is added to all outputs of an image changes nothing.
    """
    first, second = (logits - logits.mean(dim=1, keepdim=True) for logits in (one, other))
    return float(torch.cosine_similarity(first.flatten(), second.flatten(), dim=0))


def _left_of_minimum(
    wrong: Loss, setting: Setting, student: T, fails: Callable[[T], bool]
) -> float:
    """What the student has still to go to the minimum of a loss; infinity where that one passes."""
    loss = setting.with_loss(wrong)
    # Near a minimum the slope is small. That is quickly found out, and rules most out.
    if _slope(loss, student) > 0.2 * _slope(loss, 0 * student):
        return math.inf
    ends = minimiser(loss, student, iterations=30), from_equal(wrong, setting, iterations=30)
    return max(_left(loss, student, end) for end in ends) if all(map(fails, ends)) else math.inf


def _left_out(arguments: tuple[Any, ...], student: T) -> tuple[str, str] | None:
    """Whether the loss is the lowest possible for some images, and not at all for the others.

    The last one has no copies among the first rows; on some, teacher and label may agree.
    """
    teacher, images, labels = one_of_each(arguments)
    alpha, temperature = arguments[4:6]
    late = [bool((images[i] == arguments[1][-1]).all()) for i in range(len(images))]
    ways = []
    for row in range(len(images)):
        of_row = slice(row, row + 1)
        alone = Setting.of(teacher[of_row], labels[of_row], alpha, temperature)
        right = alone.with_loss(distillation_loss)
        ways.append(_left(right, student[of_row], from_equal(distillation_loss, alone)))
    agreed = (teacher.argmax(dim=1) == labels).tolist()
    for name, out, text in (
        ("rows-left-out", late, "for all images but one, which is only among the later rows"),
        ("disagreement-left-out", [not each for each in agreed], "where teacher and label agree"),
        ("agreement-left-out", agreed, "where teacher and label disagree"),
    ):
        there = [way <= LEFT for way, left in zip(ways, out, strict=True) if not left]
        missed = [way > HARDLY for way, left in zip(ways, out, strict=True) if left]
        if there and missed and all(there) and all(missed):
            return name, f"It is the lowest {text}, and not elsewhere"
    return None


def _slope(loss: Callable[[T], T], logits: T) -> float:
    at = logits.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(loss(at), at)
    return float(gradient.norm())


def _left(loss: Callable[[T], T], student: T, end: T) -> float:
    """What the student has still to go, of the way from equal outputs to `end`."""
    equal, reached, lowest = (float(loss(logits)) for logits in (0 * student, student, end))
    return (reached - lowest) / (equal - lowest) if equal > lowest else math.inf
