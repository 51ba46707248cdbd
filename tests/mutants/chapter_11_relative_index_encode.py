"""Solutions of exercise 11 as students could write them: relative_index_encode."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _entries(gaps, values, w):
    return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=w.dtype)


@wrong("relative_index_encode", says="rest-of-zero")
def divides_the_distance(w, max_gap):
    gaps, values, before = [], [], -1
    for place, value in enumerate(w.flatten().tolist()):
        if value != 0:
            fillers, rest = divmod(place - before, max_gap)
            gaps += [max_gap] * fillers + [rest]
            values += [0.0] * fillers + [value]
            before = place
    return _entries(gaps, values, w)


@wrong("relative_index_encode", says="no-fillers")
def forgets_the_limit(w, max_gap):
    places = w.flatten().nonzero().flatten()
    gaps = torch.diff(places, prepend=torch.tensor([-1]))
    return gaps, w.flatten()[places]


@wrong("relative_index_encode", says="one-filler-at-most")
def fills_once(w, max_gap):
    gaps, values, before = [], [], -1
    for place, value in enumerate(w.flatten().tolist()):
        if value != 0:
            gap = place - before
            if gap > max_gap:
                gaps.append(max_gap)
                values.append(0.0)
                gap -= max_gap
            gaps.append(gap)
            values.append(value)
            before = place
    return _entries(gaps, values, w)


@wrong("relative_index_encode", says="zeros-counted")
def counts_the_zeros(w, max_gap):
    gaps, values, zeros = [], [], 0
    for value in w.flatten().tolist():
        if value == 0:
            zeros += 1
            continue
        while zeros > max_gap:
            gaps.append(max_gap)
            values.append(0.0)
            zeros -= max_gap + 1
        gaps.append(zeros)
        values.append(value)
        zeros = 0
    return _entries(gaps, values, w)


@wrong("relative_index_encode", says="first-counted-from-0")
def starts_at_zero(w, max_gap):
    gaps, values, before = [], [], 0
    for place in w.flatten().nonzero().flatten().tolist():
        while place - before > max_gap:
            gaps.append(max_gap)
            values.append(0.0)
            before += max_gap
        gaps.append(place - before)
        values.append(w.flatten()[place].item())
        before = place
    return _entries(gaps, values, w)


@wrong("relative_index_encode", says="positions-not-gaps")
def returns_positions(w, max_gap):
    places = w.flatten().nonzero().flatten()
    return places, w.flatten()[places]


@wrong("relative_index_encode", says="end-told-too")
def fills_up_to_the_end(w, max_gap):
    gaps, values, waited = [], [], 0
    for value in w.flatten().tolist():
        waited += 1
        if value != 0 or waited == max_gap:
            gaps.append(waited)
            values.append(value)
            waited = 0
    return _entries(gaps, values, w)


@wrong("relative_index_encode", says="rows-start-anew")
def goes_row_by_row(w, max_gap):
    gaps, values = [], []
    for row in w.reshape(-1, w.shape[-1]).tolist():
        waited = 0
        last = max((i for i, value in enumerate(row) if value != 0), default=-1)
        for value in row[: last + 1]:
            waited += 1
            if value != 0 or waited == max_gap:
                gaps.append(waited)
                values.append(value)
                waited = 0
    return _entries(gaps, values, w)


@wrong("relative_index_encode", says="wrong-dtype")
def always_float32(w, max_gap):
    gaps, values, before = [], [], -1
    for place in w.flatten().nonzero().flatten().tolist():
        while place - before > max_gap:
            gaps.append(max_gap)
            values.append(0.0)
            before += max_gap
        gaps.append(place - before)
        values.append(w.flatten()[place].item())
        before = place
    return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=torch.float32)


@right("relative_index_encode")
def in_one_walk(w, max_gap):
    gaps, values, waited = [], [], 0
    line = w.flatten().tolist()
    last = max((i for i, value in enumerate(line) if value != 0), default=-1)
    for value in line[: last + 1]:
        waited += 1
        if value != 0 or waited == max_gap:
            gaps.append(waited)
            values.append(value)
            waited = 0
    return torch.tensor(gaps, dtype=torch.int64), torch.tensor(values, dtype=w.dtype)


@right("relative_index_encode")
def with_a_while_loop(w, max_gap):
    flat = w.reshape(-1)
    gaps, values, before = [], [], -1
    for place in torch.nonzero(flat)[:, 0].tolist():
        while place - before > max_gap:
            gaps.append(max_gap)
            values.append(flat.new_zeros(()))
            before += max_gap
        gaps.append(place - before)
        values.append(flat[place])
        before = place
    kept = torch.stack(values) if values else flat[:0]
    return torch.tensor(gaps, dtype=torch.long), kept


@right("relative_index_encode")
def with_repeats(w, max_gap):
    flat = w.flatten()
    places = flat.nonzero().flatten()
    distances = torch.from_numpy(np.diff(places.numpy(), prepend=-1))
    entries = (distances - 1) // max_gap + 1
    gaps = torch.full((int(entries.sum()),), max_gap)
    values = torch.zeros(len(gaps), dtype=w.dtype)
    ends = entries.cumsum(0) - 1
    gaps[ends] = distances - (entries - 1) * max_gap
    values[ends] = flat[places]
    return gaps, values
