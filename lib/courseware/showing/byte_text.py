"""A number of bytes, in words."""

from __future__ import annotations

GB = 10**9


def byte_text(n_bytes: float) -> str:
    """Bytes in the unit that reads best; 1 kB is 1000 bytes.

    >>> byte_text(344_000_000), byte_text(13.5e9), byte_text(700e9), byte_text(36)
    ('344 MB', '13.5 GB', '700 GB', '36 B')
    """
    for unit, size in (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n_bytes >= size:
            return f"{n_bytes / size:.4g} {unit}"
    return f"{n_bytes:.4g} B"
