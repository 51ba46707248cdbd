"""Right values of another form are called so, and nothing else is."""

import numpy as np
import pytest
import torch

from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.task import Check
from courseware.checks.values import same_values_and_dtype

VALUES = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
CODES = torch.tensor([1, 2, 3], dtype=torch.uint8)


def kind(expected, got):
    (check,) = told_by_form(Check("values", 1, lambda draw: [], same_values_and_dtype))
    found = check.judge((), expected, got)
    return found and found.kind


@pytest.mark.parametrize(
    ("name", "expected", "got"),
    [
        ("text-not-number", 12, "12"),
        ("number-in-a-container", 12, [12]),
        ("number-in-a-container", 0.5, torch.tensor([0.5])),
        ("bits-not-joined", "011", [0, 1, 1]),
        ("bits-as-number", "011", 11),
        ("bits-as-bytes", "011", b"011"),
        ("pair-in-another-container", (0, 3), {"low": 0, "high": 3}),
        ("pair-in-another-container", (0, 3), torch.tensor([0, 3])),
        ("array-not-tensor", VALUES, VALUES.numpy()),
        ("list-not-tensor", CODES, [1, 2, 3]),
        ("bytes-not-tensor", CODES, bytes([1, 2, 3])),
        ("flattened", VALUES, VALUES.reshape(-1)),
        ("transposed", VALUES, VALUES.T),
        ("axis-left-over", CODES, CODES[None]),
        ("axis-lost", CODES[None], CODES),
        ("array-not-tensor", (CODES, VALUES), (CODES.numpy(), VALUES.numpy())),
        ("flattened", (CODES, VALUES), (CODES, VALUES.reshape(-1))),
    ],
)
def test_a_form_is_recognised(name, expected, got):
    assert kind(expected, got) == name
    assert name in {known.name for known in FORMS}


@pytest.mark.parametrize(
    ("expected", "got", "found"),
    [
        ((0.5, 3), (4, 0.7), "order-swapped"),
        ((CODES, VALUES.reshape(-1)), (VALUES.reshape(-1) + 1, CODES + 1), "order-swapped"),
        ((0.5, 3), (2.0, 2.5), "wrong-value"),
        ((CODES, CODES), (CODES + 1, CODES), "wrong-value"),
    ],
)
def test_two_results_that_changed_places_are_told_whatever_their_values(expected, got, found):
    assert kind(expected, got) == found


@pytest.mark.parametrize(
    ("expected", "got", "found"),
    [
        (12, "13", "wrong-type"),
        (12, "012", "wrong-type"),
        ("011", 110, "wrong-type"),
        (VALUES, (VALUES + 1).numpy(), "wrong-type"),
        (CODES, [1, 2, 3.5], "wrong-type"),
        (VALUES, VALUES.T.reshape(-1), "wrong-shape"),
        (CODES, CODES[:2], "wrong-shape"),
        (CODES, object(), "wrong-type"),
        (CODES, [], "wrong-type"),
        (CODES, np.array([[1, 2, 3]]), "wrong-type"),
        (CODES, CODES, None),
        (CODES, CODES.to(torch.int8), "wrong-dtype"),
    ],
)
def test_other_values_keep_the_kind_that_they_had(expected, got, found):
    assert kind(expected, got) == found
