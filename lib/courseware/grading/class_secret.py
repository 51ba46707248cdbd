"""The secret of a class, which its inputs are drawn from: a file in the course folder."""

from __future__ import annotations

import secrets
from pathlib import Path

SECRET = "class_secret.txt"


def make_secret(root: Path) -> bool:
    """Make the class's secret, unless there is one; returns whether it was made."""
    path = root / SECRET
    if path.exists() and path.read_text(encoding="utf-8").strip():
        return False
    path.touch(mode=0o600)
    path.write_text(secrets.token_hex(16) + "\n", encoding="utf-8")
    return True


def class_secret(root: Path) -> str:
    """The class's secret, made by whichever command grades first."""
    make_secret(root)
    return (root / SECRET).read_text(encoding="utf-8").strip()
