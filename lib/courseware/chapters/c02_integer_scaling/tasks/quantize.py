"""The task `quantize`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import (
    CLAMP_MISSING,
    OFF_LIMITS,
    SCALE_MULTIPLIED,
)
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.dtypes import WRONG_DTYPE
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, several, ways
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


def _inside(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    yield torch.tensor([1.2, -0.7, 0.4]), 0.5, 4
    for n_bits in (3, 4, 5, 8):
        top = 2 ** (n_bits - 1) - 1
        scale: Scale = some_scale(draw)
        x = clear_of_half_steps(uniform(draw, -top, top, 16) * scale, scale)
        yield x, torch.tensor(scale) if n_bits in (3, 8) else scale, n_bits
    # Close to half steps: 16-bit floats miss them.
    yield torch.tensor([101.48, -77.48, 63.52, -120.52]) * 0.0375, 0.0375, 8


def _ties(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    halves = torch.tensor([0.5, 1.5, 2.5, -0.5, -1.5, -2.5])
    yield halves, 1.0, 4
    yield halves / 4, torch.tensor(0.25), 4
    for n_bits in (5, 8):
        scale = 2.0 ** draw.integer(-5, 2)
        steps = codes(draw, -(2 ** (n_bits - 1)) + 1, 2 ** (n_bits - 1) - 2, 10) + 0.5
        yield torch.cat([halves, steps]) * scale, scale, n_bits


def _outside(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    yield torch.tensor([4.5, -10.0, 1.0, 0.5]), 0.5, 4
    yield torch.tensor([100.0, 150.0, -100.0, -500.0, 20.0]), torch.tensor(0.5), 8
    for n_bits in (2, 4, 6):
        scale = some_scale(draw)
        x = clear_of_half_steps(uniform(draw, -300, 300, 16) * scale, scale)
        yield x, scale, n_bits


def _lowest_code(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    yield torch.tensor([-4.0, 3.5, -2.0]), 0.5, 4
    yield torch.tensor([3.75, -3.75, 1.0]), 0.5, 4
    for n_bits in (2, 3, 8):
        scale = some_scale(draw)
        lowest = -(2 ** (n_bits - 1))
        steps = torch.cat([uniform(draw, lowest - 0.4, lowest + 0.4, 4), torch.ones(1)])
        yield clear_of_half_steps(steps * scale, scale), scale, n_bits


def _shapes(draw: Draw) -> Iterator[tuple[torch.Tensor, Scale, int]]:
    yield torch.tensor([[1.0, -2.0], [3.0, 0.5]]), 0.5, 4
    for shape in ((1,), (3, 1, 4), (2, 2, 3, 3)):
        yield codes(draw, 1, 7, *shape) * 0.25, 0.25, 4


def _limits(n_bits: int) -> tuple[int, int]:
    return -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1


def _steps(x: torch.Tensor, scale: Scale) -> torch.Tensor:
    return torch.round(x / scale)


Limits = Callable[[int], tuple[int | None, int | None]]


def _clamped_to(limits: Limits) -> Callable[..., torch.Tensor]:
    return lambda x, scale, n_bits: _steps(x, scale).clamp(*limits(n_bits)).to(torch.int32)


def _wrapped_to(limits: Limits) -> Callable[..., torch.Tensor]:
    """The same, stored in 8 bits."""
    return lambda x, scale, n_bits: (
        _steps(x, scale).clamp(*limits(n_bits)).to(torch.int32).to(torch.int8)
    )


def _one_too_high(n_bits: int) -> tuple[int, int]:
    return _limits(n_bits)[0], _limits(n_bits)[1] + 1


def _rounded_by(
    rounding: Callable[[torch.Tensor], torch.Tensor], limits: Limits = _limits
) -> Callable[..., torch.Tensor]:
    """Stored in 8 bits, where +128 wraps around."""

    def behaves(x: torch.Tensor, scale: Scale, n_bits: int) -> torch.Tensor:
        return rounding(x / scale).clamp(*limits(n_bits)).to(torch.int32).to(torch.int8)

    return behaves


def _rounded_first(
    rounding: Callable[[torch.Tensor], torch.Tensor], limits: Limits
) -> Callable[..., torch.Tensor]:
    """x rounded, then divided; the steps made whole and clamped, as far as they are."""

    def behaves(x: torch.Tensor, scale: Scale, n_bits: int) -> torch.Tensor:
        steps = rounding(torch.round(x) / scale)
        low, high = limits(n_bits)
        return steps.clamp(low, high).to(torch.int32).to(torch.int8)

    return behaves


def _wrapped(steps: torch.Tensor, n_bits: int) -> torch.Tensor:
    """Modulo 2**b."""
    half = 2 ** (n_bits - 1)
    return (steps + half) % (2 * half) - half


RANGE_ONE_TOO_HIGH = (
    "range-one-too-high",
    "The upper end of the range is one too high. There is no +8 of 4 bits.",
)

QUANTIZE = Task(
    name="quantize",
    points=10,
    reference=reference.quantize,
    lecture="lecture 02, “Round, then clamp”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("values inside the range", 3, _inside),
        Check("ties go to the even code", 2, _ties),
        Check("values outside the range are clamped", 2, _outside),
        Check("the lowest code is in use", 1, _lowest_code),
        Check("right codes as int8, in the shape of x", 2, _shapes, same_values_and_dtype),
    ),
    misconceptions=several(
        FORMS,
        # First, since it explains nothing that another one does not explain as well.
        ways(
            "other-dtype",
            WRONG_DTYPE,
            lambda x, scale, n_bits: _steps(x, scale).clamp(*_limits(n_bits)),
        ),
        *(ways(name, message, _rounded_by(rounding)) for name, message, rounding in ROUNDINGS),
        *(
            both((name, message), RANGE_ONE_TOO_HIGH, _rounded_by(rounding, _one_too_high))
            for name, message, rounding in ROUNDINGS
        ),
        *(
            both(
                (name, message),
                CLAMP_MISSING,
                lambda x, scale, n_bits, r=rounding: r(x / scale),
                lambda x, scale, n_bits, r=rounding: r(x / scale).to(torch.int32).to(torch.int8),
                lambda x, scale, n_bits, r=rounding: _wrapped(r(x / scale), n_bits),
            )
            for name, message, rounding in ROUNDINGS
        ),
        ways(
            *SCALE_MULTIPLIED,
            lambda x, scale, n_bits: torch.round(x * scale).clamp(*_limits(n_bits)),
        ),
        ways(
            *CLAMP_MISSING,
            lambda x, scale, n_bits: _steps(x, scale),
            lambda x, scale, n_bits: _steps(x, scale).to(torch.int32).to(torch.int8),
            lambda x, scale, n_bits: _wrapped(_steps(x, scale), n_bits),
        ),
        ways(
            "rounded-before-scaling",
            "x was rounded before it was divided by the scale. Codes count steps: divide first, "
            "then round.",
            *(
                _rounded_first(rounding, limits)
                for rounding in (torch.round, torch.trunc)
                for limits in (
                    _limits,
                    lambda n_bits: (None, _limits(n_bits)[1]),
                    lambda n_bits: (_limits(n_bits)[0], None),
                    lambda n_bits: (-(2**15), 2**15),
                )
            ),
        ),
        ways(
            "cast-before-clamp",
            "The codes were stored in 8 bits first and clamped afterwards. By then a value of "
            "200 has already wrapped around to −56: the clamp comes too late.",
            lambda x, scale, n_bits: (
                _steps(x, scale).to(torch.int32).to(torch.int8).clamp(*_limits(n_bits))
            ),
        ),
        ways(
            "lowest-code-unused",
            "The lowest code never appears. b bits hold one more negative number than positive "
            "ones; only the restricted scale leaves it out, `quantize` need not.",
            _clamped_to(lambda n_bits: (1 - 2 ** (n_bits - 1), 2 ** (n_bits - 1) - 1)),
        ),
        ways(
            *RANGE_ONE_TOO_HIGH,
            _clamped_to(lambda n_bits: (-(2 ** (n_bits - 1)), 2 ** (n_bits - 1))),
            _clamped_to(lambda n_bits: (-(2 ** (n_bits - 1)) + 1, 2 ** (n_bits - 1))),
        ),
        ways(
            "highest-code-unused",
            "The highest code never appears: the range ends one code too early.",
            _clamped_to(lambda n_bits: (-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 2)),
            _clamped_to(lambda n_bits: (1 - 2 ** (n_bits - 1), 2 ** (n_bits - 1) - 2)),
        ),
        ways(
            "range-one-too-low",
            "The lower end of the range is one too low: half of the 2**b patterns are negative.",
            _clamped_to(lambda n_bits: (-(2 ** (n_bits - 1)) - 1, 2 ** (n_bits - 1) - 1)),
        ),
        ways(
            "one-end-clamped",
            "Only one end of the range is clamped. Values may lie beyond either.",
            *(
                behaves
                for ends in (lambda b: (None, 2 ** (b - 1) - 1), lambda b: (-(2 ** (b - 1)), None))
                for behaves in (_clamped_to(ends), _wrapped_to(ends))
            ),
        ),
        ways(
            "sign-lost",
            "The codes have lost their signs: negative values get negative codes.",
            lambda x, scale, n_bits: _steps(x, scale).abs().clamp(*_limits(n_bits)),
        ),
        ways(
            *CARET,
            _clamped_to(lambda b: (-(2 ^ (b - 1)), (2 ^ (b - 1)) - 1)),
            _clamped_to(lambda b: (-(2 ^ (b - 1)), 2 ^ (b - 1) - 1)),
            _clamped_to(lambda b: (-(2 ** (b - 1)), 2 ^ (b - 1) - 1)),
            _clamped_to(lambda b: (-2 ^ (b - 1), 2 ^ (b - 1) - 1)),
        ),
        ways(
            *HALF_PRECISION,
            *(
                lambda x, scale, n_bits, dtype=dtype: (
                    _steps(x.to(dtype), scale).float().clamp(*_limits(n_bits))
                )
                for dtype in HALF
            ),
        ),
        ways(
            "codes-transposed",
            "Rows and columns have changed places. The codes keep the shape of x.",
            lambda x, scale, n_bits: _rounded_by(torch.round)(x, scale, n_bits).T,
        ),
        ways(
            "not-rounded",
            "The steps were never rounded: what came back are not codes, which are whole numbers.",
            lambda x, scale, n_bits: (x / scale).clamp(*_limits(n_bits)),
            lambda x, scale, n_bits: x / scale,
        ),
        ways(
            "unsigned-range",
            "All negative values became 0: the codes were clamped to the range of unsigned "
            "numbers. This grid is signed.",
            _clamped_to(lambda n_bits: (0, 2**n_bits - 1)),
            _clamped_to(lambda n_bits: (0, 2 ** (n_bits - 1) - 1)),
        ),
        ways(
            "range-a-bit-too-wide",
            "The range is that of one bit more. One of the b bits tells negative from positive.",
            _clamped_to(lambda n_bits: (-(2**n_bits), 2**n_bits - 1)),
        ),
        ways("n-bits-ignored", N_BITS_IGNORED, _clamped_to(lambda n_bits: (-128, 127))),
        ways(
            "clamped-before-scaling",
            "x itself was clamped, before it was divided by the scale. The range is one of "
            "codes, not of values.",
            lambda x, scale, n_bits: _steps(x.clamp(*_limits(n_bits)), scale),
            lambda x, scale, n_bits: _steps(x.clamp(*_limits(n_bits)), scale).to(torch.int8),
            lambda x, scale, n_bits: _steps(x.clamp(*_limits(n_bits)), scale).clamp(-128, 127),
        ),
        ways(
            "scaled-back",
            "The codes were multiplied by the scale again. That is the job of `dequantize`: here "
            "integers are asked for.",
            lambda x, scale, n_bits: _steps(x, scale).clamp(*_limits(n_bits)) * scale,
        ),
    ),
)
