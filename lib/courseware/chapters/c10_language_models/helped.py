"""What helps against a few huge inputs: pairs of ways to round them, by what is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from courseware.chapters.c10_language_models.tables import Record, Rows, input_leads
from courseware.showing.claims import Arm, Compared
from courseware.showing.say import signed
from courseware.showing.spread import is_above_zero, spread

DOES = {"outliers": "take outliers out", "smoothed": "smooth", "rotated": "rotate"}
"""First word of a way → what it does to the inputs."""

ANSWERS = {True: "yes", False: "no", None: "inconclusive"}
APART = "Columns of outliers stay in float: more bits than the others."
SEEN = "Smoothing sees 64 other texts, other ways none."
TRIED = "α: the best of three on these draws."


@dataclass
class Helped:
    """What one of them does in so many bits: its pairs with the cosine that they are ahead."""

    bits: int
    does: str
    leads: dict[tuple[str, str], Sequence[float]] = field(default_factory=dict)

    @property
    def settings(self) -> dict[tuple[str, ...], Sequence[float]]:
        """Each pair as a setting of one verdict, in words."""
        return {(" against ".join(pair),): lead for pair, lead in self.leads.items()}

    @property
    def figures(self) -> str:
        """The smallest and the largest lead, on average."""
        means = [spread(lead).mean for lead in self.leads.values()]
        return f"Cosine {min(means):+.4f} to {max(means):+.4f} on average, of {len(means)} pairs."

    @property
    def basis(self) -> Compared:
        """Its ways and those that they were held against; the fewest draws of any pair."""
        ways = list(dict.fromkeys(way for pair in self.leads for way in pair))
        told = {APART: "outliers in float", SEEN: "smoothed", TRIED: "α 0.75, a"}
        unequal = " ".join(words for words, sign in told.items() if sign in " ".join(ways))
        seeds = min(map(len, self.leads.values()))
        return Compared([Arm(f"“{way}”") for way in ways], seeds, unequal)


def helped(record: Record) -> list[Helped]:
    """By bits and by what is done, in the order of the pairs."""
    found: dict[tuple[int, str], Helped] = {}
    for (bits, first, second), lead in input_leads(record).items():
        does = next(words for sign, words in DOES.items() if first.startswith(sign))
        one = found.setdefault((bits, does), Helped(bits, does))
        one.leads[first, second] = lead
    return list(found.values())


def pair_rows(found: Sequence[Helped]) -> Rows:
    """Each pair: by how much the first is ahead, and whether that can be told."""
    return [
        {
            "bits": one.bits,
            "way": first,
            "against": second,
            "cosine ahead": signed(lead, 4),
            "draws": len(lead),
            "better": ANSWERS[is_above_zero(lead)],
        }
        for one in found
        for (first, second), lead in one.leads.items()
    ]
