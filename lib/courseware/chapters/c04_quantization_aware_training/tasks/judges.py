"""Judges with the tolerance of chapter 04, and what its tasks have off limits.

Why 1e-4. An output is a sum of up to 12 products, of a size of about 1 each, in float32: in
another order, or with the scale applied before or after the sum, it moves by less than 1e-5 where
the terms cancel. The tolerance is ten times as wide. The nearest mistake, a full-range scale at 8
bits, is off by 127 / 127.5, which is 4e-3.
"""

from __future__ import annotations

from typing import Any

from courseware.checks.task import Judge
from courseware.checks.values import Difference, close, difference

OFF_LIMITS = tuple(
    f"model_compression.{module}"
    for module in (
        *("fake_quantization", "quantization_aware_training", "_straight_through"),
        *("_training", "_cosine_decay"),
    )
)
"""The modules of the reference library that hold this chapter; earlier ones may be used."""


def with_gradient_of(name: str) -> Judge:
    """The result and its gradient, each to 1e-4; a difference says in which of the two it is.

    >>> import torch
    >>> judge = with_gradient_of("x")
    >>> one, two = torch.tensor([1.0]), torch.tensor([2.0])
    >>> judge((), (one, one), (one, two)).text
    'gradient of x: element [0] is 2, expected 1'
    """

    def judge(arguments: tuple[Any, ...], expected: Any, got: Any) -> Difference | None:
        if not isinstance(got, tuple | list) or len(got) != len(expected):
            return difference(expected, got)
        for what, wanted, came in zip(
            ("result", f"gradient of {name}"), expected, got, strict=True
        ):
            found = close(wanted, came)
            if found:
                return Difference(found.kind, f"{what}: {found.text}")
        return None

    return judge
