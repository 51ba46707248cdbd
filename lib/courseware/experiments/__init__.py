"""Long measurements behind lectures, recorded with seeds, versions and devices.

`python -m courseware.experiments` repeats them. Each is a module with a command line of its own,
whose record has the name of the module; `records` holds what they share.
"""

from pathlib import Path

RESULTS = Path(__file__).resolve().parents[3] / "lectures" / "results"
"""The records, in the course's folder."""

NEEDS_GPU = {
    "decoder_7b": True,
    "minilm_quantization": False,
    "qat_digits": False,
    "distillation_mnist": False,
    "pruning_digits": False,
    "lottery_tickets_mnist": False,
}
"""Every recorded experiment, in the order of the lectures, and whether it needs a GPU."""
