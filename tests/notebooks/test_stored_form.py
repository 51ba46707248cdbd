"""What `normalise` makes of a notebook, and what `check` says about it."""

import json
from pathlib import Path
from typing import Any

import nbformat
import pytest

from courseware.notebooks import check, find, normalise
from tests.notebooks.making import code, write

OUTPUT = {"output_type": "stream", "name": "stdout", "text": "1\n"}
NBGRADER = {"grade": True, "grade_id": "x", "locked": True, "points": 1, "schema_version": 3}


def cells(path: Path) -> list[dict[str, Any]]:
    normalise(path)
    found: list[dict[str, Any]] = json.loads(path.read_text())["cells"]
    return found


def test_a_normalised_notebook_is_valid_in_order_and_stays_as_it_is(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", code("1", outputs=[OUTPUT], execution_count=3))
    assert normalise(path)
    nbformat.validate(nbformat.read(path, as_version=4))
    assert check(path) == []
    assert not normalise(path)


def test_the_text_is_what_jupyter_writes(tmp_path: Path) -> None:
    path = write(tmp_path / "x.ipynb", code("x = '−é'\ny = 2"))
    normalise(path)
    text = path.read_text()
    assert text.startswith('{\n "cells": [\n')
    assert text.endswith("}\n")
    assert "−é" in text
    nbformat.write(nbformat.read(path, as_version=4), path)
    assert path.read_text() == text


def test_outputs_counts_and_volatile_metadata_go(tmp_path: Path) -> None:
    metadata = {"ExecuteTime": {}, "scrolled": True, "tags": ["raises-exception"]}
    metadata |= {"nbgrader": NBGRADER, "slideshow": {"slide_type": "slide"}}
    cell = code("1", outputs=[OUTPUT], execution_count=3, metadata=metadata)
    notebook = {"kernelspec": {"name": "conda-x", "display_name": "x"}, "widgets": {"state": {}}}
    path = write(tmp_path / "x.ipynb", cell, metadata=notebook)
    [clean] = cells(path)
    assert (clean["outputs"], clean["execution_count"]) == ([], None)
    assert sorted(clean["metadata"]) == ["nbgrader", "slideshow", "tags"]
    assert clean["metadata"]["nbgrader"] == NBGRADER
    metadata = json.loads(path.read_text())["metadata"]
    assert metadata["kernelspec"]["name"] == "python3"
    assert metadata["language_info"] == {"name": "python"}
    assert sorted(metadata) == ["kernelspec", "language_info"]


def test_pictures_pasted_into_a_text_stay(tmp_path: Path) -> None:
    picture = {"a.png": {"image/png": "AAAA"}}
    text = {"cell_type": "markdown", "metadata": {}, "source": "![](attachment:a.png)", "id": "t"}
    path = write(tmp_path / "x.ipynb", text | {"attachments": picture})
    assert cells(path)[0]["attachments"] == picture


def test_ids_made_by_people_are_kept_and_the_others_are_made(tmp_path: Path) -> None:
    given = [code("1", "mine"), code("2", "mine"), code("2", None), code("3", "not valid!")]
    path = write(tmp_path / "x.ipynb", *given)
    ids = [cell["id"] for cell in cells(path)]
    assert ids[0] == "mine"
    assert len(set(ids)) == 4
    write(path, *given)
    assert [cell["id"] for cell in cells(path)] == ids


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ([code("1", outputs=[OUTPUT])], "cell 1 (a-cell): stored with its output"),
        ([code("1", execution_count=1)], "cell 1 (a-cell): stored with its output"),
        ([code("1", "x"), code("2", None)], "cell 2 (no id): its id is missing or invalid"),
        ([code("1", "?")], "cell 1 (?): its id is missing or invalid"),
        ([code("1", "x"), code("2", "x")], "2 cells have the id x"),
        ([code("1")], "not in its stored form"),
    ],
)
def test_check_names_the_problem(tmp_path: Path, given: list[dict[str, Any]], said: str) -> None:
    problems = check(write(tmp_path / "x.ipynb", *given))
    assert any(problem.startswith(said) for problem in problems), problems


@pytest.mark.parametrize(("folder", "longest"), [("lectures", 15), ("solutions", 25)])
def test_check_counts_the_lines_of_code(tmp_path: Path, folder: str, longest: int) -> None:
    good, bad = "\n".join("x" * longest), "\n".join("x" * (longest + 1))
    path = write(tmp_path / folder / "x.ipynb", code(good, "good"), code(bad, "bad"))
    normalise(path)
    [problem] = check(path)
    assert problem == f"cell 2 (bad): {longest + 1} lines of code, {longest} at most"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"nbformat": 3}', '{"nbformat": 4}'])
def test_what_is_not_a_notebook_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.ipynb"
    path.write_text(content)
    assert check(path)[0].startswith("not a")
    with pytest.raises(ValueError, match=r"x\.ipynb: not a"):
        normalise(path)
    assert path.read_text() == content


def test_find_leaves_hidden_folders_out(tmp_path: Path) -> None:
    wanted = [write(tmp_path / "a.ipynb"), write(tmp_path / "b" / "c.ipynb")]
    write(tmp_path / ".ipynb_checkpoints" / "a.ipynb")
    assert find([tmp_path]) == wanted
    assert find([wanted[1]]) == [wanted[1]]


def test_find_refuses_a_path_without_notebooks(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no notebook in this folder"):
        find([tmp_path])
    with pytest.raises(ValueError, match="no such file"):
        find([tmp_path / "x"])
