"""The multiple-choice questions of exercise 02."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_02_rounding",
        text=(
            "A slide spreads a largest value of 14.33 over the full int4 range: the scale is "
            "14.33 / 7.5, so x / scale is exactly 7.5. Which code does `quantize` give it?"
        ),
        options={
            "a": Option(
                "8, because half to even rounds 7.5 to 8",
                "Half to even does round 7.5 to 8, but int4 ends at 7: there is no such code.",
            ),
            "b": Option(
                "7, because 7.5 is rounded down to 7",
                "The code is 7, the reason is not: half to even rounds 7.5 to 8.",
            ),
            "c": Option(
                "7, because the clamp brings 8 back to 7",
                "7.5 is a tie and goes to the even 8, which 4 bits cannot hold; the clamp makes "
                "it 7.",
            ),
            "d": Option(
                "−8, because 8 wraps around in four bits",
                "That is what wrapping around would give: the pattern 1000 read with a sign. The "
                "clamp comes before anything is stored.",
            ),
        },
        right="c",
        points=3,
    ),
    Question(
        name="quiz_02_outlier",
        text=(
            "One weight of a row is a hundred times as large as any other. The row is quantized "
            "to int4 with one symmetric scale. What becomes of the other weights?"
        ),
        options={
            "a": Option(
                "They all get code 0",
                "The step is a seventh of the outlier, so all the others are less than a tenth "
                "of a step: they round to 0.",
            ),
            "b": Option(
                "They are clamped",
                "Clamping happens to values beyond the range. The others lie in the middle of it.",
            ),
            "c": Option(
                "They keep their precision, only the outlier loses some",
                "It is the other way round: the outlier sets the step, and it is hit exactly.",
            ),
            "d": Option(
                "They get different codes from −7 to 7",
                "They would with a scale of their own. This one is a hundred times too coarse.",
            ),
        },
        right="a",
        points=3,
    ),
    Question(
        name="quiz_02_overhead",
        text=(
            "Codes of 4 bits, in groups of 32, one float32 scale a group. How many bits does a "
            "weight take, all in all?"
        ),
        options={
            "a": Option("4", "Without their scales the codes cannot be read back: count them too."),
            "b": Option("4.125", "That is 4 + 4/32: a scale of 4 bits. A float32 has 32 of them."),
            "c": Option("5", "4 for the code, and 32 bits of scale shared by 32 weights: 1 more."),
            "d": Option("36", "That would be a scale for every weight. A group shares one."),
        },
        right="c",
        points=3,
    ),
    Question(
        name="quiz_02_zero",
        text="Why is an affine range stretched until it contains 0?",
        options={
            "a": Option(
                "Because a scale would be negative otherwise",
                "max − min is positive with or without 0 in between.",
            ),
            "b": Option(
                "Because 0.0 must come back exactly as 0.0",
                "Zeros are everywhere, after ReLU and in padding. A small error on each of them "
                "would add up.",
            ),
            "c": Option(
                "Because the codes would be negative otherwise",
                "Codes start at 0 whatever values they stand for: the zero point sees to that.",
            ),
            "d": Option(
                "Because the steps become finer with 0 inside",
                "A wider range has a wider step, so the other values lose a little. That is the "
                "price.",
            ),
        },
        right="b",
        points=3,
    ),
)
