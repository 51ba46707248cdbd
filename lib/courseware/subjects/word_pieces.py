"""Text to tokens as BERT does it: words are cut into the longest pieces that a vocabulary knows.

Source: Devlin et al. 2019, BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding, section 3.1; the rules are those of its published tokenizer, uncased.
"""

import unicodedata
from collections.abc import Iterator, Mapping

UNKNOWN, START, END = "[UNK]", "[CLS]", "[SEP]"
_LONGEST_WORD = 100
_CJK = (
    *((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF), (0x2A700, 0x2B73F)),
    *((0x2B740, 0x2B81F), (0x2B820, 0x2CEAF), (0xF900, 0xFAFF), (0x2F800, 0x2FA1F)),
)
"""Blocks of Chinese characters; each of them is a word of its own."""


def tokenize(text: str, vocabulary: Mapping[str, int]) -> list[str]:
    """Pieces of a text, without the tokens that mark its start and end.

    Accents and upper case are dropped, control characters removed, punctuation and Chinese
    characters stand alone. A word is cut from the left into the longest known pieces; pieces that
    continue a word begin with ##. A word that cannot be cut so is [UNK].

    >>> known = dict.fromkeys(["un", "##afford", "##able", "!", "[UNK]"], 0)
    >>> tokenize("Unaffordable! Xyz", known)
    ['un', '##afford', '##able', '!', '[UNK]']
    """
    pieces = []
    for word in _words(text):
        pieces += _pieces(word, vocabulary)
    return pieces


def _words(text: str) -> Iterator[str]:
    """Words and single signs, in lower case and without accents."""
    decomposed = unicodedata.normalize("NFD", "".join(map(_spaced, text)))
    plain = "".join(sign.lower() for sign in decomposed if unicodedata.category(sign) != "Mn")
    for chunk in plain.split():
        word = ""
        for sign in chunk:
            if _is_punctuation(sign):
                yield from filter(None, (word, sign))
                word = ""
            else:
                word += sign
        if word:
            yield word


def _spaced(sign: str) -> str:
    """White space as a blank, control characters as nothing, Chinese characters with blanks."""
    if sign in "\t\n\r" or unicodedata.category(sign) == "Zs":
        return " "
    if sign in "\0\ufffd" or unicodedata.category(sign) in ("Cc", "Cf", "Co"):
        return ""
    return f" {sign} " if any(low <= ord(sign) <= high for low, high in _CJK) else sign


def _is_punctuation(sign: str) -> bool:
    """Signs of ASCII that are neither letters nor digits count, also $ and +."""
    is_ascii_sign = sign.isascii() and not sign.isalnum() and not sign.isspace()
    return is_ascii_sign or unicodedata.category(sign).startswith("P")


def _pieces(word: str, vocabulary: Mapping[str, int]) -> list[str]:
    if len(word) > _LONGEST_WORD:
        return [UNKNOWN]
    pieces: list[str] = []
    start = 0
    while start < len(word):
        for end in range(len(word), start, -1):
            piece = ("##" if start else "") + word[start:end]
            if piece in vocabulary:
                pieces.append(piece)
                start = end
                break
        else:
            return [UNKNOWN]
    return pieces
