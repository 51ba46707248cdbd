"""Computes products in Triton's interpreter, in a process of its own: see `in_the_interpreter`.

Whether Triton interprets is decided when it is first imported, and in a process of tests other
libraries may have done that already.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from model_compression.kernels import products
from model_compression.kernels.layout import Int4Weights
from tests.tracked import ROOT

Case = tuple[str, tuple[Any, ...]]


def in_the_interpreter(cases: dict[str, Case], folder: Path) -> dict[str, torch.Tensor]:
    """By name of a case, what a function of `products` makes of its arguments."""
    torch.save(cases, folder / "cases")
    environment = os.environ | {"TRITON_INTERPRET": "1", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "tests.reference.interpreted_products", str(folder)]
    subprocess.run(command, check=True, env=environment, cwd=ROOT)
    return torch.load(folder / "results")


def main(folder: Path) -> None:
    """Read the cases, write the results."""
    torch.serialization.add_safe_globals([Int4Weights, products.Launch])
    cases: dict[str, Case] = torch.load(folder / "cases")
    results = {name: getattr(products, f)(*arguments) for name, (f, arguments) in cases.items()}
    torch.save(results, folder / "results")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
