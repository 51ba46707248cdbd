"""What lies beneath a result of the wrong form: results in another order or in one line, masks
in weights, what was printed and not returned, scales spread over all that they belong to.

Such a form hides what else is wrong. It is put right, and the answer is judged once more.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from courseware.checks.cases import Case, judged_anew
from courseware.checks.masks import WEIGHTS_RETURNED
from courseware.checks.named_tensors import Pairs
from courseware.checks.pairs import ORDER_SWAPPED, is_swapped
from courseware.checks.task import Misconception, Task

MASKED = WEIGHTS_RETURNED[0], "scores-returned"
"""What is told where weights came, or scores, with zeros for those that go."""

PRINTED = ("returns-none",)
SPREAD = ("wrong-shape",)

FLAT = ("flattened",)
"""What is told where all is there, and the shape is not."""

IN_ONE_LINE = Misconception(
    FLAT[0], "All came in one line: the shape is lost. `reshape` brings it back."
)

SIGNED = ("bytes-signed",)
"""What a task tells of bytes with a sign; one that tells nothing of them does not look beneath."""

PAIRS_SWAPPED = ("pair-order-swapped",)
"""What a judge tells of pairs in a list: (masks, state) in place of (state, masks)."""


def hides(case: Case) -> tuple[str, ...]:
    """Names of the cause behind whose form something else may be hidden; empty if there is none."""
    try:
        return _hides(case)
    except Exception:  # an object that fails when it is looked at
        return ()


def _hides(case: Case) -> tuple[str, ...]:
    found, expected, got = case.found, case.expected.value, case.got.value
    if found is None:
        return ()
    # A judge of a task's own may call other things so: of more than two results, too.
    if found.kind == ORDER_SWAPPED and is_swapped(expected, got):
        return (ORDER_SWAPPED,)
    if found.kind in PRINTED and printed_value(case.got.printed, expected) is not None:
        return PRINTED
    if (found.kind,) == PAIRS_SWAPPED:
        return PAIRS_SWAPPED
    if found.kind in (*FLAT, "axis-lost", "wrong-shape") and _is_flat(expected, got):
        return FLAT
    if found.kind in SPREAD and _gathered(expected, got) is not None:
        return SPREAD
    if _has_sign(expected, got):
        return SIGNED
    return MASKED if case.arguments and _is_masked(case.arguments[0], expected, got) else ()


def put_right(case: Case, hidden: tuple[str, ...]) -> Case:
    """The case without the form that hides something, judged anew."""
    if hides(case) != hidden:
        return case
    if hidden == PRINTED:
        value = printed_value(case.got.printed, case.expected.value)
    elif hidden == MASKED:
        value = _masks_of(case.arguments[0], case.expected.value, case.got.value)
    else:
        value = _RIGHTED[hidden](case.expected.value, case.got.value)
    return judged_anew(case, replace(case.got, value=value, printed=""))


def told_of(task: Task, hidden: tuple[str, ...]) -> tuple[Misconception, ...]:
    """What the task tells of the form; its judges tell that results changed places."""
    if hidden == FLAT:
        return (IN_ONE_LINE,)
    told = task.misconceptions if hidden in (MASKED, SIGNED) else ()
    return tuple(known for known in told if known.name in hidden)[:1]


def printed_value(text: str, expected: Any) -> Any:
    """What the last line of what was printed says, if Python reads such values as it writes them.

    >>> printed_value("so far 1\\n12", 5), printed_value("011", "101")
    (12, '011')
    >>> printed_value("tensor(3.)", 5) is None
    True
    """
    line = text.strip().rpartition("\n")[2]
    if isinstance(expected, str):
        return line or None
    try:
        return ast.literal_eval(line.strip())
    except (ValueError, SyntaxError):
        return None


def _gathered(expected: Any, got: Any) -> Any:
    """Two tensors, the second of which held each of its values several times in a row; or None.

    >>> codes, spread = torch.ones(1, 4), torch.tensor([[2.0, 2.0, 3.0, 3.0]])
    >>> _gathered((codes, torch.ones(1, 2)), (codes, spread))[1]
    tensor([[2., 3.]])
    >>> _gathered((codes, torch.ones(1, 2)), (codes, codes.cumsum(1))) is None
    True
    """
    pairs = [pair for pair in (expected, got) if isinstance(pair, tuple | list) and len(pair) == 2]
    if len(pairs) < 2 or not all(isinstance(one, torch.Tensor) for pair in pairs for one in pair):
        return None
    size, came = expected[1].numel(), got[1].detach()
    if not size or came.numel() <= size or came.numel() % size:
        return None
    runs = came.reshape(*expected[1].shape, -1)
    return (got[0], runs[..., 0]) if bool((runs == runs[..., :1]).all()) else None


def _in_order(expected: Any, value: Any) -> Any:
    first, second = value
    return second, first


def _pairs_in_order(expected: Any, value: Any) -> Any:
    """Every pair of dicts turned round, wherever it stands; lists stay what they are."""
    if len(value) == 2 and all(isinstance(part, dict) for part in value):
        return _in_order(expected, value)
    return tuple.__new__(
        type(value) if isinstance(value, tuple) else tuple,
        (_pairs_in_order(expected, one) if isinstance(one, tuple | list) else one for one in value),
    )


def _is_flat(expected: Any, got: Any) -> bool:
    """Whether a tensor of several axes came in one line, or some of those in a dict.

    >>> _is_flat(torch.ones(2, 3), torch.ones(6)), _is_flat(torch.ones(2, 3), torch.ones(2))
    (True, False)
    """
    if isinstance(expected, torch.Tensor) and isinstance(got, torch.Tensor):
        return expected.dim() > 1 and got.shape == (expected.numel(),)
    if not isinstance(expected, Pairs) or not isinstance(got, Pairs) or not expected:
        return False
    named = dict(got)
    shapes = [(mask, named.get(name)) for name, mask in expected]
    return len(named) == len(shapes) and all(
        _is_flat(*pair) or getattr(pair[1], "shape", None) == pair[0].shape for pair in shapes
    )


def _in_shape(expected: Any, value: Any) -> Any:
    if isinstance(value, torch.Tensor):
        return value.detach().reshape(expected.shape)
    shapes = dict(expected)
    return Pairs((name, _in_shape(shapes[name], one)) for name, one in value)


def _has_sign(expected: Any, got: Any) -> bool:
    """Whether bytes came as int8, where they are asked for without a sign.

    >>> _has_sign(torch.tensor([241, 7], dtype=torch.uint8), torch.tensor([-15, 7]).to(torch.int8))
    True
    """
    if not isinstance(expected, torch.Tensor) or not isinstance(got, torch.Tensor):
        return False
    return expected.dtype == torch.uint8 and got.dtype == torch.int8


def _without_sign(expected: Any, value: Any) -> Any:
    return value.detach().view(torch.uint8)


def _is_masked(weights: Any, expected: Any, got: Any) -> bool:
    """Whether weights came back, zeros among them, where one mask or one for each is asked for.

    >>> w, mask = torch.tensor([3.0, 0.5, -2.0]), torch.tensor([True, False, True])
    >>> _is_masked(w, mask, w * mask), _is_masked(w, mask, mask.float()), _is_masked(w, mask, -w)
    (True, False, False)
    >>> _is_masked({"a": w}, (("a", mask),), (("a", w * mask),))
    True
    """
    if isinstance(weights, dict) and isinstance(expected, tuple) and isinstance(got, tuple):
        named = {one[0]: one[1] for one in got if isinstance(one, tuple) and len(one) == 2}
        return len(named) == len(expected) == len(got) and all(
            _is_masked(weights.get(name), mask, named.get(name)) for name, mask in expected
        )
    if not all(isinstance(one, torch.Tensor) for one in (weights, expected, got)):
        return False
    if expected.dtype != torch.bool or not got.is_floating_point() or got.shape != weights.shape:
        return False
    kept = got.detach() != 0
    is_mask = bool((got.detach()[kept] == 1).all())
    return not is_mask and torch.equal(got.detach()[kept], weights.detach()[kept].to(got.dtype))


def _masks_of(weights: Any, expected: Any, value: Any) -> Any:
    """What is kept where weights came; a weight of 0 does not say so, and counts as expected.

    >>> w, mask = torch.tensor([3.0, 0.0, -2.0]), torch.tensor([True, True, False])
    >>> _masks_of(w, mask, w * mask)
    tensor([ True,  True, False])
    """
    if isinstance(value, torch.Tensor):
        return torch.where(weights.detach() == 0, expected, value.detach() != 0)
    masks = dict(expected)
    return type(value)((name, _masks_of(weights[name], masks[name], one)) for name, one in value)


_RIGHTED: dict[tuple[str, ...], Callable[[Any, Any], Any]] = {
    (ORDER_SWAPPED,): _in_order,
    PAIRS_SWAPPED: _pairs_in_order,
    FLAT: _in_shape,
    SIGNED: _without_sign,
    SPREAD: _gathered,
}
"""From what is expected and what came: what came in the form that is asked for."""
