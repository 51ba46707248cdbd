"""Teacher to student on MNIST: what the teacher's answers are worth, and what they cost.

    python -m courseware.experiments --only distillation_mnist

takes about twelve minutes on one core. Interrupted, it goes on where it was when it is started
again. Lecture 05 reads what it found on the authors' machine, and measures a part of it anew.

Every student is trained by `distill`, from random weights and for equally many steps; students of
one seed have one teacher, one start and one order of the images. They differ only in their lesson.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from tqdm.auto import tqdm

from courseware.chapters.c05_knowledge_distillation.distilling import (
    n_errors,
    network_of,
    outputs,
    train_teacher,
    with_bias,
)
from courseware.chapters.c05_knowledge_distillation.experiments.distillation_lessons import (
    BIASED,
    BIASES,
    FEW_STEPS,
    LESSONS,
    MAIN,
    OF_BOTH_SIZES,
    SIZES,
    USUAL,
    Lesson,
    Teaching,
)
from courseware.experiments.records import PACKAGES, machine, options_of, versions
from courseware.subjects.data import MNIST_PACKAGE, MNIST_SHA256, Digits, mnist
from courseware.subjects.models import count_parameters, weights_of, with_weights
from courseware.subjects.training import one_thread
from model_compression.distillation import distill
from model_compression.integer_scaling import quantize_tensor

Student = tuple[str, int, int]
"""Lesson, hidden units, steps."""


def main() -> int:
    """Measure everything and write the figures as JSON."""
    options = options_of(
        "Distil teachers of MNIST into small students.",
        seeds=(8, "teachers; each has its students"),
        full_seeds=(5, "seeds with every lesson"),
        steps=(1000, "updates of a student"),
        teacher_steps=(1500, "updates of a teacher"),
        teacher_hidden=(600, "units of both its layers"),
    )
    settings = {name: value for name, value in vars(options).items() if name != "out"}
    partial = options.out.with_suffix(".partial")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    record = _begun(partial, settings)
    try:
        measure(record, partial)
    except KeyboardInterrupt:
        print(f"interrupted; started again, it goes on from {partial}", file=sys.stderr)
        return 130
    _write(record, options.out)
    partial.unlink(missing_ok=True)
    return 0


def _begun(partial: Path, settings: Mapping[str, int]) -> dict[str, Any]:
    """A new record, or what an interrupted run with the same settings and versions has left."""
    record: dict[str, Any] = {
        "data": {"package": MNIST_PACKAGE, "sha256": MNIST_SHA256},
        "settings": dict(settings),
        "versions": versions(*PACKAGES, MNIST_PACKAGE),
        "machine": machine(),
        "date": time.strftime("%Y-%m-%d"),
        "teachers": [],
        "students": [],
    }
    if partial.exists():
        left = json.loads(partial.read_text(encoding="utf-8"))
        if all(left[key] == record[key] for key in ("data", "settings", "versions")):
            return dict(left)
    return record


def text_of(record: Mapping[str, Any]) -> str:
    """The record as JSON with one line for each entry of a list."""
    parts = []
    for key, value in record.items():
        text = json.dumps(value)
        if isinstance(value, list):
            text = "[\n  " + ",\n  ".join(map(json.dumps, value)) + "\n ]" if value else "[]"
        parts.append(f" {json.dumps(key)}: {text}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _write(record: Mapping[str, Any], path: Path) -> None:
    fresh = path.with_suffix(".new")  # renamed when complete: never half a file
    fresh.write_text(text_of(record), encoding="utf-8")
    fresh.replace(path)


@one_thread()
def measure(record: dict[str, Any], partial: Path) -> None:
    """Train what the record does not hold yet, and write it down after each network."""
    data, settings = mnist(), record["settings"]
    plans = [plan(settings["steps"], n < settings["full_seeds"]) for n in range(settings["seeds"])]
    bar = tqdm(
        total=sum(1 + len(students) for students in plans), desc="distilling", unit="network"
    )
    for seed, students in enumerate(plans):
        done = {_key(entry) for entry in record["students"] if entry["seed"] == seed}
        missing = [student for student in students if student not in done]
        bar.update(len(done))
        if missing:
            teaching, entry = teach(
                data, seed, settings["teacher_hidden"], settings["teacher_steps"]
            )
            if all(teacher["seed"] != seed for teacher in record["teachers"]):
                record["teachers"].append(entry)
        bar.update()
        for student in missing:
            record["students"].append(learn(data, teaching, student))
            _write(record, partial)
            bar.update()
    bar.close()


def plan(steps: int, full: bool = True) -> list[Student]:
    """Every student of a seed, or those of the main lessons only."""
    small, large = SIZES
    if not full:
        return [(name, hidden, steps) for hidden in SIZES for name in MAIN]
    students = [(name, hidden, steps) for hidden in SIZES for name in OF_BOTH_SIZES]
    students += [(name, large, steps) for name in BIASED]
    students += [(name, small, steps) for name in LESSONS if name not in (*OF_BOTH_SIZES, *BIASED)]
    few = [n for n in FEW_STEPS if n < steps]
    return students + [(name, small, n) for name in ("labels", f"T = {USUAL}") for n in few]


def teach(data: Digits, seed: int, hidden: int, steps: int) -> tuple[Teaching, dict[str, Any]]:
    """Train a teacher; its entry says how well it reads, and what it took."""
    start = time.process_time()
    teacher = train_teacher(data, hidden, seed, steps)
    trained = time.process_time()
    logits = outputs(teacher, data.train_images)
    asked = time.process_time()
    codes = {n: quantize_tensor(w, 8, "channel") for n, w in weights_of(teacher).items()}
    in_int8 = with_weights(teacher, {name: q.dequantize() for name, q in codes.items()})
    rounded = time.process_time()
    entry = {
        "seed": seed,
        **_judged(
            outputs(teacher, data.test_images), outputs(teacher, data.validation_images), data
        ),
        "parameters": count_parameters(teacher),
        "training_s": trained - start,
        "answering_s": asked - trained,
        "int8_s": rounded - asked,
        "int8_bytes": sum(q.nbytes for q in codes.values()),
        "int8_test_errors": n_errors(outputs(in_int8.eval(), data.test_images), data.test_labels),
    }
    return Teaching(teacher, Lesson(logits, data.train_images, data.train_labels), seed), entry


def learn(data: Digits, teaching: Teaching, student: Student) -> dict[str, Any]:
    """Train a student; its entry says how well it reads, and what it took."""
    name, hidden, steps = student
    lesson = LESSONS[name](teaching)
    start = time.process_time()
    state = distill(
        *(lesson.teacher_logits, lesson.images, lesson.labels, hidden),
        *(lesson.alpha, lesson.temperature, teaching.seed),
        steps=steps,
    )
    seconds = time.process_time() - start
    network = network_of(state)
    of_test = outputs(network, data.test_images)
    of_validation = outputs(network, data.validation_images)
    entry: dict[str, Any] = {
        **{"lesson": name, "hidden": hidden, "steps": steps, "seed": teaching.seed},
        **_judged(of_test, of_validation, data),
        "parameters": count_parameters(network),
        "training_s": seconds,
    }
    if name in BIASED:
        entry |= moved_bias(of_test, of_validation, data, list(BIASED[name]))
    return entry


def moved_bias(
    of_test: torch.Tensor, of_validation: torch.Tensor, data: Digits, digits: list[int]
) -> dict[str, Any]:
    """Errors on some digits, and again with the bias that is best for all validation images."""

    def on_validation(bias: float) -> tuple[int, float]:
        moved = with_bias(of_validation, digits, bias)
        return n_errors(moved, data.validation_labels), abs(bias)

    bias = min(BIASES, key=on_validation)
    moved = with_bias(of_test, digits, bias)
    theirs = torch.isin(data.test_labels, torch.tensor(digits))
    return {
        "on_digits": n_errors(of_test[theirs], data.test_labels[theirs]),
        "bias": bias,
        "test_errors_moved": n_errors(moved, data.test_labels),
        "on_digits_moved": n_errors(moved[theirs], data.test_labels[theirs]),
    }


def by_lesson(
    record: Mapping[str, Any], hidden: int, steps: int | None = None, figure: str = "test_errors"
) -> dict[str, list[Any]]:
    """A figure of the students of one size and training time: by lesson, one value for each seed.

    Args:
        steps: the usual ones of the record unless given.
    """
    steps = record["settings"]["steps"] if steps is None else steps
    found: dict[str, list[Any]] = {}
    for entry in sorted(record["students"], key=lambda entry: entry["seed"]):
        if (entry["hidden"], entry["steps"]) == (hidden, steps) and figure in entry:
            found.setdefault(entry["lesson"], []).append(entry[figure])
    return found


def _judged(of_test: torch.Tensor, of_validation: torch.Tensor, data: Digits) -> dict[str, int]:
    return {
        "test_errors": n_errors(of_test, data.test_labels),
        "validation_errors": n_errors(of_validation, data.validation_labels),
    }


def _key(entry: Mapping[str, Any]) -> Student:
    return entry["lesson"], entry["hidden"], entry["steps"]


if __name__ == "__main__":
    sys.exit(main())
