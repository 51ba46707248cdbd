"""Images that nobody labelled: the record, how it is made and read; digits that are moved."""

import json

import pytest
import torch

from courseware.chapters.c05_knowledge_distillation.distilling import (
    DIRECTIONS,
    moved,
    shifted,
    train_teacher,
)
from courseware.chapters.c05_knowledge_distillation.experiments import distillation_unlabelled
from courseware.chapters.c05_knowledge_distillation.experiments.distillation_lessons import (
    HALVES,
    SHIFTED_COPIES,
    SIZES,
)
from courseware.chapters.c05_knowledge_distillation.loss_gradients import LossGradients
from courseware.chapters.c05_knowledge_distillation.unlabelled import Unlabelled
from courseware.subjects.data import MNIST_SHA256, mnist
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "distillation_unlabelled.json").read_text())


def test_the_record_is_complete():
    assert RECORD["images_sha256"] == MNIST_SHA256
    assert RECORD["machine"]["processor"] not in ("", "x86_64")
    assert len(RECORD["runs"]) == RECORD["seeds"] >= 3
    for run in RECORD["runs"]:
        assert list(run["students"]) == list(HALVES)
        assert all(list(one) == [str(n) for n in SIZES] for one in run["students"].values())


def test_half_of_the_images_are_new_to_the_teacher(monkeypatch):
    data = mnist()
    given, taught = [], []

    def train(labelled, *sizes):
        given.append(labelled.train_images)
        return train_teacher(labelled, *sizes)

    def student(lesson, *others):
        taught.append(lesson)
        return {}

    monkeypatch.setattr(distillation_unlabelled, "train_teacher", train)
    monkeypatch.setattr(distillation_unlabelled, "_student", student)
    distillation_unlabelled.of_half_the_images(data, 0, teacher=(6, 2), steps=1, sizes=(3,))
    labels, of_shifted, same, new, every = taught
    assert torch.equal(given[0], data.train_images[:1750])
    assert torch.equal(labels.images, given[0])
    assert torch.equal(same.images, given[0])
    assert torch.equal(new.images, data.train_images[1750:])
    assert torch.equal(every.images, data.train_images)
    assert [lesson.alpha for lesson in taught] == [1, 1, 0, 0, 0]
    assert torch.equal(every.teacher_logits[1750:], new.teacher_logits)
    assert torch.equal(of_shifted.labels, labels.labels.repeat(SHIFTED_COPIES))
    copies = labels.images.repeat(SHIFTED_COPIES, 1)
    assert torch.equal(of_shifted.images, shifted(copies, 0))


def test_moved_digits_are_the_same_digits_two_pixels_further():
    image = torch.zeros(1, 28, 28)
    image[0, 10:15, 12] = 1.0
    for right, down in DIRECTIONS:
        expected = torch.roll(image, (down, right), dims=(1, 2)).reshape(1, -1)
        assert torch.equal(moved(image.reshape(1, -1), right, down), expected)
    edge = torch.zeros(1, 28, 28)
    edge[0, :, 27] = 1.0
    assert not moved(edge.reshape(1, -1), 2, 0).any()  # what leaves is lost


def test_the_gradient_goes_to_the_difference_of_the_logits():
    draw = torch.Generator().manual_seed(0)
    student, teacher = (torch.randn(20, 10, generator=draw) for _ in range(2))
    found = LossGradients(student, teacher, torch.arange(20) % 10)
    # e^x is 1 + x up to x² / 2, for |x| up to 4 / 1000.
    assert found.norm(0.0, 1000.0) == pytest.approx(found.limit, rel=0.01)
    assert found.share_of_labels(1.0, 4.0, with_factor=True) == 1
    wrong, right = (found.share_of_labels(0.1, 20, with_factor=one) for one in (False, True))
    assert wrong > 0.9 > right


def test_lessons_are_compared_seed_by_seed():
    def run(seed):
        students = {
            name: {str(h): {"errors": 100 - 10 * i + h + seed} for h in SIZES}
            for i, name in enumerate(HALVES)
        }
        return {"teacher": {"errors": 70}, "students": students}

    settings = {"steps": 9, "seeds": 2, "sizes": list(SIZES)}
    found = Unlabelled(settings | {"runs": [run(0), run(2)]})
    labels, *_, every = found.LESSONS
    assert found.teachers == [70, 70]
    assert found.fewer(every, than=labels, hidden=30) == [40, 40]
    means = [row["30 units"] for row in found.table()]
    assert means == [f"{n}.0 ± 1.4" for n in (131, 121, 111, 101, 91)]


def test_the_command_writes_a_record(tmp_path, monkeypatch):
    out = tmp_path / "new" / "record.json"
    monkeypatch.setattr(distillation_unlabelled, "SIZES", (3,))
    counts = {"seeds": 1, "steps": 2, "teacher-steps": 2, "teacher-hidden": 4}
    arguments = [part for name, n in counts.items() for part in (f"--{name}", str(n))]
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), *arguments])
    assert distillation_unlabelled.main() == 0
    assert set(json.loads(out.read_text())) == set(RECORD)
    assert [path.name for path in out.parent.iterdir()] == ["record.json"]
