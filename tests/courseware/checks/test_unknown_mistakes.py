"""Mistakes that no task lists: two at once, errors that can be read, inputs that tell where."""

import linecache
import math
from fractions import Fraction

import pytest
import torch

from courseware.checks import all_tasks
from courseware.checks.error_texts import reading_of
from courseware.checks.report import as_text
from courseware.checks.report_html import as_html
from courseware.checks.run import run_task


def causes(task, function):
    report = run_task(all_tasks()[task], function, "unknown")
    return report, [cause.name for cause in report.diagnoses]


def exclusive_and_swapped(width, signed):
    low = -(2 ** (width - 1)) if signed else 0
    return low + 2**width, low


def rounded_ratio(x, x_hat):
    noise = ((x - x_hat).double() ** 2).sum()
    ratio = (x.double() ** 2).sum() / noise
    return round(20 * math.log10(ratio), 2) if noise else math.inf


def rounded_scale(x, n_bits, full_range=False):
    steps = (2**n_bits - 1) / 2 if full_range else 2 ** (n_bits - 1) - 1
    absmax = x.abs().max()
    scale = absmax / steps if absmax else torch.tensor(1.0)
    return scale.double().round(decimals=2).to(scale.dtype)


@pytest.mark.parametrize(
    ("task", "function", "both"),
    [
        ("integer_range", exclusive_and_swapped, {"end-not-included", "results-swapped"}),
        ("sqnr_db", rounded_ratio, {"twenty-log", "rounded-afterwards"}),
    ],
)
def test_two_mistakes_are_two_causes(task, function, both):
    assert both <= {*causes(task, function)[1]}


def test_a_right_result_that_is_rounded_in_the_end_has_its_cause():
    _, found = causes("absmax_scale", rounded_scale)
    assert {"rounded-afterwards", "too-few-digits"} & {*found}


def for_positive_codes(q, scale):
    return q.float() * scale * (1.0 if bool((q >= 0).all()) else 1.0625)


def test_the_inputs_tell_where_it_goes_wrong():
    report, found = causes("dequantize", for_positive_codes)
    assert "only-where" in found
    text = as_text(report)
    assert "where     It goes wrong where `q` holds negative values" in text
    assert text.count("It goes wrong where") == 1
    assert "It goes wrong where" in as_html(report)


def test_nothing_is_said_of_where_if_it_goes_wrong_here_and_there():
    def wrong_by_chance(q, scale):
        return q.float() * scale + int(q.sum()) % 2

    assert "only-where" not in causes("dequantize", wrong_by_chance)[1]


def test_a_function_that_remembers_is_told():
    def remembers(bits, so_far=[0]):  # noqa: B006
        so_far[0] += int(bits, 2)
        return so_far[0]

    assert causes("unsigned_value", remembers)[1] == ["calls-differ"]


REMEMBERING = """
kept = {}

def signed_value(bits):
    value = int(bits, 2) - (int(bits[0]) << len(bits))
    return kept.setdefault(len(bits), value)
"""


def test_a_function_that_is_right_only_at_its_first_call_of_a_kind_is_told(monkeypatch):
    # The same input gives the same result again: it is another one before it that did not.
    file = "<a cell>"
    lines = len(REMEMBERING), None, REMEMBERING.splitlines(True), file
    monkeypatch.setitem(linecache.cache, file, lines)
    names = {}
    exec(compile(REMEMBERING, file, "exec"), names)
    report, found = causes("signed_value", names["signed_value"])
    assert "calls-remembered" in found
    assert "This result is right where nothing else was called before" in as_text(report)


def times_a_hundred_of_each_image(activations):
    return (activations == 0).flatten(1).float().mean(dim=1) * 100


def test_a_mistake_behind_another_one_is_told_where_it_multiplies_the_result():
    _, found = causes("apoz", times_a_hundred_of_each_image)
    assert {"images-taken-for-units", "per-cent"} <= {*found}


def test_an_error_is_read():
    def takes_tensors_alone(q, scale):
        return q.float() * scale.item()

    report, found = causes("dequantize", takes_tensors_alone)
    assert "raises" in found
    assert "A value that is a plain Python float here has no `.item`" in as_text(report)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: [1][2], "An index or an axis"),
        (lambda: torch.zeros(2)[5], "An index or an axis"),
        (lambda: torch.zeros(2).sum(dim=3), "An index or an axis"),
        (lambda: torch.zeros(2, 3).T.view(-1), "`view` needs"),
        (lambda: torch.zeros(2) + torch.zeros(3), "Two shapes"),
        (lambda: torch.zeros(2, 3) @ torch.zeros(2, 3), "Two shapes"),
        (lambda: torch.zeros(4).reshape(3), "Two shapes"),
        (lambda: bool(torch.zeros(2) > 0), "one yes or no"),
        (lambda: float(torch.zeros(2)), "turned into one number"),
        (lambda: torch.tensor(2**70), "too large for the machine"),
        (lambda: int(""), "read as a number"),
        (lambda: 1 // 0, "division by zero"),
        (lambda: 1.5 >> 1, "`>>` does not work between `float` and `int`"),
        (lambda: max([]), "Something is empty"),
        (lambda: torch.tensor([]).max(), "Something is empty"),
        (lambda: (lambda a: a)(1, 2), "called with 2 arguments and takes 1"),
        (lambda: torch.zeros(2, requires_grad=True).numpy(), "does not go to NumPy"),
        (lambda: torch.zeros(2).backward(), "the way it was cut off"),
        (lambda: len(3), ""),
    ],
)
def test_what_python_and_torch_say_today_is_read(make, said):
    with pytest.raises(Exception) as caught:
        make()
    assert said in reading_of(caught.value), str(caught.value)


def test_no_line_of_pythons_own_library_is_called_the_students():
    def reads_a_fraction(bits):
        return Fraction(bits + "/x")

    text = as_text(causes("unsigned_value", reads_a_fraction)[0])
    assert "ValueError: Invalid literal for Fraction" in text
    assert "of your cell" not in text  # this function stands in a file of the course
