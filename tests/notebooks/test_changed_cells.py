"""“Change it”: a cell that is changed as the lecture asks stops nothing, and its reading fits.

Of the changes that lectures 00 to 05 ask for, those whose cells need no trained network.
"""

import ast
import json
import re

import pytest

from courseware.progress.store import ENVIRONMENT
from courseware.showing.predict import OTHERWISE
from tests.tracked import tracked

LECTURES = {path.name[:2]: path for path in tracked("lectures/*.ipynb")}

SCALES = ('"1/4": 0.25', '"1/4": 0.25, "1/3": 1 / 3, "1/5": 0.2')
ROW = ('    "Q4_0: groups', '    "3 bits, groups of 8": (3, 8, 16, 0),\n    "Q4_0: groups')
WHEEL = ('"3 − 5 in uint8"', '"100 × 4 in int8": (400, int8(100) * int8(4)),\n    "3 − 5 in uint8"')
INT16 = ("-128, dtype=torch.int8", "-32768, dtype=torch.int16")
SMALLER = ("[3.0, 4.0, 5.0, 6.0, 7.0]", "[-7.0, -6.0, -5.0, -4.0, -3.0]")
CAST = ("to(torch.int32).to(torch.int8)", "to(torch.int32).to(torch.int16)")
PACKING = ("packed-picture", "unpacking-table", "unpacking-table-reading")

CHANGES = [
    ("00", ("bytes-small", "bytes-small-reading"), ("(9, 1)]", "(9, 1), (1000, 3)]"), "375"),
    ("00", ("overhead", "overhead-reading"), ("(32, 4 + 16 / 32)", "(128, 4.125)"), "4.5 in NF4"),
    ("01", ("views", "views-reading"), ("208, 192]", "208, 63]"), "float: 1.625"),
    ("01", ("abs-code", "abs-reading"), INT16, OTHERWISE),
    ("01", ("wrap", "wrap-reading"), WHEEL, "off by 256 or 512"),
    ("02", ("clamp-or-wrap", "clamp-or-wrap-reading"), CAST, "0 of 601 codes are wrong"),
    ("02", ("narrow-range", "narrow-range-reading"), SMALLER, "the zero point is 15"),
    ("02", PACKING, ("[1, -1, 7, -8, 3]", "[5, 0, -3, 1]"), "here 4 in 2 bytes"),
    ("02", ("disagreement-table", "disagreement-reading"), SCALES, "1/3"),
    ("03", ("true-bits-table", "true-bits-reading"), ROW, "to 4.5 bits here"),
    ("04", ("pretend-table", "pretend-reading"), ("s = 0.1", "s = 0.05"), "The result is equal"),
    ("05", ("slide-softmax", "cross-entropy-reading"), ("[0.5, 0.7", "[2.5, 0.7"), "−log 0.682"),
]


@pytest.mark.parametrize(
    ("number", "names", "change", "shown"), CHANGES, ids=[f"{n} {c[0]}" for n, c, *_ in CHANGES]
)
def test_a_change_that_is_asked_for(number, names, change, shown, capsys, monkeypatch, tmp_path):
    monkeypatch.setenv(ENVIRONMENT, str(tmp_path / "progress.json"))
    stored = json.loads(LECTURES[number].read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in stored if cell["cell_type"] == "code"]
    cells = {cell["id"]: "".join(cell["source"]) for cell in code}
    assert cells[names[0]].count(change[0]) == 1
    run = [cells[name] for name in names]
    namespace: dict[str, object] = {}
    for source in (before(cells, "".join(run)), *(text.replace(*change) for text in run)):
        exec(source, namespace)
    assert shown in " ".join(capsys.readouterr().out.split())


def before(cells: dict[str, str], run: str) -> str:
    """All that the lecture imports, wherever it does, and the predictions that some cells tell."""
    asked = re.findall(r"(\w+)\.came\(", run)
    found = []
    for node in (node for text in cells.values() for node in ast.parse(text).body):
        source = ast.unparse(node)
        if isinstance(node, ast.Import | ast.ImportFrom) or (
            source.partition(" = predict(")[0] in asked
        ):
            found.append(source)
    return "\n".join(found)
