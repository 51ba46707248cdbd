"""The scale explorer: what it measures, what its controls do, and that errors are seen."""

import pytest
import torch

from courseware.chapters.c02_integer_scaling.explorer import ScaleExperiment, ScaleExplorer, Setting
from courseware.subjects.models import mlp, weights_of, with_weights
from courseware.subjects.training import accuracy
from model_compression.error_measures import max_abs_error, rmse, sqnr_db
from model_compression.integer_scaling import absmax_scale, dequantize, quantize
from tests.courseware.showing.explorers import (
    assert_error_shows_until_redrawn,
    classes_of,
    pictures_along,
    shown,
)


@pytest.fixture(scope="module")
def images():
    return torch.rand(50, 16, generator=torch.Generator().manual_seed(0))


@pytest.fixture(scope="module")
def labels():
    return torch.arange(50) % 3


@pytest.fixture(scope="module")
def model():
    """A network of which only the rows of the first layer have groups of 16."""
    return mlp([16, 24, 3], seed=0)


@pytest.fixture
def experiment(model, images, labels):
    return ScaleExperiment(model, images, labels)


@pytest.mark.parametrize("n_bits", [2, 4, 8])
@pytest.mark.parametrize("full_range", [False, True])
def test_one_scale_per_tensor_is_absmax_scale(
    experiment, model, images, labels, n_bits, full_range
):
    weight = weights_of(model)["0.weight"]
    scale = absmax_scale(weight, n_bits, full_range)
    restored = dequantize(quantize(weight, scale, n_bits), scale)
    measured = experiment.measure(Setting("0.weight", n_bits, full_range))
    assert measured.sqnr == sqnr_db(weight, restored)
    assert measured.rmse == rmse(weight, restored)
    assert measured.max_error == max_abs_error(weight, restored)
    assert measured.clipped == 0
    changed = with_weights(model, {"0.weight": restored})
    assert measured.accuracy == accuracy(changed, images, labels)
    # Every restored weight is one of the values of the grid.
    assert torch.isin(restored, measured.grids[0]).all()


@pytest.mark.parametrize(
    ("granularity", "full_range", "shape"),
    [("tensor", False, (1, 15)), ("channel", True, (24, 16)), (8, False, (48, 15))],
)
def test_one_grid_for_each_block(experiment, granularity, full_range, shape):
    measured = experiment.measure(Setting("0.weight", 4, full_range, granularity))
    assert measured.grids.shape == shape
    assert (measured.grids.diff(dim=1) > 0).all()


def test_bits_per_weight_count_the_scales(experiment):
    measured = experiment.measure(Setting("0.weight", 4, granularity=8))
    assert measured.bits_per_weight == 4 + 32 / 8


def test_clipping_cuts_the_largest_weights(experiment):
    weight = weights_of(mlp([16, 24, 3], seed=0))["0.weight"]
    measured = experiment.measure(Setting("0.weight", 8, percentile=90))
    n_clipped = int((weight.abs() > measured.limit).sum())
    # The 90th percentile of 384 values lies between the 345th and the 346th: 39 are above it.
    assert n_clipped == 39
    assert measured.clipped == n_clipped / 384
    assert measured.grids.max().item() == pytest.approx(measured.limit, rel=1e-6)
    largest = weight.abs().max().item()
    # The largest weight is off by what was cut, up to float32 rounding of the grid's end.
    assert measured.max_error == pytest.approx(largest - measured.limit, rel=1e-5)


def test_a_measurement_leaves_the_network_alone(experiment, model):
    before = {name: weight.clone() for name, weight in weights_of(model).items()}
    experiment.measure(Setting("0.weight", 2, percentile=80))
    assert all(torch.equal(before[name], weight) for name, weight in weights_of(model).items())


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        (Setting("1.weight"), "layer: expected one of"),
        (Setting("0.weight", percentile=50), "percentile: expected"),
        (Setting("0.weight", percentile=101), "percentile: expected"),
        (Setting("0.weight", n_bits=9), "n_bits: expected"),
        (Setting("0.weight", granularity=5), "group_size: expected"),
    ],
)
def test_bad_settings_are_named(experiment, setting, message):
    with pytest.raises(ValueError, match=message):
        experiment.measure(setting)


def test_the_readings_are_those_of_the_setting(experiment):
    explorer = ScaleExplorer(experiment)
    explorer.controls["n_bits"].value = 3
    explorer.controls["full_range"].value = True
    explorer.controls["granularity"].value = 8
    explorer.controls["percentile"].value = 95
    setting = Setting("0.weight", 3, True, 8, 95)
    assert explorer.setting == setting
    measured = experiment.measure(setting)
    for name in ("sqnr", "rmse", "max-error", "clipped", "bits-per-weight", "accuracy"):
        assert shown(explorer, name) == getattr(measured, name.replace("-", "_"))


def test_every_control_changes_the_picture(experiment):
    explorer = ScaleExplorer(experiment)
    changes = (
        ("n_bits", 3),
        ("full_range", True),
        ("granularity", "channel"),
        ("percentile", 90),
        ("layer", "2.weight"),
    )
    pictures = pictures_along(explorer, changes)
    assert len(set(pictures)) == len(pictures)


def test_group_sizes_follow_the_layer(experiment):
    explorer = ScaleExplorer(experiment)
    groups = explorer.controls["granularity"]
    assert [choice for _, choice in groups.options] == ["tensor", "channel", 8, 16]
    groups.value = 16
    explorer.controls["layer"].value = "2.weight"
    assert [choice for _, choice in groups.options] == ["tensor", "channel", 8]
    assert explorer.setting.granularity == "tensor"
    groups.value = 8
    explorer.controls["layer"].value = "0.weight"
    assert explorer.setting == Setting("0.weight", granularity=8)


def test_the_browser_finds_everything_by_its_class(experiment):
    explorer = ScaleExplorer(experiment)
    assert classes_of(explorer) == [
        "scale-explorer-layer",
        "scale-explorer-n-bits",
        "scale-explorer-full-range",
        "scale-explorer-granularity",
        "scale-explorer-percentile",
        "scale-explorer-sqnr",
        "scale-explorer-rmse",
        "scale-explorer-max-error",
        "scale-explorer-clipped",
        "scale-explorer-bits-per-weight",
        "scale-explorer-accuracy",
        "scale-explorer-picture",
    ]


def test_an_error_shows_in_the_widget_and_the_next_draw_clears_it(experiment, monkeypatch):
    assert_error_shows_until_redrawn(
        ScaleExplorer(experiment), monkeypatch, (ScaleExperiment, "measure"), "n_bits", (5, 6)
    )
