"""Finished pages: every link leads somewhere, nothing comes from elsewhere, no page is large."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

LARGEST = 2_000_000
"""Bytes of a page with its pictures."""

LOADED = {"img": "src", "script": "src", "link": "href", "iframe": "src", "source": "src"}
HARMLESS_LINKS = ("canonical", "next", "prev", "search", "index")
"""`<link>`s that no browser fetches."""


class _Reader(HTMLParser):
    """The ids of a page, its links, and what a browser loads with it."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.images_without_text = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.ids |= {values[name] for name in ("id", "name") if values.get(name)}
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "link" and values.get("rel", "") in HARMLESS_LINKS:
            return
        if tag == "img" and "alt" not in values:
            self.images_without_text += 1
        if values.get(LOADED.get(tag, "")):
            self.loaded.append(values[LOADED[tag]])


def problems(site: Path) -> list[str]:
    """What is wrong with the pages and style sheets below `site`; nothing if all is well."""
    read = cache(_read)
    found = [
        f"{page.relative_to(site)}: {problem}"
        for page in sorted(site.rglob("*.html"))
        for problem in _problems(page, site, read)
    ]
    for sheet in sorted(site.rglob("*.css")):
        for address in asks_for_others(sheet.read_text(encoding="utf-8")):
            found.append(f"{sheet.relative_to(site)}: loads {address}")
    return found


def _read(page: Path) -> _Reader:
    reader = _Reader()
    reader.feed(page.read_text(encoding="utf-8"))
    return reader


def _problems(page: Path, site: Path, read: Callable[[Path], _Reader]) -> Iterator[str]:
    reader = read(page)
    size = page.stat().st_size
    for address in reader.loaded:
        parts = urlsplit(address)
        if parts.scheme == "data":
            continue
        target = _target(page, parts.path)
        if parts.scheme or parts.netloc or address.startswith("/"):
            yield f"loads {address[:100]}, which is not below its folder"
        elif not _is_below(target, site) or not target.is_file():
            yield f"loads {address}, which is not there"
        elif target.suffix in (".png", ".svg", ".jpg"):
            size += target.stat().st_size
    for address in dict.fromkeys(reader.links):
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = _target(page, parts.path) if parts.path else page
        if address.startswith("/") or not _is_below(target, site) or not target.is_file():
            yield f"links to {address}, which is not there"
        elif target.suffix == ".html" and not _has_place(read(target), parts.fragment):
            yield f"links to {address}, where no such place is"
    if reader.images_without_text:
        yield f"{reader.images_without_text} pictures without a text"
    if size > LARGEST:
        yield f"{size / 1e6:.1f} MB with its pictures, at most {LARGEST / 1e6:g}"


def _has_place(page: _Reader, fragment: str) -> bool:
    return not fragment or unquote(fragment) in page.ids


def _target(page: Path, path: str) -> Path:
    return (page.parent / unquote(path)).resolve()


def _is_below(target: Path, site: Path) -> bool:
    return target.is_relative_to(site.resolve())


def asks_for_others(text: str) -> list[str]:
    """Addresses that a style sheet would load.

    >>> asks_for_others("a { background: url(https://b.example/c.png) }")
    ['https://b.example/c.png']
    """
    return re.findall(r"""url\(["']?(https?://[^"')]+)""", text)
