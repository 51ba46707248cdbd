"""A mask that is another one in a new process, and one that is drawn without a seed."""

import pytest
import torch

from courseware.chapters.c08_when_to_prune.tasks import random_judges as judges

SEED = 5
A, B, C = (torch.tensor(row, dtype=torch.bool) for row in ([1, 1, 0], [1, 0, 1], [0, 1, 1]))


def drawn(before, anew, again, forth=A, back=A):
    """Masks in the order of the probe: some seeds, the last of them anew and again, and back."""
    others = len(judges.repeated_seeds(SEED)) - 1
    return judges.Drawn([*[forth] * others, before, anew, *again, *[back] * others])


@pytest.mark.parametrize(
    ("got", "kind"),
    [
        (drawn(A, B, [B] * judges.AGAIN, back=B), "not-repeatable-anew"),  # in the sandbox
        (drawn(A, B, [A] * judges.AGAIN), "not-repeatable-anew"),  # in a notebook
        (drawn(A, B, [B] * (judges.AGAIN - 1) + [C]), "not-repeatable"),
        (drawn(A, B, [A, B] * (judges.AGAIN // 2)), "not-repeatable"),
        (drawn(A, A, [A] * judges.AGAIN, back=B), "not-repeatable"),
        (drawn(A, A, [B] * judges.AGAIN), "not-repeatable"),  # starts where the seed is another
    ],
)
def test_only_one_mask_within_a_process_is_another_one_anew(got, kind):
    assert judges.repeated(([3], 1 / 3, SEED), None, got).kind == kind
