"""What the experiments on a GPU say where there is none."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest
import torch

from courseware.chapters.c10_language_models.experiments import decoder_7b, int4_products


@pytest.mark.parametrize("experiment", [decoder_7b, int4_products])
def test_without_a_gpu_nothing_is_measured(
    experiment: ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    name = experiment.__name__.rpartition(".")[2]
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr("sys.argv", [name, "--out", str(tmp_path / "record.json")])
    assert experiment.main() == 2
    said = capsys.readouterr().err
    assert said == f"{name}: error: needs a CUDA device, and torch sees none\n"
    assert list(tmp_path.iterdir()) == []
