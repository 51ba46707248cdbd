"""Solutions of exercise 06 as students could write them: masked_step."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("masked_step", says="gradient-masked-only")
def masks_the_gradient(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad * mask
    return w - lr * v, v


@wrong("masked_step", says="gradient-masked-only")
def masks_the_gradient_and_the_old_weight(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + torch.where(mask, grad, 0.0)
    return w * mask - lr * v, v


@wrong("masked_step", says="masked-before-the-step")
def masks_first(w, grad, velocity, mask, lr, momentum):
    w = w * mask
    v = momentum * velocity + grad
    return w - lr * v, v


@wrong("masked_step", says="mask-forgotten")
def ignores_the_mask(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return w - lr * v, v


@wrong("masked_step", says="step-masked-only")
def masks_the_velocity(w, grad, velocity, mask, lr, momentum):
    v = (momentum * velocity + grad) * mask
    return w - lr * v, v


@wrong("masked_step", says="step-masked-only")
def moves_only_the_kept(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return torch.where(mask, w - lr * v, w), v


@wrong("masked_step", says="mask-inverted")
def zeroes_the_kept(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return (w - lr * v).masked_fill(mask, 0.0), v


@wrong("masked_step", says="mask-read-from-zeros")
def infers_the_mask(w, grad, velocity, mask, lr, momentum):
    alive = w != 0
    v = momentum * velocity + grad
    return (w - lr * v) * alive, v * alive


@wrong("masked_step", says="momentum-forgotten")
def steps_by_the_gradient(w, grad, velocity, mask, lr, momentum):
    return (w - lr * grad) * mask, grad


@wrong("masked_step", says="old-velocity-used")
def steps_before_the_update(w, grad, velocity, mask, lr, momentum):
    w = (w - lr * velocity) * mask
    return w, momentum * velocity + grad


@wrong("masked_step", says="momentum-not-applied")
def adds_velocities_up(w, grad, velocity, mask, lr, momentum):
    v = velocity + grad
    return (w - lr * v) * mask, v


@wrong("masked_step", says="velocity-averaged")
def averages(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + (1 - momentum) * grad
    return (w - lr * v) * mask, v * mask


@wrong("masked_step", says="rate-inside-velocity")
def puts_the_rate_into_the_velocity(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity - lr * grad
    return (w + v) * mask, v


@wrong("masked_step", says="nesterov")
def looks_ahead(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return (w - lr * (grad + momentum * v)) * mask, v


@wrong("masked_step", says="uphill")
def adds_the_step(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return torch.where(mask, w + lr * v, 0.0), v


@wrong("masked_step", says="rate-forgotten")
def forgets_the_rate(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return (w - v) * mask, v


@wrong("masked_step", says="old-velocity-returned")
def returns_the_old_velocity(w, grad, velocity, mask, lr, momentum):
    new = momentum * velocity + grad
    return (w - lr * new) * mask, velocity


@wrong("masked_step", says="order-swapped")
def swaps_the_results(w, grad, velocity, mask, lr, momentum):
    v = momentum * velocity + grad
    return v, (w - lr * v) * mask


@wrong("masked_step", says="wrong-type")
def returns_only_the_weights(w, grad, velocity, mask, lr, momentum):
    return (w - lr * (momentum * velocity + grad)) * mask


@wrong("masked_step", says="changes-input")
def updates_in_place(w, grad, velocity, mask, lr, momentum):
    velocity.mul_(momentum).add_(grad)
    w.sub_(lr * velocity).mul_(mask)
    return w, velocity


@wrong("masked_step", says="velocity-wiped")
def wipes_the_velocity(w, grad, velocity, mask, lr, momentum):
    new = momentum * velocity + grad
    return (w - lr * new) * mask, torch.zeros_like(velocity)


@wrong("masked_step", says="step-returned")
def returns_the_step(w, grad, velocity, mask, lr, momentum):
    step = lr * (momentum * velocity + grad)
    return (w - step) * mask, step


@wrong("masked_step", says="gradient-forgotten")
def returns_a_velocity_without_the_gradient(w, grad, velocity, mask, lr, momentum):
    return (w - lr * (momentum * velocity + grad)) * mask, momentum * velocity


@wrong("masked_step", says="gradient-forgotten")
def forgets_the_gradient(w, grad, velocity, mask, lr, momentum):
    velocity = momentum * velocity
    return (w - lr * velocity) * mask, velocity


@wrong("masked_step", says="momentum-at-the-gradient")
def puts_the_momentum_at_the_gradient(w, grad, velocity, mask, lr, momentum):
    grad = grad * mask
    v = velocity + momentum * grad
    return w - lr * v, v


@right("masked_step")
def with_torchs_sgd(w, grad, velocity, mask, lr, momentum):
    parameter = torch.nn.Parameter(w.clone())
    optimizer = torch.optim.SGD([parameter], lr=lr, momentum=momentum)
    optimizer.state[parameter]["momentum_buffer"] = velocity.clone()
    parameter.grad = grad.clone()
    optimizer.step()
    moved = optimizer.state[parameter].get("momentum_buffer", grad)
    if momentum == 0:
        moved = grad
    return parameter * mask, moved


@right("masked_step")
def with_a_masked_velocity(w, grad, velocity, mask, lr, momentum):
    v = (grad + momentum * velocity) * mask
    return [mask * w - lr * v, v]


@right("masked_step")
def entry_by_entry(w, grad, velocity, mask, lr, momentum):
    new_w, new_v = torch.zeros_like(w), torch.zeros_like(w)
    rows = zip(w.flatten(), grad.flatten(), velocity.flatten(), mask.flatten(), strict=True)
    for i, (value, slope, speed, kept) in enumerate(rows):
        new_v.view(-1)[i] = momentum * speed + slope
        if kept:
            new_w.view(-1)[i] = value - lr * new_v.view(-1)[i]
    return new_w, new_v


@right("masked_step")
def in_double_precision(w, grad, velocity, mask, lr, momentum):
    v = np.float64(momentum) * velocity.double().numpy() + grad.double().numpy()
    new = np.where(mask.numpy(), w.double().numpy() - lr * v, 0.0)
    return torch.from_numpy(new).float(), torch.from_numpy(v)
