"""Solutions of exercise 08 as students could write them: cubic_sparsity."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _progress(step, begin, end):
    return min(max((step - begin) / (end - begin), 0.0), 1.0)


@wrong("cubic_sparsity", says="slow-first")
def cubes_the_progress(step, begin, end, initial, final):
    return initial + (final - initial) * _progress(step, begin, end) ** 3


@wrong("cubic_sparsity", says="slow-first")
def subtracts_the_cube(step, begin, end, initial, final):
    return final + (initial - final) * (1 - _progress(step, begin, end) ** 3)


@wrong("cubic_sparsity", says="linear")
def forgets_the_cube(step, begin, end, initial, final):
    return final + (initial - final) * (1 - _progress(step, begin, end))


@wrong("cubic_sparsity", says="another-power")
def squares(step, begin, end, initial, final):
    return final + (initial - final) * (1 - _progress(step, begin, end)) ** 2


@wrong("cubic_sparsity", says="cube-of-too-much")
def cubes_the_difference_too(step, begin, end, initial, final):
    return final + ((initial - final) * (1 - _progress(step, begin, end))) ** 3


@wrong("cubic_sparsity", says="not-clamped")
def runs_on_at_both_ends(step, begin, end, initial, final):
    return final + (initial - final) * (1 - (step - begin) / (end - begin)) ** 3


@wrong("cubic_sparsity", says="not-clamped")
def clamps_the_end_only(step, begin, end, initial, final):
    p = min((step - begin) / (end - begin), 1.0)
    return final + (initial - final) * (1 - p) ** 3


@wrong("cubic_sparsity", says="begin-ignored")
def divides_by_the_end(step, begin, end, initial, final):
    p = min(max((step - begin) / end, 0.0), 1.0)
    return final + (initial - final) * (1 - p) ** 3


@wrong("cubic_sparsity", says="begin-ignored")
def counts_from_step_zero(step, begin, end, initial, final):
    return final + (initial - final) * (1 - min(step / end, 1.0)) ** 3


@wrong("cubic_sparsity", says="initial-ignored")
def always_starts_from_zero(step, begin, end, initial, final):
    return final - final * (1 - _progress(step, begin, end)) ** 3


@wrong("cubic_sparsity", says="caret-for-power")
def writes_a_caret(step, begin, end, initial, final):
    return final + (initial - final) * (1 - _progress(step, begin, end)) ^ 3


@wrong("cubic_sparsity", says="too-few-digits")
def rounds_to_two_decimals(step, begin, end, initial, final):
    return round(final + (initial - final) * (1 - _progress(step, begin, end)) ** 3, 2)


@wrong("cubic_sparsity", says="one-step-off")
def counts_steps_from_one(step, begin, end, initial, final):
    return final + (initial - final) * (1 - _progress(step + 1, begin, end)) ** 3


@wrong("cubic_sparsity", says="not-clamped")
def clamps_the_sparsity(step, begin, end, initial, final):
    p = (step - begin) / (end - begin)
    return min(max(final + (initial - final) * (1 - p) ** 3, 0.0), 1.0)


@wrong("cubic_sparsity", says="nothing-outside")
def starts_after_the_first_step(step, begin, end, initial, final):
    if step <= begin:
        return 0.0
    return final + (initial - final) * (1 - _progress(step, begin, end)) ** 3


@wrong("cubic_sparsity", says="increment")
def returns_what_was_added(step, begin, end, initial, final):
    return (final - initial) * (1 - (1 - _progress(step, begin, end)) ** 3)


@wrong("cubic_sparsity", says="final-on-top")
def adds_the_final_one(step, begin, end, initial, final):
    return initial + final * (1 - (1 - _progress(step, begin, end)) ** 3)


@wrong("cubic_sparsity", says="density")
def returns_the_share_kept(step, begin, end, initial, final):
    return 1 - (final + (initial - final) * (1 - _progress(step, begin, end)) ** 3)


@wrong("cubic_sparsity", says="backwards")
def swaps_the_ends(step, begin, end, initial, final):
    return initial + (final - initial) * (1 - _progress(step, begin, end)) ** 3


@wrong("cubic_sparsity", says="nothing-outside")
def is_silent_outside(step, begin, end, initial, final):
    if step < begin or step > end:
        return 0.0
    return final + (initial - final) * (1 - _progress(step, begin, end)) ** 3


@wrong("cubic_sparsity", says="whole-progress")
def divides_whole_numbers(step, begin, end, initial, final):
    p = min(max((step - begin) // (end - begin), 0), 1)
    return final + (initial - final) * (1 - p) ** 3


@wrong("cubic_sparsity", says="percent")
def counts_in_percent(step, begin, end, initial, final):
    return 100 * (final + (initial - final) * (1 - _progress(step, begin, end)) ** 3)


@wrong("cubic_sparsity", says="returns-none")
def leaves_a_gap(step, begin, end, initial, final):
    if step < begin:
        return initial
    if step < end:
        return final + (initial - final) * (1 - (step - begin) / (end - begin)) ** 3


@right("cubic_sparsity")
def three_cases(step, begin, end, initial, final):
    if step <= begin:
        return initial
    if step >= end:
        return final
    left = (end - step) / (end - begin)
    return final - (final - initial) * left**3


@right("cubic_sparsity")
def clips_with_numpy(step, begin, end, initial, final):
    left = 1 - np.clip((step - begin) / (end - begin), 0, 1)
    return initial * left**3 + final * (1 - left**3)


@right("cubic_sparsity")
def in_a_tensor(step, begin, end, initial, final):
    p = torch.tensor((step - begin) / (end - begin)).clamp(0, 1)
    return final + (initial - final) * (1 - p) ** 3


@right("cubic_sparsity")
def multiplied_out(step, begin, end, initial, final):
    p = sorted((0.0, (step - begin) / (end - begin), 1.0))[1]
    return initial + (final - initial) * (3 * p - 3 * p * p + p * p * p)


@wrong("cubic_sparsity", says="begin-ignored")
def counts_from_step_0_once_it_has_begun(step, begin, end, initial, final):
    if step <= begin:
        return initial
    p = min(step / end, 1.0)
    return final + (initial - final) * (1 - p) ** 3


@wrong("cubic_sparsity", says="text-not-number")
def prints_the_number(step, begin, end, initial, final):
    return str(final + (initial - final) * (1 - min(max(_progress(step, begin, end), 0), 1)) ** 3)
