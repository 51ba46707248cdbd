"""Comparing what came back with what was expected, by the rules of the course.

Integers, codes, bits and strings are compared exactly, floats to a relative tolerance of 1e-5
(float32 keeps about seven digits; a right solution that works in another order loses one or two
of them) plus 1e-6 of the largest expected magnitude. `close` is wider, 1e-4, for the
chapters that say why. A number may come as a Python or NumPy scalar or a 0-dim tensor, a pair as
tuple or list. -0.0 equals 0.
"""

from __future__ import annotations

import math
import numbers
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import torch

RELATIVE = 1e-5
CLOSE = 1e-4
ABSOLUTE = 1e-6
MOST_SLACK = RELATIVE + ABSOLUTE
"""Of the largest number in a tensor."""
SHOWN_ELEMENTS = 16
SEQUENCES = tuple.__repr__, list.__repr__
"""A tuple or list of a kind that says itself how it is shown is none of these."""


@dataclass(frozen=True)
class Difference:
    """Why a value is not the expected one: a `kind` to reason with and a `text` to read.

    `kept` is the share of its check's weight that the value is worth all the same.
    """

    kind: str
    text: str
    kept: float = 0.0


NOTHING_CAME = Difference("returns-none", "nothing was returned (None)")


def same_values(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Judge the values; an integer tensor of another dtype, or a wider float, is let through."""
    return difference(expected, got)


def same_values_and_dtype(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """Judge the values and the dtype of every tensor."""
    return difference(expected, got, dtypes=True)


def difference(expected: Any, got: Any, dtypes: bool = False) -> Difference | None:
    """What tells `got` from `expected`, or None.

    >>> difference(5, 5.0).kind
    'float-for-integer'
    >>> difference(torch.tensor([1, 2]), torch.tensor([1, 3])).text
    'element [1] is 3, expected 2'
    >>> difference(torch.tensor(0.5), torch.tensor(1.0)).text
    'the number is 1, expected 0.5'
    >>> difference(0.1, torch.tensor(0.1)) is None
    True
    """
    if got is None and expected is not None:
        return NOTHING_CAME
    if isinstance(expected, torch.Tensor):
        return _tensor_difference(expected, got, dtypes)
    if isinstance(expected, tuple):
        return _sequence_difference(expected, got, dtypes)
    if isinstance(expected, dict):
        return _dict_difference(expected, got, dtypes)
    if isinstance(expected, str):
        return _string_difference(expected, got)
    return _number_difference(expected, got)


def same_reals(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
    """A float tensor by value, to 1e-4."""
    return close(expected, got)


def close(
    expected: torch.Tensor,
    got: Any,
    slack: torch.Tensor | float | None = None,
    dtypes: bool = False,
) -> Difference | None:
    """What tells `got` from a float tensor, beyond `slack` per element.

    Without a `slack` it is 1e-4 of each element and 1e-6 of the largest.

    >>> close(torch.tensor([1.0, 2.0]), torch.tensor([1.00005, 2.001])).text
    'element [1] is 2.001, expected 2'
    """
    found = difference(expected, got, dtypes)
    if found is None or found.kind != "wrong-value":
        return found
    wanted, came = expected.double(), got.detach().double()
    slack = _slack(wanted, CLOSE) if slack is None else torch.as_tensor(slack)
    near = torch.isfinite(wanted) & torch.isfinite(slack) & ((came - wanted).abs() <= slack)
    return difference(wanted, torch.where(near, wanted, came))


def _string_difference(expected: str, got: Any) -> Difference | None:
    if not isinstance(got, str):
        return _wrong_type("a string", got)
    return None if got == expected else Difference("wrong-value", "another string")


def _sequence_difference(expected: tuple[Any, ...], got: Any, dtypes: bool) -> Difference | None:
    if not isinstance(got, tuple | list):
        return _wrong_type(f"a tuple of {len(expected)} values", got)
    if len(got) != len(expected):
        text = f"{len(got)} values came back, expected {len(expected)}"
        return Difference("wrong-length", text)
    for position, (wanted, came) in enumerate(zip(expected, got, strict=True)):
        found = difference(wanted, came, dtypes)
        if found:
            return Difference(found.kind, f"value {position}: {found.text}")
    return None


def _dict_difference(expected: dict[str, Any], got: Any, dtypes: bool) -> Difference | None:
    found = other_entries(expected, got)
    if found:
        return found
    for key, wanted in expected.items():
        found = difference(wanted, got[key], dtypes)
        if found:
            return Difference(found.kind, f"{key}: {found.text}")
    return None


def other_entries(expected: dict[str, Any], got: Any) -> Difference | None:
    """Whether a dict with other keys came back, or none; their order does not count.

    >>> other_entries({"w": 1, "b": 2}, {"b": 0, "w": 0}) is None
    True
    >>> other_entries({"w": 1, "b": 2}, {"w": 1}).text
    "'b' is missing"
    """
    if got is None:
        return NOTHING_CAME
    if not isinstance(got, dict):
        return _wrong_type("a dict", got)
    missing = [key for key in expected if key not in got]
    if missing:
        return Difference("entries-missing", f"{missing[0]!r} is missing")
    added = [key for key in got if key not in expected]
    if added:
        return Difference("entries-added", f"{added[0]!r} was not asked for")
    return None


def _number_difference(expected: float, got: Any) -> Difference | None:
    number = as_number(got)
    if number is None:
        return _wrong_type("an integer" if isinstance(expected, int) else "a number", got)
    if not math.isfinite(number) and math.isfinite(expected):
        return Difference("not-finite", f"the result is {number}")
    if isinstance(expected, int):
        if isinstance(number, float):
            return Difference("float-for-integer", f"{number} is a float, expected an integer")
        return None if number == expected else Difference("wrong-value", "another integer")
    if math.isnan(number):
        return Difference("not-finite", "the result is nan")
    # An infinite slack would let anything through.
    slack = RELATIVE * abs(expected) if math.isfinite(expected) else 0.0
    if number == expected or abs(number - expected) <= slack:
        return None
    return Difference("wrong-value", "another number")


def _tensor_difference(expected: torch.Tensor, got: Any, dtypes: bool) -> Difference | None:
    if not isinstance(got, torch.Tensor):
        return _wrong_type("a torch tensor", got)
    if not is_plain(got):
        return Difference("wrong-type", f"expected a plain tensor, got {show(got)}")
    got = got.detach()
    if got.shape != expected.shape:
        text = f"shape {tuple(got.shape)}, expected {tuple(expected.shape)}"
        return Difference("wrong-shape", text)
    if dtypes and got.dtype != expected.dtype:
        return Difference("wrong-dtype", f"dtype {got.dtype}, expected {expected.dtype}")
    wanted, came = expected.double(), got.double()
    near = (came - wanted).abs() <= tensor_slack(expected)
    if near.all():
        return None
    if not (torch.isfinite(came) | ~torch.isfinite(wanted)).all():
        return Difference("not-finite", "the result holds nan or inf")
    wrong = (came != wanted) & ~near
    if not wrong.any():
        return None
    index = [int(i) for i in wrong.nonzero()[0]]
    at = tuple(index)
    where = f"element {index}" if index else "the number"
    one, other = _told_apart(got[at].item(), expected[at].item())
    text = f"{where} is {one}, expected {other}"
    more = int(wrong.sum()) - 1
    return Difference("wrong-value", text + (f" ({more} more differ)" if more else ""))


def _told_apart(one: float, other: float) -> tuple[str, str]:
    """Two numbers in six digits, or in as many as show that they differ.

    >>> _told_apart(1.25, 1 / 3), _told_apart(26162780, 26162779)
    (('1.25', '0.333333'), ('26162780', '26162779'))
    """
    short = f"{one:.6g}", f"{other:.6g}"
    return short if short[0] != short[1] else (f"{one:.17g}", f"{other:.17g}")


def is_plain(value: torch.Tensor) -> bool:
    """Numbers in memory: not sparse, quantized, complex, or without data."""
    odd = value.is_quantized or value.is_complex() or value.is_meta
    return value.layout == torch.strided and not odd


def tensor_slack(expected: torch.Tensor) -> torch.Tensor:
    """The allowed distance per element: none for integers, see the module docstring for floats."""
    if not expected.is_floating_point():
        return torch.zeros_like(expected.double())
    return _slack(expected.double(), RELATIVE)


def _slack(expected: torch.Tensor, relative: float) -> torch.Tensor:
    """None where infinity or nan is expected: an infinite slack would let anything through."""
    size = expected.abs()
    if not size.numel():
        return size
    if math.isfinite(largest := size.max().item()):
        return relative * size + ABSOLUTE * (largest or 1.0)
    finite = torch.isfinite(expected)
    size = size.masked_fill(~finite, 0.0)
    largest = size.max().item() or 1.0
    return (relative * size + ABSOLUTE * largest).masked_fill(~finite, 0.0)


def as_number(value: Any) -> int | float | None:
    """A Python number from a Python or NumPy scalar or a 0-dim tensor; None for all else.

    >>> as_number(torch.tensor(3)), as_number("3"), as_number(True)
    (3, None, None)
    """
    if isinstance(value, torch.Tensor) and value.dim() == 0 and is_plain(value):
        value = value.item()
    if isinstance(value, bool):
        return None
    if isinstance(value, numbers.Integral):
        return int(value)
    return float(value) if isinstance(value, numbers.Real) else None


def _wrong_type(wanted: str, got: Any) -> Difference:
    name = type(got).__name__
    if isinstance(got, torch.Tensor):
        name = f"tensor of shape {tuple(got.shape)}"
    return Difference("wrong-type", f"expected {wanted}, got a {name}")


def show(value: Any) -> str:
    """A short, readable form of a value, for messages. Never raises.

    >>> show(torch.tensor([1, 2], dtype=torch.int8))
    'tensor([1, 2], dtype=int8)'
    >>> show(0.1 + 0.2)
    '0.3'
    """
    try:
        return _show(value)
    except Exception:  # an object of the student's that cannot be printed
        return f"an object of type {type(value).__name__}"


def _show(value: Any) -> str:
    if isinstance(value, torch.Tensor):
        return _show_tensor(value.detach())
    if isinstance(value, float):
        return f"{value:.1f}" if value == int_or_none(value) else _show_float(value)
    if isinstance(value, tuple | list) and type(value).__repr__ in SEQUENCES:
        inner = ", ".join(show(item) for item in value)
        if isinstance(value, tuple):
            return f"({inner},)" if len(value) == 1 else f"({inner})"
        return f"[{inner}]"
    if type(value) in (dict, OrderedDict):
        return "{" + ", ".join(f"{show(key)}: {show(item)}" for key, item in value.items()) + "}"
    text = repr(value)
    return text if len(text) <= 200 else text[:197] + "…"


def _show_float(value: float) -> str:
    """Seven digits; all of them where these would look like a whole number, which it is not.

    >>> _show_float(0.1 + 0.2), _show_float(8 * (1 + 2.0**-24))
    ('0.3', '8.000000476837158')
    """
    short = f"{value:.7g}"
    return repr(value) if short.lstrip("-").isdigit() else short


def int_or_none(value: float) -> int | None:
    """The integer that a float stands for, if it is one and short enough to print.

    >>> int_or_none(2.0), int_or_none(2.5)
    (2, None)
    """
    return int(value) if math.isfinite(value) and value == int(value) and abs(value) < 1e6 else None


def _show_tensor(value: torch.Tensor) -> str:
    dtype = str(value.dtype).removeprefix("torch.")
    if not is_plain(value):
        kind = (
            "quantized " if value.is_quantized else str(value.layout).removeprefix("torch.") + " "
        )
        where = f", device={value.device}" if value.is_meta else ""
        return f"{kind}tensor of shape {tuple(value.shape)}, dtype={dtype}{where}"
    if value.numel() > SHOWN_ELEMENTS:
        return f"tensor of shape {tuple(value.shape)}, dtype={dtype}"
    return f"tensor({_show_nested(value.tolist())}, dtype={dtype})"


def _show_nested(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(_show_nested(item) for item in value) + "]"
    return f"{value:.5g}" if isinstance(value, float) else str(value)
