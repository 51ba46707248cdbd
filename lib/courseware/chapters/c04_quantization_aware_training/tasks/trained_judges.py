"""Judges for `train_qat`: by properties, since trained weights differ."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import torch

from courseware.chapters.c04_quantization_aware_training.tasks import networks
from courseware.chapters.c04_quantization_aware_training.tasks.left_alone import (
    CLIPPED,
    SHRUNK,
    decayed,
    largest_shrunk,
    unit_woken,
)
from courseware.chapters.c04_quantization_aware_training.tasks.row_grids import (
    codes_of,
    off_grid,
    out_of_order,
    rounded,
)
from courseware.checks.values import NOTHING_CAME, Difference, difference

T = torch.Tensor
Arguments = tuple[Any, ...]

WEIGHTS = ("0.weight", "2.weight")
BIASES = ("0.bias", "2.bias")

WON_BACK = 0.9
"""Of the held-out accuracy that rounding to 2 bits, without training, loses. Measured:

                                                              won back       out of order
    Adam, 0.02 and 300 steps, 0.005 and 400, 0.003 and 250,
        0.002 and 400, 0.001 and 800; SGD, 0.05 and 500;
        all images at once, 0.005 and 200                    0.95 to 1.02   0.011 to 0.085
    trained in float and rounded                             0.02 to 0.55   0.004 to 0.035
    the same, its biases trained once more                   0.77 to 0.95   0.017 to 0.105
    rounded after each step; without the straight-through
        estimator; 10 steps; Adam at 0.0003                  0.00           0.000 to 0.0014
    as it came, on any grid, its biases trained              0.00 to 1.00   0.000

The first line over 14 networks; the right solutions of `tests/mutants` passed on six more. All
right trainings are well above the bar; without the rounding in the loop most are below it, whatever
else is done.
"""

NEAR = 0.03
"""From the held-out accuracy of the float network, at 4 and 8 bits.

