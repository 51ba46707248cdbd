"""What lectures show: escaped, aligned, the same in words where there is no notebook."""

from typing import Any

import pytest

from courseware.showing import say as show
from courseware.showing.claims import MIME_TYPE, Exact
from courseware.showing.say import cell_text, say, show_table, table_html, verdict, with_minus_signs
from courseware.showing.settings import Holds

Shown = list[dict[str, str]]


@pytest.fixture
def notebook(monkeypatch: pytest.MonkeyPatch) -> Shown:
    """Everything that a notebook would be given to display, in order."""
    shown: Shown = []

    def display(bundle: dict[str, str], raw: bool) -> None:
        assert raw
        shown.append(bundle)

    monkeypatch.setattr(show, "get_ipython", lambda: object())
    monkeypatch.setattr(show, "display", display)
    return shown


def test_say_is_markdown_in_a_notebook_and_text_elsewhere(
    notebook: Shown, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"""
    **Reading.** The value is {-97}.
    """
    expected = "**Reading.** The value is −97."
    say(text)
    claim = {MIME_TYPE: {"kind": "reading", "text": expected}}
    assert notebook == [{"text/markdown": expected, "text/plain": expected, **claim}]
    monkeypatch.setattr(show, "get_ipython", lambda: None)
    say(text)
    assert capsys.readouterr().out == expected + "\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("-5 and (-5)", "−5 and (−5)"),
        ("from -8 to 7", "from −8 to 7"),
        ("±-2, 6.1e-05", "±−2, 6.1e−05"),
        ("`x * -1` and $2^{-23}$", "`x * -1` and $2^{-23}$"),
        ("int-8, 2019-2020, well-known, a - b", "int-8, 2019-2020, well-known, a - b"),
    ],
)
def test_only_hyphens_that_mean_minus_become_minus(written: str, shown: str) -> None:
    assert with_minus_signs(written) == shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (9_999, "9999"),
        (10_000, "10,000"),
        (-(2**31), "−2,147,483,648"),
        (0.1, "0.1"),
        (-6.5, "−6.5"),
        (65504.0, "65,504"),
        (1.5e-5, "1.5e−05"),
        (3.4028234e38, "3.403e+38"),
        (float("-inf"), "−inf"),
        (float("nan"), "nan"),
        (-0.0, "−0"),
        (True, "yes"),
        (False, "no"),
        (None, "–"),
        ("-5 dB", "−5 dB"),
        ("torch.tensor(-5)", "torch.tensor(-5)"),
        ([1, -2.5], "1; −2.5"),
    ],
)
def test_how_values_are_written(value: Any, text: str) -> None:
    assert cell_text(value) == text


def test_everything_in_a_table_is_escaped(notebook: Shown) -> None:
    attack = '<img src=x onerror="alert(1)">'
    show_table([{f"head {attack}": attack, "n": 1}], caption=attack)
    assert "<img" not in notebook[0]["text/html"]
    assert notebook[0]["text/html"].count("&lt;img") == 3
    assert attack in notebook[0]["text/plain"]


def test_numbers_are_set_right_and_patterns_in_a_fixed_width_font() -> None:
    html = table_html([["n", "size", "bits", "text"], [5, "344 MB", "0101", "4 codes a byte"]])
    cells = html.split("<tbody>")[1].split("<td")[1:]
    assert ["right" in cell for cell in cells] == [True, True, False, False]
    assert ["font-family" in cell for cell in cells] == [False, False, True, False]
    assert html.count("<caption") == 0


def test_a_table_in_plain_text_lines_up(capsys: pytest.CaptureFixture[str]) -> None:
    show_table([{"name": "a", "n": 5}, {"name": "long", "n": 12_000}], caption="sizes")
    assert capsys.readouterr().out.splitlines() == [
        "sizes",
        "name |      n",
        "a    |      5",
        "long | 12,000",
    ]


def test_a_table_needs_rows_and_the_same_columns_in_each() -> None:
    with pytest.raises(ValueError, match="rows: expected at least one row"):
        show_table([])
    with pytest.raises(ValueError, match=r"rows: expected the columns \['a'\], got \['b'\] in 1"):
        show_table([{"a": 1}, {"b": 2}])


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (True, "Yes"),
        (False, "No"),
        (None, "Inconclusive"),
        (Holds("Depends: yes (98%), no (90%)"), "Depends: yes (98%), no (90%)"),
    ],
)
def test_a_verdict_can_be_inconclusive_and_is_escaped(
    notebook: Shown, answer: bool | Holds | None, word: str
) -> None:
    verdict("Is a < b?", answer, "a is -1 & b is 2", Exact("a & b"))
    assert notebook[0]["text/plain"] == f"Is a < b? {word}: a is −1 & b is 2\n(Rests on: a & b)"
    assert f"<strong>{word}.</strong> a is −1 &amp; b is 2" in notebook[0]["text/html"]
    assert "a &lt; b" in notebook[0]["text/html"]


@pytest.mark.parametrize("answer", [1, 0.0, "yes"])
def test_a_verdict_takes_no_other_answer(answer: Any) -> None:
    with pytest.raises(ValueError, match="answer: expected True, False, None or Holds"):
        verdict("Is it?", answer, "who knows", Exact("a sum"))


@pytest.mark.parametrize("basis", [None, "", "ten networks"])
def test_a_verdict_needs_a_basis(basis: Any) -> None:
    with pytest.raises(ValueError, match="basis: expected Compared"):
        verdict("Is it?", True, "surely", basis)
