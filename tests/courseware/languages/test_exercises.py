"""An exercise in another language: its statement is said otherwise, all else is the same."""

import json
import shutil

import pytest

from courseware.checks import check_quiz
from courseware.grading.cli import main
from courseware.grading.course import open_course
from courseware.grading.master import read_master
from courseware.grading.rebuild import rebuild
from courseware.languages.exercises import COURSE, UNCHANGED, bring_into, said_in
from courseware.languages.names import TRANSLATED, chosen_language, keep_language
from courseware.languages.statements import is_statement
from courseware.learning.language import choose

NAME = "01_number_formats"


@pytest.fixture
def course(tmp_path):
    shutil.copytree(UNCHANGED / NAME, tmp_path / "exercises" / NAME)
    return tmp_path


def notebook(course):
    return course / "exercises" / NAME / f"{NAME}.ipynb"


def cells(path):
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def test_only_the_statement_differs_and_the_way_back_is_exact(course):
    english = notebook(course).read_bytes()
    given = cells(notebook(course))
    for language in TRANSLATED:
        assert bring_into(language, course) == [notebook(course)]
        assert bring_into(language, course) == []
        for now, before in zip(cells(notebook(course)), given, strict=True):
            assert (now["source"] != before["source"]) == is_statement(before)
            assert now | {"source": 0} == before | {"source": 0}
    assert bring_into("en", course) == [notebook(course)]
    assert notebook(course).read_bytes() == english


def test_what_a_student_wrote_stays(course):
    made = json.loads(notebook(course).read_text(encoding="utf-8"))
    about = {cell["id"]: cell for cell in made["cells"]}
    about["negate"]["source"] = ["def negate(bits):\n", "    return bits"]
    about["explain-answer"]["source"] = ["My own words."]
    about["task-negate"]["source"].append("\nMy note in the statement.")
    notebook(course).write_text(json.dumps(made), encoding="utf-8")
    bring_into("vi", course)
    now = {cell["id"]: cell for cell in cells(notebook(course))}
    for name in ("negate", "explain-answer", "task-negate"):
        assert now[name] == about[name]
    assert now["task-to-bits"] != about["task-to-bits"]


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_hand_in_in_any_language_is_the_same_hand_in(course, language):
    bring_into(language, course)
    api = open_course(COURSE)
    master = read_master(api.coursedir, NAME, NAME, api)
    graded, odd = rebuild(master, notebook(course).read_bytes())
    in_english, _ = rebuild(master, (UNCHANGED / NAME / f"{NAME}.ipynb").read_bytes())
    assert graded == in_english
    assert odd == []
    changed = json.loads(notebook(course).read_text(encoding="utf-8"))
    changed["cells"][0]["source"] = ["Something else."]
    assert [one.cell for one in rebuild(master, changed)[1]] == ["introduction"]


def test_what_is_no_notebook_is_left_alone(course):
    for content in (
        "",
        "[]",
        '{"cells": 1}',
        '{"cells": [1]}',
        '{"cells": [{"id": [], "source": 3}]}',
    ):
        notebook(course).write_text(content, encoding="utf-8")
        assert bring_into("vi", course) == []
        assert notebook(course).read_text(encoding="utf-8") == content


def test_a_choice_is_kept_and_the_environment_goes_before_it(course, tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    monkeypatch.delenv("COURSE_LANGUAGE", raising=False)
    assert chosen_language() == "en"
    assert "Tiếng Việt (vi): đã đổi 1 bài" in choose("vi", course)
    assert chosen_language() == "vi"
    assert check_quiz("quiz_01_abs", lambda: "b") == 0.0
    monkeypatch.setenv("COURSE_LANGUAGE", "zh-TW")
    assert chosen_language() == "zh-TW"
    assert "繁體中文" in choose(None, course)
    with pytest.raises(ValueError, match="expected zh-TW, which COURSE_LANGUAGE says, got 'vi'"):
        choose("vi", course)
    with pytest.raises(ValueError, match="NAME: expected one of en, zh-TW, vi, got 'xx'"):
        choose("xx", course)
    keep_language("en")
    (tmp_path / "progress.json").write_text("no progress", encoding="utf-8")
    monkeypatch.delenv("COURSE_LANGUAGE")
    assert chosen_language() == "en"


def test_tables_lists_and_hints_keep_their_form():
    for cell in cells(UNCHANGED / NAME / f"{NAME}.ipynb"):
        if is_statement(cell):
            source = "".join(cell["source"])
            for language in TRANSLATED:
                said = said_in(language, NAME)(source)
                for mark in ("|", "<details>", "</summary>", "\n- **", "\n\n", "`", "](", "#"):
                    assert said.count(mark) == source.count(mark), (cell["id"], language, mark)


def test_a_wrong_name_is_one_line_and_grades_nobody(monkeypatch, capsys):
    monkeypatch.setenv("COURSE_LANGUAGE", "fr")
    for arguments in (["grade", NAME], ["progress"], ["language"]):
        assert main(arguments) == 2
        message = "course: error: COURSE_LANGUAGE: expected one of en, zh-TW, vi, got 'fr'\n"
        assert capsys.readouterr().err == message
    assert main(["language", "xx"]) == 2
