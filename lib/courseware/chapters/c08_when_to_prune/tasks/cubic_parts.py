"""Parts of a cubic schedule that go wrong, alone and two at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from courseware.chapters.c08_when_to_prune.tasks.cubic_wrong_ways import (
    Progress,
    Schedule,
    cubic,
    from_zero,
    right_progress,
    schedule,
    slow,
)
from courseware.checks.misconceptions import both, ways
from courseware.checks.task import Misconception

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
    # Up to the start nothing happens.
    lambda step, begin, end: step / end if step > begin else 0.0,
    lambda step, begin, end: step / (end - begin) if step > begin else 0.0,
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
INITIAL_AFTER = (
    "initial-after-the-end",
    "After the end the result is the initial sparsity: one branch stands for both sides. After it, "
    "it is the final one.",
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


def without_initial(sparsity: Schedule) -> Schedule:
    return lambda progress, initial, final: sparsity(progress, 0.0, final)


def mirrored(progress: float) -> float:
    return min(abs(progress), 1.0)


def otherwise(
    before: Callable[[float, float], float] | None,
    after: Callable[[float, float], float] | None,
    sparsity: Schedule,
    progress: Progress = right_progress,
) -> Callable[..., float]:
    """Something else before the start, or after the end, of initial and final sparsity."""

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        if before is not None and step < begin:
            return before(initial, final)
        if after is not None and step > end:
            return after(initial, final)
        return schedule(sparsity, progress)(step, begin, end, initial, final)

    return behaves


def all_outside(
    sparsity: Schedule, progress: Progress = right_progress
) -> Iterator[tuple[tuple[str, str], tuple[Callable[..., float], ...]]]:
    """What a schedule may come to outside of its two ends, by the name of the mistake."""
    yield FINAL_BEFORE, (otherwise(lambda s, f: f, None, sparsity, progress),)
    yield INITIAL_AFTER, (otherwise(None, lambda s, f: s, sparsity, progress),)
    yield MIRRORED, (schedule(sparsity, progress, clamp=mirrored),)
    nothing = (lambda s, f: 0.0), None
    yield (
        NOTHING_OUTSIDE,
        tuple(
            otherwise(before, after, sparsity, progress)
            for before in nothing
            for after in nothing
            if before or after
        ),
    )
    yield (
        NOT_CLAMPED,
        (
            schedule(sparsity, progress, clamp=lambda p: p),
            schedule(sparsity, progress, clamp=lambda p: max(p, 0.0)),
            schedule(sparsity, progress, clamp=lambda p: min(p, 1.0)),
        ),
    )


def two_mistakes() -> Iterator[Misconception]:
    """Two of a wrong schedule, a wrong progress, and something wrong outside of the ends."""
    for first, progresses in PROGRESSES:
        for progress in progresses:
            for second, ways_outside in all_outside(cubic, progress):
                yield from both(first, second, *ways_outside)
    for first, schedules in SCHEDULES[:-1]:
        # What stands in its place, 0, is felt before the start and on the way.
        yield from both(first, INITIAL_IGNORED, *(schedule(without_initial(s)) for s in schedules))
    for first, schedules in SCHEDULES:
        for second, progresses in PROGRESSES:
            yield from both(first, second, *(schedule(s, p) for s in schedules for p in progresses))
        for sparsity in schedules:
            for second, ways_outside in all_outside(sparsity):
                if {first, second} != {SLOW_FIRST, NOT_CLAMPED}:
                    yield from both(first, second, *ways_outside)


INCREMENT = (
    "increment",
    "This is not the sparsity but what was added to it, or what is still to come. The "
    "total is asked for: what is gone at this step in all.",
)
DENSITY = (
    "density",
    "This is the share that is kept. The sparsity is the share that is gone.",
)
PERCENT = (
    "percent",
    "This is a percentage. A sparsity goes from 0 to 1.",
)


def alone() -> Iterator[Misconception]:
    """Wrong schedules, progresses, and what may be wrong outside of the two ends."""
    for known, schedules in SCHEDULES:
        yield from ways(*known, *map(schedule, schedules))
    for known, progresses in PROGRESSES:
        yield from ways(*known, *(schedule(progress=progress) for progress in progresses))
    for known, ways_outside in all_outside(cubic):
        yield from ways(*known, *ways_outside)
