"""The table of attacks, and the line that sums up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.cheats.attack import Attack
from tests.cheats.course import Points
from tests.cheats.mangled import Mangled
from tests.cheats.ours import Graded


@dataclass
class Results:
    """All that came of a run."""

    attacks: list[Attack]
    mangled: list[Mangled]
    ours: dict[str, Points] = field(default_factory=dict)
    stock: dict[str, Points] = field(default_factory=dict)
    stock_ended: int = 0
    differences: dict[str, str] = field(default_factory=dict)
    classes: list[Graded] = field(default_factory=list)

    @property
    def aborted(self) -> list[Graded]:
        """Classes that were not graded to their end."""
        return [graded for graded in self.classes if graded.aborted]

    @property
    def complaints(self) -> list[str]:
        """What else is not as it should be, by class."""
        return [text for graded in self.classes for text in graded.complaints]

    @property
    def good(self) -> bool:
        """Whether ours holds."""
        hurt = [points for points in self.ours.values() if points.lost]
        different = [text for text in self.differences.values() if text]
        return not (scored(self.ours) or hurt or different or self.aborted or self.complaints)


def scored(points: Mapping[str, Points]) -> list[str]:
    """The attacks that earned a point for a task that they do not solve."""
    return [name for name, earned in points.items() if earned.undeserved > 0]


def heading() -> str:
    """Above the rows: points that nothing was done for."""
    return f"{'attack':<30}{'class':<12}{'ours':>8}{'stock':>8}"


def attack_row(kind: str, attack: Attack, results: Results) -> str:
    """An attack, and the undeserved points that it earned."""
    columns = ""
    notes = []
    for grader, points in (("ours", results.ours), ("stock", results.stock)):
        earned = points.get(attack.name)
        columns += f"{'–' if earned is None else f'{earned.undeserved:g}':>8}"
        if earned is not None and earned.lost:
            notes.append(f"{grader}: {earned.lost:g} honest tasks lost")
    return f"{attack.name:<30}{kind:<12}{columns}  {'; '.join(notes)}".rstrip()


def summary(results: Results) -> str:
    """What was not as it must be, and the closing line."""
    lines = [*results.complaints]
    lines += [f"{name}: {text}" for name, text in results.differences.items() if text]
    for graded in results.aborted:
        lines += [f"{graded.course.name} was not graded to its end:", graded.output[-2000:]]
    if results.stock_ended:
        lines.append(f"Stock nbgrader's process came to its end {results.stock_ended} times.")
    if left := len(results.attacks) - len(results.stock):
        lines.append(f"Stock nbgrader did not come to {left} attacks.")
    held = [
        f"{name} {len(points) - len(scored(points))}/{len(points)}"
        for name, points in (("ours", results.ours), ("stock nbgrader", results.stock))
    ]
    lines.append(f"attacks held at no point: {', '.join(held)}")
    return "\n".join([*lines, closing_line(results)])


def closing_line(results: Results) -> str:
    """The last line: how many attacks scored, with ours and with stock nbgrader."""
    right = sum(not text for text in results.differences.values())
    return (
        f"attacks that scored {len(scored(results.ours))}/{len(results.ours)}"
        f" (stock nbgrader {len(scored(results.stock))}/{len(results.stock)})"
        f" · mangled notebooks graded {right}/{len(results.differences)}"
        f" · batches aborted {len(results.aborted)}"
    )
