"""Catalogues of translations: bring them up to the course, fill them, read them over."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from courseware.languages.catalogues import FOLDER, Translation, filled, read_catalogue
from courseware.languages.extraction import update
from courseware.languages.names import TRANSLATED
from courseware.languages.proofreading import faults


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit code: 1 where `check` has found something."""
    parser = argparse.ArgumentParser(prog="python -m courseware.languages", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("extract", help="new phrases into all .po files; what is translated stays")
    check = commands.add_parser("check", help="what is left to do, and what is wrong")
    check.add_argument("files", nargs="*", type=Path, metavar="FILE", help="default: all .po files")
    listed = commands.add_parser("list", help="what is left to translate, as JSON to fill in")
    listed.add_argument("file", type=Path, metavar="FILE")
    fill = commands.add_parser("fill", help="put meanings into a .po file")
    fill.add_argument("file", type=Path, metavar="FILE")
    fill.add_argument("meanings", type=Path, metavar="JSON", help='{"English": "meaning"}')
    options = parser.parse_args(arguments)
    try:
        if options.command == "extract":
            print(*(path.relative_to(FOLDER) for path in update()), sep="\n")
        elif options.command == "list":
            left = {one.phrase: "" for one in _entries(options.file) if not one.meaning}
            print(json.dumps(left, indent=1, ensure_ascii=False))
        elif options.command == "fill":
            _fill(options.file, options.meanings)
        else:
            return _check(options.files or sorted(FOLDER.rglob("*.po")))
    except (ValueError, OSError) as error:
        print(f"languages: {error}", file=sys.stderr)
        return 2
    return 0


def _entries(path: Path) -> list[Translation]:
    if not path.is_file():
        raise ValueError(f"FILE: expected a .po file, got {path}")
    return read_catalogue(path)


def _fill(path: Path, meanings: Path) -> None:
    _entries(path)
    path.write_bytes(filled(path.read_bytes(), json.loads(meanings.read_text(encoding="utf-8"))))


def _check(files: Sequence[Path]) -> int:
    left = wrong = 0
    for path in files:
        language, entries = language_of(path), _entries(path)
        empty = sum(not one.meaning for one in entries)
        found = [(one, fault) for one in entries for fault in faults(one, language)]
        left, wrong = left + empty, wrong + len(found)
        print(f"{path.resolve().relative_to(FOLDER)}: {empty} of {len(entries)} to translate")
        for one, fault in found:
            print(f"  “{one.phrase[:60]}” {fault}")
    print(f"{left} to translate, {wrong} to mend")
    return 1 if left or wrong else 0


def language_of(path: Path) -> str:
    """The language of a .po file, by the folder that it lies in."""
    for language in TRANSLATED:
        if language.replace("-", "_") in path.resolve().parts:
            return language
    raise ValueError(f"FILE: expected one below {FOLDER}, got {path}")


if __name__ == "__main__":
    sys.exit(main())
