"""Every public function, with every odd input in place of each of its arguments, and in every mode.

Each gives the value that it gives for the plain input, or a ValueError that names the argument,
what was expected and what came. Nothing else: no NaN, no other dtype, no error of torch.
"""

from __future__ import annotations

import contextlib
import dataclasses
import importlib
import inspect
import math
import pkgutil
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch.autograd import forward_ad

import model_compression
from model_compression import lottery_tickets, masked_training
from tests.reference.odd_inputs import EITHER, REFUSED, Odd
from tests.reference.valid_arguments import Entry, table

ENTRIES = table()
OTHER_NAMES = {
    "granularity": "group_size",
    "fields": "sign|exponent|fraction",
    "value": "value of 8 bits",
    "x": "shape",  # of x, for which the granularity is wrong
    "begin": "end",
}
"""Argument -> what a message may call it instead."""


@pytest.fixture(autouse=True)
def short_training(monkeypatch):
    monkeypatch.setattr(masked_training, "_FINETUNE_STEPS", 3)
    monkeypatch.setattr(lottery_tickets, "_SEARCH_STEPS", 3)


def public_callables() -> Iterator[str]:
    """What the library offers to be called: functions, classes that check, methods."""
    for module in pkgutil.iter_modules(model_compression.__path__):
        if module.name.startswith("_"):
            continue
        name = f"model_compression.{module.name}"
        for thing in vars(importlib.import_module(name)).values():
            own = inspect.isfunction(thing) or inspect.isclass(thing)
            if not own or thing.__module__ != name or thing.__name__.startswith("_"):
                continue
            if inspect.isfunction(thing):
                yield f"{module.name}.{thing.__name__}"
            else:
                if "__post_init__" in vars(thing):
                    yield f"{module.name}.{thing.__name__}"
                for method, function in vars(thing).items():
                    if inspect.isfunction(function) and not method.startswith("_"):
                        yield f"{module.name}.{thing.__name__}.{method}"


def test_every_public_function_has_an_entry():
    missing, gone = (
        sorted(one)
        for one in (set(public_callables()) - set(ENTRIES), set(ENTRIES) - set(public_callables()))
    )
    assert (missing, gone) == ([], []), "give each a row in tests/reference/valid_arguments.py"


@pytest.mark.parametrize("name", ENTRIES)
def test_every_argument_is_described(name):
    module, *path = name.split(".")
    thing = importlib.import_module(f"model_compression.{module}")
    for part in path:
        thing = getattr(thing, part)
    assert list(ENTRIES[name].arguments) == [
        p for p in inspect.signature(thing).parameters if p != "self"
    ]


def cases() -> Iterator[Any]:
    for name, entry in ENTRIES.items():
        for argument in entry.arguments:
            yield pytest.param(entry, argument, id=f"{name}-{argument}")


@pytest.mark.parametrize(("entry", "argument"), cases())
def test_an_odd_input_gives_the_right_value_or_is_named(entry: Entry, argument: str):
    value, kind = entry.arguments[argument]
    failures = []
    for odd in kind(value):
        complaint = judge(entry, argument, odd)
        if complaint:
            failures.append(f"{odd.label}: {complaint}")
    assert not failures, "\n".join(failures)


def judge(entry: Entry, argument: str, odd: Odd) -> str | None:
    """What is wrong with what a function makes of an odd input, if anything is."""
    arguments = {**entry.values, argument: odd.value}
    result = outcome(entry.function, arguments)
    if isinstance(result, Exception):
        if odd.means is not REFUSED and odd.means is not EITHER:
            plain = outcome(entry.function, {**entry.values, argument: odd.means})
            if not isinstance(plain, Exception):
                return f"refused: {result!r}"
        names = [argument] if odd.own_name else list(entry.arguments)
        return complaint_about_error(result, names)
    if odd.means is REFUSED:
        return f"accepted: {shortly(result)}"
    complaint = complaint_about_result(entry, arguments, result, odd.value)
    if complaint or odd.means is EITHER:
        return complaint
    expected = outcome(entry.function, {**entry.values, argument: odd.means})
    return difference(entry, result, expected, odd.value)


def outcome(function: Callable[..., Any], arguments: dict[str, Any]) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return function(**arguments)
        except Exception as error:
            return error


