"""What experiments share: records, facts for them, and work that can be interrupted."""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from tqdm import tqdm

from courseware.experiments import NEEDS_GPU, RESULTS

Result = dict[str, Any]

NOT_KEPT = "model not kept"
"""In the place of a processor's model that nobody knows any more, or that the system keeps."""

PACKAGES = ("torch", "numpy", "scikit-learn")
"""What every experiment on digits depends on."""


def options_of(description: str, /, **counts: tuple[int, str]) -> argparse.Namespace:
    """The command line of an experiment: where its record goes, and whole numbers with defaults.

    Args:
        description: of the experiment, for --help.
        counts: by name of the option, with underscores: its default and what it is.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--out", type=Path, required=True, help="JSON file to write")
    for name, (default, what) in counts.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=int, default=default, help=what)
    return parser.parse_args()


def settings_of(options: argparse.Namespace, packages: Sequence[str], **more: Any) -> Result:
    """What a record says of its making: versions, machine, options, and what else is set."""
    counts = {name: value for name, value in vars(options).items() if name != "out"}
    return {"versions": versions(*packages), "machine": machine()} | counts | more


def collect(
    work: Mapping[str, Callable[[], Result]], settings: Result, out: Path
) -> dict[str, Result]:
    """Do what is not done yet; after each piece, a file beside the record `out` holds all that is.

    An interrupted run goes on where it was, and leaves an older record as it is. A file of other
    settings counts as nothing done.
    """
    settings = json.loads(json.dumps(settings))
    unfinished = _unfinished(out)
    unfinished.parent.mkdir(parents=True, exist_ok=True)
    kept = json.loads(unfinished.read_text(encoding="utf-8")) if unfinished.exists() else {}
    results: dict[str, Result] = kept["results"] if kept.get("settings") == settings else {}
    for name in tqdm([name for name in work if name not in results], unit="run"):
        results[name] = work[name]()
        fresh = unfinished.with_suffix(".new")  # renamed when complete: never half a file
        fresh.write_text(json.dumps({"settings": settings, "results": results}), encoding="utf-8")
        fresh.replace(unfinished)
    return {name: results[name] for name in work}


def write(out: Path, settings: Result, **found: Any) -> None:
    """Write the record: settings, date and what was found; nothing is unfinished any more."""
    record = settings | {"date": time.strftime("%Y-%m-%d")} | found
    out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    _unfinished(out).unlink()


def _unfinished(out: Path) -> Path:
    """Where the results of an interrupted run stand until the record is written."""
    return out.with_suffix(".partial")


def exit_code(main: Callable[[], int]) -> int | str:
    """Run an experiment's `main`; interrupted, its exit code is a line that says how to go on."""
    try:
        return main()
    except KeyboardInterrupt:
        return f"{Path(sys.argv[0]).stem}: interrupted; the same command goes on from here"


def read_record(name: str) -> Result:
    """Return the record of an experiment, wherever the reader's working directory is.

    >>> read_record("decoder_7b")["prompt_tokens"]
    512
    """
    if name not in NEEDS_GPU:
        raise ValueError(f"name: expected one of {', '.join(NEEDS_GPU)}, got {name!r}")
    record: Result = json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))
    return record


def versions(*packages: str) -> dict[str, str]:
    """Of Python and of the packages that the figures depend on."""
    python = {"python": platform.python_version()}
    return python | {name: metadata.version(name) for name in packages}


def machine() -> Result:
    """Where the experiment ran, on one thread."""
    return {"processor": processor(), "cores": os.cpu_count(), "threads_used": 1}


def processor() -> str:
    """Model of the processor; where the system does not tell it, its kind, and that."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else f"{platform.machine()}, {NOT_KEPT}"


def missing(record: Mapping[str, Any]) -> list[str]:
    """What a record does not say of its making: the processor's model, seeds or runs, versions.

    A processor whose model is `NOT_KEPT` counts as said.

    >>> missing({"machine": {"processor": "x86_64"}, "draws": 6, "torch": "2.13", "date": "today"})
    ["processor's model"]
    """
    settings = {**record, **record.get("settings", {})}
    model = record.get("device") or record.get("machine", {}).get("processor", "")
    counts = [settings.get(name) for name in ("seeds", "draws", "seed")]
    told = {
        "processor's model": " " in model,  # a kind alone, such as x86_64, is one word
        "seeds": any(type(count) is int for count in counts),
        "versions": "torch" in record or "torch" in record.get("versions", {}),
        "date": "date" in record,
    }
    return [name for name, said in told.items() if not said]
