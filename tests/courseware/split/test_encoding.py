"""Values cross exactly, and hostile bytes become `Malformed`, never anything else."""

from __future__ import annotations

import collections
import contextlib
import enum
import json
import math
import struct
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from courseware.checks.call import copy_of
from courseware.grading.split.encoding import (
    MAX_DEPTH,
    NUMPY_DTYPES,
    TORCH_DTYPES,
    Foreign,
    Malformed,
    Refused,
    decode,
    describe,
    encode,
    readable,
    refuse,
)


def crossed(value: Any, other: Any = refuse) -> Any:
    """The value on the other side of a connection."""
    data = bytearray()
    node = json.loads(json.dumps(encode(value, data, other), allow_nan=False))
    return decode(node, bytes(data))


def same(a: Any, b: Any) -> bool:
    """Equality of types, of every bit, and of the order of keys."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return struct.pack("d", a) == struct.pack("d", b) or (math.isnan(a) and math.isnan(b))
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(map(same, a.values(), b.values()))
    if isinstance(a, torch.Tensor):
        return (a.dtype, a.shape) == (b.dtype, b.shape) and bits_of(a) == bits_of(b)
    if isinstance(a, np.ndarray | np.generic):
        return (a.dtype, a.shape) == (b.dtype, b.shape) and a.tobytes() == b.tobytes()
    return a == b


def bits_of(tensor: torch.Tensor) -> bytes:
    """The bytes of a tensor, row by row."""
    flat = tensor.detach().resolve_conj().contiguous().reshape(-1)
    return flat.view(torch.uint8).numpy().tobytes()


def raw_tensor(dtype: torch.dtype, shape: tuple[int, ...], raw: bytes) -> torch.Tensor:
    """A tensor of any dtype from bytes, as many as are needed."""
    count = math.prod(shape) * dtype.itemsize
    content = bytearray((raw * (count // max(len(raw), 1) + 1))[:count])
    if dtype is torch.bool:
        content = bytearray(byte & 1 for byte in content)
    if not content:
        return torch.empty(shape, dtype=dtype)
    return torch.frombuffer(content, dtype=dtype).reshape(shape)


shapes = st.lists(st.integers(0, 4), max_size=4).map(tuple)
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**80), 2**80)
    | st.floats()
    | st.text(st.characters())
    | st.binary()
)
tensors = st.builds(
    raw_tensor, st.sampled_from(list(TORCH_DTYPES.values())), shapes, st.binary(min_size=1)
)
arrays = st.builds(
    lambda dtype, shape, raw: raw_tensor(getattr(torch, dtype), shape, raw).numpy(),
    st.sampled_from([name for name in NUMPY_DTYPES if name != "bool"] + ["bool"]),
    shapes,
    st.binary(min_size=1),
)
numpy_scalars = arrays.filter(lambda array: array.size > 0).map(lambda array: array.flat[0])
values = st.recursive(
    scalars | tensors | arrays | numpy_scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(st.text(), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(values)
@settings(deadline=None, max_examples=300)
def test_values_cross_exactly(value):
    assert same(crossed(value), value)


@pytest.mark.parametrize(
    "value",
    [
        *(-0.0, 0.0, math.inf, -math.inf, math.nan, 5e-324, 1.7976931348623157e308, 0.1),
        *(2**53, 2**53 + 1, -(2**53) - 1, 2**64, -(2**64), 2**4000, True, 1, 1.0),
        *("", "\ud800", "\x00", "−97", b"", b"\x00\xff", (), [], {}, ((),), [None]),
        {"b": 1, "a": 2, "": 3},
        np.float64(-0.0),
        np.bool_(True),
        np.uint64(2**64 - 1),
        np.array(3, dtype=np.int8),
        np.zeros((0, 3), dtype=np.float16),
        np.arange(6).reshape(2, 3).T,
        np.array([1, 2], dtype=">i4").astype("=i4"),
        torch.tensor(-0.0),
        torch.tensor([]),
        torch.zeros(2, 0, 3, dtype=torch.int8),
        torch.tensor([math.nan, math.inf, -math.inf], dtype=torch.bfloat16),
        torch.tensor([2**63 - 1, -(2**63)]),
        torch.tensor([True, False]),
        torch.tensor([1 + 2j]).conj(),
    ],
    ids=repr,
)
def test_corner_cases_cross_exactly(value):
    assert same(crossed(value), value)


def test_how_a_tensor_was_stored_is_lost():
    base = torch.arange(12.0).reshape(3, 4)
    parameter = torch.nn.Parameter(base.clone())
    for tensor in (base[:, 1:3], base[1], parameter, base.expand(2, 3, 4), base[:, 1:3].t()):
        came = crossed(tensor)
        assert type(came) is torch.Tensor
        assert came.is_contiguous() and came.is_leaf and not came.requires_grad
        assert torch.equal(came, tensor.detach())


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 1, 0), (1, 2, 0)])
def test_a_transposed_tensor_arrives_transposed(order):
    # What `view` refuses in a notebook it refuses when the same is graded, and nothing else.
    tensor = torch.arange(24.0).reshape(2, 3, 4).permute(order)
    came = crossed(tensor)
    assert came.stride() == copy_of(tensor).stride() == tensor.stride()
    assert torch.equal(came, tensor)
    with pytest.raises(RuntimeError, match="view size is not compatible"):
        came.view(-1)


@pytest.mark.parametrize(
    "order",
    [[0], [0, 0], [1, 2], [-1, 0], [1, 0, 2], [True, False], [1.0, 0.0], "10", None, [[0], 1]],
)
def test_an_order_of_axes_that_is_none_is_refused(order):
    with pytest.raises(Malformed):
        decode({"p": [order, ["uint8", [2, 2]]]}, b"1234")


def test_tensors_that_share_memory_arrive_apart():
    base = torch.zeros(3)
    first, second = crossed([base, base])
    first.fill_(1)
    assert second.tolist() == [0, 0, 0]
    assert base.tolist() == [0, 0, 0]


def test_subclasses_arrive_as_what_they_extend():
    class Level(enum.IntEnum):
        HIGH = 3

    class Lie(float):
        def __eq__(self, other):
            return True

        __hash__ = float.__hash__

    pair = collections.namedtuple("pair", "q scale")
    ordered = collections.OrderedDict(a=1, b=2)
    ordered.move_to_end("a")
    assert same(crossed(pair(1, 2)), (1, 2))
    assert same(crossed(ordered), {"b": 2, "a": 1})
    assert same(crossed(torch.zeros(2, 3).shape), (2, 3))
    assert same(
        crossed(torch.tensor([3.0, 1.0]).sort()), (torch.tensor([1.0, 3.0]), torch.tensor([1, 0]))
    )
    assert same(crossed(Level.HIGH), 3)
    assert same(crossed(Lie(0.5)), 0.5)
    assert same(crossed(np.str_("0101")), "0101")


class Sub(torch.Tensor):
    """A tensor that could say anything about itself."""


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        {1: 2},
        object(),
        range(3),
        torch.zeros(2).as_subclass(Sub),
        torch.zeros(2).to_sparse(),
        torch.zeros(2, device="meta"),
        np.array(["a"]),
        np.ma.masked_array([1], [True]),
        np.longdouble(1),
        2**5000,
        1j,
    ],
    ids=lambda value: type(value).__name__,
)
def test_other_kinds_are_refused_as_arguments_and_described_as_results(value):
    with pytest.raises(Refused):
        crossed([value])
    (came,) = crossed([value], describe)
    assert isinstance(came, Foreign)
    assert type(came).__name__ == type(value).__name__
    assert not callable(came)


def test_a_description_is_short_and_harmless():
    class Long:
        def __repr__(self):
            return "\x1b[31m" + "x" * 100_000

    class Broken:
        def __repr__(self):
            raise KeyError

    assert len(repr(crossed(Long(), describe))) == 2_000
    assert "\x1b" not in repr(crossed(Long(), describe))
    assert "whose repr raises" in repr(crossed(Broken(), describe))
    came = decode({"o": ["a b(); c" * 100, ""]}, b"")
    assert type(came).__name__.isidentifier()
    assert len(type(came).__name__) == 60


def test_nesting_without_end():
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(Refused):
        crossed(endless)
    deep: Any = 1
    for _ in range(MAX_DEPTH):
        deep = [deep]
    assert crossed(deep) == deep
    assert isinstance(crossed([deep], describe), list)


@pytest.mark.parametrize(
    ("node", "data"),
    [
        ({}, b""),
        ({"f": "1.0", "i": "0x1"}, b""),
        ({"f": 1}, b""),
        ({"f": "x"}, b""),
        ({"f": "0x1p99999999999999999999"}, b""),
        ({"f": "1" * 100}, b""),
        ({"i": "zz"}, b""),
        ({"i": "f" * 2_000}, b""),
        (2**60, b""),
        (1.5, b""),
        ({"u": {}}, b""),
        ({"d": [["a"]]}, b""),
        ({"d": [[1, 2]]}, b""),
        ({"d": {"a": 1}}, b""),
        ({"b": 3}, b"ab"),
        ({"b": -1}, b"ab"),
        ({"b": 2**70}, b"ab"),
        ({"b": "2"}, b"ab"),
        ({"b": 1}, b"ab"),
        (None, b"a"),
        ({"t": ["float32", [2]]}, b"1234567"),
        ({"t": ["float32", [2]]}, b"123456789"),
        ({"t": ["float32", [-1]]}, b"1234"),
        ({"t": ["float32", [-1, -1]]}, b"1234"),
        ({"t": ["float32", [True]]}, b"1234"),
        ({"t": ["float32", [1.0]]}, b"1234"),
        ({"t": ["float32", ["1"]]}, b"1234"),
        ({"t": ["float32", [1], 0]}, b"1234"),
        ({"t": ["float32", [2**62, 4]]}, b"1234"),
        ({"t": ["uint8", [2**31, 0, 2**31]]}, b""),
        ({"t": ["uint8", [1] * 17]}, b"1"),
        ({"t": ["qint8", [1]]}, b"1"),
        ({"t": ["__class__", [1]]}, b"1"),
        ({"t": [None, [1]]}, b"1"),
        ({"a": ["object", [1]]}, b"12345678"),
        ({"a": ["float64", [2**40]]}, b"12345678"),
        ({"s": ["object", "00" * 8]}, b""),
        ({"s": ["float64", "00"]}, b""),
        ({"s": ["float64", "zz"]}, b""),
        ({"s": ["float64", 1]}, b""),
        ({"o": ["a"]}, b""),
        ({"o": [1, 2]}, b""),
        ([{"o": [f"kind{i}", ""]} for i in range(21)], b""),
        ({"pickle": "gASVFAAAAAAAAA=="}, b""),
    ],
    ids=repr,
)
def test_malformed_nodes(node, data):
    with pytest.raises(Malformed):
        decode(node, data)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from("iufbdtaso") | st.text(max_size=2), inner, max_size=2)
    ),
)


@given(json_values, st.binary(max_size=40))
@settings(deadline=None, max_examples=500)
def test_any_node_is_read_or_malformed(node, data):
    with contextlib.suppress(Malformed):
        decode(node, data)


def test_nodes_that_are_nested_too_deeply():
    node: Any = None
    for _ in range(500):
        node = [node]
    with pytest.raises(Malformed):
        decode(node, b"")


def test_a_bool_is_0_or_1_whatever_its_byte():
    tensor = decode({"t": ["bool", [3]]}, b"\x00\x01\xff")
    array = decode({"a": ["bool", [3]]}, b"\x00\x01\xff")
    assert tensor.view(torch.uint8).tolist() == [0, 1, 1]
    assert array.view(np.uint8).tolist() == [0, 1, 1]
    assert decode({"s": ["bool", "02"]}, b"").tobytes() == b"\x01"


def test_text_is_made_readable():
    assert readable("a\tb\nc\x00\x1b\ud800\u202e−") == "a\tb\nc????−"
