"""LeNet-300-100 on 5,000 images of MNIST: every technique alone and together, as files.

    python -m courseware.experiments --only deep_compression_mnist

takes about twenty-five minutes on one core that is free; an interrupted run goes on where it was.
Every arm starts from the same float network and is trained on for as many updates, at the same
falling rate; so is the float network itself. What is compressed is written to a file in every form
that fits it, with every coder, and the accuracy is that of the file that was read back.

The float network is trained as well as it goes on 3,500 images: three recipes are recorded. The
1,000 test digits decide nothing.
"""

from __future__ import annotations

import sys
from dataclasses import asdict
from functools import partial

from courseware.chapters.c11_deep_compression.compressing import (
    Plan,
    State,
    Trained,
    refined,
    rounded,
    shared,
)
from courseware.chapters.c11_deep_compression.files import (
    FLOAT16,
    FLOAT32,
    SPARSE16,
    SPARSE_TABLE,
    TABLE,
)
from courseware.chapters.c11_deep_compression.judging import figures
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.data import MNIST_PACKAGE, Digits, mnist
from courseware.subjects.models import mlp
from courseware.subjects.training import train

SIZES = (784, 300, 100, 10)
NARROW = (784, 32, 10)
FLOAT_STEPS, MORE_STEPS, RATE = 3000, 2000, 0.002
UNTRAINED_STEPS = 900
SPARSITIES = (0.9, 0.95, 0.98, 0.99)
LEVELS = (3, 1)
AT_ONCE = (127, 7, 3, 1)
SHARED = {0.95: 32, 0.98: 8}
ORDERED = {0.95: 3, 0.98: 1}

UNTRAINED, UNSHIFTED, FLOAT, ON = "900 updates", "not shifted", "float", "float, trained on"
OLD_STEPS, NEW_STEPS, ALL_ALONG, TOGETHER = (
    "rounded first, old steps",
    "rounded first, new steps",
    "rounded first and all along",
    "both at once",
)
LONGER_STEPS, LONGER_PLAN = 6000, Plan(0.95, (0, 0.4), 1, (0.5, 1))
LONGER_ON = "float, trained on longer"
LONGER, LONGER_TAUGHT = "wide, 95% pruned, ±1, longer", "wide, 95% pruned, ±1, longer and taught"
NARROW_FLOAT, NARROW_TAUGHT = "narrow, float", "narrow, taught by the wide one"

FLOATS, SPARSE_FLOATS, CODES = (FLOAT32, FLOAT16), (SPARSE16,), (TABLE, SPARSE_TABLE)


def arm_of(sparsity: float, levels: int, start: str = "wide") -> str:
    """The name of an arm: what is pruned, and what is rounded in the loop.

    >>> arm_of(0.95, 3), arm_of(0.0, 1), arm_of(0.0, 0)
    ('wide, 95% pruned, ±3', 'wide, ±1', 'float, trained on')
    """
    if not sparsity and not levels:
        return ON
    pruned = [f"{sparsity:.0%} pruned"] if sparsity else []
    return ", ".join([start, *pruned, *([f"±{levels}"] if levels else [])])


def shared_arm(sparsity: float) -> str:
    """The name of an arm with shared values, pruned as Han et al. did.

    >>> shared_arm(0.95)
    'wide, 95% pruned, 32 shared'
    """
    return f"{arm_of(sparsity, 0)}, {SHARED[sparsity]} shared"


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "Deep compression of LeNet-300-100 on MNIST.",
        seeds=(3, "number of networks"),
        longer_seeds=(5, "number of networks that are trained on for longer"),
    )
    settings = records.settings_of(
        options,
        (*PACKAGES, MNIST_PACKAGE),
        sizes=SIZES,
        narrow=NARROW,
        updates=(FLOAT_STEPS, MORE_STEPS, LONGER_STEPS),
        rate=RATE,
        plan=asdict(Plan()),
    )
    data = mnist()
    work = {str(seed): partial(measure, seed, data) for seed in range(options.seeds)}
    work |= {f"{seed}, longer": partial(longer, seed, data) for seed in range(options.longer_seeds)}
    results = records.collect(work, settings, options.out)
    records.write(
        options.out,
        settings,
        runs=[results[str(seed)] for seed in range(options.seeds)],
        longer=[results[f"{seed}, longer"] for seed in range(options.longer_seeds)],
    )
    return 0


def measure(seed: int, data: Digits) -> Result:
    """All arms of one network.

    Returns: by arm, what `figures` says.
    """
    found: Result = {}
    recipes = {UNTRAINED: (UNTRAINED_STEPS, 0.005), UNSHIFTED: (FLOAT_STEPS, RATE)}
    for name, (steps, rate) in recipes.items():
        model = mlp(SIZES, seed)
        images, labels = data.train_images, data.train_labels
        train(model, images, labels, steps=steps, learning_rate=rate, seed=seed)
        found[name] = figures(model.state_dict(), FLOATS, data)
    start = _float(seed, data)
    found[FLOAT] = figures(start, FLOATS, data)
    on = _more(start, data, Plan(), seed)
    found[ON] = figures(on.state, FLOATS, data)
    for levels in AT_ONCE:
        found[f"±{levels}, at once"] = figures(rounded(on, levels), (TABLE,), data)
    for k in (16, 4):
        values = shared(on, data, k, steps=0, rate=RATE, seed=seed)
        found[f"{k} shared, at once"] = figures(values, (TABLE,), data)
    found |= _alone_and_together(start, data, seed)
    found |= _with_shared_values(start, data, seed)
    found |= _in_another_order(start, data, seed)
    return found | _narrow(start, data, seed)


