"""The task `train_qat`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from courseware.chapters.c04_quantization_aware_training.tasks import networks
from courseware.chapters.c04_quantization_aware_training.tasks import trained_judges as judges
from courseware.chapters.c04_quantization_aware_training.tasks.judges import OFF_LIMITS
from courseware.chapters.c04_quantization_aware_training.tasks.networks import Arguments, T
from courseware.checks.states import Seed, Words, trained, trained_twice
from courseware.checks.task import Check, Draw, Misconception, Task
from model_compression import quantization_aware_training as reference

SECONDS = 20.0
"""For a call, on one thread."""


def _reference(*arguments: Any) -> dict[str, T]:
    """With fewer steps than by default: it is far above the bars as well."""
    return reference.train_qat(*arguments, steps=300)


def _four_bits_small(draw: Draw) -> Iterator[Arguments]:
    yield networks.small_problem(draw, 4)


def _three_bits_small(draw: Draw) -> Iterator[Arguments]:
    state, images, labels, n_bits, seed = networks.small_problem(draw, 3)
    yield state, images, labels, n_bits, Seed(0, seed.data)  # `if seed` is false for 0


def _two_bits(draw: Draw) -> Iterator[Arguments]:
    yield networks.problem(draw, 2)


def _four_and_eight_bits(draw: Draw) -> Iterator[Arguments]:
    yield networks.problem(draw, 4)
    yield networks.problem(draw, 8)


def _expect(what: str) -> Callable[..., Words]:
    """In place of a reference, which is only one of many right results: words."""
    return lambda *arguments: Words(what)


TRAIN_QAT = Task(
    name="train_qat",
    points=26,
    reference=_reference,
    lecture="lecture 04, “Training with the rounding in the loop”",
    off_limits=OFF_LIMITS,
    seconds=SECONDS,
    calls=("qat_forward", "fake_quantize", "ste_mask"),
    checks=(
        Check(
            "weights on the grid, biases as they are, from the given network",
            2,
            _four_bits_small,
            judges.on_the_grid,
            trained,
            _expect("a state like the given one, its weights on the grid"),
        ),
        Check(
            "one seed, one result",
            1,
            _three_bits_small,
            judges.repeatable,
            trained_twice,
            _expect("the same trained state from both calls"),
        ),
        Check(
            "2 bits: nine tenths of the lost accuracy come back",
            5,
            _two_bits,
            judges.won_back,
            trained,
            _expect("weights on the grid, 90% of the lost accuracy won back on images held back"),
        ),
        Check(
            "4 and 8 bits: as good as the float network",
            2,
            _four_and_eight_bits,
            judges.near_float,
            trained,
            _expect("weights on the grid, held-out accuracy at most 0.03 below float"),
        ),
    ),
    misconceptions=(
        Misconception(
            "names-changed",
            "The state has other names than the one that came in. A network can be loaded only "
            "under its own names: `0.weight`, `0.bias`, `2.weight`, `2.bias`.",
        ),
        Misconception(
            "off-grid",
            "The weights that came back are not on a grid. Training needs float weights, which "
            "take small steps; what is handed over are the rounded ones, that the network was "
            "trained to work with.",
        ),
        Misconception(
            "too-many-levels",
            "The weights are on a grid, but on a finer one than so few bits allow. Is `n_bits` "
            "used wherever the weights are rounded?",
        ),
        Misconception(
            "codes-returned",
            "The weights that came back are codes. The state has to work as it is: each weight is "
            "its code times the scale of its row.",
        ),
        Misconception(
            "biases-quantized",
            "The biases were rounded, too. They stay float: there are few of them, and an error in "
            "one shifts an output for every image.",
        ),
        Misconception(
            "biases-untrained",
            "The weights were trained, and the biases are those that came in. They learn as well: "
            "give the optimizer all four tensors, and return what became of them.",
        ),
        Misconception(
            "one-bias-untrained",
            "One of the two biases was trained, and the other one is what came in. Both learn: "
            "each is added in every forward pass of the training, and the optimizer gets all four "
            "tensors.",
        ),
        Misconception(
            "scales-frozen",
            "The scales were taken once, from the weights that came in. A row whose largest weight "
            "grows is clipped then, and one whose largest weight shrinks leaves its highest code "
            "empty: take each scale from the weight as it is, in every forward pass and at the "
            "end.",
        ),
        Misconception(
            "started-anew",
            "The weights have nothing to do with those that came in. Training goes on from the "
            "given network, in steps of a size that leaves something of it: a new one throws away "
            "what was learned.",
        ),
        Misconception(
            "untrained",
            "The network came back as it was. Train it with rounded weights on the images.",
        ),
        Misconception(
            "seed-ignored",
            "Two calls with the same seed gave two results. Draw the order of the images from a "
            "generator that starts from `seed`, whatever it is: 0 is a seed like others, though "
            "`if seed` is false for it.",
        ),
        Misconception(
            "only-rounded",
            "This is the given network, rounded: nothing was learned from the images. That is "
            "post-training quantization, which this task is to improve on.",
        ),
        Misconception(
            "grid-of-columns",
            "The weights are rounded with a scale for each column. Each row has its own: the axis "
            "that the maximum runs over is the columns, `dim=1`.",
        ),
        Misconception(
            "other-images",
            "The network reads images well that are scaled otherwise, as standardised ones are, "
            "and not the images as they are. Train it on those that came in: they go into the "
            "network unchanged.",
            covers=("accuracy-lost",),
        ),
        Misconception(
            "worse-than-rounded",
            "The training made the network worse than no training at all: rounding alone reads "
            "more. It learns something else, then: do images and labels of a batch belong together "
            "(the indices are drawn once, for both), and are the images those that came in? Or are "
            "the steps so large that they destroy what was there?",
        ),
        Misconception(
            "weights-stuck",
            "The biases were trained, but the weights are as good as untrained: their codes are "
            "those of the given weights, rounded. Either no gradient reaches the weights, since "
            "the derivative of rounding is 0 and the straight-through estimator of `fake_quantize` "
            "is missing on the way; or no float copy is kept, so that rounding after a step takes "
            "the step back; or the steps are far too few or too small; or they lead nowhere, as "
            "where images and labels of a batch do not belong together.",
        ),
        Misconception(
            "one-scale-for-all",
            "All rows share one scale, the one of the largest row, and the other rows have hardly "
            "any codes left. Give each row its own.",
        ),
        Misconception(
            "codes-hardly-changed",
            "Most weights still have the code that they had at first, as if the network had been "
            "trained in float and rounded at the end. Round in every forward pass of the training, "
            "and to the same grid as the result. If you do: is a float copy kept, is the training "
            "long enough, and are its steps large enough to leave a code?",
        ),
        Misconception(
            "scale-clipped",
            "This is not the grid of `qat_forward`: the scales of the rows of `0.weight` are no "
            "longer those that the largest weights which came in ask for. These were clipped; or a "
            "weight decay shrank them; or a gradient reached them, as it does through a scale that "
            "does not count as a constant. On a grid that is cut to measure, rounding alone may "
            "do: here the training is to cope with the grid as it is.",
        ),
        Misconception(
            "weights-decayed",
            "The largest weights of the rows of `0.weight` have shrunk a little, and their scales "
            "with them, though no gradient reaches them. That is a weight decay, which is to be "
            "off: `AdamW` has one of 0.01 unless it is told otherwise. (Or the scales were made a "
            "little smaller than the largest weights ask for.)",
        ),
        Misconception(
            "off-unit-trained",
            "A hidden unit that is off for every image was trained all the same: behind the ReLU "
            "no gradient reaches it. Is the ReLU between the two layers in every forward pass of "
            "the training, is it a ReLU, and do the images go into the network as they are?",
        ),
        Misconception(
            "not-won-back",
            "Too little of the accuracy came back. Is every forward pass rounded, to the same grid "
            "as the result, with a scale for each row? Is the network the given one, with its "
            "ReLU? If so, the training is too short, or its steps are too small, or still too "
            "large at its end.",
        ),
        Misconception(
            "accuracy-lost",
            "With so many bits the network should be as good as before. Is every forward pass "
            "rounded, to the same grid as the result, with a scale for each row? Is the network "
            "the given one, with its ReLU, and do the images go into it as they are? Is the "
            "learning rate too high, or the training too short?",
        ),
    ),
)
