"""Weights and cache: what grows with the context, and what fits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure

from courseware.showing.byte_text import GB, byte_text
from courseware.showing.style import BLUE, INK, MUTED, ORANGE, drawn, new_axes


@drawn
def cache_by_context(
    tokens: Sequence[int], caches: Mapping[str, Sequence[int]], weights: Mapping[str, int]
) -> tuple[Figure, str]:
    """Bytes of the cache against the tokens of the context, and those of the weights as a line.

    Args:
        tokens: on a logarithmic axis.
        caches: by model, bytes for each number of tokens.
        weights: by model, bytes of its weights.
    """
    figure, axes = new_axes(7.6, 3.9)
    told = []
    for (name, sizes), colour, marker, line in zip(
        caches.items(), (ORANGE, BLUE), ("o", "s"), ("--", ":"), strict=True
    ):
        shown = [size / GB for size in sizes]
        axes.plot(tokens, shown, f"{marker}-", color=colour, label=f"{name}, cache", markersize=5)
        axes.axhline(
            weights[name] / GB, color=colour, linestyle=line, label=f"{name}, weights in 16 bits"
        )
        told.append(
            f"{name}: weights {byte_text(weights[name])}, cache "
            + ", ".join(f"{byte_text(s)} at {n:,}" for n, s in zip(tokens, sizes, strict=True))
        )
    axes.set(xscale="log", yscale="log", xlabel="tokens of the context", ylabel="GB")
    axes.set_xticks(list(tokens), [f"{n:,}" for n in tokens])
    axes.minorticks_off()
    axes.grid(True)
    axes.legend(fontsize=9)
    return figure, "Bytes of the KV cache by context. " + "; ".join(told) + "."


@drawn
def weights_and_cache(weight_bytes: int, cache_bytes: int, memory: int) -> tuple[Figure, str]:
    """A bar of weights and cache beside a line where the memory of the device ends."""
    figure, axes = new_axes(7.6, 1.7)
    weights, cache = weight_bytes / GB, cache_bytes / GB
    axes.barh([0], [weights], color=BLUE, height=0.5, label="weights")
    axes.barh([0], [cache], left=[weights], color=ORANGE, height=0.5, label="KV cache", hatch="//")
    axes.axvline(memory / GB, color=INK, linewidth=2.4)
    axes.text(memory / GB, 0.42, " memory", color=MUTED, va="bottom")
    axes.set(
        xlabel="GB",
        yticks=[],
        ylim=(-0.4, 0.75),
        xlim=(0, 1.15 * max(weights + cache, memory / GB)),
    )
    axes.spines["left"].set_visible(False)
    figure.legend(loc="outside upper right", ncols=2)
    outcome = "fits" if weight_bytes + cache_bytes <= memory else "does not fit"
    alt = (
        f"Weights {byte_text(weight_bytes)}, KV cache {byte_text(cache_bytes)}: together "
        f"{byte_text(weight_bytes + cache_bytes)}, which {outcome} into {byte_text(memory)}."
    )
    return figure, alt
