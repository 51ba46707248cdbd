"""The task `cubic_sparsity`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from courseware.chapters.c08_when_to_prune.tasks.common import OFF_LIMITS
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.precision import IMPRECISE, rounded_number
from courseware.checks.python_slips import CARET
from courseware.checks.task import Check, Draw, Misconception, Task
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

Arguments = tuple[int, int, int, float, float]
Schedule = Callable[[float, float, float], float]
"""Sparsity from progress, initial and final."""
Progress = Callable[[int, int, int], float]
"""The share of the way that is done, from step, begin and end."""


def _totals(draw: Draw) -> tuple[float, float]:
    """An initial sparsity above 0 and a final one well above it."""
    return draw.integer(5, 30) / 100, draw.integer(60, 97) / 100


def _on_the_way(draw: Draw) -> Iterator[Arguments]:
    for step in (0, 5, 10):
        yield step, 0, 10, 0.0, 0.9
    for _ in range(3):
        end = draw.integer(50, 200)
        yield draw.integer(1, end - 1), 0, end, 0.0, _totals(draw)[1]


def _from_an_initial_one(draw: Draw) -> Iterator[Arguments]:
    yield 0, 0, 10, 0.5, 0.75
    yield 5, 0, 10, 0.5, 0.75
    for _ in range(3):
        end = draw.integer(50, 200)
        yield draw.integer(1, end - 1), 0, end, *_totals(draw)


def _later_start(draw: Draw) -> Iterator[Arguments]:
    yield 4, 4, 8, 0.0, 0.8
    yield 6, 4, 8, 0.0, 0.8
    for _ in range(3):
        begin, length = draw.integer(10, 100), draw.integer(50, 200)
        yield begin + draw.integer(1, length - 1), begin, begin + length, *_totals(draw)


def _before_the_start(draw: Draw) -> Iterator[Arguments]:
    yield 2, 4, 8, 0.25, 0.75
    for _ in range(3):
        begin = draw.integer(10, 100)
        yield draw.integer(0, begin - 2), begin, begin + draw.integer(20, 90), *_totals(draw)


def _after_the_end(draw: Draw) -> Iterator[Arguments]:
    yield 12, 4, 8, 0.25, 0.75
    for _ in range(3):
        begin, length = draw.integer(10, 100), draw.integer(20, 90)
        step = begin + length + draw.integer(10, 300)
        yield step, begin, begin + length, *_totals(draw)


def _clamped(progress: float) -> float:
    return min(max(progress, 0.0), 1.0)


def _cubic(progress: float, initial: float, final: float) -> float:
    return final + (initial - final) * (1 - progress) ** 3


def _schedule(
    sparsity: Schedule = _cubic,
    progress: Progress = lambda step, begin, end: (step - begin) / (end - begin),
    clamp: Callable[[float], float] = _clamped,
) -> Callable[..., float]:
    """The function with one of its parts computed in another way."""

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        return sparsity(clamp(progress(step, begin, end)), initial, final)

    return behaves


def _from_step_0(sparsity: Schedule) -> Callable[..., float]:
    """The steps are counted from 0, but nothing happens until the start."""
    otherwise = _schedule(sparsity, progress=lambda step, begin, end: step / end)

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        return initial if step <= begin else otherwise(step, begin, end, initial, final)

    return behaves


def _slow(progress: float, initial: float, final: float) -> float:
    return initial + (final - initial) * progress**3


def _without_sign(progress: float, initial: float, final: float) -> float:
    return final + (initial - final) * abs(1 - progress) ** 3


def _from_zero(progress: float, initial: float, final: float) -> float:
    return final * (1 - (1 - progress) ** 3)


def _modulo(step: int, begin: int, end: int) -> float:
    return (step - begin) % (end - begin) / (end - begin)


def _to_decimals(digits: int) -> Callable[[float], float]:
    return lambda progress: _clamped(round(progress, digits))


def _within(way: Callable[..., float]) -> Callable[..., float]:
    """Only between the two ends; before them and behind them all is right."""

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        otherwise = way if begin <= step <= end else reference.cubic_sparsity
        return otherwise(step, begin, end, initial, final)

    return behaves


def _nothing_outside(before: bool, after: bool) -> Callable[..., float]:
    """No pruning is due outside of the two ends."""

    def behaves(step: int, begin: int, end: int, initial: float, final: float) -> float:
        if (before and step < begin) or (after and step > end):
            return 0.0
        return reference.cubic_sparsity(step, begin, end, initial, final)

    return behaves


def _nothing_until_behind_begin(
    step: int, begin: int, end: int, initial: float, final: float
) -> float:
    """0 at the first step as well."""
    return 0.0 if step <= begin else reference.cubic_sparsity(step, begin, end, initial, final)


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
    (SLOW_FIRST, (_slow,)),
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
    (INITIAL_IGNORED, (_from_zero,)),
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
        return _schedule(sparsity)(step, begin, end, initial, final)

    return behaves


def _otherwise_outside(
    sparsity: Schedule,
) -> Iterator[tuple[tuple[str, str], tuple[Callable[..., float], ...]]]:
    """What a schedule may come to outside of its two ends, by the name of the mistake."""
    yield FINAL_BEFORE, (_outside(lambda s, f: f, None, sparsity),)
    yield MIRRORED, (_schedule(sparsity, clamp=_mirrored),)
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
            _schedule(sparsity, clamp=lambda p: p),
            _schedule(sparsity, clamp=lambda p: max(p, 0.0)),
            _schedule(sparsity, clamp=lambda p: min(p, 1.0)),
        ),
    )


def _two_mistakes() -> Iterator[Misconception]:
    """A wrong schedule, with a wrong progress or something wrong outside of its ends."""
    for first, schedules in SCHEDULES:
        for second, progresses in PROGRESSES:
            yield from both(
                first, second, *(_schedule(s, p) for s in schedules for p in progresses)
            )
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


CUBIC_SPARSITY = Task(
    name="cubic_sparsity",
    points=14,
    reference=reference.cubic_sparsity,
    lecture="lecture 08, “During training: a schedule”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("from 0 to the final sparsity", 4, _on_the_way),
        Check("from an initial sparsity above 0", 3, _from_an_initial_one),
        Check("a start after step 0", 3, _later_start),
        Check("before the start", 2, _before_the_start),
        Check("after the end", 2, _after_the_end),
    ),
    misconceptions=several(
        FORMS,
        ways(
            *SLOW_FIRST,
            _schedule(lambda p, s, f: s + (f - s) * p**3),
            _from_step_0(lambda p, s, f: s + (f - s) * p**3),
        ),
        *(ways(*name, *map(_schedule, schedules)) for name, schedules in SCHEDULES[1:-1]),
        ways(*FRACTION_OPEN, *(_schedule(progress=progress) for progress in OPEN_FRACTIONS)),
        ways(*FINAL_BEFORE, _outside(lambda s, f: f, None, _cubic)),
        ways(*MIRRORED, _schedule(clamp=_mirrored)),
        ways(
            "cube-of-too-much",
            "The cube was taken of the difference of the two sparsities as well. It belongs to the "
            "way that is left alone.",
            _schedule(lambda p, s, f: f + ((s - f) * (1 - p)) ** 3),
        ),
        both(SLOW_FIRST, NOT_CLAMPED, _schedule(_slow, clamp=lambda p: p)),
        ways(
            "way-back",
            "After the end the sparsity falls again: what is left of the way, 1 − p, was taken "
            "without its sign. Keep the progress between 0 and 1.",
            _schedule(_without_sign, clamp=lambda p: max(p, 0.0)),
            _schedule(_without_sign, clamp=lambda p: p),
        ),
        ways(
            "starts-over",
            "At the end the schedule starts over: the steps were taken modulo its length. From "
            "there on the sparsity is the final one.",
            _schedule(progress=_modulo),
            _schedule(progress=lambda step, begin, end: _modulo(max(step, begin), begin, end)),
        ),
        ways(
            "brackets-missing",
            "Brackets are missing: the cube is that of 1 − p, and it multiplies the difference of "
            "the two sparsities, (initial − final) · (1 − p)³.",
            _schedule(lambda p, s, f: f + (s - f) * 1 - p**3),
            _schedule(lambda p, s, f: (f + s - f) * (1 - p) ** 3),
            _schedule(lambda p, s, f: f + (s - f) * (1 - p**3)),
        ),
        ways(
            "progress-rounded",
            "The progress was rounded, so that the sparsity moves in jumps. Leave it as it is.",
            *(_schedule(clamp=_to_decimals(digits)) for digits in (0, 1, 2, 3)),
        ),
        ways(
            "progress-stuck",
            "The progress is the same at every step: `min` and `max` have changed places. What is "
            "above 1 becomes 1 by `min(p, 1)`, what is below 0 becomes 0 by `max(p, 0)`.",
            _schedule(clamp=lambda p: 1.0),
            _schedule(clamp=lambda p: 0.0),
        ),
        ways(
            *NOT_CLAMPED,
            _schedule(clamp=lambda p: p),
            _schedule(clamp=lambda p: max(p, 0.0)),
            _schedule(clamp=lambda p: min(p, 1.0)),
            _schedule(lambda p, s, f: _clamped(_cubic(p, s, f)), clamp=lambda p: p),
        ),
        ways(
            *BEGIN_IGNORED,
            *(_schedule(progress=progress) for progress in WITHOUT_BEGIN),
            _from_step_0(_cubic),
        ),
        ways(
            *INITIAL_IGNORED,
            _schedule(_from_zero),
            _within(_schedule(_from_zero)),
        ),
        ways(
            *CARET,
            _schedule(lambda p, s, f: f + (s - f) * (1 - p) ^ 3),  # type: ignore[operator]
            _schedule(lambda p, s, f: f + (s - f) * ((1 - p) ^ 3)),  # type: ignore[operator]
        ),
        ways(*IMPRECISE, *rounded_number(reference.cubic_sparsity)),
        ways(*ONE_STEP_OFF, *(_schedule(progress=progress) for progress in OFF)),
        _two_mistakes(),
        ways(
            "increment",
            "This is not the sparsity but what was added to it, or what is still to come. The "
            "total is asked for: what is gone at this step in all.",
            _schedule(lambda p, s, f: (f - s) * (1 - (1 - p) ** 3)),
            _schedule(lambda p, s, f: (f - s) * (1 - p) ** 3),
            _schedule(lambda p, s, f: (s - f) * (1 - p) ** 3),
            _increase(None),
            _increase(0.0),
        ),
        ways(
            "final-on-top",
            "The final sparsity was added on top of the initial one. It is the total at the end.",
            _schedule(lambda p, s, f: s + f * (1 - (1 - p) ** 3)),
        ),
        ways(
            "density",
            "This is the share that is kept. The sparsity is the share that is gone.",
            _schedule(lambda p, s, f: 1 - _cubic(p, s, f)),
        ),
        ways(
            "backwards",
            "The schedule runs from the final sparsity to the initial one. At the start it must be "
            "the initial one.",
            _schedule(lambda p, s, f: s + (f - s) * (1 - p) ** 3),
        ),
        ways(
            *NOTHING_OUTSIDE,
            _nothing_outside(before=True, after=True),
            _nothing_outside(before=True, after=False),
            _nothing_outside(before=False, after=True),
            _nothing_until_behind_begin,
        ),
        ways(
            "whole-progress",
            "The progress was cut off to a whole number, so that nothing happens between start and "
            "end: `//` drops the fraction, `/` keeps it.",
            _schedule(progress=lambda step, begin, end: (step - begin) // (end - begin)),
        ),
        ways(
            "percent",
            "This is a percentage. A sparsity goes from 0 to 1.",
            _schedule(lambda p, s, f: 100 * _cubic(p, s, f)),
        ),
    ),
)
