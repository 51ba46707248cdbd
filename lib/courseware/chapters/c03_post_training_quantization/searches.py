"""What the record of MiniLM says of its formats: size, cosine, and the searches that succeed."""

from __future__ import annotations

from collections.abc import Iterable

from courseware.experiments.records import Result
from courseware.showing.say import interval
from courseware.showing.spread import spread
from courseware.subjects.sentence_encoder import MATRICES, N_LAYERS

Point = tuple[str, float, float, float, float]
"""Label of a point, bits per weight, mean cosine, share found, half its 95% interval."""


class Searches:
    """The record of `minilm_quantization`, read by format."""

    def __init__(self, record: Result) -> None:
        self._found = {entry["format"]: entry for entry in record["weight_settings"]}
        self._alone = record["single_matrices"]
        self.n: int = record["pairs"]

    def bits(self, name: str) -> float:
        """A weight, with the scales."""
        size: float = self._found[name]["bits_per_weight"]
        return size

    def share(self, name: str) -> float:
        """Of the searches that find the right line."""
        found: str = self._found[name]["found"]
        return found.count("1") / self.n

    def lost(self, name: str) -> list[float]:
        """In points, one number a search: 100 where only float32 finds the line, −100 where only
        this format does."""
        both = zip(self._found["float32"]["found"], self._found[name]["found"], strict=True)
        return [100.0 * (int(exact) - int(rounded)) for exact, rounded in both]

    def works(self, name: str, within: float) -> bool:
        """Whether it surely loses less than so many points: its whole 95% interval does."""
        lost = spread(self.lost(name))
        return lost.mean + lost.margin < within

    def points(self, names: Iterable[str]) -> list[Point]:
        """Where some formats stand in a picture."""
        points = []
        for name in names:
            entry = self._found[name]
            of_searches = spread([float(found) for found in entry["found"]])
            cosine: float = entry["cosine"]["mean"]
            points.append((name, self.bits(name), cosine, of_searches.mean, of_searches.margin))
        return points

    def rows(self, names: Iterable[str]) -> list[dict[str, str]]:
        """Of some formats, for `show_table`."""
        return [
            {"format": name, "bits per weight": f"{bits:.2f}", "mean cosine": f"{cosine:.4f}"}
            | {"found": f"{share:.1%}", "lost, points": interval(self.lost(name))}
            for name, bits, cosine, share, _ in self.points(names)
        ]

    def losses_alone(self, name: str) -> list[list[float]]:
        """1 − cosine with one matrix alone in a format: a row a layer, a column a kind."""
        return [
            [
                1 - self._alone[f"layers.{i}.{kind}.weight"][name]["cosine"]["mean"]
                for kind in MATRICES
            ]
            for i in range(N_LAYERS)
        ]
