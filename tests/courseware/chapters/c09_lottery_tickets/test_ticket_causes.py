"""What is told of a search that never looks at what it trained."""

from __future__ import annotations

import torch

from courseware.checks import all_tasks
from courseware.checks.run import run_task
from model_compression.magnitude_pruning import global_magnitude_masks
from model_compression.masks import apply_masks


def test_no_seed_is_blamed_where_the_start_was_ranked():
    def find_ticket(initial, images, labels, rounds, rate, seed):
        torch.Generator().manual_seed(seed)
        weights = {name: w for name, w in initial.items() if w.dim() > 1}
        n = kept = sum(w.numel() for w in weights.values())
        masks = {name: torch.ones_like(w, dtype=torch.bool) for name, w in weights.items()}
        pairs = [(apply_masks(initial, masks), masks)]
        for _ in range(rounds):
            kept -= round(rate * kept)
            masks = global_magnitude_masks(weights, 1 - kept / n)
            pairs.append((apply_masks(initial, masks), masks))
        return pairs

    report = run_task(all_tasks()["find_ticket"], find_ticket, "the start was ranked")

    assert {cause.name for cause in report.diagnoses} == {"ranked-before-training"}
