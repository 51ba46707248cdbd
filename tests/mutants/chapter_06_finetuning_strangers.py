"""Networks pruned and fine-tuned by strangers, with causes that others had before."""

from __future__ import annotations

import torch

from tests.mutants.table import right, wrong


def global_magnitude_masks(weights, sparsity):
    line = torch.cat([w.abs().flatten() for w in weights.values()])
    kept = torch.ones(len(line), dtype=torch.bool)
    kept[line.argsort()[: round(sparsity * len(line))]] = False
    pieces = kept.split([w.numel() for w in weights.values()])
    return {n: p.reshape(weights[n].shape) for n, p in zip(weights, pieces, strict=True)}


def masked_step(w, grad, velocity, mask, lr, momentum):
    velocity = momentum * velocity + grad
    return (w - lr * velocity) * mask, velocity


def loss_gradients(state, images, labels):
    leaves = {name: tensor.clone().requires_grad_() for name, tensor in state.items()}
    layers = sorted({int(name.split(".")[0]) for name in leaves})
    x = images
    for layer in layers:
        x = torch.relu(x) if layer != layers[0] else x
        x = torch.nn.functional.linear(x, leaves[f"{layer}.weight"], leaves[f"{layer}.bias"])
    loss = torch.nn.functional.cross_entropy(x, labels)
    return dict(zip(leaves, torch.autograd.grad(loss, [*leaves.values()]), strict=True))


@wrong("prune_and_finetune", says="biases-ranked")
def ranks_biases_too(state, images, labels, sparsities, seed):
    gen = torch.Generator().manual_seed(seed)
    net = {name: tensor.clone() for name, tensor in state.items()}
    masks = {}
    for target in sparsities:
        masks = global_magnitude_masks(net, target)
        net = {name: tensor * masks[name] for name, tensor in net.items()}
        vel = {name: torch.zeros_like(tensor) for name, tensor in net.items()}
        for _ in range(100):
            rows = torch.randperm(len(images), generator=gen)[:64]
            grads = loss_gradients(net, images[rows], labels[rows])
            for name in net:
                net[name], vel[name] = masked_step(
                    net[name], grads[name], vel[name], masks[name], 0.1, 0.9
                )
    return (net, {name: m for name, m in masks.items() if name.endswith("weight")})


@wrong("prune_and_finetune", says="smallest-not-first")
def trains_before_pruning(state, images, labels, sparsities, seed):
    generator = torch.Generator().manual_seed(seed)
    current = {n: t.clone() for n, t in state.items()}
    full = {n: torch.ones_like(t, dtype=torch.bool) for n, t in state.items()}
    for sparsity in sparsities:
        velocity = {n: torch.zeros_like(t) for n, t in current.items()}
        for _ in range(100):
            rows = torch.randperm(len(images), generator=generator)[:64]
            grads = loss_gradients(current, images[rows], labels[rows])
            for n in current:
                current[n], velocity[n] = masked_step(
                    current[n], grads[n], velocity[n], full[n], 0.1, 0.9
                )
        masks = global_magnitude_masks(
            {n: t for n, t in current.items() if n.endswith("weight")}, sparsity
        )
        full.update(masks)
        current = {n: t * full[n] for n, t in current.items()}
    return (current, masks)


@wrong("prune_and_finetune", says="training-harms")
def takes_labels_of_the_first_images(state, images, labels, sparsities, seed):
    generator = torch.Generator().manual_seed(seed)
    current = {n: t.clone() for n, t in state.items()}
    for sparsity in sparsities:
        masks = global_magnitude_masks(
            {n: t for n, t in current.items() if n.endswith("weight")}, sparsity
        )
        full = {n: masks.get(n, torch.ones_like(t, dtype=torch.bool)) for n, t in current.items()}
        current = {n: t * full[n] for n, t in current.items()}
        velocity = {n: torch.zeros_like(t) for n, t in current.items()}
        for _ in range(100):
            batch = images[torch.randperm(len(images), generator=generator)][:64]
            grads = loss_gradients(current, batch, labels[:64])
            for n in current:
                current[n], velocity[n] = masked_step(
                    current[n], grads[n], velocity[n], full[n], 0.1, 0.9
                )
    return (current, masks)


@wrong("prune_and_finetune", says="layer-left-out")
def leaves_the_last_layer_out(state, images, labels, sparsities, seed):
    generator = torch.Generator().manual_seed(seed)
    weight_names = [n for n in state if n.endswith("weight")]
    hidden = weight_names[:-1]
    masks = global_magnitude_masks({n: state[n] for n in hidden}, sparsities[-1])
    masks[weight_names[-1]] = torch.ones_like(state[weight_names[-1]], dtype=torch.bool)
    full = {n: masks.get(n, torch.ones_like(t, dtype=torch.bool)) for n, t in state.items()}
    current = {n: t * full[n] for n, t in state.items()}
    velocity = {n: torch.zeros_like(t) for n, t in state.items()}
    for _ in range(200):
        rows = torch.randperm(len(images), generator=generator)[:64]
        grads = loss_gradients(current, images[rows], labels[rows])
        for n in current:
            current[n], velocity[n] = masked_step(
                current[n], grads[n], velocity[n], full[n], 0.1, 0.9
            )
    return (current, masks)


@wrong("prune_and_finetune", says="pruned-trained-along")
def cuts_off_behind_the_last_batch(state, images, labels, sparsities, seed):
    generator = torch.Generator().manual_seed(seed)
    state = {name: t.clone() for name, t in state.items()}
    for sparsity in sparsities:
        weights = {n: t for n, t in state.items() if n.endswith("weight")}
        masks = global_magnitude_masks(weights, sparsity)
        state = {n: t * masks[n] if n in masks else t for n, t in state.items()}
        velocity = {n: torch.zeros_like(t) for n, t in state.items()}
        for _ in range(100):
            rows = torch.randperm(len(images), generator=generator)[:64]
            grads = loss_gradients(state, images[rows], labels[rows])
            for n in state:
                velocity[n] = 0.9 * velocity[n] + grads[n]
                state[n] = state[n] - 0.1 * velocity[n]
        state = {n: t * masks[n] if n in masks else t for n, t in state.items()}
    return state, masks


@right("prune_and_finetune")
def clips_all_gradients_and_puts_zeros_back(state, images, labels, sparsities, seed):
    generator = torch.Generator().manual_seed(seed)
    current = {n: t.clone() for n, t in state.items()}
    for sparsity in sparsities:
        masks = global_magnitude_masks(
            {n: t for n, t in current.items() if n.endswith("weight")}, sparsity
        )
        velocity = {n: torch.zeros_like(t) for n, t in current.items()}
        for _ in range(100):
            current = {n: t * masks[n] if n in masks else t for n, t in current.items()}
            rows = torch.randperm(len(images), generator=generator)[:64]
            grads = loss_gradients(current, images[rows], labels[rows])
            size = sum(float(g.norm()) ** 2 for g in grads.values()) ** 0.5
            for n in current:
                velocity[n] = 0.9 * velocity[n] + grads[n] * min(1.0, 1.0 / size)
                current[n] = current[n] - 0.1 * velocity[n]
        current = {n: t * masks[n] if n in masks else t for n, t in current.items()}
    return current, masks
