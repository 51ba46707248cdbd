"""The task `mask_distance`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain

import torch

from courseware.chapters.c09_lottery_tickets.tasks.common import OFF_LIMITS, random_masks
from courseware.chapters.c09_lottery_tickets.tasks.distance_wrong_ways import (
    SOME,
    as_bytes,
    averaged,
    by_position,
    densities,
    densities_of_layers,
    differing_rows,
    differing_runs,
    every,
    lines,
    mean_of_layers,
    of_layer,
    of_one_layer_over_all,
    over_one_layer,
    places_without_names,
    share,
    without_equal_layers,
    without_last_layer,
    without_whole_layers,
)
from courseware.checks.call import Outcome, call
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.named_tensors import Named
from courseware.checks.precision import IMPRECISE, rounded_number
from courseware.checks.states import plain
from courseware.checks.task import Check, Draw, Task
from model_compression import lottery_tickets as reference

MEAN_OF_LAYERS = (
    "mean-of-layers",
    "It was divided by the number of layers as well, or the distances of the layers were averaged "
    "or added up, so that a small layer counts as much as a large one. Count the entries of all "
    "layers, then divide once.",
)
SIMILARITY = (
    "similarity",
    "This is the share of entries in which the masks agree. A distance is 0 where they are equal: "
    "count where they differ.",
)

ONE_DIRECTION = (
    "one-direction-only",
    "Only entries that are kept in one mask and pruned in the other were counted, but not the "
    "other way round. Both are differences.",
)
DIRECTIONS: tuple[Callable[[T, T], T], ...] = (lambda a, b: a & ~b), (lambda a, b: b & ~a)
OVER_ONE_LAYER = (
    "divided-by-one-layer",
    "The differences of all layers were divided by the size of one of them: `total = …` in a loop "
    "starts anew each time, where `total += …` adds up.",
)
DENSITIES = (
    "densities-compared",
    "Only the numbers of kept weights were compared. Two masks can keep equally many weights and "
    "not one in common: compare entry by entry.",
)

ROWS = (
    "differing-rows-counted",
    "Rows were counted in which anything differs. Count entries: a row may differ in one place or "
    "in all.",
)
LARGEST_LAYER = (
    "largest-layer",
    "The largest distance of a layer came back, or the smallest. Count the entries of all layers, "
    "then divide once.",
)
OTHER_DENOMINATOR = (
    "other-denominator",
    "The number of differing entries was divided by only some of the entries, such as those that "
    "one of the masks keeps. Divide by all entries.",
)

ONE_LAYER = (
    "one-layer-only",
    "Only one of the layers was looked at, or all but the last: `=` in a loop starts anew each "
    "time, where `+=` adds up. The distance is over all of them.",
)
ONE_LAYER_WAYS = (
    of_layer(0),
    of_layer(-1),
    without_last_layer,
    of_one_layer_over_all(-1),
    of_one_layer_over_all(0),
)

T = torch.Tensor
Masks = Mapping[str, T]
Arguments = tuple[Named, Named]


def _pair(draw: Draw, shapes: Mapping[str, tuple[int, ...]]) -> Arguments:
    """Masks of different densities: one direction is not half of what differs."""
    return random_masks(draw, shapes, 0.75), random_masks(draw, shapes, 0.4)


def _one_layer(draw: Draw) -> Iterator[Arguments]:
    # Two differ in one direction and one in the other: neither is half of three. They lie in two
    # rows of four, so that a share of rows is another number.
    a = torch.tensor([[1, 1, 0, 1], [1, 1, 1, 0], [1, 0, 1, 1], [1, 1, 0, 1]]).bool()
    b = torch.tensor([[1, 0, 1, 1], [1, 1, 1, 0], [0, 0, 1, 1], [1, 1, 0, 1]]).bool()
    yield Named(w=a), Named(w=b)
    for shape in ((3, 5), (7, 4), (2, 3, 3, 3)):
        yield _pair(draw, {"0.weight": shape})


def _several_layers(draw: Draw) -> Iterator[Arguments]:
    yes, no = torch.tensor([[True, True, True]]), torch.tensor([[False, True, True]])
    nine = torch.tensor([[1, 0, 1], [0, 1, 1], [1, 1, 0]]).bool()
    yield Named(a=yes, b=nine), Named(a=no, b=nine)
    for rows in (4, 6):
        yield _pair(draw, {"0.weight": (rows, 9), "2.weight": (3, rows), "4.weight": (2, 3)})


def _other_order(draw: Draw) -> Iterator[Arguments]:
    for shape in ((1, 4), (3, 5)):
        a, b = _pair(draw, {"0.weight": shape, "2.weight": shape})
        b["0.weight"] = a["0.weight"].clone()
        b["0.weight"].view(-1)[0] ^= True
        yield a, Named(reversed(b.items()))


def _extremes(draw: Draw) -> Iterator[Arguments]:
    a, b = _pair(draw, {"0.weight": (3, 4), "2.weight": (2, 3)})
    yield a, Named((name, mask.clone()) for name, mask in a.items())
    yield b, Named((name, ~mask) for name, mask in b.items())


def _measured(function: Callable[..., object], arguments: Arguments, seconds: float) -> Outcome:
    return call(function, plain(arguments), seconds)


_check = partial(Check, probe=_measured)

MASK_DISTANCE = Task(
    name="mask_distance",
    points=8,
    reference=reference.mask_distance,
    lecture="lecture 09, “How early can a ticket be seen”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        _check("one layer", 2, _one_layer),
        _check("layers of different sizes, all entries together", 3, _several_layers),
        _check("masks in another order, matched by name", 2, _other_order),
        _check("equal masks, and opposite ones", 1, _extremes),
    ),
    misconceptions=several(
        FORMS,
        ways(
            *MEAN_OF_LAYERS,
            mean_of_layers,
            lambda a, b: sum(float((a[name] != b[name]).float().mean()) for name in a),
            lambda a, b: reference.mask_distance(a, b) / len(a),
        ),
        ways(
            "matched-by-position",
            "The masks were matched by their place in the dict. A layer is known by its name: the "
            "second dict may hold its masks in another order.",
            by_position,
        ),
        ways(
            *SIMILARITY,
            share(torch.eq, every),
        ),
        ways(
            "count-for-share",
            "This is a number of entries. Divide it by the number of all entries.",
            lambda a, b: int(torch.ne(*lines(a, b)).sum()),
            lambda a, b: float(torch.ne(*lines(a, b)).sum()),
        ),
        ways(
            *ONE_DIRECTION,
            *(share(of, every) for of in DIRECTIONS),
        ),
        ways(
            "halved-or-doubled",
            "This is half of the distance, or twice as much. Where two masks differ, one says True "
            "and the other False: that is one entry, counted once, of as many as one mask has.",
            lambda a, b: reference.mask_distance(a, b) / 2,
            lambda a, b: reference.mask_distance(a, b) * 2,
        ),
        ways(
            "in-percent",
            "The result is in percent. A share between 0 and 1 is asked for.",
            lambda a, b: 100 * reference.mask_distance(a, b),
        ),
        ways(*IMPRECISE, *rounded_number(reference.mask_distance)),
        ways(
            *DENSITIES,
            densities,
            densities_of_layers,
            lambda a, b: densities(a, b) * len(lines(a, b)[0]),
            lambda a, b: densities(a, b) / 2,
            lambda a, b: float(lines(a, b)[0].sum() - lines(a, b)[1].sum()) / len(lines(a, b)[0]),
        ),
        ways(
            "differences-wrapped-around",
            "The masks were subtracted in an unsigned type, where 0 − 1 is 255. Ask with `!=` or "
            "`^` where two masks differ.",
            lambda a, b: float((as_bytes(a, b)[0] - as_bytes(a, b)[1]).double().mean()),
            lambda a, b: float((as_bytes(b, a)[1] - as_bytes(b, a)[0]).double().mean()),
        ),
        ways(
            "rows-counted",
            "The number of differing entries was divided by a number of rows. `len` of a tensor "
            "is the length of its first axis: `numel()` counts all entries.",
            lambda a, b: int(torch.ne(*lines(a, b)).sum()) / sum(map(len, a.values())),
        ),
        ways(
            "layers-counted",
            "This is the share of layers that differ anywhere. Count entries: how far apart two "
            "masks of a layer are counts as well.",
            lambda a, b: sum(not torch.equal(a[name], b[name]) for name in a) / len(a),
        ),
        ways(*ROWS, differing_rows, differing_runs),
        both(
            LARGEST_LAYER,
            ROWS,
            *(
                lambda a, b, of=of, rows=rows: of(rows({k: a[k]}, {k: b[k]}) for k in a)
                for of in (max, min)
                for rows in (differing_rows, differing_runs)
            ),
        ),
        ways(*OVER_ONE_LAYER, *(over_one_layer(torch.ne, number) for number in (-1, 0))),
        both(
            ONE_DIRECTION,
            OVER_ONE_LAYER,
            *(over_one_layer(of, number) for of in DIRECTIONS for number in (-1, 0)),
        ),
        ways(
            "root-of-the-count",
            "This is a Euclidean distance, the root of the number of entries that differ. The "
            "number itself is divided by all entries.",
            lambda a, b: float(torch.ne(*lines(a, b)).sum()) ** 0.5 / len(lines(a, b)[0]),
            lambda a, b: float(torch.ne(*lines(a, b)).sum()) ** 0.5,
            lambda a, b: float(torch.ne(*lines(a, b)).double().mean()) ** 0.5,
        ),
        ways(
            *LARGEST_LAYER,
            *(
                lambda a, b, of=of: of(float((a[k] != b[k]).double().mean()) for k in a)
                for of in (max, min)
            ),
        ),
        ways(
            "places-without-names",
            "The places of all layers were collected without the names of the layers, so that "
            "place [0, 1] of one is taken for place [0, 1] of another. Keep the layers apart.",
            places_without_names,
        ),
        both(
            SIMILARITY,
            MEAN_OF_LAYERS,
            lambda a, b: (1 - reference.mask_distance(a, b)) / len(a),
        ),
        *(
            both(first, MEAN_OF_LAYERS, *averaged(measure))
            for first, measure in (
                (DENSITIES, densities),
                (SIMILARITY, share(torch.eq, every)),
                *((ONE_DIRECTION, share(of, every)) for of in DIRECTIONS),
            )
        ),
        ways(*OTHER_DENOMINATOR, *(share(torch.ne, among) for among in SOME)),
        both(
            OTHER_DENOMINATOR,
            IMPRECISE,
            *chain(*(rounded_number(share(torch.ne, among)) for among in SOME)),
        ),
        ways(
            *ONE_LAYER,
            *ONE_LAYER_WAYS,
        ),
        both(ONE_LAYER, IMPRECISE, *chain(*map(rounded_number, ONE_LAYER_WAYS))),
        ways(
            "equal-layers-left-out",
            "Layers in which the masks agree everywhere were passed over. None of their entries "
            "differs, but they are among all the entries that the number is divided by.",
            without_equal_layers,
        ),
        ways(
            "whole-layers-left-out",
            "Layers that are kept whole were left out. They are a part of the masks as well, and "
            "count with all their entries.",
            *map(without_whole_layers, (0, 1)),
        ),
    ),
)
