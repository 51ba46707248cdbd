"""The one list of chapters.

The chapter `07_structured_pruning` has a lecture, `lectures/07_structured_pruning.ipynb`, an
exercise of the same name in `solutions/` and `exercises/`, and a room with all that is its own,
`courseware.chapters.c07_structured_pruning`. Rooms are loaded by name and when they are asked for:
nobody waits for a chapter but the one at hand, and nothing outside of a room imports it.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Attributes:
        folder: its number and name, which its lecture, exercise and room have as well.
        title: as the home page names it.
        modules: of `model_compression`, those that hold what its exercise asks for. Only hand-ins
            to later exercises may import them.
        experiments: its recorded experiments, and whether each needs a GPU.
        given: names that the exercise's own cells define, which are run when it is graded.
        has_exercise: whether there is one.
    """

    folder: str
    title: str
    modules: tuple[str, ...] = ()
    experiments: Mapping[str, bool] = field(default_factory=dict)
    given: str = ""
    has_exercise: bool = True

    @property
    def number(self) -> int:
        """The number that its name begins with."""
        return int(self.folder[:2])

    @property
    def room(self) -> str:
        """The package that holds what is this chapter's alone."""
        return f"courseware.chapters.c{self.folder}"

    def part(self, name: str) -> ModuleType:
        """A module of its room, loaded now.

        >>> CHAPTERS[1].part("tasks").TASKS[0].name
        'unsigned_value'
        """
        return importlib.import_module(f"{self.room}.{name}")


CHAPTERS = (
    Chapter(
        "00_why_compress",
        "Why compress?",
        modules=("_rescaling", "_stored", "_surroundings", "_validation", "_validation_reals"),
        has_exercise=False,
    ),
    Chapter(
        "01_number_formats",
        "Number formats",
        modules=("number_formats", "float_formats"),
        given="math struct np torch check check_quiz",
    ),
    Chapter(
        "02_integer_scaling",
        "Integer scaling",
        modules=("integer_scaling", "granularity", "packing", "error_measures"),
        given="math np torch check check_quiz",
    ),
    Chapter(
        "03_post_training_quantization",
        "Post-training quantization",
        modules=(
            "calibration",
            "int8_linear",
            "weight_quantization",
        ),
        experiments={"minilm_quantization": False},
        given="math np torch check check_quiz",
    ),
    Chapter(
        "04_quantization_aware_training",
        "Quantization-aware training",
        modules=(
            "_network_validation",
            "_training",
            "_cosine_decay",
            "_straight_through",
            "fake_quantization",
            "quantization_aware_training",
        ),
        experiments={"qat_digits": False},
        given="torch F check check_quiz",
    ),
    Chapter(
        "05_knowledge_distillation",
        "Knowledge distillation",
        modules=("distillation",),
        experiments={
            "distillation_mnist": False,
            "distillation_rivals": False,
            "distillation_unlabelled": False,
        },
        given="math np torch F nn check check_quiz",
    ),
    Chapter(
        "06_unstructured_pruning",
        "Unstructured pruning",
        modules=(
            "_mask_validation",
            "masks",
            "magnitude_pruning",
            "masked_training",
            "sparse_storage",
        ),
        experiments={"pruning_digits": False},
        given="math np torch check check_quiz loss_gradients",
    ),
    Chapter(
        "07_structured_pruning",
        "Structured pruning",
        modules=("network_surgery", "structured_pruning"),
        experiments={"structured_digits": False},
        given="math np torch check check_quiz",
    ),
    Chapter(
        "08_when_to_prune",
        "When to prune",
        modules=("pruning_schedules", "snip"),
        experiments={"moments_digits": False},
        given="math np torch check check_quiz",
    ),
    Chapter(
        "09_lottery_tickets",
        "Lottery tickets",
        modules=("lottery_tickets",),
        experiments={"lottery_tickets_mnist": False, "ticket_rates_digits": False},
        given="math np torch check check_quiz",
    ),
    Chapter(
        "10_language_models",
        "Language models",
        modules=(
            "codebook_quantization",
            "double_quantization",
            "nf4",
            "fast",
            "gptq",
            "microscaling",
            "hadamard",
            "activation_outliers",
            "kv_cache",
            "wanda",
        ),
        experiments={
            "decoder_7b": True,
            "int4_products": True,
            "minilm_methods": False,
            "minilm_scales": False,
            "minilm_rounded_inputs": False,
        },
        given="math NormalDist np torch check check_quiz",
    ),
    Chapter(
        "11_deep_compression",
        "Deep compression",
        modules=(
            "pareto",
            "entropy_coding",
            "range_coding",
            "relative_indexing",
            "weight_sharing",
        ),
        experiments={
            "deep_compression_mnist": False,
            "deep_compression_widths": False,
            "deep_compression_hundred": False,
            "deep_compression_waves": False,
        },
        given="heapq lzma math zlib np torch F check check_quiz",
    ),
)
"""Every chapter, in order."""

EXERCISES = {chapter.folder: chapter for chapter in CHAPTERS if chapter.has_exercise}
"""Exercise → its chapter; `part("tasks")` holds its `TASKS` and `QUIZ`."""
