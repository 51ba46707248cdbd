"""Exercise 01: the quiz."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_01_pattern",
        text="A byte in memory holds 10011111. Which number is it?",
        options={
            "a": Option(
                "159", "Only if the byte is read as unsigned; nothing in the byte says so."
            ),
            "b": Option(
                "−97", "Only if the byte is read as two's complement; nothing in the byte says so."
            ),
            "c": Option(
                "−31", "That is the sign-and-magnitude reading, which integers in torch do not use."
            ),
            "d": Option(
                "It depends on the dtype it is read with",
                "The pattern is the same; the dtype decides how it is read.",
            ),
        },
        right="d",
        points=4,
    ),
    Question(
        name="quiz_01_abs",
        text="What is `torch.tensor(-128, dtype=torch.int8).abs()`?",
        options={
            "a": Option("128", "int8 ends at 127: 128 has no pattern of 8 bits with a sign."),
            "b": Option("127", "That would be saturation; integer arithmetic wraps instead."),
            "c": Option(
                "−128", "“Invert, add one” maps 10000000 to itself, and abs does just that."
            ),
            "d": Option("An error", "Integer overflow in torch raises nothing: it wraps."),
        },
        right="c",
        points=4,
    ),
    Question(
        name="quiz_01_bfloat16",
        text="float16 and bfloat16 both take two bytes. What does bfloat16 have more of?",
        options={
            "a": Option("Range", "It has the 8 exponent bits of float32, float16 has 5 of them."),
            "b": Option(
                "Precision", "Its fraction has 7 bits, that of float16 has 10: it has less."
            ),
            "c": Option(
                "Both", "Sixteen bits are sixteen bits: what the exponent gets, the fraction lacks."
            ),
            "d": Option("Bit patterns", "Both have 2¹⁶ of them; they are spread out differently."),
        },
        right="a",
        points=4,
    ),
)
