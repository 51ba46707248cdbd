"""`random_reinit`: who goes through a set of names is found out, who sorts them is not."""

from __future__ import annotations

import math

import pytest
import torch

from courseware.checks import all_tasks
from courseware.checks.run import run_task

ORDERS = {
    "a set": (lambda shapes: {*shapes}, {"order-of-a-set"}),
    "an intersection": (lambda shapes: shapes.keys() & {*shapes}, {"order-of-a-set"}),
    "the dict": (lambda shapes: shapes, set()),
    "sorted": (sorted, set()),
    "from the last one": (lambda shapes: reversed(shapes), set()),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("whole", [True, False], ids=["all places", "survivors alone"])
def test_the_order_of_a_set_is_no_order(order, whole):
    names, causes = ORDERS[order]

    def random_reinit(shapes, masks, seed):
        generator = torch.Generator().manual_seed(seed)
        drawn = {}
        for name in names(shapes):
            w, bound = torch.zeros(*shapes[name]), 1 / math.sqrt(math.prod(shapes[name][1:]))
            places = torch.ones_like(masks[name]) if whole else masks[name]
            w[places] = bound * (2 * torch.rand(int(places.sum()), generator=generator) - 1)
            drawn[name] = w * masks[name]
        return drawn

    report = run_task(all_tasks()["random_reinit"], random_reinit, "order of names")

    assert {cause.name for cause in report.diagnoses} == causes
