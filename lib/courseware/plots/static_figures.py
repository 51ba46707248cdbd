"""The pictures that stand beside a lecture as SVG files, for readers without a kernel.

    python -m courseware.plots.static_figures lectures/figures

draws them all anew. A test draws them too, and fails if a stored one is not what the code draws.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from courseware.known_models import DEVICE_BYTES, N_PARAMS
from courseware.plots import (
    bits,
    calibration,
    fake_quantization,
    pruning,
    pruning_moments,
    sizes,
    soft_targets,
    structured,
    techniques,
    tickets,
    weight_grids,
)
from courseware.plots.style import Picture
from model_compression.number_formats import model_bytes


def memory_of_known_models() -> Picture:
    """Weights of the known models at 32, 16, 8 and 4 bits against the memory of devices."""
    by_model = {
        name: {f"{width} bits": model_bytes(n_params, width) for width in (32, 16, 8, 4)}
        for name, n_params in N_PARAMS.items()
    }
    devices = {
        f"{name}, {sizes.byte_text(n_bytes)}": n_bytes for name, n_bytes in DEVICE_BYTES.items()
    }
    return sizes.memory_map(by_model, devices)


STATIC_FIGURES: dict[str, Callable[[], Picture]] = {
    "00_memory.svg": memory_of_known_models,
    "00_three_techniques.svg": techniques.three_techniques,
    "01_invert_add_one.svg": lambda: bits.negation_steps("00000101"),
    "02_scale_explorer.svg": weight_grids.bell_shaped_example,
    "03_calibration_explorer.svg": calibration.example_of_clipping,
    "04_staircase_explorer.svg": fake_quantization.example_of_a_staircase,
    "05_temperature_explorer.svg": soft_targets.example_of_softening,
    "06_pruning_explorer.svg": pruning.example_of_masks,
    "07_unit_explorer.svg": structured.example_of_units,
    "08_schedule_explorer.svg": pruning_moments.example_of_a_schedule,
    "09_ticket_explorer.svg": tickets.example_of_rounds,
}
"""File name → what draws it."""


def write_all(folder: Path) -> list[Path]:
    """Draw every static figure into a folder; returns the files, in order."""
    paths = [folder / name for name in STATIC_FIGURES]
    for path, draw in zip(paths, STATIC_FIGURES.values(), strict=True):
        draw().write(path)
    return paths


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit code."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m courseware.plots.static_figures FOLDER", file=sys.stderr)
        return 2
    for path in write_all(Path(arguments[0])):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
