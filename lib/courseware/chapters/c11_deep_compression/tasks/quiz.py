"""The multiple-choice questions of exercise 11."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_11_product",
        text=(
            "Pruning to 10% of the weights makes a file ten times smaller if the places of the "
            "kept weights cost nothing. Codes of 4 bits in place of 32 make it eight times "
            "smaller. Both together make it clearly less than 80 times smaller. Why?"
        ),
        options={
            "a": Option(
                "Rounded weights cannot be pruned as far as floats",
                "They can, and in the order of Deep Compression they are pruned first, anyway.",
            ),
            "b": Option(
                "The places of the kept weights take bits as well",
                "At 10% density, places by chance take at least 0.47 bits a weight, which is more "
                "than the 0.40 of codes of 4 bits for every tenth one.",
            ),
            "c": Option(
                "An entropy coder takes back a part of what was saved",
                "It only ever helps, or it is left out.",
            ),
            "d": Option(
                "The accuracy falls, so more weights have to be kept",
                "It may fall, but the question is about bytes at a given share of kept weights.",
            ),
        },
        right="b",
        points=2,
    ),
    Question(
        name="quiz_11_entropy",
        text=(
            "The codes of a layer have an entropy of 1.2 bits, Huffman takes 1.35 bits for each. "
            "zlib makes the file 1.1 bits a code. What is going on?"
        ),
        options={
            "a": Option(
                "zlib is wrong: nothing that can be read back beats the entropy",
                "Nothing that writes the codes one by one, independent of each other. zlib looks "
                "for repetitions, too.",
            ),
            "b": Option(
                "The entropy was computed with the wrong logarithm",
                "Then Huffman's bits would not lie within one bit above it.",
            ),
            "c": Option(
                "zlib leaves out the smallest weights, and loses a little",
                "It gives back every byte. What is lost was lost before, in rounding and pruning.",
            ),
            "d": Option(
                "zlib uses the order of the codes, which this entropy ignores",
                "Rows of zeros at dead pixels are such an order. Shuffle the codes, and zlib falls "
                "behind Huffman.",
            ),
        },
        right="d",
        points=2,
    ),
    Question(
        name="quiz_11_front",
        text=(
            "On a size–accuracy picture your network lies on the Pareto front, your classmate's "
            "does not. What follows?"
        ),
        options={
            "a": Option(
                "Some network dominates your classmate's, yours or another",
                "That one is no larger, no less accurate, and better in one of the two. "
                "Yours may be smaller and less accurate than your classmate's.",
            ),
            "b": Option(
                "Yours is both smaller and more accurate than your classmate's",
                "That would put yours on the better side, but the front asks for less: that nobody "
                "dominates yours.",
            ),
            "c": Option(
                "Yours is the best network in the picture at any size",
                "The front has many points. Which of them is best depends on how many bytes there "
                "are.",
            ),
            "d": Option(
                "Your classmate's has the lower accuracy of the two",
                "It may have the highest but one, at more bytes than the highest.",
            ),
        },
        right="a",
        points=2,
    ),
)
