"""Messages over a socket whose other end may write anything at any time."""

from __future__ import annotations

import contextlib
import json
import resource
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from courseware.grading.split.encoding import Malformed, decode
from courseware.grading.split.protocol import LENGTHS, Channel, Closed, Late, Size, TooLarge, parse
from courseware.grading.split.replies import (
    read_cell_result,
    read_facts,
    read_outcome,
    rebuild_error,
)

SIZE = Size(text=1000, data=1000)
ALREADY = 1e-9
"""A moment that has long passed."""


@pytest.fixture
def ends() -> Iterator[tuple[Channel, socket.socket]]:
    """A channel, and the bare socket at its other end."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Channel(ours, SIZE, SIZE), theirs


def frame(text: bytes, data: bytes = b"") -> bytes:
    """A message as it goes over the wire."""
    return LENGTHS.pack(len(text), len(data)) + text + data


def soon() -> float:
    """A moment by which nothing comes."""
    return time.monotonic() + 0.2


def in_time() -> float:
    """A moment by which something has come on every machine."""
    return time.monotonic() + 200


def test_messages_arrive_whole_and_one_by_one(ends):
    channel, theirs = ends
    other = Channel(theirs, SIZE, SIZE)
    other.send({"a": 1}, b"xyz")
    other.send({"b": "−"})
    assert channel.receive(in_time()) == ({"a": 1}, b"xyz")
    assert not channel.is_quiet()
    assert channel.receive(in_time()) == ({"b": "−"}, b"")
    assert channel.is_quiet()


def test_a_message_in_drops(ends):
    channel, theirs = ends

    def drip():
        for byte in frame(b'{"a":[1]}', b"12"):
            theirs.send(bytes([byte]))
            time.sleep(0.001)

    thread = threading.Thread(target=drip)
    thread.start()
    assert channel.receive(in_time()) == ({"a": [1]}, b"12")
    thread.join()


@pytest.mark.parametrize("sent", [b"", b"\0", frame(b'{"a":1}', b"123")[:-1]])
def test_half_a_message(ends, sent):
    channel, theirs = ends
    theirs.sendall(sent)
    with pytest.raises(Late):
        channel.receive(soon())
    theirs.close()
    with pytest.raises(Closed):
        channel.receive(in_time())


def test_drops_do_not_stretch_the_limit(ends):
    channel, theirs = ends
    stop = threading.Event()

    def drip():
        while not stop.wait(0.01):
            theirs.send(b"\0")

    thread = threading.Thread(target=drip)
    thread.start()
    theirs.sendall(LENGTHS.pack(900, 0))  # all of it would take nine seconds, and be no message
    with pytest.raises(Late):
        channel.receive(time.monotonic() + 0.3)
    stop.set()
    thread.join()


@pytest.mark.parametrize("lengths", [(1001, 0), (2, 1001), (2**32 - 1, 2**32 - 1)])
def test_announced_lengths_take_no_memory(ends, lengths):
    channel, theirs = ends
    theirs.sendall(LENGTHS.pack(*lengths) + b"{}")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(Malformed):
        channel.receive(soon())
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000


def test_a_listener_that_does_not_listen(ends):
    _, theirs = ends
    channel = Channel(theirs, Size(text=1000, data=100 << 20), SIZE)
    with pytest.raises(Late):
        channel.send({}, bytes(50 << 20), soon())


def test_the_other_end_is_gone(ends):
    channel, theirs = ends
    theirs.close()
    assert not channel.is_quiet()
    with pytest.raises(Closed):
        channel.send({"a": 1}, by=soon())
    with pytest.raises(Closed):
        channel.receive(soon())


def test_a_moment_that_has_passed(ends):
    channel, theirs = ends
    theirs.sendall(frame(b"{}"))
    with pytest.raises(Late):
        channel.receive(ALREADY)
    with pytest.raises(Late):
        channel.send({}, by=ALREADY)


def test_own_messages_have_a_limit_too(ends):
    channel, _ = ends
    with pytest.raises(TooLarge):
        channel.send({"a": "x" * 1000})
    with pytest.raises(TooLarge):
        channel.send({}, bytes(1001))


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"1",
        b"{",
        b'{"a": NaN}',
        b'{"a": 1.5}',
        b'{"a": Infinity}',
        b'{"a": 1e400}',
        b"\xff",
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": ' + b"[" * 100_000,
        b'{"a": ' + b'{"a":' * 100_000,
    ],
    ids=lambda text: text[:12],
)
def test_what_is_no_message(text):
    with pytest.raises(Malformed):
        parse(text)


@given(st.binary(max_size=200))
@example(frame(b'{"id":"x"}'))
@example(frame(b"{}", b"\0" * 900))
@settings(deadline=None, max_examples=200)
def test_random_bytes_raise_nothing_else(noise):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(noise)
        theirs.close()
        channel = Channel(ours, SIZE, SIZE)
        with contextlib.suppress(Malformed, Closed):
            while True:
                message, data = channel.receive(soon())
                assert isinstance(message, dict) and isinstance(data, bytearray)


pieces = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
)
KEYS = [
    "value",
    "printed",
    "error",
    "changed",
    "functions",
    "values",
    "uses",
    "aliases",
    "kind",
    "at",
]
answers = st.dictionaries(st.sampled_from([*KEYS, "base", "text"]), pieces) | st.fixed_dictionaries(
    {
        "value": pieces,
        "values": pieces,
        "printed": st.text(),
        "error": pieces
        | st.fixed_dictionaries(
            {"kind": st.text(), "base": st.text(), "text": st.text(), "at": st.text()}
        ),
        "changed": st.lists(pieces, max_size=3),
        "functions": st.lists(st.sampled_from(["f", "g"]) | pieces, max_size=3),
        "uses": st.dictionaries(st.text(), pieces),
        "aliases": st.dictionaries(st.text(), pieces),
    }
)


@given(answers, st.binary(max_size=20))
@settings(deadline=None, max_examples=100)
def test_any_answer_is_read_or_malformed(answer, data):
    """Whatever is read is plain: nothing of it can run code when it is looked at."""
    with contextlib.suppress(Malformed):
        outcome = read_outcome(answer, bytearray(data), 2)
        assert set(outcome.changed) <= {0, 1}
        assert outcome.error is None or str(outcome.error) is not None
    with contextlib.suppress(Malformed):
        result = read_cell_result(answer, bytearray(data), ("f",))
        assert set(result.names) <= {"f"}
    with contextlib.suppress(Malformed):
        read_facts(answer, bytearray(data)).used("f")


@given(st.text(), st.text(), st.text())
@settings(deadline=None)
def test_any_error_can_be_rebuilt(kind, base, text):
    assert isinstance(rebuild_error(kind, base, text), Exception)


@pytest.mark.parametrize(
    "kind",
    [
        *("ValueError", "KeyError", "UnicodeDecodeError", "StopIteration", "OSError", "Warning"),
        *("SystemExit", "KeyboardInterrupt", "GeneratorExit", "SyntaxError"),
        *("ExceptionGroup", "BaseExceptionGroup", "print", "__import__"),
    ],
)
def test_errors_keep_their_name_and_their_builtin_base(kind):
    error = rebuild_error(kind, kind, "text")
    assert type(error).__name__ == kind
    assert isinstance(error, Exception)
    assert "text" in str(error)
    assert isinstance(rebuild_error("Own", "ValueError", "no"), ValueError)


def test_a_real_answer_is_read():
    answer = {"value": {"f": "0x1p+0"}, "printed": "a\x1b", "error": None, "changed": [1, 7, True]}
    outcome = read_outcome(json.loads(json.dumps(answer)), bytearray(), 2)
    assert (outcome.value, outcome.printed, outcome.changed) == (1.0, "a?", (1,))
    assert decode({"u": []}, b"") == ()
