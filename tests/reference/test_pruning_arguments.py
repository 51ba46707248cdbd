"""Chapters 06 to 09: bad input is named, arguments stay unchanged, chapters load in order."""

import math
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

import model_compression
from courseware import registry
from model_compression import (
    lottery_tickets,
    magnitude_pruning,
    masked_training,
    masks,
    network_surgery,
    pruning_schedules,
    snip,
    sparse_storage,
    structured_pruning,
)

ROW = torch.tensor([1.0, -2.0])
MATRIX = torch.tensor([[1.0, -2.0, 3.0], [4.0, -5.0, 6.0]])
KEPT = torch.tensor([[True, False, True], [False, True, True]])
CONV = torch.nn.Conv2d(3, 8, 3).state_dict()
NORM = torch.nn.BatchNorm2d(8).state_dict()
NEXT = torch.nn.Conv2d(8, 4, 3).state_dict()
STATE = {
    "0.weight": torch.tensor([[1.0, -2.0], [3.0, 0.5], [-0.5, 1.5]]),
    "0.bias": torch.zeros(3),
    "2.weight": torch.tensor([[1.0, 2.0, -3.0], [0.5, -1.5, 2.5]]),
    "2.bias": torch.ones(2),
}
IMAGES = torch.tensor([[0.5, 1.0], [1.0, 0.0], [0.25, 0.75]])
LABELS = torch.tensor([0, 1, 1])

BAD_TENSORS = [
    (torch.tensor([1.0, math.nan]), "expected finite .*, got 1 NaN or infinite"),
    (torch.tensor([math.inf, 1.0]), "expected finite .*, got 1 NaN or infinite"),
    (torch.empty(0, 3), r"expected at least one value, got shape \(0, 3\)"),
    (torch.tensor([1, 2]), "expected a floating-point tensor, got torch.int64"),
    ([1.0, 2.0], "expected a torch tensor, got list"),
]
BAD_MASKS = [
    (torch.tensor([1.0, 0.0]), "expected a torch.bool tensor, got torch.float32"),
    (torch.tensor([1, 0]), "expected a torch.bool tensor, got torch.int64"),
    ([True, False], "expected a torch.bool tensor, got list"),
    (torch.ones(3).bool(), r"expected shape \(2,\), got \(3,\)"),
]
BAD_DICTS = [
    ({}, "expected at least one tensor, got an empty dict"),
    ([ROW], "expected a dict of tensors, got list"),
    (None, "expected a dict of tensors, got NoneType"),
]
BAD_SHARES = [-0.1, 1.1, math.nan, math.inf, "0.5", None, torch.ones(2)]


