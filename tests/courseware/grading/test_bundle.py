"""What students get: nothing but what is on the list, searched, and good to work with."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from courseware.grading.bundle import command
from courseware.grading.bundle.command import other_points
from courseware.grading.bundle.contents import not_there
from courseware.grading.bundle.leaks import Wanted, leaks, wanted_from
from courseware.grading.bundle.making import Wishes, found_in, make, write
from courseware.grading.bundle.sealing import without_keys
from courseware.grading.cli import main
from courseware.grading.course import open_course
from courseware.registry import EXERCISES

ROOT = Path(__file__).parents[3]
NAME = "01_number_formats"

SOLVE = """
import json, re, sys
solutions, exercise = (json.load(open(path))["cells"] for path in sys.argv[1:])
answers = {c["metadata"]["nbgrader"]["grade_id"]: "".join(c["source"])
           for c in solutions if c["metadata"].get("nbgrader", {}).get("solution")}
namespace = {}
for cell in exercise:
    about = cell["metadata"].get("nbgrader", {})
    if cell["cell_type"] == "code" and about.get("grade_id") != "pay-off":
        exec(answers.get(about.get("grade_id"), "".join(cell["source"])), namespace)
ours = [m.__file__ for n, m in sys.modules.items()
        if n.partition(".")[0] in ("courseware", "model_compression") and m.__file__]
print("files", len(ours), *sorted({path.partition("/lib/")[0] for path in ours}))
"""


@pytest.fixture(scope="module")
def one_chapter():
    """The bundle up to chapter 01, whose quiz is graded later."""
    return make(ROOT, Wishes(until=1, keys=False))


@pytest.fixture(scope="module")
def unpacked(one_chapter, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("student") / "course"
    write(one_chapter, folder)
    return folder


def test_points_that_were_changed_and_not_handed_out_anew_are_told(one_chapter):
    path = f"exercises/{NAME}/{NAME}.ipynb"
    assert other_points(one_chapter) == []
    notebook = json.loads(one_chapter[path])
    [mark] = [
        cell["metadata"]["nbgrader"]
        for cell in notebook["cells"]
        if cell["metadata"].get("nbgrader", {}).get("grade_id") == "test_negate"
    ]
    mark["points"] += 1
    [told] = other_points({**one_chapter, path: json.dumps(notebook).encode()})
    assert told.startswith(f"{path}: nbgrader's metadata of negate says")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Python in a student's folder, which finds the student's library first."""
    environment = {**os.environ, "PYTHONPATH": str(folder / "lib")}
    command_line = [sys.executable, *arguments]
    return subprocess.run(command_line, cwd=folder, env=environment, capture_output=True, text=True)


def test_only_what_is_on_the_list_is_in_it(one_chapter):
    tops = {path.partition("/")[0] for path in one_chapter}
    assert tops.isdisjoint({"solutions", "tests", "docs", ".git", "nbgrader_config.py", "build"})
    chapters = {m[1] for path in one_chapter if (m := re.search(r"\b(\d\d)_", path))}
    assert chapters == {"00", "01"}
    rooms = {m[1] for path in one_chapter if (m := re.search(r"/chapters/c(\d\d)_", path))}
    assert rooms == {"00", "01"}
    assert not any("/grading/split" in path or "commands" in path for path in one_chapter)
    said = {path.partition("/vi/")[2] for path in one_chapter if "/languages/vi/" in path}
    assert said == {"checks.po", "statements.po", f"c{NAME}/messages.po.z", f"c{NAME}/statement.po"}
    later = {"lottery_tickets.py", "gptq.py", "distillation.py", "nf4.py", "integer_scaling.py"}
    assert later.isdisjoint(path.rpartition("/")[2] for path in one_chapter)


def test_the_whole_course_has_no_leak_and_lacks_no_module():
    files = make(ROOT, Wishes())
    assert not_there(files) == []
    assert found_in(files, open_course(ROOT), Wishes()) == []
    gone = {path: content for path, content in files.items() if not path.endswith("/masks.py")}
    assert any("model_compression.masks" in line for line in not_there(gone))
    assert f"lib/courseware/languages/vi/c{NAME}/quiz.po.z" in files
    guides = {path for path in files if path.startswith("docs/")}
    assert guides == {"docs/kernels.md", "docs/project.md", "docs/project_report.ipynb"}
    assert b"(../docs/kernels.md)" in files["lectures/10_language_models.ipynb"]
    for path in ("lib/model_compression/gptq.py", f"lib/courseware/chapters/c{NAME}/tasks/quiz.py"):
        assert b"def " not in files[path] and b"Question" not in files[path]


def test_links_of_its_pages_lead_somewhere(one_chapter):
    home = json.loads(one_chapter["home.ipynb"])
    text = "\n".join("".join(cell["source"]) for cell in home["cells"])
    assert "Number formats" in text and "Integer scaling" not in text
    assert "learning.cards" not in text and "For instructors" not in text
    links = set(re.findall(r"\]\(([\w/.]+)\)", text))
    assert f"lectures/{NAME}.ipynb" in links and links <= one_chapter.keys()


