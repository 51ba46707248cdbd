"""The way through the course for who learns alone, and three short forms of it.

A lecture's minutes stand here and nowhere else; a test compares them with what they rest on
(`lecture_time`), and with the home page and the lectures, which repeat them. Those of an exercise
are the sum of what its tasks say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from courseware.learning.exercises import exercise
from courseware.registry import CHAPTERS

STOP = "; stop at "
"""Between a lecture and the section that is not read any more."""


@dataclass(frozen=True)
class Stage:
    """What to do in one chapter.

    Attributes:
        minutes: what reading, predicting and running the lecture takes.
        read: what the lecture is about, and what to look for in it.
        predict: a question to answer before the lecture does.
        try_it: what to move or to change by hand.
        solve: what of the exercise to do first; the rest is in its own order.
        builds_on: numbers of the chapters that it needs.
    """

    minutes: int
    read: str
    predict: str
    try_it: str
    solve: str
    builds_on: tuple[int, ...] = ()


@dataclass(frozen=True)
class Leg:
    """A part of a short form.

    Attributes:
        what: to do.
        chapter: in which one; None if in none.
        tasks: functions of its exercise, if it is about them.
        takes: minutes, where it is neither a whole lecture nor tasks.
    """

    what: str
    chapter: int | None = None
    tasks: tuple[str, ...] = ()
    takes: int | None = None

    @property
    def minutes(self) -> int:
        """What it takes: as said, or what its tasks say, or what its lecture takes."""
        if self.takes is not None or self.chapter is None:
            return self.takes or 0
        if not self.tasks:
            return STAGES[self.chapter].minutes
        asked = exercise(CHAPTERS[self.chapter].folder).tasks
        return sum(task.minutes for task in asked if task.name in self.tasks)


@dataclass(frozen=True)
class ShortForm:
    """A shorter way for who wants one thing."""

    title: str
    for_whom: str
    legs: tuple[Leg, ...]

    @property
    def minutes(self) -> int:
        """All of it together."""
        return sum(leg.minutes for leg in self.legs)


def with_links(text: str, course: str = "") -> str:
    """The lectures and exercises that a line names, as Markdown's links; `course` leads there.

    So does the section at which to stop, in JupyterLab's way of naming one.

    >>> with_links("lecture 01, then exercise 02", "../")[:52]
    '[lecture 01](../lectures/01_number_formats.ipynb), t'
    >>> with_links("lecture 01; stop at *One more*")[46:]
    '; stop at *[One more](lectures/01_number_formats.ipynb#One-more)*'
    """

    def link(found: re.Match[str]) -> str:
        folder = CHAPTERS[int(found[2])].folder
        place = f"lectures/{folder}" if found[1] == "lecture" else f"exercises/{folder}/{folder}"
        address = f"{course}{place}.ipynb"
        named = f"[{found[1]} {found[2]}]({address})"
        if not (section := found["section"]):
            return named
        return f"{named}{STOP}*[{section}]({address}#{section.replace(' ', '-')})*"

    stop = rf"(?:{STOP}\*(?P<section>[^*]+)\*)?"
    return re.sub(rf"\b(lecture|exercise) (\d\d)\b{stop}", link, text)


STAGES = {
    0: Stage(
        65,
        "how large models are, and the three ways to make them smaller",
        "a small network is trained as long as a large one: does it get as far?",
        "the memory calculator: which models fit into your laptop, and at how many bits?",
        "nothing yet: this chapter has no exercise",
    ),
    1: Stage(
        65,
        "how a row of bits becomes a number: unsigned, two's complement, float",
        "which number is 11111111 in two's complement?",
        "the bit flipper: find the pattern whose negative is itself",
        "`signed_value` and `negate`; `float32_fields` is the hardest",
        (0,),
    ),
    2: Stage(
        85,
        "how floats become small integers and come back, and what is lost on the way",
        "how far does one more bit bring the error down?",
        "the scale explorer: a scale that clips the largest weights may still be the better one",
        "`absmax_scale`, `quantize`, `dequantize`: chapters 03 and 04 are made of them",
        (1,),
    ),
    3: Stage(
        75,
        "how a finished network is quantized without training, first a small one, then a "
        "transformer",
        "is a range that cuts off the largest values better than one that makes room for them?",
        "the calibration explorer: find the percentile that loses least",
        "`minmax_range` and `int8_linear`; `quantize_weights` puts all together",
        (2,),
    ),
    4: Stage(
        85,
        "how a network is trained through the staircase of rounding, and when that pays off",
        "what is the true gradient of rounding?",
        "the staircase explorer: where does the gradient stop?",
        "`fake_quantize`, then `qat_forward`; `train_qat` trains for real",
        (2, 3),
    ),
    5: Stage(
        85,
        "what a teacher's wrong answers tell a student that labels do not",
        "can a student know a digit that it has never seen?",
        "the temperature explorer: at which temperature do you see what the teacher mixes up?",
        "`softmax` and `kl_divergence`; `distillation_loss` joins them",
        (0,),
    ),
    6: Stage(
        80,
        "which weights can go, what zeros save in bytes and in time, and why masks are kept",
        "is a matrix with nine zeros in ten multiplied faster?",
        "the pruning explorer: one threshold for all layers takes most from which?",
        "`magnitude_mask` and `masked_step`; `prune_and_finetune` needs both",
        (0,),
    ),
    7: Stage(
        80,
        "how whole neurons and channels are taken out, and what has to be cut with them",
        "half of the hidden units go: how many of the weights go?",
        "the unit explorer: take out units that are never active, then others",
        "`keep_indices` and `shrink_linear_pair`; `shrink_conv_pair` is the hardest",
        (6,),
    ),
    8: Stage(
        65,
        "pruning before, during and after training, at one budget",
        "SNIP's mask is shuffled within each layer: is it worse then?",
        "the schedule explorer: where does a cubic schedule take most weights away?",
        "`snip_scores` and `cubic_sparsity`",
        (6,),
    ),
    9: Stage(
        75,
        "small networks that train as well as the whole from their own beginning, and what has to "
        "be shown before one may say so",
        "what matters more, the mask or the first values?",
        "the ticket explorer: go through the seven steps one by one",
        "`iterative_masks` and `rewind`; `find_ticket` searches for one",
        (6,),
    ),
    10: Stage(
        85,
        "what makes language models fit: NF4, a smaller cache, errors that make up for each "
        "other, outliers, floats of four bits; and what makes four bits fast",
        "a long conversation: what takes more memory, the weights or the keys and values?",
        "the memory explorer: how many long texts fit beside weights in 16 bits, how many in 4?",
        "`kv_cache_bytes` first; every task stands by itself",
        (2, 3),
    ),
    11: Stage(
        85,
        "all steps together: what no other beats, short codes, shared values, the bytes of a file",
        "how many bits does a code take, if most of the codes are zero?",
        "change the share of zeros, and compare the bytes with the entropy",
        "the five small functions; then the capstone, a file format of your own",
        (2, 6),
    ),
}
"""Number of a chapter → what to do in it."""

SHORT_FORMS = (
    ShortForm(
        "Quantization in an evening",
        "You want to know what “int8” and “4 bits” do to a network.",
        (
            Leg("lecture 01; stop at *Invert, then add one*", 1, takes=20),
            Leg("lecture 02", 2),
            Leg("three functions of exercise 02", 2, ("absmax_scale", "quantize", "dequantize")),
            Leg("lecture 03; stop at *A real transformer*", 3, takes=50),
            Leg("two functions of exercise 03", 3, ("minmax_range", "bits_per_weight")),
        ),
    ),
    ShortForm(
        "Pruning in a weekend",
        "You want to make a network smaller, and to know what that is worth.",
        (
            Leg("lecture 06", 6),
            Leg(
                "the functions of exercise 06; the last one prunes while it trains",
                6,
                (
                    "threshold_mask",
                    "magnitude_mask",
                    "global_magnitude_masks",
                    "sparse_bytes",
                    "masked_step",
                    "prune_and_finetune",
                ),
            ),
            Leg("lecture 07", 7),
            Leg(
                "four functions of exercise 07; the last one makes a whole network narrower",
                7,
                ("filter_norms", "keep_indices", "shrink_linear_pair", "structured_prune"),
            ),
            Leg("lecture 09", 9),
        ),
    ),
    ShortForm(
        "I teach this next week",
        "You know the subject, and need a lecture, an exercise and marks.",
        (
            Leg("[Teaching this course](teaching.md): plans, and a term step by step", takes=20),
            Leg("`make demo`: a made-up class, graded from hand-in to report", takes=10),
            Leg("lecture 02, as your students will see it", 2),
            Leg("of exercise 02 one function, wrong on purpose: read its report", 2, ("quantize",)),
            Leg("`make lab TEACHER=1`: how written answers are marked", takes=10),
        ),
    ),
)
