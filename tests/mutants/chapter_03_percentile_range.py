"""Solutions of exercise 03 as students could write them: percentile_range."""

from __future__ import annotations

import math

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("percentile_range", says="ranges-averaged")
def averages_percentiles(batches, percentile):
    lows = [np.percentile(b.numpy(), 100 - percentile) for b in batches]
    highs = [np.percentile(b.numpy(), percentile) for b in batches]
    return sum(lows) / len(lows), sum(highs) / len(highs)


@wrong("percentile_range", says="widest-of-the-batches")
def keeps_the_widest_percentiles(batches, percentile):
    low = min(np.percentile(b.numpy(), 100 - percentile) for b in batches)
    high = max(np.percentile(b.numpy(), percentile) for b in batches)
    return low, high


@wrong("percentile_range", says="last-batch-only")
def looks_at_one_batch(batches, percentile):
    for batch in batches:
        low = torch.quantile(batch, 1 - percentile / 100)
        high = torch.quantile(batch, percentile / 100)
    return low, high


@wrong("percentile_range", says="tails-shared")
def splits_the_rest_between_both_sides(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    rest = (1 - percentile / 100) / 2
    return torch.quantile(values, rest), torch.quantile(values, 1 - rest)


@wrong("percentile_range", says="one-side-clipped")
def clips_only_the_top(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    return values.min(), torch.quantile(values, percentile / 100)


@wrong("percentile_range", says="one-end-twice")
def takes_one_percentile_for_both_ends(batches, percentile):
    values = np.concatenate([b.numpy().ravel() for b in batches])
    end = float(np.percentile(values, percentile))
    return end, end


@wrong("percentile_range", says="percent-taken-for-fraction")
def passes_percent_to_quantile(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    return torch.quantile(values, 100 - percentile), torch.quantile(values, percentile)


@wrong("percentile_range", says="percent-taken-for-fraction")
def passes_a_fraction_to_percentile(batches, percentile):
    values = np.concatenate([b.numpy().ravel() for b in batches])
    p = percentile / 100
    return np.percentile(values, 1 - p), np.percentile(values, p)


@wrong("percentile_range", says="not-interpolated")
def takes_the_nearest_value(batches, percentile):
    values = torch.cat([b.flatten() for b in batches]).sort().values
    last = len(values) - 1
    return values[round(last * (100 - percentile) / 100)], values[round(last * percentile / 100)]


@wrong("percentile_range", says="not-interpolated")
def takes_the_lower_neighbour(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    p = percentile / 100
    low = torch.quantile(values.double(), 1 - p, interpolation="lower")
    return low, torch.quantile(values.double(), p, interpolation="lower")


@wrong("percentile_range", says="not-interpolated")
def takes_the_middle_of_two(batches, percentile):
    values = np.concatenate([b.numpy().ravel() for b in batches])
    ends = [np.percentile(values, p, method="midpoint") for p in (100 - percentile, percentile)]
    return ends[0], ends[1]


@wrong("percentile_range", says="position-miscounted")
def counts_values_and_not_steps(batches, percentile):
    values = np.concatenate([b.numpy().ravel() for b in batches])
    ends = [np.percentile(values, p, method="weibull") for p in (100 - percentile, percentile)]
    return ends[0], ends[1]


@wrong("percentile_range", says="not-interpolated")
def drops_a_count_of_values(batches, percentile):
    values = sorted(v for b in batches for v in b.flatten().tolist())
    dropped = int(len(values) * (100 - percentile) / 100)
    kept = values[dropped : len(values) - dropped]
    return kept[0], kept[-1]


@wrong("percentile_range", says="not-sorted")
def forgets_to_sort(batches, percentile):
    values = torch.cat([b.flatten() for b in batches]).tolist()

    def at(p):
        place = (len(values) - 1) * p / 100
        below = math.floor(place)
        above = min(below + 1, len(values) - 1)
        return values[below] + (place - below) * (values[above] - values[below])

    return at(100 - percentile), at(percentile)


@wrong("percentile_range", says="share-of-the-width")
def narrows_the_range(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    low, high = values.min().item(), values.max().item()
    cut = (high - low) * (1 - percentile / 100)
    return low + cut, high - cut


@wrong("percentile_range", says="made-symmetric")
def clips_magnitudes(batches, percentile):
    values = torch.cat([b.flatten() for b in batches]).abs()
    high = torch.quantile(values, percentile / 100).item()
    return -high, high


@wrong("percentile_range", says="zero-forced-in")
def makes_room_for_zero(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    low, high = (torch.quantile(values, p / 100) for p in (100 - percentile, percentile))
    return min(low.item(), 0.0), max(high.item(), 0.0)


@wrong("percentile_range", says="ends-swapped")
def returns_the_upper_end_first(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    p = percentile / 100
    return torch.quantile(values, p), torch.quantile(values, 1 - p)


@wrong("percentile_range", says="percentile-ignored")
def leaves_out_nothing(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    return values.min().item(), values.max().item()


@wrong("percentile_range", says="shapes-not-alike")
def stacks_before_sorting(batches, percentile):
    values = torch.stack(batches)
    p = percentile / 100
    return torch.quantile(values, 1 - p), torch.quantile(values, p)


@wrong("percentile_range", says="pair-in-another-container")
def returns_both_in_a_tensor(batches, percentile):
    values = torch.cat([b.flatten() for b in batches])
    p = percentile / 100
    return torch.quantile(values, torch.tensor([1 - p, p]))


@wrong("percentile_range", says="equal-values-once")
def counts_equal_values_once(batches, percentile):
    values = torch.cat([batch.flatten() for batch in batches]).unique().tolist()

    def at(p):
        place = (len(values) - 1) * p / 100
        low = int(place)
        high = min(low + 1, len(values) - 1)
        return values[low] + (values[high] - values[low]) * (place - low)

    return at(100 - percentile), at(percentile)


@right("percentile_range")
def with_quantile(batches, percentile):
    values = torch.cat([b.reshape(-1) for b in batches])
    p = percentile / 100
    return torch.quantile(values, 1 - p), torch.quantile(values, p)


@right("percentile_range")
def with_numpy_percentile(batches, percentile):
    values = np.concatenate([b.numpy().ravel() for b in batches])
    return np.percentile(values, [100 - percentile, percentile]).tolist()


@right("percentile_range")
def by_hand_in_python(batches, percentile):
    values = sorted(v for b in batches for v in b.flatten().tolist())

    def at(p):
        place = (len(values) - 1) * p / 100
        below = math.floor(place)
        above = math.ceil(place)
        return values[below] + (place - below) * (values[above] - values[below])

    return at(100 - percentile), at(percentile)


@right("percentile_range")
def with_interp(batches, percentile):
    values = np.sort(np.concatenate([b.numpy().ravel() for b in batches]))
    shares = np.linspace(0, 100, len(values))
    return np.interp(100 - percentile, shares, values), np.interp(percentile, shares, values)


@wrong("percentile_range", says="rounded-to-whole-ones")
def rounds_the_percentiles(batches, percentile):
    values = torch.cat([batch.reshape(-1) for batch in batches]).double()
    low = torch.quantile(values, 1 - percentile / 100).item()
    return round(low), round(torch.quantile(values, percentile / 100).item())


@wrong("percentile_range", says="last-batch-left-out")
def leaves_the_last_batch_out(batches, percentile):
    seen = batches[:-1] if len(batches) > 1 else batches
    values = torch.cat([batch.reshape(-1) for batch in seen]).double()
    low = torch.quantile(values, 1 - percentile / 100).item()
    return low, torch.quantile(values, percentile / 100).item()


@wrong("percentile_range", says="percentile-cut")
def cuts_the_percentile_to_a_whole_number(batches, percentile):
    p = int(percentile)
    values = np.concatenate([batch.numpy().reshape(-1) for batch in batches])
    low, high = np.percentile(values, [100 - p, p])
    return float(low), float(high)


@wrong("percentile_range", says="shares-swapped")
def gives_each_neighbour_the_share_of_the_other(batches, percentile):
    values = torch.cat([batch.reshape(-1) for batch in batches]).sort().values.tolist()

    def at(p):
        place = (len(values) - 1) * p / 100
        below = math.floor(place)
        way = place - below
        return values[below] if way == 0 else way * values[below] + (1 - way) * values[below + 1]

    return at(100 - percentile), at(percentile)


@wrong("percentile_range", says="not-sorted")
def takes_places_of_all_values_as_they_came(batches, percentile):
    values = [value for batch in batches for value in batch.reshape(-1).tolist()]
    n = len(values)

    def at(p):
        place = min(n * p / 100, n - 1)
        below = int(place)
        above = min(below + 1, n - 1)
        return values[below] + (place - below) * (values[above] - values[below])

    return at(100 - percentile), at(percentile)


@wrong("percentile_range", says="value-after-the-last")
def asks_for_the_value_after_the_last(batches, percentile):
    values = sorted(value for batch in batches for value in batch.reshape(-1).tolist())
    result = []
    for p in (100 - percentile, percentile):
        position = (len(values) - 1) * p / 100
        k = int(position)
        part = position - k
        result.append((1 - part) * values[k] + part * values[k + 1])
    return tuple(result)
