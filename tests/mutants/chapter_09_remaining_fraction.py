"""Solutions of exercise 09 as students could write them: remaining_fraction."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("remaining_fraction", says="shares-added-up")
def subtracts_round_by_round(rounds, rate):
    left = 1.0
    for _ in range(rounds):
        left -= rate
    return left


@wrong("remaining_fraction", says="shares-added-up")
def stops_at_nothing(rounds, rate):
    return max(1 - rate * rounds, 0)


@wrong("remaining_fraction", says="pruned-share")
def adds_up_what_goes(rounds, rate):
    gone = 0.0
    for _ in range(rounds):
        gone += rate * (1 - gone)
    return gone


@wrong("remaining_fraction", says="rate-taken-for-kept")
def keeps_the_rate_every_round(rounds, rate):
    return rate**rounds


@wrong("remaining_fraction", says="rate-power-subtracted")
def subtracts_last(rounds, rate):
    return 1 - rate**rounds


@wrong("remaining_fraction", says="caret-for-power")
def writes_a_caret(rounds, rate):
    return (1 - rate) ^ rounds


@wrong("remaining_fraction", says="one-round-more-or-less")
def counts_from_one(rounds, rate):
    left = 1.0
    for _ in range(1, rounds):
        left *= 1 - rate
    return left


@wrong("remaining_fraction", says="rounds-ignored")
def does_one_round(rounds, rate):
    return 1 - rate


@wrong("remaining_fraction", says="in-percent")
def gives_percent(rounds, rate):
    return 100 * (1 - rate) ** rounds


@wrong("remaining_fraction", says="rounded")
def rounds_the_result(rounds, rate):
    return round((1 - rate) ** rounds, 3)


@wrong("remaining_fraction", says="returns-none")
def prints_the_share(rounds, rate):
    print((1 - rate) ** rounds)


@right("remaining_fraction")
def multiplies_round_by_round(rounds, rate):
    left = 1
    for _ in range(rounds):
        left *= 1 - rate
    return left


@right("remaining_fraction")
def through_logarithms(rounds, rate):
    if rate == 1:
        return 0.0 if rounds else 1.0
    return math.exp(rounds * math.log1p(-rate))


@right("remaining_fraction")
def calls_itself(rounds, rate):
    def left(n, share):
        return share if n == 0 else left(n - 1, share - rate * share)

    return left(rounds, np.float64(1.0))


@right("remaining_fraction")
def as_a_tensor(rounds, rate):
    return torch.tensor(1 - rate, dtype=torch.float64).pow(rounds)


@wrong("remaining_fraction", says="continuous-decay")
def lets_it_decay_all_the_time(rounds, rate):
    return math.exp(-rate * rounds)


@wrong("remaining_fraction", says="rate-shrinks")
def lets_the_rate_shrink(rounds, rate):
    left = 1.0
    for _ in range(rounds):
        left -= left * rate
        rate *= 1 - rate
    return left


@wrong("remaining_fraction", says="pruned-share")
def returns_what_one_round_less_removes(rounds, rate):
    return float(1 - np.prod([1 - rate for _ in range(rounds - 1)]))


@wrong("remaining_fraction", says="whole-weights")
def plays_it_through_with_100_weights(rounds, rate):
    weights = 100
    for _ in range(rounds):
        weights -= round(rate * weights)
    return weights / 100
