"""Whether a model of a mistake gives what a student's function gave.

A check judges one property, and an answer may have two mistakes. So the form of a result (its
dtype, a float that stands for an integer, axes of size 1) is passed over while values are
compared, and what the check's own judge leaves open is left open here. Where nothing but the form
is wrong, it is the form that must be the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from courseware.checks.call import Outcome
from courseware.checks.cases import Case, find, kind_of_ours
from courseware.checks.forms import unwrapped
from courseware.checks.values import (
    ABSOLUTE,
    MOST_SLACK,
    RELATIVE,
    as_number,
    is_plain,
    tensor_slack,
)

PLAIN = int, float

EXACT = 2**53
"""The largest integers that float64 holds, each of them."""

NOTHING = object()
"""Like no result: a judge that compares with it finds everything wrong."""


@dataclass(frozen=True)
class Came:
    """A failed case, and what is known of it before any model is looked at.

    `values_right` says that nothing but the form is wrong. A judge that asks for a property, and
    not for one result, has nothing to say about values that lack it: it `compares` none.
    """

    case: Case
    values_right: bool
    compares: bool


def came(case: Case) -> Came:
    """What is known of a failed case."""
    # Who looks at what is expected does not take the right result for it.
    found = find(case.check, case.arguments, Outcome(NOTHING), case.expected)
    return Came(case, values_right(case, case.got), found is not None)


def matches(one: Came, model: Outcome) -> bool:
    """Whether a model's outcome on the case's input is the student's."""
    case = one.case
    if model.error is not None or case.got.error is not None:
        return _same_error(model.error, case.got.error)
    if model.value is None or case.got.value is None:
        return False
    try:
        if not alike(model.value, case.got.value) and not _alike_in_another_object(one, model):
            asked = one.values_right or one.compares
            if not (asked and _same_to_the_judge(case, model.value)):
                return False
        same = same_form(case.expected.value, model.value, case.got.value)
        return same or not one.values_right
    except Exception:  # what cannot be compared is not explained
        return False


def _alike_in_another_object(one: Came, model: Outcome) -> bool:
    """Whether another kind of object came that holds the model's values: a number as text."""
    case = one.case
    if case.found is None or case.found.kind != "wrong-type":
        return False
    held = unwrapped(case.expected.value, case.got.value)
    return held is not None and alike(model.value, held)


def leaves_open(model: Any, case: Case, outcome: Outcome) -> bool:
    """Whether what came is another result that a mistake may give: of equal scores, others go."""
    also_gives = getattr(model, "also_gives", None)
    if also_gives is None or outcome.value is None or case.got.value is None:
        return False
    try:
        return bool(also_gives(case.arguments, outcome.value, case.got.value))
    except Exception:  # a result of another kind or shape
        return False


def values_right(case: Case, outcome: Outcome) -> bool:
    """Whether an outcome on the case's input has the right values, in whatever form."""
    if case.expected.error is not None or outcome.error is not None or outcome.changed:
        return find(case.check, case.arguments, case.expected, outcome) is None
    try:
        came = Outcome(conformed(case.expected.value, outcome.value))
    except Exception:  # an object that fails when it is looked at
        return False
    return find(case.check, case.arguments, case.expected, came) is None


def conformed(expected: Any, value: Any) -> Any:
    """`value` in the form of `expected`, as far as no value changes.

    >>> conformed(torch.tensor([1, 2]), torch.tensor([[1.0], [2.0]]))
    tensor([1, 2])
    >>> conformed((5, "a"), [5.0, "a"]), conformed(5, 5.5)
    ([5, 'a'], 5.5)
    """
    if isinstance(expected, torch.Tensor) and isinstance(value, torch.Tensor):
        return _conformed_tensor(expected, value.detach())
    if isinstance(expected, dict) and isinstance(value, dict):
        return type(value)((key, conformed(expected.get(key), item)) for key, item in value.items())
    if isinstance(expected, tuple) and isinstance(value, tuple | list):
        if len(expected) != len(value):
            return value
        items = [conformed(*pair) for pair in zip(expected, value, strict=True)]
        return items if isinstance(value, list) else tuple.__new__(type(value), items)
    number = as_number(value)
    if isinstance(expected, int) and isinstance(number, float) and number.is_integer():
        return int(number)
    return value


