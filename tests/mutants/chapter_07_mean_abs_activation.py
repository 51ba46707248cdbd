"""Solutions of exercise 07 as students could write them: mean_abs_activation."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("mean_abs_activation", says="signs-cancel")
def forgets_the_magnitude(activations):
    return activations.transpose(0, 1).flatten(1).mean(1)


@wrong("mean_abs_activation", says="magnitude-of-the-mean")
def takes_the_magnitude_last(activations):
    axes = [axis for axis in range(activations.dim()) if axis != 1]
    return activations.mean(dim=axes).abs()


@wrong("mean_abs_activation", says="negatives-dropped")
def applies_a_relu(activations):
    return torch.relu(activations).transpose(0, 1).flatten(1).mean(1)


@wrong("mean_abs_activation", says="images-taken-for-units")
def averages_each_image(activations):
    return activations.abs().flatten(1).mean(1)


@wrong("mean_abs_activation", says="places-not-joined")
def averages_over_images_only(activations):
    return activations.abs().mean(dim=0)


@wrong("mean_abs_activation", says="places-not-joined")
def flattens_channels_and_places(activations):
    return activations.flatten(1).abs().mean(0)


@wrong("mean_abs_activation", says="images-not-joined")
def averages_over_places_only(activations):
    if activations.dim() == 2:
        return activations.abs().mean(0)
    return activations.abs().mean(dim=(2, 3))


@wrong("mean_abs_activation", says="summed")
def adds_everything(activations):
    return activations.abs().transpose(0, 1).flatten(1).sum(1)


@wrong("mean_abs_activation", says="summed")
def adds_the_places(activations):
    sums = activations.abs().reshape(*activations.shape[:2], -1).sum(2)
    return sums.mean(0)


@wrong("mean_abs_activation", says="zeros-left-out")
def leaves_zeros_out(activations):
    rows = activations.abs().transpose(0, 1).flatten(1)
    return torch.stack([row[row > 0].mean() for row in rows])


@wrong("mean_abs_activation", says="other-average")
def takes_the_root_mean_square(activations):
    return activations.transpose(0, 1).flatten(1).square().mean(1).sqrt()


@wrong("mean_abs_activation", says="other-average")
def takes_the_peak(activations):
    return activations.abs().transpose(0, 1).flatten(1).amax(1)


@wrong("mean_abs_activation", says="reshaped-not-transposed")
def reshapes_to_rows_of_units(activations):
    return activations.abs().reshape(activations.shape[1], -1).mean(dim=1)


@wrong("mean_abs_activation", says="reshaped-not-transposed")
def takes_channels_for_the_last_axis(activations):
    return activations.abs().reshape(-1, activations.shape[1]).mean(dim=0)


@wrong("mean_abs_activation", says="part-of-unit")
def looks_at_the_first_image(activations):
    return activations[:1].abs().transpose(0, 1).flatten(1).mean(1)


@wrong("mean_abs_activation", says="units-missing")
def stops_before_the_last_unit(activations):
    n = activations.shape[1]
    return torch.stack([activations[:, i].abs().mean() for i in range(n - 1)])


@wrong("mean_abs_activation", says="sorted")
def puts_the_busiest_first(activations):
    means = activations.abs().transpose(0, 1).flatten(1).mean(1)
    return means.sort(descending=True).values


@wrong("mean_abs_activation", says="divided-by-everything")
def divides_by_all_entries(activations):
    return activations.abs().transpose(0, 1).flatten(1).sum(1) / activations.numel()


@wrong("mean_abs_activation", says="normalised")
def divides_by_the_busiest(activations):
    means = activations.abs().transpose(0, 1).flatten(1).mean(1)
    return means / means.max()


@wrong("mean_abs_activation", says="other-average")
def takes_the_deviation(activations):
    return activations.transpose(0, 1).flatten(1).std(dim=1)


@wrong("mean_abs_activation", says="too-few-digits")
def rounds_to_three_decimals(activations):
    return torch.round(activations.abs().transpose(0, 1).flatten(1).mean(1), decimals=3)


@wrong("mean_abs_activation", says="one-number-for-all")
def averages_all_units(activations):
    return activations.abs().mean()


@wrong("mean_abs_activation", says="raises")
def expects_four_axes(activations):
    return activations.abs().mean(dim=(0, 2, 3))


@wrong("mean_abs_activation", says="changes-input")
def takes_magnitudes_in_place(activations):
    return activations.abs_().transpose(0, 1).flatten(1).mean(1)


@wrong("mean_abs_activation", says="magnitude-of-the-mean")
def means_over_places_before_the_magnitude(activations):
    if activations.dim() == 4:
        activations = activations.flatten(2).mean(dim=2)
    return activations.abs().mean(dim=0)


@wrong("mean_abs_activation", says="magnitude-of-the-mean")
def means_over_images_before_the_magnitude(activations):
    means = activations.mean(dim=0).abs()
    return means.flatten(1).mean(dim=1) if means.dim() > 1 else means


@right("mean_abs_activation")
def over_all_axes_but_one(activations):
    return activations.abs().mean(dim=[axis for axis in range(activations.dim()) if axis != 1])


@right("mean_abs_activation")
def places_first(activations):
    if activations.dim() == 4:
        activations = activations.abs().mean((2, 3))
    return activations.abs().mean(0)


@right("mean_abs_activation")
def unit_by_unit(activations):
    return torch.stack([activations[:, i].abs().mean() for i in range(activations.shape[1])])


@right("mean_abs_activation")
def in_numpy(activations):
    values = np.abs(activations.numpy().astype(np.float64))
    return torch.from_numpy(np.moveaxis(values, 1, 0).reshape(values.shape[1], -1).mean(1))
