"""The multiple-choice questions of exercise 08."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_08_challenge",
        text=(
            "A trained network reads 92% of new images right. With half of its weights pruned at "
            "once and some fine-tuning it still does; with 95% pruned at once and the same "
            "fine-tuning it reads 60%. A chip needs the 95%, and there is time for ten more short "
            "trainings. What is worth trying first?"
        ),
        options={
            "a": Option(
                "Prune 95% at once again: other weights go this time",
                "The smallest magnitudes of one network are always the same ones. What the "
                "network has lost at once, fine-tuning did not bring back.",
            ),
            "b": Option(
                "Go from 50 to 95% in steps, and fine-tune after each",
                "After a small step the network could recover. It can again after the next one, "
                "and what is small then is ranked by weights that have made up for what is gone.",
            ),
            "c": Option(
                "Keep the 50%: more of the weights cannot go",
                "Only one way to 95% was tried, the hardest. That all of it went at once says "
                "little about what the network can do with the rest.",
            ),
            "d": Option(
                "Prune 95% at random: then no layer is preferred",
                "Then large weights go as often as small ones. Random masks are what every "
                "other way has to beat.",
            ),
        },
        right="b",
        points=3,
    ),
    Question(
        name="quiz_08_saliency",
        text=(
            "Three weights of a fresh network are 0.1, 0.9 and 2.0, and `w.grad` is 0.8, 0.2 and "
            "0.1 after one batch. A classmate divides these gradients by their sum and gets 0.727, "
            "0.182 and 0.091. One of the three weights is to go. Which one does SNIP prune?"
        ),
        options={
            "a": Option(
                "The third: its share, 0.091, is the smallest",
                "That ranks gradients with respect to the weights. SNIP takes those with respect "
                "to a switch on each connection: weight times gradient, 0.08, 0.18 and 0.2.",
            ),
            "b": Option(
                "The second: it has neither the largest weight nor the largest gradient",
                "What counts is the product, and it is in the middle there, too: 0.18.",
            ),
            "c": Option(
                "The first: its product of weight and gradient, 0.08, is the smallest",
                "The products are 0.08, 0.18 and 0.2. To divide all of them by their sum would "
                "not change the order; to leave out the weights turns it round.",
            ),
            "d": Option(
                "Any of them: before training the weights are random",
                "The weights are random, but the loss on real images is not: its gradient says "
                "what each of them does to it.",
            ),
        },
        right="c",
        points=3,
    ),
    Question(
        name="quiz_08_schedule",
        text=(
            "A network is pruned from 0 to 90% over 1000 steps by the cubic schedule. How much is "
            "gone after 500 steps, and why is it made like this?"
        ),
        options={
            "a": Option(
                "About 11%: it starts slowly, because the network has to learn first",
                "That would be 0.9 · 0.5³, the cube of the way that is done. The schedule takes "
                "the cube of the way that is left.",
            ),
            "b": Option(
                "45%: each step removes the same number of weights",
                "That is a straight line. It removes as much at the end, where every weight hurts, "
                "as at the start, where there is plenty.",
            ),
            "c": Option(
                "90%: the first half prunes, the second half fine-tunes",
                "90% are reached at the end of the schedule, not halfway.",
            ),
            "d": Option(
                "About 79%: it slows down as less is left to choose from",
                "0.9 · (1 − 0.5³) = 0.7875. At the start many weights hardly matter; at the end "
                "every one does, and the network gets more steps to recover.",
            ),
        },
        right="d",
        points=3,
    ),
    Question(
        name="quiz_08_timing",
        text=(
            "Suppose that pruning after training gave the more accurate network. What could speak "
            "for pruning before training all the same?"
        ),
        options={
            "a": Option(
                "The training can be cheaper, if zeros are skipped",
                "Pruning afterwards first pays for the training of the whole network. Whoever "
                "prunes at the start could save this, but zeros without a pattern save no time "
                "by themselves.",
            ),
            "b": Option(
                "Magnitudes tell more before training has blurred them",
                "Before training, the magnitudes are what the random start made them. They come "
                "to mean something by training.",
            ),
            "c": Option(
                "The network needs no training: the mask is enough",
                "A mask at the start leaves random weights. They have to be trained like any "
                "others.",
            ),
            "d": Option(
                "The pruned weights can come back during training",
                "Not with a fixed mask: it holds for all of the training, and is put back after "
                "every step.",
            ),
        },
        right="a",
        points=3,
    ),
)
