"""What comes back from a worker that is in the hands of a student."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Callable
from typing import Any

import nbformat
import numpy as np
import torch
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn

from courseware.grading.split.encoding import (
    MAX_DEPTH,
    NUMPY_DTYPES,
    TORCH_DTYPES,
    Malformed,
    decode,
    describe,
    encode,
    memory_of,
)
from courseware.grading.split.protocol import LENGTHS, Channel, Closed, Late, Size
from courseware.grading.split.replies import Room, read_cell_result, read_facts, read_outcome
from courseware.grading.split.test_cells import cell_outputs
from tests.fuzz.drawn import numbers, texts, values, words
from tests.fuzz.target import GRADED, REFUSED, Target

SIZE = Size(text=256 << 10, data=1 << 20)

shapes = st.lists(
    st.integers(-1, 5) | st.sampled_from([True, 2**31, 2**62, "3", None]), max_size=18
)
hexes = st.floats().map(float.hex) | st.integers(-(2**70), 2**70).map(hex) | words
leaves = (
    st.none()
    | st.booleans()
    | numbers
    | words
    | st.builds(lambda text: {"f": text}, hexes)
    | st.builds(lambda text: {"i": text}, hexes | st.just("0x" + "f" * 1030))
    | st.builds(lambda length: {"b": length}, st.integers(-1, 30) | st.booleans())
    | st.builds(lambda kind, text: {"o": [kind, text]}, words, texts)
    | st.builds(
        lambda kind, dtype, shape: {kind: [dtype, shape]},
        st.sampled_from(["t", "a", "s"]),
        st.sampled_from([*TORCH_DTYPES, *NUMPY_DTYPES]) | words,
        shapes | hexes,
    )
    | values
)
nodes = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(lambda items: {"u": items})
        | st.lists(st.tuples(words, inner), max_size=4).map(lambda items: {"d": items})
        | st.dictionaries(st.sampled_from("uditbasfox"), inner, max_size=2)
    ),
    max_leaves=12,
)
data = st.binary(max_size=100) | st.integers(0, 4000).map(bytes)


@st.composite
def exact(draw: DrawFn) -> tuple[Any, bytes]:
    """The node of a value that can be had, and its bytes."""
    value = draw(st.sampled_from(MADE))()
    raw = bytearray()
    node = encode(value, raw, describe)
    return node, bytes(raw)


MADE: tuple[Callable[[], Any], ...] = (
    *(lambda: torch.full((3, 4), float("nan")), lambda: torch.zeros(0, 3), lambda: torch.tensor(7)),
    *(
        lambda: torch.randn(4, 6, generator=torch.Generator().manual_seed(0)),
        lambda: torch.ones(64),
    ),
    *(lambda: torch.tensor([float("inf"), -0.0, 5e-324], dtype=torch.float64), lambda: "0101"),
    *(lambda: torch.zeros(5, dtype=torch.int8), lambda: torch.ones(8, 8, dtype=torch.bool)),
    *(lambda: torch.zeros(2, dtype=torch.complex64), lambda: torch.zeros(3, dtype=torch.float16)),
    *(
        lambda: torch.zeros(3, dtype=torch.float8_e4m3fn),
        lambda: torch.zeros(2, dtype=torch.uint64),
    ),
    *(
        lambda: np.zeros((2, 2), np.complex128),
        lambda: np.float64("nan"),
        lambda: np.uint64(2**64 - 1),
    ),
    *(lambda: (torch.ones(2), 0), lambda: {"weight": torch.ones(2, 3)}, lambda: [0, -1], lambda: 0),
    *(
        lambda: float("nan"),
        lambda: 10**1000,
        lambda: True,
        lambda: None,
        lambda: {1, 2},
        lambda: b"x",
    ),
    *(
        lambda: [],
        lambda: (),
        lambda: {},
        lambda: -1.5,
        lambda: [[1.0, 2.0], [3.0]],
        lambda: "\ud800",
    ),
)
encoded = exact() | st.tuples(nodes, data)

errors = (
    st.none()
    | values
    | st.fixed_dictionaries(
        {"text": texts, "at": texts},
        optional={
            "kind": words
            | st.sampled_from(["TimeLimit", "KeyError", "OSError", "ExceptionGroup", "a b"]),
            "base": words
            | st.sampled_from(["BaseException", "ValueError", "UnicodeDecodeError", "print"]),
        },
    )
)
mentioned = st.lists(words | st.sampled_from(["square", "torch.exp"]) | values, max_size=4)


@st.composite
def replies(draw: DrawFn) -> tuple[dict[str, Any], bytes]:
    """A message that may pass for any kind of answer, and its bytes."""
    node, raw = draw(encoded)
    found = draw(st.sampled_from(["square", "f"]))
    message = {
        "value": node,
        "values": {"d": [[found, node]]},
        "printed": draw(texts),
        "error": draw(st.none() | errors),
        "changed": draw(st.lists(st.integers(-1, 3) | values, max_size=3)),
        "functions": draw(mentioned),
        "uses": draw(st.dictionaries(words, mentioned | values, max_size=3)),
        "aliases": draw(st.dictionaries(words, words | values, max_size=3)),
    }
    for key in draw(st.sets(st.sampled_from(sorted(message)), max_size=2)):
        if draw(st.booleans()):
            del message[key]
        else:
            message[key] = draw(values)
    return message, raw


def check_node(drawn: tuple[Any, bytes]) -> list[str]:
    """It becomes a value that takes about as much memory as announced, or is malformed."""
    node, raw = drawn
    assert memory_of(node, raw) >= len(raw)
    try:
        value = decode(node, raw)
    except Malformed:
        return [REFUSED]
    repr(value)
    again = bytearray()
    second = encode(value, again, describe)
    assert bytes(again) == raw or _depth(node) > MAX_DEPTH or _has_bool(node), "other bytes"
    repr(decode(second, again))
    return [GRADED]


def _depth(node: Any) -> int:
    inner = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
    return 1 + max(map(_depth, inner), default=0) if not isinstance(node, str) else 0


def _has_bool(node: Any) -> bool:
    """Truth values may be any byte on the way, and doubled keys lose one of them."""
    text = repr(node)
    return "'bool'" in text or "'d':" in text


def check_reply(drawn: tuple[dict[str, Any], bytes]) -> list[str]:
    """Every kind of answer is read or malformed; what is read can be shown and stored."""
    message, raw = drawn
    ends = []
    room = Room(memory=1 << 20, printed=1000)
    for read in (
        lambda: read_outcome(message, bytearray(raw), 2),
        lambda: room.read_outcome(message, bytearray(raw), 2),
        lambda: read_cell_result(message, bytearray(raw), ("square", "f")),
        lambda: read_facts(message, bytearray(raw)),
    ):
        try:
            came = read()
        except Malformed:
            ends.append(REFUSED)
            continue
        repr(came)
        ends.append(GRADED)
    with contextlib.suppress(Malformed):
        outputs = cell_outputs(read_cell_result(message, bytearray(raw), ("square", "f")))
        json.dumps(outputs).encode()
        cell = nbformat.v4.new_code_cell("", outputs=outputs)
        notebook = nbformat.v4.new_notebook(cells=[cell])
        nbformat.validate(notebook)
        nbformat.writes(notebook).encode()
    with contextlib.suppress(Malformed):
        facts = read_facts(message, bytearray(raw))
        for name in (*facts.uses, "square"):
            assert all(type(one) is str for one in facts.used(name) | facts.called(name))
    return [GRADED if GRADED in ends else REFUSED]


@st.composite
def streams(draw: DrawFn) -> bytes:
    """Bytes on the line: frames, whole, cut and spliced."""
    parts = []
    for message, raw in draw(st.lists(replies(), max_size=3)):
        text = draw(
            st.sampled_from([json.dumps(message).encode(), b"{}", b"[" * 50_000, b'{"a":1.5}'])
        )
        lengths = draw(
            st.just((len(text), len(raw)))
            | st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1))
        )
        parts.append(LENGTHS.pack(*lengths) + text + raw)
    stream = b"".join(parts) + draw(st.binary(max_size=20))
    return stream[draw(st.integers(0, 8)) if draw(st.booleans()) else 0 :]


def check_stream(stream: bytes) -> list[str]:
    """Messages come out of it until it is malformed or ends."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        channel = Channel(ours, SIZE, SIZE)
        theirs.setblocking(False)
        theirs.send(stream)
        theirs.close()
        channel.is_quiet()
        try:
            while True:
                message, raw = channel.receive(time.monotonic() + 10)
                assert type(message) is dict and type(raw) is bytearray
        except Malformed:
            return [REFUSED]
        except (Closed, Late):
            return [GRADED]


ANSWERS = (
    Target("values from a worker", encoded, check_node),
    Target("answers from a worker", replies(), check_reply),
    Target("bytes from a worker", streams(), check_stream),
)
