"""Means with their uncertainty, and answers that may be inconclusive."""

import numpy as np
import pytest
from scipy import stats

from courseware.showing.spread import in_all, is_above_zero, spread


def test_spread_agrees_with_scipy():
    values = [0.91, 0.95, 0.93, 0.90, 0.97]
    interval = stats.ttest_1samp(values, 0).confidence_interval(0.95)
    ours = spread(values)
    assert ours.mean == pytest.approx(np.mean(values))
    assert ours.deviation == pytest.approx(np.std(values, ddof=1))
    assert ours.mean - ours.margin == pytest.approx(interval.low)
    assert ours.mean + ours.margin == pytest.approx(interval.high)


def test_an_answer_is_wrong_in_one_case_of_twenty():
    """Differences without an effect: about 5% of the intervals leave 0 out."""
    draws = np.random.default_rng(0).normal(size=(4000, 10))
    n_answered = sum(is_above_zero(row.tolist()) is not None for row in draws)
    # Binomial, n = 4000, p = 0.05: mean 200, standard deviation 13.8; five of them.
    assert abs(n_answered - 200) < 5 * 13.8


@pytest.mark.parametrize(
    ("differences", "answer"),
    [([1.0, 1.0, 1.0], True), ([0.0, 0.0], None), ([-2.0, -2.1, -1.9], False)],
)
def test_answers(differences, answer):
    assert is_above_zero(differences) is answer


@pytest.mark.parametrize("values", [[], [1.0]])
def test_one_run_has_no_spread(values):
    with pytest.raises(ValueError, match="values: expected 2 or more"):
        spread(values)


def test_settings_must_agree_and_there_must_be_some():
    assert in_all(iter([False, False])) is False
    assert in_all([True, None, False]) is None
    with pytest.raises(ValueError, match="answers: expected at least one"):
        in_all([])
