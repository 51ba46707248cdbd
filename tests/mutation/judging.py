"""Whether a mutant loses points, judged in processes with limits."""

from __future__ import annotations

import contextlib
import multiprocessing
import resource
import signal
import time
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkProcess
from typing import Any

from courseware.checks.call import Outcome
from courseware.checks.run import run_task
from courseware.checks.task import Check, Task
from courseware.grading.split.lockdown import memory_in_use
from tests.mutation.mutants import Mutant
from tests.mutation.solutions import Solution

SECONDS = 60.0
"""For a call, more than any takes."""

MORE_MEMORY = 4 << 30
"""Bytes that a mutant may take."""

FORK = multiprocessing.get_context("fork")


class Remembered:
    """A probe that asks the reference once for each input.

    A seed draws the same inputs every time: the n-th answer is the one to the n-th question.
    """

    def __init__(self, check: Check, reference: Callable[..., Any]) -> None:
        self.ask, self.reference = check.probe, reference
        self.answers: list[Outcome] = []
        self.asked = 0

    def __call__(
        self, function: Callable[..., Any], arguments: tuple[Any, ...], seconds: float
    ) -> Outcome:
        if function is not self.reference:
            return self.ask(function, arguments, seconds)
        if self.asked == len(self.answers):
            self.answers.append(self.ask(function, arguments, seconds))
        self.asked += 1
        return self.answers[self.asked - 1]


@dataclass(frozen=True)
class Ground:
    """What the mutants of a solution are judged by."""

    task: Task
    solution: Solution
    seed: str
    cpu_seconds: float

    def keeps_all_points(self, source: str | None = None) -> bool:
        """Whether the solution passes every check with this source; the first failure ends it."""
        try:
            function = self.solution.function(source)
        except Exception:
            return False
        # No operator brings in what is ready-made: taking it away would be most of the work.
        function.__course_without__ = lambda _: function
        for check in self.task.checks:
            check.probe.asked = 0  # type: ignore[attr-defined]
            report = run_task(replace(self.task, checks=(check,)), function, self.seed)
            if report.score != report.task.points:
                return False
        return True


def prepared(task: Task, solution: Solution, seed: str) -> Ground:
    """Run the solution, which must keep all points; a mutant may take some times as long."""
    remembering = tuple(
        replace(check, probe=Remembered(check, check.reference or task.reference))
        for check in task.checks
    )
    # Nobody reads the cause, and looking for it takes longer than all the rest. Limits are those of
    # the process: on a busy machine the clock of a call would kill whom no check has noticed.
    known = replace(task, checks=remembering, misconceptions=(), seconds=SECONDS)
    ground = Ground(known, solution, seed, 0.0)
    begun = time.process_time()
    if not ground.keeps_all_points():
        raise ValueError(f"the solution of {task.name} must keep all points of its task")
    return replace(ground, cpu_seconds=5 + 5 * (time.process_time() - begun))


@dataclass
class Worker:
    """A process that judges one mutant after the other, until one of them ends it."""

    process: ForkProcess
    channel: Connection
    mutant: Mutant | None = None
    deadline: float = 0.0

    def verdict(self) -> bool | None:
        """Whether its mutant survived, or None while that is open.

        A signal ends a mutant at a limit. Another end without a verdict would be a fault of ours.
        """
        assert self.mutant is not None
        if time.monotonic() > self.deadline:
            self.process.kill()
            self.process.join()
        if self.channel.poll():
            with contextlib.suppress(EOFError, ConnectionResetError):
                return bool(self.channel.recv())
            self.process.join()
        if self.process.exitcode is None:
            return None
        if self.process.exitcode < 0:
            return False
        code = self.process.exitcode
        raise RuntimeError(f"a mutant of {self.mutant.task} could not be judged (exit code {code})")


def judged(
    ground: Ground, mutants: Iterable[Mutant], jobs: int
) -> Generator[tuple[Mutant, bool], None, None]:
    """Each mutant, as soon as it is judged, and whether it survived."""
    waiting = [*mutants][::-1]
    workers: list[Worker] = []
    try:
        while waiting or any(worker.mutant for worker in workers):
            workers = [worker for worker in workers if worker.process.exitcode is None]
            while waiting and len(workers) < min(jobs, len(waiting)):
                workers.append(_started(ground))
            for worker in workers:
                if worker.mutant is None and waiting:
                    worker.mutant = waiting.pop()
                    worker.channel.send(worker.mutant.source)
                    # Time on the clock: a process that sleeps takes no other.
                    worker.deadline = time.monotonic() + 10 * ground.cpu_seconds
            busy = [worker for worker in workers if worker.mutant]
            soonest = min(worker.deadline for worker in busy)
            wait([worker.channel for worker in busy], max(0.0, soonest - time.monotonic()))
            for worker in busy:
                mutant, survived = worker.mutant, worker.verdict()
                if mutant is not None and survived is not None:
                    worker.mutant = None
                    yield mutant, survived
    finally:
        for worker in workers:
            worker.process.kill()
            worker.process.join()


def _started(ground: Ground) -> Worker:
    ours, theirs = FORK.Pipe()
    process = FORK.Process(target=_work, args=(ground, theirs), daemon=True)
    process.start()
    theirs.close()
    return Worker(process, ours)


def _work(ground: Ground, channel: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends it
    _limit(resource.RLIMIT_AS, memory_in_use() + MORE_MEMORY)
    _limit(resource.RLIMIT_CORE, 0)
    while True:
        source = channel.recv()
        _limit(resource.RLIMIT_CPU, int(time.process_time() + ground.cpu_seconds) + 1)
        try:
            survived = ground.keeps_all_points(source)
        except MemoryError:
            survived = False
        channel.send(survived)


def _limit(kind: int, limit: int) -> None:
    resource.setrlimit(kind, (limit, resource.getrlimit(kind)[1]))
