"""Mistakes in `mxfp4_quantize`: the exponent that a block shares, and the division by it."""

from __future__ import annotations

import torch

from courseware.chapters.c10_language_models.tasks.mxfp4_pairs import (
    BIAS_FORGOTTEN,
    BIAS_SUBTRACTED,
    EXPONENT_OFF,
    OTHER_BIAS,
    TWO_FORGOTTEN,
)
from courseware.chapters.c10_language_models.tasks.mxfp4_wrong_ways import (
    BIAS,
    NOT_DOWN,
    WIDER,
    absmax,
    biased,
    fitted,
    floor_log2,
    made,
    nearest,
    not_down,
    right,
    shared,
    signed,
    steps,
    twos_complement,
)
from courseware.checks.misconceptions import both, several, ways
from model_compression.microscaling import BLOCK

NOT_FLOORED = (
    "exponent-rounded-up",
    "The logarithm was rounded up, or to the nearest. It is rounded down: the part behind the "
    "point is what the elements express.",
)
GUARD = (
    "guard-too-large",
    "The guard against the logarithm of 0 also changes blocks that are small but not zero: treat "
    "only the case of all zeros apart.",
)
ONE_EXPONENT = (
    "one-exponent-for-more",
    "A row, or all of x, shares one exponent. Each block of 32 has its own.",
)
INTEGER_GRID = (
    "integers-not-floats",
    "The codes are integers of four bits, −7 … 7 in even steps, with two's complement for the "
    "negative ones. An element is a float: a sign bit, and one of eight magnitudes.",
)
SMALL = 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3

EXPONENT_MISTAKES = several(
    ways(
        *TWO_FORGOTTEN,
        made(lambda b: floor_log2(absmax(b))),
    ),
    ways(
        *EXPONENT_OFF,
        made(lambda b: floor_log2(absmax(b)) - 1),
        made(lambda b: floor_log2(absmax(b)) - 3),
    ),
    ways(*OTHER_BIAS, *(made(stored=biased(b)) for b in (126, 128))),
    both(
        INTEGER_GRID,
        OTHER_BIAS,
        *(
            made(element=steps(torch.round, 7.0), sign=twos_complement, stored=biased(b))
            for b in (126, 128)
        ),
    ),
    ways(*INTEGER_GRID, made(element=steps(torch.round, 7.0), sign=twos_complement)),
    ways(
        *NOT_FLOORED,
        *map(not_down, NOT_DOWN),
    ),
    both(
        NOT_FLOORED,
        GUARD,
        *(
            made(lambda b, small=small: torch.round(torch.log2(absmax(b).clamp(min=small))) - 2)  # type: ignore[misc]
            for small in SMALL
        ),
    ),
    ways(
        *GUARD,
        *(
            made(lambda b, small=small: floor_log2(absmax(b).clamp(min=small)) - 2)  # type: ignore[misc]
            for small in SMALL
        ),
        *(
            made(lambda b, small=small: floor_log2(absmax(b) + small) - 2)  # type: ignore[misc]
            for small in SMALL
        ),
    ),
    ways(
        "exponent-truncated",
        "The logarithm was cut off towards zero. For magnitudes below 1 it is negative, and "
        "rounded down it gets larger in size: −2.3 becomes −3.",
        made(lambda b: torch.trunc(torch.log2(absmax(b))) - 2),
        made(lambda b: torch.trunc(torch.log2(absmax(b)) - 2)),
    ),
    ways(
        "fitted-to-six",
        "The exponent was chosen so that nothing exceeds 6. MXFP4 takes floor(log2 max) − 2, and "
        "what lies between 6 and 8 is cut to 6.",
        made(fitted),
    ),
    ways(
        "other-logarithm",
        "The logarithm has another base. A shared exponent is one of 2.",
        made(lambda b: torch.floor(torch.log(absmax(b))) - 2),
        made(lambda b: torch.floor(torch.log10(absmax(b))) - 2),
    ),
    ways(
        "signed-max",
        "The largest value of a block was taken, not its largest magnitude. Negative values reach "
        "just as far from zero.",
        made(lambda b: floor_log2(b.amax(dim=-1).clamp(min=2.0**-140)) - 2),
        made(lambda b: floor_log2(b.amax(dim=-1).abs().clamp(min=2.0**-140)) - 2),
    ),
    ways(
        "other-measure",
        "The exponent comes from something other than the largest magnitude of the block.",
        made(lambda b: floor_log2(b.abs().mean(dim=-1)) - 2),
        made(lambda b: floor_log2(b.norm(dim=-1)) - 2),
        made(lambda b: floor_log2(b.std(dim=-1)) - 2),
    ),
    ways(
        *ONE_EXPONENT,
        *map(shared, WIDER),
    ),
    both(NOT_FLOORED, ONE_EXPONENT, *(shared(over, up) for over in WIDER for up in NOT_DOWN)),
    ways(
        *BIAS_FORGOTTEN,
        made(stored=lambda e: e),
        made(stored=lambda e: e % 256),
        made(stored=lambda e: e.clamp(min=0)),
    ),
    ways(
        *BIAS_SUBTRACTED,
        made(stored=lambda e: e - BIAS),
        made(stored=lambda e: (e - BIAS) % 256),
    ),
    ways(
        "scales-returned",
        "The scales 2^e came back. Their exponents are stored, e + 127: one byte each.",
        made(stored=torch.exp2),
    ),
    ways(
        "not-scaled",
        "The elements were taken of x itself. Divide each block by 2^e first.",
        lambda x: (
            signed(nearest(x.double().abs()), x.double()).to(torch.uint8),
            right(x)[1].to(torch.uint8),
        ),
    ),
    ways(
        "multiplied-by-the-scale",
        "The block was multiplied by 2^e. Dividing by it brings the largest magnitude into 4 … 8.",
        lambda x: (
            signed(
                nearest(
                    (x.double() * torch.exp2(right(x)[1] - BIAS).repeat_interleave(BLOCK, -1)).abs()
                ),
                x.double(),
            ),
            right(x)[1].to(torch.uint8),
        ),
    ),
)
