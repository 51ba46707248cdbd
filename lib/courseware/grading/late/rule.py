"""When a hand-in was due, how late it came, and what that takes off: numbers and dates alone."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = 24 * 60 * 60

NONE, POINTS, PERCENT, CUTOFF = KINDS = ("none", "points", "percent", "cutoff")

NUMBERS = ("per_day", "most", "cutoff_days", "grace_minutes")
SETTINGS = ("due", "policy", "extensions", "came", *NUMBERS)

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d)?) ?(Z|[+-]\d\d:\d\d|[A-Za-z_/]+)")


@dataclass(frozen=True)
class Policy:
    """What lateness costs.

    Attributes:
        kind: one of `KINDS`.
        per_day: points, or percent of what was reached, for each day begun.
        most: never more than so many points, or percent; None for no limit.
        cutoff_days: later than this counts nothing; None for never.
    """

    kind: str = NONE
    per_day: float = 0.0
    most: float | None = None
    cutoff_days: float | None = None

    def told(self) -> str:
        """In words.

        >>> Policy("percent", per_day=10, most=50, cutoff_days=7).told()
        '10 percent a day, 50 at most, nothing counts after 7 days'
        """
        parts = []
        if self.kind in (POINTS, PERCENT):
            parts.append(f"{self.per_day:g} {self.kind} a day")
            parts += [] if self.most is None else [f"{self.most:g} at most"]
        if self.cutoff_days is not None:
            days = self.cutoff_days
            parts.append(f"nothing counts after {days:g} days" if days else "nothing counts")
        return ", ".join(parts) or "nothing taken off"

    def penalty(self, days_late: int, reached: float) -> float:
        """What is taken off so many points, for so many days begun; never more than there are.

        >>> Policy("percent", per_day=10, most=50).penalty(2, 80.0)
        16.0
        >>> Policy("points", per_day=5, cutoff_days=3).penalty(4, 80.0)
        80.0
        """
        if self.cutoff_days is not None and days_late > self.cutoff_days:
            return max(0.0, reached)
        taken = self.per_day * days_late
        taken = taken if self.most is None else min(taken, self.most)
        if self.kind == PERCENT:
            taken *= reached / 100
        return round(max(0.0, min(taken if self.kind in (POINTS, PERCENT) else 0.0, reached)), 4)


@dataclass(frozen=True)
class Lateness:
    """How late a hand-in came, and by which policy that is charged.

    Both moments have the zone in which the due date was written, and are told in it.
    """

    days: int
    due: datetime
    came: datetime
    policy: Policy

    def penalty(self, reached: float) -> float:
        """What it takes off so many points."""
        return self.policy.penalty(self.days, reached)

    def told(self) -> str:
        """How late, in words.

        >>> due = moment_of("2026-10-05 23:59 +02:00", "c.Late.due")
        >>> Lateness(1, due, due + timedelta(hours=2), Policy()).told()
        '1 day late'
        """
        return f"{self.days} {'day' if self.days == 1 else 'days'} late"

    def to_json(self) -> str:
        """As text, to be kept: moments in UTC (an hour of autumn is there twice), and the zone."""
        moments = {name: text_of(getattr(self, name).astimezone(UTC)) for name in ("due", "came")}
        return json.dumps(asdict(self) | moments | {"zone": _zone_of(self.due)}, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> Lateness:
        """What `to_json` wrote."""
        kept = json.loads(text)
        zone = _zone(kept.get("zone", "UTC"))  # what was kept before zones were has none
        due, came = (moment_of(kept[name], name).astimezone(zone) for name in ("due", "came"))
        return Lateness(kept["days"], due, came, Policy(**kept["policy"]))


@dataclass(frozen=True)
class Rule:
    """When one exercise is due for whom, and what it costs to be late. Moments have zones."""

    due: datetime | None = None
    policy: Policy = field(default_factory=Policy)
    grace: timedelta = timedelta()
    extensions: Mapping[str, datetime] = field(default_factory=dict)
    came: Mapping[str, datetime] = field(default_factory=dict)

    def lateness(self, student: str, arrived: datetime | None) -> Lateness | None:
        """How late a student's hand-in came; None if it was on time, or if nobody knows.

        What the teacher says of a student goes before when it arrived, which is in UTC and does
        not say so, as nbgrader keeps it.
        """
        known = None if arrived is None else arrived.replace(tzinfo=UTC)
        due, came = self.extensions.get(student, self.due), self.came.get(student, known)
        if due is None or came is None:
            return None
        past = came.astimezone(UTC) - due.astimezone(UTC)  # within one zone, clocks are compared
        if past <= self.grace:
            return None
        days = math.ceil(past.total_seconds() / DAY)
        came = came.astimezone(due.tzinfo).replace(second=0, microsecond=0)  # as it is kept
        return Lateness(days, due.replace(second=0), came, self.policy)


def read_rule(
    settings: Mapping[str, Any], exercise: str, due_in_gradebook: datetime | None = None
) -> Rule:
    """The rule of an exercise out of `c.Late`; raises a ValueError for what cannot be meant.

    A due date that stands in the gradebook alone (formgrader sets it, in UTC) counts where none is
    configured.
    """
    if unknown := sorted(set(settings) - set(SETTINGS)):
        raise ValueError(f"c.Late has no {unknown[0]!r}: expected one of {', '.join(SETTINGS)}")
    due = _moments(settings, "due").get(exercise)
    extensions, came = (_of_students(settings, key, exercise) for key in ("extensions", "came"))
    if due is None and due_in_gradebook is not None:
        due = due_in_gradebook.replace(tzinfo=UTC)
    return Rule(
        due,
        _policy(settings),
        timedelta(minutes=_number(settings, "grace_minutes") or 0.0),
        extensions,
        came,
    )


def exercises_in(settings: Mapping[str, Any]) -> set[str]:
    """The names under which `c.Late` has something.

    >>> sorted(exercises_in({"due": {"01_a": "…"}, "came": {"02_b": {}}, "policy": "none"}))
    ['01_a', '02_b']
    """
    tables = (settings.get(key) for key in ("due", "extensions", "came"))
    return {one for table in tables if isinstance(table, Mapping) for one in table}


def moment_of(text: Any, where: str) -> datetime:
    """A moment in the zone that it is written in; raises a ValueError that names the setting.

    >>> moment_of("2026-10-05 23:59 +02:00", "c.Late.due").isoformat()
    '2026-10-05T23:59:00+02:00'
    """
    found = _MOMENT.fullmatch(text.strip()) if isinstance(text, str) else None
    if found is None:
        example = '"2026-10-05 23:59 +02:00" (or Z, or a zone such as Europe/Berlin)'
        raise ValueError(f"{where}: expected a moment with its zone, {example}, got {text!r}")
    day, time, zone = found.groups()
    try:
        return datetime.fromisoformat(f"{day}T{time}").replace(tzinfo=_zone(zone))
    except (ValueError, ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(f"{where}: {text!r} is no moment: {error}") from error


def text_of(moment: datetime) -> str:
    """A moment to the minute, its zone as it is written in the settings.

    >>> text_of(moment_of("2026-10-05 23:59 Europe/Berlin", "c.Late.due"))
    '2026-10-05 23:59 Europe/Berlin'
    >>> text_of(moment_of("2026-10-05 23:59:30 Z", "c.Late.due"))
    '2026-10-05 23:59 UTC'
    """
    return f"{moment:%Y-%m-%d %H:%M} {_zone_of(moment)}"


def _zone(name: str) -> tzinfo:
    """Of `Z`, an offset, or the name of a zone."""
    if name in ("Z", "UTC"):
        return UTC
    if name[0] in "+-":
        return datetime.fromisoformat(f"2000-01-01T00:00{name}").tzinfo or UTC
    return ZoneInfo(name)


def _zone_of(moment: datetime) -> str:
    """The other way round."""
    zone = moment.tzinfo
    return str(zone) if isinstance(zone, ZoneInfo) or zone == UTC else moment.isoformat()[-6:]


def _policy(settings: Mapping[str, Any]) -> Policy:
    kind = settings.get("policy", NONE)
    if kind not in KINDS:
        raise ValueError(f"c.Late.policy: expected one of {', '.join(KINDS)}, got {kind!r}")
    per_day, most, cutoff = (_number(settings, key) for key in NUMBERS[:3])
    if (kind in (POINTS, PERCENT)) != (per_day is not None):
        needs = "needs" if per_day is None else "takes no"
        raise ValueError(f"c.Late.policy = {kind!r} {needs} c.Late.per_day")
    if kind == CUTOFF and cutoff is None:
        cutoff = 0.0
    return Policy(kind, per_day or 0.0, most, cutoff)


def _number(settings: Mapping[str, Any], key: str) -> float | None:
    value = settings.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < math.inf:
        raise ValueError(f"c.Late.{key}: expected a number from 0 up, got {value!r}")
    return float(value)


def _moments(settings: Mapping[str, Any], key: str) -> dict[str, datetime]:
    table = settings.get(key, {})
    if not isinstance(table, Mapping):
        raise ValueError(f"c.Late.{key}: expected a dict by exercise, got {table!r}")
    return {one: moment_of(text, f"c.Late.{key}[{one!r}]") for one, text in table.items()}


def _of_students(settings: Mapping[str, Any], key: str, exercise: str) -> dict[str, datetime]:
    table = settings.get(key, {})
    inner = table.get(exercise, {}) if isinstance(table, Mapping) else None
    if not isinstance(inner, Mapping):
        raise ValueError(
            f"c.Late.{key}: expected a dict by exercise and student, got {inner or table!r}"
        )
    where = f"c.Late.{key}[{exercise!r}]"
    return {who: moment_of(text, f"{where}[{who!r}]") for who, text in inner.items()}
