"""Nobody has to see a hue: colours that are far apart for all, and shapes beside them."""

from itertools import combinations

import pytest
from matplotlib.figure import Figure

from courseware.chapters.c08_when_to_prune.plots import LOOKS
from courseware.showing import style
from courseware.showing.static_figures import STATIC_FIGURES
from tests.courseware.showing.colours import OKABE_ITO, distance, nearest, told_by_colour_alone

NAMES = ("INK", "MUTED", "BLUE", "ORANGE", "GREEN", "PURPLE")
DENSE = {"dense": style.MUTED}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((50, 2.6772, -79.7751), (50, 0, -82.7485), 2.0425),
        ((50, 2.5, 0), (50, 0, -2.5), 4.3065),
        ((50, 2.5, 0), (73, 25, -18), 27.1492),
        ((22.7233, 20.0904, -46.6940), (23.0331, 14.9730, -42.5619), 2.0373),
        ((90.9257, -0.5406, -0.9208), (88.6381, -0.8985, -0.7239), 1.5381),
        ((2.0776, 0.0795, -1.1350), (0.9033, -0.0636, -0.5514), 0.9082),
    ],
)
def test_distances_are_those_that_sharma_wu_and_dalal_list(one, other, expected):
    assert distance(one, other) == pytest.approx(expected, abs=5e-5)
    assert distance(other, one) == pytest.approx(expected, abs=5e-5)


def test_any_two_colours_are_as_far_apart_for_everybody_as_those_of_okabe_and_ito():
    """10.87 is the nearest two of theirs, for tritanopia; before they were moved, ours had 6.5."""
    bar, _ = nearest({colour: colour for colour in OKABE_ITO})
    assert bar == pytest.approx(10.87, abs=0.01)
    found, which = nearest({name: getattr(style, name) for name in NAMES})
    assert found >= bar, which


def test_so_are_those_of_the_lecture_that_has_the_most_arms():
    """Ten in one picture; the nearest two had 2.6."""
    bar, _ = nearest({colour: colour for colour in OKABE_ITO})
    found, which = nearest({arm: colour for arm, (colour, _, _) in LOOKS.items()} | DENSE)
    assert found >= bar, which


@pytest.mark.parametrize("name", STATIC_FIGURES)
def test_a_stored_figure_tells_nothing_by_colour_alone(name: str) -> None:
    assert told_by_colour_alone(STATIC_FIGURES[name]().svg) == []


@style.drawn
def lines(**looks: dict[str, object]) -> tuple[Figure, str]:
    figure, axes = style.new_axes(4, 3)
    for label, look in looks.items():
        axes.plot([0, 1], [0, 1], label=label, **look)
    axes.legend()
    return figure, "lines"


@style.drawn
def bars(**looks: dict[str, object]) -> tuple[Figure, str]:
    figure, axes = style.new_axes(4, 3)
    for label, look in looks.items():
        axes.bar([0], [1], label=label, **look)
    figure.legend()
    return figure, "bars"


def test_entries_of_a_legend_that_differ_in_hue_alone_are_found():
    assert told_by_colour_alone(lines(a={}, b={}).svg) == ["a and b"]
    assert told_by_colour_alone(lines(a={"marker": "o"}, b={"marker": "o"}).svg) == ["a and b"]
    assert told_by_colour_alone(bars(a={}, b={}).svg) == ["a and b"]
    hatched = {"hatch": "///"}
    assert told_by_colour_alone(bars(a=hatched, b=hatched).svg) == ["a and b"]


def test_dashes_markers_widths_hatches_and_lightness_tell_them_apart():
    looks = ({}, {"linestyle": ":"}, {"marker": "o"}, {"marker": "s"}, {"linewidth": 4})
    for one, other in combinations(looks, 2):
        assert told_by_colour_alone(lines(a=one, b=other).svg) == []
    assert told_by_colour_alone(bars(a={}, b={"hatch": "///"}).svg) == []
    assert told_by_colour_alone(bars(a={"hatch": "..."}, b={"hatch": "///"}).svg) == []
    pale = {"color": style.PALE[style.ORANGE]}
    assert told_by_colour_alone(bars(a={"color": style.BLUE}, b=pale).svg) == []


def test_lines_and_hatches_that_pictures_share_differ_from_each_other():
    shown = {f"l{k}": {"linestyle": line} for k, line in enumerate(("--", *style.LINES))}
    assert told_by_colour_alone(lines(**shown).svg) == []
    shown = {f"h{k}": {"hatch": hatch} for k, hatch in enumerate(style.HATCHES)}
    assert told_by_colour_alone(bars(**shown).svg) == []
