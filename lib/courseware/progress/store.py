"""One readable file of what a learner has done; it is never sent anywhere.

The file is `progress.json` in the course folder (git ignores it), or what `COURSE_PROGRESS` names.
Sections hold entries by name: `{"predictions": {"02-equal-bits": {...}}}`. Two notebooks may write
at once: each change is made under a lock, to what the file holds then, and replaces the file in one
step.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

ENVIRONMENT = "COURSE_PROGRESS"
SECONDS = 5.0
"""To wait for another notebook that writes; it takes a thousandth of a second."""

ANEW = "move it away to begin anew"

Sections = dict[str, dict[str, Any]]


def progress_file() -> Path:
    """Where the progress of whoever learns here is kept."""
    named = os.environ.get(ENVIRONMENT)
    return Path(named) if named else Path(__file__).parents[3] / "progress.json"


def read_progress(path: Path | None = None) -> Sections:
    """All sections; none where there is no file yet.

    Raises: ValueError if the file does not hold sections of entries.
    """
    path = path or progress_file()
    try:
        sections = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (ValueError, OSError) as error:
        raise ValueError(f"{path} cannot be read ({error}); {ANEW}") from error
    if not (isinstance(sections, dict) and all(isinstance(s, dict) for s in sections.values())):
        raise ValueError(f"{path} does not hold progress; {ANEW}")
    return sections


def keep_progress(
    section: str, name: str, changes: Mapping[str, Any], path: Path | None = None
) -> dict[str, Any]:
    """Change fields of an entry, made if there is none yet; returns the entry as it is then.

    Raises: ValueError if the file is not one of progress; OSError where it cannot be written.
    """
    path = path or progress_file()
    with _alone_with(path):
        sections = read_progress(path)
        entry = sections.setdefault(section, {}).setdefault(name, {})
        entry.update(changes)
        _replace(path, sections)
    return entry


def reset_progress(path: Path | None = None) -> Path | None:
    """Begin anew; what there was is kept beside, under the name that is returned, if anything."""
    path = path or progress_file()
    with _alone_with(path):
        if not path.exists():
            return None
        number = 1
        while (kept := path.with_suffix(f".{number}{path.suffix}")).exists():
            number += 1
        path.replace(kept)
    return kept


@contextlib.contextmanager
def _alone_with(path: Path) -> Iterator[None]:
    try:
        with FileLock(f"{path}.lock", timeout=SECONDS):
            yield
    except Timeout:
        raise OSError(f"{path} is locked by another program") from None


def _replace(path: Path, sections: Sections) -> None:
    text = json.dumps(sections, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    new = path.with_name(f"{path.name}.new")
    new.write_text(text, encoding="utf-8")
    new.replace(path)
