"""The smallest file of a network on a grid: each weight by what its neighbours are.

In a network that reads pictures, kept weights lie where the ink is; a unit keeps weights side by
side, and neighbours mostly have one sign. So each weight is told by answers (is it kept? is it
positive? is it larger than one step, than two …?), and their shares follow from contexts: the
neighbours in the picture that are known already, how many units before kept a weight at this
input and around it, how many this unit has.

Before, `tidied` takes out units that do nothing and puts the others in order, which changes no
answer of the network. Biases are rounded to `BIAS_BITS` bits.
"""

from __future__ import annotations

import struct
from collections.abc import Hashable, Iterator, Mapping, Sequence
from itertools import pairwise

import torch

from courseware.chapters.c11_deep_compression.context_coding import (
    Reader,
    Shares,
    Writer,
    log_odds,
)
from courseware.chapters.c11_deep_compression.files import (
    BIASES,
    PLACES,
    REST,
    VALUES,
    Parts,
    joined,
)
from courseware.subjects.data import MNIST_SHAPE
from model_compression.integer_scaling import absmax_scale, quantize

T = torch.Tensor
State = Mapping[str, T]
Rows = Sequence[list[int]]
Coders = dict[str, Writer] | dict[str, Reader]

WIDTH = MNIST_SHAPE[1]
"""Inputs of the first layer that stand side by side in a row of the picture."""
BIAS_BITS = 6
USES = (PLACES, VALUES, BIASES)

_AROUND = (-1, 1, -WIDTH, WIDTH)
_FURTHER = (*(i * WIDTH + j for i in (-1, 1) for j in (-1, 1)), -2, 2, -2 * WIDTH, 2 * WIDTH)
"""Neighbours in the picture, as differences of places; a margin of zeros keeps them inside."""
_MARGIN = 2 * WIDTH


