"""Mistakes in `mxfp4_quantize`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch

from courseware.checks.groups import OTHER_ERROR
from courseware.checks.misconceptions import except_where, several, ways
from model_compression.microscaling import BLOCK

T = torch.Tensor
Behaviour = Callable[[T], Any]

MAGNITUDES = torch.tensor([0.0, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0], dtype=torch.float64)
BORDERS = (MAGNITUDES[1:] + MAGNITUDES[:-1]) / 2
BIAS = 127


def _nearest(magnitudes: T) -> T:
    """Codes 0 … 7, a tie to the even one."""
    upper = torch.bucketize(magnitudes, BORDERS, right=True)
    lower = torch.bucketize(magnitudes, BORDERS)
    return torch.where(upper % 2 == 0, upper, lower)


def _floor_log2(absmax: T) -> T:
    return torch.frexp(absmax).exponent.double() - 1


def _absmax(blocks: T) -> T:
    return blocks.abs().amax(dim=-1)


def _exponent(blocks: T) -> T:
    return _floor_log2(_absmax(blocks)) - 2


def _zero_to_zero(exponent: T, blocks: T) -> T:
    return torch.where(blocks.any(dim=-1), exponent, -BIAS)


def _signed(codes: T, values: T) -> T:
    return codes + 8 * (values < 0)


def _made(
    exponent: Callable[[T], T] = _exponent,
    element: Callable[[T], T] = _nearest,
    sign: Callable[[T, T], T] = _signed,
    stored: Callable[[T], T] = lambda e: e + BIAS,
    cut: Callable[[T], T] = lambda x: x.unflatten(-1, (-1, BLOCK)),
    refuses: bool = True,
) -> Behaviour:
    """The right function, but for what is given."""

    def behaves(x: T) -> tuple[T, T]:
        if refuses and x.shape[-1] % BLOCK:
            raise ValueError
        blocks = cut(x.double())
        e = _zero_to_zero(exponent(blocks), blocks)
        scaled = blocks / torch.exp2(e)[..., None]
        codes = sign(element(scaled.abs()).double(), scaled)
        return codes.reshape(x.shape).to(torch.int64), stored(e)

    return behaves


_right = _made()


def _changed(change: Callable[[T, T], Any]) -> Behaviour:
    """Something else made of the right (codes, exponents)."""

    def behaves(x: T) -> Any:
        codes, exponents = _right(x)
        return change(codes.to(torch.uint8), exponents.to(torch.uint8))

    return behaves


def _steps(rounding: Callable[[T], T], top: float) -> Callable[[T], T]:
    """An even grid."""
    return lambda magnitudes: rounding(magnitudes).clamp(max=top)


def _wrapping(modulus: int) -> Callable[[T], T]:
    """Rounded as if the grid went on beyond 6: to 8, which is code 8."""

    def element(magnitudes: T) -> T:
        beyond = magnitudes > 7
        codes = _nearest(magnitudes)
        return torch.where(beyond, torch.tensor(8 % modulus), codes)

    return element


def _by_table(table: list[float]) -> Callable[[T], T]:
    """The nearest of other magnitudes."""
    values = torch.tensor(table, dtype=torch.float64)
    return lambda m: (m[..., None] - values).abs().argmin(dim=-1)


def _shared(over: Callable[[T], T]) -> Behaviour:
    """One exponent for more than a block, with the same number of entries."""

    def exponent(blocks: T) -> T:
        return (_floor_log2(over(blocks)) - 2).expand(blocks.shape[:-1])

    return _made(exponent)


def _in_runs_of(size: int) -> Behaviour:
    """Blocks of another size."""

    def behaves(x: T) -> Any:
        if x.shape[-1] % size:
            raise ValueError
        blocks = x.double().unflatten(-1, (-1, size))
        e = _zero_to_zero(_exponent(blocks), blocks)
        scaled = blocks / torch.exp2(e)[..., None]
        return _signed(_nearest(scaled.abs()), scaled).reshape(x.shape), e + BIAS

    return behaves


def _down_the_columns(x: T) -> Any:
    if x.dim() < 2 or x.shape[0] % BLOCK:
        raise RuntimeError
    codes, exponents = _right(x.movedim(0, -1).contiguous())
    return codes.movedim(-1, 0), exponents.movedim(-1, 0)


def _interleaved(x: T) -> Any:
    """A block takes values that lie apart in their row."""
    if x.shape[-1] % BLOCK:
        raise ValueError
    runs = x.unflatten(-1, (BLOCK, -1)).transpose(-1, -2)
    codes, exponents = _right(runs.reshape(x.shape))
    back = codes.reshape(runs.shape).transpose(-1, -2)
    return back.reshape(x.shape), exponents


def _across_rows(x: T) -> Any:
    """Blocks of the flattened tensor; what they do not fill is an error of torch's."""
    if x.numel() % BLOCK:
        raise ValueError
    codes, exponents = _right(x.reshape(-1))
    if x.shape[-1] % BLOCK == 0:
        return codes.reshape(x.shape), exponents.reshape(*x.shape[:-1], -1)
    return codes.reshape(x.shape), exponents


