"""`make mutation` finds holes and keeps its list honest; a sample of mutants finds no hole."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import torch

from courseware.checks import all_tasks
from courseware.checks.task import Check, Draw, Task
from tests.mutation import scores
from tests.mutation.__main__ import INTERRUPTED, main
from tests.mutation.equivalent import listed
from tests.mutation.judging import judged, prepared
from tests.mutation.mutants import Mutant, mutants_of, plain
from tests.mutation.scores import Score, fill, summary
from tests.mutation.solutions import Solution, solutions

SAMPLED = (
    "signed_value",
    "quantize_affine",
    "nf4_quantize",
    "ste_mask",
    "kl_divergence",
    "magnitude_mask",
    "shrink_conv_pair",
    "cubic_sparsity",
    "iterative_masks",
)
"""A task of each chapter, of those that are judged in an instant."""

SAMPLE = 10
"""Mutants of each. `make mutation` judges all of every task."""

CLIPPED = '''\
def clipped(x, top):
    """The numbers up to `top`."""
    ### BEGIN SOLUTION
    if top < 0:
        raise ValueError(f"top is {top}")
    return x.clamp(max=top)
    ### END SOLUTION
'''
SOLUTION = Solution("clipped", CLIPPED, {})


def clipping(*numbers: int) -> Task:
    """A task whose checks clip these numbers at 3, 0 at 0, and refuse to clip at −1."""

    def draw(_: Draw) -> Iterator[tuple[Any, ...]]:
        yield torch.tensor(numbers), 3
        yield torch.tensor([0]), 0
        yield torch.tensor([0]), -1

    def clipped(x: torch.Tensor, top: int) -> torch.Tensor:
        if top < 0:
            raise ValueError
        return x.clamp(max=top)

    return Task("clipped", 4, clipped, (Check("clips", 1, draw),), (), "lecture 00")


def score(task: Task, reasons: dict[Any, str] | None = None) -> Score:
    result = Score("clipped")
    fill(result, prepared(task, SOLUTION, "s"), reasons or {})
    return result


def by_hand(body: str) -> Mutant:
    return Mutant("clipped", "by_hand", CLIPPED, f"def clipped(x, top):\n    {body}\n", "", "")


def test_a_sample_of_mutants_finds_no_hole() -> None:
    known, reasons = solutions(), listed()
    for name in SAMPLED:
        result = Score(name)
        fill(result, prepared(all_tasks()[name], known[name], "test"), reasons, SAMPLE)
        assert "\n".join(result.faults) == ""
        assert result.mutants == SAMPLE


def test_every_task_has_its_solution() -> None:
    assert solutions().keys() == all_tasks().keys()


def test_every_listed_line_is_still_in_its_solution() -> None:
    lines = {name: plain(solution.source) for name, solution in solutions().items()}
    for task, _, line, _ in listed():
        for part in line.splitlines():
            assert f" {part}\n" in f"{lines[task]}\n"


def test_a_hole_lets_mutants_survive_and_an_input_closes_it() -> None:
    with_hole = score(clipping(1, 2))
    assert "    return x.clamp(max=top)" in with_hole.faults[0]
    assert "return x" in {mutant.added for mutant in with_hole.survivors}
    assert score(clipping(1, 2, 5)).faults == []


def test_a_survivor_is_shown_with_its_line() -> None:
    [diff] = {m.diff for m in score(clipping(1)).survivors if m.added == "return x"}
    assert diff.splitlines() == [
        "--- clipped",
        "+++ call_left_out",
        "@@ -6 +6 @@",
        "-    return x.clamp(max=top)",
        "+    return x",
    ]


def test_what_is_listed_is_no_survivor_and_must_be_one() -> None:
    holes = {mutant.key: "not asked" for mutant in score(clipping(1, 2)).survivors}
    listed_as_such = score(clipping(1, 2), holes)
    assert (listed_as_such.faults, listed_as_such.equivalent) == ([], len(holes))
    closed = score(clipping(1, 2, 5), holes)
    assert len(closed.faults) == len(holes)
    assert all("is listed as equivalent, and loses points" in fault for fault in closed.faults)


def test_an_entry_without_a_mutant_is_a_fault() -> None:
    key = ("clipped", "call_left_out", "return x.clip(top)", "return x")
    [fault] = score(clipping(1, 5), {key: "gone"}).faults
    assert fault.startswith("clipped has no such mutant any more")


def test_a_mutant_is_listed_once() -> None:
    entry = '[[double]]\nwhy = "so"\nline = "a"\nswap_op = ["b"]\n'
    with pytest.raises(ValueError, match="must name a mutant once"):
        listed(entry + entry)


def test_the_texts_of_errors_and_documentation_are_not_changed() -> None:
    assert not [m for m in mutants_of(SOLUTION) if "top is" in m.removed or "numbers" in m.removed]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param("while True: pass", id="loops"),
        pytest.param("import time; time.sleep(99)", id="sleeps"),
        pytest.param("return torch.ones(1 << 40)", id="allocates"),
        pytest.param("raise SystemExit", id="exits"),
        pytest.param("import os; os.kill(os.getpid(), 9)", id="crashes"),
        pytest.param("return 10 ** 10 ** 10", id="computes in C"),
    ],
)
def test_a_mutant_that_does_not_come_back_is_killed(body: str) -> None:
    ground = replace(prepared(clipping(5), SOLUTION, "s"), cpu_seconds=1.0)
    assert [survived for _, survived in judged(ground, [by_hand(body)], 1)] == [False]


def test_a_process_that_ends_without_a_verdict_kills_nobody() -> None:
    ground = prepared(clipping(5), SOLUTION, "s")
    with pytest.raises(RuntimeError, match="could not be judged"):
        list(judged(ground, [by_hand("import os; os._exit(1)")], 1))


def test_a_solution_that_loses_points_is_no_ground() -> None:
    wrong = replace(SOLUTION, source=CLIPPED.replace("max=top", "max=top + 1"))
    with pytest.raises(ValueError, match="the solution of clipped must keep all points"):
        prepared(clipping(5), wrong, "s")


def test_an_interrupt_leaves_what_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judge: Callable[..., Iterator[tuple[Mutant, bool]]] = scores.judged

    def interrupted(*arguments: Any) -> Iterator[tuple[Mutant, bool]]:
        yield next(judge(*arguments))
        raise KeyboardInterrupt

    monkeypatch.setattr(scores, "judged", interrupted)
    assert main(["--task", "bits_per_weight", "--jobs", "1"]) == INTERRUPTED
    assert capsys.readouterr().out.endswith("mutants killed 1/1 · equivalent 0 · survivors 0\n")


def test_the_table_and_the_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--task", "bits_per_weight", "--limit", "2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines] == [
        ["task", "mutants", "killed", "equivalent", "survivors"],
        ["bits_per_weight", "2", "2", "0", "0"],
        ["mutants", "killed", "2/2", "·", "equivalent", "0", "·", "survivors", "0"],
    ]


def test_a_task_that_is_not_changed_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--task", "compress"]) == 0
    assert "\ncompress: not changed" in capsys.readouterr().out


def test_an_unknown_task_ends_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["--task", "quantise"])
    assert end.value.code == 2
    assert "make mutation: no task quantise; did you mean quantize" in capsys.readouterr().err


def test_survivors_are_counted_at_the_end() -> None:
    with_hole = score(clipping(1))
    survivors = len(with_hole.survivors)
    assert summary([with_hole, score(clipping(5))]).endswith(f" · survivors {survivors}")
