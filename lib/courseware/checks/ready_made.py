"""What torch has ready-made and a task is to teach: each family by one rule for all its forms.

A statement names a function or two; torch has each of them as a function, a method, a layer, some
operators, and in Python for its compilers. `taking_away` finds them all by the rules here.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

NOTHING = r"(?!)"
LIBRARY = "model_compression"


@dataclass(frozen=True)
class ReadyMade:
    """A family of functions that do the same; `name` is what a student is told.

    `names` are the dotted names (or how they begin) that a source may show. `operators` is searched
    in the names of the dispatcher's operators (`aten::softmax.int`), `functions` in those of
    torch's Python functions and methods (`Softmax.forward`). `modules` are taken away whole.
    """

    name: str
    names: tuple[str, ...]
    operators: str = NOTHING
    functions: str = NOTHING
    modules: tuple[str, ...] = ()


def _torch(*names: str) -> tuple[str, ...]:
    return tuple(f"torch.{name}" for name in names)


TOOLBOXES = ReadyMade(
    name="torch.ao",
    names=_torch("ao", "nn.utils.prune"),
    modules=_torch(
        *("ao", "quantization", "nn.utils.prune", "jit.quantized"),
        *("nn.quantized", "nn.quantizable", "nn.qat", "nn.intrinsic"),
    ),
)
"""torch's tools for quantizing and pruning, also by the names that some of them had before."""

SOFTMAX = ReadyMade(
    name="torch.softmax",
    names=_torch(
        *("softmax", "log_softmax", "special.softmax", "special.log_softmax"),
        *("Tensor.softmax", "Tensor.log_softmax"),
        *("nn.functional.softmax", "nn.functional.log_softmax", "nn.functional.softmin"),
        *("nn.Softmax", "nn.LogSoftmax", "nn.Softmin", "nn.Softmax2d"),
        *(f"nn.modules.activation.{name}" for name in ("Softmax", "LogSoftmax", "Softmin")),
    ),
    # Attention is a softmax between two products.
    operators=r"softmax|attention|multi_head|transformer",
    functions=r"(?i)softmax|softmin",
)

CROSS_ENTROPY = ReadyMade(
    name="torch.nn.functional.cross_entropy",
    names=(
        *_torch("nn.functional.cross_entropy", "nn.functional.nll_loss"),
        *(
            f"torch.nn.{place}{name}"
            for place in ("", "modules.loss.")
            for name in ("CrossEntropyLoss", "NLLLoss", "NLLLoss2d")
        ),
    ),
    # The losses of two classes, of counts and of a normal distribution are other functions.
    operators=r"(?<!binary_)cross_entropy|(?<!poisson_)nll_loss",
    functions=r"(?i)(?<!binary_)cross_?entropy|(?<!poisson)(?<!gaussian)(?<!n_)nll_?loss",
)

KL_DIVERGENCE = ReadyMade(
    name="torch.nn.functional.kl_div",
    names=_torch(
        *("nn.functional.kl_div", "kl_div", "distributions"),
        *("nn.KLDivLoss", "nn.modules.loss.KLDivLoss"),
    ),
    operators=r"kl_div",
    functions=r"(?i)kl_?div",
    modules=_torch("distributions"),
)

FAKE_QUANTIZE = ReadyMade(
    name="torch.fake_quantize_per_tensor_affine",
    names=_torch(
        *("fake_quantize_per_tensor_affine", "fake_quantize_per_channel_affine"),
        *("_fake_quantize_learnable_per_tensor_affine", "_fake_quantize_per_tensor_affine"),
        *("_fake_quantize_learnable_per_channel_affine", "fused_moving_avg_obs_fake_quant"),
        *("quantization", "ops.aten.fake_quantize_per_tensor_affine"),
    ),
    operators=r"fake_quant|moving_avg_obs",
    functions=r"(?i)fake_?quant|moving_avg_obs",
)

QUANTIZERS = ReadyMade(
    name="torch.quantize_per_tensor",
    names=_torch("quantize_per_tensor", "quantize_per_tensor_dynamic", "quantize_per_channel"),
    operators=r"quantiz|qparams|int4pack|int8pack",
    functions=r"(?i)quantize_|dequantize|qparams",
)

FAMILIES = {
    family.name: family
    for family in (TOOLBOXES, SOFTMAX, CROSS_ENTROPY, KL_DIVERGENCE, FAKE_QUANTIZE, QUANTIZERS)
}
"""All families by their names."""


def families_of(off_limits: Iterable[str]) -> tuple[str, ...]:
    """The names of the families that a task puts off limits; the toolboxes are in every one.

    >>> families_of(("model_compression", *SOFTMAX.names))
    ('torch.ao', 'torch.softmax')
    """
    named = {*off_limits, *TOOLBOXES.names}
    return tuple(name for name, family in FAMILIES.items() if named & {*family.names})


def taken_by(off_limits: Iterable[str]) -> tuple[str, ...]:
    """All that a task is called without: families, and what it names of the course's library.

    >>> taken_by(("model_compression.masks.apply_masks", "courseware.checks"))
    ('torch.ao', 'model_compression.masks.apply_masks')
    """
    own = tuple(name for name in off_limits if name.partition(".")[0] == LIBRARY)
    return families_of(off_limits) + own
