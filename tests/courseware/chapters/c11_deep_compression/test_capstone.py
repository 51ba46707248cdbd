"""The judge of files: what counts as a network, what it reads right, and what a file earns."""

from __future__ import annotations

import dataclasses
from collections import OrderedDict

import pytest
import torch

from courseware.chapters.c11_deep_compression.tasks import compress as capstone
from courseware.chapters.c11_deep_compression.tasks import networks
from courseware.chapters.c11_deep_compression.tasks.returned_networks import layers_of, n_right
from courseware.checks.call import Outcome
from courseware.checks.report import as_text
from courseware.checks.run import run_task
from courseware.checks.states import Seed
from courseware.checks.values import Difference
from courseware.subjects.models import mlp
from courseware.subjects.training import accuracy
from tests.mutants.chapter_11_compress import ZEROS, solution

COMPRESS = capstone.COMPRESS


def state_of(*sizes: int) -> dict[str, torch.Tensor]:
    return dict(mlp(sizes, seed=1).state_dict())


# ---- what comes back ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        state_of(784, 10),
        state_of(784, 9, 8, 7, 6, 5, 4, 3, 10),
        state_of(*networks.SIZES),
        OrderedDict(reversed([*state_of(784, 5, 10).items()])),
        {name: w.double() for name, w in state_of(784, 5, 10).items()},
        {name: torch.nn.Parameter(w.half()) for name, w in state_of(784, 5, 10).items()},
        {name: torch.stack((w, w), -1)[..., 0] for name, w in state_of(784, 5, 10).items()},
    ],
    ids=["one layer", "eight", "as given", "any order", "float64", "float16", "any strides"],
)
def test_a_network_of_any_hidden_sizes_is_one(value):
    layers = layers_of(value)
    assert isinstance(layers, list)
    assert all(w.dtype == b.dtype == torch.float32 for w, b in layers)


