"""Calling a student's function: copies, limits, silence."""

import contextlib
import logging
import os
import subprocess
import sys
import time

import torch

from courseware.checks.call import TimeLimit, call, call_anew, silent_descriptors


def test_changed_arguments_are_noticed_and_the_originals_kept():
    given = torch.ones(2)
    outcome = call(lambda x: x.zero_(), (given,), seconds=1.0)
    assert outcome.changed == (0,)
    assert given.tolist() == [1.0, 1.0]


def test_changes_inside_lists_and_dicts_are_noticed():
    def spoil(batches, state):
        batches[0].mul_(2)
        state["w"] = torch.zeros(1)

    assert call(spoil, ([torch.ones(1)], {"w": torch.ones(1)}), seconds=1.0).changed == (0, 1)


def test_changed_numbers_and_replaced_tensors_inside_lists_are_noticed():
    def spoil(sizes, tensors):
        sizes[0] = 7
        tensors[0] = None

    assert call(spoil, ([3], [torch.ones(1)]), seconds=1.0).changed == (0, 1)


def test_a_call_anew_hashes_texts_as_another_process_would():
    def hashes(name):
        return hash(name), hash((1, name)), hash(1.5)

    first, again = call(hashes, ("w",), 1.0).value, call_anew(hashes, ("w",), 1.0).value
    assert first[0] != again[0] and first[1] != again[1] and first[2] == again[2]
    assert hashes("w") == first


def test_memory_shared_with_an_argument_is_noticed():
    def views(a, b):
        return [a.detach()], {"b": b[1:]}

    assert call(views, (torch.ones(2), torch.ones(2)), 1.0).shares == (0, 1)
    assert call(lambda a, b: (a + b, b.clone()), (torch.ones(2), torch.ones(2)), 1.0).shares == ()


def test_errors_and_exits_become_outcomes():
    assert isinstance(call(lambda: [][1], (), seconds=1.0).error, IndexError)
    assert isinstance(call(lambda: sys.exit(0), (), seconds=1.0).error, SystemExit)


def test_an_endless_loop_is_stopped_even_where_it_swallows_exceptions():
    def loop():
        while True:
            with contextlib.suppress(Exception):
                time.sleep(0.01)

    assert isinstance(call(loop, (), seconds=0.2).error, TimeLimit)


def test_a_limit_that_was_swallowed_comes_again():
    end = time.monotonic() + 200.0

    def wait():
        while time.monotonic() < end:
            time.sleep(0.01)

    def swallows_one():
        with contextlib.suppress(BaseException):
            wait()
        wait()

    assert isinstance(call(swallows_one, (), seconds=0.1).error, TimeLimit)


def test_the_limit_is_gone_after_the_call():
    call(lambda: None, (), seconds=0.05)
    time.sleep(0.1)  # a left-over alarm would end the test run here


NOISY = r"""
import logging, sys, warnings
from courseware.checks.call import call

def noisy():
    print("to stdout")
    print("to stderr", file=sys.stderr)
    warnings.warn("a warning")
    warnings.warn_explicit("of a library", UserWarning, "/home/grader/torch/loss.py", 562)
    logging.warning("a log line")
    return 1

outcome = call(noisy, (), seconds=1.0)
texts = ("to stdout", "to stderr", "a warning", "\nUserWarning: of a library\n", "a log line")
sys.exit(0 if outcome.value == 1 and all(text in outcome.printed for text in texts) else 1)
"""


def test_prints_warnings_and_logs_are_kept_from_the_screen():
    # A process of its own: pytest records warnings before they reach the screen.
    done = subprocess.run([sys.executable, "-c", NOISY], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_handler_that_holds_the_old_stream_is_silenced(capsys):
    class Stream:
        """Like Jupyter's: written in Python, so that its `write` can be replaced."""

        def __init__(self):
            self.lines = []

        def write(self, text):
            self.lines.append(text)

        def flush(self):
            pass

    stream, before = Stream(), sys.stderr
    sys.stderr = stream
    try:
        handler = logging.StreamHandler(stream)
        outcome = call(
            lambda: handler.emit(logging.makeLogRecord({"msg": "early handler"})), (), seconds=1.0
        )
    finally:
        sys.stderr = before
    assert stream.lines == []
    assert "early handler" in outcome.printed


def test_writes_to_the_descriptor_are_silenced(capfd):
    with silent_descriptors():
        os.write(2, b"from C++")
    os.write(2, b"after")
    assert capfd.readouterr().err == "after"
