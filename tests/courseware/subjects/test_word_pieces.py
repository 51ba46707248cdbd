"""The tokenizer gives what the published one gives.

The expected tokens were computed with the library tokenizers 0.23.3 from the tokenizer.json that
comes with the weights. On 40,000 lines of Python source the two agree; they differ only in
characters that one of their versions of Unicode does not know yet.
"""

import pytest

from courseware.subjects.sentence_encoder import minilm
from courseware.subjects.word_pieces import tokenize

PUBLISHED = {
    "The weather is lovely today.": "the weather is lovely today .",
    "Compute the (Moore-Penrose) pseudo-inverse of a Hermitian matrix.": (
        "compute the ( moore - pen ##rose ) pseudo - inverse of a hermit ##ian matrix ."
    ),
    "naïve café: ``x1 == x2``": "naive cafe : ` ` x ##1 = = x ##2 ` `",
    "深度學習 is Tiếng Việt": "[UNK] [UNK] [UNK] [UNK] is tie ##ng viet",
    "a\u200bb\xadc\td\r\n": "abc d",
    "$5+3=8^2`~": "$ 5 + 3 = 8 ^ 2 ` ~",
    "don't_stop, 3.14": "don ' t _ stop , 3 . 14",
    "İstanbul ΑΣ": "istanbul α ##σ",
    "x" * 101: "[UNK]",
    "": "",
}


@pytest.fixture(scope="module")
def vocabulary() -> dict[str, int]:
    return minilm().vocabulary


@pytest.mark.parametrize("text", PUBLISHED)
def test_tokens_are_the_published_ones(vocabulary: dict[str, int], text: str) -> None:
    assert tokenize(text, vocabulary) == PUBLISHED[text].split()


def test_numbers_of_tokens_are_the_published_ones(vocabulary: dict[str, int]) -> None:
    tokens = ["the", "weather", "is", "lovely", "today", ".", "[UNK]", "[CLS]", "[SEP]", "##rose"]
    assert [vocabulary[token] for token in tokens] == [
        *(1996, 4633, 2003, 8403, 2651, 1012, 100, 101, 102, 13278)
    ]
    assert sorted(vocabulary.values()) == list(range(30_522))


def test_the_longest_piece_is_taken_first() -> None:
    known = dict.fromkeys(["a", "ab", "##c", "##bc", "[UNK]"], 0)
    assert tokenize("abc", known) == ["ab", "##c"]
    assert tokenize("abcd", known) == ["[UNK]"]
