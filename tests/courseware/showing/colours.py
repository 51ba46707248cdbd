"""Colours as people see them, and what a legend tells apart by colour alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import combinations
from math import atan2, cos, degrees, exp, hypot, radians, sin, sqrt
from xml.etree import ElementTree

import numpy as np

VISIONS = {
    "full": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""What becomes of linear sRGB: Machado, Oliveira and Fernandes, A Physiologically-based Model for
Simulation of Color Vision Deficiency, IEEE TVCG 15(6), 2009, severity 1.0."""

OKABE_ITO = (
    *("#000000", "#e69f00", "#56b4e9", "#009e73"),
    *("#f0e442", "#0072b2", "#d55e00", "#cc79a7"),
)
"""Okabe and Ito, Color Universal Design, 2008: chosen with people who are colour-blind."""

TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])  # D65
Lab = tuple[float, float, float]

LIGHTER = 3.0
"""WCAG 2.2, 1.4.11: the contrast by which parts of a picture stand out without their hue."""

SVG = "{http://www.w3.org/2000/svg}"
LINKED = "{http://www.w3.org/1999/xlink}href"
Look = tuple[object, ...]


def linear(colour: str) -> np.ndarray:
    """The parts of linear sRGB."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def contrast(one: str, other: str) -> float:
    """The ratio of WCAG 2."""
    dark, light = sorted(float(TO_XYZ[1] @ linear(colour)) for colour in (one, other))
    return (light + 0.05) / (dark + 0.05)


def seen(colour: str, vision: str) -> Lab:
    """L*, a*, b* of a colour as it is seen."""
    xyz = TO_XYZ @ np.clip(np.array(VISIONS[vision]) @ linear(colour), 0, 1) / WHITE
    f = np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29)
    x, y, z = f.tolist()
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def distance(one: Lab, other: Lab) -> float:
    """CIEDE2000, as Sharma, Wu and Dalal write it (Color Research & Application 30(1), 2005)."""
    (l_1, a_1, b_1), (l_2, a_2, b_2) = one, other
    mean = (hypot(a_1, b_1) + hypot(a_2, b_2)) / 2
    more = 1.5 - 0.5 * sqrt(mean**7 / (mean**7 + 25**7))
    chroma_1, chroma_2 = hypot(more * a_1, b_1), hypot(more * a_2, b_2)
    hue_1, hue_2 = degrees(atan2(b_1, more * a_1)) % 360, degrees(atan2(b_2, more * a_2)) % 360
    turn = (hue_2 - hue_1 + 180) % 360 - 180 if chroma_1 * chroma_2 else 0.0
    hue = hue_1 + turn / 2 if chroma_1 * chroma_2 else hue_1 + hue_2
    light, chroma = (l_1 + l_2) / 2 - 50, (chroma_1 + chroma_2) / 2
    t = 1 - 0.17 * _cos(hue - 30) + 0.24 * _cos(2 * hue) + 0.32 * _cos(3 * hue + 6)
    t -= 0.2 * _cos(4 * hue - 63)
    by_light = (l_2 - l_1) / (1 + 0.015 * light**2 / sqrt(20 + light**2))
    by_chroma = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    by_hue = 2 * sqrt(chroma_1 * chroma_2) * sin(radians(turn / 2)) / (1 + 0.015 * chroma * t)
    around = 30 * exp(-((((hue - 275 + 180) % 360 - 180) / 25) ** 2))
    rotation = -2 * sqrt(chroma**7 / (chroma**7 + 25**7)) * sin(radians(2 * around))
    return sqrt(by_light**2 + by_chroma**2 + by_hue**2 + rotation * by_chroma * by_hue)


def _cos(angle: float) -> float:
    return cos(radians(angle))


def nearest(colours: Mapping[str, str]) -> tuple[float, str]:
    """The two colours that are hardest to tell apart: how far from each other, and which."""
    return min(
        (distance(seen(colours[a], vision), seen(colours[b], vision)), f"{a}, {b}: {vision}")
        for a, b in combinations(colours, 2)
        for vision in VISIONS
    )


def told_by_colour_alone(svg: str) -> list[str]:
    """Pairs of a legend's entries that have one shape, and are about as light."""
    return [
        f"{a} and {b}"
        for entries in _legends(svg)
        for (a, (shape_a, light_a)), (b, (shape_b, light_b)) in combinations(entries, 2)
        if shape_a == shape_b and contrast(light_a, light_b) < LIGHTER
    ]


def _legends(svg: str) -> Iterator[list[tuple[str, tuple[Look, str]]]]:
    """The entries of each legend of a picture: what it says, its shape and its colour."""
    builder = ElementTree.TreeBuilder(insert_comments=True)
    root = ElementTree.fromstring(svg, parser=ElementTree.XMLParser(target=builder))
    shapes = {one.get("id", ""): _paths(one) for one in root.iter() if one.get("id")}
    for legend in root.iter(f"{SVG}g"):
        if not re.match(r"legend_\d", legend.get("id", "")):
            continue
        entries, parts = [], []
        for part in legend:
            if part.get("id", "").startswith("text_"):
                label = " ".join((one.text or "").strip() for one in part.iter(ElementTree.Comment))
                if parts:
                    entries.append((label, _look(parts, shapes)))
                parts = []
            else:
                parts.append(part)
        yield entries


def _look(parts: list[ElementTree.Element], shapes: Mapping[str, str]) -> tuple[Look, str]:
    """How an entry looks without its hue (what is drawn, dashes, markers, hatches), and its hue."""
    looks: list[object] = []
    colour = "#000000"
    for part in parts:
        for one in part.iter():
            style = dict(re.findall(r"([\w-]+): ([^;]+)", one.get("style", "")))
            if not style:
                continue
            fill, stroke = style.get("fill", "none"), style.get("stroke", "none")
            hatch = re.match(r"url\(#(.+)\)", fill)
            what = shapes.get(one.get(LINKED, "#")[1:], "line" if fill == "none" else "area")
            looks.append(
                (
                    what,
                    style.get("stroke-dasharray"),
                    round(float(style.get("stroke-width", 1))),
                    shapes[hatch[1]] if hatch else fill == "none",
                )
            )
            colour = next((c for c in (fill, stroke) if c.startswith("#")), colour)
    return tuple(looks), colour


def _paths(element: ElementTree.Element) -> str:
    return " ".join(one.get("d", "") for one in element.iter(f"{SVG}path"))
