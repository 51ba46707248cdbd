"""The tables that compare PTQ with QAT, cell by cell: what is said, and what was measured."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from courseware.chapters.c04_quantization_aware_training.comparison import (
    Networks,
    answers,
    in_words,
)
from courseware.chapters.c04_quantization_aware_training.experiments.qat_digits import (
    BITS,
    FROZEN,
    PTQS,
    QATS,
    with_four_codes,
)
from courseware.experiments.records import Result, read_record
from courseware.showing.spread import ahead, is_above_zero

Answers = Mapping[str, bool | None]


@dataclass(frozen=True)
class Cell:
    """One cell of the tables.

    Attributes:
        of: PTQ or QAT.
        said: by the tables.
        measured: what its measurement asks.
        answers: by case, such as a number of bits.
    """

    of: str
    said: str
    measured: str
    answers: Answers

    @property
    def row(self) -> dict[str, str]:
        """As it stands in the lecture's table."""
        told = f"{self.measured}? {in_words(self.answers)}"
        return {"of": self.of, "it is said": self.said, "measured": told}

    @property
    def title(self) -> str:
        """As it is named in a sentence."""
        return f"{self.of} “{self.said}”"


def titles_with(cells: Sequence[Cell], *, all_of_it: bool) -> str:
    """The cells to which "no" was the only answer, or one among others."""
    found = [
        cell.title
        for cell in cells
        if False in cell.answers.values() and (set(cell.answers.values()) == {False}) is all_of_it
    ]
    return "; ".join(found) or "none"


def sixteen_cells(
    large: Networks,
    small: Networks,
    *,
    codes_changed: Sequence[float],
    by_budget: Mapping[str, Sequence[Result]],
    times_longer: Mapping[str, float],
    int8_faster: Answers,
    qat_faster: bool | None,
    loop_gained: bool | None,
) -> list[Cell]:
    """Both tables.

    Args:
        large, small: the record.
        codes_changed: share of codes that QAT has changed, by network.
        by_budget: by bits: judged networks after no step to the most, as `by_budget` returns them.
        times_longer: by rival, what QAT takes in times of it.
        int8_faster: whether int8 is faster than float32, by case.
        qat_faster: whether QAT is faster than PTQ at 8 bits, by more than 5%.
        loop_gained: whether QAT gained with the loop of the float networks.
    """
    longer = {f"than {rival}": times > 1 for rival, times in times_longer.items()}
    told = ", ".join(f"{times:.0f} × that of {rival}" for rival, times in times_longer.items())
    exact = large.floats("float")
    untrained = [way for way in PTQS if "fine-tuning" not in way]
    best = {b: large.best(with_four_codes(untrained, b), b) for b in BITS}
    near = {
        f"{b} bits": [p + 1 for p in ahead(large.accuracies(best[b], b), exact, 100)] for b in BITS
    }
    order = ((8, 4), (4, 3), (3, 2))
    fewer_bits = {
        f"{b} than {a}": ahead(large.accuracies("PTQ", a), large.accuracies("PTQ", b), 100)
        for a, b in order
    }
    same_bytes = all(large.sizes("PTQ", b, "bytes") == large.sizes("QAT", b, "bytes") for b in BITS)
    zipped = [
        p - q
        for p, q in zip(
            large.sizes("PTQ", 2, "zlib_bytes"), large.sizes("QAT", 2, "zlib_bytes"), strict=True
        )
    ]
    saved = {
        f"{n.name} at equal accuracy": is_above_zero(
            [
                a - b
                for a, b in zip(n.fewest_bits((*PTQS, *FROZEN)), n.fewest_bits(QATS), strict=True)
            ]
        )
        for n in (large, small)
    }
    int8 = {f"int8 {case}": answer for case, answer in int8_faster.items()}
    return [
        Cell("PTQ", "quantized after training", "no step of training", {"": True}),
        Cell(
            *("QAT", "quantization is simulated during training"),
            *("other codes than rounding gives", {"2 bits": is_above_zero(codes_changed)}),
        ),
        Cell(
            "PTQ",
            "no training needed",
            "less than a point lost by the best rounding",
            answers(near),
        ),
        Cell(
            *("QAT", "training needed", "does training gain"),
            answers({f"{b} bits": _gains(runs) for b, runs in by_budget.items()}),
        ),
        Cell(
            *("PTQ", "worse, the lower the precision"),
            *("worse with fewer bits", answers(fewer_bits)),
        ),
        Cell(
            *("QAT", "better", "better than the best PTQ"),
            _by_bits(large, lambda n, b: (_best(n, QATS, b), _best(n, PTQS, b))),
        ),
        Cell("PTQ", "simpler", "less time than QAT", longer),
        Cell(
            "QAT",
            "harder",
            f"more time ({told}), and labelled images",
            longer,
        ),
        Cell(
            *("PTQ", "reduces size", "smaller than float32"),
            {
                f"{b} bits": large.sizes("PTQ", b, "bytes")[0] < 32 / 8 * _weights(large)
                for b in BITS
            },
        ),
        Cell(
            *("QAT", "similar or slightly better size", "smaller"),
            {"at equal bits": not same_bytes, "2 bits zipped": is_above_zero(zipped)} | saved,
        ),
        Cell("PTQ", "faster inference", "faster than floats", {**int8, **_int4_faster()}),
        Cell("QAT", "even faster than PTQ", "by more than 5%", {"8 bits": qat_faster}),
        Cell(
            *("PTQ", "larger loss of accuracy", f"even the best PTQ, than QAT ({small.name})"),
            _by_bits(small, lambda n, b: (_best(n, QATS, b), _best(n, PTQS, b))),
        ),
        Cell(
            *("QAT", "preserves accuracy better", f"than the best rival ({small.name})"),
            _by_bits(small, lambda n, b: (_best(n, QATS, b), _best(n, (*PTQS, *FROZEN), b))),
        ),
        Cell("PTQ", "minimal modification", "works with weights and bits alone", {"": True}),
        Cell(
            *("QAT", "requires modifying the training loop", "must the loop be changed"),
            {"": None if loop_gained is None else not loop_gained},
        ),
    ]


def _int4_faster() -> Answers:
    """Of a 7B decoder on a GPU, recorded for lecture 10: int4 with a packed kernel, or bfloat16."""
    formats = read_record("decoder_7b")["formats"]
    found: dict[str, bool | None] = {}
    for work, kind in {"one token": "token_graph_s", "a prompt": "prefill_s"}.items():
        few, wide = (formats[name][kind] for name in ("int4, packed kernel", "bfloat16"))
        apart = few["max"] < wide["min"] or few["min"] > wide["max"]
        found[f"int4 {work} of a 7B decoder"] = few["median"] < wide["median"] if apart else None
    return found


def _gains(runs: Sequence[Result]) -> list[float]:
    first, last = ([run["QAT"][i]["accuracy"] for run in runs] for i in (0, -1))
    return ahead(last, first, 100)


def _best(networks: Networks, ways: Sequence[str], n_bits: int) -> str:
    return networks.best(with_four_codes(ways, n_bits), n_bits)


def _weights(networks: Networks) -> int:
    """Number of weights: bytes at 8 bits less those at 4 are half a byte a weight."""
    eight, four = (networks.sizes("PTQ", b, "bytes")[0] for b in (8, 4))
    return 2 * (eight - four)


def _by_bits(networks: Networks, pair: Callable[[Networks, int], tuple[str, str]]) -> Answers:
    return answers({f"{b} bits": networks.lead(*pair(networks, b), b) for b in BITS})
