"""Why four bits are not four times faster, and then are: products of one token on a GPU.

    python -m courseware.experiments --only int4_products

needs a CUDA device of compute capability 9.0 with 60 GB, Triton (extra `gpu`), and takes about two
minutes. bitsandbytes stands beside if it is installed. What it found on the authors' device is kept
in the repository.
"""

from __future__ import annotations

import gc
import json
import platform
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from courseware.chapters.c10_language_models.experiments import int4_chains as chains
from courseware.chapters.c10_language_models.experiments.decoder_7b import (
    captured,
    seconds,
)
from courseware.chapters.c10_language_models.experiments.decoder_layers import (
    FORMATS,
    Decoder,
    Layer,
    Shape,
)
from courseware.chapters.c10_language_models.experiments.on_a_gpu import options_of
from model_compression.kernels.bounds import product_bound
from model_compression.kernels.layout import Int4Weights, dequantized, int4_weights
from model_compression.kernels.products import int4_matmul, int4_product
from model_compression.kernels.reading import read_words

RUNS, REPEATS = 5, 20
PROMPTS = (512, 2048)
TILE = 4096
"""Rows that are turned back into floats at a time: 32 MB of them, in 16 bits."""

Arms = dict[str, Callable[[], object]]


class Int4Words(nn.Module):
    """Weights in the words of `model_compression.kernels`, multiplied by its kernels."""

    words: torch.Tensor
    scales: torch.Tensor

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        weights = int4_weights(weight, chains.GROUP, weight.dtype)
        self.register_buffer("words", weights.words)
        self.register_buffer("scales", weights.scales)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        weights = Int4Weights(self.words, self.scales, chains.GROUP)
        flat = x.reshape(-1, x.shape[-1])
        if len(flat) == 1:
            launch = chains.FASTEST[weights.shape]
            return int4_product(flat[0], weights, launch).reshape(*x.shape[:-1], -1)
        return int4_matmul(flat, weights, TILE).reshape(*x.shape[:-1], -1)


def main() -> int:
    """Measure all of it and write the figures as JSON."""
    options = options_of("int4_products", __doc__)
    if options is None:
        return 2
    import triton

    record: dict[str, Any] = {
        "device": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "triton": triton.__version__,
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
        "seed": options.seed,
        "runs": RUNS,
        "repeats": REPEATS,
        "layers": chains.N_LAYERS,
        "shapes": chains.SHAPES,
        "parts": chains.PARTS,
        "group": chains.GROUP,
        "n_weights": chains.N_WEIGHTS,
    }
    parts: dict[str, Callable[[int], dict[str, Any]]] = {
        "token_products": token_products,
        "prompt_products": prompt_products,
        "decoder": decoder,
    }
    with torch.inference_mode():
        for name, measure in parts.items():
            record[name] = measure(options.seed)
            print(name, json.dumps(record[name]), flush=True)
            options.out.parent.mkdir(parents=True, exist_ok=True)
            options.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
            gc.collect()
            torch.cuda.empty_cache()
    return 0


def token_products(seed: int) -> dict[str, Any]:
    """Seconds of all products of a token: each step, what others have, and reading alone."""
    layers = chains.int4_layers(seed, torch.float16, "cuda")
    x = torch.randn(chains.WIDTH, device="cuda", dtype=torch.float16)
    n_bytes = sum(matrix.nbytes for matrices in layers for matrix in matrices)
    steps: Arms = {}
    for name, product in chains.STEPS.items():
        forms = [[chains.form_of(name, matrix) for matrix in matrices] for matrices in layers]
        for launches, split in (("four", None), ("seven", chains.split_form)):
            chain = chains.Chain(product, chains.arranged(forms, split), x)
            steps[f"{name}, {launches}"] = replayed(chain)
    fast = chains.STEPS[chains.LAST]
    waiting = chains.with_launch(lambda shape: replace(chains.FASTEST[shape], dependent=False))
    four = chains.arranged(layers, None)
    same = torch.equal(*(chains.Chain(product, four, x)() for product in (fast, waiting)))
    in_bfloat16 = chains.int4_layers(seed, torch.bfloat16, "cuda")
    for launches, split in (("four", None), ("seven", chains.split_form)):
        chain = chains.Chain(fast, chains.arranged(in_bfloat16, split), x.bfloat16())
        steps[f"bfloat16, {launches}"] = replayed(chain)
    words = torch.cat([matrix.words.flatten() for matrices in layers for matrix in matrices])
    reading: Arms = {
        "reading": replayed(lambda: read_words(words)),
        "reading, four": replayed(
            lambda: [read_words(matrix.words, True) for matrices in layers for matrix in matrices]
        ),
    }
    times = in_turns(steps | others(x.bfloat16()) | reading, REPEATS)
    per_byte = [run / words.nbytes for run in times.pop("reading")]
    return {
        "bytes": n_bytes,
        "read_bytes_per_s": [1 / one for one in per_byte],
        "limit_s": [one * n_bytes for one in per_byte],
        "seconds": times,
        "dependent_equals_waiting": same,
        "errors": {
            name: error_of(name, layers[0][0], x, vector)
            for name, vector in zip(chains.STEPS, chains.VECTORS, strict=True)
        },
    }