def _flat_exponents(codes: T, exponents: T) -> Any:
    return codes, exponents.reshape(-1)


def _dequantized(x: T) -> Any:
    codes, exponents = _right(x)
    scale = torch.exp2(exponents - BIAS).repeat_interleave(BLOCK, dim=-1)
    values = MAGNITUDES[codes % 8] * torch.where(codes >= 8, -1.0, 1.0)
    return (values * scale).float(), exponents.to(torch.uint8)


def _elements_returned(x: T) -> Any:
    codes, exponents = _right(x)
    return MAGNITUDES[codes % 8] * torch.where(codes >= 8, -1.0, 1.0), exponents.to(torch.uint8)


def _packed(codes: T, exponents: T) -> Any:
    low, high = codes[..., 0::2], codes[..., 1::2]
    return low + 16 * high, exponents


def _packed_high_first(codes: T, exponents: T) -> Any:
    high, low = codes[..., 0::2], codes[..., 1::2]
    return low + 16 * high, exponents


def _misfit(x: T) -> bool:
    return x.shape[-1] % BLOCK != 0


def _has_zero_block(x: T) -> bool:
    return not _misfit(x) and not bool(x.unflatten(-1, (-1, BLOCK)).any(dim=-1).all())


def _zero_blocks_as(code: int) -> Behaviour:
    """0 / 0 is not a number, and ends up at one end of the grid."""

    def behaves(x: T) -> Any:
        codes, exponents = _right(x)
        there = x.unflatten(-1, (-1, BLOCK)).any(dim=-1).repeat_interleave(BLOCK, dim=-1)
        return torch.where(there, codes, code).to(torch.uint8), exponents.to(torch.uint8)

    return behaves


def _fitted(blocks: T) -> T:
    """The exponent with which nothing is cut: 6 reaches the largest magnitude."""
    return torch.ceil(torch.log2(_absmax(blocks).clamp(min=1e-300) / 6))


TO_EVEN_VALUE = (
    "The values were rounded in steps of one size. The elements of E2M1 lie closer together near "
    "0: 0, 0.5, 1, 1.5, 2, 3, 4, 6."
)

