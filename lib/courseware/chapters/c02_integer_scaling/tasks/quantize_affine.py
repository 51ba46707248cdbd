"""The task `quantize_affine`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import (
    CLAMP_MISSING,
    OFF_LIMITS,
    SCALE_MULTIPLIED,
)
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.dtypes import WRONG_DTYPE
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import several, ways
from courseware.checks.precision import HALF, HALF_PRECISION
from courseware.checks.python_slips import CARET
from courseware.checks.quantizer_inputs import (
    Scale,
    clear_of_half_steps,
    codes,
    some_scale,
    uniform,
)
from courseware.checks.roundings import ROUNDINGS
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_values_and_dtype
from model_compression import integer_scaling as reference

Params = tuple[Any, Any]
Arguments = tuple[torch.Tensor, Scale, int, int]


def _inside(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([0.0, -0.7, 1.2, 2.3]), 0.5, 3, 4
    for n_bits in (3, 4, 6, 8):
        zero_point, top = draw.integer(1, 2**n_bits - 2), 2**n_bits - 1
        scale: Scale = some_scale(draw)
        x = clear_of_half_steps(uniform(draw, -zero_point, top - zero_point, 16) * scale, scale)
        yield x, torch.tensor(scale) if n_bits in (3, 8) else scale, zero_point, n_bits
    # Close to half steps: 16-bit floats miss them.
    yield torch.tensor([101.48, -77.48, 63.52, 120.52]) * 0.0375, 0.0375, 90, 8


def _ties(draw: Draw) -> Iterator[Arguments]:
    halves = torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5, -2.5])
    yield halves, 1.0, 5, 4
    yield halves / 4, torch.tensor(0.25), 8, 4
    for n_bits in (5, 8):
        zero_point = 2 * draw.integer(2, 2 ** (n_bits - 1) - 3) + 1
        steps = codes(draw, -3, 2, 10) + 0.5
        scale = 2.0 ** draw.integer(-5, 2)
        yield torch.cat([halves, steps]) * scale, scale, zero_point, n_bits


def _outside(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([-4.0, 1.0, 9.0]), 0.5, 3, 4
    yield torch.tensor([-3.0, 0.0, 4.5, 9.0]), torch.tensor(0.5), 0, 4
    yield torch.tensor([10.0, -10.0]), 0.5, 15, 4
    yield torch.tensor([10.0, -10.0]), 0.5, 0, 4
    # Too many steps for 16 bits.
    yield torch.tensor([5e4, -5e4]), 0.5, 3, 4
    # One step beyond each end.
    yield torch.tensor([6.5, -2.0]), 0.5, 3, 4
    for n_bits in (2, 5, 8):
        scale = some_scale(draw)
        x = clear_of_half_steps(uniform(draw, -420, 420, 16) * scale, scale)
        yield x, scale, draw.integer(0, 2**n_bits - 1), n_bits


def _shapes(draw: Draw) -> Iterator[Arguments]:
    yield torch.tensor([[1.0, -1.0], [0.0, 0.5]]), 0.5, 3, 4
    # The last code of 8 bits, and those that int8 does not hold.
    yield torch.tensor([52.5, 0.0, -75.0]), 0.5, 150, 8
    for shape in ((1,), (3, 1, 4), (2, 2, 3, 3)):
        yield codes(draw, 1, 100, *shape) * 0.25, 0.25, 150, 8


def _limits(n_bits: int) -> tuple[int, int]:
    return 0, 2**n_bits - 1


def _clamped(shifted: torch.Tensor, n_bits: int) -> torch.Tensor:
    return shifted.clamp(*_limits(n_bits)).to(torch.uint8)


def _shifted(x: torch.Tensor, scale: Scale, zero_point: int) -> torch.Tensor:
    return torch.round(x / scale) + zero_point


def _rounded_by(rounding: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    return lambda x, scale, zero_point, n_bits: _clamped(rounding(x / scale) + zero_point, n_bits)


def _steps_of(x: torch.Tensor, scale: Scale, n_bits: int) -> torch.Tensor:
    """What `quantize` returns."""
    top = 2 ** (n_bits - 1)
    return torch.round(x / scale).clamp(-top, top - 1).to(torch.int8)


_AFTER_QUANTIZE: tuple[Callable[[torch.Tensor, int, int], torch.Tensor], ...] = (
    lambda steps, zero_point, n_bits: steps + zero_point,
    lambda steps, zero_point, n_bits: (steps + zero_point).to(torch.uint8),
    lambda steps, zero_point, n_bits: _clamped(steps + zero_point, n_bits),
    lambda steps, zero_point, n_bits: (steps + zero_point).clamp(0, 127),
    lambda steps, zero_point, n_bits: steps.int() + zero_point,
    lambda steps, zero_point, n_bits: (steps.int() + zero_point).to(torch.uint8),
    lambda steps, zero_point, n_bits: _clamped(steps.int() + zero_point, n_bits),
)
"""What is done with codes of 8 bits, with and without another type in between."""


QUANTIZE_AFFINE = Task(
    name="quantize_affine",
    points=10,
    reference=reference.quantize_affine,
    lecture="lecture 02, “Zero point”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("values inside the range", 3, _inside),
        Check("ties: rounded before the zero point is added", 2, _ties),
        Check("values outside the range are clamped", 3, _outside),
        Check("right codes as uint8, in the shape of x", 2, _shapes, same_values_and_dtype),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "other-dtype",
            WRONG_DTYPE,
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point).clamp(
                *_limits(n_bits)
            ),
        ),
        *(ways(name, message, _rounded_by(rounding)) for name, message, rounding in ROUNDINGS),
        ways(
            "zero-point-before-rounding",
            "The zero point was added before rounding. With an odd zero point a tie then goes "
            "the other way: round x / scale first.",
            lambda x, scale, zero_point, n_bits: _clamped(
                torch.round(x / scale + zero_point), n_bits
            ),
        ),
        ways(
            "zero-point-subtracted",
            "The zero point was subtracted. It is the code of 0.0, so codes are counted up from "
            "it; it is taken off on the way back.",
            lambda x, scale, zero_point, n_bits: _clamped(_shifted(x, scale, -zero_point), n_bits),
        ),
        ways(
            "zero-point-forgotten",
            "The zero point has no effect. 0.0 must get the zero point as its code.",
            lambda x, scale, zero_point, n_bits: _clamped(_shifted(x, scale, 0), n_bits),
        ),
        ways(
            "zero-point-after-clamp",
            "The codes were clamped first, and the zero point was added afterwards: values below "
            "zero are lost, and large ones leave the range again.",
            lambda x, scale, zero_point, n_bits: (
                torch.round(x / scale).clamp(*_limits(n_bits)) + zero_point
            ),
            lambda x, scale, zero_point, n_bits: (
                torch.round(x / scale).clamp(*_limits(n_bits)).to(torch.uint8) + zero_point
            ),
        ),
        ways(
            "clamped-as-signed",
            "The steps were clamped to the signed range before the zero point came in, as "
            "`quantize` does it. With the zero point they may well fit: round, add, and clamp only "
            "then, to 0 … 2**b − 1.",
            *(
                lambda x, scale, zero_point, n_bits, after=after: after(
                    _steps_of(x, scale, n_bits), zero_point, n_bits
                )
                for after in _AFTER_QUANTIZE
            ),
        ),
        ways(
            "zero-point-in-units-of-x",
            "The zero point was added to x. It counts codes, not units of x: it comes after the "
            "division.",
            lambda x, scale, zero_point, n_bits: _clamped(
                torch.round((x + zero_point) / scale), n_bits
            ),
            lambda x, scale, zero_point, n_bits: _clamped(
                torch.round((x - zero_point) / scale), n_bits
            ),
        ),
        ways(
            *CLAMP_MISSING,
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point),
            lambda x, scale, zero_point, n_bits: (
                _shifted(x, scale, zero_point).to(torch.int32).to(torch.uint8)
            ),
        ),
        ways(
            "cast-before-clamp",
            "The codes were stored in 8 bits first and clamped afterwards. By then a code of −3 "
            "has already wrapped around to 253: the clamp comes too late.",
            lambda x, scale, zero_point, n_bits: _clamped(
                _shifted(x, scale, zero_point).to(torch.int32).to(torch.uint8), n_bits
            ),
        ),
        ways(
            "steps-in-16-bits",
            "The number of steps was stored in 16 bits before the clamp. Values more than 32,767 "
            "steps away wrap around there and come out at the wrong end: clamp first.",
            lambda x, scale, zero_point, n_bits: _clamped(
                torch.round(x / scale).to(torch.int64).to(torch.int16) + zero_point, n_bits
            ),
            lambda x, scale, zero_point, n_bits: _clamped(
                _shifted(x, scale, zero_point).to(torch.int64).to(torch.int16), n_bits
            ),
        ),
        ways(
            "signed-range",
            "The codes were clamped to a signed range. The affine grid has no negative codes, "
            "and twice as many positive ones.",
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point).clamp(
                -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1
            ),
            lambda x, scale, zero_point, n_bits: (
                _shifted(x, scale, zero_point)
                .clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
                .to(torch.int8)
                .to(torch.uint8)
            ),
        ),
        ways(
            "stored-signed",
            "The codes were stored in a signed type. Codes above 127 do not fit into int8 and "
            "turn negative there.",
            lambda x, scale, zero_point, n_bits: _clamped(
                _shifted(x, scale, zero_point), n_bits
            ).view(torch.int8),
        ),
        ways(
            "range-one-too-high",
            "The upper end of the range is one too high: of 2**b codes that start at 0 the last "
            "one is 2**b − 1.",
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point).clamp(0, 2**n_bits),
        ),
        ways(
            "highest-code-unused",
            "The highest code never appears: the range ends one code too early.",
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point).clamp(
                0, 2**n_bits - 2
            ),
        ),
        ways(
            "lowest-code-unused",
            "The lowest code, 0, never appears: the range begins one code too late.",
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point).clamp(
                1, 2**n_bits - 1
            ),
        ),
        ways(
            "one-end-clamped",
            "Only one end of the range is clamped. Values may lie beyond either.",
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point).clamp(min=0),
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point).clamp(
                max=2**n_bits - 1
            ),
            lambda x, scale, zero_point, n_bits: (
                _shifted(x, scale, zero_point).clamp(min=0).to(torch.int32).to(torch.uint8)
            ),
            lambda x, scale, zero_point, n_bits: (
                _shifted(x, scale, zero_point)
                .clamp(max=2**n_bits - 1)
                .to(torch.int32)
                .to(torch.uint8)
            ),
        ),
        ways(
            *CARET,
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point).clamp(
                0, (2 ^ n_bits) - 1
            ),
            lambda x, scale, zero_point, n_bits: _shifted(x, scale, zero_point).clamp(
                0, 2 ^ n_bits - 1
            ),
        ),
        ways(
            *HALF_PRECISION,
            *(
                lambda x, scale, zero_point, n_bits, dtype=dtype: _clamped(
                    torch.round(x.to(dtype) / scale).float() + zero_point, n_bits
                )
                for dtype in HALF
            ),
            *(
                lambda x, scale, zero_point, n_bits, dtype=dtype: _clamped(
                    (torch.round(x.to(dtype) / scale) + zero_point).float(), n_bits
                )
                for dtype in HALF
            ),
        ),
        ways(
            "not-rounded",
            "The steps were never rounded, only cut off when they were stored, or not at all.",
            lambda x, scale, zero_point, n_bits: (x / scale + zero_point).clamp(*_limits(n_bits)),
            lambda x, scale, zero_point, n_bits: _clamped(x / scale + zero_point, n_bits),
        ),
        ways(
            "n-bits-ignored",
            N_BITS_IGNORED,
            lambda x, scale, zero_point, n_bits: _clamped(_shifted(x, scale, zero_point), 8),
        ),
        ways(
            *SCALE_MULTIPLIED,
            lambda x, scale, zero_point, n_bits: _clamped(
                torch.round(x * scale) + zero_point, n_bits
            ),
        ),
        ways(
            "added-after-the-cast",
            "The zero point was added after the codes had been stored in 8 bits. There the sum "
            "wraps around: add and clamp on floats, and change the type last.",
            *(
                lambda x, scale, zero_point, n_bits, dtype=dtype, after=after: after(
                    torch.round(x / scale).to(torch.int32).to(dtype), zero_point, n_bits
                )
                for dtype in (torch.int8, torch.uint8)
                for after in _AFTER_QUANTIZE
            ),
        ),
    ),
)
