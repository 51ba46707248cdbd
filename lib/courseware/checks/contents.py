"""What a result holds, as a key: many models of mistakes come to the same, and once is enough."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import torch

from courseware.checks.call import Outcome

PLAIN = int, float, bool, str, bytes, type(None)


def content_of(outcome: Outcome) -> Hashable | None:
    """A key that two outcomes share only if nobody can tell one from the other; None if unknown.

    >>> one, two = (content_of(Outcome(torch.tensor([1, 2]))) for _ in range(2))
    >>> one == two, one == content_of(Outcome(torch.tensor([1.0, 2.0])))
    (True, False)
    >>> content_of(Outcome(object())) is None
    True
    """
    try:
        value = _key(outcome.value)
    except TypeError:
        return None
    error = outcome.error and (type(outcome.error), str(outcome.error))
    return value, error, outcome.printed, outcome.changed, outcome.at, outcome.shares


def _key(value: Any) -> Hashable:
    """Raises: TypeError for what may hold more than can be seen here."""
    kind = type(value)
    if kind is torch.Tensor and value.layout == torch.strided and not value.is_quantized:
        # A copy, as an axis of size 1 that was expanded has the stride 0 also when contiguous.
        line = value.detach().clone(memory_format=torch.contiguous_format).view(-1)
        bits = line.view(torch.uint8).numpy().tobytes()
        return value.dtype, value.shape, value.stride(), value.requires_grad, bits
    if kind in PLAIN:
        return kind, repr(value)  # 0.0 and -0.0 are equal, True and 1 as well
    if kind in (tuple, list):
        return kind, tuple(map(_key, value))
    if kind is dict:
        return kind, tuple((_key(key), _key(item)) for key, item in value.items())
    raise TypeError(kind.__name__)
