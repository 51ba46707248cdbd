"""What may have gone wrong in a cubic schedule."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from courseware.chapters.c08_when_to_prune.tasks.cubic_wrong_ways import (
    Progress,
    Schedule,
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
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import IMPRECISE, rounded_number
from courseware.checks.python_slips import CARET
from courseware.checks.task import Misconception
from model_compression import pruning_schedules as reference

SLOW_FIRST = (
    "slow-first",
    "The schedule starts slowly and prunes most at the end. The cube belongs to what is left of "
    "the way, (1 − p)³, so that most goes early, while there is time to recover.",
)
NOT_CLAMPED = (
    "not-clamped",
    "Outside of the two ends the formula runs on. Before the start the sparsity is the initial "
    "one, after the end the final one: keep the progress between 0 and 1.",
)
ONE_STEP_OFF = (
    "one-step-off",
    "The steps are off by one. At `begin` nothing of the way is done, at `end` all of it: it is "
    "`end - begin` steps long.",
)
OFF: tuple[Progress, ...] = (
    lambda step, begin, end: (step - begin + 1) / (end - begin),
    lambda step, begin, end: (step - begin) / (end - begin + 1),
    lambda step, begin, end: (step - begin + 1) / (end - begin + 1),
    lambda step, begin, end: (step - begin) / max(end - begin - 1, 1),
    # Behind the end it is over.
    lambda step, begin, end: 1.0 if step >= end else (step - begin) / (end - begin + 1),
)
BEGIN_IGNORED = (
    "begin-ignored",
    "The progress does not run from 0 at the start of pruning to 1 at its end. Count the steps "
    "since the start, and divide by how many there are from start to end.",
)
WITHOUT_BEGIN: tuple[Progress, ...] = (
    lambda step, begin, end: step / end,
    lambda step, begin, end: (step - begin) / end,
    lambda step, begin, end: step / (end - begin),
)
INITIAL_IGNORED = (
    "initial-ignored",
    "The initial sparsity was left out, as if pruning always started from 0.",
)

FRACTION_OPEN = (
    "fraction-without-brackets",
    "Brackets are missing in the progress: `/` binds tighter than `-`. It is (step − begin) / (end "
    "− begin).",
)
OPEN_FRACTIONS: tuple[Progress, ...] = (
    lambda step, begin, end: step - begin / end - begin,
    lambda step, begin, end: (step - begin) / end - begin,
    lambda step, begin, end: step - begin / (end - begin),
)
LINEAR = (
    "linear",
    "The sparsity rises along a straight line. The way that is left, 1 − p, goes in with its cube.",
)
ANOTHER_POWER = (
    "another-power",
    "The exponent is not 3: another one was taken, or a factor of 3 in its place.",
)
SIGN_TURNED = (
    "sign-turned",
    "The sign of the difference is turned: it is initial − final that is multiplied by the cube, "
    "so that at the start nothing but the initial sparsity is left.",
)
FINAL_BEFORE = (
    "final-before-the-start",
    "Before the start the result is the final sparsity: one branch stands for both sides. Before "
    "it, it is the initial one.",
)
MIRRORED = (
    "progress-mirrored",
    "Before the start the schedule runs backwards: the progress was taken without its sign. Below "
    "0 it is 0.",
)
NOTHING_OUTSIDE = (
    "nothing-outside",
    "Before the start or after the end the result is 0. The sparsity says what is gone in all, "
    "also where nothing more is pruned.",
)

SCHEDULES: tuple[tuple[tuple[str, str], tuple[Schedule, ...]], ...] = (
    (SLOW_FIRST, (slow,)),
    (LINEAR, (lambda p, s, f: s + (f - s) * p,)),
    (
        ANOTHER_POWER,
        (
            lambda p, s, f: f + (s - f) * (1 - p) ** 2,
            lambda p, s, f: f + (s - f) * (1 - p) ** 4,
            lambda p, s, f: f + (s - f) * (1 - p) ** (1 / 3),
            lambda p, s, f: f + (s - f) * (1 - p) * 3,
        ),
    ),
    (SIGN_TURNED, (lambda p, s, f: f + (f - s) * (1 - p) ** 3,)),
    (INITIAL_IGNORED, (from_zero,)),
)
PROGRESSES: tuple[tuple[tuple[str, str], tuple[Progress, ...]], ...] = (
    (ONE_STEP_OFF, OFF),
    (BEGIN_IGNORED, WITHOUT_BEGIN),
    (FRACTION_OPEN, OPEN_FRACTIONS),
)


def _mirrored(progress: float) -> float:
    return min(abs(progress), 1.0)


def _outside(
    before: Callable[[float, float], float] | None,
    after: Callable[[float, float], float] | None,
    sparsity: Schedule,
) -> Callable[..., float]:
    """Something else before the start, or after the end, of initial and final sparsity."""

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        if before is not None and step < begin:
            return before(initial, final)
        if after is not None and step > end:
            return after(initial, final)
        return schedule(sparsity)(step, begin, end, initial, final)

    return behaves


def _otherwise_outside(
    sparsity: Schedule,
) -> Iterator[tuple[tuple[str, str], tuple[Callable[..., float], ...]]]:
    """What a schedule may come to outside of its two ends, by the name of the mistake."""
    yield FINAL_BEFORE, (_outside(lambda s, f: f, None, sparsity),)
    yield MIRRORED, (schedule(sparsity, clamp=_mirrored),)
    nothing = (lambda s, f: 0.0), None
    yield (
        NOTHING_OUTSIDE,
        tuple(
            _outside(before, after, sparsity)
            for before in nothing
            for after in nothing
            if before or after
        ),
    )
    yield (
        NOT_CLAMPED,
        (
            schedule(sparsity, clamp=lambda p: p),
            schedule(sparsity, clamp=lambda p: max(p, 0.0)),
            schedule(sparsity, clamp=lambda p: min(p, 1.0)),
        ),
    )


def _two_mistakes() -> Iterator[Misconception]:
    """A wrong schedule, with a wrong progress or something wrong outside of its ends."""
    for first, schedules in SCHEDULES:
        for second, progresses in PROGRESSES:
            yield from both(first, second, *(schedule(s, p) for s in schedules for p in progresses))
        for sparsity in schedules:
            for second, ways_outside in _otherwise_outside(sparsity):
                if {first, second} != {SLOW_FIRST, NOT_CLAMPED}:
                    yield from both(first, second, *ways_outside)


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
    ways(*FINAL_BEFORE, _outside(lambda s, f: f, None, cubic)),
    ways(*MIRRORED, schedule(clamp=_mirrored)),
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
    _two_mistakes(),
    ways(
        "increment",
        "This is not the sparsity but what was added to it, or what is still to come. The "
        "total is asked for: what is gone at this step in all.",
        schedule(lambda p, s, f: (f - s) * (1 - (1 - p) ** 3)),
        schedule(lambda p, s, f: (f - s) * (1 - p) ** 3),
        schedule(lambda p, s, f: (s - f) * (1 - p) ** 3),
        _increase(None),
        _increase(0.0),
    ),
    ways(
        "final-on-top",
        "The final sparsity was added on top of the initial one. It is the total at the end.",
        schedule(lambda p, s, f: s + f * (1 - (1 - p) ** 3)),
    ),
    ways(
        "density",
        "This is the share that is kept. The sparsity is the share that is gone.",
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
        "percent",
        "This is a percentage. A sparsity goes from 0 to 1.",
        schedule(lambda p, s, f: 100 * cubic(p, s, f)),
    ),
)
