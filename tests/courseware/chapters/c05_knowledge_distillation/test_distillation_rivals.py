"""Teachers with and without shifts, and what rounding leaves: the record and how it is made."""

import json

import torch

from courseware.chapters.c05_knowledge_distillation.distilling import train_teacher
from courseware.chapters.c05_knowledge_distillation.experiments import distillation_rivals
from courseware.chapters.c05_knowledge_distillation.experiments.distillation_lessons import SIZES
from courseware.chapters.c05_knowledge_distillation.experiments.distillation_rivals import (
    ABSMAX,
    BITS,
    LABELS,
    LEAST_ERROR,
    SCALES,
    SHIFTED,
    SHIFTED_LABELS,
    SHUFFLED,
    STILL,
    STILL_SOFTER,
    STUDENTS,
    doubt,
    rounded,
)
from courseware.chapters.c05_knowledge_distillation.rivals import Rivals
from courseware.subjects.data import MNIST_SHA256, mnist
from courseware.subjects.models import mlp
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "distillation_rivals.json").read_text())


def test_the_record_is_complete():
    assert RECORD["images_sha256"] == MNIST_SHA256
    assert len(RECORD["runs"]) == RECORD["seeds"] >= 5
    for run in RECORD["runs"]:
        assert list(run["teachers"]) == [SHIFTED, STILL]
        assert list(run["students"]) == list(STUDENTS)
        assert all(list(one) == [str(n) for n in SIZES] for one in run["students"].values())
        assert list(run["rounded"]) == list(SCALES)
        for of_scales in run["rounded"].values():
            assert list(of_scales) == ["teacher", *map(str, SIZES)]
            assert all(list(one) == [str(n) for n in BITS] for one in of_scales.values())


def test_the_teachers_differ_in_their_shifts_and_the_students_in_their_lessons(monkeypatch):
    trained, taught = [], []

    def train(*arguments, most_shifted):
        trained.append((arguments[1:], most_shifted))
        return train_teacher(*arguments, most_shifted=most_shifted)

    def student(lesson, *others):
        taught.append((lesson, others))
        return mlp([784, 3, 10], seed=0)

    monkeypatch.setattr(distillation_rivals, "train_teacher", train)
    monkeypatch.setattr(distillation_rivals, "_student", student)
    data = mnist()
    found = distillation_rivals.of_two_teachers(data, 1, teacher=(6, 2), steps=1, sizes=(3,))
    assert trained == [((6, 1, 2), 2), ((6, 1, 2), 0)]
    lessons = {name: lesson for name, (lesson, _) in zip(STUDENTS, taught, strict=True)}
    assert {others for _, others in taught} == {(3, 1, 1)}
    moved = lessons.pop(SHIFTED_LABELS)
    assert (moved.alpha, len(moved.images)) == (1, 8 * len(data.train_images))
    assert all(torch.equal(lesson.images, data.train_images) for lesson in lessons.values())
    assert {name: (one.alpha, one.temperature) for name, one in lessons.items()} == {
        LABELS: (1, 1),
        SHIFTED: (0.1, 4),
        SHUFFLED: (0.1, 4),
        STILL: (0.1, 4),
        STILL_SOFTER: (0.1, 8),
    }
    shifted, still = (lessons[name].teacher_logits for name in (SHIFTED, STILL))
    assert not torch.equal(shifted, still)
    assert torch.equal(still, lessons[STILL_SOFTER].teacher_logits)
    assert torch.equal(shifted.sort(dim=1)[0], lessons[SHUFFLED].teacher_logits.sort(dim=1)[0])
    assert set(found["students"]) == set(STUDENTS)


