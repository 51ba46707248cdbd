"""Right values where the obvious formula has none: each of these was once NaN, wrong or raw."""

import copy
import io

import pytest
import torch
from torch import nn
from torch.nn.utils import prune

from model_compression.distillation import cross_entropy, distillation_loss, softmax
from model_compression.double_quantization import double_quantize
from model_compression.error_measures import rmse, sqnr_db
from model_compression.granularity import block_absmax, expand_blocks
from model_compression.integer_scaling import dequantize, quantize_tensor
from model_compression.magnitude_pruning import global_magnitude_masks, threshold_mask
from model_compression.masked_training import train_masked
from model_compression.masks import Mask, apply_masks, prunable_weights
from model_compression.network_surgery import shrink_conv_pair
from model_compression.nf4 import nf4_tensor
from model_compression.number_formats import model_bytes
from model_compression.snip import normalized_scores, snip_scores
from model_compression.sparse_storage import encode
from model_compression.structured_pruning import filter_norms, mean_abs_activation
from model_compression.weight_quantization import quantize_weights

LARGEST = torch.finfo(torch.float32).max
MASKED = torch.finfo(torch.float32).min
HUGE = torch.tensor([1e30])
INT8 = torch.tensor([-128, 1], dtype=torch.int8)
RULED_OUT = torch.tensor([[MASKED, 1.0], [MASKED, 1.0]])


def double(*values: float) -> torch.Tensor:
    return torch.tensor(values, dtype=torch.float64)


# ---- small, large and coarse numbers ------------------------------------------------------------


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
def test_a_threshold_is_rounded_to_the_precision_of_the_weights(dtype):
    weights = torch.tensor([0.1, 0.7, 0.3], dtype=dtype)
    for threshold in (0.1, 0.7, 0.3):
        assert torch.equal(threshold_mask(weights, threshold), weights >= threshold)
        assert threshold_mask(weights, threshold)[weights == threshold].all()


@pytest.mark.parametrize("size", [1e200, 1e-200, 1e-310, 1.0])
def test_the_ratio_of_signal_to_noise_does_not_depend_on_the_unit(size):
    # A subnormal such as 9e-311 has 3 digits fewer than a float64, and so has the noise.
    assert sqnr_db(double(size), double(0.9 * size)) == pytest.approx(20, abs=1e-9)
    assert rmse(double(size, 0), double(0.5 * size, 0)) == pytest.approx(size / 8**0.5, rel=1e-12)


def test_a_signal_far_above_its_noise():
    # log10 of 1 / 1e-200^2 is 400, and 1e-200^2 is no float64.
    assert sqnr_db(double(1.0, 1e-200), double(1.0, 0.0)) == pytest.approx(4000)
    assert sqnr_db(double(1e-200, 0.0), double(0.0, 1.0)) == pytest.approx(-4000)


@pytest.mark.parametrize("size", [1e-23, 1e-30, 1e30, 6e37])
def test_norms_of_tiny_and_of_huge_filters(size):
    weight = torch.tensor([[3 * size, 4 * size], [3.0, 4.0]])
    assert filter_norms(weight).tolist() == pytest.approx([5 * size, 5.0], rel=2e-7)


