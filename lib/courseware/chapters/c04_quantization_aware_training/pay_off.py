"""The last cell of exercise 04: a network of 2 bits that the student's own training made.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and data that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from courseware.showing.pay_off import pay_off

if TYPE_CHECKING:
    from courseware.showing.style import Picture

NEURONS = [0, 5, 11, 20, 32, 41, 57]


@pay_off("neurons of a network in 2 bits, rounded without training and trained by you")
def two_bits(train_qat: Callable[..., Any]) -> Picture:
    """Train a small network, round it to 2 bits, train it with the student's function."""
    from courseware.chapters.c04_quantization_aware_training.fine_tuning import rounded_weights
    from courseware.chapters.c04_quantization_aware_training.plots.fake_quantization import (
        neuron_pictures,
    )
    from courseware.subjects.data import digits
    from courseware.subjects.models import mlp, network_of
    from courseware.subjects.training import accuracy, train

    data = digits()
    training = (data.train_images, data.train_labels)
    network = mlp([64, 64, 10], seed=0)
    train(network, *training, seed=0)
    state = {name: tensor.clone() for name, tensor in network.state_dict().items()}
    found = {
        "float32": state,
        "rounded": rounded_weights(state, 2),
        "your training": train_qat(dict(state), *training, 2, 0),
    }
    rows = {}
    for name, one in found.items():
        read = accuracy(network_of(one), data.test_images, data.test_labels)
        rows[f"{name}\nreads {read:.1%}"] = one["0.weight"].detach()[NEURONS]
    return neuron_pictures(rows)
