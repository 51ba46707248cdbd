"""The task `remaining_fraction`."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

from courseware.chapters.c09_lottery_tickets.tasks.common import OFF_LIMITS
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, except_where, several, ways
from courseware.checks.python_slips import CARET
from courseware.checks.task import Check, Draw, Task
from model_compression import lottery_tickets as reference

PRUNED_SHARE = (
    "pruned-share",
    "This is the share that is gone. What is left is asked for: the two add up to 1.",
)
ROUND_MORE_OR_LESS = (
    "one-round-more-or-less",
    "The number of rounds is off by one. After no rounds all weights are left; every round takes "
    "its share once.",
)
RATE_KEPT = (
    "rate-taken-for-kept",
    "The rate was taken for the share that a round keeps. It is the share that the round removes.",
)
ROUNDED = (
    "rounded",
    "The result was rounded. After many rounds little is left, and just these digits count: return "
    "the number as it is.",
)

Arguments = tuple[int, float]


def _rounds(draw: Draw) -> Iterator[Arguments]:
    yield 2, 0.5
    yield 3, 0.2
    yield 9, 0.15  # rounded to digits it is another number than with 100 or 1,000 whole weights
    for _ in range(4):
        yield draw.integer(2, 12), draw.rng.choice((5, 10, 15, 25, 30, 40, 60, 75)) / 100


def _one_round(draw: Draw) -> Iterator[Arguments]:
    yield 1, 0.25
    yield 1, draw.integer(30, 45) / 100


def _extremes(draw: Draw) -> Iterator[Arguments]:
    yield 0, 0.2
    yield 4, 0.0
    yield 3, 1.0
    yield 0, 1.0
    yield 0, draw.integer(30, 70) / 100
    yield draw.integer(20, 30), 0.2


def _with_a_shrinking_rate(rounds: int, rate: float) -> float:
    left = 1.0
    for _ in range(rounds):
        left -= left * rate
        rate *= 1 - rate
    return left


def _with_powers_of_the_rate(rounds: int, rate: float) -> float:
    left, share = 1.0, rate
    for _ in range(rounds):
        left -= left * share
        share *= rate
    return left


def _share_of_the_share(rounds: int, rate: float) -> float:
    """What a round removes is made smaller by what is left, over and over."""
    left, share = 1.0, rate
    for _ in range(rounds):
        left -= share
        share *= left
    return left


def _played_through(n: int, rounding: Callable[[float], int]) -> Callable[[int, float], float]:
    def behaves(rounds: int, rate: float) -> float:
        left = n
        for _ in range(rounds):
            left -= rounding(rate * left)
        return left / n

    return behaves


RATE_IN_PERCENT = (
    "rate-read-as-percent",
    "The rate was divided by 100, as if it came in percent. It is a share: 0.2 for a fifth.",
)
IN_PERCENT = (
    "in-percent",
    "The result is in percent. A share between 0 and 1 is asked for.",
)

REMAINING_FRACTION = Task(
    name="remaining_fraction",
    points=6,
    reference=reference.remaining_fraction,
    lecture="lecture 09, “Seven steps”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("one round", 1, _one_round),
        Check("several rounds", 3, _rounds),
        Check("no rounds, nothing pruned, everything pruned, many rounds", 2, _extremes),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "shares-added-up",
            "The rate was taken of all weights in every round. Each round prunes a share of what "
            "the round before left over, so less and less goes: shares multiply, they do not add.",
            lambda rounds, rate: 1 - rounds * rate,
            lambda rounds, rate: max(0.0, 1 - rounds * rate),
            lambda rounds, rate: abs(1 - rounds * rate),
        ),
        ways(
            *PRUNED_SHARE,
            lambda rounds, rate: 1 - (1 - rate) ** rounds,
            lambda rounds, rate: rounds * rate,
            lambda rounds, rate: min(1.0, rounds * rate),
        ),
        both(
            PRUNED_SHARE,
            ROUND_MORE_OR_LESS,
            lambda rounds, rate: 1 - (1 - rate) ** max(rounds - 1, 0),
            lambda rounds, rate: 1 - (1 - rate) ** (rounds + 1),
        ),
        ways(
            "powers-of-the-rate",
            "rate, rate², rate³, … were taken off. A round removes a share of what is left, not of "
            "what the round before removed: the rounds remove rate · (1 − rate)ⁱ.",
            lambda rounds, rate: 1 - sum(rate**i for i in range(1, rounds + 1)),
            _share_of_the_share,
        ),
        ways(
            "divided-each-round",
            "Each round divides by 1 + rate, as in discounting. What is left of a whole after a "
            "share of it went is 1 − rate times as much.",
            lambda rounds, rate: (1 + rate) ** -rounds,
        ),
        ways(
            "continuous-decay",
            "This is the formula of something that decays all the time. Rounds are steps: each "
            "one multiplies what is left by 1 − rate.",
            lambda rounds, rate: math.exp(-rate * rounds),
            lambda rounds, rate: 2.0 ** (-rate * rounds),
        ),
        ways(
            "rate-shrinks",
            "The rate became smaller from round to round. It stays what it is: what is left "
            "becomes smaller, and so less goes.",
            _with_a_shrinking_rate,
            _with_powers_of_the_rate,
        ),
        both(
            RATE_IN_PERCENT,
            IN_PERCENT,
            lambda rounds, rate: 100 * (1 - rate / 100) ** rounds,
        ),
        ways(*RATE_IN_PERCENT, lambda rounds, rate: (1 - rate / 100) ** rounds),
        both(
            RATE_KEPT,
            ROUND_MORE_OR_LESS,
            lambda rounds, rate: rate ** max(rounds - 1, 0),
            lambda rounds, rate: rate ** (rounds + 1),
        ),
        both(
            RATE_KEPT,
            ROUNDED,
            *(lambda rounds, rate, n=n: round(rate**rounds, n) for n in (1, 2, 3, 4)),
        ),
        ways(
            *RATE_KEPT,
            lambda rounds, rate: rate**rounds,
        ),
        ways(
            "rate-power-subtracted",
            "This is 1 minus rate to the power of rounds. A round leaves 1 − rate of what it "
            "finds: subtract first, then take the power.",
            lambda rounds, rate: 1 - rate**rounds,
        ),
        ways(*CARET, lambda rounds, rate: (1 - rate) ^ rounds),
        ways(
            *ROUND_MORE_OR_LESS,
            lambda rounds, rate: (1 - rate) ** (rounds + 1),
            lambda rounds, rate: (1 - rate) ** (rounds - 1),
            lambda rounds, rate: (1 - rate) ** max(rounds - 1, 0),
        ),
        ways(
            "first-round-always",
            "One round was taken even where there are none. Then all weights are left: begin with "
            "the whole, and let each round take its share.",
            lambda rounds, rate: (1 - rate) ** max(rounds, 1),
        ),
        ways(
            "no-rounds-taken-for-nothing-left",
            "After 0 rounds no share has gone yet, whatever the rate: all weights are there, 1. "
            "Look at what your function asks first, and at what it returns there.",
            except_where(lambda rounds, rate: rate == 1, 0.0, reference.remaining_fraction),
            except_where(lambda rounds, rate: rounds == 0, 0.0, reference.remaining_fraction),
        ),
        ways(
            "rate-spread-over-rounds",
            "The rate was taken for what is gone in the end, and spread over the rounds. It is "
            "what each round removes of what it finds: more rounds leave less.",
            lambda rounds, rate: (1 - rate) ** (1 / rounds) if rounds else None,
            lambda rounds, rate: 1 - rate / rounds if rounds else None,
        ),
        ways(
            "rounds-ignored",
            "This is what one round leaves. The next round takes its share of that, and so on.",
            lambda rounds, rate: 1 - rate,
        ),
        ways(
            "rounds-times-kept",
            "What a round leaves was multiplied by the number of rounds. Two rounds that leave "
            "half leave half of a half: a power, not a product.",
            lambda rounds, rate: (1 - rate) * rounds,
        ),
        ways(
            *IN_PERCENT,
            lambda rounds, rate: 100 * (1 - rate) ** rounds,
        ),
        ways(
            *ROUNDED,
            *(lambda rounds, rate, n=n: round((1 - rate) ** rounds, n) for n in (1, 2, 3, 4)),
        ),
        ways(
            "whole-weights",
            "The rounds were played through with a number of whole weights, rounded each time. "
            "A share has no such number: multiply by 1 − rate, once for each round.",
            *(
                _played_through(n, rounding)
                for n in (100, 1000)
                for rounding in (round, int, math.ceil)
            ),
        ),
    ),
)
