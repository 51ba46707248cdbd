"""Networks by another optimizer than the lecture's."""

import torch

from courseware.chapters.c06_unstructured_pruning.pixels import trained_by_sgd
from courseware.subjects.data import digits
from courseware.subjects.models import mlp


def test_sgd_begins_like_the_networks_of_the_lecture_and_steps_with_momentum() -> None:
    data, sizes = digits(), (64, 5, 10)
    (start,) = trained_by_sgd(sizes, [3], data, steps=0)
    assert all(torch.equal(start[name], w) for name, w in mlp(sizes, 3).state_dict().items())
    plain, again, heavy = (
        trained_by_sgd(sizes, [3, 4], data, steps=2, momentum=m)[0]["0.weight"]
        for m in (0.0, 0.0, 0.9)
    )
    assert torch.equal(plain, again)
    first = trained_by_sgd(sizes, [3], data, steps=1)[0]["0.weight"]
    # v2 = 0.9 g1 + g2: momentum adds 0.9 times the first step to the second.
    torch.testing.assert_close(heavy - plain, 0.9 * (first - start["0.weight"]))
