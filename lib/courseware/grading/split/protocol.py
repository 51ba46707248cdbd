"""Messages between the trusted process and a worker, over a socket.

A message is 8 bytes that give the lengths of its two parts, then the parts: JSON text and raw
bytes. Both lengths are limited, and no memory is set aside for bytes that have not arrived.
"""

from __future__ import annotations

import json
import select
import socket
import struct
import time
from dataclasses import dataclass
from typing import Any

from courseware.grading.split.encoding import Malformed

LENGTHS = struct.Struct(">II")
CHUNK = 1 << 16

_write = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


class Closed(Exception):
    """The other side is gone."""


class Late(Exception):
    """The other side did not answer, or did not listen, in time."""


@dataclass(frozen=True)
class Size:
    """The largest message of a kind: bytes of JSON text and of raw data.

    Text is the dearer one: `[[],[],…` takes thirty times as much memory once it is read.
    """

    text: int
    data: int


class TooLarge(ValueError):
    """A message of one's own that is over the limit."""


class Channel:
    """One end of a connection. Nothing that the other side writes makes it raise but
    `Malformed`, `Closed` and `Late`."""

    def __init__(self, connection: socket.socket, sends: Size, reads: Size) -> None:
        self._socket = connection
        self._sends = sends
        self._reads = reads
        self._buffer = bytearray()

    def send(self, message: dict[str, Any], data: bytes | bytearray = b"", by: float = 0) -> None:
        """Send a message before the moment `by` of `time.monotonic`; 0 stands for no limit."""
        text = _write(message).encode()
        most = self._sends
        if len(text) > most.text or len(data) > most.data:
            raise TooLarge(f"more than {most.text} bytes of text or {most.data} of data")
        try:
            self._wait(by)
            self._socket.sendall(b"".join((LENGTHS.pack(len(text), len(data)), text, data)))
        except TimeoutError:
            raise Late from None
        except ConnectionError:
            raise Closed from None

    def receive(self, by: float = 0) -> tuple[dict[str, Any], bytearray]:
        """The next message, if it is complete before the moment `by`."""
        text_length, data_length = LENGTHS.unpack(self._read(LENGTHS.size, by))
        if text_length > self._reads.text or data_length > self._reads.data:
            raise Malformed("too long a message")
        return parse(self._read(text_length, by)), self._read(data_length, by)

    def is_quiet(self) -> bool:
        """Whether nothing has come that nobody asked for. The end of the connection counts."""
        return not self.has_something(0)

    def has_something(self, seconds: float) -> bool:
        """Whether something can be read, or the other end is closed; waits so long for it."""
        if self._buffer:
            return True
        waiting = select.poll()
        waiting.register(self._socket, select.POLLIN)
        return bool(waiting.poll(seconds * 1000))

    def close(self) -> None:
        """Close this end."""
        self._socket.close()

    def _wait(self, by: float) -> None:
        left = by - time.monotonic()
        if by and left <= 0:
            raise TimeoutError
        self._socket.settimeout(left if by else None)

    def _read(self, length: int, by: float) -> bytearray:
        while len(self._buffer) < length:
            try:
                self._wait(by)
                chunk = self._socket.recv(CHUNK)
            except TimeoutError:
                raise Late from None
            except ConnectionError:
                raise Closed from None
            if not chunk:
                raise Closed
            self._buffer += chunk
        read = self._buffer[:length]
        del self._buffer[:length]
        return read


def parse(text: bytes | bytearray) -> dict[str, Any]:
    """The JSON object in a message's text; `Malformed` if it is none.

    Floats are no part of the format: `encoding` writes them in hexadecimal.

    >>> parse(b'{"id": "a"}')
    {'id': 'a'}
    """
    try:
        message = _decoder.decode(text.decode())
    except (ValueError, RecursionError):
        raise Malformed("not JSON") from None
    if type(message) is not dict:
        raise Malformed("not an object")
    return message


def _no_float(text: str) -> None:
    raise ValueError(f"a float in decimal notation: {text[:20]}")


_decoder = json.JSONDecoder(parse_float=_no_float, parse_constant=_no_float)
