"""Mistakes in `mxfp4_quantize`: the codes of the elements, their rounding and their signs."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c10_language_models.tasks.mxfp4_pairs import (
    NEXT,
    NOT_NEAREST,
    SIGN_LOST,
    TIES_LOWER,
    TIES_UPPER,
)
from courseware.chapters.c10_language_models.tasks.mxfp4_wrong_ways import (
    BORDERS,
    FINER_FIRST,
    STEPS_FIRST,
    by_table,
    halves_first,
    made,
    nearest,
    steps,
    twos_complement,
    wrapping,
)
from courseware.checks.misconceptions import both, several, ways

T = torch.Tensor

TO_EVEN_VALUE = (
    "The values were rounded in steps of one size. The elements of E2M1 lie closer together near "
    "0: 0, 0.5, 1, 1.5, 2, 3, 4, 6."
)

ONE_STEP = ("steps-of-one-size", TO_EVEN_VALUE)
EVEN_STEPS: tuple[Callable[[T], T], ...] = (
    steps(torch.round, 7.0),
    steps(torch.round, 6.0),
    lambda m: torch.round(2 * m).clamp(max=7),
    lambda m: torch.round(m * 7 / 6).clamp(max=7),
)

ELEMENT_MISTAKES = several(
    ways(*ONE_STEP, *(made(element=element) for element in EVEN_STEPS)),
    ways(
        "other-elements",
        "The table has other magnitudes than 0, 0.5, 1, 1.5, 2, 3, 4, 6. An element has two bits "
        "of exponent and one of fraction, and below 1 there is 0.5 alone.",
        made(element=by_table([0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0])),
        made(element=by_table([0.0, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])),
        made(element=by_table([0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])),
        made(element=by_table([0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])),
        made(element=by_table([0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
    ),
    ways(
        *TIES_LOWER,
        made(element=lambda m: torch.bucketize(m, BORDERS)),
    ),
    ways(
        *TIES_UPPER,
        made(element=lambda m: torch.bucketize(m, BORDERS, right=True)),
    ),
    ways(
        "ties-to-the-odd",
        "A value halfway between two elements went to the odd code. It goes to the even one.",
        made(
            element=lambda m: torch.where(
                torch.bucketize(m, BORDERS, right=True) % 2 == 1,
                torch.bucketize(m, BORDERS, right=True),
                torch.bucketize(m, BORDERS),
            )
        ),
    ),
    ways(
        "ties-by-the-sign",
        "Ties went one way for positive values and the other for negative ones: the nearest "
        "element was looked for with its sign. The magnitude decides, and the code's last bit.",
        made(
            element=lambda m: m,
            sign=lambda m, v: torch.where(
                v < 0,
                8 + torch.bucketize(m, BORDERS, right=True),
                torch.bucketize(m, BORDERS),
            ),
        ),
        made(
            element=lambda m: m,
            sign=lambda m, v: torch.where(
                v < 0,
                8 + torch.bucketize(m, BORDERS),
                torch.bucketize(m, BORDERS, right=True),
            ),
        ),
    ),
    ways(*NOT_NEAREST, *(made(element=element) for element in NEXT)),
    *(
        both(mistake, SIGN_LOST, *(made(element=e, sign=lambda codes, values: codes) for e in some))
        for mistake, some in ((NOT_NEAREST, NEXT), (ONE_STEP, EVEN_STEPS))
    ),
    ways(
        "rounded-twice",
        "The values were rounded to steps of one half first, also between 2 and 4, and then put on "
        "the grid. Between 2 and 4 a step is 1: round once.",
        *(made(element=halves_first(up)) for up in (True, False)),
        *(made(element=element) for element in STEPS_FIRST),
    ),
    ways(
        "steps-smaller-below-one",
        "Below 1 the steps were made smaller once more, as if there were a 0.25 or a 0.75, and the "
        "table has no such entry: the next one was taken. There the step stays 0.5, as between 1 "
        "and 2.",
        *(made(element=element) for element in FINER_FIRST),
    ),
    ways(
        "place-off-by-one",
        "All codes are one too high (or low). A search in a table finds the next place; whether "
        "that is the entry itself or the one behind it depends on `right`.",
        made(element=lambda m: nearest(m) + 1),
        made(element=lambda m: (nearest(m) - 1).clamp(min=0)),
    ),
    ways(
        "beyond-the-end",
        "What lies beyond 6 ran over the end of the table, into the codes of negative numbers or "
        "out of 4 bits. It is cut to 6, code 7.",
        made(element=wrapping(16)),
        made(element=wrapping(8)),
        made(element=lambda m: torch.where(m > 6, 8, nearest(m))),
        made(element=lambda m: torch.where(m > 6, 0, nearest(m))),
    ),
    ways(
        "cut-to-four",
        "What lies beyond 6, or the largest of a block, was cut to 4. The largest element is 6.",
        made(element=lambda m: nearest(m).clamp(max=6)),
        made(element=lambda m: torch.where(m > 6, 6, nearest(m))),
    ),
    ways(
        *SIGN_LOST,
        made(sign=lambda codes, values: codes),
    ),
    ways(
        "sign-as-twos-complement",
        "Negative codes were counted down from the top, as two's or one's complement does with "
        "integers. A float has a bit for its sign: the code of the magnitude plus 8.",
        made(sign=twos_complement),
        made(sign=lambda codes, values: torch.where(values < 0, 15 - codes, codes)),
    ),
    ways(
        "negative-codes",
        "Negative values got negative codes. A code is four bits, 0 … 15: the sign is the highest, "
        "worth 8.",
        made(sign=lambda codes, values: torch.where(values < 0, -codes, codes)),
    ),
    ways(
        "sign-the-wrong-way-round",
        "Positive values got the codes 8 … 15. The sign bit is 1 for negative ones.",
        made(sign=lambda codes, values: codes + 8 * (values > 0)),
        made(sign=lambda codes, values: codes + 8 * (values >= 0)),
    ),
    ways(
        "sign-in-the-last-bit",
        "The sign was put into the lowest bit. It is the highest of the four, worth 8.",
        made(sign=lambda codes, values: 2 * codes + (values < 0)),
    ),
)