def test_means_and_shares_of_the_largest_floats():
    assert mean_abs_activation(torch.full((3, 1), LARGEST)).item() == LARGEST
    scores = normalized_scores({"a": torch.full((2,), LARGEST), "b": torch.full((2,), LARGEST)})
    assert [share.tolist() for share in scores.values()] == [[0.25, 0.25]] * 2
    assert double_quantize(torch.full((3,), LARGEST)).dequantize().tolist() == [LARGEST] * 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: dequantize(torch.tensor([2]), LARGEST), "scale: expected q . scale to fit"),
        (
            lambda: snip_scores({"w": double(1).float() * 1e30}, {"w": double(1).float() * 1e30}),
            "grads",
        ),
        (
            lambda: block_absmax(torch.tensor([-128, 1], dtype=torch.int8), (2,)),
            "x: expected values",
        ),
        (lambda: model_bytes(5, "1/0"), "bits_per_param: expected a finite number > 0, got '1/0'"),
        (
            lambda: encode(double(1e300)[None], torch.tensor([[True]]), "csr"),
            "weight: expected fin",
        ),
        (
            lambda: cross_entropy(torch.tensor([[MASKED, 1.0]] * 2), torch.tensor([0, 0])),
            "logits: .*fit",
        ),
    ],
)
def test_what_a_dtype_cannot_hold_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_integers_above_the_lowest_have_their_magnitude():
    assert block_absmax(torch.tensor([-127, 1], dtype=torch.int8), (2,)).tolist() == [127]


# ---- temperatures and classes that are ruled out ------------------------------------------------


@pytest.mark.parametrize("temperature", [1e-46, 1e-300, 5e-324])
def test_a_temperature_below_all_float32_leaves_the_largest_class(temperature):
    assert softmax(torch.tensor([1.0, 2.0]), temperature).tolist() == [0.0, 1.0]
    assert softmax(torch.tensor([2.0, 2.0]), temperature).tolist() == [0.5, 0.5]


def test_differences_beyond_float32():
    # (-3e38 - 3e38) / 3e38 = -2
    expected = torch.tensor([0.0, -2.0]).softmax(dim=0)
    assert torch.allclose(softmax(torch.tensor([3e38, -3e38]), 3e38), expected)
    assert softmax(torch.tensor([3e38, -3e38]), 1e300).tolist() == [0.5, 0.5]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("temperature", [0.5, 1.0, 4.0])
def test_masked_classes_add_nothing_to_a_distillation(temperature, dtype):
    masked = torch.finfo(dtype).min
    logits = torch.tensor([[1.0, 0.0, masked], [0.5, 2.0, masked]], dtype=dtype)
    student, labels = logits.flip(0).requires_grad_(), torch.tensor([0, 1])
    loss = distillation_loss(student, logits, labels, 0.25, temperature)
    loss.backward()
    without = logits[:, :2].flip(0).requires_grad_()
    expected = distillation_loss(without, logits[:, :2], labels, 0.25, temperature)
    expected.backward()
    assert torch.equal(loss, expected)
    assert torch.equal(student.grad, nn.functional.pad(without.grad, (0, 1)))


def test_a_student_that_rules_out_what_the_teacher_does_not_has_no_loss():
    student, teacher = torch.tensor([[1.0, MASKED]]), torch.tensor([[1.0, 0.0]])
    with pytest.raises(ValueError, match="student_logits, temperature: expected the loss to fit"):
        distillation_loss(student, teacher, torch.tensor([0]), 0.5, 0.5)


# ---- weights that are tied, grouped, or pruned by torch -----------------------------------------


def test_tied_weights_are_named():
    embedding = torch.tensor([[0.1, 5.0], [0.2, 4.0]])
    state = {"embedding": embedding, "head": embedding, "other": torch.ones(2, 2)}
    with pytest.raises(ValueError, match=r"weights: .*'embedding' and 'head', which are tied"):
        global_magnitude_masks(state, 0.5)
    keep = torch.tensor([[False, True], [False, True]])
    with pytest.raises(ValueError, match="masks: expected one mask for tied tensors"):
        apply_masks(state, {"embedding": keep})
    both = apply_masks(state, {"embedding": keep, "head": keep})
    assert torch.equal(both["embedding"], both["head"])


def test_parts_of_one_storage_are_not_tied():
    flat = torch.arange(8.0)
    weights = {"a": flat[:4], "b": flat[4:]}
    assert [m.tolist() for m in global_magnitude_masks(weights, 0.5).values()] == [
        [False] * 4,
        [True] * 4,
    ]


