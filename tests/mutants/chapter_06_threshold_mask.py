"""Solutions of exercise 06 as students could write them: threshold_mask."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("threshold_mask", says="sign-not-ignored")
def compares_with_the_sign(w, threshold):
    return w >= threshold


@wrong("threshold_mask", says="mask-inverted")
def marks_what_goes(w, threshold):
    return w.abs() < threshold


@wrong("threshold_mask", says="mask-inverted")
def keeps_the_middle(w, threshold):
    return (w > -threshold) & (w < threshold)


@wrong("threshold_mask", says="threshold-itself-pruned")
def compares_strictly(w, threshold):
    return torch.abs(w) > threshold


@wrong("threshold_mask", says="zeros-always-pruned")
def drops_zeros_anyway(w, threshold):
    mask = w.abs() >= threshold
    mask[w == 0] = False
    return mask


@wrong("threshold_mask", says="pruned-weights-returned")
def returns_the_weights(w, threshold):
    return w * (w.abs() >= threshold)


@wrong("threshold_mask", says="survivors-returned")
def returns_the_places(w, threshold):
    return torch.nonzero(w.abs() >= threshold)


@wrong("threshold_mask", says="survivors-returned")
def returns_the_survivors(w, threshold):
    return w[w.abs() >= threshold]


@wrong("threshold_mask", says="threshold-scaled")
def takes_a_share_of_the_largest(w, threshold):
    return w.abs() >= threshold * w.abs().max()


@wrong("threshold_mask", says="threshold-scaled")
def counts_in_standard_deviations(w, threshold):
    return w.abs() / w.std() >= threshold


@wrong("threshold_mask", says="squares-compared")
def compares_squares(w, threshold):
    return w**2 >= threshold


@wrong("threshold_mask", says="whole-rows")
def prunes_rows(w, threshold):
    norms = w.reshape(w.shape[0], -1).norm(dim=1)
    shape = [-1] + [1] * (w.dim() - 1)
    return (norms >= threshold).reshape(shape).expand(w.shape)


@wrong("threshold_mask", says="mask-not-bool")
def returns_ones_and_zeros(w, threshold):
    return (w.abs() >= threshold).float()


@wrong("threshold_mask", says="mask-not-bool")
def returns_bytes(w, threshold):
    return torch.where(w.abs() >= threshold, 1, 0).to(torch.uint8)


@wrong("threshold_mask", says="flattened")
def returns_a_flat_mask(w, threshold):
    return w.abs().flatten() >= threshold


@wrong("threshold_mask", says="wrong-type")
def returns_a_list(w, threshold):
    return [abs(value) >= threshold for value in w.flatten().tolist()]


@wrong("threshold_mask", says="changes-input")
def takes_magnitudes_in_place(w, threshold):
    return w.abs_() >= threshold


@wrong("threshold_mask", says="both-conditions-asked")
def asks_for_both_signs_at_once(w, threshold):
    return (w >= threshold) & (w <= -threshold)


@wrong("threshold_mask", says="lower-end-turned")
def turns_the_lower_comparison(w, threshold):
    return (w >= threshold) | (w >= -threshold)


@wrong("threshold_mask", says="one-answer-for-all")
def answers_for_all_at_once(w, threshold):
    return (w.abs() >= threshold).all()


@wrong("threshold_mask", says="whole-numbers-compared")
def cuts_magnitudes_off(w, threshold):
    return w.abs().int() >= threshold


@wrong("threshold_mask", says="one-side-strict")
def is_strict_for_negative_weights(w, threshold):
    positive = w >= threshold
    negative = w < -threshold
    return positive | negative


@wrong("threshold_mask", says="flattened")
def collects_a_line(w, threshold):
    keep = []
    for value in w.flatten().tolist():
        keep.append(abs(value) >= threshold)
    return torch.tensor(keep, dtype=torch.bool)


@wrong("threshold_mask", says="magnitudes-rounded")
def rounds_against_float_noise(w, threshold):
    rounded = torch.round(w.abs(), decimals=2)
    return rounded >= round(threshold, 2)


@right("threshold_mask")
def two_comparisons(w, threshold):
    return torch.logical_or(w >= threshold, w <= -threshold)


@right("threshold_mask")
def not_below(w, threshold):
    return ~(torch.abs(w) < threshold)


@right("threshold_mask")
def with_numpy(w, threshold):
    return torch.from_numpy(np.abs(w.numpy()) >= threshold)


@right("threshold_mask")
def in_a_loop(w, threshold):
    kept = [not (-threshold < value < threshold) for value in w.reshape(-1).tolist()]
    return torch.tensor(kept).reshape(w.shape) if threshold > 0 else w == w


@wrong("threshold_mask", says="squares-compared")
def weights_whose_squares_reach_the_threshold(w, threshold):
    return w * (w.square() >= threshold)
