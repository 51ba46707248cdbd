"""Values as JSON and raw bytes, exactly: how arguments reach a worker and results come back.

A value becomes a JSON node. None, bool, str and small int stand for themselves, a JSON array is a
list, and every other kind is an object with one key:

    {"i": hex}  large int    {"f": hex}  float    {"u": [node, …]}  tuple
    {"b": length}  bytes     {"d": [[key, node], …]}  dict, in order
    {"t": [dtype, shape]}  tensor    {"a": [dtype, shape]}  NumPy array
    {"p": [order, [dtype, shape]]}  tensor whose axes lie in another order in memory, and the tensor
        that lies there: a transposed one is refused by `view` here as in a student's notebook
    {"s": [dtype, hex]}  NumPy scalar
    {"o": [type name, text]}  a value of another kind: only its description crosses

The bytes of tensors, arrays and `bytes` follow one another in a second part, in the order of their
nodes. Everything about them is checked before it is used: whoever wrote a message may be hostile.

Not safetensors: its reader would be one more parser of hostile bytes, in another language, and all
it checks must be checked here anyway; it knows no order, no complex128 and not every float8.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import torch

Node = Any
"""What `json` makes of a message: None, bool, int, str, lists and dicts of them."""

MAX_DEPTH = 12
MAX_DIMS = 16
MAX_ELEMENTS = 2**31
MAX_INT_BITS = 4096
MAX_KINDS = 20
MAX_WORD = 60
MAX_TEXT = 2_000
SMALL_OBJECT = 100
"""Bytes that a number, or what holds others, takes in memory: a little more than most do."""
EXACT_INT = 2**53
"""Above this, JSON readers in the world at large lose digits."""

TORCH_DTYPES: dict[str, torch.dtype] = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.bool, torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64),
        *(torch.uint16, torch.uint32, torch.uint64),
        *(torch.float16, torch.bfloat16, torch.float32, torch.float64),
        *(torch.complex32, torch.complex64, torch.complex128),
        *(torch.float8_e4m3fn, torch.float8_e5m2, torch.float8_e4m3fnuz),
        *(torch.float8_e5m2fnuz, torch.float8_e8m0fnu),
    )
}
NAMES = {dtype: name for name, dtype in TORCH_DTYPES.items()}
NUMPY_DTYPES: dict[str, np.dtype[Any]] = {
    np.dtype(kind).name: np.dtype(kind)
    for kind in (
        *(np.bool_, np.uint8, np.int8, np.int16, np.int32, np.int64),
        *(np.uint16, np.uint32, np.uint64),
        *(np.float16, np.float32, np.float64, np.complex64, np.complex128),
    )
}


class Refused(ValueError):
    """A value that cannot cross; says why."""


class Malformed(ValueError):
    """A message that no honest sender writes."""


class Foreign:
    """Stands for a value of a kind that does not cross: it has that type's name and its repr."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __repr__(self) -> str:
        return self._text


def refuse(value: Any) -> Node:
    """For arguments: a value of another kind is a mistake in a test."""
    raise Refused(f"a {type(value).__name__} cannot be passed to a solution in another process")


def describe(value: Any) -> Node:
    """For results: of a value of another kind, its type and its repr."""
    try:
        text = repr(value)
    except Exception as error:
        text = f"<{type(value).__name__}, whose repr raises {type(error).__name__}>"
    return {"o": [type(value).__name__[:MAX_WORD], text[:MAX_TEXT]]}


def encode(value: Any, data: bytearray, other: Callable[[Any], Node], depth: int = 0) -> Node:
    """The node of a value; bytes are added to `data`. `other` is asked about unknown kinds.

    Subclasses lose what they add: an OrderedDict arrives as a dict, a named tuple as a tuple, an
    nn.Parameter as a tensor. Other tensor subclasses are unknown kinds.

    >>> encode((1, -0.0, {"a": [True, None]}), bytearray(), refuse)
    {'u': [1, {'f': '-0x0.0p+0'}, {'d': [['a', [True, None]]]}]}
    """
    if depth > MAX_DEPTH:
        return other(value)
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.generic | np.ndarray | torch.Tensor | bytes):
        return _encode_binary(value, data, other)
    if isinstance(value, int):
        return int(value) if abs(value) <= EXACT_INT else _encode_large(int(value), other)
    if isinstance(value, float):
        return {"f": float.hex(value)}
    if isinstance(value, list | tuple):
        nodes = [encode(item, data, other, depth + 1) for item in value]
        return nodes if isinstance(value, list) else {"u": nodes}
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        items = value.items()
        return {"d": [[key, encode(item, data, other, depth + 1)] for key, item in items]}
    return other(value)


