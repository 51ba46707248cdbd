"""Solutions of exercise 09 as students could write them: mask_distance."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("mask_distance", says="mean-of-layers")
def averages_the_layers(a, b):
    return sum(float((a[name] != b[name]).double().mean()) for name in a) / len(a)


@wrong("mask_distance", says="matched-by-position")
def zips_the_values(a, b):
    pairs = list(zip(a.values(), b.values(), strict=True))
    return sum(int((x ^ y).sum()) for x, y in pairs) / sum(x.numel() for x, _ in pairs)


@wrong("mask_distance", says="similarity")
def counts_agreement(a, b):
    same = sum(int((a[name] == b[name]).sum()) for name in a)
    return same / sum(mask.numel() for mask in a.values())


@wrong("mask_distance", says="count-for-share")
def counts_differences(a, b):
    return sum(int((a[name] != b[name]).sum()) for name in a)


@wrong("mask_distance", says="one-direction-only")
def counts_what_was_lost(a, b):
    lost = sum(int((a[name] & ~b[name]).sum()) for name in a)
    return lost / sum(mask.numel() for mask in a.values())


@wrong("mask_distance", says="halved-or-doubled")
def divides_by_the_entries_of_both(a, b):
    differ = sum(int((a[name] != b[name]).sum()) for name in a)
    return differ / sum(mask.numel() for masks in (a, b) for mask in masks.values())


@wrong("mask_distance", says="halved-or-doubled")
def counts_both_sides(a, b):
    lost = sum(int((a[name] != b[name]).sum()) for name in a)
    won = sum(int((b[name] != a[name]).sum()) for name in b)
    return (lost + won) / sum(mask.numel() for mask in a.values())


@wrong("mask_distance", says="in-percent")
def gives_percent(a, b):
    n = sum(mask.numel() for mask in a.values())
    return 100 * sum(int((a[name] != b[name]).sum()) for name in a) / n


@wrong("mask_distance", says="too-few-digits")
def rounds_to_two_decimals(a, b):
    n = sum(mask.numel() for mask in a.values())
    return round(sum(int((a[name] != b[name]).sum()) for name in a) / n, 2)


@wrong("mask_distance", says="one-layer-only")
def stops_before_the_last_layer(a, b):
    names = list(a) if len(a) == 1 else list(a)[:-1]
    differ = sum(int((a[name] != b[name]).sum()) for name in names)
    return differ / sum(a[name].numel() for name in names)


@wrong("mask_distance", says="densities-compared")
def compares_how_many_are_kept(a, b):
    n = sum(mask.numel() for mask in a.values())
    return abs(sum(int(m.sum()) for m in a.values()) - sum(int(m.sum()) for m in b.values())) / n


@wrong("mask_distance", says="other-denominator")
def divides_by_the_union(a, b):
    differ = sum(int((a[name] ^ b[name]).sum()) for name in a)
    return differ / sum(int((a[name] | b[name]).sum()) for name in a)


@wrong("mask_distance", says="one-layer-only")
def returns_in_the_loop(a, b):
    for name in a:
        return int((a[name] != b[name]).sum()) / a[name].numel()


@right("mask_distance")
def differs_by_name(a, b):
    n = sum(mask.numel() for mask in a.values())
    return sum(int((mask != b[name]).sum()) for name, mask in a.items()) / n


@right("mask_distance")
def one_line_each(a, b):
    first = torch.cat([a[name].flatten() for name in sorted(a)])
    second = torch.cat([b[name].flatten() for name in sorted(b)])
    return (first ^ second).double().mean()


@right("mask_distance")
def numpy_and_loops(a, b):
    differ = [x != y for n in b for x, y in zip(a[n].flatten(), b[n].flatten(), strict=True)]
    return np.mean([bool(each) for each in differ])


@right("mask_distance")
def kept_and_lost(a, b):
    lost = sum((a[name] & ~b[name]).sum() for name in a)
    won = sum((b[name] & ~a[name]).sum() for name in a)
    return (lost + won) / sum(mask.numel() for mask in b.values())


@wrong("mask_distance", says="rows-counted")
def divides_by_the_rows(a, b):
    different = sum(int((a[name] != b[name]).sum()) for name in a)
    return different / sum(len(mask) for mask in a.values())


@wrong("mask_distance", says="differences-wrapped-around")
def subtracts_unsigned_bytes(a, b):
    differences = [(a[n].to(torch.uint8) - b[n].to(torch.uint8)).flatten() for n in a]
    line = torch.cat(differences)
    return int(line.sum()) / line.numel()


@wrong("mask_distance", says="layers-counted")
def counts_layers_that_differ(a, b):
    differing = [not torch.equal(a[name], b[name]) for name in a]
    return sum(differing) / len(differing)


@wrong("mask_distance", says="densities-compared")
def adds_up_signed_differences_of_both(a, b):
    difference = sum(float((a[name].float() - b[name].float()).sum()) for name in a)
    return abs(difference) / sum(a[name].numel() + b[name].numel() for name in a)