@pytest.fixture(scope="module")
def wanted() -> Wanted:
    sources = sorted((ROOT / "solutions").glob("01*/*.ipynb"))
    return wanted_from(sources, EXERCISES[NAME].part("tasks").QUIZ, {"the secret": "0123abcd"})


def notebook(source: str) -> bytes:
    return json.dumps({"cells": [{"cell_type": "code", "source": source}]}).encode()


SOLUTION = "    value = unsigned_value(bits)\n        value -= 2 ** len(bits)\n"


@pytest.mark.parametrize(
    ("path", "content", "told"),
    [
        ("lib/notes.py", SOLUTION.encode(), "the solution of 01_number_formats/signed_value"),
        ("lectures/a.ipynb", notebook(SOLUTION), "the solution of 01_number_formats/signed_value"),
        ("lib/quiz.py", b"Question(right='c')", "keys or reasons of a quiz"),
        (
            "a.txt",
            b"Their first bit counts +128 instead of\n  \xe2\x88\x92128, so \xe2\x88\x9297",
            "keys or reasons",
        ),
        ("a.ipynb", notebook("### BEGIN HIDDEN TESTS\n"), "'### BEGIN HIDDEN TESTS'"),
        ("a.ipynb", notebook("seed = class_seed()"), "a line of a hidden test"),
        ("a.md", b"- 2 points: one zero instead of two.", "a line of a hidden test"),
        ("a.txt", b"x 0123abcd y", "the secret"),
        ("gradebook.db", b"SQLite format 3\0...", "a database"),
    ],
)
def test_what_leaks_is_found_by_what_stands_in_it(wanted, path, content, told):
    found = [*leaks({path: content}, wanted)]
    assert any(line.startswith(path) and told in line for line in found)


def test_an_exercise_as_it_was_handed_out_leaks_nothing(wanted):
    path = f"exercises/{NAME}/{NAME}.ipynb"
    assert [*leaks({path: (ROOT / path).read_bytes()}, wanted)] == []


def test_a_student_can_solve_and_check_an_exercise_with_it(unpacked):
    script = unpacked.parent / "solve.py"
    script.write_text(SOLVE)
    notebooks = (f"{where}/{NAME}/{NAME}.ipynb" for where in ("solutions", "exercises"))
    solution, exercise = notebooks
    done = run(unpacked, str(script), str(ROOT / solution), exercise)
    assert done.returncode == 0, done.stderr
    for task in EXERCISES[NAME].part("tasks").TASKS:
        assert f"{task.name}: {task.points} of {task.points} points" in done.stdout
    assert "quiz_01_pattern: c: noted. Whether it is right" in done.stdout
    assert re.search(rf"^files \d+ {re.escape(str(unpacked))}$", done.stdout, re.M)


def test_a_student_starts_over_without_git_and_loses_nothing(unpacked):
    exercise = unpacked / "exercises" / NAME / f"{NAME}.ipynb"
    handed_out = exercise.read_bytes()
    exercise.write_text("my answers")
    cli = ("-m", "courseware.grading.cli")
    done = run(unpacked, *cli, "restart", "01")
    assert done.returncode == 0, done.stderr
    assert exercise.read_bytes() == handed_out
    assert (unpacked / "kept" / f"{NAME}_1" / f"{NAME}.ipynb").read_text() == "my answers"
    refused = run(unpacked, *cli, "grade", NAME)
    assert refused.returncode == 2 and "this is a copy for students" in refused.stderr


def test_a_quiz_that_is_graded_later_knows_no_key():
    questions = EXERCISES[NAME].part("tasks").QUIZ
    source = without_keys(questions)
    namespace: dict[str, object] = {}
    exec(source, namespace)
    assert [one.text for one in namespace["QUIZ"]] == [one.text for one in questions]
    assert {one.right for one in namespace["QUIZ"]} == {""}
    assert not any(o.because in source for one in questions for o in one.options.values())


def test_the_command_writes_an_archive_or_nothing(tmp_path, monkeypatch, capsys):
    out = tmp_path / "students.zip"
    line = ["bundle", "--until", "1", "--out", str(out), "--course-dir", str(ROOT)]
    files = {"README.md": b"Read me."}
    monkeypatch.setattr(command, "make", lambda root, wishes: files)
    assert main(line) == 0
    assert "searched for leaks" in capsys.readouterr().out
    with zipfile.ZipFile(out) as archive:
        assert archive.namelist() == ["model_compression/README.md"]
    out.unlink()
    files["quiz.py"] = b"right='a'"
    assert main(line) == 2
    told = capsys.readouterr()
    assert "nothing was written: 1 leaks" in told.err and "quiz.py holds keys" in told.out
    assert not out.exists()


def test_a_chapter_that_there_is_not_is_refused(capsys):
    assert main(["bundle", "--until", "12", "--course-dir", str(ROOT)]) == 2
    assert "--until: expected a chapter from 0 to 11, got 12" in capsys.readouterr().err