def _conformed_tensor(expected: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
    if value.shape != expected.shape and _long_axes(value) == _long_axes(expected):
        value = value.reshape(expected.shape)
    cast = value.to(expected.dtype)
    both_real = value.is_floating_point() and expected.is_floating_point()
    return cast if both_real or torch.equal(cast.double(), value.double()) else value


def _long_axes(value: torch.Tensor) -> list[int]:
    return [size for size in value.shape if size != 1]


def alike(one: Any, other: Any) -> bool:
    """Whether two results hold the same values, in whatever form.

    >>> alike(torch.tensor([1, 2]), torch.tensor([[1.0, 2.0]])), alike(3, torch.tensor(3.0))
    (True, True)
    >>> alike(torch.tensor([1.0, torch.nan]), torch.tensor([1.0, torch.nan]))
    True
    >>> alike(torch.tensor([1, 2, 3, 4]), torch.tensor([[1, 2], [3, 4]]))
    True
    >>> alike(torch.tensor(torch.inf), torch.tensor(1.0)), alike(torch.nan, torch.nan)
    (False, False)
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(alike(one[key], other[key]) for key in one)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(alike, one, other))
    if one is other and isinstance(one, torch.Tensor) and _holds_integers(one):
        return True
    if type(one) in PLAIN and type(other) in PLAIN and max(abs(one), abs(other)) <= EXACT:
        return _alike_numbers(one, other)
    one, other = _as_tensor(one), _as_tensor(other)
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        flat = one.numel() == other.numel() and 1 in (one.dim(), other.dim())
        return (flat or _long_axes(one) == _long_axes(other)) and _alike_flat(one, other)
    return type(one) is type(other) and bool(one == other)


def _holds_integers(value: torch.Tensor) -> bool:
    return is_plain(value) and not value.is_floating_point()


def _as_tensor(value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach()
    number = as_number(value)
    if number is None or (isinstance(number, int) and abs(number) > EXACT):
        return value  # float64 does not hold it
    return torch.tensor(number, dtype=torch.float64 if isinstance(number, float) else torch.int64)


def _alike_numbers(one: float, other: float) -> bool:
    """`_alike_flat` of two tensors of one number, without making them."""
    integers = isinstance(one, int) and isinstance(other, int)
    slack = 0.0 if integers else RELATIVE * abs(one) + ABSOLUTE * (abs(one) or 1.0)
    return abs(one - other) <= slack


def _alike_flat(one: torch.Tensor, other: torch.Tensor) -> bool:
    if one.is_floating_point() != other.is_floating_point():
        one = one.double()
    if _far_apart(one, other):
        return False
    slack = tensor_slack(one if one.is_floating_point() else other).flatten()
    one, other = one.double().flatten(), other.double().flatten()
    nan = one.isnan() & other.isnan()
    if nan.numel() and nan.all():
        return False  # one result without any number is like another, whatever led to it
    return bool((nan | (one == other) | ((one - other).abs() <= slack)).all())


def _far_apart(one: torch.Tensor, other: torch.Tensor) -> bool:
    """Whether some pair is apart by more than any slack allows: most are, and this is quick."""
    one, other = one.double().flatten(), other.double().flatten()
    if not one.numel():
        return False
    farthest, largest = (one - other).abs().max().item(), one.abs().max().item()
    return math.isfinite(largest) and farthest > MOST_SLACK * (largest or 1.0)


def same_form(expected: Any, one: Any, other: Any) -> bool:
    """Whether two results with the values of `expected` differ from it in the same way.

    Of dtypes only whether one is another than expected.

    >>> codes = torch.tensor([1, 2], dtype=torch.int8)
    >>> same_form(codes, codes.float(), codes.long()), same_form(codes, codes.long(), codes[None])
    (True, False)
    """
    odd = [_has_another_dtype(expected, value) for value in (one, other)]
    return odd[0] == odd[1] and _same_shapes(one, other)


def _has_another_dtype(expected: Any, value: Any) -> bool:
    if isinstance(expected, torch.Tensor):
        return isinstance(value, torch.Tensor) and value.dtype != expected.dtype
    if isinstance(expected, dict) and isinstance(value, dict):
        return any(_has_another_dtype(expected.get(key), item) for key, item in value.items())
    if isinstance(expected, tuple) and isinstance(value, tuple | list):
        return any(map(_has_another_dtype, expected, value))
    return False


def _same_shapes(one: Any, other: Any) -> bool:
    """Whether two results are built alike, of tensors of the same shapes."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return one.shape == other.shape
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(_same_shapes(one[k], other[k]) for k in one)
    if isinstance(one, tuple | list) and isinstance(other, tuple | list):
        return len(one) == len(other) and all(map(_same_shapes, one, other))
    numbers = as_number(one), as_number(other)
    if numbers[0] is None or numbers[1] is None:
        return type(one) is type(other)
    return type(numbers[0]) is type(numbers[1])


def _same_to_the_judge(case: Case, model: Any) -> bool:
    """Whether the student's result would be right if the model's were the expected one.

    Asked both ways: a tolerance that grows with what is expected lets no model explain everything.
    """
    got = case.got.value
    pairs = (model, got), (got, model)
    return all(
        case.check.judge(case.arguments, wanted, conformed(wanted, came)) is None
        for wanted, came in pairs
    )


def _same_error(one: BaseException | None, other: BaseException | None) -> bool:
    """Errors of one type; those of torch's operations are told apart by their texts as well.

    There the type says little: a RuntimeError is all that can go wrong in them, and an IndexError
    every place out of reach and every axis that is not there.
    """
    if one is None or other is None or type(one) is not type(other):
        return False
    ours = [kind_of_ours(error) for error in (one, other)]
    if any(ours):
        return ours[0] == ours[1]
    texts = [re.sub(r"\d+", "0", str(error)) for error in (one, other)]
    of_torch = type(one) is RuntimeError or any(" dimension " in text for text in texts)
    return not of_torch or not all(texts) or texts[0] == texts[1]
