"""Mistakes in `mxfp4_quantize`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.chapters.c10_language_models.tasks.mxfp4_wrong_ways import (
    BIAS,
    BORDERS,
    FINER_FIRST,
    MAGNITUDES,
    NOT_DOWN,
    STEPS_FIRST,
    WIDER,
    absmax,
    across_rows,
    biased,
    by_table,
    changed,
    dequantized,
    down_the_columns,
    elements_returned,
    filled_up,
    filled_up_in_runs_of,
    fitted,
    flat_exponents,
    floor_log2,
    halves_first,
    has_zero_block,
    in_runs_of,
    interleaved,
    made,
    misfit,
    nearest,
    not_down,
    packed,
    packed_high_first,
    right,
    shared,
    signed,
    steps,
    twos_complement,
    wrapping,
    zero_blocks_as,
)
from courseware.checks.groups import OTHER_ERROR
from courseware.checks.misconceptions import both, each_instead, except_where, several, ways
from model_compression.microscaling import BLOCK

T = torch.Tensor

TO_EVEN_VALUE = (
    "The values were rounded in steps of one size. The elements of E2M1 lie closer together near "
    "0: 0, 0.5, 1, 1.5, 2, 3, 4, 6."
)

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
OTHER_BIAS = (
    "another-bias",
    "The exponents are stored with another bias. e + 127 is stored.",
)
INTEGER_GRID = (
    "integers-not-floats",
    "The codes are integers of four bits, −7 … 7 in even steps, with two's complement for the "
    "negative ones. An element is a float: a sign bit, and one of eight magnitudes.",
)
SMALL = 1e-15, 1e-12, 1e-10, 1e-9, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3

NOT_NEAREST = (
    "not-the-nearest",
    "The next element below (or above) was taken. The nearest one is asked for.",
)
NEXT: tuple[Callable[[T], T], ...] = (
    lambda m: torch.bucketize(m, MAGNITUDES, right=True) - 1,
    lambda m: torch.bucketize(m, MAGNITUDES).clamp(max=7),
)
SIGN_LOST = (
    "sign-lost",
    "The sign is lost: negative values have the codes 8 … 15, the sign is the highest of the four "
    "bits.",
)
ONE_STEP = ("steps-of-one-size", TO_EVEN_VALUE)
EVEN_STEPS: tuple[Callable[[T], T], ...] = (
    steps(torch.round, 7.0),
    steps(torch.round, 6.0),
    lambda m: torch.round(2 * m).clamp(max=7),
    lambda m: torch.round(m * 7 / 6).clamp(max=7),
)
OTHER_SIZE = ("other-block-size", "The blocks have another size than 32.")
ACROSS = (
    "blocks-across-rows",
    "A last axis that 32 does not divide was let through. A block does not reach into the next "
    "row: raise a ValueError, even if 32 divides the number of all values.",
)

MISTAKES = several(
    ways(
        "other-dtype",
        "The values are right, but not their types: uint8 for codes and exponents alike.",
        right,
    ),
    ways(
        "element-exponent-forgotten",
        "The exponent is that of the largest magnitude itself. It is 2 less, because the largest "
        "elements, 4 and 6, have the exponent 2: only so is the grid used to its end.",
        made(lambda b: floor_log2(absmax(b))),
    ),
    ways(
        "exponent-off",
        "The exponent is off by one. The largest magnitude over 2^e lies in 4 … 8.",
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
        "bias-forgotten",
        "The exponents are stored without their bias. A byte holds no negative numbers: e + 127 is "
        "stored.",
        made(stored=lambda e: e),
        made(stored=lambda e: e % 256),
        made(stored=lambda e: e.clamp(min=0)),
    ),
    ways(
        "bias-subtracted",
        "The bias was subtracted. e + 127 is stored.",
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
        "ties-to-the-lower",
        "A value halfway between two elements went to the lower one, as `argmin` takes the first "
        "of two. It goes to the even code: 0.75 to 1, code 2.",
        made(element=lambda m: torch.bucketize(m, BORDERS)),
    ),
    ways(
        "ties-to-the-upper",
        "A value halfway between two elements went to the upper one. It goes to the even code: "
        "0.25 to 0, 1.25 to 1.",
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
    both(OTHER_SIZE, ACROSS, *(filled_up_in_runs_of(size) for size in (16, 64))),
    ways(
        *OTHER_SIZE,
        *(in_runs_of(size) for size in (16, 64)),
        lambda x: in_runs_of(x.shape[-1])(x),
    ),
    ways(
        "blocks-down-the-columns",
        "The blocks run down the columns. They are 32 neighbours along the last axis.",
        down_the_columns,
    ),
    ways(
        "blocks-interleaved",
        "A block took values that lie apart. It is a run of neighbours: look at the order in which "
        "reshaping lays out the values.",
        interleaved,
    ),
    ways(
        *ACROSS,
        across_rows,
        filled_up,
        except_where(misfit, (torch.zeros(1), torch.zeros(1)), right),
    ),
    ways(
        *OTHER_ERROR,
        *each_instead(misfit, (AssertionError, RuntimeError, IndexError), right),
    ),
    ways(
        "exponents-flat",
        "The exponents came back in one line. They have the shape of x, but for the last axis: an "
        "entry for each block of a row.",
        changed(flat_exponents),
    ),
    ways(
        "exponents-keep-an-axis",
        "The exponents kept the axis of the values in a block.",
        changed(lambda codes, exponents: (codes, exponents[..., None])),
    ),
    ways(
        "exponent-per-value",
        "The exponents came back once for every value. One for each block is enough.",
        changed(lambda codes, exponents: (codes, exponents.repeat_interleave(BLOCK, dim=-1))),
    ),
    ways(
        "codes-in-blocks",
        "The codes came back in blocks, or in one line. They have the shape of x.",
        changed(lambda codes, exponents: (codes.unflatten(-1, (-1, BLOCK)), exponents)),
        changed(lambda codes, exponents: (codes.reshape(-1, BLOCK), exponents)),
        changed(lambda codes, exponents: (codes.reshape(-1), exponents)),
    ),
    ways(
        "values-not-codes",
        "The elements came back, or what they stand for. The code of each is asked for: 4 bits in "
        "place of 32.",
        dequantized,
        elements_returned,
    ),
    ways(
        "packed",
        "Two codes were put into a byte. Here each code still has a byte of its own.",
        changed(packed),
        changed(packed_high_first),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the codes come first, then the exponents.",
        changed(lambda codes, exponents: (exponents, codes)),
    ),
    ways(
        "zero-block",
        "A block of zeros has no logarithm, and 0 / 0 is no number. Its codes are 0, whatever its "
        "exponent.",
        *(zero_blocks_as(code) for code in (7, 8, 15)),
        *each_instead(
            has_zero_block, (ValueError, ZeroDivisionError, RuntimeError, OverflowError), right
        ),
    ),
)
