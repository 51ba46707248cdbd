"""Two int4 codes in one byte: which code takes which half."""

from __future__ import annotations

import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from courseware.showing.say import cell_text
from courseware.showing.style import BLUE, CARD, INK, MUTED, ORANGE, PALE, drawn, new_canvas
from model_compression.number_formats import to_bits
from model_compression.packing import pack_int4


@drawn
def packed_bytes(codes: torch.Tensor) -> tuple[Figure, str]:
    """Codes above, the bytes that hold them below; each pair crosses on its way down.

    Args:
        codes: int8 codes -8 ... 7, 1-D, at most 8 of them for a picture that fits.
    """
    packed = pack_int4(codes)
    figure, axes = new_canvas(2.6 + 4.9 * len(packed), 6.4, 0.55)
    for y, text in ((5.3, "codes"), (1.6, "bytes"), (0.45, "uint8")):
        axes.text(0.3, y, text, va="center", weight="bold")
    for number, byte in enumerate(packed.tolist()):
        x0 = 2.4 + 4.9 * number
        for half, colour in ((0, BLUE), (1, ORANGE)):
            position = 2 * number + half
            inside = position < len(codes)
            code = int(codes[position]) if inside else 0
            top, bottom = x0 + 2.2 * half, x0 + 2.2 * (1 - half)
            text = cell_text(code) if inside else "padding"
            _draw_nibble(axes, top, 4.6, text, to_bits(code, 4), colour if inside else MUTED)
            axes.annotate(
                "",
                xy=(bottom + 1.05, 2.15),
                xytext=(top + 1.05, 4.5),
                arrowprops={"arrowstyle": "-|>", "color": colour if inside else MUTED},
            )
            _draw_bits(axes, bottom, 1.2, to_bits(code, 4), colour if inside else MUTED)
        axes.add_patch(Rectangle((x0, 1.15), 4.3, 0.9, fill=False, edgecolor=INK, linewidth=1.6))
        axes.text(x0 + 2.15, 0.45, f"{byte} = 0x{byte:02X}", ha="center", va="center", size=12)
        for x, text in ((x0 + 1.05, "high nibble"), (x0 + 3.25, "low nibble")):
            axes.text(x, 0.88, text, ha="center", va="center", size=8, color=MUTED)
    listed = ", ".join(map(cell_text, codes.tolist()))
    stored = ", ".join(f"{byte} (0x{byte:02X})" for byte in packed.tolist())
    alt = (
        f"The codes {listed} packed into {len(packed)} bytes: {stored}. "
        "The first code of a pair takes the low nibble, on the right; the second the high one."
    )
    return figure, alt


def _draw_nibble(axes: Axes, x: float, y: float, text: str, bits: str, colour: str) -> None:
    face = PALE.get(colour, CARD)
    axes.add_patch(Rectangle((x + 0.1, y), 1.9, 1.45, facecolor=face, edgecolor=colour))
    axes.text(x + 1.05, y + 1.0, text, ha="center", va="center", size=12, weight="bold")
    axes.text(x + 1.05, y + 0.4, bits, ha="center", va="center", size=11, color=INK)


def _draw_bits(axes: Axes, x: float, y: float, bits: str, colour: str) -> None:
    axes.add_patch(
        Rectangle((x + 0.02, y), 2.06, 0.8, facecolor=PALE.get(colour, CARD), edgecolor="none")
    )
    axes.text(x + 1.05, y + 0.38, bits, ha="center", va="center", size=12)
