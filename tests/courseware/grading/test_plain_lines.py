"""Text of students in reports: it ends where it ends, and nothing in it acts."""

from __future__ import annotations

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from courseware.grading.class_csv import write_csv
from courseware.grading.class_report import ClassReport, Row, as_text
from courseware.grading.errors_in import raised_in_call
from courseware.grading.plain_lines import columns_of, in_a_cell, in_lines, in_one_line
from courseware.grading.scores import Score, Task
from courseware.grading.split.encoding import readable

TRICKS = {
    "line": "x\n  honest: cheated",
    "other line ends": "a\x0b\x0c\x1c\x85\u2028\u2029\r\nb",
    "screen": "\x1b[2J\x1b]0;title\x07",
    "C1": "\x9b31m",
    "bidi": "\u202e\u2066\u200f\u061ca",
    "nothing to see": "\u200b\u2060\ufeff\u00ad\u3164\u2800",
    "no UTF-8": "caf\udce9",
    "half": "\ud800",
}


def report(*rows: Row) -> ClassReport:
    return ClassReport("01_toy", (Task("01_toy", "test_square", 4.0),), rows)


def row(student: str, *odd: str, problem: str = "") -> Row:
    return Row(student, (Score(4.0),), 4.0, "", odd, problem=problem)


@pytest.mark.parametrize("trick", TRICKS)
def test_what_cannot_be_printed_is_spelled_out(trick: str) -> None:
    text = TRICKS[trick]
    line = in_one_line(text)
    assert line.isprintable() and line.splitlines() == [line]
    assert columns_of(line) == len(line)
    assert in_lines(f"{text[:1]}\n").count("\n") == 1 + (text[0] == "\n")
    said = as_text(report(row("honest"), row(text, text), row("c", problem=text)))
    assert said.replace("\n", "").isprintable()
    assert len(said.splitlines()) == len(
        as_text(report(row("a"), row("b", "o"), row("c", problem="p"))).splitlines()
    )


def test_honest_text_is_as_it_was() -> None:
    for text in ("Zoë O'Nym", "王小明", "Đặng Thị Hà", "محمد", "ann.b-c@x.y", "😀"):
        assert in_one_line(text) == text == in_a_cell(text)


def test_no_name_ends_before_its_end() -> None:
    assert r"  honest\x3a cheated: late" in as_text(report(row("honest: cheated", "late")))


def test_columns_are_aligned_whatever_letters_take() -> None:
    table = as_text(
        report(row("ann"), row("王小明"), row("😀😀"), row("e\u0301le\u0300ve"))
    ).splitlines()
    lines = [line for line in table if line.rstrip().endswith("100")]
    assert len(lines) == 5  # and the mean
    assert len({columns_of(line) for line in lines}) == 1


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\t=", "\r=", "  ="])
def test_no_cell_is_a_formula(begin: str, tmp_path: Path) -> None:
    text = f'{begin}HYPERLINK("http://x.y")'
    write_csv(report(row(text, text), row("b", problem=text)), tmp_path / "x.csv")
    for line in csv.reader(io.StringIO((tmp_path / "x.csv").read_text(encoding="utf-8"))):
        for cell in line:
            assert not cell.lstrip().startswith(("=", "+", "-", "@")), cell


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_terminal_with_few_letters_gets_them_spelled_out(stream: str) -> None:
    program = (
        "import sys; from courseware.grading.cli import main\n"
        "main(['report', 'x', '--course-dir', '/'])\n"
        f"print('w\\u738b\\udce9', file=sys.{stream})"
    )
    environment = {**os.environ, "PYTHONIOENCODING": "ascii:strict"}
    done = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert getattr(done, stream).splitlines()[-1] == rb"w\u738b\udce9"


def test_what_is_shown_of_values_hides_and_turns_nothing() -> None:
    text = "a\u200bb\u200ec\u061cd\u202ee\x1b[1m\x9bf\ufeff"
    assert readable(text) == "a?b?c?d?e?[1m?f?"


def test_an_error_is_found_in_a_long_report_at_once() -> None:
    """Not by trying each of many empty lines as the beginning of all the rest."""
    assert raised_in_call().findall("\n" * 100_000 + "    got  ValueError: x") == ["ValueError"]
