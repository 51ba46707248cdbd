"""The task `compress`, with `decompress`: the fewest bytes from which a network comes back.

The decoder is part of the file. Size = len(blob) + code_bytes, where code_bytes are those of the
canonical source of the cell that defines `decompress` (`courseware.handing_in.canonical`), after
zlib. This source, and not the cell, is run, where nothing else is (`courseware.checks.alone`): so a
name that it does not bring along is missing, and what it brings along counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from courseware.chapters.c11_deep_compression.tasks.common import OFF_LIMITS
from courseware.chapters.c11_deep_compression.tasks.compress_mistakes import (
    MISTAKES,
    OF_THE_DECODER,
)
from courseware.chapters.c11_deep_compression.tasks.networks import Problem, problem
from courseware.chapters.c11_deep_compression.tasks.repairs import REPAIRED, slip_of
from courseware.chapters.c11_deep_compression.tasks.returned_networks import layers_of, n_right
from courseware.checks.alone import call_alone, canonical_cell
from courseware.checks.call import Outcome, TimeLimit, call
from courseware.checks.states import Measured, Seed, Words
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.checks.values import Difference, show
from courseware.handing_in.canonical import compressed_bytes

Arguments = tuple[Any, ...]

SECONDS, DECODER_SECONDS = 20.0, 5.0
"""Of processor time, on one thread."""

LONGEST_OPENED = 1_000_000
"""Bytes of a blob that is opened, be it over its budget: three times what float32 takes."""

LONGEST_CELL = 8_000
"""Bytes of the canonical source of the decoder's cell."""

BARS = {6_000: (12.0, 6.0, 3.0, 2.0), 3_000: (20.0, 10.0, 6.0, 4.5), 2_000: (40.0, 20.0, 12.0, 9.0)}
"""Budget in bytes → points of held-out accuracy that may be lost for a quarter, half, …, all."""

SHARES = {6_000: 1, 3_000: 2, 2_000: 2}
"""Budget → the weight of its check: 20, 40 and 40 % of the task."""

POINTS, QUARTERS = 50, 4
"""Of the task; of a budget, one for each of its bars."""

NOT_WRITTEN = "raise NotImplementedError"


@dataclass(frozen=True, eq=False)
class HandedIn(Measured):
    """What came for one budget: the decoder's bytes, the blob, and what was decoded from it."""

    budget: int
    code_bytes: int
    blob: Any
    decoded: Outcome | None = None
    """None where the blob is none, or far too long."""
    seed: Seed | None = None

    def __repr__(self) -> str:
        if type(self.blob) is not bytes:
            return show(self.blob)
        n = len(self.blob)
        return f"{n + self.code_bytes:,} bytes: {n:,} of the blob, {self.code_bytes:,} of the code"

    @property
    def is_network(self) -> bool:
        """Whether a network came back, within the budget, whose accuracy can be told."""
        if self.decoded is None or len(self.blob) + self.code_bytes > self.budget:
            return False
        return isinstance(layers_of(self.decoded.value), list)

    @property
    def figures(self) -> str:
        """Bytes, and where a network came back its accuracy and what that earns, in a line."""
        if not self.is_network:
            return repr(self)
        given, back = accuracies_of(self)
        return (
            f"{self!r}; held-out accuracy {given:.1f}% → {back:.1f}%: "
            f"{worth(self.budget, n_reached(self.budget, given - back)):g} of "
            f"{worth(self.budget):g} points"
        )


def _drawn(budget: int) -> Callable[[Draw], Iterator[Arguments]]:
    def draw_problem(draw: Draw) -> Iterator[Arguments]:
        names = (Words(name) for name in ("state", "images", "labels"))
        yield *names, budget, Seed(draw.integer(0, 10**6), draw.rng.getrandbits(60))

    return draw_problem


def _expected(*arguments: Any) -> Words:
    """In place of a reference, which would be only one of many right results: words."""
    budget = arguments[3]
    return Words(
        f"at most {budget:,} bytes, code included, that lose at most {BARS[budget][-1]:g} points"
    )


def _handed_in(function: Callable[..., Any], arguments: Arguments, seconds: float) -> Outcome:
    """Compress and decompress for one budget; a fault of either is told by the judge."""
    if function is _expected:
        return Outcome(_expected(*arguments))
    budget, seed = arguments[3:]
    source = canonical_cell(function, "decompress")
    if source.error is not None:
        return Outcome(Difference("no-decoder", f"`decompress` cannot be read: {source.error}"))
    if NOT_WRITTEN in source.value:
        return Outcome(error=NotImplementedError())
    code_bytes = compressed_bytes(source.value)
    if (length := len(source.value.encode())) > LONGEST_CELL:
        text = f"the cell of `decompress` has {length:,} bytes, more than {LONGEST_CELL:,}"
        return Outcome(Difference("decoder-too-long", text))
    if code_bytes >= budget:
        text = f"the code of `decompress` alone takes {code_bytes:,} of {budget:,} bytes"
        return Outcome(Difference("decoder-over-budget", text))
    given = problem(seed.data)
    asked = dict(given.state), given.images, given.labels, budget - code_bytes, int(seed)
    outcome = call(function, asked, SECONDS)
    if outcome.error is not None or outcome.changed or outcome.value is None:
        return outcome
    came = HandedIn(budget, code_bytes, outcome.value, seed=seed)
    if type(came.blob) is bytes and len(came.blob) <= LONGEST_OPENED:
        decoded = call_alone(function, source.value, "decompress", (came.blob,), DECODER_SECONDS)
        in_the_cell = source.value.in_the_cell(decoded.at)
        came = replace(came, decoded=replace(decoded, at=in_the_cell))
    return replace(outcome, value=came)


