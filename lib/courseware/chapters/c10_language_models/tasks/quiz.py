"""The multiple-choice questions of exercise 10."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_10_cache",
        text=(
            "A model has 8 billion weights in 4 bits. It answers one user with a context of 4,000 "
            "tokens, and everything fits into the GPU with room to spare. Now 64 users are to be "
            "answered at the same time. What decides whether that fits?"
        ),
        options={
            "a": Option(
                "The weights: each user needs a copy of them",
                "All users share one copy. That is why serving many at a time is cheap, as far as "
                "weights go.",
            ),
            "b": Option(
                "The keys and values: they are 64 times as many as for one user",
                "Every text has a cache of its own. With weights in 4 bits it soon is the larger "
                "part: what was room to spare for one user is gone for 64.",
            ),
            "c": Option(
                "The table of attention, one cell for each pair of tokens of all users",
                "Users do not attend to each other, and the table of one step is not kept: only "
                "the keys and values are.",
            ),
            "d": Option(
                "Nothing new: a context of 4,000 tokens takes the same memory for any number",
                "The context of each user is another text. Its keys and values have to be kept for "
                "each.",
            ),
        },
        right="b",
        points=2,
    ),
    Question(
        name="quiz_10_calibration",
        text=(
            "You run GPTQ on a layer with 4,096 inputs. The Hessian is XᵀX of 500 calibration "
            "tokens. On these tokens the layer's error is 8 dB lower than with rounding to "
            "nearest, on others hardly lower at all. What happened?"
        ),
        options={
            "a": Option(
                "GPTQ has a bug: its error must be lower on all inputs",
                "It minimises the error on the inputs that it is shown. On others nothing is "
                "promised.",
            ),
            "b": Option(
                "The weights were changed too little: repeat the columns until the error is gone",
                "The rounded weights stay on their grid, and another pass would fit the same 500 "
                "tokens even better.",
            ),
            "c": Option(
                "500 tokens say nothing of most directions of 4,096 inputs",
                "With fewer tokens than inputs there are directions in which XᵀX says nothing. "
                "Errors are free there, and other texts do look. More calibration text helps.",
            ),
            "d": Option(
                "The damping was too small for the Cholesky factor to exist",
                "Then there would be an error, and no codes at all.",
            ),
        },
        right="c",
        points=2,
    ),
    Question(
        name="quiz_10_rotation",
        text=(
            "The inputs of a layer have one channel that is 30 times as large as the others. You "
            "rotate blocks of 64 inputs by a Hadamard matrix and the weight accordingly, then "
            "round both. Which format gains most from it?"
        ),
        options={
            "a": Option(
                "int4 with one scale: the largest value alone sets its steps",
                "The large channel alone set the scale, and most others became 0. Spread over 64 "
                "places, it is an eighth as large.",
            ),
            "b": Option(
                "float8 with one scale: floats suffer most from outliers",
                "A float keeps the same number of digits for small values as for large ones. It "
                "hardly minds an outlier.",
            ),
            "c": Option(
                "MXFP4: its blocks of 32 inputs share one exponent",
                "A large value spoils one block of 32, not all: with one scale for all inputs "
                "there is more to gain.",
            ),
            "d": Option(
                "All alike: the outputs of the layer do not change",
                "They do not change before rounding. What the rounding does to them depends on how "
                "the values are spread.",
            ),
        },
        right="a",
        points=2,
    ),
    Question(
        name="quiz_10_pattern",
        text=(
            "A matrix is pruned to 50%, once with the lowest scores of each row gone, once in the "
            "pattern 2:4, with the same scores. What is true?"
        ),
        options={
            "a": Option(
                "The outputs are equally good: half of the weights stay either way",
                "The pattern forbids most choices: where three of four neighbours matter, one of "
                "them must go all the same.",
            ),
            "b": Option(
                "2:4 is better, because it spreads the zeros evenly",
                "An even spread is asked for by the hardware. The scores did not ask for it.",
            ),
            "c": Option(
                "Both are stored in half the bytes of the dense matrix",
                "Where the kept weights are must be stored as well: 2 bits for each of them in "
                "2:4, more without a pattern.",
            ),
            "d": Option(
                "Without a pattern less is lost; with it some chips are faster",
                "That is the bargain: freedom in the choice against a layout that hardware can "
                "use. How much is lost has to be measured.",
            ),
        },
        right="d",
        points=2,
    ),
)