def _encode_large(value: int, other: Callable[[Any], Node]) -> Node:
    return {"i": hex(value)} if value.bit_length() <= MAX_INT_BITS else other(value)


def _encode_binary(value: Any, data: bytearray, other: Callable[[Any], Node]) -> Node:
    if type(value) is bytes:
        data += value
        return {"b": len(value)}
    if isinstance(value, torch.Tensor):
        return _encode_tensor(value, data, other)
    if isinstance(value, bytes):  # of a class of its own
        return other(value)
    native = value.dtype.newbyteorder("=")
    if isinstance(value, np.generic) and native.name in NUMPY_DTYPES:
        return {"s": [native.name, value.tobytes().hex()]}
    if type(value) is np.ndarray and native.name in NUMPY_DTYPES:
        data += value.astype(native).tobytes()
        return {"a": [native.name, list(value.shape)]}
    return other(value)


def _encode_tensor(value: torch.Tensor, data: bytearray, other: Callable[[Any], Node]) -> Node:
    plain = type(value) in (torch.Tensor, torch.nn.Parameter)
    plain = plain and value.layout == torch.strided and value.device.type == "cpu"
    if not plain or value.dtype not in NAMES:
        return other(value)
    value = value.detach().resolve_conj().resolve_neg()
    order = _order_in_memory(value)
    value = value.permute(order)
    data += value.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes()
    content = [NAMES[value.dtype], list(value.shape)]
    return {"t": content} if order == sorted(order) else {"p": [order, content]}


def _order_in_memory(value: torch.Tensor) -> list[int]:
    """The axes from the outermost to the innermost, where the values lie side by side in one order.

    A part of a larger tensor has gaps: a copy of it, in practice as well, lies in the usual order.

    >>> _order_in_memory(torch.zeros(2, 3).T), _order_in_memory(torch.zeros(2, 3)[:, :2].T)
    ([1, 0], [0, 1])
    """
    usual, strides = list(range(value.dim())), list(value.stride())
    order = sorted(usual, key=strides.__getitem__, reverse=True)
    return order if value.permute(order).is_contiguous() and not value.is_contiguous() else usual


def decode(node: Node, data: bytes | bytearray) -> Any:
    """The value of a node; `Malformed` unless node and data fit each other to the last byte.

    >>> decode({"u": [1, {"f": "-0x0.0p+0"}]}, b"")
    (1, -0.0)
    """
    reader = _Reader(data)
    value = reader.value(node, 0)
    if reader.at != len(data):
        raise Malformed("bytes are left over")
    return value


def memory_of(node: Node, data: bytes | bytearray) -> int:
    """About how many bytes the value of a node takes in memory, whatever it may be.

    >>> memory_of([1, 2, 3], b""), memory_of({"b": 4000}, bytes(4000))
    (400, 4200)
    """
    total, waiting = len(data), [node]
    while waiting:
        node = waiting.pop()
        total += SMALL_OBJECT + (len(node) if type(node) is str else 0)
        waiting += node if type(node) is list else [*node.values()] if type(node) is dict else []
    return total


