"""Solutions of exercise 10 as students could write them: GPTQ."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


def _upper(hessian):
    return torch.linalg.cholesky(torch.linalg.inv(hessian.double()), upper=True)


def _step(group, q):
    top = group.abs().amax(dim=1)
    return torch.where(top > 0, top / q, torch.ones_like(top))


def _run(w, u, n_bits, group_size):
    """The textbook's loop with a given factor."""
    if w.shape[1] % group_size:
        raise ValueError("group_size")
    q = 2 ** (n_bits - 1) - 1
    w = w.double().clone()
    codes, scales = torch.zeros_like(w), []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            step = _step(w[:, j : j + group_size], q)
            scales.append(step)
        codes[:, j] = (w[:, j] / step).round().clamp(-q, q)
        error = (w[:, j] - codes[:, j] * step) / u[j, j]
        w[:, j + 1 :] -= torch.outer(error, u[j, j + 1 :])
    return codes.to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="errors-not-passed-on")
def rounds_to_nearest(w, hessian, n_bits, group_size):
    return _run(w, torch.eye(w.shape[1], dtype=torch.float64), n_bits, group_size)


@wrong("gptq_quantize", says="errors-not-passed-on")
def takes_the_lower_factor(w, hessian, n_bits, group_size):
    lower = torch.linalg.cholesky(torch.linalg.inv(hessian.double()))
    return _run(w, lower, n_bits, group_size)


@wrong("gptq_quantize", says="error-with-the-wrong-sign")
def adds_the_error(w, hessian, n_bits, group_size):
    u = _upper(hessian)
    sign = torch.ones_like(u) * -1
    sign.fill_diagonal_(1)
    return _run(w, u * sign, n_bits, group_size)


@wrong("gptq_quantize", says="hessian-not-inverted")
def factors_the_hessian(w, hessian, n_bits, group_size):
    return _run(w, torch.linalg.cholesky(hessian.double(), upper=True), n_bits, group_size)


@wrong("gptq_quantize", says="the-other-factor")
def inverts_the_factor(w, hessian, n_bits, group_size):
    lower = torch.linalg.cholesky(hessian.double())
    return _run(w, torch.linalg.inv(lower).T, n_bits, group_size)


@wrong("gptq_quantize", says="inverse-without-factor")
def uses_the_inverse_itself(w, hessian, n_bits, group_size):
    return _run(w, torch.linalg.inv(hessian.double()), n_bits, group_size)


@wrong("gptq_quantize", says="not-divided-by-the-diagonal")
def does_not_divide(w, hessian, n_bits, group_size):
    u = _upper(hessian)
    u.fill_diagonal_(1.0)
    return _run(w, u, n_bits, group_size)


@wrong("gptq_quantize", says="divided-twice")
def divides_by_the_square(w, hessian, n_bits, group_size):
    u = _upper(hessian)
    u.diagonal().pow_(2)
    return _run(w, u, n_bits, group_size)


@wrong("gptq_quantize", says="error-in-steps")
def passes_steps_on(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    q, u = 2 ** (n_bits - 1) - 1, _upper(hessian)
    w = w.double().clone()
    codes, scales = torch.zeros_like(w), []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            step = _step(w[:, j : j + group_size], q)
            scales.append(step)
        steps = w[:, j] / step
        codes[:, j] = steps.round().clamp(-q, q)
        w[:, j + 1 :] -= torch.outer((steps - codes[:, j]) / u[j, j], u[j, j + 1 :])
    return codes.to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="next-column-only")
def changes_the_next_column(w, hessian, n_bits, group_size):
    u = _upper(hessian)
    band = torch.diag(u.diagonal()) + torch.diag(u.diagonal(1), 1) if len(u) > 1 else u
    return _run(w, band, n_bits, group_size)


@wrong("gptq_quantize", says="errors-stay-in-the-group")
def quantizes_each_group_alone(w, hessian, n_bits, group_size):
    u = _upper(hessian)
    group = torch.arange(len(u)) // group_size
    return _run(w, torch.where(group[:, None] == group, u, 0.0), n_bits, group_size)


@wrong("gptq_quantize", says="cut-off-part-lost")
def forgets_what_is_cut_off(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    q, u = 2 ** (n_bits - 1) - 1, _upper(hessian)
    w = w.double().clone()
    codes, scales = torch.zeros_like(w), []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            step = _step(w[:, j : j + group_size], q)
            scales.append(step)
        nearest = (w[:, j] / step).round()
        codes[:, j] = nearest.clamp(-q, q)
        w[:, j + 1 :] -= torch.outer((w[:, j] - nearest * step) / u[j, j], u[j, j + 1 :])
    return codes.to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="scales-of-the-given-weight")
