"""Hand-ins that are too much: values, cells, pieces, files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.cheats.mangled import FILE, FULL
from tests.cheats.mangled_cells import edited
from tests.cheats.mangled_files import built, content, text
from tests.sample_class.handing_in import Notebook, added_cell, cell_of, place


def list_of(value: str, megabytes: float = 19.9) -> Callable[[], bytes]:
    """Cells of one kind, as many as a file may hold."""
    piece = value.encode() + b","
    return lambda: (
        b'{"cells": [' + piece * int(megabytes * 1e6 / len(piece)) + value.encode() + b"]}"
    )


def many_answers(notebook: Notebook) -> None:
    """A written answer, 150 times; the copies differ."""
    index = place(notebook, "explain")
    cell = cell_of(notebook, "explain")
    notebook["cells"][index : index + 1] = [
        {**cell, "id": f"copy-{number}", "source": f"{'*a ' * 30_000}{number}"}
        for number in range(150)
    ]


def many_pieces(notebook: Notebook) -> None:
    """A solution that was split; its pieces are short."""
    index = place(notebook, "negate")
    cell = cell_of(notebook, "negate")
    lines = "".join(cell["source"]).split("\n")
    pieces = [lines[0], "    " + "pass;" * 300, *["    # " + "x" * 1200] * 90, *lines[1:]]
    notebook["cells"][index : index + 1] = [
        {**cell, "id": f"piece-{number}", "source": f"{piece}{' ' * number}"}
        for number, piece in enumerate(pieces)
    ]


def many_cells(notebook: Notebook) -> None:
    notebook["cells"] += [added_cell(f"a{number} = {number}") for number in range(2000)]


def with_source(name: str, change: Callable[[str], str]) -> Callable[[Notebook], None]:
    """Another source in one cell."""

    def edit(notebook: Notebook) -> None:
        cell = cell_of(notebook, name)
        cell["source"] = change("".join(cell["source"]))

    return edit


def many_files(folder: Path) -> None:
    (folder / FILE).write_bytes(text())
    for number in range(3000):
        (folder / f"{number}.py").touch()


def deep_folders(folder: Path) -> None:
    (folder / FILE).write_bytes(text())
    for _ in range(400):
        folder = folder / "d"
        folder.mkdir()


def wide_output(notebook: Notebook) -> None:
    """What a student may print: it is data, and one text."""
    printed = {"output_type": "stream", "name": "stdout", "text": "[1, 2], " * 500_000}
    cell_of(notebook, "test_negate")["outputs"] = [printed]


SIZES = (
    content("flood-of-cells", "20 MB of `{},`.", list_of("{}"), 0.0, "1,000,000 values"),
    content("flood-of-lists", "20 MB of `[],`.", list_of("[]"), 0.0, "1,000,000 values"),
    content("flood-of-texts", '20 MB of `"",`.', list_of('""'), 0.0, "1,000,000 values"),
    content("flood-of-keys", "20 MB of keys.", list_of('{"a":{"b":[]}}'), 0.0, "1,000,000 values"),
    content("one-long-text", "One text of 20 MB.", lambda: b'{"cells": ["' + b"\\\\" * 9_000_000),
    edited("many-cells", "2,000 cells of the student's own.", many_cells, 0.0, "1000 allowed"),
    edited(
        "many-pieces",
        "A solution in 90 pieces, together above the limit.",
        many_pieces,
        78.0,
        "characters",
    ),
    edited(
        "many-answers",
        "The written answer 150 times, 90,000 characters each.",
        many_answers,
        FULL,
        "characters",
    ),
    edited(
        "dotted-name",
        "An import that takes gigabytes to parse.",
        with_source("negate", lambda source: f"import {'𠀀.' * 45_000}a\n{source}"),
        78.0,
    ),
    edited(
        "dotted-name-of-its-own",
        "The same in a cell that is not run.",
        lambda notebook: notebook["cells"].append(added_cell(f"import {'𠀀.' * 45_000}a")),
    ),
    edited(
        "nested-brackets",
        "A source of nothing but brackets.",
        with_source("negate", lambda source: "(" * 90_000),
        78.0,
    ),
    edited(
        "blank-lines",
        "Lines of one blank before every solution: quadratic to colour.",
        lambda notebook: [
            with_source(name, lambda source: " \n" * 45_000 + source)(notebook)
            for name in ("negate", "to_bits", "signed_value", "model_bytes")
        ],
    ),
    *(
        edited(f"answer-of-{name}", what, with_source("explain", lambda _, text=text: text))
        for name, what, text in (
            ("emphasis", "Emphasis that is never closed.", "*a **b " * 14_000),
            ("links", "Links that are never closed.", "[a](files/" * 9_900),
            ("tags", "Tags that are closed in another order.", "<b title=x><p>" * 7_000),
            ("tables", "A table of a column.", "|a|\n|-|\n" * 12_000),
            ("fences", "Code in a language with slow patterns.", f"```latex\n{'{' * 90_000}\n```"),
        )
    ),
    edited("wide-output", "4 MB were printed.", wide_output),
    built("many-files", "3,000 files lie beside it.", many_files, FULL, "left out"),
    built("deep-folders", "Folders in folders, 400 deep.", deep_folders, FULL),
)
