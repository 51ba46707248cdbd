"""A file that is there whole or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a place to write to; what was written there becomes `path` when the block has ended.

    Folders are made. After an error nothing is left, and what was at `path` stays.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder, "deep", "marks.csv")) as new:
    ...         _ = new.write_text("ann,7")
    ...     Path(folder, "deep", "marks.csv").read_text()
    'ann,7'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{path.name}.new")
    new.unlink(missing_ok=True)  # a link that somebody left there is not followed
    try:
        yield new
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
