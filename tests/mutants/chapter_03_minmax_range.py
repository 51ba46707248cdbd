"""Solutions of exercise 03 as students could write them: minmax_range."""

from __future__ import annotations

import math
import sys

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("minmax_range", says="last-batch-only")
def overwrites_the_range(batches):
    for batch in batches:
        low, high = batch.min().item(), batch.max().item()
    return low, high


@wrong("minmax_range", says="first-batch-only")
def returns_inside_the_loop(batches):
    for batch in batches:
        return batch.min().item(), batch.max().item()


@wrong("minmax_range", says="ranges-averaged")
def averages_the_ends(batches):
    lows = [float(batch.min()) for batch in batches]
    highs = [float(batch.max()) for batch in batches]
    return sum(lows) / len(lows), sum(highs) / len(highs)


@wrong("minmax_range", says="ranges-averaged")
def moves_the_range_a_little(batches):
    low, high = batches[0].min(), batches[0].max()
    for batch in batches[1:]:
        low = 0.9 * low + 0.1 * batch.min()
        high = 0.9 * high + 0.1 * batch.max()
    return low, high


@wrong("minmax_range", says="one-range-a-batch")
def lists_a_range_for_each(batches):
    return [(batch.min().item(), batch.max().item()) for batch in batches]


@wrong("minmax_range", says="zero-forced-in")
def begins_the_search_at_zero(batches):
    low = high = 0.0
    for batch in batches:
        low = min(low, batch.min().item())
        high = max(high, batch.max().item())
    return low, high


@wrong("minmax_range", says="zero-forced-in")
def stretches_to_zero(batches):
    values = torch.cat([batch.flatten() for batch in batches])
    return values.min().clamp(max=0), values.max().clamp(min=0)


@wrong("minmax_range", says="made-symmetric")
def takes_absmax_on_both_sides(batches):
    absmax = max(batch.abs().max().item() for batch in batches)
    return -absmax, absmax


@wrong("minmax_range", says="magnitudes-not-values")
def looks_at_magnitudes(batches):
    values = torch.cat([batch.abs().reshape(-1) for batch in batches])
    return values.min(), values.max()


@wrong("minmax_range", says="ends-swapped")
def returns_high_first(batches):
    return max(b.max().item() for b in batches), min(b.min().item() for b in batches)


@wrong("minmax_range", says="inner-range")
def mixes_up_min_and_max(batches):
    return max(b.min().item() for b in batches), min(b.max().item() for b in batches)


@wrong("minmax_range", says="one-range-a-column")
def forgets_to_reduce_all_axes(batches):
    stacked = torch.stack(batches)
    return stacked.min(dim=0).values, stacked.max(dim=0).values


@wrong("minmax_range", says="shapes-not-alike")
def stacks_batches_of_any_shape(batches):
    stacked = torch.stack(batches)
    return stacked.min().item(), stacked.max().item()


@wrong("minmax_range", says="shapes-not-alike")
def joins_batches_as_they_are(batches):
    values = torch.cat(batches)
    return values.min().item(), values.max().item()


@wrong("minmax_range", says="one-number-for-the-range")
def returns_the_width(batches):
    values = torch.cat([batch.reshape(-1) for batch in batches])
    return values.max() - values.min()


@wrong("minmax_range", says="mean-and-spread")
def goes_three_sigma_out(batches):
    values = torch.cat([batch.reshape(-1) for batch in batches])
    return values.mean() - 3 * values.std(), values.mean() + 3 * values.std()


@wrong("minmax_range", says="returns-none")
def prints_the_range(batches):
    print(min(b.min().item() for b in batches), max(b.max().item() for b in batches))


@wrong("minmax_range", says="changes-input")
def empties_the_list(batches):
    low, high = math.inf, -math.inf
    while batches:
        batch = batches.pop()
        low, high = min(low, batch.min().item()), max(high, batch.max().item())
    return low, high


@wrong("minmax_range", says="off-limits")
def asks_the_library(batches):
    from model_compression import calibration

    return calibration.minmax_range(batches)


@wrong("minmax_range", says="zero-forced-in")
def begins_the_search_at_the_smallest_positive_float(batches):
    low, high = sys.float_info.max, sys.float_info.min
    for batch in batches:
        low, high = min(low, batch.min().item()), max(high, batch.max().item())
    return low, high


@wrong("minmax_range", says="last-batch-left-out")
def begins_at_zero_and_stops_early(batches):
    low = high = 0.0
    for i in range(len(batches) - 1):
        low, high = min(low, batches[i].min().item()), max(high, batches[i].max().item())
    return low, high


@right("minmax_range")
def one_batch_after_the_other(batches):
    low, high = math.inf, -math.inf
    for batch in batches:
        for value in batch.flatten().tolist():
            low = value if value < low else low
            high = value if value > high else high
    return low, high


@right("minmax_range")
def all_values_in_one_line(batches):
    return torch.cat([batch.reshape(-1) for batch in batches]).aminmax()


@right("minmax_range")
def extremes_of_numpy_arrays(batches):
    arrays = [batch.numpy().astype(np.float64) for batch in batches]
    return [np.min([a.min() for a in arrays]), np.max([a.max() for a in arrays])]


@right("minmax_range")
def minimum_of_negated_maximum(batches):
    ends = torch.stack([torch.stack((-batch.min(), batch.max())) for batch in batches])
    return -ends[:, 0].max(), ends[:, 1].max()


@wrong("minmax_range", says="too-few-digits")
def rounds_the_ends(batches):
    low = min(batch.min().item() for batch in batches)
    high = max(batch.max().item() for batch in batches)
    return round(low, 2), round(high, 2)


@wrong("minmax_range", says="last-batch-left-out")
def stops_before_the_last_batch(batches):
    seen = batches[:-1] if len(batches) > 1 else batches
    return min(b.min().item() for b in seen), max(b.max().item() for b in seen)


@wrong("minmax_range", says="one-end-only")
def returns_the_high_end(batches):
    return max(batch.max().item() for batch in batches)


@wrong("minmax_range", says="pair-in-another-container")
def returns_a_dict_of_both(batches):
    low = min(batch.min().item() for batch in batches)
    return {"low": low, "high": max(batch.max().item() for batch in batches)}


@wrong("minmax_range", says="one-end-a-batch")
def looks_at_the_high_only_where_the_low_stays(batches):
    low, high = batches[0].min().item(), batches[0].max().item()
    for batch in batches[1:]:
        if batch.min().item() < low:
            low = batch.min().item()
        elif batch.max().item() > high:
            high = batch.max().item()
    return low, high


@wrong("minmax_range", says="rows-taken-for-numbers")
def takes_the_minimum_that_python_has(batches):
    return float(min(min(b) for b in batches)), float(max(max(b) for b in batches))


@wrong("minmax_range", says="rows-sorted")
def sorts_along_the_last_axis(batches):
    rows = [batch.sort().values.flatten() for batch in batches]
    return min(row[0].item() for row in rows), max(row[-1].item() for row in rows)


@wrong("minmax_range", says="one-end-from-magnitudes")
def ends_at_the_largest_magnitude(batches):
    values = np.concatenate([batch.numpy().ravel() for batch in batches])
    return float(values.min()), float(np.abs(values).max())
