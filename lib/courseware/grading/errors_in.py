"""What of a graded notebook ended in an error: cells, and calls of a check."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from courseware.grading.anomalies import name
from courseware.grading.rebuild import grade_id
from courseware.languages.catalogues import phrases_of_all
from courseware.languages.names import TRANSLATED

GOT = "got"
"""The label, in a check's report, of the line that says what a student's function ended in."""


@cache
def raised_in_call() -> re.Pattern[str]:
    """What finds the exception in that line, whatever the language of the report.

    >>> raised_in_call().findall("  got   NameError: x\\n  得到  ValueError")
    ['NameError', 'ValueError']
    """
    said = (phrases.say(GOT) for phrases in map(phrases_of_all, TRANSLATED) if phrases)
    labels = "|".join(map(re.escape, (GOT, *said)))
    kinds = "Error|Limit|Exception|Exit|Ended"
    return re.compile(rf"^[ \t]*(?:{labels})[ \t]+([A-Za-z_]\w*(?:{kinds}))\b", re.M)


def errors_in(graded: NotebookNode) -> Iterator[str]:
    """Cells that ended in an error, and calls of a check that did."""
    for cell in graded.cells:
        if cell.cell_type != "code" or not (is_grade(cell) or is_solution(cell)):
            continue
        for output in cell.outputs:
            text = output.get("data", {}).get("text/plain", "")
            ended = raised_in_call().findall(text) if is_grade(cell) else []
            ended += [output.ename] if output.output_type == "error" else []
            for how in dict.fromkeys(ended):
                late = how in ("CellTimeoutError", "TimeLimit")
                what = "ran out of time" if late else f"raised {name(how)}"
                what = "ended its process" if how == "ProcessEnded" else what
                if how != "NotImplementedError":
                    yield f"{grade_id(cell)} {what}"
