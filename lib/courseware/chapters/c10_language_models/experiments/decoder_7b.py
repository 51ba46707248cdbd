"""Memory and latency of a 7B decoder at 32, 16, 8 and 4 bits on a GPU; see `decoder_layers`.

    python -m courseware.experiments --only decoder_7b

needs a CUDA device with 40 GB and takes about two minutes. What it found on the authors' device is
kept in the repository; lecture 10 reads it.
"""

from __future__ import annotations

import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import torch

from courseware.chapters.c10_language_models.experiments.decoder_layers import (
    FORMATS,
    Decoder,
    Shape,
)
from courseware.chapters.c10_language_models.experiments.on_a_gpu import options_of

PROMPT = 512
REPEATS = 20


def main() -> int:
    """Measure every format and write the figures as JSON."""
    options = options_of("decoder_7b", __doc__)
    if options is None:
        return 2
    shape = Shape()
    torch.backends.cuda.matmul.allow_tf32 = False
    record: dict[str, Any] = {
        "device": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "python": platform.python_version(),
        "date": time.strftime("%Y-%m-%d"),
        "seed": options.seed,
        "shape": vars(shape) | {"n_params": shape.n_params},
        "prompt_tokens": PROMPT,
        "repeats": REPEATS,
        "copy_bytes_per_s": copy_bandwidth(),
        "formats": {},
    }
    for storage in FORMATS:
        record["formats"][storage] = measure(shape, storage, options.seed)
        print(storage, json.dumps(record["formats"][storage]), flush=True)
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return 0


@torch.inference_mode()
def measure(shape: Shape, storage: str, seed: int) -> dict[str, Any]:
    """Bytes on the GPU, and the seconds of a prefill and of one token after it."""
    error = relative_error(storage)
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    model = Decoder(shape, *FORMATS[storage], seed, "cuda")
    torch.cuda.empty_cache()
    weights = torch.cuda.memory_allocated() - before - model.cache.nbytes
    torch.cuda.reset_peak_memory_stats()
    prompt = torch.arange(PROMPT, device="cuda")
    token = torch.zeros(1, dtype=torch.long, device="cuda")
    place = torch.tensor([PROMPT], device="cuda")
    repeats = 3 if "offloaded" in storage else REPEATS
    prefill = seconds(lambda: model(prompt, prompt), repeats)
    one_token = seconds(lambda: model(token, place), repeats)
    result = {
        "weight_bytes": weights,
        "prefill_s": prefill,
        "token_s": one_token,
        "peak_bytes": torch.cuda.max_memory_allocated(),
        "relative_error": error,
    }
    if "offloaded" not in storage:
        result["token_graph_s"] = seconds(captured(lambda: model(token, place)), repeats)
    return result


def relative_error(storage: str) -> float:
    """RMS error of one stored layer's output against float32, relative to the RMS of the output."""
    dtype, layer = FORMATS[storage]
    generator = torch.Generator("cuda").manual_seed(1)
    weight = torch.randn(4096, 4096, generator=generator, device="cuda") / 64
    x = torch.randn(16, 4096, generator=generator, device="cuda")
    exact = x @ weight.T
    error = layer(weight.to(dtype))(x.to(dtype)).float() - exact
    return float(error.pow(2).mean().sqrt() / exact.pow(2).mean().sqrt())


def captured(run: Callable[[], object]) -> Callable[[], None]:
    """The same work as a CUDA graph: launched once, without a Python call for each kernel."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        run()
    torch.cuda.current_stream().wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        run()
    return graph.replay


def seconds(run: Callable[[], object], repeats: int) -> dict[str, float]:
    """Median, fastest and slowest of `repeats` runs after two that are not counted."""
    times = []
    for i in range(repeats + 2):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        torch.cuda.synchronize()
        start.record()
        run()
        end.record()
        torch.cuda.synchronize()
        if i >= 2:
            times.append(start.elapsed_time(end) / 1000)
    return {"median": statistics.median(times), "min": min(times), "max": max(times)}


def copy_bandwidth() -> float:
    """Bytes a second that a copy inside the GPU's memory moves, read and written."""
    source = torch.empty(2**31, dtype=torch.uint8, device="cuda")
    target = torch.empty_like(source)
    return 2 * source.nbytes / seconds(lambda: target.copy_(source), REPEATS)["median"]


if __name__ == "__main__":
    sys.exit(main())
