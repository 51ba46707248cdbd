"""Fit explorer: weights and KV cache of a model, beside the memory of a device.

`FitSetting` says what is asked for, `needed` computes the bytes and knows nothing of widgets;
`FitExplorer` puts controls in front of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import ipywidgets

from courseware.chapters.c10_language_models.plots.memory import weights_and_cache
from courseware.showing.byte_text import GB, byte_text
from courseware.showing.explorer import Explorer, Readings, View, wide
from courseware.showing.style import Picture
from model_compression.kv_cache import kv_cache_bytes
from model_compression.number_formats import model_bytes


@dataclass(frozen=True)
class Decoder:
    """The shape of a language model, as far as its memory goes.

    Attributes:
        n_params: weights.
        n_layers, n_kv_heads, head_dim: layers, heads of keys and values, numbers a head has.
    """

    n_params: int
    n_layers: int
    n_kv_heads: int
    head_dim: int

    def cache_bytes(self, context: int, batch: int = 1, bits: int = 16) -> int:
        """Bytes of the keys and values; below 16 bits with a 16-bit scale for `GROUP` values.

        >>> DECODERS["Llama-2-7B"].cache_bytes(4096)
        2147483648
        """
        shape = (self.n_layers, self.n_kv_heads, self.head_dim)
        return kv_cache_bytes(*shape, context, batch, bits, GROUP if bits < 16 else None)

    def weight_bytes(self, bits: int = 16) -> int:
        """Bytes of the weights; below 16 bits with a 16-bit scale for `GROUP` of them.

        >>> DECODERS["Llama-3-8B"].weight_bytes(4)
        4266076288
        """
        return model_bytes(self.n_params, bits if bits == 16 else bits + 16 / GROUP)


GROUP = 64

DECODERS = {
    "Llama-2-7B": Decoder(6_738_415_616, 32, 32, 128),
    "Llama-3-8B": Decoder(8_030_261_248, 32, 8, 128),
}
"""By name. The second shares each head of keys and values among four query heads."""

BITS = (16, 8, 4)
MEMORIES = {f"{n} GB": n * GB for n in (8, 16, 24, 80)}
MOST_TEXTS = 64
LONGEST = 17
"""The longest context is 2 to this power."""


@dataclass(frozen=True)
class FitSetting:
    """What is to fit, and where.

    Attributes:
        model: one of `DECODERS`.
        log2_context: tokens of each text, as a power of two, 7 ... `LONGEST`.
        batch: texts at a time.
        weight_bits, cache_bits: one of `BITS`.
        memory: bytes of the device.
    """

    model: str = "Llama-2-7B"
    log2_context: int = 12
    batch: int = 4
    weight_bits: int = 4
    cache_bits: int = 16
    memory: int = 16 * GB


@dataclass(frozen=True)
class Need:
    """Bytes of weights and cache, and of the device."""

    weights: int
    cache: int
    memory: int

    @property
    def share(self) -> float:
        """Of the memory."""
        return (self.weights + self.cache) / self.memory

    @property
    def fits(self) -> bool:
        """Whether both fit; what a model needs besides is not counted."""
        return self.share <= 1


def needed(setting: FitSetting) -> Need:
    """The bytes of a setting.

    Raises: ValueError for an unknown model, or a number that makes no sense.

    >>> needed(FitSetting(batch=1)).fits, needed(FitSetting(batch=8)).fits
    (True, False)
    """
    if setting.model not in DECODERS:
        raise ValueError(f"model: expected one of {', '.join(DECODERS)}, got {setting.model!r}")
    decoder, context = DECODERS[setting.model], 2**setting.log2_context
    return Need(
        weights=decoder.weight_bytes(setting.weight_bits),
        cache=decoder.cache_bytes(context, setting.batch, setting.cache_bits),
        memory=setting.memory,
    )


def texts_that_fit(weight_bits: int, cache_bits: int, memory: int = FitSetting.memory) -> int:
    """How many texts fit at a time, all else as in `FitSetting()`; 0 if the weights do not.

    >>> texts_that_fit(16, 16), texts_that_fit(4, 4)
    (1, 21)
    """
    setting = FitSetting(batch=1, weight_bits=weight_bits, cache_bits=cache_bits, memory=memory)
    need = needed(setting)
    return max(0, (need.memory - need.weights) // need.cache)


class FitExplorer(Explorer[FitSetting]):
    """The widget: controls, readings, picture.

    CSS classes: fit-explorer; fit-explorer-model, -log2-context, -batch, -weight-bits,
    -cache-bits, -memory (controls); -weights, -cache, -share (numbers, in `data-value`); -picture,
    -message.
    """

    def __init__(self, setting: FitSetting | None = None) -> None:
        super().__init__(FitSetting, "fit-explorer", _controls(setting or FitSetting()), _READINGS)

    def view(self) -> View:
        """What the present setting comes to."""
        setting = self.setting
        found = needed(setting)
        larger = "cache" if found.cache > found.weights else "weights"
        text = (
            f"{setting.batch} × {2**setting.log2_context:,} tokens: it "
            f"{'fits' if found.fits else 'does not fit'}. The larger part: the {larger}."
        )
        return View(found, weights_and_cache(found.weights, found.cache, found.memory), text)


def example_of_a_fit() -> Picture:
    """The static picture: what does not fit although the weights have 4 bits."""
    found = needed(FitSetting(batch=8))
    return weights_and_cache(found.weights, found.cache, found.memory)


def _percent(share: float) -> str:
    return f"{share:.0%}"


_READINGS: Readings = {
    "weights": ("weights", lambda found: found.weights, byte_text),
    "cache": ("KV cache", lambda found: found.cache, byte_text),
    "share": ("of the memory", lambda found: found.share, _percent),
}


def _controls(setting: FitSetting) -> dict[str, Any]:
    """One control for each field of `FitSetting`, by its name."""
    size = wide(label_width=130)
    return {
        "model": ipywidgets.Dropdown(
            options=list(DECODERS), value=setting.model, description="model", **size
        ),
        "log2_context": ipywidgets.IntSlider(
            value=setting.log2_context, min=7, max=LONGEST, description="tokens: 2 to the", **size
        ),
        "batch": ipywidgets.IntSlider(
            value=setting.batch, min=1, max=MOST_TEXTS, description="texts at a time", **size
        ),
        "weight_bits": ipywidgets.Dropdown(
            options=BITS, value=setting.weight_bits, description="bits of a weight", **size
        ),
        "cache_bits": ipywidgets.Dropdown(
            options=BITS, value=setting.cache_bits, description="bits in the cache", **size
        ),
        "memory": ipywidgets.Dropdown(
            options=MEMORIES, value=setting.memory, description="memory", **size
        ),
    }
