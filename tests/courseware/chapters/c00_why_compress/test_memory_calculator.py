"""The memory calculator: the figures of the slides, and callbacks that do not fail in silence."""

import re

import ipywidgets
import pytest

from courseware.chapters.c00_why_compress.memory_calculator import MemoryCalculator, MemoryPlan

GB = 10**9


@pytest.mark.parametrize(
    ("n_params", "n_bits", "n_bytes"),
    [
        (86_000_000, 32, 344_000_000),
        (175 * GB, 32, 700 * GB),
        (GB, 32, 4 * GB),
        (GB, 16, 2 * GB),
        (GB, 8, GB),
        (GB, 4, GB // 2),
        (4 * GB, 8, 4 * GB),
        (27 * GB, 4, 13_500_000_000),
        (3 * GB, 8, 3 * GB),
    ],
)
def test_the_slides_without_scales(n_params: int, n_bits: int, n_bytes: int) -> None:
    assert MemoryPlan(n_params, n_bits, 0, GB).weight_bytes == n_bytes


def test_scales_add_their_bits() -> None:
    plan = MemoryPlan(27 * GB, 4, 32, 16 * GB)
    assert (plan.bits_per_weight, plan.weight_bytes) == (4.5, 15_187_500_000)
    assert plan.fits
    assert not MemoryPlan(27 * GB, 4, 16, 16 * GB).fits


def test_what_fills_the_device_to_the_last_byte_fits() -> None:
    assert MemoryPlan(16 * GB, 8, 0, 16 * GB).fits
    assert not MemoryPlan(16 * GB + 1, 8, 0, 16 * GB).fits


def shown_bytes(calculator: MemoryCalculator) -> int:
    return int(re.findall(r'data-value="(\d+)"', calculator.numbers["bytes"].value)[0])


def test_every_control_changes_the_result() -> None:
    calculator = MemoryCalculator("Gemma 3 27B")
    assert shown_bytes(calculator) == 13_500_000_000
    assert "they fit into 16 GB" in calculator.message.value
    calculator.group.value = 16
    assert shown_bytes(calculator) == 16_875_000_000
    assert "do not fit" in calculator.message.value
    calculator.device.value = 24 * GB
    assert "they fit into 24 GB" in calculator.message.value
    calculator.bits.value = 8
    assert shown_bytes(calculator) == 30_375_000_000
    calculator.group.value = 0
    calculator.model.value = "ViT 86M"
    assert shown_bytes(calculator) == 86_000_000
    calculator.billions.value = 1
    assert shown_bytes(calculator) == GB


@pytest.mark.parametrize("billions", [0, -3])
def test_a_senseless_number_is_explained_and_the_last_result_stays(billions: float) -> None:
    calculator = MemoryCalculator("7B")
    before = shown_bytes(calculator)
    calculator.billions.value = billions
    assert "expected a number &gt; 0" in calculator.message.value
    assert 'role="alert"' in calculator.message.value
    assert shown_bytes(calculator) == before


def test_every_control_can_be_found_by_its_class() -> None:
    calculator = MemoryCalculator()
    controls = {
        "model": calculator.model,
        "params": calculator.billions,
        "bits": calculator.bits,
        "group": calculator.group,
        "device": calculator.device,
        "bar": calculator.bar,
        "message": calculator.message,
        **calculator.numbers,
    }
    for name, control in controls.items():
        assert f"memory-calculator-{name}" in control._dom_classes


def test_every_control_says_its_name_to_a_screen_reader() -> None:
    calculator = MemoryCalculator()
    controls = [one for one in calculator.children if hasattr(one, "value")]
    names = [one.description for one in controls if not isinstance(one, ipywidgets.HTML)]
    assert len(names) == 5 and all(names), names
