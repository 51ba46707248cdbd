"""CSV files that other programs wrote: columns are found by any of the names that they may have."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from courseware.grading.named import CourseError
from courseware.grading.plain_lines import in_one_line

MAX_BYTES = 50 << 20


@dataclass(frozen=True)
class Table:
    """A table of text: its columns in order, and its rows by column."""

    path: Path
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...]

    def find(self, names: Sequence[str]) -> str | None:
        """The first of these columns that there is; capitals and blanks do not matter."""
        there = {_plain(column): column for column in self.columns}
        return next((there[_plain(one)] for one in names if _plain(one) in there), None)

    def need(self, names: Sequence[str], what: str) -> str:
        """The same; raises a `CourseError` that names what there is."""
        found = self.find(names)
        if found is None:
            there = in_one_line(", ".join(self.columns))
            raise CourseError(
                f"{self.path} has no column for {what} (such as {names[0]}); it has: {there}"
            )
        return found


def read_table(path: Path) -> Table:
    """Read a CSV file: commas, semicolons or tabs, UTF-8 with or without a mark, or UTF-16."""
    try:
        data = path.read_bytes()[: MAX_BYTES + 1]
    except OSError as error:
        raise CourseError(f"{path} cannot be read: {error.strerror}") from error
    if len(data) > MAX_BYTES:
        raise CourseError(f"{path} is larger than {MAX_BYTES >> 20} MB: is it a table?")
    text = _decoded(data, path)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        lines = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise CourseError(f"{path} is no CSV file: {error}") from error
    lines = [line for line in lines if any(cell.strip() for cell in line)]
    if len(lines) < 2:
        raise CourseError(f"{path}: expected a line of headings and one a student")
    head = tuple(cell.strip() for cell in lines[0])
    if longer := next((line for line in lines if any(map(str.strip, line[len(head) :]))), None):
        raise CourseError(
            f"{path} is no CSV table: {len(head)} headings, and {len(longer)} cells in the line "
            f"that begins with {in_one_line(longer[0].strip()[:40])!r}"
        )
    filled = ([cell.strip() for cell in line] + [""] * len(head) for line in lines[1:])
    return Table(path, head, tuple(dict(zip(head, line, strict=False)) for line in filled))


def _decoded(data: bytes, path: Path) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CourseError(f"{path} is not in UTF-8: save it as “CSV UTF-8”") from error


def _plain(name: str) -> str:
    return "".join(name.casefold().replace("_", " ").split())
