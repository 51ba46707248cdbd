"""Solutions of exercise 05 as students could write them: softmax."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

from tests.mutants.table import right, wrong


@wrong("softmax", says="overflow")
def does_not_shift(logits, temperature=1.0):
    powers = torch.exp(logits / temperature)
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="mean-taken-off")
def shifts_by_the_mean(logits, temperature=1.0):
    z = logits / temperature
    powers = torch.exp(z - z.mean(dim=-1, keepdim=True))
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="one-maximum-for-all-rows")
def shifts_by_the_largest_of_all(logits, temperature=1.0):
    z = logits / temperature
    powers = torch.exp(z - z.max())
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="logits-cut-off")
def clamps_against_overflow(logits, temperature=1.0):
    powers = torch.exp((logits / temperature).clamp(-50, 50))
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="logits-cut-off")
def clamps_large_logits_only(logits, temperature=1.0):
    powers = torch.exp(torch.clamp(logits / temperature, max=80))
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="wrong-dimension")
def adds_up_the_columns(logits, temperature=1.0):
    z = logits / temperature
    powers = torch.exp(z - z.amax(dim=0, keepdim=True))
    return powers / powers.sum(dim=0, keepdim=True)


@wrong("softmax", says="wrong-dimension")
def expects_two_dimensions(logits, temperature=1.0):
    z = logits / temperature
    powers = torch.exp(z - z.amax(dim=1, keepdim=True))
    return powers / powers.sum(dim=1, keepdim=True)


@wrong("softmax", says="wrong-dimension")
def adds_up_everything(logits, temperature=1.0):
    powers = torch.exp((logits - logits.max()) / temperature)
    return powers / powers.sum()


@wrong("softmax", says="temperature-ignored")
def forgets_the_temperature(logits, temperature=1.0):
    powers = torch.exp(logits - logits.amax(dim=-1, keepdim=True))
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="temperature-multiplied")
def multiplies_by_the_temperature(logits, temperature=1.0):
    z = logits * temperature
    powers = torch.exp(z - z.amax(dim=-1, keepdim=True))
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="temperature-on-probabilities")
def divides_the_probabilities(logits, temperature=1.0):
    powers = torch.exp(logits - logits.amax(dim=-1, keepdim=True))
    return powers / powers.sum(dim=-1, keepdim=True) / temperature


@wrong("softmax", says="temperature-one-sided")
def divides_above_the_line_only(logits, temperature=1.0):
    return torch.exp(logits / temperature) / torch.exp(logits).sum(dim=-1, keepdim=True)


@wrong("softmax", says="temperature-too-late")
def takes_a_root_of_the_probabilities(logits, temperature=1.0):
    powers = torch.exp(logits - logits.amax(dim=-1, keepdim=True))
    rooted = (powers / powers.sum(dim=-1, keepdim=True)) ** (1 / temperature)
    return rooted / rooted.sum(dim=-1, keepdim=True)


@wrong("softmax", says="not-normalised")
def forgets_to_divide(logits, temperature=1.0):
    return torch.exp(logits / temperature)


@wrong("softmax", says="not-normalised")
def divides_by_the_largest(logits, temperature=1.0):
    powers = torch.exp((logits - logits.amax(dim=-1, keepdim=True)) / temperature)
    return powers / powers.amax(dim=-1, keepdim=True)


@wrong("softmax", says="no-exponential")
def divides_the_logits(logits, temperature=1.0):
    z = logits / temperature
    return z / z.sum(dim=-1, keepdim=True)


@wrong("softmax", says="another-base")
def takes_powers_of_two(logits, temperature=1.0):
    powers = 2 ** ((logits - logits.amax(dim=-1, keepdim=True)) / temperature)
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="log-returned")
def returns_logarithms(logits, temperature=1.0):
    z = logits / temperature
    return z - torch.logsumexp(z, dim=-1, keepdim=True)


@wrong("softmax", says="sigmoid")
def looks_at_each_class_alone(logits, temperature=1.0):
    return torch.sigmoid(logits / temperature)


@wrong("softmax", says="hard-maximum")
def gives_all_to_the_largest(logits, temperature=1.0):
    return (logits == logits.amax(dim=-1, keepdim=True)).float()


@wrong("softmax", says="changes-input")
def shifts_in_place(logits, temperature=1.0):
    logits -= logits.amax(dim=-1, keepdim=True)
    powers = torch.exp(logits / temperature)
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="off-limits")
def asks_torch(logits, temperature=1.0):
    return torch.softmax(logits / temperature, dim=-1)


@wrong("softmax", says="off-limits")
def asks_the_tensor(logits, temperature=1.0):
    return (logits / temperature).softmax(dim=-1)


@wrong("softmax", says="off-limits")
def asks_a_layer(logits, temperature=1.0):
    return nn.Softmax(dim=-1)(logits / temperature)


@wrong("softmax", says="off-limits")
def undoes_the_logarithm(logits, temperature=1.0):
    return F.log_softmax(logits / temperature, dim=-1).exp()


@wrong("softmax", says="gradient-cut")
def with_numpy(logits, temperature=1.0):
    z = logits.detach().numpy().astype(np.float64) / temperature
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return torch.from_numpy(powers / powers.sum(axis=-1, keepdims=True))


@wrong("softmax", says="gradient-cut")
def row_by_row_in_python(logits, temperature=1.0):
    rows = []
    for row in logits.reshape(-1, logits.shape[-1]).tolist():
        powers = [math.exp((z - max(row)) / temperature) for z in row]
        rows.append([power / sum(powers) for power in powers])
    return torch.tensor(rows).reshape(logits.shape)


@wrong("softmax", says="axis-dropped")
def forgets_to_keep_the_axis(logits, temperature=1.0):
    z = logits / temperature
    powers = torch.exp(z - z.amax(dim=-1, keepdim=True))
    return powers / powers.sum(dim=-1)


@wrong("softmax", says="wrong-dimension")
def divides_by_the_sum_of_everything(logits, temperature=1.0):
    z = logits / temperature
    powers = torch.exp(z - z.amax(dim=-1, keepdim=True))
    return powers / powers.sum()


@wrong("softmax", says="temperature-twice")
def divides_twice(logits, temperature=1.0):
    z = logits / temperature
    powers = torch.exp((z - z.amax(dim=-1, keepdim=True)) / temperature)
    return powers / powers.sum(dim=-1, keepdim=True)


@wrong("softmax", says="too-few-digits")
def rounds_for_display(logits, temperature=1.0):
    z = logits / temperature
    powers = torch.exp(z - z.amax(dim=-1, keepdim=True))
    return (powers / powers.sum(dim=-1, keepdim=True)).round(decimals=4)


@right("softmax")
def with_logsumexp(logits, temperature=1.0):
    z = logits / temperature
    return torch.exp(z - torch.logsumexp(z, dim=-1, keepdim=True))


@right("softmax")
def from_the_differences(logits, temperature=1.0):
    z = logits / temperature
    return 1 / torch.exp(z.unsqueeze(-2) - z.unsqueeze(-1)).sum(dim=-1)


@right("softmax")
def as_a_gradient(logits, temperature=1.0):
    z = logits / temperature
    z = z if z.requires_grad else z.requires_grad_()
    return torch.autograd.grad(torch.logsumexp(z, dim=-1).sum(), z, create_graph=True)[0]


@wrong("softmax", says="wrong-dimension")
def sums_over_the_batch(logits, temperature=1.0):
    z = logits / temperature
    e = torch.exp(z - z.amax(dim=-1, keepdim=True))
    return e / e.sum(dim=0, keepdim=True)


@wrong("softmax", says="nan-replaced")
def replaces_nan_by_one(logits, temperature=1.0):
    e = torch.exp(logits / temperature)
    p = e / e.sum(dim=-1, keepdim=True)
    return torch.nan_to_num(p, nan=1.0)
