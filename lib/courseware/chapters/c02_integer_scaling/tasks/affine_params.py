"""The task `affine_params`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import OFF_LIMITS
from courseware.chapters.c02_integer_scaling.tasks.judges import affine_numbers, affine_values
from courseware.checks.bit_widths import N_BITS_IGNORED
from courseware.checks.misconceptions import except_where, several, ways
from courseware.checks.quantizer_inputs import TINY, uniform
from courseware.checks.task import Check, Draw, Task
from courseware.checks.zero_guards import GUARD_TOO_LARGE, ZERO_SCALE, guards
from model_compression import integer_scaling as reference

Params = tuple[Any, Any]


def _both_signs(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([-1.0, 0.5, 6.5]), 4
    for n_bits in (3, 4, 6, 8):
        yield _between(draw, *_ends(draw, n_bits), 12), n_bits


def _all_positive(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([2.5, 7.5]), 4
    for n_bits in (2, 5, 8):
        low = draw.rng.uniform(0.5, 2.0)
        yield _between(draw, low, low * draw.rng.uniform(1.5, 4.0), 2, 5), n_bits


def _all_negative(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([-2.5, -7.5]), 4
    for n_bits in (2, 5, 8):
        high = draw.rng.uniform(-2.0, -0.5)
        yield _between(draw, high * draw.rng.uniform(1.5, 4.0), high, 2, 5), n_bits


def _zeros_and_tiny(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.zeros(3), 4
    yield torch.tensor([TINY, -TINY / 4]), 4
    yield torch.zeros(2, 3), 8
    low, high = _ends(draw, 8)
    size = max(-low, high) / TINY
    yield _between(draw, low / size, high / size, 12), 8


def _whole_zero_points(draw: Draw) -> Iterator[tuple[torch.Tensor, int]]:
    yield torch.tensor([-1.0, 6.5]), 4
    for n_bits in (3, 8):
        yield _between(draw, *_ends(draw, n_bits), 3, 4), n_bits


def _ends(draw: Draw, n_bits: int) -> tuple[float, float]:
    """Ends of a range around 0 whose zero point is well away from a half and from the middle."""
    top = 2**n_bits - 1
    zero_point = draw.rng.choice([z for z in range(1, top) if abs(z - top / 2) > 1])
    # Above the whole number and clearly so, that cutting off and rounding up both show.
    steps_below = zero_point + draw.rng.choice((-1, 1)) * draw.rng.uniform(0.1, 0.4)
    step = draw.rng.uniform(0.02, 3.0)
    return -steps_below * step, (top - steps_below) * step


def _between(draw: Draw, low: float, high: float, *shape: int) -> torch.Tensor:
    """Random values from low to high, both of them among the values."""
    x = uniform(draw, low, high, *shape)
    x.view(-1)[0], x.view(-1)[-1] = high, low
    return x.float()


def _reference_params(x: torch.Tensor, n_bits: int) -> tuple[float, int]:
    scale, zero_point = reference.affine_params(x, n_bits)
    return float(scale), zero_point


def _low_high(x: torch.Tensor) -> tuple[float, float]:
    return min(float(x.min()), 0.0), max(float(x.max()), 0.0)


def _scale(x: torch.Tensor, n_bits: int) -> float:
    low, high = _low_high(x)
    return (high - low) / (2**n_bits - 1) or 1.0


def _with_zero_point(
    zero_point: Callable[[float, float, float, int], Any],
) -> Callable[..., Params]:
    """The right scale with another zero point, told from low, high, scale and n_bits."""

    def behaves(x: torch.Tensor, n_bits: int) -> Params:
        scale = _scale(x, n_bits)
        return scale, zero_point(*_low_high(x), scale, n_bits)

    return behaves


def _with_steps(steps: Callable[[int], float]) -> Callable[..., Params]:
    """The range spread over another number of steps."""

    def behaves(x: torch.Tensor, n_bits: int) -> Params:
        low, high = _low_high(x)
        scale = (high - low) / steps(n_bits) or 1.0
        return scale, round(-low / scale)

    return behaves


def _bare_range(x: torch.Tensor, n_bits: int) -> Params:
    """min and max as they are; the zero point may lie off the grid."""
    low, high = float(x.min()), float(x.max())
    scale = (high - low) / (2**n_bits - 1) or 1.0
    return scale, round(-low / scale)


def _bare_range_clamped(x: torch.Tensor, n_bits: int) -> Params:
    scale, zero_point = _bare_range(x, n_bits)
    return scale, min(max(zero_point, 0), 2**n_bits - 1)


def _symmetric(steps: Callable[[int], float], zero_point: Callable[[int], int]) -> Any:
    return lambda x, n_bits: (
        (float(x.abs().max()) or 1.0) / steps(n_bits),
        zero_point(n_bits),
    )


def _guarded(guard: Callable[..., float]) -> Callable[..., Params]:
    def behaves(x: torch.Tensor, n_bits: int) -> Params:
        low, high = _low_high(x)
        scale = guard(high - low, n_bits)
        return scale, round(-low / scale)

    return behaves


def _all_zero(x: torch.Tensor, n_bits: int) -> bool:
    return not bool(x.any())


AFFINE_PARAMS = Task(
    name="affine_params",
    points=10,
    reference=_reference_params,
    lecture="lecture 02, “Zero point”",
    off_limits=OFF_LIMITS,
    checks=(
        Check("values of both signs", 3, _both_signs, affine_values),
        Check("only positive values: the range reaches down to 0", 2, _all_positive, affine_values),
        Check("only negative values: the range reaches up to 0", 2, _all_negative, affine_values),
        Check("all zeros, and values that are only tiny", 1, _zeros_and_tiny, affine_values),
        Check("the zero point is an integer", 2, _whole_zero_points, affine_numbers),
    ),
    misconceptions=several(
        ways(
            "zero-point-as-float",
            "The zero point has the right value, but it is a float. It is a code, added to other "
            "codes: an integer.",
            _with_zero_point(lambda low, high, scale, n_bits: float(round(-low / scale))),
        ),
        ways(
            "range-without-zero",
            "The range runs from the smallest to the largest value even where both have the same "
            "sign. It must contain 0, or 0.0 has no code of its own: stretch it.",
            _bare_range,
            _bare_range_clamped,
        ),
        ways(
            "zero-point-not-rounded",
            "The zero point is not a whole number. It is the code of 0.0, and codes are integers.",
            _with_zero_point(lambda low, high, scale, n_bits: -low / scale),
        ),
        ways(
            "zero-point-truncated",
            "The zero point was cut off or rounded to one side. Round it to the nearest integer.",
            _with_zero_point(lambda low, high, scale, n_bits: int(-low / scale)),
            _with_zero_point(lambda low, high, scale, n_bits: -int(low // scale)),
        ),
        ways(
            "zero-point-negative",
            "The zero point has the wrong sign. The lowest value is to get code 0, so 0.0 lies as "
            "many codes above as the lowest value lies steps below zero.",
            _with_zero_point(lambda low, high, scale, n_bits: round(low / scale)),
        ),
        ways(
            "zero-point-in-units-of-x",
            "The zero point was not divided by the scale: it counts codes, not units of x.",
            _with_zero_point(lambda low, high, scale, n_bits: round(-low)),
            _with_zero_point(lambda low, high, scale, n_bits: -low),
        ),
        ways(
            "zero-point-from-the-top",
            "The zero point was counted down from the highest value. Count from the lowest one: "
            "that is where code 0 lies.",
            _with_zero_point(lambda low, high, scale, n_bits: round(high / scale)),
        ),
        ways(
            "zero-point-fixed",
            "The zero point does not follow the values. It moves with the range: near 0 when "
            "nearly all values are positive, near the top when nearly all are negative.",
            _with_zero_point(lambda low, high, scale, n_bits: 2 ** (n_bits - 1)),
            _with_zero_point(lambda low, high, scale, n_bits: 2 ** (n_bits - 1) - 1),
            _with_zero_point(lambda low, high, scale, n_bits: 0),
        ),
        ways(
            "signed-grid",
            "This zero point belongs to a signed grid, which starts at −2^(b−1). Here the lowest "
            "code is 0.",
            _with_zero_point(
                lambda low, high, scale, n_bits: round(-low / scale) - 2 ** (n_bits - 1)
            ),
        ),
        ways(
            "symmetric-range",
            "The range was made symmetric around 0. The point of a zero point is that it need "
            "not be: no code is spent on values that do not occur.",
            _symmetric(lambda b: (2**b - 1) / 2, lambda b: 2 ** (b - 1)),
            _symmetric(lambda b: (2**b - 1) / 2, lambda b: 0),
            _symmetric(lambda b: 2 ** (b - 1) - 1, lambda b: 0),
            _symmetric(lambda b: 2 ** (b - 1) - 1, lambda b: 2 ** (b - 1)),
            _symmetric(lambda b: 2 ** (b - 1) - 1, lambda b: 2 ** (b - 1) - 1),
        ),
        ways(
            "levels-off-by-one",
            "The range was shared out among the codes instead of the steps between them. Between "
            "2^b codes there is one step less, as there is one fence less than posts.",
            _with_steps(lambda n_bits: 2**n_bits),
            _with_steps(lambda n_bits: 2**n_bits - 2),
        ),
        ways(
            "signed-levels",
            "The whole range was spread over the positive codes of a signed number. Here all "
            "codes from 0 to 2^b − 1 are in use.",
            _with_steps(lambda n_bits: 2 ** (n_bits - 1) - 1),
            _with_steps(lambda n_bits: 2 ** (n_bits - 1)),
        ),
        ways("n-bits-ignored", N_BITS_IGNORED, _with_steps(lambda n_bits: 255)),
        ways(
            "order-swapped",
            "The two results are swapped: the scale comes first, then the zero point.",
            lambda x, n_bits: tuple(reversed(_with_steps(lambda b: 2**b - 1)(x, n_bits))),
        ),
        ways(
            "zero-scale",
            ZERO_SCALE,
            *(
                except_where(_all_zero, instead, _reference_params)
                for instead in ((0.0, 0), ZeroDivisionError, ValueError)
            ),
        ),
        ways(
            "guard-too-large",
            GUARD_TOO_LARGE,
            *(_guarded(guard) for guard in guards(lambda n_bits: 2**n_bits - 1)),
        ),
    ),
)
