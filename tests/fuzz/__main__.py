"""`make fuzz`: draw inputs for all that reads what students wrote, until the time is up.

Every input must end as graded or as refused by name. A line is printed for each target in each
round, and for each finding with what repeats it. The exit code is 1 if there are any.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import traceback
from pathlib import Path

from tests.fuzz.ground import make_ground
from tests.fuzz.target import GRADED, REFUSED, Tally, Target, peak_memory, try_batch
from tests.fuzz.targets import all_targets

MAX_SHOWN = 6000
"""Characters of a finding; what it was found with may be long."""


def main() -> int:
    """Run the command; returns its exit code."""
    options = _parsed()
    with tempfile.TemporaryDirectory(prefix="fuzz-") as place:
        ground = make_ground(Path(place).resolve())
        targets = [one for one in all_targets(ground) if options.only in ("", one.name)]
        if not targets:
            print(f"make fuzz: no target {options.only!r}", file=sys.stderr)
            return 2
        tallies = {target.name: Tally() for target in targets}
        end = time.monotonic() + 60 * options.minutes
        seed = options.seed
        while time.monotonic() < end:
            for target in targets:
                try_round(target, seed, tallies[target.name])
            seed += 1
    for name, tally in tallies.items():
        print(f"{name:<32}{_summary([tally])}")
    print(f"{_summary([*tallies.values()])} · memory at most {peak_memory() >> 20} MB")
    return 1 if any(tally.findings for tally in tallies.values()) else 0


def _parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make fuzz",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        usage='make fuzz ARGS="[--minutes N] [--seed N] [--only TARGET]"',
    )
    parser.add_argument(
        "--minutes",
        type=float,
        default=10.0,
        metavar="N",
        help="begin no round later (default: 10)",
    )
    parser.add_argument(
        "--seed", type=int, default=0, metavar="N", help="of the first round (default: 0)"
    )
    parser.add_argument("--only", default="", metavar="TARGET", help="one target, by its name")
    return parser.parse_args()


def try_round(target: Target, seed: int, tally: Tally) -> None:
    begun = time.monotonic()
    try:
        try_batch(target, seed, target.batch, tally)
    except Exception as finding:
        tally.findings.append(str(finding))
        print(f'\nfound with --minutes 0.01 --seed {seed} --only "{target.name}":')
        print("".join(traceback.format_exception(finding))[:MAX_SHOWN])
    print(
        f"seed {seed}  {target.name:<32}{_summary([tally])} · {time.monotonic() - begun:.0f} s",
        flush=True,
    )


def _summary(tallies: list[Tally]) -> str:
    inputs = sum(tally.inputs for tally in tallies)
    graded = sum(tally.ends[GRADED] for tally in tallies)
    refused = sum(tally.ends[REFUSED] for tally in tallies)
    failures = sum(len(tally.findings) for tally in tallies)
    return f"inputs {inputs} · graded {graded} · refused {refused} · failures {failures}"


if __name__ == "__main__":
    sys.exit(main())
