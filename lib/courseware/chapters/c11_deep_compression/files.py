"""Files of a network: five forms, each with any coder, as real bytes that are read back.

float32, float16    every weight as a number
sparse float16      gaps and values of the weights that are not 0
table               a table of the values that a layer has, and for each weight its place in it
sparse table        a table, gaps, and for each kept weight its place in the table

A file tells all that its reader needs (shapes, tables, lengths), but for the reader's own code. Its
accuracy is that of what is read back: float16 rounds, and so do the biases of the last two forms,
which take a byte each.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping
from io import BytesIO

import numpy as np
import torch

from courseware.chapters.c11_deep_compression.streams import (
    BITS,
    CODERS,
    read_stream,
    write_stream,
)
from model_compression.entropy_coding import entropy_bits
from model_compression.integer_scaling import absmax_scale, quantize
from model_compression.relative_indexing import relative_index_decode, relative_index_encode

T = torch.Tensor
State = Mapping[str, T]
Parts = list[tuple[str, bytes]]
"""Pieces of a file in their order, each with what it is for."""

FLOAT32, FLOAT16, SPARSE16 = "float32", "float16", "sparse float16"
TABLE, SPARSE_TABLE = "table", "sparse table"
FORMS = (FLOAT32, FLOAT16, SPARSE16, TABLE, SPARSE_TABLE)
SPARSE, TABLES_IN = (SPARSE16, SPARSE_TABLE), (TABLE, SPARSE_TABLE)

VALUES, PLACES, TABLES, BIASES, REST = "values", "places", "tables", "biases", "the rest"
"""What the bytes of a file are for."""

GAP_LIMITS = tuple(2**bits for bits in range(2, 9))
"""Of which each layer takes the one that should make its part of the file shortest."""

MOST_VALUES = 256


def write_network(state: State, form: str, coder: str = BITS) -> bytes:
    """The file of a network Linear, ReLU, …, Linear.

    Raises: ValueError for an unknown form or coder, or more than 256 values in a layer's table.

    >>> state = {"0.weight": torch.tensor([[0.0, 0.5], [-0.5, 0.0]]), "0.bias": torch.zeros(2)}
    >>> len(write_network(state, FLOAT32)), len(write_network(state, SPARSE_TABLE))
    (39, 38)
    """
    return joined(parts_of(state, form, coder))


def parts_of(state: State, form: str, coder: str = BITS) -> Parts:
    """The pieces of the file that `write_network` puts together."""
    if form not in FORMS or coder not in CODERS:
        raise ValueError(
            f"form, coder: expected one of {', '.join(FORMS)} and one of {', '.join(CODERS)}, "
            f"got {form!r} and {coder!r}"
        )
    weights = [name for name in state if name.endswith("weight")]
    parts: Parts = [(REST, bytes([FORMS.index(form), CODERS.index(coder), len(weights)]))]
    for name in weights:
        weight, bias = state[name].detach(), state[name.replace("weight", "bias")].detach()
        parts.append((REST, struct.pack("<HH", *weight.shape)))
        if form in SPARSE:
            parts += _sparse_parts(weight, form, coder)
        else:
            parts += _value_parts(weight.flatten(), form, coder)
        parts += _bias_parts(bias, form)
    return parts


def joined(parts: Parts) -> bytes:
    """The file of its pieces."""
    return b"".join(part for _, part in parts)


def sizes_of(parts: Parts) -> dict[str, int]:
    """Bytes by what they are for; their sum is the length of the file.

    >>> state = {"0.weight": torch.tensor([[0.0, 0.5], [-0.5, 0.0]]), "0.bias": torch.zeros(2)}
    >>> sizes_of(parts_of(state, FLOAT32))
    {'values': 16, 'places': 0, 'tables': 0, 'biases': 8, 'the rest': 15}
    """
    sizes = dict.fromkeys((VALUES, PLACES, TABLES, BIASES, REST), 0)
    for what, part in parts:
        sizes[what] += len(part)
    return sizes


def read_network(data: bytes) -> dict[str, T]:
    """The network of a file, in float32.

    >>> state = {"0.weight": torch.tensor([[0.0, 0.5], [-0.5, 0.0]]), "0.bias": torch.zeros(2)}
    >>> read_network(write_network(state, SPARSE_TABLE, "range coder"))["0.weight"]
    tensor([[ 0.0000,  0.5000],
            [-0.5000,  0.0000]])
    """
    file = BytesIO(data)
    numbers = file.read(3)
    form, coder = FORMS[numbers[0]], CODERS[numbers[1]]
    state = {}
    for i in range(numbers[2]):
        shape = struct.unpack("<HH", file.read(4))
        if form in SPARSE:
            gaps = _read(file, file.read(1)[0] + 1, coder) + 1
            weight = relative_index_decode(gaps, _read_values(file, form, coder), shape)
        else:
            weight = _read_values(file, form, coder)
        state[f"{2 * i}.weight"] = weight.reshape(shape)
        state[f"{2 * i}.bias"] = _read_bias(file, shape[0], form)
    return state


def _sparse_parts(weight: T, form: str, coder: str) -> Parts:
    limit = min(GAP_LIMITS, key=lambda limit: _expected_bits(weight, limit, form, coder))
    gaps, kept = relative_index_encode(weight, limit)
    places = _stream_parts(PLACES, gaps - 1, limit, coder)
    return [(REST, bytes([limit - 1])), *places, *_value_parts(kept, form, coder)]


def _expected_bits(weight: T, limit: int, form: str, coder: str) -> float:
    """What gaps and values will take, about: whole bits each, or their entropy and its table."""
    gaps, kept = relative_index_encode(weight, limit)
    if not len(gaps):
        return 0.0
    codes = torch.unique(kept, return_inverse=True)[1]
    of_value = 16.0 if form == SPARSE16 else float(int(codes.max()).bit_length())
    if coder == BITS:
        return len(gaps) * (math.log2(limit) + of_value)
    if form == SPARSE_TABLE:
        of_value = entropy_bits(codes)
    return len(gaps) * (entropy_bits(gaps) + of_value) + 8 * limit


def _value_parts(values: T, form: str, coder: str) -> Parts:
    """Values as floats, whose bytes are numbers of 256 kinds; or by a table."""
    if form not in TABLES_IN:
        numbers = torch.from_numpy(values.numpy().astype(_FLOATS[form]).view(np.uint8))
        return _stream_parts(VALUES, numbers, MOST_VALUES, coder)
    table, codes = torch.unique(values, return_inverse=True)
    if len(table) > MOST_VALUES:
        raise ValueError(f"state: expected at most 256 values in a layer, got {len(table)}")
    stored = struct.pack("<H", len(table)) + table.numpy().astype("<f2").tobytes()
    return [(TABLES, stored), *_stream_parts(VALUES, codes, max(len(table), 1), coder)]


def _read_values(file: BytesIO, form: str, coder: str) -> T:
    if form not in TABLES_IN:
        numbers = _read(file, MOST_VALUES, coder).numpy().astype(np.uint8)
        return torch.from_numpy(numbers.view(_FLOATS[form]).astype(np.float32))
    (length,) = struct.unpack("<H", file.read(2))
    table = np.frombuffer(file.read(2 * length), "<f2").astype(np.float32)
    return torch.from_numpy(table)[_read(file, max(length, 1), coder)]


def _bias_parts(bias: T, form: str) -> Parts:
    if form not in TABLES_IN:
        return [(BIASES, bias.numpy().astype(_FLOATS[form]).tobytes())]
    scale = absmax_scale(bias, 8)
    return [(BIASES, struct.pack("<f", scale) + quantize(bias, scale, 8).numpy().tobytes())]


def _read_bias(file: BytesIO, n: int, form: str) -> T:
    if form not in TABLES_IN:
        data = file.read(n * np.dtype(_FLOATS[form]).itemsize)
        return torch.from_numpy(np.frombuffer(data, _FLOATS[form]).astype(np.float32))
    (scale,) = struct.unpack("<f", file.read(4))
    return torch.from_numpy(np.frombuffer(file.read(n), np.int8).astype(np.float32)) * scale


_FLOATS = {FLOAT32: "<f4", FLOAT16: "<f2", SPARSE16: "<f2"}


def _stream_parts(what: str, numbers: T, n_kinds: int, coder: str) -> Parts:
    """The numbers; in front of them the length in bytes, and how many there are."""
    data = write_stream(numbers, n_kinds, coder)
    return [(REST, struct.pack("<II", len(data), numbers.numel())), (what, data)]


def _read(file: BytesIO, n_kinds: int, coder: str) -> T:
    length, n = struct.unpack("<II", file.read(8))
    return read_stream(file.read(length), n, n_kinds, coder)
