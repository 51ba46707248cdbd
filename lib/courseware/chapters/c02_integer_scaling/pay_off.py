"""The last cell of exercise 02: a digit network stored by the student's own functions.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and data that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from courseware.showing.pay_off import pay_off
from model_compression.number_formats import model_bytes

if TYPE_CHECKING:
    from courseware.showing.style import Picture

BITS = (8, 4, 3, 2)


@pay_off("a digit network that your functions store in 8, 4, 3 and 2 bits, and what it then reads")
def digit_network(
    quantize_per_channel: Callable[..., Any],
    dequantize: Callable[..., Any],
    pack_int4: Callable[..., Any],
) -> Picture:
    """Train a small network, store it with the student's functions, read new digits with it.

    Bytes are those of the codes and the scales, float32; `pack_int4` counts those of 4 bits.
    """
    from courseware.chapters.c02_integer_scaling.plots.stored_network import Stored, stored_network
    from courseware.subjects.data import digits
    from courseware.subjects.models import mlp, weights_of, with_weights
    from courseware.subjects.training import accuracy, train

    data = digits()
    network = mlp([64, 64, 10], seed=0)
    train(network, data.train_images, data.train_labels, seed=0)

    def read_by(weights: dict[str, torch.Tensor]) -> float:
        changed = with_weights(network, weights)
        return accuracy(changed, data.test_images, data.test_labels)

    exact = weights_of(network)
    unit = int(exact["0.weight"].norm(dim=1).argmax())
    n_bytes = sum(w.nbytes for w in exact.values())
    shown = [Stored("float32", n_bytes, read_by(exact), exact["0.weight"][unit])]
    for n_bits in BITS:
        restored, n_bytes = {}, 0
        for name, w in exact.items():
            codes, scale = quantize_per_channel(w, n_bits)
            rows = [dequantize(row, s) for row, s in zip(codes, scale, strict=True)]
            restored[name] = torch.stack(rows)
            packed = len(pack_int4(codes)) if n_bits == 4 else model_bytes(codes.numel(), n_bits)
            n_bytes += packed + 4 * scale.numel()
        first = restored["0.weight"][unit]
        shown.append(Stored(f"{n_bits} bits", n_bytes, read_by(restored), first))
    return stored_network(shown)