def test_fewer_bits_are_fewer_bytes_and_two_are_coarse():
    data = mnist()
    model = train_teacher(data, hidden=20, seed=0, steps=150)
    found = [rounded(model, bits, data) for bits in BITS]
    n_weights, n_rows = 784 * 20 + 20 * 20 + 20 * 10, 20 + 20 + 10
    assert [one["bytes"] for one in found] == [n_weights * b // 8 + 4 * n_rows for b in BITS]
    assert found[0]["errors"] < found[-1]["errors"]
    to_absmax = rounded(model, 2, data, ABSMAX)
    assert to_absmax["bytes"] == found[-1]["bytes"]
    assert to_absmax["errors"] > found[-1]["errors"] + 50


def test_doubt_is_what_the_first_class_leaves():
    sure, even = torch.tensor([[50.0, 0.0]]), torch.zeros(1, 4)
    assert doubt(sure) == 0 and doubt(even) == 0.75
    assert doubt(torch.tensor([[50.0, 0.0], [0.0, 0.0]])) == 0.25


def test_rivals_are_compared_seed_by_seed_and_byte_by_byte():
    taught = (LABELS, SHIFTED, SHUFFLED, STILL, STILL_SOFTER, SHIFTED_LABELS)

    def run(seed):
        students = {
            name: {str(h): {"errors": 90 - 10 * i + seed, "shifted_errors": 300 - i} for h in SIZES}
            for i, name in enumerate(taught)
        }
        sizes = {"teacher": 100, "30": 4, "300": 30}  # bytes for each bit
        by_bits = {
            network: {str(b): {"errors": 60 - b + seed, "bytes": size * b} for b in BITS}
            for network, size in sizes.items()
        }
        teachers = {SHIFTED: {"errors": 20 + seed}, STILL: {"errors": 50 + seed}}
        to_absmax = {"teacher": {str(b): {"errors": 500 + seed, "bytes": 100 * b} for b in BITS}}
        return {
            "teachers": teachers,
            "students": students,
            "rounded": {LEAST_ERROR: by_bits, ABSMAX: to_absmax},
        }

    settings = {"steps": 9, "seeds": 2, "sizes": list(SIZES), "bits": list(BITS)}
    found = Rivals(settings | {"teacher_hidden": 600, "runs": [run(0), run(2)]})
    assert found.teachers(STILL) == [50, 52]
    assert found.fewer(STILL, 30) == [30, 30]
    assert found.fewer(STILL, 300, than=SHIFTED, moved=True) == [2, 2]
    # 200 bytes of the teacher are 2 bits, of the student of 300 units 6; of all others 8 fit.
    assert found.in_as_few_bytes(300, 2) == [4, 4]
    assert found.in_as_few_bytes(300, 3) == [5, 5]
    assert found.in_as_few_bytes(30, 2) == [6, 6]
    assert found.rounded("teacher", 2, scales=ABSMAX) == [500, 502]
    row = found.table()[1]
    assert row["30 units, as they are"] == "10.0 ± 0.0"
    assert row["300 units, moved"] == "1.0 ± 0.0"
    first, *others = found.table_of_bits()
    assert first == {
        "weights in": "float32",
        "teacher": "21.0 ± 1.4 (3.35 MB)",
        "teacher, scales to the absmax": "21.0 ± 1.4 (3.35 MB)",
        "student, 300 units": "81.0 ± 1.4 (954 kB)",
        "student, 30 units": "81.0 ± 1.4 (95.44 kB)",
    }
    assert [row["weights in"] for row in others] == [f"{b} bits" for b in BITS]
    assert others[0]["teacher"] == "53.0 ± 1.4 (800 B)"
    assert others[0]["teacher, scales to the absmax"] == "501.0 ± 1.4 (800 B)"


def test_the_command_writes_a_record(tmp_path, monkeypatch):
    out = tmp_path / "new" / "record.json"
    monkeypatch.setattr(distillation_rivals, "SIZES", (3,))
    counts = {"seeds": 1, "steps": 2, "teacher-steps": 2, "teacher-hidden": 4}
    arguments = [part for name, n in counts.items() for part in (f"--{name}", str(n))]
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), *arguments])
    assert distillation_rivals.main() == 0
    assert set(json.loads(out.read_text())) == set(RECORD)
    assert [path.name for path in out.parent.iterdir()] == ["record.json"]
