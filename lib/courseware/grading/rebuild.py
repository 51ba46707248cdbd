"""Rebuild a submission from its master: the core of robust grading.

nbgrader repairs what a student handed in, cell by cell, and every way of breaking a notebook that
it does not know of costs points or ends the run. Here nothing is repaired. The notebook that is
graded is a fresh copy of the master, into which only the sources of the submission's solution
cells are put, found by their nbgrader id, or by their cell id where a tool took that away.
Metadata, tags, outputs, order, further cells, kernel and format of the submission have no effect;
what differs is reported.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, ClearMarkScheme
from nbgrader.utils import compute_checksum, is_solution

from courseware.grading import anomalies as kinds
from courseware.grading.anomalies import Anomaly, name
from courseware.grading.reading import MAX_SOURCE_LENGTH, SubmittedCell, read_submission, too_long
from courseware.handing_in.names import bound_names, used_names
from courseware.languages.exercises import in_every_language

FLAGS = ("points", "grade", "solution", "locked", "task")
STRONG_TAGS = frozenset({"skip-execution", "raises-exception"})
"""Cell tags that would change how stock nbgrader runs a cell."""


EARLIER = "It was made from an earlier release of the exercise; it is graded by the one of now."


class NotRecognised(Exception):
    """A notebook in which no cell is one of the exercise: a person has to look, it is no 0."""


def rebuild(
    master: NotebookNode, submitted: bytes | Mapping[str, Any]
) -> tuple[NotebookNode, list[Anomaly]]:
    """A notebook to grade, and what was odd about the submission.

    `master` is the source notebook with its solutions cleared to stubs and its hidden tests kept.
    `submitted` is the bytes of a file, or a parsed notebook. Both are left as they are. Raises
    `NotRecognised`, and nothing else whatever is in `submitted`: what cannot be read becomes the
    bare master, which scores 0.
    """
    released = _released_sources(master)
    notebook = copy.deepcopy(master)
    for cell in notebook.cells:
        cell.source = released[grade_id(cell)] if is_solution(cell) else cell.source
    submission = read_submission(submitted)
    known = {grade_id(cell) for cell in notebook.cells} - {""}
    found = [replace(a, cell=a.cell if a.cell in known else "") for a in submission.anomalies]
    if not submission.readable:
        return notebook, found
    submission = replace(submission, cells=_recognised(master, submission.cells))
    copies: dict[str, list[SubmittedCell]] = defaultdict(list)
    for cell in submission.cells:
        copies[cell.grade_id].append(cell)
    if not known & copies.keys():
        raise NotRecognised("no cell could be recognised as one of the exercise")
    earlier = any(
        _as_handed_out(came) and _is_other(cell, released[grade_id(cell)], came)
        for cell in notebook.cells
        if grade_id(cell)
        for came in copies[grade_id(cell)]
    )
    if earlier:
        found.append(Anomaly(kinds.EARLIER_RELEASE, "", EARLIER))
    for cell in notebook.cells:
        key = grade_id(cell)
        if key in known:
            found += _differences(cell, released[key], copies[key], earlier)
        if is_solution(cell) and copies[key]:
            cell.source, oddities = _answer(cell, copies[key])
            found += oddities
    found += _reordered(notebook, submission.cells)
    found += _own_cells(master, notebook, submission.cells)
    return notebook, found


def grade_id(cell: NotebookNode) -> str:
    """The nbgrader id of a cell of the master, empty for an ordinary cell."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id", ""))


def _recognised(
    master: NotebookNode, cells: tuple[SubmittedCell, ...]
) -> tuple[SubmittedCell, ...]:
    """The cells of a submission; one without an nbgrader id gets that of its cell id."""
    came = {cell.grade_id for cell in cells}
    ids = {cell.get("id", ""): grade_id(cell) for cell in master.cells}
    lost = {cell_id: key for cell_id, key in ids.items() if key not in came}
    return tuple(
        cell if cell.grade_id else replace(cell, grade_id=lost.get(cell.cell_id, ""))
        for cell in cells
    )


