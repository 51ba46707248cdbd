"""Quantization-aware training against post-training quantization, on real digits.

    python -m courseware.experiments --only qat_digits

takes about ten minutes on two cores. What is done is kept in a second file beside the record until
all of it is: an interrupted run goes on where it was, and leaves an older record as it is.
Lecture 04 reads the record, and runs `compare` on fewer seeds and steps.
"""

from __future__ import annotations

import sys
import time
import zlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from itertools import product

import torch

from courseware.chapters.c04_quantization_aware_training.fine_tuning import (
    best_clipped_weights,
    fine_tune,
    rounded_weights,
    stored_weights,
)
from courseware.experiments.records import (
    PACKAGES,
    Result,
    collect,
    finish,
    options_of,
    settings_of,
)
from courseware.subjects.data import Digits, digits
from courseware.subjects.models import mlp
from courseware.subjects.training import judged, one_thread, train
from model_compression.quantization_aware_training import train_qat

BITS = (8, 4, 3, 2)
NETWORKS = {"64-64-10": (64, 64, 10), "64-16-10": (64, 16, 10)}
BUDGET_NETWORK = "64-64-10"
BUDGET_BITS = (3, 2)
BUDGETS = (0, 10, 30, 100, 300, 1000, 3000)


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = options_of(
        "Compare QAT with PTQ on digits.",
        seeds=(20, "number of networks of each size"),
        budget_seeds=(10, "of the budgets"),
        steps=(1500, "updates of the fine-tuning"),
    )
    settings = settings_of(options, PACKAGES, bits=BITS, networks=NETWORKS, budgets=BUDGETS)
    data = digits()
    unfinished = options.out.with_suffix(".partial")
    work: dict[str, Callable[[], Result]] = {}
    for name, seed in product(NETWORKS, range(options.seeds)):
        run = partial(compare, NETWORKS[name], seed, data, steps=options.steps, bits=BITS)
        work[f"compared {name} {seed}"] = run
    for n_bits, seed in product(BUDGET_BITS, range(options.budget_seeds)):
        run = partial(by_budget, NETWORKS[BUDGET_NETWORK], seed, data, n_bits, BUDGETS)
        work[f"budget {n_bits} {seed}"] = run
    results = collect(work, settings, unfinished)
    record = settings | {
        "date": time.strftime("%Y-%m-%d"),
        "compared": {
            name: [results[f"compared {name} {seed}"] for seed in range(options.seeds)]
            for name in NETWORKS
        },
        "by_budget": {
            str(n_bits): [
                results[f"budget {n_bits} {seed}"] for seed in range(options.budget_seeds)
            ]
            for n_bits in BUDGET_BITS
        },
    }
    finish(record, options.out, unfinished)
    return 0


@one_thread()
def compare(
    sizes: Sequence[int], seed: int, data: Digits, *, steps: int, bits: Sequence[int]
) -> Result:
    """One network in each number of bits, by PTQ and by QAT, with the controls.

    Args:
        sizes: of the layers, as in `mlp`.
        seed: of the network, and of the order of the images.
        data: trained on its training part, clipped by its validation part, judged on its test part.
        steps: updates of QAT, and of the float network that is the control.
        bits: numbers of bits.
    Returns: "float" and "fine-tuned", the judged float networks, and "bits": by number of bits (as
        text), the judged networks of five ways to get there, and of what they consist.
    """
    images, labels = data.train_images, data.train_labels
    model = mlp(sizes, seed)
    train(model, images, labels, seed=seed)
    state = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    longer = fine_tune(state, images, labels, seed, steps=steps)
    result: Result = {
        "float": judged(state, data),
        "fine-tuned": judged(longer, data),
        "bits": {},
    }
    for n_bits in bits:
        ptq = rounded_weights(state, n_bits)
        qat = train_qat(state, images, labels, n_bits, seed, steps=steps)
        validation = (data.validation_images, data.validation_labels)
        ratio, clipped = best_clipped_weights(state, n_bits, *validation)
        longer_ratio, longer_clipped = best_clipped_weights(longer, n_bits, *validation)
        result["bits"][str(n_bits)] = {
            "PTQ": judged(ptq, data) | stored_size(ptq, n_bits),
            "PTQ after fine-tuning": judged(rounded_weights(longer, n_bits), data),
            "PTQ, clipped": judged(clipped, data) | {"ratio": ratio},
            "PTQ after fine-tuning, clipped": judged(longer_clipped, data)
            | {"ratio": longer_ratio},
            "QAT": judged(qat, data) | stored_size(qat, n_bits),
            "codes_changed": codes_changed(ptq, qat, n_bits),
        }
    return result


@one_thread()
def by_budget(
    sizes: Sequence[int], seed: int, data: Digits, n_bits: int, budgets: Sequence[int]
) -> Result:
    """QAT, and PTQ after as much fine-tuning, at several numbers of updates.

    Each budget is a run of its own: the learning rate falls to 0 in each.
    """
    images, labels = data.train_images, data.train_labels
    model = mlp(sizes, seed)
    train(model, images, labels, seed=seed)
    state = model.state_dict()
    result: Result = {"PTQ after fine-tuning": [], "QAT": []}
    for steps in budgets:
        longer = fine_tune(state, images, labels, seed, steps=steps)
        qat = train_qat(state, images, labels, n_bits, seed, steps=steps)
        result["PTQ after fine-tuning"].append(judged(rounded_weights(longer, n_bits), data))
        result["QAT"].append(judged(qat, data))
    return result


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
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("qat_digits: interrupted; the same command goes on from here")
