"""A hundred times smaller without a measurable loss: one arm, fixed before, and its controls.

    python -m courseware.experiments --only deep_compression_hundred

takes about a quarter of an hour on one core that is free; an interrupted run goes on where it was.
Every arm starts from the same float network and is trained on for as many updates, at the same
falling rate, on the same shifted images; so is the float network itself.

The arm was chosen on eight other splits of the 4,000 digits that judge nothing, with other seeds:
±1 and ±3, 92 to 95% pruned, as many updates and twice as many, smoothed labels. The test digits had
no say in it, and these seeds were run once. The controls beside the float network, which say what
parts of the arm bring and in which order, were run on the first three.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial

from courseware.chapters.c11_deep_compression.compressing import (
    Plan,
    State,
    Trained,
    refined,
    rounded,
)
from courseware.chapters.c11_deep_compression.context_files import read_small, small_parts, tidied
from courseware.chapters.c11_deep_compression.experiments.deep_compression_mnist import (
    CODES,
    FLOAT_STEPS,
    FLOATS,
    LONGER_STEPS,
    RATE,
    SIZES,
    SPARSE_FLOATS,
)
from courseware.chapters.c11_deep_compression.files import joined, sizes_of
from courseware.chapters.c11_deep_compression.judging import Figures, figures, right
from courseware.chapters.c11_deep_compression.streams import RANGE
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.data import MNIST_PACKAGE, Digits, mnist
from courseware.subjects.models import mlp

FIRST_SEED = 10
"""Seeds below were seen by the other experiments."""
STEPS = LONGER_STEPS
SPARSITY, LEVELS, RETURNING = 0.92, 3, 0.75
PRUNED, ROUNDED = (0.0, 0.4), (0.5, 1.0)
LATE = (0.5, 0.9)
"""When it is pruned, as long as its weights may return, where it is rounded first."""

CONTEXTS = "by contexts"
"""The form of a file that tells each weight by what is around it."""

ON = "float, trained on longer, new seeds"
CHOSEN = "wide, 92% pruned, ±3, longer, weights return"
FOR_GOOD = "wide, 92% pruned, ±3, longer"
ROUNDED_FIRST = "wide, 92% pruned, ±3, longer, weights return: rounded first and all along"
PRUNED_ONLY = "wide, 92% pruned, longer, weights return"
ROUNDED_ONLY = "wide, ±3, longer"


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "A hundred times smaller.",
        seeds=(5, "number of networks"),
        controls=(3, "of how many of them the other controls are measured, too"),
    )
    settings = records.settings_of(
        options,
        (*PACKAGES, MNIST_PACKAGE),
        first_seed=FIRST_SEED,
        updates=(FLOAT_STEPS, STEPS),
        rate=RATE,
        sparsity=SPARSITY,
        levels=LEVELS,
        returning=RETURNING,
        pruned=PRUNED,
        rounded=ROUNDED,
    )
    data = mnist()
    work = {
        str(FIRST_SEED + n): partial(measure, FIRST_SEED + n, data, controls=n < options.controls)
        for n in range(options.seeds)
    }
    results = records.collect(work, settings, options.out)
    records.write(options.out, settings, runs=list(results.values()))
    return 0


def measure(seed: int, data: Digits, *, controls: bool) -> Result:
    """The arm and the float network; if wanted, what its parts and their order bring.

    Returns: by arm, what `figures` says; of rounded ones with the file by contexts.
    """
    initial = mlp(SIZES, seed).state_dict()
    start = refined(initial, data, Plan(), steps=FLOAT_STEPS, rate=RATE, seed=seed).state

    def trained(plan: Plan, returning: float = 0.0) -> Trained:
        return refined(
            start, data, plan, steps=STEPS, rate=RATE, seed=seed + 1000, returning=returning
        )

    plan, late = Plan(SPARSITY, PRUNED, LEVELS, ROUNDED), Plan(SPARSITY, LATE, LEVELS, (0, 1))
    found = {
        ON: figures(trained(Plan()).state, FLOATS, data),
        CHOSEN: small_figures(trained(plan, RETURNING), data),
    }
    if controls:
        found[FOR_GOOD] = small_figures(trained(plan), data)
        found[ROUNDED_FIRST] = small_figures(trained(late, LATE[1]), data)
        pruned = trained(Plan(SPARSITY, PRUNED), RETURNING)
        found[PRUNED_ONLY] = figures(pruned.state, SPARSE_FLOATS, data)
        rounded_only = trained(Plan(levels=LEVELS, rounded=(0, 1)))
        found[ROUNDED_ONLY] = small_figures(rounded_only, data)
    return found


def small_figures(
    trained: Trained,
    data: Digits,
    levels: int = LEVELS,
    written: Callable[[State], State] = lambda state: state,
    read: Callable[[State], State] = lambda state: state,
) -> Figures:
    """What `figures` says of a rounded network, and of its file by contexts, which is judged.

    Args:
        trained: the network, with the steps that it was rounded with last.
        data: that judge it.
        levels: of its grids.
        written: what is written of the rounded network.
        read: the network of what is read back.
    """
    state = written(rounded(trained, levels, trained.steps))
    found = figures(state, CODES, data)
    parts = small_parts(tidied(state), trained.steps, levels)
    data_of_file = joined(parts)
    found["files"][CONTEXTS] = {RANGE: len(data_of_file)}
    found["parts"][CONTEXTS] = sizes_of(parts)
    return found | right(read(read_small(data_of_file)), data)


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
