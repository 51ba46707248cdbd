"""The last cell of an exercise shows what a student's functions do, and stops nobody."""

import pytest

from courseware.showing.pay_off import pay_off


@pay_off("a number")
def show(double, triple):
    print(double(2) + triple(1))


def stub(x):
    raise NotImplementedError("Write your function here")


def broken(x):
    raise ValueError("a first line\nand more")


def test_right_functions_are_at_work(capsys):
    show(double=lambda x: 2 * x, triple=lambda x: 3 * x)
    assert capsys.readouterr().out == "7\n"


@pytest.mark.parametrize(
    ("triple", "said"),
    [
        (stub, "`triple` is not written so far."),
        (broken, "`triple` stops with ValueError: a first line: its check above says more."),
        (lambda x: None, "`triple` returns nothing so far."),
        (lambda x: "three", "What came back does not fit together (TypeError"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_raised(triple, said, capsys):
    assert show(double=lambda x: 2 * x, triple=triple) is None
    out = capsys.readouterr().out
    assert said in out
    assert out.strip().endswith("Then this cell shows a number.")


def test_nothing_is_computed_when_a_hand_in_is_graded(capsys):
    def stand_in(x):
        raise AssertionError("called")

    stand_in.__course_call__ = True
    show(double=stand_in, triple=stand_in)
    assert capsys.readouterr().out == ""
