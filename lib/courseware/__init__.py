"""What teaching needs around the reference library. docs/architecture.md shows its rooms."""

import sys

# jsonschema, which nbformat loads, would spend a second on a grammar of web addresses, for a format
# that no notebook has.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
