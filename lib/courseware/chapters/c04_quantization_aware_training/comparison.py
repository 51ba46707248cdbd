"""What the record of lecture 04 says: accuracies by way and bits, leads, and the fewest bits."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courseware.chapters.c04_quantization_aware_training.experiments.qat_digits import (
    BIASES_ONLY,
    BITS,
    FROZEN,
    PTQS,
    QATS,
    SCALES_TOO,
    WAYS,
    on_codes,
    with_four_codes,
)
from courseware.chapters.c04_quantization_aware_training.grids import FOUR_CODES
from courseware.experiments.records import Result
from courseware.showing.claims import Arm, Compared
from courseware.showing.say import signed
from courseware.showing.spread import ahead, is_above_zero, spread

UNQUANTIZED = 32


@dataclass(frozen=True)
class Networks:
    """Compared networks of one size, one entry a seed, as `compare` returns them."""

    name: str
    runs: Sequence[Result]

    def accuracies(self, way: str, n_bits: int) -> list[float]:
        """Of a way to get to so many bits, one of `WAYS`."""
        return [run["bits"][str(n_bits)][way]["accuracy"] for run in self.runs]

    def floats(self, name: str = "fine-tuned") -> list[float]:
        """Accuracies of the float networks: "float" as trained, or "fine-tuned" as long as QAT."""
        return [run[name]["accuracy"] for run in self.runs]

    def losses(self, way: str, n_bits: int | None = None) -> list[float]:
        """Cross-entropies of a way, or (without bits) of "float" or "fine-tuned"."""
        return [(run["bits"][str(n_bits)] if n_bits else run)[way]["loss"] for run in self.runs]

    def errors(self, ways: Sequence[str]) -> tuple[list[float], dict[str, dict[int, list[float]]]]:
        """In percent: of the float networks as trained, and by way and bits."""
        by_way = {
            way: {b: [100 * (1 - a) for a in self.accuracies(way, b)] for b in BITS} for way in ways
        }
        return [100 * (1 - a) for a in self.floats("float")], by_way

    def sizes(self, way: str, n_bits: int, kind: str) -> list[int]:
        """Of "PTQ" or "QAT": "bytes", or "zlib_bytes" of the codes."""
        return [run["bits"][str(n_bits)][way][kind] for run in self.runs]

    def best(self, ways: Sequence[str], n_bits: int) -> str:
        """The way that is best on average, chosen in hindsight: whoever is measured against it
        meets a rival that is favoured.
        """
        return max(ways, key=lambda way: sum(self.accuracies(way, n_bits)))

    def lead(self, first: str, second: str, n_bits: int) -> list[float]:
        """By how many points one way is ahead of another, network by network."""
        return ahead(self.accuracies(first, n_bits), self.accuracies(second, n_bits), 100)

    def best_lead(self, first: Sequence[str], second: Sequence[str], n_bits: int) -> list[float]:
        """By how many points the best of some ways is ahead of the best of others."""
        return self.lead(self.best(first, n_bits), self.best(second, n_bits), n_bits)

    def won_back(self, way: str, n_bits: int) -> list[float]:
        """Of the perplexity that PTQ loses against float32, the percentage that is won back."""
        losses = (self.losses("float"), self.losses("PTQ", n_bits), self.losses(way, n_bits))
        trios = zip(*([math.exp(loss) for loss in one] for one in losses), strict=True)
        return [100 * (ptq - found) / (ptq - exact) for exact, ptq, found in trios]

    def fewest_bits(self, ways: Sequence[str]) -> list[int]:
        """For each network the fewest bits in which one of the ways loses at most a point against
        float32 that trained as long; 32 if there are none. In 2 bits on any codes.
        """
        exact = self.floats()
        found = [UNQUANTIZED] * len(exact)
        for n_bits in sorted(BITS, reverse=True):
            for way in with_four_codes(ways, n_bits):
                losses = ahead(exact, self.accuracies(way, n_bits), 100)
                found = [
                    n_bits if loss <= 1 else few for few, loss in zip(found, losses, strict=True)
                ]
        return found


def leads_of(
    sizes: Sequence[Networks], first: Sequence[str], second: Sequence[str], n_bits: int = 2
) -> str:
    """By how much the best of some ways is ahead of the best of others, size by size."""
    return " and ".join(signed(one.best_lead(first, second, n_bits), 2) for one in sizes)


def leads_at_best(
    sizes: Sequence[Networks], n_bits: int
) -> tuple[list[dict[str, str]], dict[str, list[float]], list[str]]:
    """The best QAT on any codes against the best rounding, and the best with codes that stay.

    Returns:
        A table, the lead of each pair in points, and all ways in it.
    """
    rows, leads, ways = [], {}, set()
    kinds = [with_four_codes(kind, n_bits) for kind in (QATS, PTQS, FROZEN)]
    for networks in sizes:
        way, *rivals = (networks.best(kind, n_bits) for kind in kinds)
        ways |= {way, *rivals}
        for rival in rivals:
            lead = networks.lead(way, rival, n_bits)
            leads[f"{networks.name}, {way} − {rival}"] = lead
            row = {"network": networks.name, "best QAT": way, "against": rival}
            rows.append(row | {"points ahead": signed(lead, 2)})
    return rows, leads, sorted(ways)


def accuracy_table(
    networks: Networks, bits: Sequence[int] = BITS, ways: Sequence[str] = WAYS
) -> list[dict[str, str]]:
    """Mean accuracy and deviation by way and bits."""
    rows = []
    for way in ways:
        row = {"way": way}
        for n_bits in bits:
            found = spread(networks.accuracies(way, n_bits))
            row[f"{n_bits} bits"] = f"{found.mean:.1%} ± {found.deviation:.1%}"
        rows.append(row)
    return rows


def lead_table(sizes: Sequence[Networks]) -> list[dict[str, str]]:
    """By how much the better QAT is ahead of its rivals on the same codes, in points."""
    on: dict[tuple[int, str], Sequence[str]]
    on = {(n_bits, f"{2**n_bits - 1}"): WAYS for n_bits in BITS}
    on |= {(2, codes.removeprefix("four codes, ")): on_codes(WAYS, codes) for codes in FOUR_CODES}
    return [
        {"network": networks.name, "bits": str(n_bits), "codes": codes}
        | _leads(networks, ways, n_bits)
        for networks in sizes
        for (n_bits, codes), ways in on.items()
    ]


def _leads(networks: Networks, ways: Sequence[str], n_bits: int) -> dict[str, str]:
    kinds = {"best PTQ": PTQS, "biases only": BIASES_ONLY, "biases and scales": SCALES_TOO}
    qat, *rivals = (
        networks.best([way for way in ways if way.startswith(kind)], n_bits)
        for kind in (QATS, *kinds.values())
    )
    return {"better QAT": "clipped" if "clipped" in qat else "whole range"} | {
        f"ahead of {kind}": signed(networks.lead(qat, rival, n_bits), 2)
        for kind, rival in zip(kinds, rivals, strict=True)
    }


def answers(leads: Mapping[str, Sequence[float]], limit: float = 0.0) -> dict[str, bool | None]:
    """For each case, whether its differences lie above a limit; None where that stays open."""
    return {
        case: is_above_zero([value - limit for value in values]) for case, values in leads.items()
    }


def in_words(found: Mapping[str, bool | None]) -> str:
    """Answers, the same ones together, as a sentence begins.

    >>> in_words({"8 bits": None, "3 bits": True, "2 bits": True})
    'Yes: 3 bits, 2 bits; open: 8 bits'
    """
    told = []
    for word, answer in (("yes", True), ("no", False), ("open", None)):
        cases = [case for case, given in found.items() if given is answer]
        if cases:
            told.append(f"{word}: {', '.join(cases)}" if any(cases) else word)
    text = "; ".join(told)
    return text[:1].upper() + text[1:]


def basis_of(ways: Sequence[str], steps: int, *, n_bits: int, seeds: int) -> Compared:
    """What a comparison of recorded ways rests on.

    >>> print(basis_of(["QAT", "biases only, GPTQ"], 1500, n_bits=2, seeds=20))
    QAT, biases only, GPTQ; 20 seeds. One rate for all; of each kind the best way, in hindsight.
    """
    untrained = [way for way in ways if way.startswith("PTQ") and "fine-tuning" not in way]
    unequal = "One rate for all; of each kind the best way, in hindsight."
    if untrained:
        unequal += f" {', '.join(untrained)}: no step of training; the others {steps:,}."
    arms = [Arm(way, updates=0 if way in untrained else steps, bits=n_bits) for way in ways]
    return Compared(arms, seeds=seeds, unequal=unequal)