def _more(
    start: State, data: Digits, plan: Plan, seed: int, teacher: State | None = None
) -> Trained:
    return refined(
        start, data, plan, steps=MORE_STEPS, rate=RATE, seed=seed + 1000, teacher=teacher
    )


def longer(seed: int, data: Digits) -> Result:
    """Pruned to a twentieth and ±1, with three times the updates; from labels, and with a teacher.

    Returns: as `measure`; the float network trained on as long is the control, and the one that
    all begin from is the teacher.
    """
    start = _float(seed, data)

    def trained_on(plan: Plan, teacher: State | None = None) -> Trained:
        return refined(
            start, data, plan, steps=LONGER_STEPS, rate=RATE, seed=seed + 3000, teacher=teacher
        )

    found = {LONGER_ON: figures(trained_on(Plan()).state, FLOATS, data)}
    for arm, teacher in ((LONGER, None), (LONGER_TAUGHT, start)):
        trained = trained_on(LONGER_PLAN, teacher)
        state = rounded(trained, LONGER_PLAN.levels, trained.steps)
        found[arm] = figures(state, CODES, data)
    return found


def _float(seed: int, data: Digits) -> State:
    """The float network that all arms begin with."""
    initial = mlp(SIZES, seed).state_dict()
    return refined(initial, data, Plan(), steps=FLOAT_STEPS, rate=RATE, seed=seed).state


def _alone_and_together(start: State, data: Digits, seed: int) -> Result:
    """Rounding in the loop, pruning, and both; without pruning it is rounded from the start."""
    found = {}
    for sparsity in (0.0, *SPARSITIES):
        for levels in (0, *LEVELS) if sparsity else LEVELS:
            begin = 0.5 if sparsity else 0.0
            trained = _more(start, data, Plan(sparsity, (0, 0.4), levels, (begin, 1)), seed)
            state = rounded(trained, levels, trained.steps) if levels else trained.state
            forms = CODES if levels else SPARSE_FLOATS
            forms = forms if sparsity else (TABLE,)
            found[arm_of(sparsity, levels)] = figures(state, forms, data)
    return found


def _with_shared_values(start: State, data: Digits, seed: int) -> Result:
    """Pruned, then k-means, then the shared values trained, in as many updates together."""
    found = {}
    first = round(0.6 * MORE_STEPS)
    for sparsity, k in SHARED.items():
        plan = Plan(sparsity, (0, 0.7))
        trained = refined(start, data, plan, steps=first, rate=RATE, seed=seed + 1000)
        rest = MORE_STEPS - first
        state = shared(trained, data, k, steps=rest, rate=RATE, seed=seed + 2000)
        found[shared_arm(sparsity)] = figures(state, CODES, data)
    return found


def _in_another_order(start: State, data: Digits, seed: int) -> Result:
    """Rounding first, then pruning, with the steps of then or of now; rounding all along; both."""
    found = {}
    for sparsity, levels in ORDERED.items():
        name = arm_of(sparsity, levels)
        first = _more(start, data, Plan(sparsity, (0.5, 0.9), levels, (0, 0.5)), seed)
        states = {
            OLD_STEPS: rounded(first, levels, first.steps),
            NEW_STEPS: rounded(first, levels),
        }
        for order, pruned in ((ALL_ALONG, (0.5, 0.9)), (TOGETHER, (0.0, 0.4))):
            trained = _more(start, data, Plan(sparsity, pruned, levels, (0, 1)), seed)
            states[order] = rounded(trained, levels, trained.steps)
        for order, state in states.items():
            found[f"{name}: {order}"] = figures(state, CODES, data)
    return found


def _narrow(teacher: State, data: Digits, seed: int) -> Result:
    """A network with one narrow layer, trained from scratch for as many updates in all."""
    initial = mlp(NARROW, seed).state_dict()

    def trained(by: State | None) -> State:
        return refined(
            initial, data, Plan(), steps=FLOAT_STEPS, rate=RATE, seed=seed, teacher=by
        ).state

    start = trained(None)
    on = _more(start, data, Plan(), seed).state
    taught = _more(trained(teacher), data, Plan(), seed, teacher).state
    found = {
        NARROW_FLOAT: figures(on, FLOATS, data),
        NARROW_TAUGHT: figures(taught, FLOATS, data),
    }
    for sparsity, levels in ((0.0, 3), (0.0, 1), (0.8, 3), (0.9, 3)):
        begin = 0.5 if sparsity else 0.0
        small = _more(start, data, Plan(sparsity, (0, 0.4), levels, (begin, 1)), seed)
        forms = CODES if sparsity else (TABLE,)
        state = rounded(small, levels, small.steps)
        found[arm_of(sparsity, levels, "narrow")] = figures(state, forms, data)
    return found


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
