"""Texts of reports are taken apart into the phrases that they were made of."""

import pytest

from courseware.languages.matching import DEEPEST, MOST_PARTS, Phrases, Search

VI = Phrases(
    {
        "value {0}: {1}": "giá trị {0}: {1}",
        "element {0} is {1}, expected {2}": "phần tử {0} là {1}, cần {2}",
        "({0} more differ)": "(còn {0} chỗ khác)",
        "{0} and {1}": "{1} và {0}",
        "the same as in {0}": "giống như ở {0}",
        "“{0}”": "«{0}»",
        "ties and halves": "các nửa",
        "one row": "một hàng",
        "Take the mask `a and b`.": "Lấy mặt nạ `a and b`.",
        "It goes wrong where {0}, on {1} inputs.": "Sai ở {1} đầu vào, nơi {0}.",
        "{0} is odd": "{0} lẻ",
        "{0} is": "{0} là",
        "{0} {1} or more": "{0} từ {1}",
    }
)


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("one row", "một hàng"),
        ("value 2: one row: ties and halves", "giá trị 2: một hàng: các nửa"),
        ("( more differ)", "(còn  chỗ khác)"),
        ("value 1: element [2, 3] is 4, expected 5", "giá trị 1: phần tử [2, 3] là 4, cần 5"),
        (
            "element [1] is 3, expected 2 (4 more differ)",
            "phần tử [1] là 3, cần 2 (còn 4 chỗ khác)",
        ),
        ("Take the mask `a and b`.", "Lấy mặt nạ `a and b`."),
        ("Take the mask `a and b`. one row", "Lấy mặt nạ `a and b`. một hàng"),
        ("the same as in “ties and halves” and “one row”", "giống như ở «một hàng» và «các nửa»"),
        ("It goes wrong where `n` is odd, on 3 inputs.", "Sai ở 3 đầu vào, nơi `n` lẻ."),
        ("It goes wrong where `n` is 8 or more, on 3 inputs.", "Sai ở 3 đầu vào, nơi `n` là từ 8."),
        ("nothing of this is known", "nothing of this is known"),
        ("`one row`", "`one row`"),
        ("  one row ", "  một hàng "),
        ("", ""),
    ],
)
def test_what_is_said(english, said):
    assert VI.say(english) == said


@pytest.mark.parametrize(
    "text", ["and is, " * 180, "`" * 1400, "a; b, (c) " * 140, "is and " * 200, "“" * 700]
)
def test_what_a_student_writes_is_looked_into_no_longer_than_it_may(text):
    search = Search(VI)
    search.best(text.strip())
    assert len(search.known) <= 2 * MOST_PARTS


def test_without_meanings_all_stays():
    assert Phrases({"one row": ""}).say("one row") == "one row"


def test_what_was_met_too_deep_is_looked_into_where_it_is_met_again():
    search = Search(VI)
    assert search.best("value 2: one row", DEEPEST)[1] == "value 2: one row"
    assert search.best("value 2: one row")[1] == "giá trị 2: một hàng"
