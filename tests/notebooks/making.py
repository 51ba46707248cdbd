"""Small notebooks for the tests to work on."""

import json
from pathlib import Path
from typing import Any


def code(source: str, cell_id: str | None = "a-cell", **fields: Any) -> dict[str, Any]:
    """Return a code cell, as clean as one can be unless `fields` say otherwise."""
    cell = {"cell_type": "code", "metadata": {}, "source": source}
    cell |= {"execution_count": None, "outputs": []} | fields
    return cell if cell_id is None else cell | {"id": cell_id}


def write(path: Path, *cells: dict[str, Any], **fields: Any) -> Path:
    """Write a notebook of `cells` the way that an editor might, and return its path."""
    notebook = {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook | fields))
    return path