def without_hidden_parts(notebook: NotebookNode) -> NotebookNode:
    """Take hidden tests and marking schemes out, in place; answers stay as they were written."""
    part = copy.copy(notebook)
    part["cells"] = [cell for cell in notebook.cells if not is_solution(cell)]
    for step in (ClearHiddenTests(), ClearMarkScheme()):
        step.preprocess(part, {})
    return notebook


def _released_sources(master: NotebookNode) -> dict[str, str]:
    """What students were given: the sources without hidden tests and marking schemes."""
    released = copy.deepcopy(master)
    for step in (ClearHiddenTests(), ClearMarkScheme()):
        released, _ = step.preprocess(released, {})
    return {grade_id(cell): cell.source for cell in released.cells}


def _as_handed_out(came: SubmittedCell) -> bool:
    """Whether a cell fits the checksum that nbgrader wrote into it: only notes hang on that."""
    metadata = NotebookNode(nbgrader=NotebookNode(came.flags))
    cell = NotebookNode(cell_type=came.cell_type, source=came.source, metadata=metadata)
    try:
        return bool(came.flags.get("checksum") == compute_checksum(cell))
    except (KeyError, OverflowError, TypeError, ValueError):  # there may be anything in it
        return False


def _differences(
    cell: NotebookNode, released: str, copies: list[SubmittedCell], earlier: bool
) -> Iterator[Anomaly]:
    """How the submitted copies of one cell differ from it, sources of solutions apart.

    In one of an `earlier` release, points and what came as it was given are nobody's fault.
    """
    key = grade_id(cell)
    if not copies:
        effect = "it counts as not answered" if is_solution(cell) else "it was put back"
        yield Anomaly(kinds.MISSING, key, f"The cell {key} is missing; {effect}.")
        return
    types = {came.cell_type for came in copies} - {cell.cell_type}
    if types:
        other = name(" and ".join(sorted(types))) or "an unknown type"
        text = f"The cell {key} was turned from {cell.cell_type} into {other}; it was turned back."
        yield Anomaly(kinds.RETYPED, key, text)
    flags = [flag for flag in FLAGS if not (earlier and flag == "points")]
    changed = [flag for flag in flags if any(_flag_differs(cell, came, flag) for came in copies)]
    changed += sorted({tag for came in copies for tag in came.tags} & STRONG_TAGS)
    if changed:
        what = ", ".join(changed)
        text = f"The settings of the cell {key} were changed ({what}); this has no effect."
        yield Anomaly(kinds.CHANGED_FLAGS, key, text)
    if not is_solution(cell):
        others = [came for came in copies if _is_other(cell, released, came)]
        if any(not (earlier and _as_handed_out(came)) for came in others):
            text = f"The cell {key} was changed; it is graded with the original one."
            yield Anomaly(kinds.CHANGED_TEST, key, text)


def _is_other(cell: NotebookNode, released: str, came: SubmittedCell) -> bool:
    """Whether a cell that is not to be filled in came with another text than it is given with."""
    source = came.source.rstrip()
    if is_solution(cell) or source in (released.rstrip(), cell.source.rstrip()):
        return False
    given = in_every_language(released) if cell.cell_type == "markdown" else set()
    return source not in {text.rstrip() for text in given}


def _flag_differs(cell: NotebookNode, came: SubmittedCell, flag: str) -> bool:
    if flag not in came.flags:
        return False
    given = cell.metadata.nbgrader.get(flag)
    if flag == "points":
        return bool(came.flags[flag] != given)
    return bool(came.flags[flag]) != bool(given)


def _answer(cell: NotebookNode, copies: list[SubmittedCell]) -> tuple[str, list[Anomaly]]:
    """The source to grade out of one or more copies of a solution cell.

    Of several the last counts, as in nbgrader, unless it is still the stub. JupyterLab copies the
    id when a cell is split: parts are joined where that gives the names that the stub defines,
    and the last part alone does not. Written answers are read by a person, who gets all parts.
    """
    source, oddities = _joined(cell, copies)
    if len(source) > MAX_SOURCE_LENGTH:
        return "", [*oddities, too_long(len(source), grade_id(cell))]
    return source, oddities