def _judge(arguments: Arguments, expected: Any, got: Any) -> Difference | None:
    if isinstance(got, Difference):
        return got
    if not isinstance(got, HandedIn):
        return Difference("wrong-type", f"expected bytes, got {show(got)}")
    if type(got.blob) is not bytes:
        return Difference("not-bytes", f"expected bytes, got a {type(got.blob).__name__}")
    unusable = _unusable(got.decoded)
    if (over := len(got.blob) + got.code_bytes - got.budget) > 0:
        text = f"{over:,} bytes more than the {got.budget:,} allowed"
        if unusable:
            text += f"; it was opened all the same, and more is wrong: {unusable.text}"
        return Difference("over-budget", text)
    if unusable:
        return unusable
    assert got.decoded is not None
    layers = layers_of(got.decoded.value)
    assert isinstance(layers, list)
    given, back = accuracies_of(got)
    bars, lost = BARS[got.budget], given - back
    reached = n_reached(got.budget, lost)
    if reached == len(bars):
        return None
    text = f"{lost:.1f} points of accuracy lost, {given:.1f}% → {back:.1f}%; "
    text += f"at most {bars[reached]:g} for the next quarter of this budget's points"
    unused = got.budget - got.code_bytes - len(got.blob)
    if slip := _slip_of(got, given):
        kind = slip
    elif back <= NEAR_CHANCE:
        kind = "reads-hardly-anything"
    elif back > READS and unused > ROOM * got.budget:
        kind = "room-left"
        text += f"; {unused:,} of {got.budget:,} bytes are unused"
    else:
        kind = "accuracy-lost"
    return Difference(kind, text, kept=reached / len(bars))


def n_reached(budget: int, lost: float) -> int:
    """How many bars of a budget are held with so many points of accuracy lost.

    >>> n_reached(2_000, 9.0), n_reached(2_000, 12.1)
    (4, 2)
    """
    return sum(round(lost, 6) <= bar for bar in BARS[budget])


def worth(budget: int, reached: int = QUARTERS) -> float:
    """The points that a budget earns with so many of its bars held.

    >>> worth(6_000), worth(3_000, 3)
    (10.0, 15.0)
    """
    return POINTS * SHARES[budget] / sum(SHARES.values()) * reached / QUARTERS


NEAR_CHANCE, READS = 20.0, 50.0
"""Held-out accuracy in percent. What reads no more than the second is broken, not too small."""

ROOM = 0.25
"""Of a budget: from so much on that is unused, the bytes are not what is short."""

LOSSES = (
    *("accuracy-lost", "room-left", "reads-hardly-anything"),
    *(known.name for known in REPAIRED),
)
"""What a file has that is valid and not good enough."""


def _unusable(decoded: Outcome | None) -> Difference | None:
    """Why what was opened is no network; None where it is one, or was not opened."""
    if decoded is None:
        return None
    if decoded.error is not None:
        return _decoder_failed(decoded)
    layers = layers_of(decoded.value)
    return layers if isinstance(layers, Difference) else None


def _decoder_failed(decoded: Outcome) -> Difference:
    error = decoded.error
    text = f"`decompress` alone: {type(error).__name__}: {error}"
    text += f" ({decoded.at})" if decoded.at else ""
    if isinstance(error, TimeLimit):
        return Difference("decoder-late", text)
    if isinstance(error, FileNotFoundError):
        return Difference("decoder-reads-a-file", text)
    missing = isinstance(error, NameError) and not isinstance(error, UnboundLocalError)
    return Difference("decoder-lacks-a-name" if missing else "decoder-fails", text)


def accuracies_of(came: HandedIn) -> tuple[float, float]:
    """Held-out accuracy in percent: of the network that was given, and of what came back."""
    assert came.seed is not None and came.decoded is not None
    drawn: Problem = problem(came.seed.data)
    held_out = drawn.held_out_images, drawn.held_out_labels
    ours, theirs = layers_of(drawn.state), layers_of(came.decoded.value)
    assert isinstance(ours, list) and isinstance(theirs, list)
    share = 100 / len(held_out[1])
    return share * n_right(ours, *held_out), share * n_right(theirs, *held_out)


def _slip_of(came: HandedIn, given: float) -> str | None:
    """What, undone in the network that came back, makes it a good one."""
    assert came.seed is not None and came.decoded is not None
    drawn: Problem = problem(came.seed.data)
    layers = layers_of(came.decoded.value)
    assert isinstance(layers, list)
    return slip_of(layers, drawn.held_out_images, drawn.held_out_labels, drawn.images, given)


COMPRESS = Task(
    name="compress",
    points=POINTS,
    reference=_expected,
    lecture="lecture 11, “All of it together”",
    lectures=tuple((cause, "lecture 11, “A coder in thirty lines”") for cause in OF_THE_DECODER),
    off_limits=OFF_LIMITS,
    seconds=SECONDS,
    calls=("entropy_bits", "huffman_bits", "relative_index_encode", "kmeans_codebook"),
    besides=("decompress", "on_grid", "train_codes", "written"),
    checks=tuple(
        Check(f"{budget:,} bytes", SHARES[budget], _drawn(budget), _judge, _handed_in)
        for budget in BARS
    ),
    misconceptions=(*REPAIRED, *(Misconception(name, message) for name, message in MISTAKES)),
)