def complaint_about_error(error: Exception, names: list[str]) -> str | None:
    if not isinstance(error, ValueError):
        return f"raw error: {error!r}"
    subject, colon, rest = str(error).partition(": expected ")
    known = "|".join([*names, *(OTHER_NAMES[name] for name in names if name in OTHER_NAMES)])
    if not colon or not re.search(rf"\b({known})\b", subject):
        return f"does not name {names}: {error}"
    return None if ", got " in rest else f"does not say what came: {error}"


def complaint_about_result(entry: Entry, arguments: Any, result: Any, odd: Any) -> str | None:
    given = {tensor.untyped_storage().data_ptr() for tensor in tensors_in(arguments)}
    for number in numbers_in(result):
        if math.isnan(number) and not has_nan(odd):
            return f"NaN: {shortly(result)}"
        if math.isinf(number) and not entry.may_be_infinite:
            return f"infinite: {shortly(result)}"
    for tensor in tensors_in(result):
        if entry.shares:
            continue
        if type(tensor) is not torch.Tensor or tensor.device.type != "cpu":
            return f"not a plain tensor: {type(tensor)} on {tensor.device}"
        if tensor.numel() and tensor.untyped_storage().data_ptr() in given:
            return "shares memory with an argument"
    return None


def difference(entry: Entry, result: Any, expected: Any, odd: Any = None) -> str | None:
    ours, theirs = leaves(result), leaves(expected)
    pairs = zip(ours, theirs, strict=False)
    if len(ours) != len(theirs) or not all(isinstance(one, type(other)) for one, other in pairs):
        return f"{shortly(result)} in place of {shortly(expected)}"
    given = {x.dtype for x in tensors_in(odd)}
    wide = any(x.dtype == torch.float64 for x in tensors_in(odd))
    for one, other in zip(ours, theirs, strict=True):
        if not isinstance(one, torch.Tensor):
            equal = one == other or (
                isinstance(one, float) and math.isclose(one, other, rel_tol=1e-12)
            )
            if not equal:
                return f"{one} in place of {other}"
            continue
        if entry.keeps == "dtype" and one.dtype in given:
            other = other.to(one.dtype)
        wider = wide and entry.keeps != "float32" and one.dtype == torch.float64
        if one.dtype != other.dtype and not (wider and other.dtype == torch.float32):
            return f"{one.dtype} in place of {other.dtype}"
        close = (
            torch.allclose(one.float(), other.float(), rtol=1e-5, atol=1e-6)
            if wider or entry.sums
            else False
        )
        if not close and not same_bits(one, other):
            return f"{shortly(one)} in place of {shortly(other)}"
    return None


def same_bits(one: torch.Tensor, other: torch.Tensor) -> bool:
    one, other = one.detach(), other.detach()
    return (
        one.shape == other.shape
        and torch.equal(one.isnan(), other.isnan())
        and torch.equal(
            one.nan_to_num() if one.dtype.is_floating_point else one,
            other.nan_to_num() if other.dtype.is_floating_point else other,
        )
    )


def leaves(value: Any) -> list[Any]:
    if isinstance(value, torch.Tensor):
        return [value]
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = [getattr(value, field.name) for field in dataclasses.fields(value)]
    if isinstance(value, dict):
        return [leaf for key, part in value.items() for leaf in [str(key), *leaves(part)]]
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in leaves(part)]
    return [value]


def tensors_in(value: Any) -> list[torch.Tensor]:
    return [
        leaf
        for leaf in leaves(value)
        if isinstance(leaf, torch.Tensor) and leaf.device.type == "cpu"
    ]


def numbers_in(value: Any) -> list[float]:
    """The floats of a result, of each tensor those that would show NaN and infinity."""
    numbers = []
    for leaf in leaves(value):
        if isinstance(leaf, float):
            numbers.append(leaf)
        elif isinstance(leaf, torch.Tensor) and leaf.is_floating_point() and leaf.numel():
            numbers.append(leaf.detach().double().abs().max().item())
    return numbers


def has_nan(value: Any) -> bool:
    return any(math.isnan(number) for number in numbers_in(value))


def shortly(value: Any) -> str:
    return re.sub(r"\s+", " ", repr(value))[:200]


# ---- modes --------------------------------------------------------------------------------------


@contextlib.contextmanager
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(torch.float32)


