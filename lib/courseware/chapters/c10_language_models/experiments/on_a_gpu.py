"""What experiments that need a GPU are asked for, and what they say where there is none."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import torch


def options_of(name: str, description: str | None) -> argparse.Namespace | None:
    """The options `out` and `seed`; None, once that was said, where torch sees no CUDA device."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    if torch.cuda.is_available():
        return options
    print(f"{name}: error: needs a CUDA device, and torch sees none", file=sys.stderr)
    return None
