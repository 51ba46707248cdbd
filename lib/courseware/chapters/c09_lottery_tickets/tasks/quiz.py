"""The multiple-choice questions of exercise 09."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_09_rounds",
        text=(
            "Every round prunes a fifth of the weights that are left. After how many rounds is "
            "less than a tenth of them left?"
        ),
        options={
            "a": Option(
                "5: five fifths are all of them",
                "The shares are not of the same thing: the second fifth is taken of what the first "
                "left over. After 5 rounds a third is left.",
            ),
            "b": Option(
                "11: 0.8 to the power of 11 is 0.086",
                "Each round leaves 0.8 of what it finds. Ten rounds leave 0.107, eleven 0.086.",
            ),
            "c": Option(
                "2: 0.2 to the power of 2 is 0.04",
                "0.2 is what goes in a round. What is left is multiplied by 0.8.",
            ),
            "d": Option(
                "Never: there is always something left",
                "Something is left for long, but ever less, and soon less than a tenth.",
            ),
        },
        right="b",
        points=3,
    ),
    Question(
        name="quiz_09_copy",
        text=(
            "A classmate writes `first = model.state_dict()`, trains `model`, prunes, and rewinds "
            "with `model.load_state_dict(first)`. What happens?"
        ),
        options={
            "a": Option(
                "The model is back at its start: `state_dict` takes a copy",
                "It hands out the tensors of the model itself, without a copy.",
            ),
            "b": Option(
                "An error: the optimizer still uses the tensors",
                "No one notices anything, and that is the trouble.",
            ),
            "c": Option(
                "The weights go back to their start, the biases do not",
                "A `state_dict` holds weights and biases. All of them share their memory with the "
                "model.",
            ),
            "d": Option(
                "Nothing is rewound: `first` was trained as well",
                "The optimizer changes tensors in place, and `first` holds these very tensors. "
                "Clone them before the training.",
            ),
        },
        right="d",
        points=3,
    ),
    Question(
        name="quiz_09_control",
        text=(
            "A ticket with a tenth of the weights trains to 92%. Which further experiment shows "
            "that the first values of its weights matter, and not its mask alone?"
        ),
        options={
            "a": Option(
                "The same mask on newly drawn values, trained in the same way",
                "Only the first values differ. If this arm does worse, they matter. Whether it is "
                "their signs or their sizes takes one more arm.",
            ),
            "b": Option(
                "A random mask on the same first values, trained in the same way",
                "Here the mask is another one, so this shows whether the mask matters. It says "
                "nothing about the values under one mask.",
            ),
            "c": Option(
                "No mask on the same first values, trained in the same way",
                "That shows what pruning costs. It has neither the mask nor fewer weights.",
            ),
            "d": Option(
                "The same mask and first values, with the batches in another order",
                "That shows the spread, which you need to judge any difference. But the first "
                "values are the same.",
            ),
        },
        right="a",
        points=3,
    ),
    Question(
        name="quiz_09_early",
        text=(
            "Two masks of one network each prune 2% of its weights. Their distance is 0.03. What "
            "does that say?"
        ),
        options={
            "a": Option(
                "They agree in 97% of all entries, so the ticket is found",
                "The first half is right. But most entries are kept in any two such masks.",
            ),
            "b": Option(
                "The larger mask was found later in training",
                "A distance has no direction: it does not tell which one came first.",
            ),
            "c": Option(
                "Little: with nothing pruned in common it would be 0.04",
                "Each prunes 2%, so at most 2% + 2% can differ. 0.03 is three quarters of that: "
                "they prune mostly different weights.",
            ),
            "d": Option(
                "They share 97% of the weights that they prune",
                "The distance counts all entries, kept ones too. With p of the weights pruned "
                "by both, 0.02 + 0.02 − 2p = 0.03: they share a quarter of what they prune.",
            ),
        },
        right="c",
        points=3,
    ),
)
