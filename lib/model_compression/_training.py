"""The multilayer perceptron and its training, shared by every function that trains (04 to 09).

A network is its state_dict: that of Sequential(Linear, ReLU, ..., Linear), with the keys 0.weight,
0.bias, 2.weight, ... and all sizes in the shapes. What a loss is made of is up to the caller, so
the same loop trains with fake-quantized weights, with a teacher, or under a mask.
"""

from collections.abc import Callable, Iterator, Mapping

import torch
from torch.nn import functional

from model_compression._validation import all_finite

State = dict[str, torch.Tensor]


def layer_names(state: Mapping[str, torch.Tensor], argument: str = "state") -> list[str]:
    """Names of the linear layers ("0", "2", ...), from input to output."""
    names = [key.removesuffix(".weight") for key in state if key.endswith(".weight")]
    expected = f"{argument}: expected the keys 0.weight, 0.bias, 2.weight, ... of Linear layers"
    if not names or not all(name.isdecimal() for name in names):
        raise ValueError(f"{expected}, got {list(state)}")
    missing = [f"{name}.bias" for name in names if f"{name}.bias" not in state]
    if missing or any(state[f"{name}.weight"].dim() != 2 for name in names):
        shapes = {key: tuple(value.shape) for key, value in state.items()}
        raise ValueError(f"{expected}, got shapes {shapes}")
    return sorted(names, key=int)


def hidden_activations(
    state: Mapping[str, torch.Tensor], images: torch.Tensor
) -> list[torch.Tensor]:
    """What each hidden layer puts out after its ReLU: one (N, units) tensor a layer."""
    activations: list[torch.Tensor] = []
    for name in layer_names(state)[:-1]:
        inputs = activations[-1] if activations else images
        outputs = functional.linear(inputs, state[f"{name}.weight"], state[f"{name}.bias"])
        activations.append(functional.relu(outputs))
    return activations


def mlp_logits(state: Mapping[str, torch.Tensor], images: torch.Tensor) -> torch.Tensor:
    """Outputs of the network, (N, classes)."""
    last = layer_names(state)[-1]
    inputs = [images, *hidden_activations(state, images)][-1]
    return functional.linear(inputs, state[f"{last}.weight"], state[f"{last}.bias"])


def classification_loss(
    images: torch.Tensor, labels: torch.Tensor
) -> Callable[[State, torch.Tensor], torch.Tensor]:
    """Cross-entropy of the network on some rows of a data set, as `train` wants it."""
    return lambda state, rows: functional.cross_entropy(
        mlp_logits(state, images[rows]), labels[rows]
    )


def train(
    state: Mapping[str, torch.Tensor],
    loss: Callable[[State, torch.Tensor], torch.Tensor],
    n_examples: int,
    *,
    steps: int,
    learning_rate: float,
    batch_size: int,
    seed: int,
    after_step: Callable[[State], object] | None = None,
    arguments: str = "images",
) -> State:
    """Minimise a loss with Adam, on batches of row numbers in an order that `seed` decides.

    `loss(parameters, rows)` returns a 0-dim tensor; `after_step(parameters)` may change them in
    place. The state stays as it is; the result holds new tensors under the same keys. torch's
    global generator is neither read nor moved. Raises ValueError, naming the caller's `arguments`,
    if the weights do not stay finite.
    """
    parameters = {key: value.detach().clone().requires_grad_() for key, value in state.items()}
    optimizer = torch.optim.Adam(parameters.values(), lr=learning_rate, fused=True)
    batches = _batches(n_examples, batch_size, torch.Generator("cpu").manual_seed(seed))
    for _ in range(steps):
        with torch.enable_grad():
            value = loss(parameters, next(batches))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
        if after_step is not None:
            with torch.no_grad():
                after_step(parameters)
    trained = {key: value.detach() for key, value in parameters.items()}
    if not all(all_finite(value) for value in trained.values()):
        raise ValueError(
            f"{arguments}: expected values that training can follow, "
            f"got weights that are NaN or infinite after {steps} steps"
        )
    return trained


def _batches(n: int, batch_size: int, generator: torch.Generator) -> Iterator[torch.Tensor]:
    """Row numbers of one batch after another, shuffled anew each time all have been seen."""
    while True:
        yield from torch.randperm(n, generator=generator, device="cpu").split(batch_size)
