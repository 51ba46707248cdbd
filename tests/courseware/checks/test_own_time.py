"""Limits count what a function does itself, and not what else the machine has to do."""

import time

import pytest
import torch

from courseware.checks.call import TimeLimit, call
from courseware.checks.own_time import Reading, Stopwatch
from tests.courseware.busy import on_one_core_with_others


def burn(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return "done"


def test_a_busy_machine_costs_nothing():
    with on_one_core_with_others():
        # On the clock it takes nine times as long.
        assert call(burn, (0.3,), seconds=0.5).value == "done"


def test_the_message_says_whether_it_computed_or_waited():
    computed = call(burn, (60,), seconds=0.2).error
    waited = call(time.sleep, (60,), seconds=0.2).error
    assert isinstance(computed, TimeLimit) and isinstance(waited, TimeLimit)
    assert str(computed) == "it has used up its 0.2 s of processor time"
    assert str(waited).startswith("it waited for ")


def test_a_function_computes_on_one_thread():
    before = torch.get_num_threads()
    assert call(torch.get_num_threads, (), seconds=1.0).value == 1
    assert torch.get_num_threads() == before


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (Reading(100.0, 1.0, 98.9), ""),
        (Reading(100.0, 3.0, 97.0), "used up its 3 s of processor time"),
        (Reading(4.0, 0.1, 0.1), "waited for 4 s without computing: for a sleep, a lock or a file"),
        (Reading(4.0, 0.1, None), ""),
        (Reading(31.0, 0.1, None), "or because the machine is busy"),
    ],
)
def test_what_counts_towards_a_limit_of_three_seconds(after, told):
    moments = iter([Reading(0.0, 0.0, 0.0), after])
    reason = Stopwatch(lambda: next(moments)).spent().excess(3.0)
    assert told in reason and bool(reason) == bool(told)


def test_a_process_that_is_gone_keeps_what_it_had_spent():
    moments = iter([Reading(0.0, 0.0, 0.0), Reading(2.0, 1.0, 1.0), None])
    watch = Stopwatch(lambda: next(moments))
    assert watch.spent() == watch.spent() == watch.so_far()
