"""What lecture 00 shows as stored files, for readers without a kernel."""

from __future__ import annotations

from courseware.chapters.c00_why_compress.known_models import DEVICE_BYTES, N_PARAMS
from courseware.chapters.c00_why_compress.plots.sizes import memory_map
from courseware.chapters.c00_why_compress.plots.techniques import three_techniques
from courseware.showing.byte_text import byte_text
from courseware.showing.style import Picture
from model_compression.number_formats import model_bytes


def memory_of_known_models() -> Picture:
    """Weights of the known models at 32, 16, 8 and 4 bits against the memory of devices."""
    by_model = {
        name: {f"{width} bits": model_bytes(n_params, width) for width in (32, 16, 8, 4)}
        for name, n_params in N_PARAMS.items()
    }
    devices = {f"{name}, {byte_text(n_bytes)}": n_bytes for name, n_bytes in DEVICE_BYTES.items()}
    return memory_map(by_model, devices)


FIGURES = {
    "00_memory.svg": memory_of_known_models,
    "00_three_techniques.svg": three_techniques,
}
"""File name → what draws it."""
