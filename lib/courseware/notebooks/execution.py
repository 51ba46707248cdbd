"""Execute notebooks from top to bottom, as a reader would, without writing anything back."""

import os
import re
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellControlSignal, CellExecutionError
from traitlets import default

from courseware.notebooks.stored_form import cell_name, read, stored_form
from courseware.progress.store import ENVIRONMENT as PROGRESS
from courseware.showing.claims import MIME_TYPE

BUDGET_SECONDS = 60.0
"""What a lecture may take on two cores; a longer one is marked in the time table."""

CELL_TIMEOUT_SECONDS = 300
TERMINAL_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


@dataclass(frozen=True)
class Outcome:
    """How one run went: how long it took, which cell stopped it, if one did, and what it claims.

    `claims` holds what `say` and `verdict` showed, as `courseware.showing.claims` writes it, with
    the id of its cell; `notebook` is what ran, with its outputs.
    """

    path: Path
    seconds: float
    error: str | None
    claims: tuple[Mapping[str, Any], ...] = ()
    notebook: nbformat.NotebookNode | None = None


class OwnKernelManager(AsyncKernelManager):
    """Starts the kernel of this very interpreter, whatever kernels the user has installed."""

    @default("kernel_spec_manager")
    def _own_kernel_only(self) -> KernelSpecManager:
        return KernelSpecManager(parent=self, kernel_dirs=[])


def execute(
    path: Path, cell_timeout: int = CELL_TIMEOUT_SECONDS, folder: Path | None = None
) -> Outcome:
    """Run the notebook at `path` in `folder`, its own if None.

    No cell may take over `cell_timeout` seconds.

    Raises ValueError if `path` is not a notebook; what goes wrong in a cell is in the outcome.
    """
    running = "before the first cell"

    def note_cell(cell: nbformat.NotebookNode, cell_index: int) -> None:
        nonlocal running
        running = cell_name(cell_index, cell)

    client = NotebookClient(
        nbformat.reads(stored_form(read(path), path), as_version=4),
        timeout=cell_timeout,
        kernel_manager_class=OwnKernelManager,
        resources={"metadata": {"path": str(folder or path.parent)}},
        on_cell_start=note_cell,
    )
    start, error = time.perf_counter(), None
    with tempfile.TemporaryDirectory() as scratch:
        manager = client.create_kernel_manager()
        # Sockets in a folder, not ports, which runs side by side could take from each other.
        manager.transport, manager.ip = "ipc", f"{scratch}/kernel"
        try:
            # A profile of its own: a user's start-up files change nothing, runs share no history.
            # Nor is such a run anybody's progress.
            own = {"IPYTHONDIR": scratch, PROGRESS: f"{scratch}/progress.json"}
            client.execute(env={**os.environ, **own})
        except (CellControlSignal, RuntimeError) as failure:
            error = f"{running}: {_explain(failure)}"
    seconds = time.perf_counter() - start
    return Outcome(path, seconds, error, tuple(_claims(client.nb)), client.nb)


def _claims(notebook: nbformat.NotebookNode) -> Iterator[Mapping[str, Any]]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if claim := output.get("data", {}).get(MIME_TYPE):
                yield {"cell": cell.id, **claim}


def print_claims(paths: Sequence[Path]) -> bool:
    """Execute each notebook and print its verdicts and readings; True if all ran to the end.

    A reading stands with its cell, in which the numbers come from; a verdict with its arms as well.
    """
    good = True
    for path in paths:
        outcome = execute(path)
        print(f"\n{path}" + (f"  ERROR {outcome.error}" if outcome.error else ""))
        for claim in outcome.claims:
            print(f"  {claim['kind']}  {claim['cell']}\n    {claim['text']}".replace("\n\n", "\n"))
            if claim["kind"] == "verdict":
                print(f"    rests on: {claim['rests_on']}")
        verdicts = sum(claim["kind"] == "verdict" for claim in outcome.claims)
        print(f"  {verdicts} verdicts, {len(outcome.claims) - verdicts} readings", flush=True)
        good = good and outcome.error is None
    return good


def _explain(failure: Exception) -> str:
    story = TERMINAL_COLOUR.sub("", str(failure)).strip()
    if isinstance(failure, CellExecutionError):
        return f"{failure.ename}: {failure.evalue}\n{story}"
    return story


def print_time_table(paths: Sequence[Path], budget: float = BUDGET_SECONDS) -> bool:
    """Execute each notebook, print a row as each ends and the errors at the end; True if none."""
    print("    time  notebook")
    outcomes = []
    for path in paths:
        outcome = execute(path)
        outcomes.append(outcome)
        remarks = [f"over {budget:g} s"] if outcome.seconds > budget else []
        remarks += ["ERROR"] if outcome.error else []
        print("  ".join([f"{outcome.seconds:6.1f} s", str(path), *remarks]), flush=True)
    failed = [outcome for outcome in outcomes if outcome.error]
    total = sum(outcome.seconds for outcome in outcomes)
    print(f"{total:6.1f} s  {len(outcomes)} run, {len(failed)} with an error")
    for outcome in failed:
        print(f"\n{outcome.path}: {outcome.error}")
    return not failed
