"""Pictures: legible, described, the same every time; the stored ones are what the code draws."""

import re
from collections.abc import Callable
from pathlib import Path

import matplotlib
import nbformat
import pytest

from courseware.chapters.c00_why_compress.plots import accuracy, sizes
from courseware.chapters.c01_number_formats.plots import bits, floats
from courseware.showing import plots, style
from courseware.showing.static_figures import STATIC_FIGURES, main, write_all
from courseware.showing.style import Picture

LECTURES = Path(__file__).parents[3] / "lectures"
FIGURES = LECTURES / "figures"

PICTURES: dict[str, Callable[[], Picture]] = {
    **STATIC_FIGURES,
    "two_readings": lambda: bits.two_readings("10011111"),
    "two_readings_of_16_bits": lambda: bits.two_readings("1001111110011111"),
    "number_wheel": bits.number_wheel,
    "float_anatomy": lambda: floats.float_anatomy(-6.5),
    "number_line": floats.number_line,
    "float_spacing": floats.float_spacing,
    "size_bars": lambda: sizes.size_bars({"32 bits": 4 * 10**9, "4 bits": 5 * 10**8}, "1B"),
    "overhead_curves": lambda: sizes.overhead_curves(4, (16, 32), {"Q4_0": (32, 4.5)}),
    "accuracy_by_size": lambda: accuracy.accuracy_by_size({310: [0.7, 0.8], 610: [0.9, 0.9]}),
    "learning_curves": lambda: plots.learning_curves(
        [1, 2, 3], {"small": [[0.1, 0.2, 0.3]], "stopped early": [[0.5, 0.6]]}
    ),
    "imitation_gains": lambda: accuracy.imitation_gains({"a": 23.1}, {"a": 21.6}, {"b": 18.5}),
}


@pytest.mark.parametrize("name", STATIC_FIGURES)
def test_a_stored_figure_is_what_the_code_draws_today(name: str) -> None:
    stored = (FIGURES / name).read_text(encoding="utf-8")
    assert stored == STATIC_FIGURES[name]().svg, (
        f"{name} is not current: python -m courseware.showing.static_figures lectures/figures"
    )


def test_nothing_else_is_stored_and_lectures_show_what_is_stored() -> None:
    stored = {path.name for path in FIGURES.iterdir()}
    shown = set()
    for path in LECTURES.glob("*.ipynb"):
        for cell in nbformat.read(path, as_version=4).cells:
            for text, name in re.findall(r"!\[([^]]*)\]\(figures/([^)]+)\)", cell.source):
                assert len(text) > 20, f"{path.name}: say in words what {name} shows"
                shown.add(name)
    assert stored == shown == set(STATIC_FIGURES)


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_the_same_twice_whatever_the_user_has_set(name: str) -> None:
    first = PICTURES[name]()
    with matplotlib.rc_context({"font.size": 30, "axes.facecolor": "red", "svg.hashsalt": None}):
        assert PICTURES[name]().svg == first.svg
    assert "<dc:date>" not in first.svg
    assert style.CARD in first.svg
    assert len(first.alt) > 20


def test_a_picture_shows_itself_and_says_what_it_shows() -> None:
    picture = Picture("<svg/>", 'a < b "quoted"')
    bundle = picture._repr_mimebundle_()
    assert bundle["text/plain"] == picture.alt
    assert 'alt="a &lt; b &quot;quoted&quot;"' in bundle["text/html"]
    assert "data:image/svg+xml;base64,PHN2Zy8+" in bundle["text/html"]


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", ["INK", "MUTED", "BLUE", "ORANGE", "GREEN", "PURPLE"])
def test_text_in_every_colour_stands_out_from_the_card(name: str) -> None:
    """4.5 is what WCAG 2 (level AA) asks of small text."""
    contrast = (luminance(style.CARD) + 0.05) / (luminance(getattr(style, name)) + 0.05)
    assert contrast >= 4.5


def test_the_command_line_draws_all_and_refuses_what_is_no_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == set(STATIC_FIGURES)
    assert main([str(tmp_path / "missing")]) == 2
    assert main([]) == 2
    assert "usage:" in capsys.readouterr().err


def test_write_all_names_what_it_wrote(tmp_path: Path) -> None:
    assert [path.name for path in write_all(tmp_path)] == list(STATIC_FIGURES)
