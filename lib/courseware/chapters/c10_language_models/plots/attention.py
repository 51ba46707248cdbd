"""Attention in one picture: who takes how much from whom, and what has to be kept for it."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from courseware.showing.style import BLUE, CARD, FAINT, INK, MUTED, ORANGE, PALE, drawn, new_axes


@drawn
def attention_of_tokens(shares: torch.Tensor, words: Sequence[str]) -> tuple[Figure, str]:
    """A row for each token that asks, a column for each that is asked; no one looks ahead.

    Args:
        shares: (n, n), rows that add up to 1, 0 above the diagonal.
        words: one a token.
    """
    n = len(words)
    figure, axes = new_axes(1.25 * n + 2.6, 0.62 * n + 1.7)
    for row in range(n):
        for column in range(n):
            share = float(shares[row, column])
            seen = column <= row
            colour, alpha = (BLUE, 0.12 + 0.88 * share) if seen else (FAINT, 0.5)
            corner = (column + 0.04, row + 0.04)
            axes.add_patch(Rectangle(corner, 0.92, 0.92, facecolor=colour, alpha=alpha))
            axes.text(
                *(column + 0.5, row + 0.5, f"{share:.2f}" if seen else "later"),
                ha="center",
                va="center",
                color=MUTED if not seen else CARD if share > 0.7 else INK,
                size=11 if seen else 8.5,
            )
    axes.set(xlim=(0, n), ylim=(n, 0))
    axes.set_xticks([k + 0.5 for k in range(n)], [f"{word}\nk, v" for word in words])
    axes.set_yticks([k + 0.5 for k in range(n)], [f"{word}  q" for word in words])
    axes.xaxis.tick_top()
    axes.tick_params(length=0, labelcolor=INK)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.set_title("kept for all tokens to come: the KV cache", loc="center", color=BLUE, size=10.5)
    axes.set_ylabel("needed once", color=ORANGE)
    axes.text(
        *(n / 2, n + 0.35, "each row: softmax of q · k / √d, then a mix of the values v"),
        ha="center",
        va="top",
        bbox={"facecolor": PALE[BLUE], "edgecolor": "none", "pad": 4},
    )
    takes = [
        ", ".join(f"{float(shares[i, j]):.2f} from {words[j]}" for j in range(i + 1))
        for i in range(n)
    ]
    told = "; ".join(f"{word} takes {text}" for word, text in zip(words, takes, strict=True))
    alt = f"Attention of {n} tokens: {told}. Keys and values are kept, queries are needed once."
    return figure, alt