The same right trainings end at -0.02 to +0.03; rounding to 4 bits without training at -0.08 to
-0.40, and 8 bits are near without any.
"""

RELATED = 0.25
"""Cosine of the first layer's weights before and after: right trainings stay above 0.48, even with
Adam at 0.03; a new network stays below 0.1.
"""

REPEATED = 1e-4
"""Of the largest weight: what two runs from one seed may differ by."""

SAME_STEP = 1e-5
"""Distance from a whole number of old steps, for codes of 4 bits: what float32 may be off by."""

STUCK = 0.002
"""Share of codes out of the order of the given weights, up to which no weight was trained."""

HARDLY_MOVED = 0.9
"""Share of codes that are those of the given network, rounded, from which on training does not seem
to have felt the rounding."""

WORSE = 0.05
"""Of all images, by which an accuracy is below another one, and not by chance."""


def on_the_grid(arguments: Arguments, expected: Any, got: Any) -> Difference | None:
    """The same names and shapes; weights on a grid of so many bits, biases on none."""
    found = _weights_on_grid(arguments, got)
    if found:
        return found
    if name := _on_few_bits(arguments, got):
        codes = codes_of(got[name].detach()[None])
        text = f"{name} lies on a grid of {arguments[3]} bits: {codes}"
        return Difference("biases-quantized", text)
    return _related(arguments[0], got) or _frozen(arguments, got) or _left_alone(arguments, got)


def _left_alone(arguments: Arguments, got: Any) -> Difference | None:
    """Whether something was trained that no gradient reaches.

    On one grid for all rows the largest weights move without any training.
    """
    state, n_bits = arguments[0], arguments[3]
    if _one_scale(got):
        return unit_woken(state, got)
    found = decayed(state, got) or unit_woken(state, got) or largest_shrunk(state, got, SHRUNK)
    if found and found.kind != "off-unit-trained" and _one_grid(got, n_bits):
        text = "all rows of 0.weight lie on the steps of one scale"
        return unit_woken(state, got) or Difference("one-scale-for-all", text)
    return found


def _one_grid(got: Any, n_bits: int) -> bool:
    """Whether 0.weight as a whole lies on a grid of so many bits."""
    return not off_grid(got["0.weight"].detach().reshape(1, -1), n_bits)


def _on_few_bits(arguments: Arguments, got: Any) -> str:
    """The biases that lie on a grid of so many bits, if there are any."""
    biases = {name: got[name].detach() for name in BIASES}
    rounded_ones = (n for n, b in biases.items() if b.any() and not off_grid(b[None], arguments[3]))
    return next(rounded_ones, "")


def _frozen(arguments: Arguments, got: Any) -> Difference | None:
    """Whether weights were trained on the scales that came in.

    In each row of 2.weight every right training moves the largest weight, and its scale with it:
    of 80 rows none was left on the old steps, of those with frozen scales every one.
    """
    before, after = arguments[0]["2.weight"].double(), got["2.weight"].detach().double()
    codes = after / before.abs().amax(dim=1, keepdim=True) * (2 ** (arguments[3] - 1) - 1)
    on_the_old = bool(((codes - codes.round()).abs() < SAME_STEP).all())
    if on_the_old and _trained(arguments, got, "2.weight"):
        text = "every row of 2.weight lies on the steps of the weights that came in"
        return Difference("scales-frozen", text)
    return None


def _trained(arguments: Arguments, got: Any, name: str) -> bool:
    """Whether some code is not that of the given weight, rounded."""
    simply = codes_of(rounded(arguments[0][name], arguments[3]))
    return not torch.equal(simply, codes_of(got[name].detach()))


def repeatable(arguments: Arguments, expected: Any, got: Any) -> Difference | None:
    """Two results of one seed are the same, and trained: weights and biases."""
    if type(got) is not tuple:
        return _structure(arguments[0], got)
    first, second = got
    found = _structure(arguments[0], first) or _structure(arguments[0], second)
    if found:
        return found
    for name, tensor in first.items():
        one, two = tensor.detach().double(), second[name].detach().double()
        apart = float((one - two).abs().max())
        if apart > REPEATED * max(float(one.abs().max()), 1.0):
            if anew := _related(arguments[0], first):
                return anew  # the first weights were drawn, not the order of the images alone
            text = f"{name} differs by up to {apart:.3g} between two calls with one seed"
            return Difference("seed-ignored", text)
    left = [name for name in BIASES if torch.equal(first[name].detach(), arguments[0][name])]
    if left == list(BIASES):
        if all(torch.equal(first[name].detach(), arguments[0][name]) for name in WEIGHTS):
            return Difference("untrained", "what came back is the network that came in")
        if _trained(arguments, first, "0.weight"):
            return Difference("biases-untrained", "the biases are those that came in")
    elif left:
        return Difference("one-bias-untrained", f"{left[0]} is the one that came in")
    return None


def won_back(arguments: Arguments, expected: Any, got: Any) -> Difference | None:
    """2 bits: enough of what rounding loses is won back on images held back, by trained weights."""
    found = _weights_on_grid(arguments, got)
    if found:
        return found
    whole, lost, reached = accuracies = _accuracies(arguments, got)
    stuck = _stuck(arguments, got)
    if stuck and reached >= lost - WORSE:
        # Rounded biases may leave no unit that learns.
        return on_the_grid(arguments, expected, got) if _on_few_bits(arguments, got) else stuck
    share = (reached - lost) / (whole - lost)
    if share >= WON_BACK:
        clipped = largest_shrunk(arguments[0], got, CLIPPED)
        return clipped and (_related(arguments[0], got) or clipped)
    text = f"held-out accuracy: float {whole:.1%}, rounded {lost:.1%}, yours {reached:.1%}; "
    # Cut off, not rounded: what falls short of the bar is shown below it.
    shown = f"{math.floor(1000 * share) / 1000:.1%}"
    text += f"{shown} of what rounding loses is won back, expected {WON_BACK:.0%}"
    kind = _learned_otherwise(arguments, got, accuracies) or _cause(arguments, got)
    return Difference(kind or "not-won-back", text)


def near_float(arguments: Arguments, expected: Any, got: Any) -> Difference | None:
    """4 and 8 bits: about as good as the float network on images held back."""
    found = _weights_on_grid(arguments, got)
    if found:
        return found
    whole, lost, reached = accuracies = _accuracies(arguments, got)
    if reached >= whole - NEAR:
        return None
    text = f"held-out accuracy: float {whole:.1%}, rounded {lost:.1%}, yours {reached:.1%}"
    kind = _learned_otherwise(arguments, got, accuracies) or _cause(arguments, got)
    return Difference(kind or "accuracy-lost", text)


def _learned_otherwise(arguments: Arguments, got: Any, accuracies: tuple[float, ...]) -> str:
    """What is wrong with a network that reads other images well, or worse than one not trained."""
    whole, lost, reached = accuracies
    came = {name: tensor.detach().float() for name, tensor in got.items()}
    of_others = max(networks.accuracy_on_scaled(came, arguments[4]))
    if of_others > max(reached + WORSE, whole - 2 * WORSE):
        return "other-images"
    if _related(arguments[0], got):
        return "started-anew"
    if unit_woken(arguments[0], got) and not decayed(arguments[0], got):
        return "off-unit-trained"
    if reached >= lost - WORSE:
        return ""
    return "one-scale-for-all" if _one_scale(got) else "worse-than-rounded"


def _accuracies(arguments: Arguments, got: Any) -> tuple[float, ...]:
    """Of the float network, of the same rounded without training, and of what came back."""
    state, _, _, n_bits, seed = arguments
    simply = dict(state) | {name: rounded(state[name], n_bits) for name in WEIGHTS}
    came = {name: tensor.detach().float() for name, tensor in got.items()}
    return tuple(networks.accuracy(each, seed) for each in (state, simply, came))


def _stuck(arguments: Arguments, got: Any) -> Difference | None:
    """Whether the weights are only a rounding of what they were, on whatever grid."""
    state = arguments[0]
    codes = {name: codes_of(got[name].detach()) for name in WEIGHTS}
    n_codes = sum(each.numel() for each in codes.values())
    n_trained = sum(out_of_order(state[name], codes[name]) for name in WEIGHTS)
    if n_trained > STUCK * n_codes or _one_scale(got):
        return None
    text = f"{n_trained} of {n_codes} weights have another code than a rounding would give them"
    moved = any(not torch.equal(got[name].detach(), state[name]) for name in BIASES)
    return Difference("weights-stuck" if moved else "only-rounded", text)


def _one_scale(got: Any) -> bool:
    absmax = got["0.weight"].detach().abs().amax(dim=1)
    absmax = absmax[absmax > 0]
    return bool(len(absmax)) and float(absmax.max() / absmax.min()) < 1.001


def _cause(arguments: Arguments, got: Any) -> str:
    """What the weights of a network that is not good enough say about how it was made."""
    state, n_bits = arguments[0], arguments[3]
    weights = {name: got[name].detach() for name in WEIGHTS}
    before = torch.cat([codes_of(rounded(state[name], n_bits)).flatten() for name in WEIGHTS])
    after = torch.cat([codes_of(w).flatten() for w in weights.values()])
    same = float((before == after).double().mean())
    if found := _stuck(arguments, got):
        return found.kind
    if _one_scale(got):
        return "one-scale-for-all"
    return "codes-hardly-changed" if same >= HARDLY_MOVED else ""


def _weights_on_grid(arguments: Arguments, got: Any) -> Difference | None:
    found = _structure(arguments[0], got)
    if found:
        return found
    n_bits = arguments[3]
    for name in WEIGHTS:
        text = off_grid(got[name].detach(), n_bits)
        if text:
            return Difference(_kind_of_grid(got, n_bits), f"{name}, {text}")
    if all(torch.equal(got[name], torch.round(got[name])) for name in WEIGHTS):
        # A network of this size may well work without its scales: its biases hardly count.
        return Difference("codes-returned", "all weights are whole numbers")
    return None


def _kind_of_grid(got: Any, n_bits: int) -> str:
    """What the weights that are on no grid of so many bits lie on."""
    weights = [got[name].detach() for name in WEIGHTS]
    if not any(off_grid(w.T, n_bits) for w in weights):
        return "grid-of-columns"
    finer = max(8, n_bits + 2)
    return "off-grid" if any(off_grid(w, finer) for w in weights) else "too-many-levels"


def _structure(state: Mapping[str, T], got: Any) -> Difference | None:
    """Whether a dict came back with the names and shapes of the state, holding floats."""
    if got is None:
        return NOTHING_CAME
    if not issubclass(type(got), dict):
        return Difference("wrong-type", f"expected a dict of tensors, got a {type(got).__name__}")
    if set(got) != set(state):
        return Difference("names-changed", f"the result has the names {list(got)}")
    for name, tensor in state.items():
        found = difference(tensor, got[name])
        if found and found.kind != "wrong-value":
            return Difference(found.kind, f"{name}: {found.text}")
        if not got[name].is_floating_point():
            return Difference("codes-returned", f"{name}: dtype {got[name].dtype}")
    return None


def _related(state: Mapping[str, T], got: Mapping[str, T]) -> Difference | None:
    before, after = state["0.weight"].flatten(), got["0.weight"].detach().float().flatten()
    cosine = float(torch.nn.functional.cosine_similarity(before, after, dim=0))
    if cosine >= RELATED:
        return None
    text = f"0.weight before and after: a cosine of {cosine:.2f}, expected at least {RELATED}"
    return Difference("started-anew", text)