def expect(message: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> None:
    with pytest.raises(ValueError, match=message):
        function(*arguments, **named)


# ---- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("w", "message"), BAD_TENSORS)
def test_weights(w, message):
    expect(f"w: {message}", magnitude_pruning.threshold_mask, w, 0.5)
    expect(f"w: {message}", magnitude_pruning.magnitude_mask, w, 0.5)
    expect(f"weight: {message}", structured_pruning.filter_norms, w)
    expect(f"weight: {message}", sparse_storage.encode, w, KEPT, "csr")
    expect(f"activations: {message}", structured_pruning.mean_abs_activation, w)
    expect(f"activations: {message}", structured_pruning.apoz, w)
    expect(f"scores: {message}", structured_pruning.keep_indices, w, 1)
    expect(f"scores: {message}", masks.prune_lowest, w, 1)
    bad, good = {"a": w}, {"a": ROW}
    keep = {"a": torch.tensor([True, True])}
    in_dict = rf"\['a'\]: {message}"
    expect(f"weights{in_dict}", magnitude_pruning.global_magnitude_masks, bad, 0.5)
    expect(f"weights{in_dict}", masks.keep_all, bad)
    expect(f"weights{in_dict}", snip.snip_scores, bad, good)
    expect(f"grads{in_dict}", snip.snip_masks, good, bad, 0.5)
    expect(f"scores{in_dict}", snip.normalized_scores, bad)
    expect(f"scores{in_dict}", masks.prune_lowest_together, bad, 1)
    expect(f"weights{in_dict}", pruning_schedules.gradual_masks, bad, keep, 0.5)
    expect(f"weights{in_dict}", lottery_tickets.iterative_masks, bad, keep, 0.5)
    for position, name in enumerate(("w", "grad", "velocity")):
        arguments = [ROW, ROW, ROW]
        arguments[position] = w
        expect(f"{name}: {message}", masked_training.masked_step, *arguments, keep["a"], 0.1, 0.9)


@pytest.mark.parametrize(("mask", "message"), BAD_MASKS)
def test_masks(mask, message):
    weights, bad = {"a": ROW}, {"a": mask}
    expect(f"mask: {message}", masked_training.masked_step, ROW, ROW, ROW, mask, 0.1, 0.9)
    for function in (pruning_schedules.gradual_masks, lottery_tickets.iterative_masks):
        expect(rf"masks\['a'\]: {message}", function, weights, bad, 0.5)
    expect(rf"within\['a'\]: {message}", masks.prune_lowest_together, weights, 1, bad)
    for function in (masks.apply_masks, lottery_tickets.rewind):
        expect(rf"masks\['a'\]: {message}", function, weights, bad)
    expect(rf"b\['a'\]: {message}", lottery_tickets.mask_distance, {"a": ROW > 0}, bad)
    if not message.startswith("expected shape"):
        expect(f"kept: {message}", masks.Mask, mask)
        expect(f"mask: {message}", sparse_storage.sparse_bytes, mask, "csr")
        expect(rf"masks\['a'\]: {message}", masks.joined_mask, bad)
        expect(rf"masks\['a'\]: {message}", lottery_tickets.random_masks_like, bad, 0)
        expect(rf"a\['a'\]: {message}", lottery_tickets.mask_distance, bad, bad)


def test_empty_masks():
    empty = torch.ones(0, 3).bool()
    expect(r"kept: expected at least one entry, got shape \(0, 3\)", masks.Mask, empty)
    expect("mask: expected at least one entry", sparse_storage.sparse_bytes, empty, "csr")


@pytest.mark.parametrize(("values", "message"), BAD_DICTS)
def test_dicts(values, message):
    expect(f"weights: {message}", magnitude_pruning.global_magnitude_masks, values, 0.5)
    expect(f"weights: {message}", snip.snip_scores, values, {"a": ROW})
    expect(f"grads: {message}", snip.snip_scores, {"a": ROW}, values)
    expect(f"masks: {message}", masks.joined_mask, values)
    expect(f"a: {message}", lottery_tickets.mask_distance, values, values)


def test_names():
    weights, keep = {"a": ROW}, {"b": torch.tensor([True, True])}
    message = r"expected the names \['a'\], got \['b'\]"
    expect(f"grads: {message}", snip.snip_scores, weights, {"b": ROW})
    expect(f"masks: {message}", pruning_schedules.gradual_masks, weights, keep, 0.5)
    expect(f"masks: {message}", lottery_tickets.iterative_masks, weights, keep, 0.5)
    expect(f"within: {message}", masks.prune_lowest_together, weights, 1, keep)
    expect(f"masks: {message}", lottery_tickets.random_reinit, {"a": [2, 2]}, keep, 0)
    expect(f"b: {message}", lottery_tickets.mask_distance, {"a": keep["b"]}, keep)
    unknown = r"masks: expected names out of \['a'\], got \['b'\]"
    expect(unknown, masks.apply_masks, weights, keep)
    expect(unknown, lottery_tickets.rewind, weights, keep)


@pytest.mark.parametrize("share", BAD_SHARES, ids=repr)
def test_shares(share):
    weights, keep = {"a": ROW}, {"a": torch.tensor([True, True])}
    message = "sparsity: expected a number from 0 to 1, got"
    expect(message, masks.pruned_count, 9, share)
    expect(message, magnitude_pruning.magnitude_mask, ROW, share)
    expect(message, magnitude_pruning.global_magnitude_masks, weights, share)
    expect(message, pruning_schedules.random_mask, [2, 3], share, 0)
    expect(message, pruning_schedules.gradual_masks, weights, keep, share)
    expect(message, snip.snip_masks, weights, weights, share)
    rate = "rate: expected a number from 0 to 1, got"
    expect(rate, lottery_tickets.remaining_fraction, 2, share)
    expect(rate, lottery_tickets.iterative_masks, weights, keep, share)
    expect(rate, lottery_tickets.find_ticket, STATE, IMAGES, LABELS, 1, share, 0)
    ratio = "keep_ratio: expected a number from 0 to 1, got"
    expect(ratio, structured_pruning.structured_prune, STATE, IMAGES, share)
    for name, arguments in (("initial", (share, 0.9)), ("final", (0.0, share))):
        expected = f"{name}: expected a number from 0 to 1, got"
        expect(expected, pruning_schedules.cubic_sparsity, 5, 0, 10, *arguments)
    expected = "sparsities: expected a number from 0 to 1, got"
    expect(expected, masked_training.prune_and_finetune, STATE, IMAGES, LABELS, [share], 0)


def test_counts():
    for n_pruned in (-1, 3, 1.0, None, True):
        message = "n_pruned: expected an integer from 0 to 2, got"
        expect(message, masks.prune_lowest, ROW, n_pruned)
        expect(message, masks.prune_lowest_together, {"a": ROW}, n_pruned)
        message = "n_keep: expected an integer from 0 to 2, got"
        expect(message, structured_pruning.keep_indices, ROW, n_pruned)
    for rounds in (-1, 1.0, "3"):
        expected = "rounds: expected an integer >= 0, got"
        expect(expected, lottery_tickets.remaining_fraction, rounds, 0.2)
    expected = "rounds: expected an integer >= 1, got 0"
    expect(expected, lottery_tickets.find_ticket, STATE, IMAGES, LABELS, 0, 0.2, 0)
    expect("n: expected an integer >= 0, got -1", masks.pruned_count, -1, 0.5)


@pytest.mark.parametrize("seed", [0.0, "0", None, 2**64, True])
def test_seeds(seed):
    keep = {"a": KEPT}
    expect("seed: expected an integer", pruning_schedules.random_mask, [2], 0.5, seed)
    expect("seed: expected an integer", lottery_tickets.random_reinit, {"a": [2, 3]}, keep, seed)
    expect("seed: expected an integer", lottery_tickets.random_masks_like, keep, seed)


def test_shapes():
    expect("shape: expected a list of sizes, got 5", pruning_schedules.random_mask, 5, 0.5, 0)
    for size in (0, -1, 2.0):
        expected = "a size in shape: expected an integer >= 1, got"
        expect(expected, pruning_schedules.random_mask, [3, size], 0.5, 0)
    keep = {"a": torch.ones(4).bool()}
    expected = r"shapes\['a'\]: expected 2 sizes or more, got \[4\]"
    expect(expected, lottery_tickets.random_reinit, {"a": [4]}, keep, 0)
    expected = r"grads\['a'\]: expected shape \(2,\), got \(2, 3\)"
    expect(expected, snip.snip_scores, {"a": ROW}, {"a": MATRIX})
    keep = torch.tensor([True, True])
    expected = r"grad: expected shape \(2,\), got \(2, 3\)"
    expect(expected, masked_training.masked_step, ROW, MATRIX, ROW, keep, 0.1, 0.9)
    expected = r"velocity: expected shape \(2,\), got \(2, 3\)"
    expect(expected, masked_training.masked_step, ROW, ROW, MATRIX, keep, 0.1, 0.9)


def test_axes():
    expected = r"expected 2 axes or more.*, got shape \(2,\)"
    expect(f"weight: {expected}", structured_pruning.filter_norms, ROW)
    expect(f"activations: {expected}", structured_pruning.mean_abs_activation, ROW)
    expect(f"activations: {expected}", structured_pruning.apoz, ROW)
    expect(r"scores: expected 1 axis .*\(2, 3\)", structured_pruning.keep_indices, MATRIX, 1)
    for shape in ((4,), (2, 2, 2)):
        expected = r"expected 2 axes \(rows, cols\), got shape"
        mask = torch.ones(shape).bool()
        expect(f"mask: {expected}", sparse_storage.sparse_bytes, mask, "csr")
        expect(f"weight: {expected}", sparse_storage.encode, torch.ones(shape), mask, "csr")


@pytest.mark.parametrize("value", [-0.1, math.nan, math.inf, "1", None])
def test_rates_and_thresholds(value):
    keep = torch.tensor([True, True])
    expected = "threshold: expected a finite number >= 0, got"
    expect(expected, magnitude_pruning.threshold_mask, ROW, value)
    expected = "lr: expected a finite number >= 0, got"
    expect(expected, masked_training.masked_step, ROW, ROW, ROW, keep, value, 0.9)
    expected = "momentum: expected a finite number >= 0, got"
    expect(expected, masked_training.masked_step, ROW, ROW, ROW, keep, 0.1, value)


def test_schedules():
    for begin, end in ((5, 5), (5, 4)):
        expected = rf"end: expected a step after begin \(5\), got {end}"
        expect(expected, pruning_schedules.cubic_sparsity, 0, begin, end, 0.0, 0.9)
    for position, name in enumerate(("step", "begin", "end")):
        steps: list[Any] = [1, 0, 10]
        steps[position] = math.nan
        expected = f"{name}: expected a finite number, got"
        expect(expected, pruning_schedules.cubic_sparsity, *steps, 0.0, 0.9)
    expected = r"sparsities: expected total shares that rise, got \[0.5, 0.3\]"
    arguments = (STATE, IMAGES, LABELS, [0.5, 0.3], 0)
    expect(expected, masked_training.prune_and_finetune, *arguments)


def test_storages():
    expected = r"storage: expected one of \['dense', 'bitmask', 'csr', 'coo'\], got 'zip'"
    expect(expected, sparse_storage.sparse_bytes, KEPT, "zip")
    expect(expected, sparse_storage.encode, MATRIX, KEPT, "zip")
    expect(expected, sparse_storage.break_even_sparsity, 4, 4, "zip")
    expect("rows: expected an integer >= 1, got 0", sparse_storage.break_even_sparsity, 0, 4, "csr")
    expected = r"mask: expected shape \(2, 3\), got \(3, 2\)"
    expect(expected, sparse_storage.encode, MATRIX, KEPT.T, "csr")


def test_scores_to_normalize():
    expect("scores: expected values >= 0", snip.normalized_scores, {"a": ROW})
    expect("scores: expected one above 0", snip.normalized_scores, {"a": torch.zeros(3)})


@pytest.mark.parametrize(
    ("kept", "message"),
    [
        ([], "kept: expected .* at least one unit, got"),
        (torch.tensor(1), "kept: expected a 1-D tensor or list of at least one unit"),
        ([0, 0], r"kept: expected distinct units, got \[0, 0\]"),
        ([2], "a unit in kept: expected an integer from 0 to 1, got 2"),
        ([-1], "a unit in kept: expected an integer from 0 to 1, got -1"),
        (torch.tensor([True, False]), "a unit in kept: expected an integer .*, got True"),
        ([0.0], "a unit in kept: expected an integer .*, got 0.0"),
    ],
    ids=repr,
)
def test_kept_units(kept, message):
    tensors = (torch.ones(2, 3), torch.ones(2), torch.ones(4, 2), torch.ones(4))
    expect(message, network_surgery.shrink_linear_pair, *tensors, kept)
    conv1, conv2 = torch.nn.Conv2d(3, 2, 3).state_dict(), torch.nn.Conv2d(2, 4, 3).state_dict()
    norm = torch.nn.BatchNorm2d(2).state_dict()
    expect(message, network_surgery.shrink_conv_pair, conv1, norm, conv2, kept)


@pytest.mark.parametrize(
    ("position", "tensor", "message"),
    [
        (0, torch.ones(2), r"w1: expected 2 axes, got shape \(2,\)"),
        (1, torch.ones(3), r"b1: expected 2 entries along axis 0, got shape \(3,\)"),
        (2, torch.ones(2, 4), r"w2: expected 2 entries along axis 1, got shape \(2, 4\)"),
        (3, torch.ones(2), r"b2: expected 4 entries along axis 0, got shape \(2,\)"),
        (1, None, "b1: expected 2 entries along axis 0, got None"),
    ],
)
def test_linear_pairs(position, tensor, message):
    tensors = [torch.ones(2, 3), torch.ones(2), torch.ones(4, 2), torch.ones(4)]
    tensors[position] = tensor
    expect(message, network_surgery.shrink_linear_pair, *tensors, [0])


def test_conv_pairs():
    shrink = network_surgery.shrink_conv_pair
    expect(r"conv1\['weight'\]: expected 4 axes, got None", shrink, {}, NORM, NEXT, [0])
    linear = torch.nn.Linear(8, 8).state_dict()
    expect(r"conv1\['weight'\]: expected 4 axes, got shape", shrink, linear, NORM, NEXT, [0])
    other = torch.nn.BatchNorm2d(7).state_dict()
    expect(r"bn\['weight'\]: expected 8 entries along axis 0", shrink, CONV, other, NEXT, [0])
    expect(r"conv2\['weight'\]: expected 8 entries along axis 1", shrink, CONV, NORM, CONV, [0])
    grouped = torch.nn.Conv2d(8, 8, 3, groups=2).state_dict()
    expect(r"conv2\['weight'\]: expected 8 entries along axis 1", shrink, CONV, NORM, grouped, [0])


def test_states():
    other = {"fc.weight": torch.ones(2, 2), "fc.bias": torch.ones(2)}
    expected = "state: expected the keys 0.weight"
    expect(expected, structured_pruning.structured_prune, other, IMAGES, 0.5)
    expect(expected, masked_training.prune_and_finetune, other, IMAGES, LABELS, [0.5], 0)
    initial = expected.replace("state", "initial")
    expect(initial, lottery_tickets.find_ticket, other, IMAGES, LABELS, 1, 0.2, 0)
    expected = "state: expected a tensor with 2 axes or more, got"
    expect(expected, masks.prunable_weights, {"bias": torch.ones(3)})
    expected = r"labels: expected shape \(3,\), got \(2,\)"
    expect(expected, masked_training.prune_and_finetune, STATE, IMAGES, LABELS[:2], [0.5], 0)
    expect(expected, lottery_tickets.find_ticket, STATE, IMAGES, LABELS[:2], 1, 0.2, 0)


# ---- arguments stay unchanged -------------------------------------------------------------------


def tensors_in(value: Any) -> list[torch.Tensor]:
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, dict):
        return [tensor for part in value.values() for tensor in tensors_in(part)]
    return [tensor for part in value for tensor in tensors_in(part)] if _is_list(value) else []