def _joined(cell: NotebookNode, copies: list[SubmittedCell]) -> tuple[str, list[Anomaly]]:
    key, stub = grade_id(cell), cell.source.strip()
    sources = [came.source for came in copies]
    if len(sources) == 1:
        return sources[0], []
    written = [source for source in sources if source.strip() not in ("", stub)]
    last = written[-1] if written else sources[-1]
    parts = list(dict.fromkeys(written))
    if cell.cell_type == "markdown":
        joined, is_split = "\n\n".join(parts), len(parts) > 1
    else:
        joined, wanted = "\n".join(parts), bound_names(stub)
        is_split = not wanted <= bound_names(last) and wanted <= bound_names(joined)
    if is_split:
        text = f"The cell {key} was in {len(parts)} pieces, which were joined."
        return joined, [Anomaly(kinds.SPLIT, key, text)]
    text = f"The cell {key} is there {len(sources)} times; the last one with an answer counts."
    return last, [Anomaly(kinds.DUPLICATED, key, text)]


def _reordered(notebook: NotebookNode, cells: tuple[SubmittedCell, ...]) -> list[Anomaly]:
    order = [grade_id(cell) for cell in notebook.cells if grade_id(cell)]
    came = [cell.grade_id for cell in cells]
    once = [key for key in order if came.count(key) == 1]
    if sorted(once, key=came.index) == once:
        return []
    text = "Cells were moved; they are graded in the order of the exercise."
    return [Anomaly(kinds.REORDERED, "", text)]


def _own_cells(
    master: NotebookNode, notebook: NotebookNode, cells: tuple[SubmittedCell, ...]
) -> list[Anomaly]:
    """Code cells that the student added or that are no part of the grading: not run."""
    known = {grade_id(cell) for cell in master.cells} - {""}
    free = [cell for cell in cells if cell.cell_type == "code" and cell.grade_id not in known]
    given = {cell.source.strip() for cell in master.cells if not grade_id(cell)} | {""}
    given_ids = {cell.get("id", "") for cell in master.cells} - {""}
    added = [c for c in free if c.source.strip() not in given and c.cell_id not in given_ids]
    found = [*_answered_elsewhere(master, notebook, free), *_needed(notebook, free)]
    if added and not found:
        text = f"Code cells that were added to the exercise are not run ({len(added)} here)."
        found.append(Anomaly(kinds.EXTRA, "", text))
    return found


def _answered_elsewhere(
    master: NotebookNode, notebook: NotebookNode, free: list[SubmittedCell]
) -> Iterator[Anomaly]:
    """Solution cells that are still the stub while a cell that is not run holds the answer."""
    elsewhere = frozenset().union(*(bound_names(cell.source) for cell in free))
    for stub, cell in zip(master.cells, notebook.cells, strict=True):
        if cell.cell_type != "code" or not is_solution(cell):
            continue
        answered = sorted(bound_names(stub.source) & elsewhere)
        if answered and cell.source.strip() in ("", stub.source.strip()):
            key, names = grade_id(cell), ", ".join(map(name, answered[:5]))
            text = (
                f"The cell {key} is still the stub, but an added code cell defines {names}. "
                "Added cells are not run: move this into the solution cell."
            )
            yield Anomaly(kinds.ANSWERED_ELSEWHERE, key, text)


def _needed(notebook: NotebookNode, free: list[SubmittedCell]) -> Iterator[Anomaly]:
    """Solution cells that lean on a name which only a cell that is not run defines."""
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    there = frozenset().union(*(bound_names(cell.source) for cell in code))
    lost = frozenset().union(*(bound_names(cell.source) for cell in free)) - there
    for cell in code:
        needs = sorted(used_names(cell.source) & lost) if is_solution(cell) else []
        if needs:
            key, names = grade_id(cell), ", ".join(map(name, needs[:5]))
            text = (
                f"The cell {key} uses {names}, defined in an added code cell only. "
                "Added cells are not run: move this into the solution cell."
            )
            yield Anomaly(kinds.NEEDS_OWN_CELL, key, text)