def tidied(state: State) -> dict[str, T]:
    """A network that gives the same outputs, without units that do nothing.

    A unit without weights behind it goes. One without weights before it gives the same to every
    picture: that goes into the biases behind. The others are sorted by how many weights they have.
    """
    weights, biases = (
        [state[f"{2 * i}.{what}"].detach().clone() for i in range(len(state) // 2)]
        for what in ("weight", "bias")
    )
    for i in _with_idle_units(weights):
        before, behind = (weights[i] != 0).any(1), (weights[i + 1] != 0).any(0)
        biases[i + 1] += weights[i + 1] @ (biases[i].relu() * ~before)
        keep = before & behind
        weights[i], biases[i] = weights[i][keep], biases[i][keep]
        weights[i + 1] = weights[i + 1][:, keep]
    for i in range(len(weights) - 1):
        order = (weights[i] != 0).sum(1).argsort(descending=True, stable=True)
        weights[i], biases[i] = weights[i][order], biases[i][order]
        weights[i + 1] = weights[i + 1][:, order]
    found: dict[str, T] = {}
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        found |= {f"{2 * i}.weight": weight, f"{2 * i}.bias": bias}
    return found


def _with_idle_units(weights: list[T]) -> Iterator[int]:
    """Hidden layers with units that do nothing, as long as there are any: one may make others."""
    hidden = range(len(weights) - 1)
    while found := [
        i
        for i in hidden
        if not bool(((weights[i] != 0).any(1) & (weights[i + 1] != 0).any(0)).all())
    ]:
        yield found[0]


def write_small(state: State, steps: Mapping[str, T], levels: int) -> bytes:
    """The file of a network whose weights are -levels ... levels steps of their layer's grid.

    Raises: ValueError if they are not.
    """
    return joined(small_parts(state, steps, levels))


def small_parts(state: State, steps: Mapping[str, T], levels: int) -> Parts:
    """The pieces of this file, each with what it is for."""
    weights, biases = (
        {name: tensor.detach() for name, tensor in state.items() if name.endswith(what)}
        for what in ("weight", "bias")
    )
    codes = {name: (w / steps[name]).round() for name, w in weights.items()}
    for name, k in codes.items():
        if not torch.equal(k.clamp(-levels, levels) * steps[name], weights[name]):
            raise ValueError(f"{name}: expected -{levels} ... {levels} times {float(steps[name])}")
    sizes = [next(iter(weights.values())).shape[1], *(len(bias) for bias in biases.values())]
    scales = [absmax_scale(bias, BIAS_BITS) for bias in biases.values()]
    coders = {use: Writer() for use in USES}
    _layers(coders, sizes, levels, [k.int().tolist() for k in codes.values()])
    answers = Shares(1, 0, 1.0)
    for bias, scale in zip(biases.values(), scales, strict=True):
        for number in quantize(bias, scale, BIAS_BITS).tolist():
            _number(coders[BIASES], answers, number)
    data = {use: coder.data() for use, coder in coders.items()}
    head = struct.pack(f"<BB{len(sizes)}H", len(weights), levels, *sizes)
    head += struct.pack(f"<{2 * len(weights)}f", *(steps[name] for name in weights), *scales)
    return [(REST, head + struct.pack("<HH", *(len(data[use]) for use in USES[:2]))), *data.items()]


def read_small(data: bytes) -> dict[str, T]:
    """The network of such a file."""
    n, levels = data[:2]
    form = f"<BB{n + 1}H{2 * n}fHH"
    _, _, *numbers = struct.unpack_from(form, data)
    sizes, steps, scales = numbers[: n + 1], numbers[n + 1 : 2 * n + 1], numbers[2 * n + 1 : -2]
    start = struct.calcsize(form)
    ends = [start + numbers[-2], start + numbers[-2] + numbers[-1], len(data)]
    coders = {
        use: Reader(data[begin:end])
        for use, begin, end in zip(USES, [start, *ends], ends, strict=False)
    }
    state, answers = {}, Shares(1, 0, 1.0)
    layers = _layers(coders, sizes, levels)
    for i, (codes, step, scale) in enumerate(zip(layers, steps, scales, strict=True)):
        biases = [_number(coders[BIASES], answers) for _ in codes]
        state[f"{2 * i}.weight"] = torch.tensor(codes, dtype=torch.float32) * step
        state[f"{2 * i}.bias"] = torch.tensor(biases, dtype=torch.float32) * scale
    return state


def _layers(
    coders: Coders, sizes: Sequence[int], levels: int, known: Sequence[Rows] = ()
) -> list[Rows]:
    """Write the layers that are known, or read them: one after the other, unit by unit."""
    found: list[Rows] = []
    for i, (n_in, n_out) in enumerate(pairwise(sizes)):
        inputs = [sum(map(bool, row)) for row in found[-1]] if found else []
        layer = _Layer(coders, n_in, levels, inputs)
        rows = known[i] if known else [None] * n_out
        found.append([layer.unit(row) for row in rows])
    return found


class _Layer:
    """One layer, and what is known of it so far.

    Args:
        coders: that write or read it.
        n_in: inputs of each unit.
        levels: of its grid.
        inputs: how many weights each unit of the layer before has; none for pixels.
    """

    def __init__(self, coders: Coders, n_in: int, levels: int, inputs: list[int]) -> None:
        self._coders, self._n_in, self._inputs, self._n_units = coders, n_in, inputs, 0
        self._kept, self._signs = [0] * (n_in + 2 * _MARGIN), [0] * (n_in + 2 * _MARGIN)
        self._is_kept = Shares(2, 3, 0.25) if inputs else Shares(6, 4, 0.15)
        self._is_positive = Shares(2, 0, 0.4) if inputs else Shares(4, 0, 0.3)
        self._is_larger = [Shares(1, 0, 1.0) for _ in range(levels - 1)]

    def unit(self, known: list[int] | None) -> list[int]:
        """Write the weights of one unit if they are known, else read them."""
        row = [0] * (self._n_in + 2 * _MARGIN)
        n_kept = balance = 0
        for i in range(self._n_in):
            weight = known[i] if known else 0
            at = i + _MARGIN
            places = self._of_place(row, at, n_kept)
            if self._is_kept.ask(self._coders[PLACES], weight != 0, *places):
                signs = self._of_sign(row, at, balance)
                values = self._coders[VALUES]
                sign = 1 if self._is_positive.ask(values, weight > 0, signs) else -1
                size = 1
                for larger in self._is_larger:
                    if not larger.ask(values, abs(weight) > size, [self._near(row, at)]):
                        break
                    size += 1
                row[at] = sign * size
                n_kept, balance = n_kept + 1, balance + sign
        for at, weight in enumerate(row):
            self._kept[at] += weight != 0
            self._signs[at] += _sign(weight)
        self._n_units += 1
        return row[_MARGIN:-_MARGIN]

    def _near(self, row: list[int], at: int) -> int:
        return 0 if self._inputs else min(abs(row[at - 1]) + abs(row[at - WIDTH]), 4)

    def _of_place(
        self, row: list[int], at: int, n_kept: int
    ) -> tuple[Sequence[Hashable], Sequence[float]]:
        """Contexts, and log odds of what was counted: whether this place has a weight."""
        contexts: Sequence[Hashable]
        units, column, i = self._n_units, self._kept, at - _MARGIN
        here = log_odds(column[at], units, 0.1, 2)
        if self._inputs:
            contexts = (min(column[at], 8), min(units // 8, 8)), (min(n_kept, 30), i // 10)
            taken = log_odds(self._inputs[i], max(self._inputs), 0.1, 2)
            return contexts, (here, log_odds(n_kept, i, 0.3, 6), taken)
        around = sum(column[at + j] for j in _AROUND)
        further = sum(column[at + j] for j in _FURTHER)
        beside = log_odds(around, 4 * units, 0.4, 8)
        near, diagonal, far = (
            sum(row[at - j] != 0 for j in two)
            for two in ((1, WIDTH), (WIDTH + 1, WIDTH - 1), (2, 2 * WIDTH))
        )
        own, theirs = round(2 * here), round(2 * beside)
        contexts = (
            (near, diagonal, far),
            own,
            (theirs, near),
            (own, theirs),
            units // 6,
            4 * n_kept // (i // WIDTH + 1),
        )
        wide = log_odds(further, 8 * units, 0.8, 16)
        return contexts, (here, beside, wide, log_odds(n_kept, i, 0.5, 10))

    def _of_sign(self, row: list[int], at: int, balance: int) -> Sequence[Hashable]:
        """Contexts: whether a weight at this place is positive."""
        if self._inputs:
            return _within(self._signs[at], 4), _within(balance, 4)
        left, above = _sign(row[at - 1]), _sign(row[at - WIDTH])
        others = sum(_sign(row[at - j]) for j in (WIDTH + 1, WIDTH - 1, 2, 2 * WIDTH))
        before = sum(self._signs[at + j] for j in (0, *_AROUND))
        return (
            (left, above),
            _within(2 * left + 2 * above + others, 4),
            _within(self._signs[at], 4),
            (_within(before, 5), _sign(self._signs[at])),
        )


def _number(coder: Writer | Reader, answers: Shares, number: int = 0) -> int:
    """A number of `BIAS_BITS` bits, from its highest bit down; each knows those before it."""
    code, before = number + 2 ** (BIAS_BITS - 1), 1
    for place in reversed(range(BIAS_BITS)):
        before = 2 * before + answers.ask(coder, bool(code >> place & 1), [before])
    return before - 2**BIAS_BITS - 2 ** (BIAS_BITS - 1)


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _within(number: int, most: int) -> int:
    return max(-most, min(most, number))