def _is_list(value: Any) -> bool:
    return isinstance(value, (list, tuple))


WEIGHTS = {name: value for name, value in STATE.items() if value.dim() == 2}
MASKS = {name: value.abs() > 1 for name, value in WEIGHTS.items()}
CALLS: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
    (masks.apply_masks, (STATE, MASKS)),
    (masks.keep_all, (WEIGHTS,)),
    (masks.joined_mask, (MASKS,)),
    (masks.prune_lowest, (MATRIX, 3)),
    (masks.prune_lowest_together, (WEIGHTS, 4, MASKS)),
    (magnitude_pruning.threshold_mask, (MATRIX, 2.0)),
    (magnitude_pruning.magnitude_mask, (MATRIX, 0.5)),
    (magnitude_pruning.global_magnitude_masks, (WEIGHTS, 0.5)),
    (sparse_storage.sparse_bytes, (KEPT, "bitmask")),
    *((sparse_storage.encode, (MATRIX, KEPT, kind)) for kind in ("dense", "bitmask", "csr", "coo")),
    (masked_training.masked_step, (MATRIX, MATRIX + 1, MATRIX * 2, KEPT, 0.1, 0.9)),
    (masked_training.prune_and_finetune, (STATE, IMAGES, LABELS, [0.2, 0.5], 0)),
    (structured_pruning.filter_norms, (MATRIX,)),
    (structured_pruning.mean_abs_activation, (MATRIX,)),
    (structured_pruning.apoz, (MATRIX,)),
    (structured_pruning.keep_indices, (ROW, 1)),
    (structured_pruning.structured_prune, (STATE, IMAGES, 0.5)),
    (network_surgery.shrink_linear_pair, (*STATE.values(), torch.tensor([0, 2]))),
    (network_surgery.shrink_conv_pair, (CONV, NORM, NEXT, [0, 2])),
    (snip.snip_scores, (WEIGHTS, WEIGHTS)),
    (snip.normalized_scores, (snip.snip_scores(WEIGHTS, WEIGHTS),)),
    (snip.snip_masks, (WEIGHTS, WEIGHTS, 0.5)),
    (pruning_schedules.gradual_masks, (WEIGHTS, MASKS, 0.6)),
    (lottery_tickets.iterative_masks, (WEIGHTS, MASKS, 0.5)),
    (lottery_tickets.rewind, (STATE, MASKS)),
    (lottery_tickets.random_reinit, ({n: list(w.shape) for n, w in WEIGHTS.items()}, MASKS, 0)),
    (lottery_tickets.random_masks_like, (MASKS, 0)),
    (lottery_tickets.mask_distance, (MASKS, MASKS)),
    (lottery_tickets.find_ticket, (STATE, IMAGES, LABELS, 2, 0.3, 0)),
]