def others(x: torch.Tensor) -> Arms:
    """The same chain in bfloat16, in torch's 4 bits, and in NF4 where bitsandbytes is there."""
    shapes = [chains.SHAPES] * chains.N_LAYERS
    plain = [[_drawn(*shape) for shape in layer] for layer in shapes]
    packed = [[chains.torch_int4_matrix(*shape, "cuda") for shape in layer] for layer in shapes]
    arms: Arms = {}
    for launches, split, split_packed in (
        ("four", None, None),
        ("seven", chains.split_form, chains.split_torch_int4),
    ):
        chain = chains.Chain(F.linear, chains.arranged(plain, split), x)
        arms[f"torch bfloat16, {launches}"] = replayed(chain)
        chain = chains.Chain(chains.torch_int4_product, chains.arranged(packed, split_packed), x)
        arms[f"torch int4, {launches}"] = replayed(chain)
    try:
        from bitsandbytes import functional as bitsandbytes
    except ImportError:
        return arms

    def product(x: torch.Tensor, matrix: Any) -> torch.Tensor:
        codes, state = matrix
        return bitsandbytes.gemv_4bit(x[None], codes.t(), state=state)[0]

    def quantized(weight: torch.Tensor) -> Any:
        return bitsandbytes.quantize_4bit(weight, blocksize=chains.GROUP, quant_type="nf4")

    for launches, split in (("four", None), ("seven", chains.split_form)):
        matrices = [
            [(quantized(matrix), n_in) for matrix, n_in in layer]
            for layer in chains.arranged(plain, split)
        ]
        arms[f"bitsandbytes NF4, {launches}"] = replayed(chains.Chain(product, matrices, x))
    return arms


def error_of(name: str, weights: Int4Weights, x: torch.Tensor, vector: int) -> dict[str, float]:
    """Of one product: relative to the exact one, and the largest share of the derived bound."""
    exact = dequantized(weights).double() @ x.double()
    error = chains.STEPS[name](x, chains.form_of(name, weights)).double() - exact
    return {
        "relative": float(error.norm() / exact.norm()),
        "share_of_bound": float((error.abs() / product_bound(x, weights, vector)).max()),
    }


def prompt_products(seed: int) -> dict[str, Any]:
    """Seconds of all products of a prompt: bfloat16, and 4 bits, a tile of floats at a time."""
    layers = chains.int4_layers(seed, torch.bfloat16, "cuda")
    plain = [[_drawn(*shape) for shape in chains.SHAPES] for _ in layers]
    buffer = torch.empty(TILE, chains.HIDDEN, dtype=torch.bfloat16, device="cuda")
    arms: Arms = {}
    for n_tokens in PROMPTS:
        x = torch.randn(n_tokens, chains.HIDDEN, device="cuda", dtype=torch.bfloat16)
        inputs = {n_in: x[:, :n_in].contiguous() for _, n_in in chains.SHAPES}

        def in_floats(inputs: dict[int, torch.Tensor] = inputs) -> None:
            for matrix in (matrix for matrices in plain for matrix in matrices):
                F.linear(inputs[matrix.shape[1]], matrix)

        def in_tiles(inputs: dict[int, torch.Tensor] = inputs) -> None:
            for matrix in (matrix for matrices in layers for matrix in matrices):
                n_in = matrix.shape[1]
                memory = buffer.flatten()[: TILE * n_in].view(TILE, n_in)
                int4_matmul(inputs[n_in], matrix, TILE, memory)

        arms[f"bfloat16, {n_tokens} tokens"] = replayed(in_floats)
        arms[f"int4, {n_tokens} tokens"] = replayed(in_tiles)
    return {"tile": TILE, "seconds": in_turns(arms, REPEATS)}


def decoder(seed: int) -> dict[str, Any]:
    """Seconds of a token and of prompts in the whole decoder: bfloat16, torch's int4, and ours."""
    shape = Shape(context=max(PROMPTS) + 1)
    formats: dict[str, tuple[torch.dtype, Layer]] = {
        "bfloat16": FORMATS["bfloat16"],
        "torch int4": FORMATS["int4, packed kernel"],
        "int4": (torch.bfloat16, Int4Words),
    }
    results: dict[str, Any] = {"shape": vars(shape)}
    for name, (dtype, layer) in formats.items():
        results[name] = of_decoder(shape, dtype, layer, seed)
        gc.collect()
        torch.cuda.empty_cache()
    return results


def of_decoder(shape: Shape, dtype: torch.dtype, layer: Layer, seed: int) -> dict[str, Any]:
    """Bytes on the GPU, seconds of a token and of prompts, all as graphs."""
    before = torch.cuda.memory_allocated()
    model = Decoder(shape, dtype, layer, seed, "cuda")
    torch.cuda.empty_cache()
    weights = torch.cuda.memory_allocated() - before - model.cache.nbytes
    token = torch.zeros(1, dtype=torch.long, device="cuda")
    place = torch.tensor([PROMPTS[0]], device="cuda")
    arms: Arms = {"token": replayed(lambda: model(token, place))}
    for n_tokens in PROMPTS:
        prompt = torch.arange(n_tokens, device="cuda")
        arms[f"{n_tokens} tokens"] = replayed(partial(model, prompt, prompt))
    return {"weight_bytes": weights, "seconds": in_turns(arms, REPEATS // 4)}


def replayed(run: Callable[[], object]) -> Callable[[], None]:
    """The same work as a CUDA graph, with all that it reads kept in memory."""
    replay = captured(run)

    def again(kept: object = run) -> None:
        replay()

    return again


def in_turns(arms: Arms, repeats: int) -> dict[str, list[float]]:
    """Five runs of each, one after the other in every round; a run is the median of `repeats`."""
    times: dict[str, list[float]] = {name: [] for name in arms}
    for _ in range(RUNS):
        for name, run in arms.items():
            times[name].append(seconds(run, repeats)["median"])
    return times


def _drawn(n_out: int, n_in: int) -> torch.Tensor:
    weight = torch.randn(n_out, n_in, device="cuda", dtype=torch.bfloat16)
    return weight * n_in**-0.5


if __name__ == "__main__":
    sys.exit(main())