MISTAKES = several(
    ways(
        "other-dtype",
        "The values are right, but not their types: uint8 for codes and exponents alike.",
        _right,
    ),
    ways(
        "element-exponent-forgotten",
        "The exponent is that of the largest magnitude itself. It is 2 less, because the largest "
        "elements, 4 and 6, have the exponent 2: only so is the grid used to its end.",
        _made(lambda b: _floor_log2(_absmax(b))),
    ),
    ways(
        "exponent-off",
        "The exponent is off by one. The largest magnitude over 2^e lies in 4 … 8.",
        _made(lambda b: _floor_log2(_absmax(b)) - 1),
        _made(lambda b: _floor_log2(_absmax(b)) - 3),
        _made(stored=lambda e: e + 126),
        _made(stored=lambda e: e + 128),
    ),
    ways(
        "exponent-rounded-up",
        "The logarithm was rounded up, or to the nearest. It is rounded down: the part behind the "
        "point is what the elements express.",
        _made(lambda b: torch.ceil(torch.log2(_absmax(b))) - 2),
        _made(lambda b: torch.round(torch.log2(_absmax(b))) - 2),
    ),
    ways(
        "exponent-truncated",
        "The logarithm was cut off towards zero. For magnitudes below 1 it is negative, and "
        "rounded down it gets larger in size: −2.3 becomes −3.",
        _made(lambda b: torch.trunc(torch.log2(_absmax(b))) - 2),
        _made(lambda b: torch.trunc(torch.log2(_absmax(b)) - 2)),
    ),
    ways(
        "fitted-to-six",
        "The exponent was chosen so that nothing exceeds 6. MXFP4 takes floor(log2 max) − 2, and "
        "what lies between 6 and 8 is cut to 6.",
        _made(_fitted),
    ),
    ways(
        "other-logarithm",
        "The logarithm has another base. A shared exponent is one of 2.",
        _made(lambda b: torch.floor(torch.log(_absmax(b))) - 2),
        _made(lambda b: torch.floor(torch.log10(_absmax(b))) - 2),
    ),
    ways(
        "signed-max",
        "The largest value of a block was taken, not its largest magnitude. Negative values reach "
        "just as far from zero.",
        _made(lambda b: _floor_log2(b.amax(dim=-1).clamp(min=2.0**-140)) - 2),
        _made(lambda b: _floor_log2(b.amax(dim=-1).abs().clamp(min=2.0**-140)) - 2),
    ),
    ways(
        "other-measure",
        "The exponent comes from something other than the largest magnitude of the block.",
        _made(lambda b: _floor_log2(b.abs().mean(dim=-1)) - 2),
        _made(lambda b: _floor_log2(b.norm(dim=-1)) - 2),
        _made(lambda b: _floor_log2(b.std(dim=-1)) - 2),
    ),
    ways(
        "one-exponent-for-more",
        "A row, or all of x, shares one exponent. Each block of 32 has its own.",
        _shared(lambda b: b.abs().amax(dim=(-1, -2)).unsqueeze(-1)),
        _shared(lambda b: b.abs().max()),
    ),
    ways(
        "bias-forgotten",
        "The exponents are stored without their bias. A byte holds no negative numbers: e + 127 is "
        "stored.",
        _made(stored=lambda e: e),
        _made(stored=lambda e: e % 256),
        _made(stored=lambda e: e.clamp(min=0)),
    ),
    ways(
        "bias-subtracted",
        "The bias was subtracted. e + 127 is stored.",
        _made(stored=lambda e: e - BIAS),
        _made(stored=lambda e: (e - BIAS) % 256),
    ),
    ways(
        "scales-returned",
        "The scales 2^e came back. Their exponents are stored, e + 127: one byte each.",
        _made(stored=torch.exp2),
    ),
    ways(
        "not-scaled",
        "The elements were taken of x itself. Divide each block by 2^e first.",
        lambda x: (
            _signed(_nearest(x.double().abs()), x.double()).to(torch.uint8),
            _right(x)[1].to(torch.uint8),
        ),
    ),
    ways(
        "multiplied-by-the-scale",
        "The block was multiplied by 2^e. Dividing by it brings the largest magnitude into 4 … 8.",
        lambda x: (
            _signed(
                _nearest(
                    (
                        x.double() * torch.exp2(_right(x)[1] - BIAS).repeat_interleave(BLOCK, -1)
                    ).abs()
                ),
                x.double(),
            ),
            _right(x)[1].to(torch.uint8),
        ),
    ),
    ways(
        "steps-of-one-size",
        TO_EVEN_VALUE,
        _made(element=_steps(torch.round, 7.0)),
        _made(element=_steps(torch.round, 6.0)),
        _made(element=lambda m: torch.round(2 * m).clamp(max=7)),
        _made(element=lambda m: torch.round(m * 7 / 6).clamp(max=7)),
    ),
    ways(
        "other-elements",
        "The table has other magnitudes than 0, 0.5, 1, 1.5, 2, 3, 4, 6. An element has two bits "
        "of exponent and one of fraction, and below 1 there is 0.5 alone.",
        _made(element=_by_table([0.0, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0])),
        _made(element=_by_table([0.0, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])),
        _made(element=_by_table([0.0, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 8.0])),
        _made(element=_by_table([0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0])),
        _made(element=_by_table([0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0])),
    ),
    ways(
        "ties-to-the-lower",
        "A value halfway between two elements went to the lower one, as `argmin` takes the first "
        "of two. It goes to the even code: 0.75 to 1, code 2.",
        _made(element=lambda m: torch.bucketize(m, BORDERS)),
    ),
    ways(
        "ties-to-the-upper",
        "A value halfway between two elements went to the upper one. It goes to the even code: "
        "0.25 to 0, 1.25 to 1.",
        _made(element=lambda m: torch.bucketize(m, BORDERS, right=True)),
    ),
    ways(
        "ties-to-the-odd",
        "A value halfway between two elements went to the odd code. It goes to the even one.",
        _made(
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
        _made(
            element=lambda m: m,
            sign=lambda m, v: torch.where(
                v < 0,
                8 + torch.bucketize(m, BORDERS, right=True),
                torch.bucketize(m, BORDERS),
            ),
        ),
        _made(
            element=lambda m: m,
            sign=lambda m, v: torch.where(
                v < 0,
                8 + torch.bucketize(m, BORDERS),
                torch.bucketize(m, BORDERS, right=True),
            ),
        ),
    ),
    ways(
        "not-the-nearest",
        "The next element below (or above) was taken. The nearest one is asked for.",
        _made(element=lambda m: torch.bucketize(m, MAGNITUDES, right=True) - 1),
        _made(element=lambda m: torch.bucketize(m, MAGNITUDES).clamp(max=7)),
    ),
    ways(
        "beyond-the-end",
        "What lies beyond 6 ran over the end of the table, into the codes of negative numbers or "
        "out of 4 bits. It is cut to 6, code 7.",
        _made(element=_wrapping(16)),
        _made(element=_wrapping(8)),
        _made(element=lambda m: torch.where(m > 6, 8, _nearest(m))),
        _made(element=lambda m: torch.where(m > 6, 0, _nearest(m))),
    ),
    ways(
        "cut-to-four",
        "What lies beyond 6, or the largest of a block, was cut to 4. The largest element is 6.",
        _made(element=lambda m: _nearest(m).clamp(max=6)),
        _made(element=lambda m: torch.where(m > 6, 6, _nearest(m))),
    ),
    ways(
        "sign-lost",
        "The sign is lost: negative values have the codes 8 … 15, the sign is the highest of the "
        "four bits.",
        _made(sign=lambda codes, values: codes),
    ),
    ways(
        "sign-as-twos-complement",
        "Negative codes were stored as 16 less their magnitude's. A float has a bit for its sign: "
        "the code of the magnitude plus 8.",
        _made(sign=lambda codes, values: torch.where(values < 0, 16 - codes, codes) % 16),
        _made(sign=lambda codes, values: torch.where(values < 0, 15 - codes, codes)),
    ),
    ways(
        "negative-codes",
        "Negative values got negative codes. A code is four bits, 0 … 15: the sign is the highest, "
        "worth 8.",
        _made(sign=lambda codes, values: torch.where(values < 0, -codes, codes)),
    ),
    ways(
        "sign-the-wrong-way-round",
        "Positive values got the codes 8 … 15. The sign bit is 1 for negative ones.",
        _made(sign=lambda codes, values: codes + 8 * (values > 0)),
        _made(sign=lambda codes, values: codes + 8 * (values >= 0)),
    ),
    ways(
        "sign-in-the-last-bit",
        "The sign was put into the lowest bit. It is the highest of the four, worth 8.",
        _made(sign=lambda codes, values: 2 * codes + (values < 0)),
    ),
    ways(
        "other-block-size",
        "The blocks have another size than 32.",
        *(_in_runs_of(size) for size in (16, 64)),
        lambda x: _in_runs_of(x.shape[-1])(x),
    ),
    ways(
        "blocks-down-the-columns",
        "The blocks run down the columns. They are 32 neighbours along the last axis.",
        _down_the_columns,
    ),
    ways(
        "blocks-interleaved",
        "A block took values that lie apart. It is a run of neighbours: look at the order in which "
        "reshaping lays out the values.",
        _interleaved,
    ),
    ways(
        "blocks-across-rows",
        "A last axis that 32 does not divide was let through. A block does not reach into the next "
        "row: raise a ValueError, even if 32 divides the number of all values.",
        _across_rows,
        except_where(_misfit, (torch.zeros(1), torch.zeros(1)), _right),
    ),
    ways(
        *OTHER_ERROR,
        *(
            except_where(_misfit, error, _right)
            for error in (AssertionError, RuntimeError, IndexError)
        ),
    ),
    ways(
        "exponents-flat",
        "The exponents came back in one line. They have the shape of x, but for the last axis: an "
        "entry for each block of a row.",
        _changed(_flat_exponents),
    ),
    ways(
        "exponents-keep-an-axis",
        "The exponents kept the axis of the values in a block.",
        _changed(lambda codes, exponents: (codes, exponents[..., None])),
    ),
    ways(
        "exponent-per-value",
        "The exponents came back once for every value. One for each block is enough.",
        _changed(lambda codes, exponents: (codes, exponents.repeat_interleave(BLOCK, dim=-1))),
    ),
    ways(
        "codes-in-blocks",
        "The codes came back in blocks, or in one line. They have the shape of x.",
        _changed(lambda codes, exponents: (codes.unflatten(-1, (-1, BLOCK)), exponents)),
        _changed(lambda codes, exponents: (codes.reshape(-1, BLOCK), exponents)),
        _changed(lambda codes, exponents: (codes.reshape(-1), exponents)),
    ),
    ways(
        "values-not-codes",
        "The elements came back, or what they stand for. The code of each is asked for: 4 bits in "
        "place of 32.",
        _dequantized,
        _elements_returned,
    ),
    ways(
        "packed",
        "Two codes were put into a byte. Here each code still has a byte of its own.",
        _changed(_packed),
        _changed(_packed_high_first),
    ),
    ways(
        "order-swapped",
        "The two results are swapped: the codes come first, then the exponents.",
        _changed(lambda codes, exponents: (exponents, codes)),
    ),
    ways(
        "zero-block",
        "A block of zeros has no logarithm, and 0 / 0 is no number. Its codes are 0, whatever its "
        "exponent.",
        *(_zero_blocks_as(code) for code in (7, 8, 15)),
        *(
            except_where(_has_zero_block, error, _right)
            for error in (ValueError, ZeroDivisionError, RuntimeError, OverflowError)
        ),
    ),
)
