"""Answers that are alike are found however they are dressed up; what all write alike is not."""

import pytest

from courseware.grading.similar import ENOUGH, Work, compare, groups, prints_of
from courseware.grading.similar_class import in_library
from courseware.grading.teacher_pages import similar_page

ORIGINAL = """
def signed_value(bits):
    value = 0
    for position, bit in enumerate(reversed(bits)):
        if bit == "1":
            value += 2 ** position
    if bits[0] == "1":
        value = value - 2 ** len(bits)
    return value
"""
DRESSED_UP = '''
def signed_value(pattern: str) -> int:
    """My own idea."""
    # start from nothing
    result = 0
    for i, b in enumerate(reversed(pattern)):
        if b == "1":   # a one
            result += 2 ** i

    if pattern[0] == "1":
        result = result - 2 ** len(pattern)
    return result
'''
OWN_WAY = """
def signed_value(bits):
    weights = [-(1 << len(bits) - 1)] + [1 << k for k in range(len(bits) - 2, -1, -1)]
    return sum(w for w, b in zip(weights, bits) if int(b))
"""
SHORT = "def signed_value(bits):\n    return int(bits, 2) - (int(bits[0]) << len(bits))"


def work(name, source, reference=False):
    return Work(name, {"t": source}, {"t": frozenset(prints_of(source))}, reference)


def names(pairs):
    return [{pair.first.name, pair.second.name} for pair in pairs]


def test_names_comments_and_annotations_hide_nothing():
    works = [work("ann", ORIGINAL), work("bob", DRESSED_UP), work("eve", OWN_WAY)]
    [pair] = compare(works)
    assert names([pair]) == [{"ann", "bob"}]
    assert pair.share == 1.0 and pair.tasks == (("t", 1.0),)


def test_a_part_that_was_taken_over_is_found():
    more = ORIGINAL + "\ndef helper(a, b):\n    return [x + y for x, y in zip(a, b) if x > y]\n"
    assert names(compare([work("ann", ORIGINAL), work("bob", more), work("eve", OWN_WAY)])) == [
        {"ann", "bob"}
    ]


def test_what_a_third_of_the_class_writes_is_common():
    works = [work(f"s{n}", ORIGINAL) for n in range(6)] + [work("eve", OWN_WAY)]
    assert compare(works) == []


def test_what_the_exercise_gave_does_not_count():
    works = [work("ann", ORIGINAL), work("bob", DRESSED_UP)]
    assert compare(works, given=frozenset(prints_of(ORIGINAL))) == []


def test_references_are_compared_with_students_and_not_with_each_other():
    works = [
        work("ann", ORIGINAL),
        work("(solutions)", DRESSED_UP, reference=True),
        work("(library)", ORIGINAL, reference=True),
    ]
    assert names(compare(works)) == [{"ann", "(solutions)"}, {"ann", "(library)"}] or names(
        compare(works)
    ) == [{"ann", "(library)"}, {"ann", "(solutions)"}]
    assert groups(compare(works)) == []


def test_what_is_too_short_to_tell_is_not_shown():
    assert compare([work("ann", SHORT), work("bob", SHORT)], few=30) == []


@pytest.mark.parametrize(
    "source",
    ["", "def f(:", "x" * 30_000, "a" + ".a" * 5_000, "(" * 300, "\x00", "%%bash\nls"],
)
def test_what_cannot_be_read_has_no_prints_worth_a_pair(source):
    assert compare([work("ann", source), work("bob", source)]) == []


def test_one_small_task_is_no_pair_and_two_are():
    small = "def f():\n    pass"
    prints = frozenset(range(100, 108))
    assert 8 <= len(prints) < ENOUGH
    one = [Work(name, {"t": small}, {"t": prints}) for name in ("ann", "bob")]
    assert compare(one) == []
    other = frozenset(range(9))
    two = [Work(name, {}, {"t": prints, "u": other}) for name in ("ann", "bob")]
    assert names(compare(two)) == [{"ann", "bob"}]


def test_the_page_shows_both_and_runs_nothing():
    evil = ORIGINAL + '\nnote = "<script>alert(1)</script>"\n'
    page = similar_page("01", 2, compare([work("ann", evil), work("<b>", evil)]))
    assert "&lt;script&gt;" in page and "<script" not in page and "<b>" not in page


def test_the_reference_is_there_to_be_compared_with():
    assert "def negate" in in_library("negate")
    assert in_library("no_such_task") == ""
