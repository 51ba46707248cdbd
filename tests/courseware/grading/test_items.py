"""What a class got wrong is counted from the reports that graded notebooks carry."""

import copy
import json
import re

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from courseware.checks import all_questions, all_tasks, check_quiz, reports_to
from courseware.checks import check as check_task
from courseware.checks.facts import MIME_TYPE
from courseware.grading.items import HandIn, analyse, reports_in, untouched_in
from courseware.grading.items_text import as_text
from courseware.grading.scores import Task
from courseware.grading.teacher_pages import items_page
from tests.browser.axe import findings
from tests.browser.conftest import chromium
from tests.courseware.grading import toy

NEGATE, QUIZ = Task("01", "test_negate", 12.0), Task("01", "test_quiz_01_abs", 4.0)
WRITTEN = Task("01", "explain", 10.0)
TASKS = [NEGATE, QUIZ, WRITTEN]


def facts_of(run):
    kept = []
    with reports_to(lambda text, html, facts: kept.append(dict(facts))):
        score = run()
    return score, kept[0]


def right(bits):
    return format(-int(bits, 2) % 2 ** len(bits), f"0{len(bits)}b")


def sign_bit(bits):
    return ("1" if bits[0] == "0" else "0") + bits[1:]


def stub(bits):
    raise NotImplementedError("this task is still to be done")


def hand_in(student, function, letter):
    points, task = facts_of(lambda: check_task("negate", function, seed="items"))
    chosen, question = facts_of(lambda: check_quiz("quiz_01_abs", lambda: letter))
    scores = {NEGATE: points, QUIZ: chosen, WRITTEN: None}
    return HandIn(student, scores, {"negate": task, "quiz_01_abs": question})


@pytest.fixture(scope="module")
def report():
    right_letter = all_questions()["quiz_01_abs"].right
    hand_ins = [
        *(hand_in(f"good{n}", right, right_letter) for n in range(3)),
        *(hand_in(f"<b>bad{n}</b>", sign_bit, "a") for n in range(2)),
        hand_in("idle", stub, None),
    ]
    return analyse("01_number_formats", TASKS, hand_ins)


def test_tasks_are_counted(report):
    negate, quiz, written = report.items
    worth = all_tasks()["negate"].points
    assert (negate.n, negate.full, negate.not_written) == (6, 3, 1)
    assert worth == 12 and 0.5 <= negate.difficulty < 1
    assert negate.discrimination > 0.9 and quiz.discrimination > 0.9
    assert (written.n, written.difficulty, written.discrimination) == (0, None, None)


def test_checks_and_their_causes_name_who(report):
    first = report.items[0].checks[0]
    assert (first.tried, len(first.failed)) == (5, 2)
    assert first.causes["sign-bit-flipped"].students == ["<b>bad0</b>", "<b>bad1</b>"]
    [(text, count)] = first.inputs.most_common(1)
    assert text.startswith("negate(") and count == 2


def test_what_a_stub_fails_is_nobodys_mistake(report):
    assert not any("idle" in check.failed for check in report.items[0].checks)


def test_who_calls_an_own_failing_function_did_not_fail():
    own = {"task": "negate", "checks": [check("a")]}
    calls = {"task": "negate", "checks": [check("b")], "calls": ["to_bits"]}
    hand_ins = [HandIn("ann", {NEGATE: 0.0}, {"negate": own})]
    hand_ins += [HandIn(f"s{n}", {NEGATE: 12.0}, {"negate": calls}) for n in range(2)]
    made = analyse("01", TASKS, hand_ins)
    [found] = made.items[0].checks
    assert (found.tried, found.failed) == (3, ["ann"])
    assert found.calling == {"to_bits": ["s0", "s1"]} and not found.without_cause
    told = "right, and calls to_bits, which fails ×2"
    assert told in as_text(made) and told in items_page([made])


def test_who_wrote_or_chose_nothing_is_counted(report, tmp_path):
    assert report.items[1].not_written == 1
    answer = nbformat.v4.new_markdown_cell("*Your answer here*")
    answer.metadata.nbgrader = toy.meta("explain", grade=True, solution=True, points=10)["nbgrader"]
    answer.metadata.nbgrader["checksum"] = compute_checksum(answer)
    blank = copy.deepcopy(answer)
    blank.source, blank.metadata.nbgrader.grade_id = " ", "blank"
    said = copy.deepcopy(answer)
    said.source, said.metadata.nbgrader.grade_id = "So.", "said"
    nbformat.write(nbformat.v4.new_notebook(cells=[answer, blank, said]), tmp_path / "x.ipynb")
    assert untouched_in(tmp_path / "x.ipynb") == {"explain", "blank"}
    made = analyse("01", TASKS, [HandIn("ann", {WRITTEN: 0.0}, {}, {"explain"})])
    assert made.items[2].not_written == 1


def test_letters_are_counted(report):
    quiz = report.items[1].quiz
    assert quiz.chosen == {quiz.right: 3, "a": 2, "": 1}


def test_mistakes_that_go_together_need_some_who_make_them():
    one, other = ({"task": name, "checks": [check(name)]} for name in ("x", "y"))
    hand_ins = [HandIn(f"s{n}", {}, {"x": one, "y": other}) for n in range(3)]
    assert [(p.first, p.both) for p in analyse("e", [], hand_ins).together] == [("x: slip-x", 3)]
    assert analyse("e", [], hand_ins[:2]).together == ()


def check(name):
    return {
        "name": "c",
        "weight": 1,
        "kept": 0.0,
        "causes": [{"name": f"slip-{name}", "message": ""}],
    }


def test_the_text_says_what_the_class_got_wrong(report):
    text = as_text(report)
    assert "sign-bit-flipped ×2: <b>bad0</b>, <b>bad1</b>" in text
    assert "not answered ×1" in text and "✓" in text


def test_the_page_holds_no_script_and_no_markup_of_others(report):
    page = items_page([report, report])
    assert "&lt;b&gt;bad0&lt;/b&gt;" in page and "<b>bad0" not in page
    assert not re.search(r"<script|\bon\w+=|src=|href=\"(?!#)", page)


@pytest.mark.browser
def test_the_page_can_be_read_by_all(report, tmp_path):
    place = tmp_path / "items.html"
    place.write_text(items_page([report]), encoding="utf-8")
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.goto(place.as_uri())
            assert findings(page) == []


def test_a_share_says_of_how_many_it_is_where_some_are_not_marked():
    given = [HandIn("ann", {WRITTEN: 5.0}, {}), HandIn("bob", {WRITTEN: None}, {})]
    text = as_text(analyse("01", TASKS, given))
    assert re.search(r"^explain .* 50% of 10 points .* marked 1 of 2$", text, re.M)


def test_older_gradings_without_reports_are_said():
    silent = analyse("01_number_formats", TASKS, [HandIn("ann", {NEGATE: 3.0}, {})])
    assert "Graded before reports were kept: 1" in as_text(silent)
    assert "were graded before reports were kept" in items_page([silent])


def test_reports_are_read_from_a_notebook(tmp_path):
    path = tmp_path / "x.ipynb"
    outputs = [{"output_type": "display_data", "data": {MIME_TYPE: {"task": "negate"}}}]
    cells = [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": outputs}]
    path.write_text(json.dumps({"cells": cells}))
    assert reports_in(path) == {"negate": {"task": "negate"}}
