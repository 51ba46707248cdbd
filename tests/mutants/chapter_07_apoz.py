"""Solutions of exercise 07 as students could write them: apoz."""

from __future__ import annotations

import torch

from tests.mutants.table import right, wrong


@wrong("apoz", says="active-share")
def counts_the_active(activations):
    return (activations != 0).float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="per-cent")
def gives_per_cent(activations):
    return 100 * (activations == 0).float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="counted")
def returns_counts(activations):
    return (activations == 0).transpose(0, 1).flatten(1).sum(1)


@wrong("apoz", says="counted")
def divides_by_the_batch(activations):
    zeros = (activations == 0).transpose(0, 1).flatten(1).sum(1)
    return zeros / activations.shape[0]


@wrong("apoz", says="share-of-all-zeros")
def divides_by_all_zeros(activations):
    zeros = (activations == 0).transpose(0, 1).flatten(1).sum(1)
    return zeros / (activations == 0).sum()


@wrong("apoz", says="divided-by-everything")
def divides_by_all_entries(activations):
    return (activations == 0).transpose(0, 1).flatten(1).sum(1) / activations.numel()


@wrong("apoz", says="negatives-counted")
def counts_negatives(activations):
    return (activations <= 0).float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="small-counted")
def allows_some_slack(activations):
    return (activations.abs() < 1e-3).float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="images-taken-for-units")
def counts_each_image(activations):
    return (activations == 0).float().flatten(1).mean(1)


@wrong("apoz", says="places-not-joined")
def counts_over_images_only(activations):
    return (activations == 0).float().mean(0)


@wrong("apoz", says="images-not-joined")
def counts_over_places_only(activations):
    zeros = (activations == 0).float()
    return zeros.mean(0) if zeros.dim() == 2 else zeros.mean((2, 3))


@wrong("apoz", says="whole-channel-silent")
def asks_for_silent_channels(activations):
    rows = activations.reshape(*activations.shape[:2], -1)
    return (rows.abs().sum(2) == 0).float().mean(0)


@wrong("apoz", says="magnitudes-averaged")
def averages_magnitudes_again(activations):
    return activations.abs().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="reshaped-not-transposed")
def reshapes_to_rows_of_units(activations):
    return (activations == 0).float().reshape(activations.shape[1], -1).mean(dim=1)


@wrong("apoz", says="reshaped-not-transposed")
def takes_channels_for_the_last_axis(activations):
    return (activations.view(-1, activations.shape[1]) == 0).float().mean(dim=0)


@wrong("apoz", says="small-counted")
def asks_whether_it_is_close(activations):
    zeros = torch.isclose(activations, torch.zeros_like(activations))
    return zeros.float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="part-of-unit")
def leaves_out_the_last_image(activations):
    return (activations[:-1] == 0).float().transpose(0, 1).flatten(1).mean(1)


@wrong("apoz", says="units-missing")
def starts_with_the_second_unit(activations):
    shares = [(activations[:, i] == 0).float().mean() for i in range(1, activations.shape[1])]
    return torch.stack(shares)


@wrong("apoz", says="sorted")
def puts_the_most_silent_first(activations):
    shares = (activations == 0).float().transpose(0, 1).flatten(1).mean(1)
    return shares.sort(descending=True).values


@wrong("apoz", says="too-few-digits")
def rounds_to_two_decimals(activations):
    shares = (activations == 0).float().transpose(0, 1).flatten(1).mean(1)
    return torch.tensor([round(share, 2) for share in shares.tolist()])


@wrong("apoz", says="one-number-for-all")
def takes_one_share(activations):
    return (activations == 0).float().mean()


@wrong("apoz", says="raises")
def averages_booleans(activations):
    return (activations == 0).mean(dim=0)


@wrong("apoz", says="sign-turned")
def turns_the_sign(activations):
    zeros = (activations == 0).float()
    axes = [a for a in range(activations.dim()) if a != 1]
    return -zeros.mean(dim=axes)


@wrong("apoz", says="cut-to-whole-numbers")
def divides_whole_numbers(activations):
    shares = []
    for unit in range(activations.shape[1]):
        values = activations[:, unit].flatten()
        zeros = (values == 0).sum().item()
        shares.append(zeros // values.numel())
    return torch.tensor(shares, dtype=torch.float32)


@right("apoz")
def over_the_other_axes(activations):
    return (activations == 0).double().mean([i for i in range(activations.dim()) if i != 1])


@right("apoz")
def one_minus_the_active(activations):
    rows = activations.transpose(0, 1).flatten(1)
    return 1 - torch.count_nonzero(rows, dim=1) / rows.shape[1]


@right("apoz")
def counts_in_a_loop(activations):
    shares = []
    for unit in range(activations.shape[1]):
        values = activations[:, unit].flatten().tolist()
        shares.append(sum(value == 0 for value in values) / len(values))
    return torch.tensor(shares)


@right("apoz")
def where_is_zero_in_numpy(activations):
    zeros = activations.numpy() == 0
    return torch.from_numpy(zeros.mean(axis=tuple({0, 1, 2, 3} & set(range(zeros.ndim)) - {1})))
