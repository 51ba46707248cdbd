"""What exercise 07 ends with: the student's surgery on a network that reads digits.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and data that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch

from courseware.showing.pay_off import pay_off

if TYPE_CHECKING:
    from courseware.showing.style import Picture

State = Mapping[str, torch.Tensor]

SIZES = (64, 64, 64, 10)
KEEP = (1.0, 0.5, 0.25, 0.125)
STEPS = 300
RATE = 0.005


@pay_off("a network that reads digits at 1/2, 1/4 and 1/8 of its units: bytes and accuracy")
def smaller_networks(
    structured_prune: Callable[[dict[str, torch.Tensor], torch.Tensor, float], State],
) -> Picture:
    """Prune a trained network with the student's function, fine-tune it, and draw what it is worth.

    Takes about three seconds. Of the whole network, fine-tuning goes on as long.
    """
    from courseware.chapters.c07_structured_pruning.equal_size import (
        fine_tuned,
        trained_networks,
        unpruned,
    )
    from courseware.chapters.c07_structured_pruning.plots import pay_off_of_pruning
    from courseware.subjects.data import digits

    data = digits()
    (state,) = trained_networks(SIZES, (0,), data)
    images = data.train_images
    small = {keep: structured_prune(dict(state), images.clone(), keep) for keep in KEEP}
    right = {
        keep: fine_tuned([unpruned(of_keep)], data, RATE, (0, STEPS), (0,))
        for keep, of_keep in small.items()
    }
    return pay_off_of_pruning(
        [f"{keep:.1%} of the units" for keep in KEEP],
        [sum(tensor.nbytes for tensor in of_keep.values()) for of_keep in small.values()],
        {
            "at once": [right[keep][0]["test"][0] for keep in KEEP],
            f"after {STEPS} updates": [right[keep][STEPS]["test"][0] for keep in KEEP],
        },
    )