class _Reader:
    """Reads nodes of hostile origin; takes their bytes from the front of the data."""

    def __init__(self, data: bytes | bytearray) -> None:
        self._data = data
        self._kinds: dict[str, type[Foreign]] = {}
        self.at = 0

    def value(self, node: Node, depth: int) -> Any:
        if depth > MAX_DEPTH + 1:
            raise Malformed("nested too deeply")
        if node is None or type(node) in (bool, str):
            return node
        if type(node) is int and abs(node) <= EXACT_INT:
            return node
        if type(node) is list:
            return [self.value(item, depth + 1) for item in node]
        if type(node) is not dict or len(node) != 1:
            raise Malformed("not a node")
        ((kind, content),) = node.items()
        if kind == "u" and type(content) is list:
            return tuple(self.value(item, depth + 1) for item in content)
        if kind == "d" and type(content) is list:
            pairs = [_pair(item, str, object) for item in content]
            return {key: self.value(item, depth + 1) for key, item in pairs}
        return self._leaf(kind, content)

    def _leaf(self, kind: str, content: Node) -> Any:
        match kind, content:
            case "f", str() if len(content) <= MAX_WORD:
                return _checked(float.fromhex, content)
            case "i", str() if len(content) <= MAX_INT_BITS // 4 + 3:
                return _checked(lambda text: int(text, 16), content)
            case "b", int():
                return bytes(self._take(content))
            case "t", list():
                return self._tensor(*_pair(content, str, list))
            case "p", list():
                return self._permuted(*_pair(content, list, list))
            case "a", list():
                return self._array(*_pair(content, str, list))
            case "s", list():
                return _scalar(*_pair(content, str, str))
            case "o", list():
                return self._foreign(*_pair(content, str, str))
        raise Malformed(f"a node of kind {kind[:MAX_WORD]!r}")

    def _foreign(self, name: str, text: str) -> Foreign:
        if name not in self._kinds:
            if len(self._kinds) == MAX_KINDS:
                raise Malformed("too many kinds of foreign values")
            self._kinds[name] = type(word(name), (Foreign,), {})
        return self._kinds[name](readable(text)[:MAX_TEXT])

    def _take(self, length: int) -> bytearray:
        if not 0 <= length <= len(self._data) - self.at:
            raise Malformed("fewer bytes than announced")
        self.at += length
        return bytearray(self._data[self.at - length : self.at])

    def _tensor(self, name: str, shape: list[Any]) -> torch.Tensor:
        dtype = TORCH_DTYPES.get(name)
        if dtype is None:
            raise Malformed("unknown dtype")
        raw = self._take(_elements(shape) * dtype.itemsize)
        if not raw:
            return torch.empty(shape, dtype=dtype)
        if dtype is torch.bool:
            # A byte of 2 would be True for one kernel and not for another.
            return torch.frombuffer(raw, dtype=torch.uint8).ne(0).reshape(shape)
        return torch.frombuffer(raw, dtype=dtype).reshape(shape)

    def _permuted(self, order: list[Any], content: list[Any]) -> torch.Tensor:
        lying = self._tensor(*_pair(content, str, list))
        if [type(axis) for axis in order] != [int] * lying.dim():
            raise Malformed("not an order of axes")
        if sorted(order) != list(range(lying.dim())):
            raise Malformed("not an order of axes")
        return lying.permute([order.index(axis) for axis in range(lying.dim())])

    def _array(self, name: str, shape: list[Any]) -> np.ndarray[Any, Any]:
        dtype = NUMPY_DTYPES.get(name)
        if dtype is None:
            raise Malformed("unknown dtype")
        return _from_raw(self._take(_elements(shape) * dtype.itemsize), dtype).reshape(shape)


def word(name: str) -> str:
    """A name that somebody chose, as a short identifier.

    >>> word("a b\\n"), word("")
    ('a_b_', '_')
    """
    return re.sub(r"\W|^(?=\d)|^$", "_", name[:MAX_WORD])


UNREADABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029"  # control codes, other line ends
    r"\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"  # what turns or hides text
)


def readable(text: str) -> str:
    """Text without what a file or a terminal would choke on.

    >>> readable("a\\x1b[31m\\ud800b")
    'a?[31m?b'
    """
    return UNREADABLE.sub("?", text)


def _scalar(name: str, raw: str) -> np.generic:
    dtype = NUMPY_DTYPES.get(name)
    content = bytearray(_checked(bytes.fromhex, raw[:MAX_WORD]))
    if dtype is None or len(content) != dtype.itemsize:
        raise Malformed("not a NumPy scalar")
    value: np.generic = _from_raw(content, dtype)[0]
    return value


def _from_raw(raw: bytearray, dtype: np.dtype[Any]) -> np.ndarray[Any, Any]:
    if dtype == np.dtype(bool):
        return np.frombuffer(raw, np.uint8) != 0
    return np.frombuffer(raw, dtype)


def _elements(shape: list[Any]) -> int:
    """How many elements a shape has; also of an empty tensor no dimension may be absurd."""
    if len(shape) > MAX_DIMS or not all(type(size) is int and size >= 0 for size in shape):
        raise Malformed("not a shape")
    if math.prod(max(size, 1) for size in shape) > MAX_ELEMENTS:
        raise Malformed("too large a shape")
    return math.prod(shape)


def _pair(content: Node, first: type, second: type) -> list[Any]:
    if type(content) is not list or len(content) != 2:
        raise Malformed("not a pair")
    if type(content[0]) is not first or not isinstance(content[1], second):
        raise Malformed("not the pair that was expected")
    return content


def _checked(read: Callable[[str], Any], text: str) -> Any:
    try:
        return read(text)
    except (ValueError, OverflowError):
        raise Malformed("not a number") from None
