"""Quantization-aware training against post-training quantization, on real digits.

    python -m courseware.experiments --only qat_digits

takes a quarter of an hour on one core: all networks of one size are trained as one program. What is
done is kept in a second file beside the record until all of it is: an interrupted run goes on where
it was, and leaves an older record as it is.
Lecture 04 reads the record, and runs `compare` on fewer seeds and steps.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from itertools import product

import torch

from courseware.chapters.c04_quantization_aware_training.fine_tuning import (
    State,
    best_of_ratios,
    clipped_weights,
    fine_tune_all,
    rounded_weights,
    stored_weights,
)
from courseware.chapters.c04_quantization_aware_training.gptq_network import gptq_weights
from courseware.chapters.c04_quantization_aware_training.grids import FOUR_CODES, Grid, symmetric
from courseware.experiments import records
from courseware.experiments.records import PACKAGES, Result
from courseware.subjects.batched_training import train_together
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp
from courseware.subjects.training import judged, one_thread
from model_compression.masks import keep_all, prunable_weights

BITS = (8, 4, 3, 2)
NETWORKS = {"64-64-10": (64, 64, 10), "64-16-10": (64, 16, 10)}
BUDGET_NETWORK = "64-64-10"
BUDGET_BITS = (3, 2)
PTQS = (
    *("PTQ", "PTQ after fine-tuning", "PTQ, clipped", "PTQ after fine-tuning, clipped"),
    *("PTQ, GPTQ", "PTQ after fine-tuning, GPTQ"),
)
"""Ways that train no network in few bits; clipped and GPTQ choose a range, on validation digits."""

BIASES_ONLY = ("biases only, clipped", "biases only, GPTQ")
"""The control of QAT: weights rounded once, and then only the biases trained, for as many steps."""

SCALES_TOO = ("biases and row scales, GPTQ",)
"""As much as can train while the codes stay: biases, and one scale a row."""

FROZEN = (*BIASES_ONLY, *SCALES_TOO)
QATS = ("QAT", "QAT, clipped")
WAYS = (*PTQS, *FROZEN, *QATS)


def on_codes(ways: Sequence[str], codes: str) -> tuple[str, ...]:
    """Ways at 2 bits, on one of `FOUR_CODES` in place of −1, 0, 1; rounding chooses its range.

    >>> on_codes(["PTQ", "PTQ, GPTQ"], "four codes, half steps")
    ('PTQ, GPTQ, four codes, half steps',)
    """
    return tuple(f"{way}, {codes}" for way in ways if way not in PTQS[:2])


def with_four_codes(ways: Sequence[str], n_bits: int) -> tuple[str, ...]:
    """Ways to so many bits; in 2 bits, on each of `FOUR_CODES` as well."""
    found = [on_codes(ways, codes) for codes in FOUR_CODES] if n_bits == 2 else []
    return (*ways, *(way for some in found for way in some))


BUDGETS = (0, 10, 30, 100, 300, 1000, 3000)


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = records.options_of(
        "Compare QAT with PTQ on digits.",
        seeds=(20, "number of networks of each size"),
        budget_seeds=(10, "of the budgets"),
        steps=(1500, "updates of the fine-tuning"),
    )
    settings = records.settings_of(
        options,
        PACKAGES,
        bits=BITS,
        networks=NETWORKS,
        budgets=BUDGETS,
        four_codes={name: asdict(grid) for name, grid in FOUR_CODES.items()},
    )
    data = digits()
    seeds, budget_seeds = range(options.seeds), range(options.budget_seeds)
    work: dict[str, Callable[[], Result]] = {}
    for name, n_bits in product(NETWORKS, BITS):
        run = partial(compare, NETWORKS[name], seeds, data, steps=options.steps, bits=[n_bits])
        work[f"compared {name} {n_bits}"] = partial(_listed, run)
    for name, grid in product(NETWORKS, FOUR_CODES):
        run = partial(compare_on, grid, NETWORKS[name], seeds, data, steps=options.steps)
        work[f"compared {name} {grid}"] = partial(_listed, run)
    for n_bits in BUDGET_BITS:
        sizes = NETWORKS[BUDGET_NETWORK]
        run = partial(by_budget, sizes, budget_seeds, data, n_bits=n_bits, budgets=BUDGETS)
        work[f"budget {n_bits}"] = partial(_listed, run)
    results = records.collect(work, settings, options.out)
    records.write(
        options.out,
        settings,
        compared={
            name: _joined(
                [results[f"compared {name} {part}"]["runs"] for part in (*BITS, *FOUR_CODES)]
            )
            for name in NETWORKS
        },
        by_budget={str(n_bits): results[f"budget {n_bits}"]["runs"] for n_bits in BUDGET_BITS},
    )
    return 0


def _listed(run: Callable[[], list[Result]]) -> Result:
    return {"runs": run()}


def _joined(by_part: Sequence[list[Result]]) -> list[Result]:
    """The same networks by some ways each, as networks by all of them."""
    joined = []
    for parts in zip(*by_part, strict=True):
        bits: Result = {}
        for part in parts:
            for n_bits, ways in part["bits"].items():
                bits[n_bits] = bits.get(n_bits, {}) | ways
        joined.append(parts[0] | {"bits": bits})
    return joined


@one_thread()
def compare(
    sizes: Sequence[int], seeds: Sequence[int], data: Digits, *, steps: int, bits: Sequence[int]
) -> list[Result]:
    """Networks in each number of bits, by PTQ and by QAT, with the controls.

    Args:
        sizes: of the layers, as in `mlp`.
        seeds: one a network, also for the order of its images.
        data: trained on its training part, clipped by its validation part, judged on its test part.
        steps: updates of QAT, and of its controls.
        bits: numbers of bits.
    Returns: for each seed "float" and "fine-tuned", the judged float networks, and "bits": by
        number of bits (as text), the judged networks of all `WAYS` to get there, and of what they
        consist.
    """
    states = trained_networks(sizes, seeds, data)
    training = (data.train_images, data.train_labels)
    longer = fine_tune_all(states, *training, seeds, steps=steps)
    by_bits = {}
    for n_bits in bits:
        found, qat = _ways(states, longer, seeds, data, steps=steps, grid=symmetric(n_bits))
        for i, ways in enumerate(found):
            ptq = rounded_weights(states[i], n_bits)
            ways["PTQ"] = judged(ptq, data) | stored_size(ptq, n_bits)
            ways["PTQ after fine-tuning"] = judged(rounded_weights(longer[i], n_bits), data)
            ways["QAT"] |= stored_size(qat[i], n_bits)
            ways["codes_changed"] = codes_changed(ptq, qat[i], n_bits)
        by_bits[str(n_bits)] = found
    return [
        {
            "float": judged(states[i], data),
            "fine-tuned": judged(longer[i], data),
            "bits": {n_bits: found[i] for n_bits, found in by_bits.items()},
        }
        for i in range(len(states))
    ]


@one_thread()
def compare_on(
    name: str, sizes: Sequence[int], seeds: Sequence[int], data: Digits, *, steps: int
) -> list[Result]:
    """The networks of `compare` in 2 bits, by the same ways but for plain rounding, on a grid of
    `FOUR_CODES`.
    """
    states = trained_networks(sizes, seeds, data)
    longer = fine_tune_all(states, data.train_images, data.train_labels, seeds, steps=steps)
    found, _ = _ways(states, longer, seeds, data, steps=steps, grid=FOUR_CODES[name])
    return [
        {"bits": {"2": {f"{way}, {name}": judged for way, judged in ways.items()}}}
        for ways in found
    ]


def trained_networks(
    sizes: Sequence[int], seeds: Sequence[int], data: Digits
) -> list[dict[str, torch.Tensor]]:
    """The networks that every arm starts from: 600 steps, as `train` trains one."""
    states = [mlp(sizes, seed).state_dict() for seed in seeds]
    starts = [(state, keep_all(prunable_weights(state))) for state in states]
    training = (data.train_images, data.train_labels)
    return train_together(starts, *training, steps=600, learning_rate=0.005, seeds=seeds)


def _ways(
    states: Sequence[State],
    longer: Sequence[State],
    seeds: Sequence[int],
    data: Digits,
    *,
    steps: int,
    grid: Grid,
) -> tuple[list[Result], list[dict[str, torch.Tensor]]]:
    """All ways but plain rounding, judged, one entry a network; and the networks of "QAT"."""
    n = len(states)
    rounded = {
        (name, start): [best_rounding(name, state, data, grid) for state in networks]
        for name in ("clipped", "GPTQ")
        for start, networks in {"PTQ": states, "PTQ after fine-tuning": longer}.items()
    }
    training = (data.train_images, data.train_labels)
    once = [weights for name in ("clipped", "GPTQ") for _, weights in rounded[name, "PTQ"]]
    biases = fine_tune_all(once, *training, [*seeds] * 2, steps=steps, only_biases=True)
    scales = fine_tune_all(once[n:], *training, seeds, steps=steps, only_biases=True, scales=True)
    # The range of "QAT, clipped" is the one that was chosen for rounding.
    ratios = [1.0] * n + [ratio for ratio, _ in rounded["clipped", "PTQ"]]
    qat = fine_tune_all(
        [*states] * 2, *training, [*seeds] * 2, steps=steps, grid=grid, ratios=ratios
    )
    found: list[Result] = []
    for i in range(n):
        ways: Result = {
            "biases only, clipped": judged(biases[i], data),
            "biases only, GPTQ": judged(biases[n + i], data),
            "biases and row scales, GPTQ": judged(scales[i], data),
            "QAT": judged(qat[i], data),
            "QAT, clipped": judged(qat[n + i], data) | {"ratio": ratios[n + i]},
        }
        for (name, start), networks in rounded.items():
            ratio, weights = networks[i]
            ways[f"{start}, {name}"] = judged(weights, data) | {"ratio": ratio}
        found.append(ways)
    return found, qat[:n]


def best_rounding(
    name: str, state: State, data: Digits, grid: Grid
) -> tuple[float, dict[str, torch.Tensor]]:
    """Clipped, or by GPTQ, on the range that is best for the validation digits."""

    def round_at(ratio: float) -> dict[str, torch.Tensor]:
        if name == "clipped":
            return clipped_weights(state, grid, ratio)
        return gptq_weights(state, data.train_images, grid, ratio)

    return best_of_ratios(round_at, data.validation_images, data.validation_labels)


@one_thread()
def by_budget(
    sizes: Sequence[int],
    seeds: Sequence[int],
    data: Digits,
    *,
    n_bits: int,
    budgets: Sequence[int],
) -> list[Result]:
    """QAT, PTQ after as much fine-tuning, and biases alone, at several numbers of updates.

    Each budget is a run of its own: the learning rate falls to 0 in each. The biases are trained on
    weights that were rounded once, on the range that is best for the validation digits.
    """
    states = trained_networks(sizes, seeds, data)
    clipped = [best_rounding("clipped", state, data, symmetric(n_bits))[1] for state in states]
    training = (data.train_images, data.train_labels)
    ways = ("PTQ after fine-tuning", "biases only, clipped", "QAT")
    found: list[Result] = [{way: [] for way in ways} for _ in seeds]
    for steps in budgets:
        longer = fine_tune_all(states, *training, seeds, steps=steps)
        biases = fine_tune_all(clipped, *training, seeds, steps=steps, only_biases=True)
        qat = fine_tune_all(states, *training, seeds, steps=steps, grid=symmetric(n_bits))
        for i, of_seed in enumerate(found):
            networks = (rounded_weights(longer[i], n_bits), biases[i], qat[i])
            for way, network in zip(ways, networks, strict=True):
                of_seed[way].append(judged(network, data))
    return found


def stored_size(state: Mapping[str, torch.Tensor], n_bits: int) -> dict[str, int]:
    """Bytes of the weights with their scales, and of the codes after zlib, one code a byte."""
    stored = list(stored_weights(state, n_bits).values())
    codes = b"".join(tensor.codes.numpy().tobytes() for tensor in stored)
    return {
        "bytes": sum(tensor.nbytes for tensor in stored),
        "zlib_bytes": len(zlib.compress(codes, 9)),
    }


def codes_changed(
    first: Mapping[str, torch.Tensor], second: Mapping[str, torch.Tensor], n_bits: int
) -> float:
    """Share of the weights that have another code in the second network."""
    pairs = zip(
        stored_weights(first, n_bits).values(), stored_weights(second, n_bits).values(), strict=True
    )
    differs = torch.cat([(a.codes != b.codes).flatten() for a, b in pairs])
    return differs.double().mean().item()


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
