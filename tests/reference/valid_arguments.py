"""Valid arguments of every public function: what the odd inputs are swapped into."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch

from model_compression import (
    activation_outliers,
    calibration,
    codebook_quantization,
    distillation,
    double_quantization,
    entropy_coding,
    error_measures,
    fake_quantization,
    fast,
    float_formats,
    gptq,
    granularity,
    hadamard,
    int8_linear,
    integer_scaling,
    kv_cache,
    lottery_tickets,
    magnitude_pruning,
    masked_training,
    masks,
    microscaling,
    network_surgery,
    nf4,
    number_formats,
    packing,
    pareto,
    pruning_schedules,
    quantization_aware_training,
    range_coding,
    relative_indexing,
    snip,
    sparse_storage,
    structured_pruning,
    wanda,
    weight_quantization,
    weight_sharing,
)
from tests.reference import odd_inputs as odd


@dataclass(frozen=True)
class Entry:
    """Valid arguments of a function, each with its kind, and what is promised of the result.

    Attributes:
        arguments: name -> (valid value, kind from `odd_inputs`).
        keeps: what becomes of float64: "float32", "float64", or "dtype" (every dtype stays).
        may_be_infinite: where the docstring says so.
        shares: results are the arguments' own tensors.
        sums: products are added up in an order that depends on the strides.
        scaled_with: arguments that may be multiplied by a power of two, all together; then floats
            among the results are multiplied as well.
        unscaled: they are not, then.
    """

    function: Callable[..., Any]
    arguments: dict[str, tuple[Any, Callable[[Any], Iterator[odd.Odd]]]]
    keeps: str = "float32"
    may_be_infinite: bool = False
    shares: bool = False
    sums: bool = False
    scaled_with: tuple[str, ...] = ()
    unscaled: bool = False

    @property
    def values(self) -> dict[str, Any]:
        return {name: value for name, (value, _) in self.arguments.items()}


ROW = torch.tensor([0.5, -2.0, 0.25, 1.5])
MATRIX = torch.tensor([[0.5, -2.0, 0.25, 1.5], [3.0, 0.75, -1.0, 0.125]])
OTHER = torch.tensor([[0.25, -1.5, 0.5, 2.0], [2.5, 1.0, -0.5, 0.5]])
BLOCKS = torch.arange(-32.0, 32.0).reshape(2, 32) / 8
KEPT = torch.tensor([[True, False, True, True], [False, True, True, False]])
CODES = torch.tensor([[1, 3, 0, 2], [2, 2, 1, 0]], dtype=torch.int8)
TABLE = torch.tensor([-1.0, -0.25, 0.0, 0.5, 1.0])
PROBABILITIES = torch.tensor([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]])
LABELS = torch.tensor([1, 0, 1])
IMAGES = torch.tensor([[0.5, -1.0], [2.0, 0.25], [-0.5, 1.5]])
NETWORK = {
    "0.weight": torch.tensor([[1.0, -2.0], [3.0, 0.5], [-0.5, 1.5]]),
    "0.bias": torch.tensor([0.5, -0.25, 1.0]),
    "2.weight": torch.tensor([[1.0, -1.0, 2.0], [-2.0, 0.5, 0.75]]),
    "2.bias": torch.tensor([0.0, 0.5]),
}
WEIGHTS = {"0.weight": NETWORK["0.weight"], "2.weight": NETWORK["2.weight"]}
GRADS = {"0.weight": NETWORK["0.weight"] / 4, "2.weight": NETWORK["2.weight"] + 1}
MASKS = {name: value.abs() > 0.75 for name, value in WEIGHTS.items()}
SHAPES = {name: list(value.shape) for name, value in WEIGHTS.items()}
CONV1 = {"weight": torch.arange(72.0).view(4, 2, 3, 3), "bias": torch.arange(4.0)}
NORM = {
    **{name: torch.arange(4.0) for name in ("weight", "bias", "running_mean", "running_var")},
    "num_batches_tracked": torch.tensor(3),
}
CONV2 = {"weight": torch.arange(72.0).view(2, 4, 3, 3), "bias": torch.arange(2.0)}

BITS = ("0110", odd.words)
SIGNED = (True, odd.flags)
FORMAT = (float_formats.FLOAT32, odd.records)
N_BITS = (4, odd.integers)
SCALE = (0.5, odd.numbers)
BLOCK = ([1, 2], odd.shapes)
SHAPE = ([2, 4], odd.shapes)
GROUP = (2, odd.integers)
SHARE = (0.5, odd.numbers)
SEED = (3, odd.seeds)
KEEP = ([0, 2], odd.lists)
WEIGHT_DICT = (WEIGHTS, odd.untied)
SCORE_DICT = (WEIGHTS, odd.dicts(odd.floats))
MASK_DICT = (MASKS, odd.dicts(odd.masks))
STORAGE = ("csr", odd.words)
MATRIX_AND_OTHER = {"x": (MATRIX, odd.floats), "x_hat": (OTHER, odd.floats)}
TRAINING = {"images": (IMAGES, odd.floats), "labels": (LABELS, odd.labels)}


def method(make: Callable[[], Any], name: str) -> Callable[..., Any]:
    """A method of an object that is made anew in each call, in whatever surroundings."""

    def call(*args: Any, **kwargs: Any) -> Any:
        return getattr(make(), name)(*args, **kwargs)

    return call


def table() -> dict[str, Entry]:
    """Qualified name -> entry."""
    entries: dict[str, Entry] = {}

    def add(function: Callable[..., Any], name: str = "", **promises: Any) -> Callable[..., None]:
        own = name or f"{function.__module__.split('.')[1]}.{function.__name__}"

        def with_arguments(**arguments: Any) -> None:
            assert own not in entries, own
            entries[own] = Entry(function, arguments, **promises)

        return with_arguments

    add(number_formats.place_values)(width=(4, odd.integers), signed=SIGNED)
    add(number_formats.unsigned_value)(bits=BITS)
    add(number_formats.signed_value)(bits=BITS)
    add(number_formats.negate)(bits=BITS)
    add(number_formats.to_bits)(value=(5, odd.integers), width=(8, odd.integers))
    add(number_formats.integer_range)(width=(4, odd.integers), signed=SIGNED)
    add(number_formats.float32_fields)(x=(0.5, odd.any_numbers))
    add(number_formats.model_bytes)(n_params=(10, odd.integers), bits_per_param=(4.5, odd.numbers))
    add(float_formats.float_bits)(x=(0.5, odd.any_numbers), float_format=FORMAT)
    add(float_formats.float_fields)(x=(0.5, odd.any_numbers), float_format=FORMAT)
    add(float_formats.float_value)(
        fields=(float_formats.FloatFields(1, 128, 5), odd.records), float_format=FORMAT
    )
    add(float_formats.spacing, may_be_infinite=True)(x=(0.5, odd.numbers), float_format=FORMAT)

    scaled_x = {"scaled_with": ("x",)}
    add(integer_scaling.absmax_scale, **scaled_x)(
        x=(MATRIX, odd.floats), n_bits=N_BITS, full_range=(True, odd.flags)
    )
    add(integer_scaling.quantize)(x=(MATRIX, odd.floats), scale=SCALE, n_bits=N_BITS)
    add(integer_scaling.dequantize)(q=(CODES, odd.codes), scale=SCALE)
    add(integer_scaling.affine_params, **scaled_x)(x=(MATRIX, odd.floats), n_bits=N_BITS)
    add(integer_scaling.quantize_affine)(
        x=(MATRIX, odd.floats), scale=SCALE, zero_point=(3, odd.integers), n_bits=N_BITS
    )
    for add_w in (
        add(integer_scaling.quantize_groupwise, scaled_with=("w",)),
        add(fast.quantize_groupwise, scaled_with=("w",)),
    ):
        add_w(w=(MATRIX, odd.floats), n_bits=N_BITS, group_size=GROUP)
    add(integer_scaling.quantize_per_channel, scaled_with=("w",))(
        w=(MATRIX, odd.floats), n_bits=N_BITS
    )
    add(integer_scaling.quantize_tensor)(
        x=(MATRIX, odd.floats),
        n_bits=N_BITS,
        granularity=("channel", odd.granularities),
        symmetric=(False, odd.flags),
        full_range=(False, odd.flags),
    )
    grouped = method(
        lambda: integer_scaling.quantize_tensor(MATRIX, 4, 2, symmetric=False), "dequantize"
    )
    add(grouped, "integer_scaling.QuantizedTensor.dequantize")()

    add(granularity.block_shape)(
        shape=([2, 4], odd.shapes), granularity=("channel", odd.granularities)
    )
    add(granularity.grid_shape)(shape=([2, 4], odd.shapes), block=BLOCK)
    add(granularity.block_absmax, keeps="dtype", **scaled_x)(x=(MATRIX, odd.reals), block=BLOCK)
    add(granularity.block_min_max, keeps="dtype", **scaled_x)(x=(MATRIX, odd.reals), block=BLOCK)
    add(granularity.expand_blocks, keeps="dtype", scaled_with=("values",))(
        values=(MATRIX, odd.copied), block=BLOCK
    )
    add(packing.pack_int4)(q=(CODES, odd.codes))
    add(packing.unpack_int4)(
        packed=(torch.tensor([1, 200, 7], dtype=torch.uint8), odd.codes), numel=(5, odd.integers)
    )
    add(error_measures.sqnr_db, may_be_infinite=True, scaled_with=("x", "x_hat"), unscaled=True)(
        **MATRIX_AND_OTHER
    )
    add(error_measures.rmse, scaled_with=("x", "x_hat"))(**MATRIX_AND_OTHER)
    add(error_measures.max_abs_error, scaled_with=("x", "x_hat"))(**MATRIX_AND_OTHER)

    add(calibration.minmax_range)(batches=([MATRIX, ROW], odd.batches))
    add(calibration.percentile_range)(
        batches=([MATRIX, ROW], odd.batches), percentile=(75, odd.numbers)
    )
    layer = {
        "x": (MATRIX, odd.floats),
        "weight": (OTHER, odd.floats),
        "bias": (torch.tensor([0.5, -1.0]), odd.optional_floats),
    }
    add(int8_linear.int8_linear)(**layer)
    add(fake_quantization.qat_forward, sums=True)(**layer, n_bits=N_BITS)
    for function in (fake_quantization.fake_quantize, fake_quantization.ste_mask):
        add(function)(
            x=(MATRIX, odd.floats),
            scale=(0.5, odd.scales),
            qmin=(-8, odd.integers),
            qmax=(7, odd.integers),
        )
    add(codebook_quantization.codebook_quantize, scaled_with=("x",))(
        x=(MATRIX, odd.floats), codebook=(TABLE, odd.floats), block_size=(3, odd.integers)
    )
    add(codebook_quantization.codebook_dequantize, scaled_with=("absmax",))(
        codes=(CODES, odd.codes),
        absmax=(torch.tensor([2.0, 0.5, 1.0]), odd.floats),
        codebook=(TABLE, odd.floats),
        block_size=(3, odd.integers),
    )
    add(nf4.nf4_codebook)()
    add(nf4.normal_quantile_codebook)()
    for function in (nf4.nf4_quantize, fast.nf4_quantize):
        add(function, scaled_with=("x",))(x=(MATRIX, odd.floats), block_size=(4, odd.integers))
    add(nf4.nf4_dequantize, scaled_with=("absmax",))(
        codes=(CODES, odd.codes),
        absmax=(torch.tensor([2.0, 0.5]), odd.floats),
        block_size=(4, odd.integers),
    )
    add(nf4.pack_nf4)(codes=(CODES.to(torch.uint8), odd.codes))
    add(nf4.unpack_nf4)(
        packed=(torch.tensor([1, 200, 7], dtype=torch.uint8), odd.codes), numel=(5, odd.integers)
    )
    add(nf4.nf4_tensor)(
        x=(MATRIX, odd.floats), block_size=(3, odd.integers), double_quantization=SIGNED
    )
    add(method(lambda: nf4.nf4_tensor(MATRIX, 3, True), "dequantize"), "nf4.NF4Tensor.dequantize")()
    add(double_quantization.dynamic_codebook)()
    add(double_quantization.double_quantize)(absmax=(ROW, odd.floats))
    scales = method(lambda: double_quantization.double_quantize(ROW), "dequantize")
    add(scales, "double_quantization.QuantizedScales.dequantize")()
    add(weight_quantization.bits_per_weight)(
        n_bits=(4.0, odd.numbers),
        group_size=(32, odd.integers),
        scale_bits=(16.0, odd.numbers),
        zero_point_bits=(8.0, odd.numbers),
    )
    add(weight_quantization.quantize_weights, keeps="dtype")(
        state=({"0.weight": MATRIX, "0.bias": ROW}, odd.quantized_states),
        n_bits=N_BITS,
        group_size=GROUP,
    )

    add(distillation.softmax, keeps="float64")(logits=(MATRIX, odd.floats), temperature=SCALE)
    labels = (torch.tensor([1, 3]), odd.labels)
    add(distillation.cross_entropy, keeps="float64")(logits=(MATRIX, odd.floats), labels=labels)
    add(distillation.kl_divergence, keeps="float64", may_be_infinite=True)(
        p_teacher=(PROBABILITIES, odd.floats), p_student=(PROBABILITIES.flip(0), odd.floats)
    )
    add(distillation.distillation_loss, keeps="float64")(
        student_logits=(MATRIX, odd.floats),
        teacher_logits=(OTHER, odd.floats),
        labels=labels,
        alpha=SHARE,
        temperature=(2.0, odd.numbers),
    )
    add(distillation.distill)(
        teacher_logits=(IMAGES.flip(1), odd.floats),
        **TRAINING,
        hidden=(4, odd.sizes),
        alpha=SHARE,
        temperature=(2.0, odd.numbers),
        seed=SEED,
        steps=(3, odd.sizes),
    )
    add(quantization_aware_training.train_qat)(
        state=(NETWORK, odd.networks), **TRAINING, n_bits=N_BITS, seed=SEED, steps=(3, odd.sizes)
    )

    positive_definite = torch.ones(4, 4) + torch.eye(4)
    add(gptq.gptq_quantize, scaled_with=("w",))(
        w=(MATRIX, odd.floats),
        hessian=(positive_definite, odd.floats),
        n_bits=N_BITS,
        group_size=GROUP,
        ratio=(0.75, odd.numbers),
    )
    add(microscaling.mxfp4_quantize)(x=(BLOCKS, odd.floats))
    add(microscaling.mxfp4_dequantize)(
        codes=(torch.arange(64).reshape(2, 32) % 16, odd.codes),
        exponents=(torch.tensor([[127], [130]]), odd.codes),
    )
    add(hadamard.hadamard_rotate, scaled_with=("x",))(x=(MATRIX, odd.floats), block_size=GROUP)
    add(activation_outliers.int8_linear_outliers, sums=True)(**layer, threshold=(1.75, odd.numbers))
    add(activation_outliers.smooth)(
        x_absmax=(ROW.abs(), odd.floats), weight=(MATRIX, odd.floats), alpha=SHARE
    )
    add(kv_cache.kv_cache_bytes)(
        n_layers=(2, odd.integers),
        n_kv_heads=(3, odd.integers),
        head_dim=(8, odd.integers),
        context=(5, odd.integers),
        batch=(1, odd.integers),
        bits=(3, odd.integers),
        group_size=(4, odd.optional_integers),
    )
    add(wanda.wanda_mask)(w=(MATRIX, odd.floats), x_norm=(ROW.abs(), odd.floats), sparsity=SHARE)
    add(wanda.n_m_mask, scaled_with=("scores",))(
        scores=(MATRIX, odd.floats), n=(1, odd.integers), m=(2, odd.integers)
    )

    add(masks.Mask, shares=True)(kept=(KEPT, odd.masks))
    add(masks.Mask(KEPT).apply, "masks.Mask.apply", keeps="dtype")(weight=(MATRIX, odd.copied))
    add(masks.pruned_count)(n=(9, odd.integers), sparsity=SHARE)
    add(masks.prunable_weights, keeps="dtype", shares=True)(state=(NETWORK, odd.prunable_states))
    add(masks.keep_all)(weights=SCORE_DICT)
    add(masks.apply_masks, keeps="dtype")(
        state=(NETWORK, odd.dicts(odd.copied)), masks=(MASKS, odd.dicts(odd.masks))
    )
    add(masks.joined_mask)(masks=MASK_DICT)
    add(masks.prune_lowest, scaled_with=("scores",))(
        scores=(MATRIX, odd.floats), n_pruned=(3, odd.integers)
    )
    add(masks.prune_lowest_together, scaled_with=("scores",))(
        scores=SCORE_DICT, n_pruned=(5, odd.integers), within=(MASKS, odd.optional_masks)
    )
    add(magnitude_pruning.threshold_mask)(w=(MATRIX, odd.floats), threshold=(0.75, odd.numbers))
    for function in (magnitude_pruning.magnitude_mask, fast.magnitude_mask):
        add(function, scaled_with=("w",))(w=(MATRIX, odd.floats), sparsity=SHARE)
    add(magnitude_pruning.global_magnitude_masks, scaled_with=("weights",))(
        weights=WEIGHT_DICT, sparsity=SHARE
    )
    add(sparse_storage.sparse_bytes)(mask=(KEPT, odd.masks), storage=STORAGE)
    add(sparse_storage.break_even_sparsity)(
        rows=(4, odd.integers), cols=(40, odd.integers), storage=STORAGE
    )
    add(sparse_storage.encode)(weight=(MATRIX, odd.floats), mask=(KEPT, odd.masks), storage=STORAGE)
    stored = method(lambda: sparse_storage.encode(MATRIX, KEPT, "bitmask"), "decode")
    add(stored, "sparse_storage.StoredMatrix.decode")()
    add(masked_training.masked_step, keeps="float64", scaled_with=("w", "grad", "velocity"))(
        w=(MATRIX, odd.floats),
        grad=(OTHER, odd.floats),
        velocity=(OTHER + 1, odd.floats),
        mask=(KEPT, odd.masks),
        lr=SCALE,
        momentum=SHARE,
    )
    add(masked_training.train_masked)(
        state=(NETWORK, odd.networks),
        **TRAINING,
        masks=(MASKS, odd.dicts(odd.masks)),
        steps=(3, odd.sizes),
        learning_rate=SCALE,
        batch_size=(2, odd.integers),
        seed=SEED,
    )
    add(masked_training.prune_and_finetune)(
        state=(NETWORK, odd.networks), **TRAINING, sparsities=([0.25, 0.5], odd.lists), seed=SEED
    )
    add(lottery_tickets.find_ticket)(
        initial=(NETWORK, odd.networks), **TRAINING, rounds=(1, odd.sizes), rate=SHARE, seed=SEED
    )

    add(structured_pruning.filter_norms, keeps="float64", scaled_with=("weight",))(
        weight=(MATRIX, odd.floats)
    )
    add(structured_pruning.mean_abs_activation, keeps="float64", scaled_with=("activations",))(
        activations=(MATRIX, odd.floats)
    )
    add(structured_pruning.apoz, scaled_with=("activations",), unscaled=True)(
        activations=(MATRIX, odd.floats)
    )
    add(structured_pruning.keep_indices, scaled_with=("scores",))(
        scores=(ROW, odd.floats), n_keep=(2, odd.integers)
    )
    add(structured_pruning.structured_prune, keeps="dtype")(
        state=(NETWORK, odd.networks), images=(IMAGES, odd.floats), keep_ratio=SHARE
    )
    add(network_surgery.shrink_linear_pair, keeps="dtype")(
        w1=(NETWORK["0.weight"], odd.copied),
        b1=(NETWORK["0.bias"], odd.copied),
        w2=(NETWORK["2.weight"], odd.copied),
        b2=(NETWORK["2.bias"], odd.copied),
        kept=KEEP,
    )
    add(network_surgery.shrink_conv_pair, keeps="dtype")(
        conv1=(CONV1, odd.states),
        bn=(NORM, odd.states),
        conv2=(CONV2, odd.states),
        kept=KEEP,
        in_channels=(2, odd.optional_integers),
    )
    add(pruning_schedules.random_mask)(shape=([3, 4], odd.shapes), sparsity=SHARE, seed=SEED)
    add(pruning_schedules.cubic_sparsity)(
        step=(4.0, odd.numbers),
        begin=(2.0, odd.numbers),
        end=(9.0, odd.numbers),
        initial=(0.25, odd.numbers),
        final=(0.75, odd.numbers),
    )
    add(pruning_schedules.gradual_masks, scaled_with=("weights",))(
        weights=WEIGHT_DICT, masks=MASK_DICT, sparsity=(0.75, odd.numbers)
    )
    add(snip.snip_scores, keeps="float64", scaled_with=("weights",))(
        weights=WEIGHT_DICT, grads=(GRADS, odd.dicts(odd.floats))
    )
    add(snip.snip_masks, scaled_with=("weights",))(
        weights=WEIGHT_DICT, grads=(GRADS, odd.dicts(odd.floats)), sparsity=SHARE
    )
    positive = {name: value.abs() for name, value in WEIGHTS.items()}
    add(snip.normalized_scores, keeps="float64", scaled_with=("scores",), unscaled=True)(
        scores=(positive, odd.dicts(odd.floats))
    )
    add(lottery_tickets.remaining_fraction)(rounds=(3, odd.integers), rate=SHARE)
    add(lottery_tickets.iterative_masks, scaled_with=("weights",))(
        weights=WEIGHT_DICT, masks=MASK_DICT, rate=SHARE
    )
    add(lottery_tickets.rewind, keeps="dtype")(
        initial=(NETWORK, odd.dicts(odd.copied)), masks=(MASKS, odd.dicts(odd.masks))
    )
    add(lottery_tickets.random_reinit)(
        shapes=(SHAPES, odd.dicts_of_shapes), masks=MASK_DICT, seed=SEED
    )
    add(lottery_tickets.random_masks_like)(masks=MASK_DICT, seed=SEED)
    add(lottery_tickets.mask_distance)(a=MASK_DICT, b=(GRADS_KEPT, odd.dicts(odd.masks)))

    add(pareto.pareto_front)(points=([(4, 0.75), (2, 0.5), (4, 0.5)], odd.records))
    add(entropy_coding.entropy_bits)(codes=(CODES, odd.codes))
    add(entropy_coding.huffman_bits)(codes=(CODES, odd.codes))
    counts = ([1, 3, 3, 1], odd.lists)
    add(range_coding.range_encode)(codes=(CODES, odd.codes), counts=counts)
    add(range_coding.range_decode)(data=(b"some", odd.records), counts=counts, n=(5, odd.sizes))
    add(relative_indexing.relative_index_encode, keeps="dtype", scaled_with=("w",))(
        w=(MATRIX * KEPT, odd.floats), max_gap=(2, odd.integers)
    )
    add(relative_indexing.relative_index_decode, keeps="dtype", scaled_with=("values",))(
        gaps=(torch.tensor([1, 2, 1, 3]), odd.codes), values=(ROW, odd.copied), shape=SHAPE
    )
    add(weight_sharing.kmeans_codebook, scaled_with=("w",))(
        w=(MATRIX, odd.floats),
        mask=(KEPT, odd.masks),
        k=(3, odd.integers),
        iterations=(2, odd.sizes),
    )
    return entries


GRADS_KEPT = {name: value > 1 for name, value in GRADS.items()}
