"""The process that judges has a limit of its own, within which it goes on."""

from __future__ import annotations

import resource

import pytest

from courseware.grading.memory import limited_memory


def test_what_takes_too_much_fails_and_the_process_goes_on() -> None:
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with limited_memory(64 << 20):
        assert len(bytearray(16 << 20)) == 16 << 20
        with pytest.raises(MemoryError):
            bytearray(256 << 20)
        with limited_memory(1 << 40), pytest.raises(MemoryError):
            bytearray(256 << 20)
    assert resource.getrlimit(resource.RLIMIT_DATA) == before
    assert len(bytearray(256 << 20)) == 256 << 20
