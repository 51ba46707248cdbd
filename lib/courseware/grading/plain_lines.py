"""Text of others in one line of ours: in a terminal, in a log, in a table that a program opens.

All that is printed, logged or written about a hand-in goes through `in_one_line`: so nothing in a
name can begin a line of its own, move the cursor, or turn the text around it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from wcwidth import wcswidth

IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)
"""What looks like nothing: Unicode's Default_Ignorable_Code_Point, and a blank of Braille."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet takes for a formula."""


def in_one_line(text: str) -> str:
    r"""Text in which all that cannot be printed is spelled out, and nothing else is changed.

    >>> in_one_line("Ann\n  honest: cheated"), in_one_line("\x1b[2Ja\u202eb\udce9")
    ('Ann\\n  honest: cheated', '\\x1b[2Ja\\u202eb\\xe9')
    """
    return "".join(map(escaped, text))


def escaped(letter: str) -> str:
    r"""A character as it can be printed: itself, or spelled out as Python does.

    >>> escaped("é"), escaped("\u200b"), escaped("\ufe0f")
    ('é', '\\u200b', '\\ufe0f')
    """
    if 0xDC80 <= ord(letter) <= 0xDCFF:  # a byte that is no UTF-8, as Python keeps it
        return f"\\x{ord(letter) - 0xDC00:02x}"
    if not letter.isprintable() or IGNORABLE.match(letter):
        return letter.encode("unicode_escape").decode()
    return letter


def in_lines(text: str) -> str:
    r"""A log, each line of it safe.

    >>> in_lines("one\ntwo\x07\n")
    'one\ntwo\\x07\n'
    """
    return "\n".join(map(in_one_line, text.split("\n")))


def padded(text: str, columns: int, right: bool = False) -> str:
    """Text filled up with blanks to so many columns of a terminal; some letters take two.

    >>> padded("ab", 4), padded("王", 4), padded("1", 3, right=True)
    ('ab  ', '王  ', '  1')
    """
    blanks = " " * (columns - columns_of(text))
    return blanks + text if right else text + blanks


def columns_of(text: str) -> int:
    """How many columns a text takes in a terminal, once it is in one line."""
    return wcswidth(text)


def aligned(rows: Sequence[Sequence[str]], left: Collection[int]) -> list[str]:
    """Rows of cells as lines, a column below the other; those not in `left` are set to the right.

    >>> aligned([["ann", "7"], ["bo", "12"]], left=[0])
    ['ann   7', 'bo   12']
    """
    widths = [max(map(columns_of, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join(
            padded(cell, width, right=number not in left)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]


def some(names: Iterable[str], most: int = 20) -> str:
    """Names in one line, not too many of them.

    >>> some(["ann", "bo", "eve"], most=2)
    'ann, bo and 1 more'
    """
    listed = [in_one_line(name) for name in names]
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more


def in_a_cell(text: str) -> str:
    """Text as it can stand in a CSV file: no spreadsheet takes it for a formula.

    >>> in_a_cell("=1+1"), in_a_cell("Ann")
    ("'=1+1", 'Ann')
    """
    text = in_one_line(text)
    return f"'{text}" if text.lstrip().startswith(FORMULA) else text
