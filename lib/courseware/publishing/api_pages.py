"""A page for each module of model_compression: what it says of itself, formulas and sources.

The modules are read, not imported: their docstrings are plain text, and stand as they are.
"""

from __future__ import annotations

import ast
import textwrap
from collections.abc import Iterator
from pathlib import Path

from courseware.registry import CHAPTERS

Documented = ast.FunctionDef | ast.ClassDef


def api_pages(library: Path) -> dict[str, str]:
    """File name → Markdown, `index.md` first; modules whose name begins with _ have no page."""
    modules = sorted(path for path in library.glob("*.py") if not path.name.startswith("_"))
    of_package = ast.parse((library / "__init__.py").read_text(encoding="utf-8"))
    pages = {"index.md": _index(ast.get_docstring(of_package) or "", modules)}
    return pages | {f"{path.stem}.md": _page(path) for path in modules}


def _index(docstring: str, modules: list[Path]) -> str:
    names = "\n".join(path.stem for path in modules)
    return f"# The library\n\n{_text(docstring)}\n\n```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n"


def _page(path: Path) -> str:
    source = path.read_text(encoding="utf-8")
    tree, lines = ast.parse(source), source.splitlines()
    parts = [f"# `{path.stem}`", _chapter(path.stem), _text(ast.get_docstring(tree) or "")]
    for node in tree.body:
        if isinstance(node, Documented) and not node.name.startswith("_"):
            parts += [f"## `{node.name}`", *_entry(node, lines)]
            for part in node.body if isinstance(node, ast.ClassDef) else ():
                if isinstance(part, ast.FunctionDef) and not part.name.startswith("_"):
                    parts += [f"### `{node.name}.{part.name}`", *_entry(part, lines)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _entry(node: Documented, lines: list[str]) -> Iterator[str]:
    """How it is called, or which fields it has, and what it says of itself."""
    first = node.body[0].lineno - 1 if node.body[0].lineno > node.lineno else node.lineno
    head = textwrap.dedent("\n".join(lines[node.lineno - 1 : first]))
    fields = [f"    {ast.unparse(part)}" for part in node.body if isinstance(part, ast.AnnAssign)]
    yield "\n".join(["```python", head.rstrip().removesuffix(":"), *fields, "```"])
    yield _text(ast.get_docstring(node) or "")


def _chapter(module: str) -> str:
    for chapter in CHAPTERS:
        if module in chapter.modules:
            title = f"{chapter.number:02} · {chapter.title}"
            return f"Of chapter [{title}](../lectures/{chapter.folder}.ipynb)."
    return ""


def _text(docstring: str) -> str:
    return f"```text\n{docstring}\n```" if docstring else ""
