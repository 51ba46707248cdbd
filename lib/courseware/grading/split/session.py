"""One submission: a worker that ran its cells, replaced and brought up to date when it dies."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from courseware.checks.call import Outcome, TimeLimit
from courseware.grading.split.encoding import Refused, encode, refuse
from courseware.grading.split.facts import Facts
from courseware.grading.split.replies import (
    TOO_LARGE,
    CellResult,
    Message,
    ResultTooLarge,
    Room,
    read_cell_result,
    read_facts,
    read_text,
)
from courseware.grading.split.sandbox import InfrastructureError, Sandbox
from courseware.grading.split.seats import PLAIN, USED_UP, ProcessEnded, Seats, WorkerLost

READ_SECONDS = 5.0
"""For reading the source of a cell; an honest one takes a hundredth of a second."""

CELLS_USED_UP = "the time for all cells together is used up"

MAX_SOURCE = 200_000
"""Characters of a cell."""

UNREADABLE = "this cell is too long or too deeply nested to be read"

ONLY_IN_A_SANDBOX = (
    "this exercise has a task whose answers are files, which is judged in a sandbox only: "
    "see course doctor, and grade it on a machine where that works"
)

T = TypeVar("T")


@dataclass(frozen=True)
class Cell:
    """A cell that runs in the worker; `name` is unique in its notebook."""

    name: str
    source: str


class Session:
    """The cells of one submission in a worker. Use as a context manager.

    A worker that dies or hangs costs the cell or the call at hand; the next one gets a new worker
    in which the cells have run again, without any that took a worker down.
    """

    def __init__(
        self, sandbox: Sandbox, cells: Sequence[Cell], own: Mapping[str, str] | None = None
    ) -> None:
        """`own` are the course's own solutions, by the name of the cell that they are for."""
        self._sandbox = sandbox
        self.own = own or {}
        self._limits = sandbox.limits
        self._seats = Seats(sandbox)
        self._done: list[Cell] = []
        self._broken: set[str] = set()
        self._cells_left = self._limits.cells_seconds
        self.start_task()
        self._facts = {cell.name: self._read(cell) for cell in cells}

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the workers. A sandbox that is gone is noticed by whoever needs it next."""
        for without in self._seats.present():
            with contextlib.suppress(InfrastructureError):
                self._seats.drop(without)

    @property
    def fault(self) -> InfrastructureError | None:
        """A fault of the machine: a test cell may swallow exceptions, so look here."""
        return self._seats.fault

    @property
    def isolated(self) -> bool:
        """Whether a worker's code is kept from the machine's files."""
        return self._sandbox.isolated

    def ran(self) -> list[Cell]:
        """The cells that have run so far and took no worker down."""
        return [cell for cell in self._done if cell.name not in self._broken]

    def start_task(self) -> None:
        """A test cell begins: it gets a budget of its own, and a worker that is not worn out."""
        self._task_left = self._limits.task_seconds
        self._deaths_left = self._limits.deaths
        self._last_loss: BaseException = TimeLimit(USED_UP)
        self._room = Room(self._limits.task_replies, self._limits.task_printed)
        self._seats.pass_on(self._limits.worn_seconds)

    def renew(self, without: tuple[str, ...] = ()) -> None:
        """See to it that the next call gets a worker in which none was made before."""
        self._seats.drop(without)

    def can_lack(self, taken: Sequence[str]) -> tuple[str, ...]:
        """Those of some ready-made functions that are there, unless a worker lacks them."""
        return tuple(sorted(self._sandbox.can_lack & {*taken}))

    def facts(self) -> Facts:
        """What the sources of the cells that ran so far say."""
        facts = Facts()
        for cell in self._done:
            facts.add(self._facts[cell.name])
        return facts

    def source_of(self, name: str) -> str:
        """The source of the cell that was the last one to define a name; empty if there is none."""
        defining = (cell for cell in self._done if name in self._facts[cell.name].uses)
        return next(iter([cell.source for cell in defining][::-1]), "")

    @contextlib.contextmanager
    def apart(self, cells: Sequence[Cell] = ()) -> Iterator[Session]:
        """Another session, whose worker shares nothing with this one's; its time counts here.

        Only in a sandbox: plain processes share the files of the machine.
        """
        if not self._sandbox.isolated:
            raise self._seats.failed(ONLY_IN_A_SANDBOX)
        for without in self._seats.present():
            self._seats.drop(without)  # there are two workers at most
        try:
            with Session(self._sandbox, cells) as other:
                other._task_left = self._task_left
                try:
                    yield other
                finally:
                    self._task_left -= other._seats.used
                    self._seats.fault = self._seats.fault or other.fault
        except InfrastructureError as error:
            self._seats.fault = error
            raise

    def canonical(self, source: str, keep: Sequence[str]) -> Outcome:
        """The canonical source of a cell, from a worker; for one that has run nothing yet."""
        if len(source) > MAX_SOURCE:
            return Outcome(error=ProcessEnded(UNREADABLE))
        request = {"do": "rewrite", "source": source, "keep": list(keep)}
        try:
            reader = partial(read_text, cell=source)
            return self._seats.ask(request, b"", READ_SECONDS, reader)
        except WorkerLost as lost:
            return Outcome(error=lost.error)

    def run(
        self, cell: Cell, names: Sequence[str] = (), most_seconds: float | None = None
    ) -> CellResult:
        """Run the next cell; `names` are those whose values are wanted."""
        error: BaseException = ProcessEnded(UNREADABLE)
        self._seats.pass_on(self._limits.worn_seconds)
        begun = self._seats.used
        try:
            if self._cells_left <= 0:
                raise WorkerLost(TimeLimit(CELLS_USED_UP))
            if cell.name not in self._broken:
                seconds = min(most_seconds or self._limits.cell_seconds, self._cells_left)
                return _once_more(partial(self._run, cell, names, seconds))
        except WorkerLost as lost:
            self._broken.add(cell.name)
            error = lost.error
        finally:
            self._done.append(cell)
            self._cells_left -= self._seats.used - begun
        try:
            names_left = self._run(Cell("names", ""), names, READ_SECONDS).names
        except WorkerLost:
            names_left = {}
        return CellResult(error=error, names=names_left)

    def call(
        self,
        name: str,
        arguments: Sequence[Any],
        keywords: Mapping[str, Any] | None = None,
        seconds: float | None = None,
        places: Sequence[int] = (),
        without: tuple[str, ...] = (),
    ) -> Outcome:
        """Call a function of the submission; whatever goes wrong in there is an outcome.

        With `places`, it is asked for the gradients with respect to these arguments, as by
        `courseware.checks.gradients.probe`. `without` are families of ready-made functions that
        its worker is to lack.
        """
        request: Message = {"do": "call", "name": name, "places": list(places)}
        data = bytearray()
        try:
            request["arguments"] = encode([list(arguments), dict(keywords or {})], data, refuse)
        except Refused as error:
            raise self._seats.failed(str(error)) from error
        read = partial(self._room.read_outcome, arguments=len(arguments))
        wanted = self._limits.call_seconds if seconds is None else seconds

        def attempt() -> Outcome:
            if self._deaths_left <= 0:
                raise WorkerLost(self._last_loss)
            if self._task_left <= 0:
                raise WorkerLost(TimeLimit(USED_UP))
            if self._room.memory <= 0:
                raise WorkerLost(ResultTooLarge(TOO_LARGE))
            begun = self._seats.used
            try:
                self._bring_up_to_date(self._task_left, without)
                left = self._task_left - (self._seats.used - begun)
                return self._seats.ask(request, data, min(wanted, left), read, without)
            except WorkerLost as lost:
                self._deaths_left -= 1
                self._last_loss = lost.error
                raise
            finally:
                self._task_left -= self._seats.used - begun
                if (seat := self._seats.present().get(without)) is not None:
                    seat.worn += self._seats.used - begun
                    seat.called = True

        try:
            outcome = _once_more(attempt)
        except WorkerLost as lost:
            return Outcome(error=lost.error)
        seat = self._seats.present().get(without)
        if isinstance(outcome.error, TimeLimit) and seat is not None and seat.has_threads():
            self._seats.drop(without)  # what did not end in time would slow down the next call
        return outcome

    def _read(self, cell: Cell) -> Facts:
        """The facts of a cell, from a worker that has run nothing yet."""
        try:
            if len(cell.source) > MAX_SOURCE:
                raise WorkerLost(ProcessEnded(UNREADABLE))
            return self._seats.ask(
                {"do": "read", "source": cell.source}, b"", READ_SECONDS, read_facts
            )
        except WorkerLost:
            self._broken.add(cell.name)
            return Facts()

    def _run(self, cell: Cell, names: Sequence[str], seconds: float) -> CellResult:
        self._bring_up_to_date(self._limits.cells_seconds)
        request = {"do": "run", "cell": cell.name, "source": cell.source, "names": list(names)}
        result = self._seats.ask(
            request, b"", seconds, partial(read_cell_result, names=tuple(names))
        )
        self._seats.present()[PLAIN].cells.add(cell.name)
        return result

    def _bring_up_to_date(self, seconds: float, without: tuple[str, ...] = PLAIN) -> None:
        """See to it that there is a worker in which all cells so far have run.

        There are two at most: the one in which cells run first, and one that lacks what is off
        limits in the task at hand. That one is kept for the next task, which often lacks the same.
        """
        for other, seat in self._seats.present().items():
            third = without != PLAIN and other not in (PLAIN, without)
            if third or not seat.worker.channel.is_quiet():
                self._seats.drop(other)
        end = self._seats.used + seconds
        for cell in self._done:
            there = self._seats.present().get(without)
            if cell.name in self._broken or (there is not None and cell.name in there.cells):
                continue
            left = end - self._seats.used
            request = {"do": "run", "cell": cell.name, "source": cell.source, "names": []}
            try:
                seconds = min(left, self._limits.cell_seconds)
                self._seats.ask(request, b"", seconds, read_nothing, without)
                self._seats.present()[without].cells.add(cell.name)
            except WorkerLost as lost:
                if left < self._limits.cell_seconds:
                    raise WorkerLost(TimeLimit(USED_UP)) from lost
                if not lost.inherited:
                    self._broken.add(cell.name)
                return self._bring_up_to_date(end - self._seats.used, without)


def _once_more(attempt: Callable[[], T]) -> T:
    """Try again in a worker without a past: no call or cell pays for what ran before."""
    try:
        return attempt()
    except WorkerLost as lost:
        if not (lost.babbled or lost.inherited):
            raise
    return attempt()


def read_nothing(message: Message, data: bytearray) -> None:
    """Of a cell that runs again, only that it came to an end."""