def test_a_mask_of_torch_is_no_weight():
    model = nn.Sequential(nn.Linear(3, 2))
    prune.l1_unstructured(model[0], "weight", 0.5)
    for function in (prunable_weights, lambda state: quantize_weights(state, 4, 1)):
        with pytest.raises(ValueError, match=r"state: expected weights as they are used, .*_orig"):
            function(model.state_dict())
    prune.remove(model[0], "weight")
    assert list(prunable_weights(model.state_dict())) == ["0.weight"]


def test_a_grouped_convolution_is_told_by_its_inputs():
    norm, following = nn.BatchNorm2d(8).state_dict(), nn.Conv2d(8, 4, 3).state_dict()
    for groups in (2, 4):
        grouped = nn.Conv2d(4, 8, 3, groups=groups).state_dict()
        with pytest.raises(ValueError, match=r"conv1\['weight'\]: expected 4 entries along axis 1"):
            shrink_conv_pair(grouped, norm, following, [0], in_channels=4)
    ordinary = nn.Conv2d(4, 8, 3).state_dict()
    small, _, _ = shrink_conv_pair(ordinary, norm, following, [0, 5], in_channels=4)
    assert torch.equal(small["weight"], ordinary["weight"][[0, 5]])


# ---- training -----------------------------------------------------------------------------------

STATE = {"0.weight": torch.tensor([[0.5, -1.0], [2.0, 0.25]]), "0.bias": torch.zeros(2)}
IMAGES, LABELS = torch.tensor([[1.0, 2.0], [0.5, -1.0]]), torch.tensor([0, 1])
KEEP = {"0.weight": torch.tensor([[True, False], [True, True]])}


def trained(state, images, **settings):
    settings = {"steps": 5, "learning_rate": 0.1, "seed": 0, **settings}
    return train_masked(state, images, LABELS, KEEP, **settings)


def test_training_in_half_precision_is_training_in_float32():
    half = trained({key: value.half() for key, value in STATE.items()}, IMAGES.double())
    for key, value in trained(STATE, IMAGES).items():
        assert half[key].dtype == torch.float32
        assert torch.equal(half[key], value)


def test_training_on_tensors_that_were_made_in_inference_mode():
    with torch.inference_mode():
        state, images = copy.deepcopy(STATE), IMAGES.clone()
        inside = trained(state, images)
    outside = trained(state, images)
    for key, value in trained(STATE, IMAGES).items():
        assert torch.equal(inside[key], value)
        assert torch.equal(outside[key], value)
        assert not inside[key].is_inference()


def test_weights_that_do_not_stay_finite_are_named():
    with pytest.raises(ValueError, match="learning_rate: expected values that training can follow"):
        trained(STATE, IMAGES * 1e30, learning_rate=1e38)


# ---- storing ------------------------------------------------------------------------------------

MATRIX = torch.arange(12.0).view(3, 4)


@pytest.mark.parametrize(
    "stored",
    [
        nf4_tensor(MATRIX, 4),
        nf4_tensor(MATRIX, 4, double_quantization=True),
        quantize_tensor(MATRIX, 4, 2, symmetric=False),
        encode(MATRIX, MATRIX > 3, "bitmask"),
        Mask(MATRIX > 3),
    ],
    ids=lambda stored: type(stored).__name__,
)
def test_what_is_stored_is_loaded_without_running_code(stored):
    file = io.BytesIO()
    torch.save(stored, file)
    file.seek(0)
    loaded = torch.load(file, weights_only=True)
    assert type(loaded) is type(stored)
    for read in ("dequantize", "decode"):
        if hasattr(stored, read):
            assert torch.equal(getattr(loaded, read)(), getattr(stored, read)())


def test_repeated_values_are_a_copy_also_where_nothing_is_repeated():
    values = torch.ones(2, 2)
    expand_blocks(values, (1, 1)).zero_()
    assert values.sum() == 4
