"""Exercise 01: the quiz."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_01_pattern",
        text=(
            "A file of int8 numbers is read as uint8 by mistake. Which of the numbers come out "
            "wrong, and how?"
        ),
        options={
            "a": Option(
                "All of them: without a sign there is a bit more for the value",
                "There are eight bits as before. Only the first one counts in another way, and it "
                "is 0 in all numbers that are not negative.",
            ),
            "b": Option(
                "The negative ones: they lose their minus sign, −97 becomes 97",
                "No bit is a minus sign in two's complement. The first one counts −128, so it "
                "cannot be taken off like a sign.",
            ),
            "c": Option(
                "The negative ones: each is 256 too large",
                "Their first bit counts +128 instead of −128, so −97 becomes 159. All others "
                "start with 0, and both readings agree.",
            ),
            "d": Option(
                "None: the bytes in the file are the same",
                "The bytes are the same, the numbers are not: a pattern has no value of its own, "
                "only one that a dtype gives it.",
            ),
        },
        right="c",
        points=4,
    ),
    Question(
        name="quiz_01_abs",
        text=(
            "To find the largest magnitude of some codes, a classmate computes `q.abs().max()`, "
            "with `q = torch.tensor([-128, 5, -90], dtype=torch.int8)`. What comes out?"
        ),
        options={
            "a": Option("128", "It is what was meant. But the result is int8, which ends at 127."),
            "b": Option("127", "That would be saturation; integer arithmetic wraps instead."),
            "c": Option(
                "90",
                "“Invert, add one” maps 10000000 to itself: abs() gives −128, 5, 90, and the "
                "largest of them is 90. Change the dtype before you take magnitudes.",
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
