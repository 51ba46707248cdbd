"""How much of a method lies in its scales: formats whose scales are searched, GPTQ at smaller ones.

    python -m courseware.experiments --only minilm_scales

takes an hour on one core; an interrupted run goes on where it was. Draws are those of
`minilm_methods`, so that these arms compare with its formats and its GPTQ draw by draw.
"""

from __future__ import annotations

import sys
from itertools import product

import torch

from courseware.chapters.c10_language_models.experiments import minilm_methods as methods
from courseware.chapters.c10_language_models.hessians import DAMPING, damped, products
from courseware.chapters.c10_language_models.weight_formats import SCALES, on_grid
from courseware.experiments import records
from courseware.experiments.records import Result
from courseware.subjects.sentence_encoder import SentenceEncoder, matrix_names
from model_compression.gptq import gptq_quantize

GROUPINGS = {"a row": 0, f"groups of {methods.GROUP}": methods.GROUP}
RATIOS = {4: (0.9, 0.8, 0.7, 0.6), 3: (0.9, 0.8, 0.7, 0.6, 0.5), 2: (0.7, 0.6, 0.5, 0.4, 0.3)}
"""By bits: of a scale to that of the largest weight, which `minilm_methods` has."""
STRONG = {4: (0.9, 0.8), 3: (0.7, 0.6, 0.5), 2: (0.5, 0.4, 0.3)}
MORE_DAMPING: dict[float, dict[int, tuple[float, ...]]] = {
    0.1: {4: (1.0, 0.9), 3: (1.0, 0.9), 2: (0.6, 0.5, 0.4)},
    1.0: STRONG,
    10.0: STRONG,
    100.0: STRONG,
}
"""GPTQ again, by share of the mean diagonal that is added. The more, the less is passed on: without
end it is rounding to nearest. So the strong ones go with the scales at which that is best.
"""

ONE_FOR_ALL = "one vector for all texts"

T = torch.Tensor


def main() -> int:
    """Measure everything and write the figures as JSON."""
    what, damping = "Scales, searched and smaller, on MiniLM.", [DAMPING, *MORE_DAMPING]
    return methods.record(what, measure, SCALES, ratios=RATIOS, damping=damping)


def measure(model: SentenceEncoder, lines: list[str], n_texts: int, seed: int) -> Result:
    """All arms of one draw, by part as in `minilm_methods`."""
    texts, others = methods.drawn(lines, n_texts, seed)
    judge = methods.Judge(model, texts, model.encode(texts), products(model, matrix_names(), texts))
    xtx = products(model, matrix_names(), others[: methods.SIZES[1]])
    return {
        "formats": methods.format_arms(judge, SCALES),
        "gptq": gptq_arms(judge, xtx),
        "floor": {
            ONE_FOR_ALL: {"cosine": of_one_vector(judge, model.encode(others[: len(texts)]))}
        },
    }


def of_one_vector(judge: methods.Judge, embeddings: T) -> float:
    """The cosine of who has read nothing: one vector for all texts, the mean of other ones'."""
    mean = embeddings.mean(dim=0)
    return float((judge.exact @ (mean / mean.norm())).mean())


def gptq_arms(judge: methods.Judge, xtx: methods.Weights) -> methods.Arms:
    """Rounding to nearest and GPTQ with scales below that of the largest weight."""
    weights = judge.matrices()
    arms: methods.Arms = {}
    for n_bits, (name, group) in product(RATIOS, GROUPINGS.items()):
        for ratio in RATIOS[n_bits]:
            arm = f"{n_bits} bits, {name}, {{}}, scale × {ratio}"
            rounded = {n: nearest(w, n_bits, group, ratio) for n, w in weights.items()}
            arms[arm.format("nearest")] = judge.of_weights(rounded)
            arms[arm.format("GPTQ")] = judge.of_weights(
                {n: by_gptq(w, xtx[n], n_bits, group, ratio, DAMPING) for n, w in weights.items()}
            )
        for share, ratios in MORE_DAMPING.items():
            for ratio in ratios.get(n_bits, ()):
                arm = f"{n_bits} bits, {name}, GPTQ, scale × {ratio}, damped {share:.0%}"
                arms[arm] = judge.of_weights(
                    {n: by_gptq(w, xtx[n], n_bits, group, ratio, share) for n, w in weights.items()}
                )
    return arms


def nearest(w: T, n_bits: int, group: int, ratio: float) -> T:
    """To nearest, a float32 scale for each group: by its absmax, times a ratio; 0 is a whole row.

    >>> nearest(torch.tensor([[7.0, -3.4, 0.6, 0.0]]), 4, 2, 1.0)
    tensor([[ 7.0000, -3.0000,  0.6000,  0.0000]])
    """
    blocks = w.reshape(-1, group or w.shape[1])
    scale = ratio * blocks.abs().amax(dim=1, keepdim=True) / (2 ** (n_bits - 1) - 1)
    return on_grid(blocks, scale, n_bits).reshape(w.shape)


def by_gptq(w: T, xtx: T, n_bits: int, group: int, ratio: float, share: float) -> T:
    """By GPTQ, likewise; X^T X is not damped yet."""
    size = group or w.shape[1]
    codes, scale = gptq_quantize(w, damped(xtx, share), n_bits, size, ratio=ratio)
    return methods.values(codes, scale)


if __name__ == "__main__":
    sys.exit(records.exit_code(main))