def fixes_all_scales_at_the_start(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    q, u = 2 ** (n_bits - 1) - 1, _upper(hessian)
    scale = torch.stack([_step(g, q) for g in w.double().split(group_size, dim=1)], dim=1)
    w = w.double().clone()
    codes = torch.zeros_like(w)
    for j in range(w.shape[1]):
        step = scale[:, j // group_size]
        codes[:, j] = (w[:, j] / step).round().clamp(-q, q)
        error = (w[:, j] - codes[:, j] * step) / u[j, j]
        w[:, j + 1 :] -= torch.outer(error, u[j, j + 1 :])
    return codes.to(torch.int8), scale.float()


@wrong("gptq_quantize", says="one-scale-a-row")
def takes_one_scale_a_row(w, hessian, n_bits, group_size):
    codes, scale = _run(w, _upper(hessian), n_bits, w.shape[1])
    if w.shape[1] % group_size:
        raise ValueError
    return codes, scale.repeat(1, w.shape[1] // group_size)


@wrong("gptq_quantize", says="damped-again")
def damps_once_more(w, hessian, n_bits, group_size):
    damp = 0.01 * hessian.diagonal().mean() * torch.eye(len(hessian))
    return _run(w, _upper(hessian + damp), n_bits, group_size)


@wrong("gptq_quantize", says="right-to-left")
def begins_at_the_end(w, hessian, n_bits, group_size):
    codes, scale = _run(w.flip(1), _upper(hessian.flip(0, 1)), n_bits, group_size)
    return codes.flip(1), scale.flip(1)


@wrong("gptq_quantize", says="sorted-by-the-diagonal")
def sorts_the_columns(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    q = 2 ** (n_bits - 1) - 1
    scale = torch.stack([_step(g, q) for g in w.double().split(group_size, dim=1)], dim=1)
    order = hessian.diagonal().argsort(descending=True)
    u = _upper(hessian[order][:, order])
    now = w.double()[:, order]
    codes = torch.zeros_like(now)
    for place, column in enumerate(order.tolist()):
        step = scale[:, column // group_size]
        q_j = (now[:, place] / step).round().clamp(-q, q)
        error = (now[:, place] - q_j * step) / u[place, place]
        now[:, place + 1 :] -= torch.outer(error, u[place, place + 1 :])
        codes[:, column] = q_j
    return codes.to(torch.int8), scale.float()


@wrong("gptq_quantize", says="levels-off-by-one")
def spreads_over_eight_steps(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    q, u = 2 ** (n_bits - 1), _upper(hessian)
    w = w.double().clone()
    codes, scales = torch.zeros_like(w), []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            step = _step(w[:, j : j + group_size], q)
            scales.append(step)
        codes[:, j] = (w[:, j] / step).round().clamp(1 - q, q - 1)
        error = (w[:, j] - codes[:, j] * step) / u[j, j]
        w[:, j + 1 :] -= torch.outer(error, u[j, j + 1 :])
    return codes.to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="codes-not-clamped")
def does_not_clamp(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    q, u = 2 ** (n_bits - 1) - 1, _upper(hessian)
    w = w.double().clone()
    codes, scales = torch.zeros_like(w), []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            step = _step(w[:, j : j + group_size], q)
            scales.append(step)
        codes[:, j] = (w[:, j] / step).round()
        error = (w[:, j] - codes[:, j] * step) / u[j, j]
        w[:, j + 1 :] -= torch.outer(error, u[j, j + 1 :])
    return codes.to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="values-not-codes")
def gives_rounded_weights_back(w, hessian, n_bits, group_size):
    codes, scale = _run(w, _upper(hessian), n_bits, group_size)
    return codes * scale.repeat_interleave(group_size, dim=1), scale


@wrong("gptq_quantize", says="order-swapped")
def returns_scales_first(w, hessian, n_bits, group_size):
    codes, scale = _run(w, _upper(hessian), n_bits, group_size)
    return scale, codes


@wrong("gptq_quantize", says="size-taken-for-count")
def cuts_into_so_many_groups(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    return _run(w, _upper(hessian), n_bits, w.shape[1] // group_size)


@wrong("gptq_quantize", says="misfit-let-through")
def looks_at_no_size(w, hessian, n_bits, group_size):
    q, u = 2 ** (n_bits - 1) - 1, _upper(hessian)
    w = w.double().clone()
    codes, scales = torch.zeros_like(w), []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            step = _step(w[:, j : j + group_size], q)
            scales.append(step)
        codes[:, j] = (w[:, j] / step).round().clamp(-q, q)
        error = (w[:, j] - codes[:, j] * step) / u[j, j]
        w[:, j + 1 :] -= torch.outer(error, u[j, j + 1 :])
    return codes.to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="zero-group")
def divides_by_zero(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    q, u = 2 ** (n_bits - 1) - 1, _upper(hessian)
    w = w.double().clone()
    codes, scales = torch.zeros_like(w), []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            step = w[:, j : j + group_size].abs().amax(dim=1) / q
            scales.append(step)
        codes[:, j] = (w[:, j] / step).round().clamp(-q, q)
        error = (w[:, j] - codes[:, j] * step) / u[j, j]
        w[:, j + 1 :] -= torch.outer(error, u[j, j + 1 :])
    return codes.to(torch.int8), torch.stack(scales, dim=1).float()


@wrong("gptq_quantize", says="changes-input")
def works_on_the_argument(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size:
        raise ValueError
    q, u = 2 ** (n_bits - 1) - 1, _upper(hessian).float()
    codes, scales = torch.zeros_like(w), []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            step = _step(w[:, j : j + group_size], q)
            scales.append(step)
        codes[:, j] = (w[:, j] / step).round().clamp(-q, q)
        error = (w[:, j] - codes[:, j] * step) / u[j, j]
        w[:, j + 1 :] -= torch.outer(error, u[j, j + 1 :])
    return codes.to(torch.int8), torch.stack(scales, dim=1)


@wrong("gptq_quantize", says="other-dtype")
def leaves_codes_as_floats(w, hessian, n_bits, group_size):
    codes, scale = _run(w, _upper(hessian), n_bits, group_size)
    return codes.float(), scale


@wrong("gptq_quantize", says="off-limits")
def asks_the_library_for_gptq(w, hessian, n_bits, group_size):
    from model_compression.gptq import gptq_quantize

    return gptq_quantize(w, hessian, n_bits, group_size)


@right("gptq_quantize")
def in_float32(w, hessian, n_bits, group_size):
    if w.shape[1] % group_size != 0:
        raise ValueError("group_size must divide the row")
    u = torch.linalg.cholesky(torch.linalg.inv(hessian)).T
    q = 2 ** (n_bits - 1) - 1
    w = w.clone()
    codes = torch.zeros_like(w, dtype=torch.int8)
    scale = torch.ones(len(w), w.shape[1] // group_size)
    for j in range(w.shape[1]):
        g = j // group_size
        if j % group_size == 0:
            top = w[:, j : j + group_size].abs().amax(dim=1)
            scale[:, g] = torch.where(top > 0, top / q, 1.0)
        rounded = torch.round(w[:, j] / scale[:, g]).clamp(-q, q)
        codes[:, j] = rounded.to(torch.int8)
        error = (w[:, j] - rounded * scale[:, g]) / u[j, j]
        w[:, j + 1 :] -= error[:, None] * u[j, j + 1 :]
    return codes, scale


@right("gptq_quantize")
def by_elimination(w, hessian, n_bits, group_size):
    """Each rounded column leaves the inverse."""
    if w.shape[1] % group_size:
        raise ValueError
    q = 2 ** (n_bits - 1) - 1
    now, inverse = w.double(), torch.linalg.inv(hessian.double())
    codes, scales = [], []
    for j in range(w.shape[1]):
        if j % group_size == 0:
            step = _step(now[:, j : j + group_size], q)
            scales.append(step)
        code = torch.clamp(torch.round(now[:, j] / step), -q, q)
        codes.append(code)
        error = now[:, j] - code * step
        now = now - error[:, None] * inverse[j] / inverse[j, j]
        inverse = inverse - torch.outer(inverse[:, j], inverse[j]) / inverse[j, j]
    return torch.stack(codes, dim=1).to(torch.int8), torch.stack(scales, dim=1).float()


@right("gptq_quantize")
def by_normal_equations(w, hessian, n_bits, group_size):
    """The columns that are left are solved anew each time, from the weights as given."""
    if w.shape[1] % group_size:
        raise ValueError
    given, h = w.numpy().astype(np.float64), hessian.numpy().astype(np.float64)
    q = 2 ** (n_bits - 1) - 1
    rounded, codes = given.copy(), np.zeros_like(given)
    scale = np.ones((len(given), given.shape[1] // group_size))
    for j in range(given.shape[1]):
        off = rounded[:, :j] - given[:, :j]
        free = given[:, j:] - np.linalg.solve(h[j:, j:], h[j:, :j] @ off.T).T
        if j % group_size == 0:
            top = np.abs(free[:, :group_size]).max(axis=1)
            scale[:, j // group_size] = np.where(top > 0, top / q, 1)
        step = scale[:, j // group_size]
        codes[:, j] = np.clip(np.rint(free[:, 0] / step), -q, q)
        rounded[:, j] = codes[:, j] * step
    return torch.from_numpy(codes).to(torch.int8), torch.from_numpy(scale).float()


@right("gptq_quantize")
def row_by_row_with_the_mirrored_factor(w, hessian, n_bits, group_size):
    """H = V Vᵀ with an upper V; then U is its inverse, and H⁻¹ is never formed."""
    n = w.shape[1]
    if n % group_size:
        raise ValueError
    v = torch.linalg.cholesky(hessian.double().flip(0, 1)).flip(0, 1)
    u = torch.linalg.solve_triangular(v, torch.eye(n, dtype=torch.float64), upper=True)
    q = 2 ** (n_bits - 1) - 1
    codes = torch.zeros(w.shape, dtype=torch.int8)
    scale = torch.ones(len(w), n // group_size)
    for i in range(len(w)):
        row = w[i].double().clone()
        for j in range(n):
            if j % group_size == 0:
                top = row[j : j + group_size].abs().max().item()
                step = top / q if top else 1.0
                scale[i, j // group_size] = step
            code = max(-q, min(q, round(row[j].item() / step)))
            codes[i, j] = code
            row[j + 1 :] -= (row[j] - code * step) * u[j, j + 1 :] / u[j, j]
    return codes, scale
