"""For which hand-ins inputs are drawn anew, and for which they are the same."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from courseware.grading.jobs import Job, Place, run_job
from tests.courseware.grading import toy

SEED = "from courseware.checks import class_seed\nprint(class_seed())\n1.0"


@pytest.fixture(scope="module")
def job(tmp_path_factory: pytest.TempPathFactory) -> Job:
    """A hand-in whose test cell shows the seed that its inputs are drawn from."""
    master = toy.source_notebook()
    test = toy.meta("test_seed", grade=True, locked=True, points=1)
    master.cells.append(new_code_cell(SEED, id="test-seed", metadata=test))
    root = tmp_path_factory.mktemp("course")
    place = Place(toy.EXERCISE, (Path(root),))
    submitted = toy.as_bytes(master)
    return Job("ada", toy.EXERCISE, submitted, nbformat.writes(master), "secret", place)


def seed_of(job: Job) -> str:
    """The seed of a hand-in."""
    outputs = json.loads(run_job(job).outputs)[-1]
    return str(outputs[0]["text"]).strip()


def test_the_same_hand_in_draws_the_same_and_any_other_code_another(job: Job) -> None:
    submitted = nbformat.reads(job.submitted.decode(), as_version=4)
    changed = toy.with_cell(submitted, "cube", "# second attempt")
    reworded = toy.with_cell(submitted, "why", "In other words.")
    first = seed_of(job)
    assert seed_of(job) == first
    assert seed_of(replace(job, submitted=toy.as_bytes(reworded))) == first
    others = {
        seed_of(replace(job, submitted=toy.as_bytes(changed))),
        seed_of(replace(job, student="bob")),
        seed_of(replace(job, secret="of another class")),
    }
    assert len({first, *others}) == 4
