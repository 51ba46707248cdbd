"""Run the lectures, keep stored notebooks clean, and generate exercises/ from solutions/.

The command line is `python -m courseware.notebooks --help`.
"""

from courseware.notebooks.execution import BUDGET_SECONDS, Outcome, execute
from courseware.notebooks.release import released, update
from courseware.notebooks.stored_form import check, find, normalise

__all__ = [
    "BUDGET_SECONDS",
    "Outcome",
    "check",
    "execute",
    "find",
    "normalise",
    "released",
    "update",
]
