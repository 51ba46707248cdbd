"""Every explorer of lectures 03 to 10 in a browser: a slider moves, numbers and picture follow."""

from collections.abc import Iterator

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.axe import findings
from tests.browser.conftest import Course, cell_with, new_page, run

pytestmark = pytest.mark.browser

TEMPERATURE = """
import torch
from courseware.chapters.c05_knowledge_distillation.explorer import (
    TemperatureExperiment,
    TemperatureExplorer,
)

images = {"a cat": torch.rand(784), "a dog": torch.rand(784)}
logits = torch.tensor([[3.0, 1.0, 0.0], [0.0, 2.0, 1.0]])
TemperatureExplorer(TemperatureExperiment(images, logits, ["cat", "dog", "cow"]))
"""
CALIBRATION = """
import torch
from courseware.subjects.models import mlp
from courseware.chapters.c03_post_training_quantization.explorer import (
    CalibrationExperiment,
    CalibrationExplorer,
)

images, labels = torch.rand(30, 64), torch.arange(30) % 10
CalibrationExplorer(
    CalibrationExperiment(mlp([64, 16, 10], seed=0), ["0"], {"all": images}, images, labels)
)
"""
PRUNING = """
from courseware.subjects.models import mlp
from model_compression.masks import prunable_weights
from courseware.chapters.c06_unstructured_pruning.explorer import PruningExplorer

PruningExplorer(prunable_weights(mlp([64, 16, 10], seed=0).state_dict()))
"""
UNITS = """
import torch
from courseware.subjects.models import mlp
from courseware.chapters.c07_structured_pruning.explorer import UnitExplorer

labels = torch.arange(30) % 10
UnitExplorer(mlp([64, 12, 10], seed=0).state_dict(), torch.rand(30, 64), labels)
"""
PLAIN = "from courseware.chapters.{0}.explorer import {1}Explorer\n\n{1}Explorer()"

EXPLORERS = {
    "calibration": (CALIBRATION, "percentile", "ArrowLeft", "range"),
    "staircase": (
        PLAIN.format("c04_quantization_aware_training", "Staircase"),
        "scale",
        "ArrowRight",
        "x-hat",
    ),
    "temperature": (TEMPERATURE, "temperature", "ArrowRight", "entropy"),
    "pruning": (PRUNING, "sparsity", "ArrowLeft", "pruned"),
    "unit": (UNITS, "keep-ratio", "ArrowLeft", "kept"),
    "schedule": (PLAIN.format("c08_when_to_prune", "Schedule"), "step", "ArrowRight", "pruned"),
    "ticket": (PLAIN.format("c09_lottery_tickets", "Ticket"), "rounds", "ArrowRight", "left"),
    "fit": (PLAIN.format("c10_language_models", "Fit"), "log2-context", "ArrowRight", "cache"),
}
"""By name: the cell, a slider, the key that moves it, a reading that has to follow."""


@pytest.fixture(scope="module")
def notebook(browser: Browser, course: Course) -> Iterator[Page]:
    """One notebook with a cell for each explorer: its kernel imports torch once for all."""
    cells = [nbformat.v4.new_code_cell(source.strip()) for source, *_ in EXPLORERS.values()]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)"}}
    content = nbformat.v4.new_notebook(cells=cells, metadata=kernel)
    nbformat.write(content, course.folder / "explorers.ipynb")
    with new_page(browser) as page:
        course.open(page, "explorers.ipynb")
        yield page


@pytest.mark.parametrize("name", EXPLORERS)
def test_numbers_and_picture_follow_a_slider(name: str, notebook: Page):
    _, slider, key, reading = EXPLORERS[name]
    run(notebook, cell_with(notebook, f"{name.capitalize()}Explorer"))
    part = f".{name}-explorer-"
    number = notebook.locator(f"{part}{reading} [data-value]")
    picture = notebook.locator(f"{part}picture img")
    value, drawing = number.get_attribute("data-value"), picture.get_attribute("src")

    back = {"ArrowLeft": "ArrowRight", "ArrowRight": "ArrowLeft"}[key]
    handle = notebook.locator(f"{part}{slider} .noUi-handle")
    handle.press(key)
    expect(number).not_to_have_attribute("data-value", value)
    expect(picture).not_to_have_attribute("src", drawing)
    handle.press(back)
    expect(number).to_have_attribute("data-value", value)
    expect(picture).to_have_attribute("src", drawing)
    assert findings(notebook, f".{name}-explorer") == []
