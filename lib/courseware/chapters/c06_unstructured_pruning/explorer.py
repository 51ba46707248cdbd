"""Pruning explorer: a sparsity or a threshold for the layers of a network, and what is left.

`PruningSetting` says what goes, `read_pruning` computes it and knows nothing of widgets;
`PruningExplorer` puts controls in front of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ipywidgets
import torch

from courseware.chapters.c06_unstructured_pruning.plots.masks import example_weights, masked_layers
from courseware.showing.byte_text import byte_text
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.say import cell_text
from model_compression.magnitude_pruning import (
    global_magnitude_masks,
    magnitude_mask,
    threshold_mask,
)
from model_compression.masks import Mask, Masks, joined_mask
from model_compression.sparse_storage import sparse_bytes

Weights = Mapping[str, torch.Tensor]

RULES = ("ratio, all layers together", "ratio, each layer alone", "threshold")
MAX_THRESHOLD = 0.5


@dataclass(frozen=True)
class PruningSetting:
    """What is pruned.

    Attributes:
        rule: one of `RULES`.
        sparsity: 0 ... 1, for the two ratios.
        threshold: >= 0, for the threshold.
    """

    rule: str = RULES[0]
    sparsity: float = 0.8
    threshold: float = 0.1


@dataclass(frozen=True)
class PruningReading:
    """What the masks leave: counts, the emptiest layer, and bytes.

    Attributes:
        masks: by name of the layer.
        n_pruned: of all weights.
        sparsity: share of all weights that is gone.
        emptiest: name of the layer with the smallest density.
        lowest_density: its density.
        bitmask_bytes, csr_bytes, dense_bytes: of all layers, in these storages.
    """

    masks: Masks
    n_pruned: int
    sparsity: float
    emptiest: str
    lowest_density: float
    bitmask_bytes: int
    csr_bytes: int
    dense_bytes: int


def read_pruning(weights: Weights, setting: PruningSetting) -> PruningReading:
    """Prune some layers.

    Raises: ValueError for an unknown rule, or what the library's masks refuse.
    """
    masks = _masks(weights, setting)
    densities = {name: Mask(mask).density for name, mask in masks.items()}
    emptiest = min(densities, key=lambda name: densities[name])
    together = joined_mask(masks)
    return PruningReading(
        masks=masks,
        n_pruned=together.n_pruned,
        sparsity=together.sparsity,
        emptiest=emptiest,
        lowest_density=densities[emptiest],
        bitmask_bytes=sum(sparse_bytes(mask, "bitmask") for mask in masks.values()),
        csr_bytes=sum(sparse_bytes(mask, "csr") for mask in masks.values()),
        dense_bytes=sum(sparse_bytes(mask, "dense") for mask in masks.values()),
    )


def _masks(weights: Weights, setting: PruningSetting) -> Masks:
    together, alone, threshold = RULES
    if setting.rule == together:
        return global_magnitude_masks(weights, setting.sparsity)
    if setting.rule == alone:
        return {name: magnitude_mask(w, setting.sparsity) for name, w in weights.items()}
    if setting.rule == threshold:
        return {name: threshold_mask(w, setting.threshold) for name, w in weights.items()}
    raise ValueError(f"rule: expected one of {list(RULES)}, got {setting.rule!r}")


class PruningExplorer(Explorer[PruningSetting]):
    """The widget: controls, readings, picture.

    Args:
        weights: (out, in) by name of the layer; bell-shaped examples unless given.
        setting: what is pruned at first.

    CSS classes: pruning-explorer; pruning-explorer-rule, -sparsity, -threshold (controls);
    -pruned, -share, -lowest-density, -bitmask, -csr (numbers, in `data-value`); -picture, -message.
    """

    def __init__(
        self, weights: Weights | None = None, setting: PruningSetting | None = None
    ) -> None:
        self._weights = example_weights() if weights is None else dict(weights)
        super().__init__(
            PruningSetting, "pruning-explorer", _controls(setting or PruningSetting()), _READINGS
        )

    def view(self) -> View:
        """What the present setting comes to."""
        setting = self.setting
        by_threshold = setting.rule == RULES[2]
        self.controls["sparsity"].disabled = by_threshold
        self.controls["threshold"].disabled = not by_threshold
        found = read_pruning(self._weights, setting)
        return View(found, masked_layers(self._weights, found.masks), _in_words(found))


def _in_words(found: PruningReading) -> str:
    dense = byte_text(found.dense_bytes)
    if found.lowest_density == 0:
        return f"Nothing is left of {found.emptiest}: no signal gets through. Dense: {dense}."
    emptiest = f"{found.emptiest} keeps the smallest share, {found.lowest_density:.1%}."
    return f"{emptiest} As a dense matrix all of it takes {dense}, zeros or not."


def _percent(value: float) -> str:
    return f"{value:.1%}"


_READINGS: Readings = {
    "pruned": ("weights pruned", lambda found: found.n_pruned, cell_text),
    "share": ("sparsity", lambda found: found.sparsity, _percent),
    "lowest-density": ("smallest density of a layer", lambda f: f.lowest_density, _percent),
    "bitmask": ("as bitmask", lambda found: found.bitmask_bytes, byte_text),
    "csr": ("as csr", lambda found: found.csr_bytes, byte_text),
}


def _controls(setting: PruningSetting) -> dict[str, Any]:
    """One control for each field of `PruningSetting`, by its name."""
    size = wide()
    live: dict[str, Any] = {"continuous_update": False, "min": 0.0, "step": 0.01, **size}
    return {
        "rule": ipywidgets.Dropdown(
            options=list(RULES), value=setting.rule, description="rule", **size
        ),
        "sparsity": ipywidgets.FloatSlider(
            value=setting.sparsity, max=1.0, description="sparsity", **live
        ),
        "threshold": ipywidgets.FloatSlider(
            value=setting.threshold, max=MAX_THRESHOLD, description="threshold", **live
        ),
    }
