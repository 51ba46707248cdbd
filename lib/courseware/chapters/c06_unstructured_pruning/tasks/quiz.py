"""The multiple-choice questions of exercise 06."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_06_goal",
        text="What is a neural network pruned for?",
        options={
            "a": Option(
                "To make its decisions easier to explain",
                "A sparse network is not easier to read: thousands of weights are left, and no one "
                "chose them for being understood.",
            ),
            "b": Option(
                "To need less memory and less computation",
                "That is the goal. Whether it is reached depends on how the pruned network is "
                "stored and run: zeros alone save nothing.",
            ),
            "c": Option(
                "To improve the training data",
                "Pruning changes the network. The data stay as they are.",
            ),
            "d": Option(
                "To fit in as many layers as possible",
                "Pruning takes away and adds nothing. The number of layers stays.",
            ),
        },
        right="b",
        points=2,
    ),
    Question(
        name="quiz_06_target",
        text="What does unstructured pruning remove?",
        options={
            "a": Option(
                "Whole layers",
                "A layer is about the largest structure that there is to remove.",
            ),
            "b": Option(
                "Whole neurons or channels",
                "That is structured pruning: what is left is a smaller dense matrix.",
            ),
            "c": Option(
                "Features of the input",
                "An input loses its effect only if all its weights happen to go. That is a side "
                "effect and not the aim.",
            ),
            "d": Option(
                "Single weights, wherever they are in a layer",
                "Each weight is judged by itself, so the zeros follow no pattern.",
            ),
        },
        right="d",
        points=2,
    ),
    Question(
        name="quiz_06_magnitude",
        text="Which weights does magnitude pruning remove?",
        options={
            "a": Option(
                "Those with the smallest absolute value",
                "A weight near zero adds next to nothing to the outputs, whichever sign it has.",
            ),
            "b": Option(
                "Those nearest to the mean of their layer",
                "The mean of a layer is usually near 0, so the two look alike. But what counts is "
                "the distance from 0: with a mean of 2, a weight of 2 is not a small one.",
            ),
            "c": Option(
                "Those that the last steps of training changed",
                "How much a weight has moved is another criterion. Magnitude looks at where it is "
                "now.",
            ),
            "d": Option(
                "The most negative ones",
                "−5 does as much as 5, with the other sign. The sign does not count.",
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
                "They move away from 0, because the velocity remembers older gradients",
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
