"""Two mistakes in `mxfp4_quantize`: in the exponent, the elements, the sign, what is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c10_language_models.tasks.mxfp4_wrong_ways import (
    BIAS,
    BORDERS,
    MAGNITUDES,
    absmax,
    biased,
    floor_log2,
    made,
)
from courseware.checks.misconceptions import products

T = torch.Tensor
Knob = tuple[tuple[tuple[str, str], dict[str, Any]], ...]

TWO_FORGOTTEN = (
    "element-exponent-forgotten",
    "The exponent is that of the largest magnitude itself. It is 2 less, because the largest "
    "elements, 4 and 6, have the exponent 2: only so is the grid used to its end.",
)
EXPONENT_OFF = (
    "exponent-off",
    "The exponent is off by one. The largest magnitude over 2^e lies in 4 … 8.",
)
BIAS_FORGOTTEN = (
    "bias-forgotten",
    "The exponents are stored without their bias. A byte holds no negative numbers: e + 127 is "
    "stored.",
)
BIAS_SUBTRACTED = (
    "bias-subtracted",
    "The bias was subtracted, or 2 were added to it: in a byte, e − 127 and e + 129 are the same. "
    "e + 127 is stored.",
)
TIES_LOWER = (
    "ties-to-the-lower",
    "A value halfway between two elements went to the lower one, as `argmin` takes the first "
    "of two. It goes to the even code: 0.75 to 1, code 2.",
)
TIES_UPPER = (
    "ties-to-the-upper",
    "A value halfway between two elements went to the upper one. It goes to the even code: "
    "0.25 to 0, 1.25 to 1.",
)
NOT_NEAREST = (
    "not-the-nearest",
    "The next element below (or above) was taken. The nearest one is asked for.",
)
SIGN_LOST = (
    "sign-lost",
    "The sign is lost: negative values have the codes 8 … 15, the sign is the highest of the four "
    "bits.",
)
OTHER_BIAS = (
    "another-bias",
    "The exponents are stored with another bias. e + 127 is stored.",
)
NEXT: tuple[Callable[[T], T], ...] = (
    lambda m: torch.bucketize(m, MAGNITUDES, right=True) - 1,
    lambda m: torch.bucketize(m, MAGNITUDES).clamp(max=7),
)

EXPONENTS: Knob = (
    (TWO_FORGOTTEN, {"exponent": lambda b: floor_log2(absmax(b))}),
    *(
        (EXPONENT_OFF, {"exponent": lambda b, off=off: floor_log2(absmax(b)) - off})
        for off in (1, 3)
    ),
)
ELEMENTS: Knob = (
    (TIES_LOWER, {"element": lambda m: torch.bucketize(m, BORDERS)}),
    (TIES_UPPER, {"element": lambda m: torch.bucketize(m, BORDERS, right=True)}),
    *((NOT_NEAREST, {"element": element}) for element in NEXT),
)
SIGNS: Knob = ((SIGN_LOST, {"sign": lambda codes, values: codes}),)
STORED: Knob = (
    (BIAS_FORGOTTEN, {"stored": lambda e: e}),
    (BIAS_FORGOTTEN, {"stored": lambda e: e % 256}),
    (BIAS_SUBTRACTED, {"stored": lambda e: (e - BIAS) % 256}),
    *((OTHER_BIAS, {"stored": biased(bias)}) for bias in (126, 128)),
)

TWO_PARTS = products(made, EXPONENTS, ELEMENTS, SIGNS, STORED)
