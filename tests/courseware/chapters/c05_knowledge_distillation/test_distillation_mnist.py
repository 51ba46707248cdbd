"""The recorded experiment: complete, of these images, repeatable, and safe to interrupt."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest
import torch
from torch.nn import functional as F

from courseware.chapters.c05_knowledge_distillation.distilling import outputs, train_teacher
from courseware.chapters.c05_knowledge_distillation.experiments import (
    distillation_lessons,
    distillation_mnist,
)
from courseware.chapters.c05_knowledge_distillation.experiments.distillation_lessons import (
    BIASED,
    LESSONS,
    MISTAKES,
    SHIFTED_COPIES,
    SIZES,
    Lesson,
    Teaching,
)
from courseware.chapters.c05_knowledge_distillation.experiments.distillation_mnist import (
    by_lesson,
    moved_bias,
    plan,
)
from courseware.subjects.data import MNIST_SHA256, mnist
from model_compression.distillation import distillation_loss
from tests.tracked import ROOT

RECORD = json.loads((ROOT / "lectures" / "results" / "distillation_mnist.json").read_text())
N = 200


@pytest.fixture(scope="module")
def teaching() -> Teaching:
    """A teacher that has hardly learned, and its answers to a few images."""
    data = mnist()
    teacher = train_teacher(data, hidden=20, seed=0, steps=20)
    images, labels = data.train_images[:N], data.train_labels[:N]
    return Teaching(teacher, Lesson(outputs(teacher, images), images, labels), seed=0)


def test_the_record_is_complete() -> None:
    assert RECORD["data"]["sha256"] == MNIST_SHA256
    settings = RECORD["settings"]
    seeds = range(settings["seeds"])
    assert [entry["seed"] for entry in RECORD["teachers"]] == list(seeds)
    students = [(e["seed"], e["lesson"], e["hidden"], e["steps"]) for e in RECORD["students"]]
    full = settings["full_seeds"]
    assert students == [(s, *x) for s in seeds for x in plan(settings["steps"], s < full)]
    assert 2 <= full <= settings["seeds"]


def test_every_lesson_is_learned_by_somebody_and_no_student_is_trained_twice() -> None:
    students = plan(1000)
    assert {name for name, _, _ in students} == set(LESSONS)
    assert len(set(students)) == len(students)
    assert {name for name, _, steps in students if steps < 1000} == {"labels", "T = 4"}
    assert {(name, hidden) for name, hidden, _ in students if name in BIASED} == {
        (name, SIZES[1]) for name in BIASED
    }
    main = plan(1000, full=False)
    assert set(main) < set(students)
    assert {hidden for _, hidden, _ in main} == set(SIZES)


def test_what_the_lecture_says_of_the_record_is_so() -> None:
    """The prose of lecture 05 that no code computes."""
    small, large = (
        {name: fmean(runs) for name, runs in by_lesson(RECORD, hidden).items()} for hidden in SIZES
    )
    for found in (small, large):
        assert found["T = 4"] < found["wrong answers shuffled"]
        assert found["labels, shifted images"] < found["labels"]
        disaster = found.pop("logits of other images")
        assert disaster > 500 > 4 * max(found[name] for name in MISTAKES if name in found)
    assert large["T = 20"] < large["labels, smoothed"] < large["labels"]
    assert small["T = 4"] < small["T = 20"] < small["labels"]
    early, late = (by_lesson(RECORD, SIZES[0], steps) for steps in (30, None))
    assert min(early["T = 4"]) > max(early["labels"])
    assert fmean(late["T = 4"]) < fmean(late["labels"])
    unseen = by_lesson(RECORD, SIZES[1], figure="on_digits_moved")
    assert min(unseen["one unseen, labels"]) > 90
    assert max(unseen["one unseen, teacher"]) < 50


def gradient(loss: Callable[[torch.Tensor], torch.Tensor]) -> torch.Tensor:
    """Direction of the gradient at one and the same student; Adam does not see its length."""
    generator = torch.Generator().manual_seed(1)
    student = (3 * torch.randn(N, 10, generator=generator, dtype=torch.float64)).requires_grad_()
    return F.normalize(torch.autograd.grad(loss(student), student)[0].flatten(), dim=0)


def as_written(name: str, t: Teaching) -> Callable[[torch.Tensor], torch.Tensor]:
    """The mistake as somebody would write it, with alpha = 0.1 and T = 4 (or 20)."""
    T = 20.0 if "T = 20" in name else 4.0
    of_student, of_teacher = T, T
    factor, reduction = T**2, "batchmean"
    logits = t.usual.teacher_logits.double()
    if name == "'mean' for 'batchmean'":
        reduction = "mean"
    elif name == "T = 20, T² left out":
        factor = 1.0
    elif name == "T on the student only":
        of_teacher = 1.0
    elif name == "T on the teacher only":
        of_student = 1.0

    def loss(student: torch.Tensor) -> torch.Tensor:
        soft = F.kl_div(
            F.log_softmax(student / of_student, dim=1),
            F.softmax(logits / of_teacher, dim=1),
            reduction=reduction,
        )
        return 0.1 * F.cross_entropy(student, t.usual.labels) + 0.9 * factor * soft

    return loss


@pytest.mark.parametrize("name", MISTAKES[:4])
@pytest.mark.filterwarnings("ignore:reduction. 'mean' divides")
def test_a_mistake_in_the_loss_is_that_mistake(name: str, teaching: Teaching) -> None:
    lesson = LESSONS[name](teaching)

    def ours(student: torch.Tensor) -> torch.Tensor:
        logits = lesson.teacher_logits.double()
        return distillation_loss(student, logits, lesson.labels, lesson.alpha, lesson.temperature)

    wrong = gradient(as_written(name, teaching))
    right = gradient(as_written("T = 20" if "T = 20" in name else "T = 4", teaching))
    # Directions in float64: the same to rounding, and not that of the right loss.
    assert gradient(ours) @ wrong == pytest.approx(1, abs=1e-9)
    assert gradient(ours) @ right < 0.999


def test_mistakes_in_the_data_change_the_answers_alone(teaching: Teaching) -> None:
    usual = teaching.usual
    moved = LESSONS["logits of other images"](teaching)
    assert not torch.equal(moved.teacher_logits, usual.teacher_logits)
    rows = {tuple(row) for row in moved.teacher_logits.tolist()}
    assert rows == {tuple(row) for row in usual.teacher_logits.tolist()}
    noisy = LESSONS["teacher in train mode"](teaching)
    assert (noisy.teacher_logits != usual.teacher_logits).any(dim=1).all()
    assert not teaching.teacher.training
    for lesson in (moved, noisy):
        assert torch.equal(lesson.images, usual.images)
        assert torch.equal(lesson.labels, usual.labels)
    again = LESSONS["teacher in train mode"](teaching)
    assert torch.equal(again.teacher_logits, noisy.teacher_logits)


def test_lessons_without_some_digits_hold_none_of_them(teaching: Teaching) -> None:
    for name in ("one unseen, labels", "one unseen, teacher"):
        lesson = LESSONS[name](teaching)
        assert set(lesson.labels.tolist()) == {0, 1, 2, 4, 5, 6, 7, 8, 9}
        assert torch.equal(outputs(teaching.teacher, lesson.images), lesson.teacher_logits)
    assert set(LESSONS["two seen, teacher"](teaching).labels.tolist()) == {7, 8}


def test_lessons_without_labels_do_not_look_at_them(teaching: Teaching) -> None:
    for name in ("alpha = 0", "one unseen, teacher", "two seen, teacher", "noise, teacher"):
        assert LESSONS[name](teaching).alpha == 0
    for name in ("labels", "one unseen, labels", "labels, shifted images"):
        assert LESSONS[name](teaching).alpha == 1


def test_shifted_images_keep_their_labels_and_get_answers_of_their_own(
    teaching: Teaching, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(distillation_lessons, "SHIFTED_COPIES", 2)
    assert SHIFTED_COPIES > 2
    lesson = LESSONS["teacher, shifted images"](teaching)
    assert lesson.images.shape == (2 * N, 784)
    assert torch.equal(lesson.labels, teaching.usual.labels.repeat(2))
    assert not torch.equal(lesson.images[:N], lesson.images[N:])
    assert torch.equal(lesson.teacher_logits, outputs(teaching.teacher, lesson.images))


def test_noise_has_the_ink_of_digits_at_each_pixel_but_is_no_digit(teaching: Teaching) -> None:
    lesson = LESSONS["noise, teacher"](teaching)
    blank = teaching.usual.images.amax(dim=0) == 0
    assert torch.equal(lesson.images.amax(dim=0)[blank], torch.zeros(int(blank.sum())))
    usual = {tuple(row) for row in teaching.usual.images.tolist()}
    assert not usual & {tuple(row) for row in lesson.images.tolist()}
    assert torch.equal(lesson.teacher_logits, outputs(teaching.teacher, lesson.images))


def test_the_bias_is_chosen_on_the_validation_images() -> None:
    data = mnist()
    # A student that knows every digit, but holds 5 logits against the 3.
    answers = [
        10 * F.one_hot(labels, 10).float() for labels in (data.test_labels, data.validation_labels)
    ]
    for logits in answers:
        logits[:, 3] -= 12.0
    found = moved_bias(*answers, data, [3])
    assert (found["on_digits"], found["test_errors_moved"], found["on_digits_moved"]) == (100, 0, 0)
    # The smallest step of a quarter with which a 3 is first again.
    assert found["bias"] == 2.25


def test_figures_are_found_by_lesson_in_the_order_of_the_seeds() -> None:
    def entry(seed: int, steps: int, errors: int) -> dict[str, int | str]:
        return {"lesson": "a", "hidden": 30, "steps": steps, "seed": seed, "test_errors": errors}

    students = [entry(1, 9, 71), entry(0, 9, 70), entry(0, 3, 90)]
    record = {"settings": {"steps": 9}, "students": students}
    assert by_lesson(record, 30) == {"a": [70, 71]}
    assert by_lesson(record, 30, steps=3) == {"a": [90]}
    assert by_lesson(record, 300) == {}


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command line of an experiment that takes seconds; returns the file it writes."""
    out = tmp_path / "new" / "record.json"
    students = [("labels", 5, 3), ("T = 4", 5, 3), ("one unseen, teacher", 5, 3)]
    plans = {True: students, False: students[:2]}
    monkeypatch.setattr(distillation_mnist, "plan", lambda steps, full: plans[full])
    sizes = [
        "--seeds",
        "2",
        "--full-seeds",
        "1",
        "--steps",
        "3",
        "--teacher-steps",
        "2",
        "--teacher-hidden",
        "6",
    ]
    monkeypatch.setattr("sys.argv", ["", "--out", str(out), *sizes])
    return out