class Lies(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return torch.ones(10)


GOOD = state_of(784, 5, 10)
EXPANDED = torch.zeros(1, 1).expand(10**6, 784)
REFUSED = {
    "None": (None, "no-network"),
    "a list": ([*GOOD.values()], "no-network"),
    "empty": ({}, "no-network"),
    "more": (GOOD | {"3.weight": torch.ones(1)}, "no-network"),
    "less": ({name: w for name, w in GOOD.items() if name != "2.bias"}, "no-network"),
    "odd names": ({name.replace("2", "1"): w for name, w in GOOD.items()}, "no-network"),
    "no texts as names": ({1: torch.ones(1), 2: torch.ones(1)}, "no-network"),
    "nine layers": (state_of(784, *[5] * 8, 10), "no-network"),
    "integers": (GOOD | {"0.bias": torch.ones(5, dtype=torch.int64)}, "no-network"),
    "complex": (GOOD | {"0.bias": torch.ones(5, dtype=torch.complex64)}, "no-network"),
    "sparse": (GOOD | {"0.bias": torch.ones(5).to_sparse()}, "no-network"),
    "meta": (GOOD | {"0.bias": torch.ones(5, device="meta")}, "no-network"),
    "a class of its own": (GOOD | {"0.bias": torch.ones(5).as_subclass(Lies)}, "no-network"),
    "no tensor": (GOOD | {"0.bias": 5 * [1.0]}, "no-network"),
    "wide": (state_of(784, 106, 10), "too-many-parameters"),
    "expanded": (GOOD | {"0.weight": EXPANDED}, "too-many-parameters"),
    "transposed": (GOOD | {"2.weight": GOOD["2.weight"].T}, "sizes-do-not-fit"),
    "three axes": (GOOD | {"0.weight": GOOD["0.weight"][None]}, "sizes-do-not-fit"),
    "a layer of nothing": (
        state_of(784, 5, 10) | {"0.weight": torch.ones(0, 784)},
        "sizes-do-not-fit",
    ),
    "other pixels": (state_of(64, 5, 10), "sizes-do-not-fit"),
    "other classes": (state_of(784, 5, 9), "sizes-do-not-fit"),
    "nan": (GOOD | {"0.bias": torch.full((5,), torch.nan)}, "weights-not-finite"),
    "too large": (
        GOOD | {"0.bias": torch.full((5,), 1e300, dtype=torch.float64)},
        "weights-not-finite",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_network_is_refused_by_name(name):
    value, kind = REFUSED[name]
    found = layers_of(value)
    assert isinstance(found, Difference) and found.kind == kind, found


def test_images_are_read_as_torch_would():
    model = mlp((784, 7, 6, 10), seed=3)
    draw = torch.Generator().manual_seed(0)
    images = torch.rand(200, 784, generator=draw)
    labels = torch.randint(10, (200,), generator=draw)
    layers = layers_of(dict(model.state_dict()))
    assert n_right(layers, images, labels) == round(200 * accuracy(model, images, labels))


@pytest.mark.parametrize("value", [0.0, 1.0, 3e38], ids=["ties", "ties of ones", "infinite"])
def test_a_tie_and_what_is_not_finite_are_no_answers(value):
    weight = torch.full((10, 784), value)
    assert n_right([(weight, torch.zeros(10))], torch.ones(3, 784), torch.tensor([0, 1, 2])) == 0
    best = weight.clone()
    best[1] += 1 if value < 2 else 0
    found = n_right([(best, torch.zeros(10))], torch.ones(3, 784), torch.tensor([0, 1, 2]))
    assert found == (1 if value < 2 else 0)


# ---- what a file earns --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("budget", "lost", "kept"),
    [
        (6_000, 12.1, 0.0),
        (6_000, 12.0, 0.25),
        (6_000, 2.1, 0.75),
        (6_000, 2.0, 1.0),
        (3_000, 10.0, 0.5),
        (3_000, 4.5, 1.0),
        (2_000, 9.1, 0.75),
        (2_000, -1.0, 1.0),
    ],
)
def test_a_budget_s_points_come_in_quarters(monkeypatch, budget, lost, kept):
    monkeypatch.setattr(capstone, "accuracies_of", lambda came: (93.0, 93.0 - lost))
    came = capstone.HandedIn(budget, 400, b"", Outcome(GOOD), Seed(1, 2))
    found = capstone._judge((), "", came)
    assert (1.0 if found is None else found.kept) == kept
    assert found is None or f"{lost:.1f} points of accuracy lost" in found.text


@pytest.mark.parametrize(
    ("length", "back", "kind"),
    [
        (1_600, 70.0, "accuracy-lost"),
        (1_100, 70.0, "accuracy-lost"),
        (1_099, 70.0, "room-left"),
        (13, 70.0, "room-left"),
        (13, 20.0, "reads-hardly-anything"),
    ],
)
def test_a_file_far_below_its_budget_is_told_of_the_room(monkeypatch, length, back, kind):
    monkeypatch.setattr(capstone, "accuracies_of", lambda came: (93.0, back))
    came = capstone.HandedIn(2_000, 400, bytes(length), Outcome(GOOD), Seed(1, 2))
    found = capstone._judge((), "", came)
    assert found.kind == kind
    unused = f"{1_600 - length:,} of 2,000 bytes are unused"
    assert (unused in found.text) == (kind == "room-left")


def test_the_published_points_are_those_of_the_checks():
    weights = [check.weight for check in COMPRESS.checks]
    assert [COMPRESS.points * weight / sum(weights) for weight in weights] == [10, 20, 20]
    assert list(capstone.BARS) == [6_000, 3_000, 2_000]


@pytest.fixture
def quick(monkeypatch):
    """Draws whose networks are hardly trained."""
    monkeypatch.setattr(networks, "STEPS", 5)
    networks.problem.cache_clear()
    yield
    networks.problem.cache_clear()


KEEPS = """
import torch

def decompress(blob):
    weights = torch.frombuffer(bytearray(blob), dtype=torch.int8).float()
    return {"0.weight": weights[:1568].view(2, 784), "0.bias": weights[1568:1570],
            "2.weight": weights[1570:1590].view(10, 2), "2.bias": weights[1590:]}
"""
FITS = "def compress(state, images, labels, budget_bytes, seed):\n    return bytes(1600)\n"


def test_a_report_tells_bytes_and_accuracies_also_where_all_is_well(quick, monkeypatch):
    monkeypatch.setattr(capstone, "accuracies_of", lambda came: (93.0, 92.0))
    text = as_text(run_task(COMPRESS, solution(KEEPS, FITS, "fits"), "report"))
    assert text.startswith("compress: 50 of 50 points")
    assert text.count("held-out accuracy 93.0% → 92.0%") == 3
    assert "1,600 of the blob" in text and "93.0% → 92.0%: 20 of 20 points" in text


def test_a_report_tells_the_figures_of_every_budget(quick, monkeypatch):
    """Where it stands at each of them, also where a cause has been told before."""
    lost = {6_000: 15.0, 3_000: 8.0, 2_000: 1.0}
    monkeypatch.setattr(capstone, "accuracies_of", lambda came: (93.0, 93.0 - lost[came.budget]))
    text = as_text(run_task(COMPRESS, solution(KEEPS, FITS, "short"), "report"))
    lines = [line for line in text.splitlines() if line.lstrip().startswith("measured")]
    assert text.startswith("compress: 30 of 50 points") and text.count("the same as in") == 1
    for line, earned in zip(lines, ("0 of 10", "10 of 20", "20 of 20"), strict=True):
        assert "1,600 of the blob" in line and line.endswith(f": {earned} points")


def test_a_file_over_its_budget_tells_its_bytes_at_every_budget(quick):
    text = as_text(
        run_task(COMPRESS, solution(KEEPS, FITS.replace("1600", "9000"), "over"), "over")
    )
    assert text.count("9,000 of the blob") == 3 and text.count("the same as in") == 2


def test_a_file_over_its_budget_is_opened_all_the_same(quick):
    decoder = ZEROS.replace(', "2.bias": (10,)', "")
    text = as_text(
        run_task(COMPRESS, solution(decoder, FITS.replace("1600", "9000"), "over"), "over")
    )
    assert "allowed; it was opened all the same, and more is wrong: " in text


def test_what_a_decoder_lacks_is_told_by_its_line_of_the_cell_and_its_section(quick):
    decoder = ZEROS.replace("torch.zeros(shape)", "FACTOR * torch.zeros(shape)")
    report = run_task(COMPRESS, solution(decoder, FITS, "lacks"), "lacks")
    line = next(i for i, text in enumerate(decoder.strip().split("\n"), 1) if "FACTOR" in text)
    assert f"(line {line} of your cell: return {{name: FACTOR" in as_text(report)
    assert "Read again: lecture 11, “A coder in thirty lines”" in as_text(report)


def test_the_decoder_is_part_of_the_file(quick):
    asked = []

    def call(function, arguments, seconds):
        asked.append(arguments[3])
        return Outcome(bytes(arguments[3] + over))

    arguments = next(iter(COMPRESS.checks[0].draw(capstone.Draw("size"))))
    function = solution(ZEROS, FITS, "sizes")
    for over in (0, 1):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(capstone, "call", call)
            came = capstone._handed_in(function, arguments, 1.0).value
        assert came.code_bytes + asked[-1] == 6_000
        assert came.is_network != bool(over) and came.decoded is not None
    assert capstone._judge(arguments, "", came).kind == "over-budget"


def test_a_decoder_that_never_ends_is_told_from_one_that_fails(quick, monkeypatch):
    monkeypatch.setattr(capstone, "DECODER_SECONDS", 0.2)
    endless = solution("def decompress(blob):\n    while True: pass\n", FITS, "endless")
    report = run_task(COMPRESS, endless, "late")
    assert {cause.name for cause in report.diagnoses} == {"decoder-late"}


def test_one_late_call_of_compress_costs_its_budget_alone(quick, monkeypatch):
    monkeypatch.setattr(capstone, "SECONDS", 0.3)
    monkeypatch.setattr(capstone, "accuracies_of", lambda came: (93.0, 92.0))
    slow = FITS.replace("return", "while budget_bytes > 4000: pass\n    return")
    report = run_task(COMPRESS, solution(KEEPS, slow, "slow"), "late")
    assert [result.passed for result in report.results] == [False, True, True]
    assert report.results[0].causes[0].name == "time-limit"


def test_what_is_not_written_yet_waits_for_no_training(monkeypatch):
    monkeypatch.setattr(capstone, "problem", None)
    stub = "def decompress(blob):\n    raise NotImplementedError()\n"
    report = run_task(COMPRESS, solution(stub, FITS, "stub"), "stub")
    assert report.score == 0 and report.diagnoses[0].name == "not-written"


def test_arguments_that_are_changed_cost_the_budget(quick):
    changes = FITS.replace("return", "images.zero_()\n    return")
    report = run_task(COMPRESS, solution(KEEPS, changes, "changes"), "changes")
    assert {cause.name for cause in report.diagnoses} == {"changes-input"}


# ---- what is drawn ------------------------------------------------------------------------------


def test_a_draw_is_repeatable_and_unlike_others(quick):
    one, two = networks.problem(1), networks.problem(2)
    networks.problem.cache_clear()
    again = networks.problem(1)
    for field in dataclasses.fields(one):
        a, b, c = (getattr(each, field.name) for each in (one, two, again))
        if field.name == "state":
            a, b, c = a["0.weight"], b["0.weight"], c["0.weight"]
        assert torch.equal(a, c) and not torch.equal(a, b), field.name
    assert (len(one.images), len(one.held_out_images)) == (3_500, 1_500)
    assert sum(w.numel() for w in one.state.values()) == networks.N_PARAMETERS == 84_060
    # Pixels change their places, the same way in all images; no image is lost.
    inks = [torch.cat((p.images, p.held_out_images)).sum(dim=1).sort().values for p in (one, two)]
    assert torch.allclose(*inks, atol=1e-3)
    counts = [torch.cat((p.labels, p.held_out_labels)).bincount().tolist() for p in (one, two)]
    assert counts == [[500] * 10] * 2