MODES: dict[str, Callable[[], Any]] = {
    "default dtype float64": lambda: default_dtype(torch.float64),
    "default dtype bfloat16": lambda: default_dtype(torch.bfloat16),
    "default dtype float16": lambda: default_dtype(torch.float16),
    "default device": lambda: torch.device("meta"),
    "autocast bfloat16": lambda: torch.autocast("cpu", dtype=torch.bfloat16),
    "autocast float16": lambda: torch.autocast("cpu", dtype=torch.float16),
    "no gradient": torch.no_grad,
    "inference": torch.inference_mode,
    "deterministic": lambda: deterministic(),
}


@contextlib.contextmanager
def deterministic() -> Iterator[None]:
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(False)


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_of_torch_changes_nothing(mode):
    failures = []
    for name, entry in ENTRIES.items():
        expected = entry.function(**entry.values)
        with MODES[mode]():
            result = outcome(entry.function, entry.values)
        complaint = f"raised {result!r}" if isinstance(result, Exception) else None
        complaint = complaint or difference(entry, result, expected)
        if complaint:
            failures.append(f"{name}: {complaint}")
    assert not failures, "\n".join(failures)


TENSOR_CASES = [
    (name, argument)
    for name, entry in ENTRIES.items()
    for argument, (value, _) in entry.arguments.items()
    if tensors_in(value) and name != "masks.prunable_weights"
]


def replaced(value: Any, first: torch.Tensor) -> Any:
    if isinstance(value, dict):
        return {**value, next(iter(value)): first}
    return [first, *value[1:]] if isinstance(value, list) else first


@pytest.mark.parametrize("transform", ["vmap", "grad", "jvp", "dual"])
def test_inside_of_a_transform_the_tensor_is_refused(transform):
    failures = []
    for name, argument in TENSOR_CASES:
        entry = ENTRIES[name]
        value = entry.values[argument]
        first = tensors_in(value)[0]
        tensors = [name for name, part in entry.values.items() if tensors_in(part)]
        seen: list[Any] = []

        def inside(x, entry=entry, argument=argument, value=value, seen=seen):
            seen.append(outcome(entry.function, {**entry.values, argument: replaced(value, x)}))
            return x.sum()

        if transform == "vmap":
            torch.func.vmap(inside)(torch.stack((first, first)))
        elif not first.is_floating_point():
            continue
        elif transform == "grad":
            torch.func.grad(inside)(first)
        elif transform == "jvp":
            torch.func.jvp(inside, (first,), (torch.ones_like(first),))
        else:
            with forward_ad.dual_level():
                inside(forward_ad.make_dual(first, torch.ones_like(first)))
        if not isinstance(seen[0], Exception):
            failures.append(f"{name}, {argument}: accepted")
        elif complaint := complaint_about_error(seen[0], tensors):
            failures.append(f"{name}, {argument}: {complaint}")
    assert not failures, "\n".join(failures)


# ---- very large and very small values -----------------------------------------------------------


def multiplied(value: Any, factor: float, dtype: torch.dtype) -> Any:
    if isinstance(value, dict):
        return {key: multiplied(part, factor, dtype) for key, part in value.items()}
    return value.to(dtype) * factor


def scalings() -> Iterator[tuple[str, int]]:
    """Names of entries, with the exponents that their precision has room for."""
    for name, entry in ENTRIES.items():
        wide = entry.keeps == "float64" or name.startswith("error_measures")
        for exponent in (-100, 100, -800, 800) if wide else (-100, 100):
            if entry.scaled_with:
                yield name, exponent


@pytest.mark.parametrize(("name", "exponent"), scalings())
def test_a_power_of_two_changes_no_digit(name, exponent):
    entry = ENTRIES[name]
    dtype = torch.float64 if abs(exponent) > 126 else torch.float32
    plain = {n: multiplied(entry.values[n], 1.0, dtype) for n in entry.scaled_with}
    large = {n: multiplied(entry.values[n], 2.0**exponent, dtype) for n in entry.scaled_with}
    expected = leaves(entry.function(**{**entry.values, **plain}))
    result = leaves(entry.function(**{**entry.values, **large}))
    factor = 1.0 if entry.unscaled else 2.0**exponent
    for one, other in zip(result, expected, strict=True):
        if isinstance(other, torch.Tensor) and other.is_floating_point():
            assert torch.equal(one, other * factor)
        elif isinstance(other, torch.Tensor):
            assert torch.equal(one, other)
        elif isinstance(other, float):
            assert math.isclose(one, other * factor, rel_tol=1e-14)
        else:
            assert one == other
