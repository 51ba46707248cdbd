"""Odd inputs of every kind of argument, and what each of them must give.

A kind knows one valid value, and the odd values that may come in its place. An odd value either
means the same as a plain one, and the result must be that of the plain one; or it is refused; or it
may do either, and must do it cleanly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import torch
from torch import nn
from torch._subclasses import FakeTensorMode

REFUSED = object()
EITHER = object()


@dataclass(frozen=True)
class Odd:
    """One odd value: what it is called, and the plain value that it means, REFUSED or EITHER."""

    label: str
    value: Any
    means: Any
    own_name: bool = True  # a refusal names this argument, and not one that no longer fits it


@dataclass(frozen=True)
class Kind:
    """A valid value of one kind of argument."""

    value: Any
    odd: Callable[[Any], Iterator[Odd]]


class Subclass(torch.Tensor):
    """A tensor with a name of its own."""


NOT_NUMBERS = [None, "1", b"1", True, np.True_, torch.tensor(True), [1], {}, object(), 1 + 0j]
NOT_NUMBERS += [np.complex64(1), np.datetime64(1, "s"), np.array([1]), torch.tensor([1]), np.nan]
NOT_NUMBERS += [torch.tensor(1, device="meta"), torch.tensor(1 + 0j), float("inf"), -float("inf")]


def _same_number(value: Any) -> Iterator[Odd]:
    yield Odd("0-dim array", np.array(value), value)
    yield Odd("0-dim tensor", torch.tensor(value), value)
    yield Odd("subclass", torch.tensor(value).as_subclass(Subclass), value)


def numbers(value: Any) -> Iterator[Odd]:
    yield from _same_number(value)
    yield Odd("float64 of NumPy", np.float64(value), value)
    yield Odd("float32 of NumPy", np.float32(value), value)
    yield Odd("Fraction", Fraction(value), value)
    yield Odd("Decimal", Decimal(value), value)
    yield Odd("Parameter", nn.Parameter(torch.tensor(float(value))), value)
    yield from (Odd(repr(bad), bad, REFUSED) for bad in [*NOT_NUMBERS, "1/0"])
    yield from (Odd(f"{huge:.0e}", huge, EITHER) for huge in (1e-320, 1e-46, -1e300, 1e300))
    yield from (Odd("10^400", sign * 10**400, EITHER) for sign in (1, -1))


def scales(value: Any) -> Iterator[Odd]:
    """One number, or a tensor that spreads over another."""
    for one in numbers(value):
        spreads = isinstance(one.value, torch.Tensor) and one.value.shape == (1,)
        yield Odd(one.label, one.value, EITHER if spreads else one.means)


def granularities(value: str) -> Iterator[Odd]:
    yield from (one for one in words(value) if one.label != "1")


def any_numbers(value: Any) -> Iterator[Odd]:
    """Numbers that may be infinite or NaN."""
    yield from (odd for odd in numbers(value) if odd.label not in ("nan", "inf", "-inf"))


def integers(value: int) -> Iterator[Odd]:
    yield from _same_number(value)
    yield Odd("int64 of NumPy", np.int64(value), value)
    yield Odd("int8 tensor", torch.tensor(value, dtype=torch.int8), value)
    bad = [*NOT_NUMBERS, float(value), np.float32(value), torch.tensor(float(value))]
    yield from (Odd(repr(value), value, REFUSED) for value in [*bad, Fraction(value), "1/0"])
    huge = {"-10^5000": -(10**5000), "-1": -1, "2^62": 2**62, "10^5000": 10**5000}
    for label, large in huge.items():
        yield Odd(label, large, EITHER, own_name=large != 2**62)


def sizes(value: int) -> Iterator[Odd]:
    """Integers of which a huge one needs as much memory or time."""
    yield from (odd for odd in integers(value) if odd.means is not EITHER or odd.value < 0)


def seeds(value: int) -> Iterator[Odd]:
    yield from integers(value)
    yield Odd("generator", torch.Generator().manual_seed(value), EITHER)
    yield Odd("generator of NumPy", np.random.default_rng(0), REFUSED)


def flags(value: bool) -> Iterator[Odd]:
    bad = [None, 0, 1, 1.0, "True", np.True_, torch.tensor(True), []]
    yield from (Odd(repr(value), value, REFUSED) for value in bad)


def words(value: str) -> Iterator[Odd]:
    yield Odd("str of NumPy", np.str_(value), value)
    bad = [None, 1, True, b"1", "", "no such", ["csr"], {}, torch.ones(1), np.ones(2), float("nan")]
    yield from (Odd(repr(value), value, REFUSED) for value in bad)


def records(value: Any) -> Iterator[Odd]:
    """What is only taken as it is."""
    bad = [None, 1, "x", (), (1, 2), (0, 0, 0, 0), torch.ones(3), np.ones(3), (0, 1.0, 0), float]
    yield from (Odd(repr(value), value, REFUSED) for value in bad)


def shapes(value: list[int]) -> Iterator[Odd]:
    yield Odd("tuple", tuple(value), value)
    yield Odd("array", np.array(value), value)
    yield Odd("tensor", torch.tensor(value), value)
    yield Odd("torch.Size", torch.Size(value), value)
    bad = [None, 2, 2.0, "ab", [2, 0], [2, -1], [2, 2.0], [True, 2], ["2"], [None], [[2, 2]]]
    yield from (Odd(repr(value), value, REFUSED) for value in [*bad, torch.ones(2)])


def lists(value: list[Any]) -> Iterator[Odd]:
    yield Odd("tuple", tuple(value), value)
    yield Odd("array", np.array(value), value)
    yield Odd("tensor", torch.tensor(value), value)
    bad = [None, 3, "ab", True, [None], ["0"], [True], [[0]], [float("nan")], object()]
    yield from (Odd(repr(value), value, REFUSED) for value in bad)
    yield Odd("empty", [], EITHER)


# ---- tensors ------------------------------------------------------------------------------------


def _same_values(x: torch.Tensor) -> Iterator[Odd]:
    """Another way to keep the same values."""
    columns = torch.stack((x, x), dim=-1)
    yield Odd("every other value", columns[..., 0], x)
    yield Odd("transposed in memory", x.mT.contiguous().mT if x.dim() > 1 else x, x)
    yield Odd("offset in memory", torch.cat((x.flatten(), x.flatten()))[x.numel() :].view_as(x), x)
    expanded = x.flatten()[:1].expand(x.numel()).view(x.shape)
    yield Odd("expanded", expanded, expanded.contiguous())
    yield Odd("subclass", x.as_subclass(Subclass), x)
    with torch.inference_mode():
        yield Odd("inference", x.clone(), x)
    if x.is_floating_point():
        yield Odd("Parameter", nn.Parameter(x), x)
        yield Odd("requires grad", x.clone().requires_grad_() * 1, x)
        yield Odd("negative view", torch._neg_view(-x), x)
        yield Odd("part of complex", torch.complex(torch.zeros_like(x), -x).conj().imag, x)


def _no_tensors(x: torch.Tensor) -> Iterator[Odd]:
    with FakeTensorMode(allow_non_fake_inputs=True) as mode:
        fake = mode.from_tensor(x)
    sparse = x if x.dim() == 0 else x.to_sparse()
    yield from (
        Odd(label, value, REFUSED)
        for label, value in (
            ("meta", x.to("meta")),
            ("fake", fake),
            ("lazy", nn.LazyLinear(2).weight),
            ("sparse", sparse if x.dim() else None),
            ("nested", torch.nested.nested_tensor([torch.ones(2), torch.ones(3)])),
            ("quantized", torch.quantize_per_tensor(torch.ones(3), 1.0, 0, torch.quint8)),
            ("array", x.numpy()),
            ("list", x.tolist()),
            ("None", None),
            ("str", "x"),
            ("number", 1.0),
        )
    )


def _other_shapes(x: torch.Tensor) -> Iterator[Odd]:
    one = x.flatten()[0]
    for label, value in (
        ("0-dim", one),
        ("1-D", x.flatten()),
        ("6-D", x[(None,) * (6 - x.dim())]),
        ("empty", x.flatten()[:0]),
        ("no rows", x[:0] if x.dim() else x.reshape(1)[:0]),
        ("one row more", torch.cat((x, x[:1])) if x.dim() else x.expand(2)),
    ):
        yield Odd(label, value, EITHER, own_name=False)


def _with(x: torch.Tensor, value: float) -> torch.Tensor:
    changed = x.clone()
    changed.view(-1)[-1] = value
    return changed


def _extremes(x: torch.Tensor) -> Iterator[Odd]:
    limits = torch.finfo(torch.float32)
    for value in (limits.max, limits.min, limits.tiny, 1e-45, -0.0):
        yield Odd(f"with {value:g}", _with(x, value), EITHER, own_name=False)
        yield Odd(f"all {value:g}", torch.full_like(x, value), EITHER, own_name=False)
    for value in (1e300, -1e300, 1e-300):
        yield Odd(f"with {value:g}", _with(x.double(), value), EITHER, own_name=False)
        yield Odd(f"all {value:g}", torch.full_like(x.double(), value), EITHER, own_name=False)


def floats(x: torch.Tensor) -> Iterator[Odd]:
    yield from _same_values(x)
    yield from _no_tensors(x)
    yield from _other_shapes(x)
    yield from _extremes(x)
    for dtype in (torch.float16, torch.bfloat16, torch.float64):
        yield Odd(str(dtype), x.to(dtype), x.to(dtype).float())
    for dtype in (torch.uint8, torch.int32, torch.int64, torch.uint16, torch.bool, torch.complex64):
        yield Odd(str(dtype), x.to(dtype), REFUSED)
    yield Odd("float8", x.to(torch.float8_e4m3fn), REFUSED)
    for value in ("nan", "inf", "-inf"):
        yield Odd(f"with {value}", _with(x, float(value)), REFUSED)


def reals(x: torch.Tensor) -> Iterator[Odd]:
    """Floats or integers."""
    for odd in floats(x):
        is_integer = isinstance(odd.value, torch.Tensor) and odd.value.dtype in (
            *(torch.uint8, torch.int32, torch.int64),
        )
        yield Odd(odd.label, odd.value, odd.value.float()) if is_integer else odd


def copied(x: torch.Tensor) -> Iterator[Odd]:
    """Tensors of any dtype, of which nothing is computed."""
    yield from _same_values(x)
    yield from _no_tensors(x)
    yield from _other_shapes(x)
    for dtype in (torch.float16, torch.float64, torch.int64, torch.bool, torch.complex64):
        yield Odd(str(dtype), x.to(dtype), x.to(dtype))
    yield Odd("with nan", _with(x, float("nan")), _with(x, float("nan")))


def codes(q: torch.Tensor) -> Iterator[Odd]:
    """Integers of one dtype."""
    yield from _same_values(q)
    yield from _no_tensors(q)
    yield from _other_shapes(q)
    for dtype in (torch.bool, torch.float32, torch.float16, torch.complex64):
        yield Odd(str(dtype), q.to(dtype), REFUSED)
    for dtype in (torch.uint8, torch.int8, torch.int16, torch.int64, torch.uint16, torch.uint64):
        yield Odd(str(dtype), q.to(dtype), q if dtype == q.dtype else EITHER)
    for value in (-128, 127):
        yield Odd(f"with {value}", _with(q, value), EITHER)


def labels(y: torch.Tensor) -> Iterator[Odd]:
    yield from (odd for odd in codes(y) if odd.label not in ("with 127", "with -128"))
    for dtype in (torch.int8, torch.int32, torch.uint8, torch.uint16):
        yield Odd(str(dtype), y.to(dtype), y)
    for value in (-100, -1, 99, 2**62):
        yield Odd(f"with {value}", _with(y, value), REFUSED)
    yield Odd("one-hot", nn.functional.one_hot(y).float(), REFUSED)
    yield Odd("one-hot integers", nn.functional.one_hot(y), REFUSED)


def masks(m: torch.Tensor) -> Iterator[Odd]:
    yield from _same_values(m)
    yield from _no_tensors(m)
    yield from _other_shapes(m)
    for dtype in (torch.uint8, torch.int64, torch.float32, torch.complex64):
        yield Odd(str(dtype), m.to(dtype), REFUSED)


# ---- dicts and lists of tensors -----------------------------------------------------------------


def dicts(of: Callable[[torch.Tensor], Iterator[Odd]]) -> Callable[[Any], Iterator[Odd]]:
    """Dicts of tensors by name, with an odd one as the first."""

    def odd(values: dict[str, Any]) -> Iterator[Odd]:
        first = next(iter(values))
        for one in of(values[first]):
            means = one.means
            if means is not REFUSED and means is not EITHER:
                means = {**values, first: means}
            yield Odd(one.label, {**values, first: one.value}, means, one.own_name)
        for bad in (None, "x", 1, [*values.values()], [*values.items()], torch.ones(2)):
            yield Odd(type(bad).__name__, bad, REFUSED)
        yield Odd("numbers as names", {1: values[first]}, REFUSED)
        yield Odd("mixed names", {**values, 1: values[first]}, REFUSED)
        yield Odd("empty", {}, EITHER, own_name=False)
        yield Odd("one more", {**values, "more": values[first].clone()}, EITHER, own_name=False)
        yield Odd("one less", dict(list(values.items())[1:]), EITHER, own_name=False)

    return odd


def _tied(values: dict[str, torch.Tensor]) -> Iterator[Odd]:
    first = next(iter(values))
    yield Odd("tied", {**values, "tied": values[first]}, REFUSED)
    yield Odd("tied parameter", {**values, "tied": nn.Parameter(values[first])}, REFUSED)


def _pruned_by_torch(values: dict[str, torch.Tensor]) -> Iterator[Odd]:
    first = next(iter(values))
    others = {name: x for name, x in values.items() if name != first}
    parts = {f"{first}_orig": values[first], f"{first}_mask": torch.ones_like(values[first])}
    yield Odd("weight_orig, weight_mask", {**others, **parts}, REFUSED)
    parts = {f"{first}_g": values[first][:1].clone(), f"{first}_v": values[first]}
    yield Odd("weight_g, weight_v", {**others, **parts}, REFUSED)
    inside = f"parametrizations.{first}.original"
    yield Odd("parametrized", {**others, inside: values[first]}, REFUSED)


def states(values: dict[str, torch.Tensor]) -> Iterator[Odd]:
    """State dicts of any network, of which only some tensors are computed with."""
    yield from dicts(copied)(values)
    yield from _pruned_by_torch(values)


def untied(values: dict[str, torch.Tensor]) -> Iterator[Odd]:
    yield from dicts(floats)(values)
    yield from _tied(values)


def networks(values: dict[str, torch.Tensor]) -> Iterator[Odd]:
    """State dicts of a multilayer perceptron."""
    yield from (odd for odd in dicts(floats)(values) if not odd.label.startswith(("one", "empty")))
    yield from _pruned_by_torch(values)
    yield Odd("tied", {**values, "2.bias": values["0.bias"][:2]}, REFUSED)
    yield Odd("unknown key", {**values, "running_mean": torch.ones(2)}, REFUSED)
    yield Odd("a layer less", {"0.weight": values["0.weight"]}, REFUSED)
    yield Odd("empty", {}, REFUSED)


def batches(values: list[torch.Tensor]) -> Iterator[Odd]:
    for one in floats(values[0]):
        keeps = one.means in (REFUSED, EITHER) if not isinstance(one.means, torch.Tensor) else False
        means = one.means if keeps else [one.means, *values[1:]]
        yield Odd(one.label, [one.value, *values[1:]], means, one.own_name)
    yield Odd("tuple", tuple(values), values)
    yield Odd("generator", (value for value in values), values)
    for bad in (None, "ab", 1.0, [], values[0], [None], {"a": 1}, np.ones((2, 2))):
        yield Odd(type(bad).__name__, bad, REFUSED)


def dicts_of_shapes(values: dict[str, list[int]]) -> Iterator[Odd]:
    first = next(iter(values))
    for one in shapes(values[first]):
        means = one.means if one.means is REFUSED else {**values, first: one.means}
        yield Odd(one.label, {**values, first: one.value}, means, own_name=False)
    for bad in (None, "x", 1, [2, 2], {1: [2, 2]}):
        yield Odd(repr(bad), bad, REFUSED)


def quantized_states(values: dict[str, torch.Tensor]) -> Iterator[Odd]:
    """State dicts whose first tensor is a weight that is computed with, if it is of floats."""
    for one in states(values):
        refused = one.label in ("with nan",)
        yield Odd(one.label, one.value, REFUSED, one.own_name) if refused else one


def prunable_states(values: dict[str, torch.Tensor]) -> Iterator[Odd]:
    """State dicts of which only the dtypes and axes matter."""
    for one in states(values):
        unchanged = one.means is not REFUSED and one.means is not EITHER
        yield Odd(one.label, one.value, one.value if unchanged else one.means, one.own_name)


def optional_floats(x: torch.Tensor) -> Iterator[Odd]:
    yield from (odd for odd in floats(x) if odd.value is not None)


def optional_masks(values: dict[str, torch.Tensor]) -> Iterator[Odd]:
    yield from (odd for odd in dicts(masks)(values) if odd.label != "NoneType")


def optional_integers(value: int) -> Iterator[Odd]:
    yield from (odd for odd in integers(value) if odd.label != "None")
