"""The multiple-choice questions of exercise 07."""

from __future__ import annotations

from courseware.checks.quiz import Option, Question

QUIZ = (
    Question(
        name="quiz_07_target",
        text="What does structured pruning remove?",
        options={
            "a": Option(
                "The smallest weights, wherever they are",
                "Single weights, however chosen, leave holes in a tensor that is as large "
                "as before: that is unstructured pruning.",
            ),
            "b": Option(
                "Neurons or channels, with all their weights",
                "A row of one layer and a column of the next go together, so what is left is a "
                "smaller dense network.",
            ),
            "c": Option(
                "Neurons, drawn anew for every batch",
                "That is dropout. It works in training only: the network in use has all of "
                "its neurons.",
            ),
            "d": Option(
                "The lowest bits of every single weight",
                "That is quantization: every weight stays, with fewer bits.",
            ),
        },
        right="b",
        points=2,
    ),
    Question(
        name="quiz_07_criteria",
        text=(
            "After the ReLU, unit A puts out 0.1 on each of 100 images. Unit B puts out 5 on 10 of "
            "them and 0 on the other 90. One of the two must go. Which one, by the mean "
            "activation, and which one by APoZ?"
        ),
        options={
            "a": Option(
                "By both unit A, because it never puts out anything large",
                "Its mean of 0.1 is the lower one, so the mean removes A. But APoZ does not ask "
                "how large an activation is, and A is never silent.",
            ),
            "b": Option(
                "By both unit B, because it is mostly silent",
                "B is silent on 90% of the images, so APoZ removes it. But the mean counts how "
                "much it says on the other ten: 0.5 on average.",
            ),
            "c": Option(
                "By the mean unit A, by APoZ unit B",
                "The means are 0.1 and 0.5, the shares of zeros 0 and 0.9. B may be the one unit "
                "that knows a rare class, so a high APoZ alone does not make it useless.",
            ),
            "d": Option(
                "By the mean unit B, by APoZ unit A",
                "The other way round. The mean of B is 0.5, five times that of A, and APoZ removes "
                "what is silent most often.",
            ),
        },
        right="c",
        points=3,
    ),
    Question(
        name="quiz_07_batch_norm",
        text=(
            "A convolution without a bias is followed by a batch norm and a ReLU. All weights of "
            "one of its filters are set to zero, and nothing else is changed. What does this "
            "channel put out after the ReLU, when the network is used?"
        ),
        options={
            "a": Option(
                "Zeros, so that the channel can be cut out with no change",
                "The convolution puts out zeros. But the batch norm then takes off the running "
                "mean, scales, and adds its bias.",
            ),
            "b": Option(
                "The same number everywhere, which need not be 0",
                "The batch norm makes bias − mean · weight / √(variance + ε) of every zero. If "
                "that is positive, the next layer reads it, and to cut the channel out changes "
                "the network.",
            ),
            "c": Option(
                "The same as before, because the batch norm evens it out",
                "The norm uses the statistics that it gathered in training. The picture that the "
                "filter drew is gone.",
            ),
            "d": Option(
                "Noise, because the variance is 0 now",
                "When the network is used, the norm takes the running variance of the training, "
                "which does not change.",
            ),
        },
        right="b",
        points=3,
    ),
    Question(
        name="quiz_07_square",
        text=(
            "In a chain of convolutions every layer keeps half of its channels. How many of the "
            "weights of a layer in the middle are left?"
        ),
        options={
            "a": Option(
                "One half, because half of the filters are gone",
                "That is so for the first layer, whose inputs are the picture. In the middle each "
                "filter that stays also reads half as many channels.",
            ),
            "b": Option(
                "One eighth, because the kernels become smaller as well",
                "Kernels keep their height and width. Only channels are removed.",
            ),
            "c": Option(
                "All of them, because half of them are zero now but still stored",
                "That is unstructured pruning. Here the tensors have become smaller.",
            ),
            "d": Option(
                "One quarter, because inputs and outputs are halved",
                "Half the outputs times half the inputs: both axes of the weight are cut. Its "
                "multiplications fall to a quarter as well.",
            ),
        },
        right="d",
        points=4,
    ),
)
