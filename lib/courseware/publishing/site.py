"""`make site`: a folder of pages that is read without a network, from the file system as well."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import nbformat
from sphinx.cmd.build import build_main

from courseware.publishing.executed import executed
from courseware.publishing.pages import problems
from courseware.publishing.source import write_source

BUILD = Path("build")
CACHE = BUILD / "executed"


def make_site(course: Path, site: Path) -> bool:
    """Run the lectures that have changed, build the site, and look at its pages; True if all good.

    Raises: RuntimeError if a lecture fails, or if Sphinx does.
    """

    def lecture(path: Path) -> nbformat.NotebookNode:
        start = time.perf_counter()
        notebook = executed(path, course / CACHE, course)
        print(f"{time.perf_counter() - start:7.1f} s  {path.stem}", flush=True)
        return notebook

    start = time.perf_counter()
    build(course, site, lecture)
    found = problems(site)
    print("\n".join(found) or told(site, time.perf_counter() - start))
    return not found


def build(course: Path, site: Path, lecture: Callable[[Path], nbformat.NotebookNode]) -> None:
    """Write the pages below `site`, anew.

    Raises: RuntimeError if Sphinx warns or fails.
    """
    source, memory = (site.with_name(f"{site.name}_{name}") for name in ("source", "doctrees"))
    for old in (source, memory, site):
        shutil.rmtree(old, ignore_errors=True)
    write_source(course, source, lecture)
    options = ["-b", "html", "-q", "-W", "--keep-going", "-d", str(memory)]
    if build_main([*options, str(source), str(site)]):
        raise RuntimeError("Sphinx did not take all pages; its messages stand above")


def told(site: Path, seconds: float) -> str:
    """One line about a finished site."""
    files = [path for path in site.rglob("*") if path.is_file()]
    pages = [path for path in files if path.suffix == ".html"]
    size = sum(path.stat().st_size for path in files)
    largest = max(pages, key=lambda page: page.stat().st_size)
    return (
        f"{len(pages)} pages, {size / 1e6:.1f} MB in all, the largest {largest.name} with "
        f"{largest.stat().st_size / 1e6:.2f} MB; {seconds:.0f} s. Open {site / 'index.html'}"
    )
