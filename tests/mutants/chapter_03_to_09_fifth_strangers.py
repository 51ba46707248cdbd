"""Answers of a fifth round of strangers who were told a cause that is not true: exercises 03–09."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from tests.mutants.table import wrong


@wrong("random_reinit", says="same-in-each-layer")
def starts_the_generator_anew_for_each_layer(shapes, masks, seed):
    new = {}
    for name, shape in shapes.items():
        g = torch.Generator().manual_seed(seed)
        bound = 1 / math.sqrt(math.prod(shape[1:]))
        new[name] = (torch.rand(shape, generator=g) * 2 - 1) * bound * masks[name]
    return new


@wrong("bits_per_weight", says="whole-bits")
def shares_out_a_group_by_whole_division(n_bits, group_size, scale_bits, zero_point_bits=0):
    return (n_bits * group_size + scale_bits + zero_point_bits) // group_size


@wrong("int8_linear", says="guard-too-large")
def adds_a_small_number_to_every_scale(x, weight, bias):
    eps = 1e-5
    s_x = x.abs().max() / 127 + eps
    s_w = weight.abs().amax(dim=1) / 127 + eps
    q_x = torch.round(x / s_x).clamp(-127, 127).to(torch.int64)
    q_w = torch.round(weight / s_w[:, None]).clamp(-127, 127).to(torch.int64)
    acc = q_x @ q_w.T
    return acc, acc.to(torch.float32) * s_x * s_w + bias


@wrong("distillation_loss", says="mean-over-elements")
def leaves_the_reduction_of_the_divergence_as_it_is(
    student_logits, teacher_logits, labels, alpha, temperature
):
    teacher = teacher_logits.detach()
    T = temperature
    kd = nn.KLDivLoss()(F.log_softmax(student_logits / T, dim=1), F.softmax(teacher / T, dim=1))
    ce = nn.CrossEntropyLoss()(student_logits, labels)
    return alpha * ce + (1 - alpha) * T * T * kd


@wrong("minmax_range", says="last-batch-left-out")
def begins_with_one_value_and_cuts_the_ends(batches):
    low = high = batches[0].reshape(-1)[0]
    for batch in batches[1:]:
        low = torch.minimum(low, batch.min())
        high = torch.maximum(high, batch.max())
    return int(low), int(high)


@wrong("minmax_range", says="cut-afterwards")
def cuts_the_ends_alone(batches):
    values = torch.cat([batch.flatten() for batch in batches])
    return int(values.min()), int(values.max())


@wrong("rewind", says="masks-returned")
def puts_masks_into_a_state_of_zeros(initial, masks):
    state = {name: torch.zeros_like(value) for name, value in initial.items()}
    for name, mask in masks.items():
        state[name] = mask.float()
    return state


@wrong("mask_distance", says="divided-by-one-layer")
def counts_one_direction_over_the_last_layer(a, b):
    count = 0
    total = 0
    for name in a:
        count += int((a[name] & ~b[name]).sum())
        total = a[name].numel()
    return count / total