def without_times(record: dict) -> dict:
    times = ("training_s", "answering_s", "int8_s")
    for entry in record["teachers"] + record["students"]:
        assert [entry.pop(name) >= 0 for name in times if name in entry]
    return record


def test_the_command_writes_a_record(tiny: Path) -> None:
    assert distillation_mnist.main() == 0
    record = json.loads(tiny.read_text())
    assert set(record) == set(RECORD)
    assert set(record["teachers"][0]) == set(RECORD["teachers"][0])
    assert record["versions"]["torch"] == torch.__version__
    assert [path.name for path in tiny.parent.iterdir()] == [tiny.name]
    assert set(by_lesson(record, 5, figure="bias")) == {"one unseen, teacher"}


def test_an_interrupted_run_goes_on_and_ends_as_if_it_had_not_been(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    learn, trained = distillation_mnist.learn, []

    def interrupted(*arguments):
        if len(trained) == 4:
            raise KeyboardInterrupt
        trained.append(arguments[-1])
        return learn(*arguments)

    tiny.parent.mkdir()
    tiny.write_text("what was there before")
    with monkeypatch.context() as patch:
        patch.setattr(distillation_mnist, "learn", interrupted)
        assert distillation_mnist.main() == 130
    assert tiny.read_text() == "what was there before"
    assert "goes on from" in capsys.readouterr().err
    partial = json.loads(tiny.with_suffix(".partial").read_text())
    assert len(partial["students"]) == 4
    monkeypatch.setattr(distillation_mnist, "learn", lambda *a: trained.append(a[-1]) or learn(*a))
    assert distillation_mnist.main() == 0
    assert len(trained) == 5
    in_two_goes = without_times(json.loads(tiny.read_text()))
    assert distillation_mnist.main() == 0
    assert len(trained) == 10
    assert without_times(json.loads(tiny.read_text())) == in_two_goes


def test_what_other_settings_left_is_not_used(tiny: Path) -> None:
    tiny.parent.mkdir()
    assert distillation_mnist.main() == 0
    record = json.loads(tiny.read_text())
    left = {**record, "settings": {**record["settings"], "teacher_steps": 1}}
    left["students"] = [{**entry, "test_errors": -1} for entry in left["students"]]
    tiny.with_suffix(".partial").write_text(json.dumps(left))
    assert distillation_mnist.main() == 0
    again = json.loads(tiny.read_text())
    assert without_times(again) == without_times(record)


@pytest.mark.slow
def test_a_figure_of_the_record_comes_out_again() -> None:
    settings = RECORD["settings"]
    data = mnist()
    teaching, _ = distillation_mnist.teach(
        data, 0, settings["teacher_hidden"], settings["teacher_steps"]
    )
    for student in (("labels", SIZES[0], 300), ("T = 4", SIZES[0], settings["steps"])):
        found = distillation_mnist.learn(data, teaching, student)
        [recorded] = [
            entry
            for entry in RECORD["students"]
            if entry["seed"] == 0 and (entry["lesson"], entry["hidden"], entry["steps"]) == student
        ]
        # Another processor adds up float32 in another order, and training enlarges the difference;
        # the seeds of the record differ by no more than that.
        runs = by_lesson(RECORD, student[1], student[2])[student[0]]
        assert abs(found["test_errors"] - recorded["test_errors"]) <= max(runs) - min(runs)


def test_lessons_are_data_and_can_be_cut() -> None:
    lesson = Lesson(torch.rand(4, 10), torch.rand(4, 784), torch.arange(4), alpha=0.3)
    part = replace(lesson, temperature=2).of(torch.tensor([3, 1]))
    assert part.labels.tolist() == [3, 1]
    assert torch.equal(part.images, lesson.images[[3, 1]])
    assert torch.equal(part.teacher_logits, lesson.teacher_logits[[3, 1]])
    assert (part.alpha, part.temperature) == (0.3, 2)
