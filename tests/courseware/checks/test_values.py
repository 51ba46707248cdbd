"""The comparison rules of the contract, one by one."""

import math
from functools import partial

import numpy as np
import pytest
import torch

from courseware.checks.values import ABSOLUTE, RELATIVE, close, difference, show, tensor_slack


@pytest.mark.parametrize(
    "got", [5, np.int64(5), np.uint8(5), torch.tensor(5), torch.tensor(5, dtype=torch.int8)]
)
def test_an_integer_may_come_in_any_integer_type(got):
    assert difference(5, got) is None


@pytest.mark.parametrize(
    ("got", "kind"),
    [
        (5.0, "float-for-integer"),
        (np.float32(5), "float-for-integer"),
        (torch.tensor(5.0), "float-for-integer"),
        (True, "wrong-type"),
        ("5", "wrong-type"),
        (torch.tensor([5]), "wrong-type"),
        (None, "returns-none"),
        (6, "wrong-value"),
    ],
)
def test_what_an_integer_may_not_be(got, kind):
    assert difference(5, got).kind == kind


@pytest.mark.parametrize("got", [0.25, np.float32(0.25), torch.tensor(0.25), np.float64(0.25)])
def test_a_float_may_come_in_any_float_type(got):
    assert difference(0.25, got) is None


def test_floats_are_compared_to_a_relative_tolerance():
    # The edges of RELATIVE = 1e-5 itself: just inside, just outside.
    assert difference(1e-6, 1e-6 * (1 + 0.99 * RELATIVE)) is None
    assert difference(1e-6, 1e-6 * (1 + 1.01 * RELATIVE)).kind == "wrong-value"


def test_infinities_must_agree_and_nan_never_does():
    assert difference(math.inf, math.inf) is None
    assert difference(math.inf, -math.inf).kind == "wrong-value"
    assert difference(math.inf, 1e30).kind == "wrong-value"
    assert difference(1.0, math.nan).kind == "not-finite"


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_an_infinity_that_is_expected_lets_no_other_value_through(odd):
    expected = torch.tensor([odd, 1.0])
    for compare in (difference, close, partial(close, slack=1e-3), partial(close, slack=math.inf)):
        for other in (1.0, 1e300, -odd if math.isinf(odd) else 0.0):
            found = compare(expected, torch.tensor([other, 1.0], dtype=torch.float64))
            assert found is not None and found.kind != "wrong-shape", (compare, other)
        assert (compare(expected, expected.clone()) is None) == (not math.isnan(odd))
    assert difference(torch.tensor(odd), torch.tensor(1.0)) is not None


@pytest.mark.parametrize("odd", [math.inf, -math.inf, math.nan])
def test_an_infinity_that_is_not_expected_is_named_so(odd):
    assert difference(5, odd).kind == "not-finite"
    assert difference(0.5, odd).kind == "not-finite"
    assert difference(torch.ones(2), torch.tensor([1.0, odd])).kind == "not-finite"
    assert difference(torch.tensor([math.inf, 1.0]), torch.full((2,), odd)).kind == "not-finite"


def test_negative_zero_equals_zero():
    assert difference(0.0, -0.0) is None
    assert difference(torch.zeros(2), -torch.zeros(2)) is None


def test_a_pair_may_be_a_list_and_a_tensor_may_require_grad():
    assert difference((1, 2), [1, 2]) is None
    assert difference((1, 2), [1, 2, 3]).kind == "wrong-length"
    assert difference(torch.ones(2), torch.nn.Parameter(torch.ones(2))) is None
    assert difference(torch.ones(2, 3), torch.ones(3, 2).t()) is None


def test_a_list_is_not_a_tensor_and_shapes_do_not_broadcast():
    assert difference(torch.ones(2), [1.0, 1.0]).kind == "wrong-type"
    assert difference(torch.ones(2), torch.ones(1)).kind == "wrong-shape"
    assert difference(torch.ones(2), torch.ones(2, 1)).kind == "wrong-shape"


def test_dtypes_count_only_where_asked():
    codes = torch.tensor([1, 2], dtype=torch.int8)
    assert difference(codes, codes.int()) is None
    assert difference(codes, codes.int(), dtypes=True).kind == "wrong-dtype"


def test_tensor_slack_has_an_absolute_part_of_the_largest_value():
    expected = torch.tensor([1000.0, 0.0])
    slack = tensor_slack(expected)
    assert slack.tolist() == [RELATIVE * 1000.0 + ABSOLUTE * 1000.0, ABSOLUTE * 1000.0]
    assert tensor_slack(torch.tensor([3, 4])).tolist() == [0.0, 0.0]


def test_nan_inside_a_tensor_is_found():
    assert difference(torch.ones(2), torch.tensor([1.0, math.nan])).kind == "not-finite"


@pytest.mark.parametrize(
    ("got", "kind"),
    [
        ({"b": 2, "w": torch.ones(2)}, None),
        ({"w": torch.ones(2)}, "entries-missing"),
        ({"w": torch.ones(2), "b": 2, "scale": 1.0}, "entries-added"),
        ({"w": torch.zeros(2), "b": 2}, "wrong-value"),
        ([torch.ones(2), 2], "wrong-type"),
        (None, "returns-none"),
    ],
)
def test_a_dict_is_compared_entry_by_entry(got, kind):
    found = difference({"w": torch.ones(2), "b": 2}, got)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (torch.zeros(20), "tensor of shape (20,), dtype=float32"),
        (torch.tensor([0.123456789]), "tensor([0.12346], dtype=float32)"),
        ((1, 2.5), "(1, 2.5)"),
        ({"w": torch.ones(1), "b": [2]}, "{'w': tensor([1], dtype=float32), 'b': [2]}"),
        (-0.0, "-0.0"),
        (math.inf, "inf"),
        ("10", "'10'"),
    ],
)
def test_values_are_shown_short(value, text):
    assert show(value) == text


def test_a_tuple_that_says_how_it_is_shown_is_shown_so():
    class Pair(tuple):
        def __repr__(self):
            return "a pair"

    assert show(Pair((1, 2))) == "a pair"
