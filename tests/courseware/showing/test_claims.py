"""A verdict names what it rests on, and what was not equal."""

import pytest

from courseware.notebooks import execute
from courseware.showing.claims import Arm, Compared, Exact
from tests.notebooks.making import code, write


@pytest.mark.parametrize(
    "arms",
    [
        (Arm("a", updates=300), Arm("b", updates=1000)),
        (Arm("a", bits=2.01), Arm("b", bits=2.5)),
        (Arm("a", n_bytes=100), Arm("b", n_bytes=110)),
        (Arm("a", rates=1), Arm("b", rates=3)),
    ],
)
def test_what_differs_has_to_be_said(arms):
    with pytest.raises(ValueError, match="the arms differ in"):
        Compared(arms, seeds=10)
    assert "b had more" in str(Compared(arms, seeds=10, unequal="b had more"))


def test_a_single_seed_has_to_be_said():
    arms = (Arm("a"), Arm("b"))
    with pytest.raises(ValueError, match="on one seed"):
        Compared(arms, seeds=1)
    assert str(Compared(arms, seeds=1, unequal="timing only")) == "a, b; 1 seed. timing only"


def test_rounding_of_a_budget_is_no_difference():
    assert str(Compared((Arm("a", bits=4.125), Arm("b", bits=4.127)), seeds=5)) == "a, b; 5 seeds"


@pytest.mark.parametrize("arms", [(), (Arm("a"),), (Arm("a"), Arm("a"))])
def test_one_arm_is_no_comparison(arms):
    with pytest.raises(ValueError, match="two or more"):
        Compared(arms, seeds=5)


def test_what_is_exact_says_why():
    with pytest.raises(ValueError, match="what: expected what was worked out"):
        Exact(" ")


def test_a_run_collects_claims_with_their_cells(tmp_path):
    source = """
from courseware.showing.claims import Exact
from courseware.showing.say import say, verdict
say("Two and two: 4.")
verdict("Is it?", None, "4", Exact("a sum"))"""
    outcome = execute(write(tmp_path / "x.ipynb", code(source, "sums")))
    assert outcome.error is None
    reading, said = outcome.claims
    assert reading == {"cell": "sums", "kind": "reading", "text": "Two and two: 4."}
    assert (said["answer"], said["rests_on"]) == (None, "a sum")
