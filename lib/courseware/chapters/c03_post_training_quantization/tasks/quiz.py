"""The multiple-choice questions of exercise 03."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_03_calibration",
        text=(
            "A layer's activations, to be rounded to 8 bits, lie between −3 and 3, but in one of "
            "1,000 calibration batches a single value is 60. What does the range of `minmax_range` "
            "do to the other values?"
        ),
        options={
            "a": Option(
                "They are clipped",
                "Nothing that was seen in calibration lies outside of a min-max range.",
            ),
            "b": Option(
                "They share about a tenth of the codes",
                "The range is −3 … 60, 63 wide, and the others fill 6 of that. A percentile would "
                "clip the one value and give its codes to all others.",
            ),
            "c": Option(
                "Nothing, since one value in so many does not matter",
                "It does not matter to a percentile or a mean. The largest value is what it is, "
                "however rare.",
            ),
            "d": Option(
                "They are rounded to 0, all of them",
                "The step is 63 / 255, about 0.25: values up to 3 are up to 12 steps away from 0.",
            ),
        },
        right="b",
        points=3,
    ),
    Question(
        name="quiz_03_accumulator",
        text=(
            "Two vectors of 1,024 codes from −127 to 127 are multiplied, code by code, and the "
            "products added up. How many bits must the sum have at least, its sign included, so "
            "that it can never overflow?"
        ),
        options={
            "a": Option("8", "Already one product, up to 16,129, needs 15 bits."),
            "b": Option("16", "16 bits end at 32,767: three large products are too many."),
            "c": Option(
                "25",
                "1,024 · 16,129 is about 16.5 million, just below 2**24, and the sign takes one "
                "more bit. Hardware offers 32.",
            ),
            "d": Option(
                "64", "They would do, but fewer are enough: the sum stays far below 2**63."
            ),
        },
        right="c",
        points=3,
    ),
    Question(
        name="quiz_03_nf4",
        text="Two NF4 codes are 12 and 3, in the same block. What do the codes alone tell you?",
        options={
            "a": Option(
                "Their product stands for the product of the two values",
                "A code is a position in a table. Positions cannot be multiplied; look the values "
                "up first.",
            ),
            "b": Option(
                "The first value is 4 times as large",
                "That would hold for steps of an even grid that starts at 0. These are positions "
                "in a table: code 3 even stands for a negative value.",
            ),
            "c": Option(
                "The first value is 9 steps above the second",
                "NF4 has no step: its entries lie close together near 0, and far apart at the "
                "ends.",
            ),
            "d": Option(
                "The first value is the larger one",
                "The table ascends, and both are multiplied by the same absmax. More the codes "
                "alone do not tell.",
            ),
        },
        right="d",
        points=3,
    ),
    Question(
        name="quiz_03_offloading",
        text=(
            "A slide times one pass through a model of 7 billion weights: 67.7 s in float32, which "
            "did not fit into the GPU, 5.5 s in 4 bits. Your GPU holds the model in float16 as "
            "well as in NF4. What do you expect of NF4 for one pass over a long prompt, where the "
            "arithmetic takes most of the time?"
        ),
        options={
            "a": Option(
                "A quarter of the time: its weights have a quarter of the bits",
                "The bits that are stored are fewer, the arithmetic is the same: it is done in "
                "float16 in both cases.",
            ),
            "b": Option(
                "No less than float16: each weight has to be looked up first",
                "Both compute the same products in float16, and NF4 turns its codes into floats "
                "before. Fewer bytes help where reading them is what takes the time.",
            ),
            "c": Option(
                "A twelfth of the time: that is what the slide measured",
                "There, the float32 weights were sent to the GPU again for each pass. Here both "
                "models are there already, so this gap is gone.",
            ),
            "d": Option(
                "Less time: weights with code 7 stand for 0 and are skipped",
                "They take part like all others. Skipping zeros is another technique: pruning.",
            ),
        },
        right="b",
        points=3,
    ),
)
