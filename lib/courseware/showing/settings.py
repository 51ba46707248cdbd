"""One answer out of several settings (sparsities, budgets, rates): what holds where.

Settings that answer alike give a plain yes or no. Where they differ, to call all of it inconclusive
would hide what each of them shows by itself. Inconclusive is a setting only if its 95% interval
holds 0 and is wide; where all of a narrow one lies near 0, the two arms are as good as equal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courseware.showing.spread import is_above_zero, spread

YES, NO, INCONCLUSIVE = "yes", "no", "inconclusive"

_NAMED_AT_MOST = 3  # settings of one answer that are named; of more, only how many they are


@dataclass(frozen=True)
class Holds:
    """An answer that is not the same in all settings.

    Attributes:
        words: what holds where, as a verdict says it.
    """

    words: str


def in_settings(
    cases: Mapping[tuple[str, ...], Sequence[float]], close: float = 1, unit: str = "point"
) -> bool | Holds | None:
    """Whether paired differences lie above 0: in all settings, or in which of them.

    Args:
        cases: differences by setting. A setting is a tuple of words, each of them one of its sides
            (sparsity, budget): where one side alone decides, it alone is named.
        close: an interval with 0 in it, all of which is nearer to 0 than this, counts as no
            difference.
        unit: of the differences, one of them.
    Raises: ValueError without settings.

    >>> much, none, wide = [4.0, 5.0, 4.5], [0.1, -0.1, 0.05], [3.0, -4.0, 2.0]
    >>> in_settings({("98%",): much, ("90%",): much})
    True
    >>> in_settings({("98%",): much, ("90%",): none})
    Holds(words='Depends: yes (98%), less than 1 point apart (90%)')
    >>> in_settings({("98%",): much, ("90%",): wide})
    Holds(words='Yes (98%), inconclusive (90%)')
    """
    if not cases:
        raise ValueError("cases: expected at least one setting, got none")
    same = f"less than {close:g} {unit}{'s' if close != 1 else ''} apart"
    words = {True: YES, False: NO}
    found: dict[tuple[str, ...], str] = {}
    for setting, differences in cases.items():
        answer, of_mean = is_above_zero(differences), spread(differences)
        near = abs(of_mean.mean) + of_mean.margin < close
        found[setting] = words[answer] if answer is not None else same if near else INCONCLUSIVE
    given = [word for word in (YES, NO, same, INCONCLUSIVE) if word in found.values()]
    if given == [same]:
        return Holds(f"No: {same} everywhere")
    if len(given) == 1:
        return {YES: True, NO: False, INCONCLUSIVE: None}[given[0]]
    told = ", ".join(_where(found, given))
    clear = [word for word in given if word != INCONCLUSIVE]
    return Holds(f"Depends: {told}" if len(clear) > 1 else told[0].upper() + told[1:])


def by_setting(cases: Mapping[tuple[str, ...], Sequence[float]]) -> str:
    """The mean difference of each setting, with its 95% interval.

    >>> by_setting({("98%", "rate 1"): [1.0, 2.0, 3.0], ("90%", "rate 1"): [0.0, 1.0, -1.0]})
    '98%, rate 1: +2.0 ± 2.5; 90%, rate 1: +0.0 ± 2.5'
    """
    told = {", ".join(setting): spread(differences) for setting, differences in cases.items()}
    return "; ".join(f"{name}: {of.mean:+.1f} ± {of.margin:.1f}" for name, of in told.items())


def _where(found: Mapping[tuple[str, ...], str], given: Sequence[str]) -> list[str]:
    """Each answer with its settings; an answer of many settings comes last, without their names."""
    sides = [side for side in range(len(next(iter(found)))) if _decides(found, side)]
    named: dict[str, list[str]] = {word: [] for word in given}
    for setting, word in found.items():
        name = setting[sides[0]] if sides else ", ".join(setting)
        if name not in named[word]:
            named[word].append(name)
    most = max(given, key=lambda word: len(named[word]))
    if len(named[most]) <= _NAMED_AT_MOST:
        most = ""
    told = [f"{word} ({'; '.join(named[word])})" for word in given if word != most]
    return [*told, f"{most} (the other {len(named[most])} settings)"] if most else told


def _decides(found: Mapping[tuple[str, ...], str], side: int) -> bool:
    """Whether settings that agree on one side all have the same answer."""
    return len({(setting[side], word) for setting, word in found.items()}) == len(
        {setting[side] for setting in found}
    )
