"""What the other people on a machine can look into, by owner, group and mode of files.

On a shared server the other accounts are the students. Lists of rights beyond the mode (ACLs) are
not read: where there are any, the bits of the group say the most that they give.
"""

from __future__ import annotations

import os
import pwd
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

FIRST, LAST = 1000, 59_999
"""Numbers that Linux gives to the accounts of people."""
NO_SHELLS = ("nologin", "false")
READ, PASS = 4, 1


@dataclass(frozen=True)
class Account:
    """Somebody with a login on this machine."""

    name: str
    number: int
    groups: frozenset[int]

    def may(self, bits: int, status: os.stat_result) -> bool:
        """Whether the mode of a file or folder gives this account all of some bits."""
        mode = stat.S_IMODE(status.st_mode)
        if status.st_uid == self.number:
            mode >>= 6
        elif status.st_gid in self.groups:
            mode >>= 3
        return mode & bits == bits

    def reaches(self, path: Path) -> bool:
        """Whether the account can read what is at a path, an absolute one without links."""
        above = all(self.may(PASS, one.stat()) for one in path.parents)
        return above and self.may(READ, path.stat())


def neighbours() -> list[Account]:
    """The accounts of other people than the one who asks."""
    return [
        Account(one.pw_name, one.pw_uid, frozenset(os.getgrouplist(one.pw_name, one.pw_gid)))
        for one in pwd.getpwall()
        if FIRST <= one.pw_uid <= LAST
        and one.pw_uid != os.geteuid()
        and os.path.basename(one.pw_shell) not in NO_SHELLS
    ]


def open_to(accounts: Iterable[Account], paths: Iterable[Path]) -> dict[Path, list[str]]:
    """Those paths that somebody of these can read, and who."""
    accounts = list(accounts)
    found = {
        path: [one.name for one in accounts if one.reaches(path.resolve())]
        for path in paths
        if path.exists()
    }
    return {path: names for path, names in found.items() if names}
