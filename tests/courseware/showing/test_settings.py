"""What holds where: clear answers are not hidden by settings that answer otherwise."""

import pytest

from courseware.showing.settings import Holds, in_settings

MUCH, LESS, NONE, WIDE = [4.0, 5.0, 4.5], [-4.0, -5.0, -4.5], [0.1, -0.1, 0.05], [9.0, -9.0, 1.0]


@pytest.mark.parametrize(
    ("of_both", "answer"),
    [
        (MUCH, True),
        (LESS, False),
        (WIDE, None),
        (NONE, Holds("No: less than 1 point apart everywhere")),
    ],
)
def test_settings_that_agree_give_one_answer(of_both, answer):
    assert in_settings({("90%",): of_both, ("98%",): of_both}) == answer


@pytest.mark.parametrize(
    ("at_90", "words"),
    [
        (LESS, "Depends: yes (98%), no (90%)"),
        (NONE, "Depends: yes (98%), less than 1 point apart (90%)"),
        (WIDE, "Yes (98%), inconclusive (90%)"),  # nothing shows that it depends
    ],
)
def test_settings_that_differ_are_told_one_by_one(at_90, words):
    assert in_settings({("90%",): at_90, ("98%",): MUCH}) == Holds(words)


def test_only_a_wide_interval_that_holds_0_is_inconclusive():
    assert in_settings({("a",): WIDE}, close=100, unit="update") == Holds(
        "No: less than 100 updates apart everywhere"
    )
    assert in_settings({("a",): NONE}, close=0.01) is None
    assert in_settings({("a",): [0.2, 0.21, 0.19]}) is True  # small, and clear


def test_the_side_that_decides_is_named_alone():
    cases = {(s, n): MUCH if s == "98%" else NONE for s in ("90%", "98%") for n in ("400", "1,600")}
    told = in_settings(cases)
    assert told == Holds("Depends: yes (98%), less than 1 point apart (90%)")
    told = in_settings(cases | {("98%", "400"): WIDE})
    assert told == Holds(
        "Depends: yes (98%, 1,600), less than 1 point apart (90%, 400; 90%, 1,600), "
        "inconclusive (98%, 400)"
    )


def test_many_settings_of_one_answer_are_counted():
    cases = {(str(k),): MUCH for k in range(5)} | {("60%",): WIDE}
    assert in_settings(cases) == Holds("Inconclusive (60%), yes (the other 5 settings)")


def test_there_must_be_settings():
    with pytest.raises(ValueError, match="cases: expected at least one setting"):
        in_settings({})