@pytest.mark.parametrize(("function", "arguments"), CALLS, ids=lambda x: getattr(x, "__name__", ""))
def test_arguments_stay_unchanged(function, arguments):
    given = tensors_in(arguments)
    before = [(tensor.clone(), tensor._version) for tensor in given]
    random_state = torch.get_rng_state()
    result = function(*arguments)
    for tensor, (copy, version) in zip(given, before, strict=True):
        assert torch.equal(tensor, copy)
        assert tensor._version == version
    assert torch.equal(torch.get_rng_state(), random_state)
    # Nor does a change of the result reach back into them.
    for tensor in tensors_in(result):
        tensor.zero_()
    assert all(torch.equal(tensor, copy) for tensor, (copy, _) in zip(given, before, strict=True))


def test_weights_that_require_grad_are_welcome():
    weights = {name: w.clone().requires_grad_() for name, w in WEIGHTS.items()}
    assert not magnitude_pruning.magnitude_mask(weights["0.weight"], 0.5).requires_grad
    for score in snip.snip_scores(weights, WEIGHTS).values():
        assert not score.requires_grad
    state = {**STATE, **weights}
    for result in (
        masks.apply_masks(state, MASKS),
        lottery_tickets.rewind(state, MASKS),
        structured_pruning.structured_prune(state, IMAGES, 0.5),
        masked_training.prune_and_finetune(state, IMAGES, LABELS, [0.5], 0)[0],
    ):
        assert not any(value.requires_grad for value in result.values())


# ---- a chapter can be loaded without those after it ---------------------------------------------

CHAPTERS = {chapter.number: chapter.modules for chapter in registry.CHAPTERS[6:]}


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_a_chapter_loads_no_later_chapter(chapter):
    modules = [f"model_compression.{name}" for name in CHAPTERS[chapter]]
    later = [name for other, names in CHAPTERS.items() if other > chapter for name in names]
    answer = subprocess.run(
        [sys.executable, "-c", f"import sys, {', '.join(modules)}; print('\\n'.join(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(model_compression.__file__).parents[1])},
    )
    loaded = set(answer.stdout.split())
    assert set(modules) <= loaded
    assert not loaded & {f"model_compression.{name}" for name in later}
