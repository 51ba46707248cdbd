"""Answers come back whatever their shares; the model learns from contexts what they tell."""

import math
import random

import pytest

from courseware.chapters.c11_deep_compression.context_coding import (
    Reader,
    Shares,
    Writer,
    log_odds,
)


def drawn(n: int, share: float) -> list[bool]:
    draw = random.Random(0)
    return [draw.random() < share for _ in range(n)]


def entropy(share: float) -> float:
    return -share * math.log2(share) - (1 - share) * math.log2(1 - share)


@pytest.mark.parametrize("share", [1e-4, 0.03, 0.5, 0.999])
@pytest.mark.parametrize("n", [0, 1, 7, 3000])
def test_answers_come_back_whatever_share_they_were_given(n: int, share: float) -> None:
    for answers in (drawn(n, share), drawn(n, 0.5), [True] * n, [False] * n):
        writer = Writer()
        assert [writer.answer(yes, share) for yes in answers] == answers
        reader = Reader(writer.data())
        assert [reader.answer(None, share) for _ in answers] == answers


def test_a_known_share_takes_its_entropy() -> None:
    n, writer = 20_000, Writer()
    answers = drawn(n, 0.1)
    for yes in answers:
        writer.answer(yes, 0.1)
    share = sum(answers) / n
    assert len(writer.data()) == pytest.approx(n * entropy(share) / 8, rel=0.005)


def test_a_range_that_hardly_narrows_loses_nothing() -> None:
    """Around the middle of all numbers the range gets small and its first bits do not settle."""
    answers, writer = [False, *[True, False] * 2000], Writer()
    for yes in answers:
        writer.answer(yes, 0.5)
    assert Reader(writer.data()).answer(None, 0.5) is False
    reader = Reader(writer.data())
    assert [reader.answer(None, 0.5) for _ in answers] == answers


def coded(answers: list[bool], contexts: list[tuple[int, ...]]) -> bytes:
    """The answers as bytes, after they were read back."""
    writer, shares = Writer(), Shares(len(contexts[0]), 0, 0.5)
    for yes, of in zip(answers, contexts, strict=True):
        shares.ask(writer, yes, of)
    reader, shares = Reader(writer.data()), Shares(len(contexts[0]), 0, 0.5)
    assert [shares.ask(reader, None, of) for of in contexts] == answers
    return writer.data()


def test_shares_are_learned_and_each_context_has_its_own() -> None:
    n = 8000
    rare = drawn(n, 0.05)
    plain = len(coded(rare, [(0,)] * n))
    assert plain == pytest.approx(n * entropy(sum(rare) / n) / 8, rel=0.05)
    mixed = [yes != bool(i % 2) for i, yes in enumerate(rare)]  # rare here, the rule there
    assert len(coded(mixed, [(0,)] * n)) > 0.99 * n / 8
    assert len(coded(mixed, [(i % 2,) for i in range(n)])) < 1.1 * plain


def test_a_context_that_tells_nothing_is_soon_ignored() -> None:
    n = 8000
    rare, noise = drawn(n, 0.05), random.Random(1)
    with_noise = [(0, noise.randrange(4000)) for _ in range(n)]
    assert len(coded(rare, with_noise)) < 1.25 * len(coded(rare, [(0,)] * n))


def test_what_the_caller_knows_counts() -> None:
    n, draw = 8000, random.Random(2)
    odds = [draw.choice([-3.0, 3.0]) for _ in range(n)]
    answers = [draw.random() < 1 / (1 + math.exp(-x)) for x in odds]
    writer, shares = Writer(), Shares(0, 1, 1.0)
    for yes, x in zip(answers, odds, strict=True):
        shares.ask(writer, yes, (), (x,))
    reader, shares = Reader(writer.data()), Shares(0, 1, 1.0)
    assert [shares.ask(reader, None, (), (x,)) for x in odds] == answers
    assert len(writer.data()) < 1.05 * n * entropy(1 / (1 + math.exp(3))) / 8


def test_log_odds_of_what_was_counted() -> None:
    assert log_odds(0, 0, 1.0, 2.0) == 0.0
    assert log_odds(3, 4, 1.0, 2.0) == pytest.approx(math.log(4 / 2))
