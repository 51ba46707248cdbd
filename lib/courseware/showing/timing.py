"""How long runs take, measured in turns."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping

from courseware.subjects.training import one_thread

Run = Callable[[], object]


@one_thread()
def alternating_times(
    runs: Mapping[str, Run], *, rounds: int = 30, calls: int = 20, seed: int = 0
) -> dict[str, list[float]]:
    """Seconds per call of several runs, one value a round, measured in turns.

    The turn changes with every call, in an order drawn anew each time, so that whatever else the
    machine does meets all runs alike. A value is the fastest of `calls` calls,
    the one that was disturbed least.
    """
    order = random.Random(seed)
    names = list(runs)
    for run in runs.values():
        run()
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        of_round: dict[str, list[float]] = {name: [] for name in runs}
        for _ in range(calls):
            order.shuffle(names)
            for name in names:
                start = time.perf_counter()
                runs[name]()
                of_round[name].append(time.perf_counter() - start)
        for name, seconds in of_round.items():
            times[name].append(min(seconds))
    return times
