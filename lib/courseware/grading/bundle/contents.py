"""Which files students get: notebooks, what they import, what the set-up needs. Nothing else."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from courseware.grading.named import CourseError
from courseware.handing_in.runnable import runnable
from courseware.languages.catalogues import FEEDBACK
from courseware.languages.names import TRANSLATED
from courseware.registry import CHAPTERS, Chapter

Files = dict[str, bytes]
"""By their path in the bundle, with slashes."""

SET_UP = (
    *("LICENSE", "LICENSE-text", "Makefile", "constraints.txt", "environment.yml"),
    *("pyproject.toml", "weights.txt", ".jupyter/jupyter_lab_config.py"),
    *(".jupyter/labconfig/default_setting_overrides.json", ".jupyter/labconfig/page_config.json"),
)
ALWAYS = ("courseware.start_over", "courseware.learning")
"""Modules that nothing imports by name and that students use."""

COMMAND_LINE = (
    *("grading/__init__.py", "grading/cli.py", "grading/lms/__init__.py"),
    *("grading/lms/options.py", "grading/bundle/__init__.py", "grading/bundle/options.py"),
    *("grading/marking/__init__.py", "grading/marking/options.py"),
)
"""Of what grades: the command's own line, which has `restart` and `progress`, too."""

GUIDE, BESIDE = re.compile(r"\]\(\.\./docs/(\w+\.md)\)"), re.compile(r"\]\((\w+\.ipynb)\)")


def chapters_until(number: int | None) -> list[Chapter]:
    """The chapters up to one; all of them without a number."""
    last = CHAPTERS[-1].number
    if number is not None and not 0 <= number <= last:
        raise CourseError(f"--until: expected a chapter from 0 to {last}, got {number}")
    return [one for one in CHAPTERS if number is None or one.number <= number]


def gather(root: Path, chapters: Iterable[Chapter]) -> Files:
    """All files for some chapters, as they are in a course folder."""
    chapters = list(chapters)
    files = {name: _read(root / name) for name in (*SET_UP, "home.ipynb")}
    for chapter in chapters:
        files |= _notebooks(root, chapter)
    results = [name for one in chapters for name in one.experiments]
    for path in sorted((root / "lectures" / "results").glob("*.json")):
        if path.stem in results:
            files[f"lectures/results/{path.name}"] = _read(path)
    files |= _translations(root, chapters)
    files |= _library(root / "lib", files, chapters)
    return files


def _translations(root: Path, chapters: Iterable[Chapter]) -> Files:
    """What is said of these chapters in other languages."""
    folder = root / "lib" / "courseware" / "languages"
    rooms = {f"c{chapter.folder}" for chapter in chapters}
    return {
        path.relative_to(root).as_posix(): _read(path)
        for language in TRANSLATED
        for path in sorted((folder / language.replace("-", "_")).rglob("*.po"))
        if path.parent.name in rooms or (path.parent.parent == folder and path.stem != FEEDBACK)
    }


def _notebooks(root: Path, chapter: Chapter) -> Files:
    """The lecture with its figures; the exercise as it was handed out, and its second copy."""
    files = {}
    lecture = f"lectures/{chapter.folder}.ipynb"
    files[lecture] = _read(root / lecture)
    files |= _guides(root, files[lecture].decode("utf-8"))
    for path in sorted((root / "lectures" / "figures").glob(f"{chapter.folder[:2]}_*.svg")):
        files[f"lectures/figures/{path.name}"] = _read(path)
    unchanged = root / "lib" / "courseware" / "unchanged" / chapter.folder
    if chapter.has_exercise:
        if not unchanged.is_dir():
            raise CourseError(f"{unchanged} is missing: run `make exercises` first")
        for path in sorted(one for one in unchanged.rglob("*") if one.is_file()):
            place = f"{chapter.folder}/{path.relative_to(unchanged).as_posix()}"
            files[f"exercises/{place}"] = _read(path)
            files[f"lib/courseware/unchanged/{place}"] = _read(path)
    return files


def _guides(root: Path, lecture: str) -> Files:
    """What a lecture sends its readers to in docs/, and the notebooks beside it that this names."""
    guides = {f"docs/{name}": _read(root / "docs" / name) for name in GUIDE.findall(lecture)}
    beside = [name for text in guides.values() for name in BESIDE.findall(text.decode("utf-8"))]
    return guides | {f"docs/{name}": _read(root / "docs" / name) for name in beside}


def _library(lib: Path, notebooks: Files, chapters: Iterable[Chapter]) -> Files:
    """Modules that notebooks import, and those that these import, and so on."""
    modules = dict(_modules(lib))
    rooms = [f"{chapter.room}.tasks" for chapter in chapters if chapter.has_exercise]
    wanted = [name for name in modules if _is_in(name, (*ALWAYS, *rooms))]
    wanted += [
        name
        for path, content in notebooks.items()
        if path.endswith(".ipynb")
        for cell in json.loads(content)["cells"]
        if cell["cell_type"] == "code"
        for name in imports("".join(cell["source"]))
    ]
    found: dict[str, Path] = {}
    while wanted:
        name = wanted.pop()
        if name in found or name not in modules or _is_in(name, ("courseware.grading",)):
            continue
        found[name] = modules[name]
        wanted += imports(modules[name].read_text(encoding="utf-8"))
        wanted += [name.rpartition(".")[0]]
    paths = [*found.values(), lib / "model_compression" / "py.typed"]
    paths += [lib / "courseware" / name for name in COMMAND_LINE]
    return {f"lib/{path.relative_to(lib).as_posix()}": _read(path) for path in sorted(paths)}


def imports(source: str) -> list[str]:
    """Dotted names that a source may import; modules and what is taken from them alike.

    >>> imports("from a.b import c")
    ['a.b', 'a.b.c']
    """
    names: list[str] = []
    for node in ast.walk(ast.parse(runnable(source))):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names += [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return names


def not_there(files: Mapping[str, bytes]) -> list[str]:
    """Imports of modules of ours that a bundle lacks, outside of what grades."""
    there = {
        path.removeprefix("lib/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path in files
        if path.startswith("lib/") and path.endswith(".py")
    }
    tops = {name.rpartition(".")[0] for name in there} | there
    return sorted(
        f"{path}: {name}"
        for path, content in files.items()
        if path.endswith(".py") and "/grading/" not in path
        for name in imports(content.decode())
        if name.partition(".")[0] in ("courseware", "model_compression")
        and name not in tops
        and name.rpartition(".")[0] not in there
    )


def _modules(lib: Path) -> Iterator[tuple[str, Path]]:
    for top in ("courseware", "model_compression"):
        for path in sorted((lib / top).rglob("*.py")):
            parts = path.relative_to(lib).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def _is_in(name: str, packages: Iterable[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in packages)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise CourseError(f"{path} is missing: a bundle is made in the course's folder") from error
