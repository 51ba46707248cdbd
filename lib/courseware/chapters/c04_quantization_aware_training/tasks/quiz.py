"""The multiple-choice questions of exercise 04."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_04_float_copy",
        text=(
            "The step of a weight's grid is 0.1, and one update of the optimizer moves the weight "
            "by 0.001. Why does training keep a float copy of the weight?"
        ),
        options={
            "a": Option(
                "Because the forward pass computes with it, not with the codes",
                "The forward pass computes with the rounded weight: that is the point of it.",
            ),
            "b": Option(
                "Because small updates must add up to a change of code",
                "Rounded after each update, the weight would go back to where it was, every time. "
                "The float copy remembers the 0.001.",
            ),
            "c": Option(
                "Because the float weight is handed over in the end",
                "The rounded weights are handed over. The float copy is thrown away.",
            ),
            "d": Option(
                "Because the gradient with respect to a rounded weight is wrong",
                "The gradient is taken where the rounded weight is, and the float copy gets it as "
                "it is: that is the straight-through estimator.",
            ),
        },
        right="b",
        points=3,
    ),
    Question(
        name="quiz_04_speed",
        text=(
            "A slide says that quantization-aware training (QAT) “can lead to even faster "
            "inference than PTQ”. The same network is quantized to int8 in both ways, with the "
            "same kind of scales. Which of the two runs faster?"
        ),
        options={
            "a": Option(
                "The one from QAT, since its weights were trained for integers",
                "The processor sees codes and scales in both cases. How they were found is past.",
            ),
            "b": Option(
                "The one from PTQ, since it has no fake quantization inside",
                "Fake quantization is there in training only. What is handed over are codes and "
                "scales, as with PTQ.",
            ),
            "c": Option(
                "Neither, since both carry out the same operations",
                "What QAT buys is accuracy. Only if it makes fewer bits good enough may the "
                "network become faster, and then because of the bits.",
            ),
            "d": Option(
                "It depends on the number of images it was trained on",
                "That changes the values of the codes, not the work to be done with them.",
            ),
        },
        right="c",
        points=3,
    ),
    Question(
        name="quiz_04_clipped",
        text=(
            "The range is −8 … 7, the scale is 1 and stays as it is. The float weight is 9.0, and "
            "the loss would fall if the weight that acts were smaller. What does the straight-"
            "through estimator do to this weight?"
        ),
        options={
            "a": Option(
                "It moves it down towards 7, as the loss asks",
                "Its gradient is 0: 9 rounds to a code beyond the range. A small step would change "
                "nothing, since 8.9 acts as 7 just as well.",
            ),
            "b": Option(
                "It leaves it where it is, at 9: the gradient is 0",
                "9 and 8.9 both act as 7. The estimator looks through the rounding, not through "
                "the clamp.",
            ),
            "c": Option(
                "It sets it to 7 at once, where the range ends",
                "The clamp is applied to the weight that acts. The float weight stays at 9.",
            ),
            "d": Option(
                "It moves it up to 10, away from the range",
                "No gradient, no step, neither up nor down.",
            ),
        },
        right="b",
        points=3,
    ),
    Question(
        name="quiz_04_drop",
        text=(
            "Of the Gemma 3 models it was reported that QAT reduces “the perplexity drop by 54%” "
            "when quantizing to 4 bits. Say that the float model has a perplexity of 10.0 and "
            "plain PTQ one of 11.0 (lower is better). What would QAT have, by this figure?"
        ),
        options={
            "a": Option("4.6", "That takes 54% off the perplexity of the float model itself."),
            "b": Option("5.06", "That takes 54% off the perplexity after PTQ."),
            "c": Option(
                "10.46",
                "The drop is the 1.0 that PTQ loses. QAT loses 46% of it: 0.46.",
            ),
            "d": Option("10.54", "54% of the loss is what goes away; 46% of it is what stays."),
        },
        right="c",
        points=3,
    ),
)
