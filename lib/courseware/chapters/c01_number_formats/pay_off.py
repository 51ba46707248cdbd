"""The last cell of exercise 01: the weights of a network, taken apart by the student's functions.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and data that nobody looks at.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from courseware.showing.pay_off import pay_off
from courseware.showing.say import say

if TYPE_CHECKING:
    from courseware.showing.style import Picture


@pay_off(
    "where the weights of a trained network lie, by the exponents that you read from their bits"
)
def weights_apart(
    float32_fields: Callable[..., Any],
    integer_range: Callable[..., Any],
    model_bytes: Callable[..., Any],
) -> Picture:
    """Train a small network, read the fields of each weight, count the exponents."""
    from courseware.chapters.c01_number_formats.plots.exponents import weights_by_exponent
    from courseware.showing.byte_text import byte_text
    from courseware.subjects.data import digits
    from courseware.subjects.models import mlp, weights_of
    from courseware.subjects.training import train

    data = digits()
    network = mlp([64, 64, 10], seed=0)
    train(network, data.train_images, data.train_labels, seed=0)
    weights = [x for w in weights_of(network).values() for x in w.flatten().tolist()]
    counts = Counter(int(float32_fields(x)[1]) for x in weights)
    _, highest = integer_range(8, False)
    sizes = [byte_text(model_bytes(len(weights), bits)) for bits in (32, 4)]
    say(
        f"A network that reads digits has {len(weights):,} weights. Of {highest + 1} exponents "
        f"that float32 has room for, they use {len(counts)}. In 32 bits they take {sizes[0]}, "
        f"in 4 bits {sizes[1]}: lecture 02 shows how."
    )
    return weights_by_exponent(counts)
