"""What a verdict rests on: the arms that were compared, on how many seeds, with what each had.

A comparison is worth what its arms had in common. So a verdict names them, and what is not equal
has to be said: `Compared` refuses to stay silent about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

MIME_TYPE = "application/vnd.model-compression.claim+json"
"""Under which a cell's output carries its claim, for `make claims`."""


@dataclass(frozen=True)
class Arm:
    """One side of a comparison, and what it had. What plays no part is left out.

    Attributes:
        name: as in the tables and figures of the lecture.
        updates: steps of training, all phases together.
        bits: a weight, with scales and whatever else is stored; or `n_bytes` of all.
        rates: how many learning rates were tried, the best of which counts.
    """

    name: str
    updates: int | None = None
    bits: float | None = None
    n_bytes: float | None = None
    rates: int | None = None


@dataclass(frozen=True)
class Compared:
    """Arms that were run, and what a verdict about them rests on.

    Attributes:
        arms: two or more.
        seeds: networks, draws or samples, each with a seed of its own.
        unequal: what the arms did not have in common, or why one seed is enough; shown to the
            reader. Needed where numbers of updates, bits, bytes or rates differ by more than 1%,
            and for a single seed.

    Raises: ValueError where it is needed and empty.

    >>> Compared((Arm("per tensor", bits=2.01), Arm("per row", bits=2.5)), seeds=10)
    Traceback (most recent call last):
    ...
    ValueError: unequal: the arms differ in bits (2.01, 2.5), and it is not said
    """

    arms: Sequence[Arm]
    seeds: int
    unequal: str = ""

    def __post_init__(self) -> None:
        if len(self.arms) < 2 or len({arm.name for arm in self.arms}) < len(self.arms):
            raise ValueError(f"arms: expected two or more, each with its name, got {self.arms}")
        if self.seeds < 1:
            raise ValueError(f"seeds: expected 1 or more, got {self.seeds}")
        if self.unequal:
            return
        if self.seeds == 1:
            raise ValueError("unequal: the arms were run on one seed, and it is not said")
        for name in ("updates", "bits", "n_bytes", "rates"):
            had = [value for arm in self.arms if (value := getattr(arm, name)) is not None]
            if had and max(had) > 1.01 * min(had):
                told = ", ".join(f"{value:g}" for value in had)
                raise ValueError(f"unequal: the arms differ in {name} ({told}), and it is not said")

    def __str__(self) -> str:
        arms = ", ".join(arm.name for arm in self.arms)
        told = f"{arms}; {self.seeds} seed{'s' if self.seeds > 1 else ''}"
        return f"{told}. {self.unequal}" if self.unequal else told


@dataclass(frozen=True)
class Exact:
    """A verdict that no seed can change: arithmetic, or all cases of a finite kind.

    Raises: ValueError if it is not said which.

    >>> print(Exact("all 256 patterns of 8 bits"))
    all 256 patterns of 8 bits
    """

    what: str

    def __post_init__(self) -> None:
        if not self.what.strip():
            raise ValueError(f"what: expected what was worked out, got {self.what!r}")

    def __str__(self) -> str:
        return self.what


Basis = Compared | Exact


def as_json(
    kind: str, text: str, answer: bool | str | None = None, basis: Basis | None = None
) -> Mapping[str, Any]:
    """A claim as an output carries it; `kind` is "verdict" or "reading"."""
    claim: dict[str, Any] = {"kind": kind, "text": text}
    if kind == "verdict":
        claim |= {"answer": answer, "rests_on": str(basis)}
    return claim
