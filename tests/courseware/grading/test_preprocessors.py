"""The step that clears the folder a notebook is graded in."""

from __future__ import annotations

from pathlib import Path

from courseware.grading.preprocessors import remove_side_files


def test_side_files(tmp_path: Path) -> None:
    wanted = ["data/a.csv", "timestamp.txt", "01.ipynb"]
    for file in [*wanted, "numpy.py", "torch/nn/__init__.py", "data/b.csv"]:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).write_text("", encoding="utf-8")
    (tmp_path / "link").symlink_to("/")
    [found] = remove_side_files(tmp_path, frozenset({Path("data/a.csv")}))
    left = [path.relative_to(tmp_path) for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(map(str, left)) == sorted(wanted)
    assert not (tmp_path / "torch").exists()
    assert "data/b.csv, numpy.py, torch/nn/__init__.py" in found.text
    assert remove_side_files(tmp_path, frozenset({Path("data/a.csv")})) == []
