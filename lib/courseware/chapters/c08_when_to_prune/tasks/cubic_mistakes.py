"""What may have gone wrong in a cubic schedule."""

from __future__ import annotations

from collections.abc import Callable

from courseware.chapters.c08_when_to_prune.tasks.cubic_parts import (
    BEGIN_IGNORED,
    DENSITY,
    FINAL_BEFORE,
    FRACTION_OPEN,
    INCREMENT,
    INITIAL_AFTER,
    INITIAL_IGNORED,
    LINEAR,
    MIRRORED,
    NOT_CLAMPED,
    NOTHING_OUTSIDE,
    OFF,
    ONE_STEP_OFF,
    OPEN_FRACTIONS,
    PERCENT,
    SCHEDULES,
    SLOW_FIRST,
    WITHOUT_BEGIN,
    alone,
    mirrored,
    otherwise,
    two_mistakes,
)
from courseware.chapters.c08_when_to_prune.tasks.cubic_wrong_ways import (
    clamped,
    cubic,
    from_step_0,
    from_zero,
    modulo,
    nothing_outside,
    nothing_until_behind_begin,
    schedule,
    slow,
    to_decimals,
    within,
    without_sign,
)
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, followed_by, several, ways
from courseware.checks.precision import IMPRECISE, rounded_number
from courseware.checks.python_slips import CARET
from model_compression import pruning_schedules as reference


def _increase(at_first: float | None) -> Callable[..., float]:
    """What goes since the step before; up to the first one something else, or the initial one."""

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        if step <= begin:
            return initial if at_first is None else at_first
        now, before = (
            reference.cubic_sparsity(at, begin, end, initial, final) for at in (step, step - 1)
        )
        return now - before

    return behaves


MISTAKES = several(
    FORMS,
    ways(
        *SLOW_FIRST,
        schedule(lambda p, s, f: s + (f - s) * p**3),
        from_step_0(lambda p, s, f: s + (f - s) * p**3),
    ),
    *(ways(*name, *map(schedule, schedules)) for name, schedules in SCHEDULES[1:-1]),
    ways(*FRACTION_OPEN, *(schedule(progress=progress) for progress in OPEN_FRACTIONS)),
    ways(*FINAL_BEFORE, otherwise(lambda s, f: f, None, cubic)),
    ways(*INITIAL_AFTER, otherwise(None, lambda s, f: s, cubic)),
    ways(*MIRRORED, schedule(clamp=mirrored)),
    ways(
        "cube-of-too-much",
        "The cube was taken of the difference of the two sparsities as well. It belongs to the "
        "way that is left alone.",
        schedule(lambda p, s, f: f + ((s - f) * (1 - p)) ** 3),
    ),
    both(SLOW_FIRST, NOT_CLAMPED, schedule(slow, clamp=lambda p: p)),
    ways(
        "way-back",
        "After the end the sparsity falls again: what is left of the way, 1 − p, was taken "
        "without its sign. Keep the progress between 0 and 1.",
        schedule(without_sign, clamp=lambda p: max(p, 0.0)),
        schedule(without_sign, clamp=lambda p: p),
    ),
    ways(
        "starts-over",
        "At the end the schedule starts over: the steps were taken modulo its length. From "
        "there on the sparsity is the final one.",
        schedule(progress=modulo),
        schedule(progress=lambda step, begin, end: modulo(max(step, begin), begin, end)),
    ),
    ways(
        "brackets-missing",
        "Brackets are missing: the cube is that of 1 − p, and it multiplies the difference of "
        "the two sparsities, (initial − final) · (1 − p)³.",
        schedule(lambda p, s, f: f + (s - f) * 1 - p**3),
        schedule(lambda p, s, f: (f + s - f) * (1 - p) ** 3),
        schedule(lambda p, s, f: f + (s - f) * (1 - p**3)),
    ),
    ways(
        "progress-rounded",
        "The progress was rounded, so that the sparsity moves in jumps. Leave it as it is.",
        *(schedule(clamp=to_decimals(digits)) for digits in (0, 1, 2, 3)),
    ),
    ways(
        "progress-stuck",
        "The progress is the same at every step: `min` and `max` have changed places. What is "
        "above 1 becomes 1 by `min(p, 1)`, what is below 0 becomes 0 by `max(p, 0)`.",
        schedule(clamp=lambda p: 1.0),
        schedule(clamp=lambda p: 0.0),
    ),
    ways(
        *NOT_CLAMPED,
        schedule(clamp=lambda p: p),
        schedule(clamp=lambda p: max(p, 0.0)),
        schedule(clamp=lambda p: min(p, 1.0)),
        schedule(lambda p, s, f: clamped(cubic(p, s, f)), clamp=lambda p: p),
    ),
    ways(
        *BEGIN_IGNORED,
        *(schedule(progress=progress) for progress in WITHOUT_BEGIN),
        from_step_0(cubic),
    ),
    ways(
        *INITIAL_IGNORED,
        schedule(from_zero),
        within(schedule(from_zero)),
    ),
    ways(
        *CARET,
        schedule(lambda p, s, f: f + (s - f) * (1 - p) ^ 3),  # type: ignore[operator]
        schedule(lambda p, s, f: f + (s - f) * ((1 - p) ^ 3)),  # type: ignore[operator]
    ),
    ways(*IMPRECISE, *rounded_number(reference.cubic_sparsity)),
    ways(*ONE_STEP_OFF, *(schedule(progress=progress) for progress in OFF)),
    two_mistakes(),
    ways(
        *INCREMENT,
        schedule(lambda p, s, f: (f - s) * (1 - (1 - p) ** 3)),
        schedule(lambda p, s, f: (f - s) * (1 - p) ** 3),
        schedule(lambda p, s, f: (s - f) * (1 - p) ** 3),
        _increase(None),
        _increase(0.0),
    ),
    both(SLOW_FIRST, INCREMENT, schedule(lambda p, s, f: (f - s) * p**3)),
    both(LINEAR, INCREMENT, schedule(lambda p, s, f: (f - s) * p)),
    ways(
        "final-on-top",
        "The final sparsity was added on top of the initial one. It is the total at the end.",
        schedule(lambda p, s, f: s + f * (1 - (1 - p) ** 3)),
    ),
    ways(
        *DENSITY,
        schedule(lambda p, s, f: 1 - cubic(p, s, f)),
    ),
    ways(
        "backwards",
        "The schedule runs from the final sparsity to the initial one. At the start it must be "
        "the initial one.",
        schedule(lambda p, s, f: s + (f - s) * (1 - p) ** 3),
    ),
    ways(
        *NOTHING_OUTSIDE,
        nothing_outside(before=True, after=True),
        nothing_outside(before=True, after=False),
        nothing_outside(before=False, after=True),
        nothing_until_behind_begin,
    ),
    ways(
        "whole-progress",
        "The progress was cut off to a whole number, so that nothing happens between start and "
        "end: `//` drops the fraction, `/` keeps it.",
        schedule(progress=lambda step, begin, end: (step - begin) // (end - begin)),
    ),
    ways(
        *PERCENT,
        schedule(lambda p, s, f: 100 * cubic(p, s, f)),
    ),
    followed_by(DENSITY, lambda sparsity, *a: 1 - sparsity, alone()),
    followed_by(PERCENT, lambda sparsity, *a: 100 * sparsity, alone()),
)
