"""Mangled notebooks that are still notebooks: cells and settings are not as they were."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path

from tests.cheats.attack import NUMBERS
from tests.cheats.mangled import FILE, FULL, Mangled, good
from tests.sample_class.handing_in import (
    Notebook,
    added_cell,
    cell_of,
    doubled,
    fill_in,
    grade_id,
    place,
    released,
)

Edit = Callable[[Notebook], object]


def edited(
    name: str, what: str, edit: Edit, points: float | None = FULL, told: str = ""
) -> Mangled:
    """A solved notebook after an edit."""

    def build(folder: Path) -> None:
        notebook = good()
        edit(notebook)
        (folder / FILE).write_text(json.dumps(notebook), encoding="utf-8")

    return Mangled(name, what, build, points, told)


def deleted(*names: str) -> Edit:
    def edit(notebook: Notebook) -> None:
        notebook["cells"] = [c for c in notebook["cells"] if grade_id(c) not in names]

    return edit


def stub_last(notebook: Notebook) -> None:
    doubled(notebook, "negate")
    stub = cell_of(released(NUMBERS), "negate")["source"]
    notebook["cells"][place(notebook, "negate") + 1]["source"] = stub


def split(notebook: Notebook) -> None:
    doubled(notebook, "signed_value")
    index = place(notebook, "signed_value")
    lines = notebook["cells"][index]["source"]
    notebook["cells"][index]["source"] = lines[:1]
    notebook["cells"][index + 1]["source"] = lines[1:]


def retyped(notebook: Notebook) -> None:
    cell_of(notebook, "negate")["cell_type"] = "markdown"
    cell_of(notebook, "to_bits")["cell_type"] = "raw"
    cell_of(notebook, "test_negate")["cell_type"] = "raw"


def flipped(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        settings = cell["metadata"].get("nbgrader", {})
        for flag in ("grade", "solution", "locked", "task"):
            if flag in settings:
                settings[flag] = not settings[flag]


def without_metadata(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["metadata"] = {}


def of_odd_types(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        if grade_id(cell) in ("negate", "model_bytes"):
            cell["source"] = {"a": 1} if grade_id(cell) == "negate" else 7
    notebook["cells"] += [None, 3, [], {"cell_type": []}, {"metadata": 5, "source": None}]


def binary(notebook: Notebook) -> None:
    fill_in(notebook, "negate", "def negate(bits):\x00\x01\udfff\n    return bits")


def huge_output(notebook: Notebook) -> None:
    text = ["x" * 1_000_000 + "\n"] * 15
    stream = {"output_type": "stream", "name": "stdout", "text": text}
    cell_of(notebook, "test_negate")["outputs"] = [stream]


def huge_source(notebook: Notebook) -> None:
    fill_in(notebook, "negate", "# " + "x" * 200_000)


def broken_outputs(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell.update(outputs=[{"output_type": "no such type", "data": 3}, None], execution_count="x")


def text_sources(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["source"] = "".join(cell["source"])


def windows_lines(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["source"] = [line.replace("\n", "\r\n") for line in cell["source"]]


def one_cell_id(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["id"] = "same"


def renamed(notebook: Notebook) -> None:
    cell_of(notebook, "negate")["metadata"]["nbgrader"]["grade_id"] = "../negate"


def odd_id(notebook: Notebook) -> None:
    for cell in notebook["cells"]:
        cell["id"] = "no valid id: " + "x" * 99


def attachments(notebook: Notebook) -> None:
    cell = cell_of(notebook, "explain")
    cell["attachments"] = {"a.svg": {"image/svg+xml": "<svg onload=alert(1)>"}}
    fill_in(notebook, "explain", "<script>alert(1)</script> ![a](attachment:a.svg)")


def set_to(**values: object) -> Edit:
    return lambda notebook: notebook.update(copy.deepcopy(values))


CELLS = (
    edited("solution-deleted", "A solution cell is missing.", deleted("negate"), 78.0, "missing"),
    edited(
        "test-deleted",
        "Test cells are missing.",
        deleted("test_negate", "test_to_bits"),
        told="test_to_bits is missing",
    ),
    edited("setup-deleted", "The cell with the imports is missing.", deleted("setup")),
    edited("no-cells", "There is no cell at all.", set_to(cells=[]), None, "no cell"),
    edited("doubled", "A solution is there twice.", lambda n: doubled(n, "negate"), told="2 times"),
    edited("stub-last", "The empty copy of a solution comes last.", stub_last, told="2 times"),
    edited("split", "A solution is split in two cells.", split, told="pieces"),
    edited("retyped", "Solutions and a test became text.", retyped, told="turned"),
    edited("reversed", "All cells are in reverse.", lambda n: n["cells"].reverse(), told="moved"),
    edited("flipped", "Every flag is the other way round.", flipped, told="settings"),
    edited("without-metadata", "Cells have no metadata.", without_metadata),
    edited("odd-types", "Sources and cells are no text.", of_odd_types, 70.0),
    edited("binary", "Bytes that are no text are in a source.", binary, 78.0),
    edited("huge-output", "An output has 15 MB.", huge_output),
    edited("huge-source", "A source has 200,000 characters.", huge_source, 78.0, "characters"),
    edited("broken-outputs", "Outputs are of no known kind.", broken_outputs),
    edited("text-sources", "Sources are texts, not lists of lines.", text_sources),
    edited("windows-lines", "Lines end as on Windows.", windows_lines),
    edited("one-cell-id", "All cells have the same id.", one_cell_id),
    edited("odd-cell-ids", "Cell ids are no valid ones.", odd_id),
    edited("renamed", "The nbgrader id of a solution is another one.", renamed, 78.0, "missing"),
    edited(
        "extra-cells",
        "There are further cells, one of them endless.",
        lambda n: n["cells"].insert(0, added_cell("while True:\n    pass")),
    ),
    edited("attachments", "A written answer holds scripts and an attachment.", attachments),
    edited(
        "other-kernel",
        "The notebook asks for a kernel that is not there.",
        set_to(metadata={"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}),
    ),
    edited("metadata-list", "The notebook's metadata is a list.", set_to(metadata=[1, 2])),
    edited("cells-mapping", "The cells are no list.", set_to(cells={"a": 1}), 0.0, "list of cells"),
    edited("new-format", "It says that its format is of the future.", set_to(nbformat=99)),
    edited("no-format", "It does not say its format.", lambda n: n.pop("nbformat")),
    edited("odd-format", "Its format is no number.", set_to(nbformat="four", nbformat_minor=[])),
)
