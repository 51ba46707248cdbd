"""What exercise 09 ends with: the student's ticket against its control, on digits.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and data that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import torch

from courseware.showing.pay_off import pay_off

if TYPE_CHECKING:
    from courseware.showing.style import Picture

Tensors = dict[str, torch.Tensor]

ROUNDS, RATE = 3, 0.4
SEEDS = (0, 1, 2)
UPDATES = 200


@pay_off("how your tickets of 22% of the weights learn, against the dense network and new weights")
def tickets_at_work(
    find_ticket: Callable[..., Sequence[tuple[Tensors, Tensors]]],
    random_reinit: Callable[..., Tensors],
) -> Picture:
    """Search tickets of three networks with the student's functions, and train all arms alike.

    Takes about ten seconds.
    """
    from courseware.chapters.c09_lottery_tickets.plots import curves_of_arms
    from courseware.chapters.c09_lottery_tickets.ticket_arms import (
        DENSE,
        REINIT,
        TICKET,
        Plan,
        train_watched,
    )
    from courseware.subjects.data import digits
    from courseware.subjects.models import mlp

    data = digits()
    plan = Plan(steps=UPDATES, learning_rate=0.005, batch_size=32, watch_every=10)
    starts: dict[str, list[tuple[Mapping[str, torch.Tensor], Tensors]]] = {}
    for seed in SEEDS:
        initial = mlp([64, 64, 10], seed).state_dict()
        images, labels = data.train_images.clone(), data.train_labels.clone()
        search = find_ticket(dict(initial), images, labels, ROUNDS, RATE, seed)
        shapes = {name: tuple(mask.shape) for name, mask in search[-1][1].items()}
        masks = search[-1][1]
        starts.setdefault(DENSE, []).append((initial, search[0][1]))
        starts.setdefault(TICKET, []).append(search[-1])
        new = dict(initial) | random_reinit(shapes, masks, seed)
        starts.setdefault(REINIT, []).append((new, masks))
    runs = train_watched(
        [start for arm in starts.values() for start in arm], data, plan, SEEDS * 3
    )[1]
    n = len(SEEDS)
    losses = {
        arm: [run.losses for run in runs[i * n : (i + 1) * n]] for i, arm in enumerate(starts)
    }
    return curves_of_arms(
        runs[0].steps, losses, "loss on validation digits (logarithmic)", "Your tickets at work"
    )
