"""The multiple-choice questions of exercise 05."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_05_temperature",
        text=(
            "A teacher tells three digits apart, and for the picture of a 2 its logits are 9 for "
            "the 2, 4 for the 3 and −2 for the 7. What changes when they are divided by a "
            "temperature of 4?"
        ),
        options={
            "a": Option(
                "The 3 becomes more likely than the 2",
                "No temperature above 0 changes the order: the largest logit stays the largest.",
            ),
            "b": Option(
                "The 3 goes from less than 0.01 to about 0.2",
                "0.0067 at temperature 1, 0.21 at 4: now the student can see that this 2 looks "
                "like a 3 and not like a 7.",
            ),
            "c": Option(
                "The 2 becomes more certain",
                "It goes from 0.99 to 0.74. Dividing brings the logits closer together; a "
                "temperature below 1 would make the 2 more certain.",
            ),
            "d": Option(
                "Nothing, since the ratios of the logits stay the same",
                "Softmax looks at differences, not at ratios, and those shrink to a quarter.",
            ),
        },
        right="b",
        points=3,
    ),
    Question(
        name="quiz_05_direction",
        text=(
            "The teacher gives one class 0.3, where the student has 0.000001. It gives another "
            "class 0.000001, where the student has 0.3. Which of the two terms of KL(teacher ‖ "
            "student) is the large one?"
        ),
        options={
            "a": Option(
                "That of the second class: the student believes in what is not there",
                "This term is weighted by 0.000001. The student pays for it elsewhere, since what "
                "it spends there is missing from other classes.",
            ),
            "b": Option(
                "Both are equally large, since the distance between them is the same",
                "A divergence is no distance: the two directions differ, and only the teacher's "
                "probabilities are weights.",
            ),
            "c": Option(
                "That of the first class: the student rules out what the teacher sees",
                "0.3 · log(0.3 / 0.000001) is nearly 4 nats. The other term is almost 0.",
            ),
            "d": Option(
                "Neither is large, since both of the differences are only 0.3 in size",
                "Logarithms of ratios are compared, not differences, and the ratio is 300,000.",
            ),
        },
        right="c",
        points=3,
    ),
    Question(
        name="quiz_05_t_squared",
        text=(
            "A student is trained with α = 0.5 and T = 10, but the factor T² is forgotten. What "
            "comes of it in the first steps?"
        ),
        options={
            "a": Option(
                "The loss is about 100 times too large, and the training diverges",
                "The soft term is about 100 times too small. The factor would make it larger.",
            ),
            "b": Option(
                "Nothing that a larger learning rate could not make up for",
                "A larger rate makes both terms stronger. It is the balance between them that is "
                "off.",
            ),
            "c": Option(
                "The student learns from its teacher alone",
                "It is the teacher's term that has become small, not the one of the labels.",
            ),
            "d": Option(
                "The student learns almost from the labels alone",
                "At T = 10 the gradient of the soft term is about 1/100 of what it is at T = 1. "
                "Without the factor the labels drown it out, although α says half and half. Later, "
                "when the student reads its training images, the labels have little left to say.",
            ),
        },
        right="d",
        points=3,
    ),
    Question(
        name="quiz_05_in_use",
        text="A student was distilled at T = 4. At which temperature do you use it afterwards?",
        options={
            "a": Option(
                "At 1",
                "The temperature was a tool of the training. The labels were compared at 1, and "
                "the student's own probabilities are meant at 1.",
            ),
            "b": Option(
                "At 4, as it was trained",
                "Its answers would be the same, since the order is, but its probabilities would be "
                "too even: it would seem far less sure than it is.",
            ),
            "c": Option(
                "At 1/4, to undo the training",
                "There is nothing to undo: the student's logits are as large as its teacher's.",
            ),
            "d": Option(
                "At any: its probabilities do not depend on it",
                "The most likely class does not. How sure the student says it is does.",
            ),
        },
        right="a",
        points=3,
    ),
)
