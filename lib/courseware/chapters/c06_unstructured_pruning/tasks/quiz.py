"""The multiple-choice questions of exercise 06."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_06_goal",
        text=(
            "An app comes with a pruned network: nine tenths of its weights are gone, wherever "
            "they happened to be. The download holds a bitmask and the weights that are left. "
            "When the app starts, it unpacks them into ordinary float32 tensors. What has become "
            "smaller?"
        ),
        options={
            "a": Option(
                "The memory that the running app needs for the weights",
                "Unpacked, every zero takes four bytes again, like any other float.",
            ),
            "b": Option(
                "The download",
                "A bit for each weight and four bytes for one in ten are far less than four bytes "
                "for all. Memory and time would take a program that works on what is left alone.",
            ),
            "c": Option(
                "The time for an answer",
                "A dense product multiplies by zeros as it does by other numbers.",
            ),
            "d": Option(
                "All three",
                "Zeros alone save nothing. They save where something leaves them out, and here "
                "only the file does.",
            ),
        },
        right="b",
        points=2,
    ),
    Question(
        name="quiz_06_target",
        text=(
            "Four masks of a layer with four inputs and four outputs, a row for each output: each "
            "prunes one half of the weights. Three layers can be rewritten as a smaller dense "
            "layer, without a zero in it. Which one cannot?"
        ),
        options={
            "a": Option(
                "1111 / 0000 / 1111 / 0000",
                "Two outputs are gone altogether: what is left is a dense layer with two outputs.",
            ),
            "b": Option(
                "1100 / 1100 / 1100 / 1100",
                "Two inputs have no effect any more: without them it is a dense layer of two "
                "inputs.",
            ),
            "c": Option(
                "0000 / 0000 / 1111 / 1111",
                "Whole rows again, if neighbours this time: two outputs are left.",
            ),
            "d": Option(
                "1010 / 0110 / 1001 / 0101",
                "Every input and every output still has weights, so no row and no column can be "
                "taken out. This is what unstructured pruning leaves: single weights are gone.",
            ),
        },
        right="d",
        points=2,
    ),
    Question(
        name="quiz_06_magnitude",
        text=(
            "An output is 0.5 · u − 2 · v. In the data u is about 100 and v about 0.01. Magnitude "
            "pruning takes one of the two weights away. Which one, and what comes of it?"
        ),
        options={
            "a": Option(
                "0.5, and the output loses nearly everything",
                "It is the smaller magnitude, and it carried about 50 of the output, the other one "
                "0.02. Magnitude knows nothing of the inputs: it works where they are about alike.",
            ),
            "b": Option(
                "0.5, and the output hardly changes, since the weight was small",
                "The right weight. But what a weight adds to the output is its product with the "
                "input, and this input is large.",
            ),
            "c": Option(
                "−2, since it is the smaller number",
                "The sign does not count: the magnitude of −2 is 2, more than 0.5.",
            ),
            "d": Option(
                "−2, since its product with the input is the smaller one",
                "That would be the wiser choice, and other criteria make it. Magnitude looks at "
                "the weight alone.",
            ),
        },
        right="a",
        points=2,
    ),
    Question(
        name="quiz_06_bytes",
        text=(
            "Half of the weights of a 1000 × 1000 float32 layer are set to zero, and the tensor is "
            "saved as it is. How large is the file, about? And how large would it be in csr, with "
            "int64 indices as in task 4?"
        ),
        options={
            "a": Option(
                "2 MB; csr takes the same",
                "A zero of a dense tensor takes four bytes like any other float. And csr stores "
                "more than the values: where each of them belongs.",
            ),
            "b": Option(
                "4 MB; csr takes 2 MB",
                "The dense tensor is right. But csr stores a column of eight bytes beside each "
                "value of four.",
            ),
            "c": Option(
                "4 MB; csr takes 6 MB",
                "A million floats of four bytes, zeros included. In csr, 500,000 values with a "
                "column take twelve bytes each: more than before.",
            ),
            "d": Option(
                "2 MB; csr takes 6 MB",
                "csr is right. But a zero in a dense tensor takes four bytes like any other float.",
            ),
        },
        right="c",
        points=3,
    ),
    Question(
        name="quiz_06_revival",
        text=(
            "A network was trained with momentum, then pruned. While it is fine-tuned, the "
            "gradients of the pruned weights are set to zero before every step. Nothing else is "
            "masked, and the optimizer goes on as it was. What happens to the pruned weights?"
        ),
        options={
            "a": Option(
                "They stay at 0, because a weight without a gradient does not move",
                "With plain gradient descent they would. An optimizer with momentum moves by its "
                "velocity, which is not 0.",
            ),
            "b": Option(
                "They move, because the velocity remembers older gradients",
                "The velocity fades step by step, but every step moves the weight. Mask the "
                "weights after each step, then it does not matter what the optimizer remembers.",
            ),
            "c": Option(
                "They stay at 0, because they were pruned for being small",
                "How small they were has no effect any more: they are moved like all others.",
            ),
            "d": Option(
                "They return to the values that they had before",
                "Those values are gone. Where the weights move to depends on the last gradients "
                "before the pruning.",
            ),
        },
        right="b",
        points=3,
    ),
)
