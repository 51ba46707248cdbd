"""When a hand-in came: what there is to go by, and how far it can be trusted.

Nothing that lies in a hand-in proves when it was handed in. nbgrader's `timestamp.txt` is written
by `nbgrader submit`, which runs as the student; the time of a file is set by whoever packed it. So
by default nobody knows, and nobody counts as late. A teacher who collects in a way that vouches
for one of the two says so in `nbgrader_config.py`:

    c.Intake.arrival = "timestamp"    # timestamp.txt is written by a collector that is trusted
    c.Intake.arrival = "modified"     # the files were stored at the moment they were handed in
"""

from __future__ import annotations

import contextlib
import re
from datetime import UTC, datetime

from nbgrader.utils import parse_utc

UNKNOWN, BY_TIMESTAMP, BY_MODIFICATION = WAYS = ("unknown", "timestamp", "modified")
TIMESTAMP = "timestamp.txt"

NOBODY_IS_LATE = (
    "has a due date, but when hand-ins came is not known, and nobody counts as late: "
    "docs/grading.md says how to set c.Intake.arrival"
)

_FORM = re.compile(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?: ?[A-Z+:\d-]{1,6})?")
"""nbgrader's own form, and the one of the sites that it collects from."""


def time_in(content: bytes) -> datetime | None:
    """The time that a `timestamp.txt` holds, in UTC; None if it holds anything else.

    >>> time_in(b"2015-02-02 15:58:23.948203 UTC"), time_in(b"yesterday")
    (datetime.datetime(2015, 2, 2, 15, 58, 23, 948203), None)
    """
    text = content.decode("ascii", "replace").strip()
    if not _FORM.fullmatch(text):
        return None
    with contextlib.suppress(ValueError, OverflowError):
        moment: datetime = parse_utc(text)
        return moment
    return None


def time_of_file(modified: float) -> datetime:
    """The time of a file as nbgrader keeps times: in UTC, without saying so."""
    return datetime.fromtimestamp(modified, UTC).replace(tzinfo=None)


def as_text(moment: datetime) -> str:
    """A time as nbgrader writes it into `timestamp.txt`.

    >>> time_in(as_text(datetime(2015, 2, 2)).encode())
    datetime.datetime(2015, 2, 2, 0, 0)
    """
    return f"{moment:%Y-%m-%d %H:%M:%S.%f} UTC"
