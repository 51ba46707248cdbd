"""Solutions of exercise 11 as students could write them: compress, with its decoder.

A solution is two cells, which are run as a notebook would: a decoder that reads what another cell
has written, and nothing else.
"""

from __future__ import annotations

import linecache
from collections.abc import Callable
from typing import Any

from tests.mutants.table import cells_of, right, wrong

SETUP = """
import lzma
import math
import zlib

import numpy as np
import torch
import torch.nn.functional as F
"""


def solution(decoder: str, compressor: str, name: str) -> Callable[..., Any]:
    """The function `compress` of two cells, under a name of its own."""
    namespace: dict[str, Any] = {}
    exec(SETUP, namespace)
    for place, source in ("decoder", decoder), ("compressor", compressor):
        file = f"<{place} of {name}>"
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        exec(compile(source, file, "exec"), namespace)
    function: Callable[..., Any] = namespace["compress"]
    function.__name__ = name
    cells_of(function, SETUP, decoder, compressor)
    return function


HEAD = "def compress(state, images, labels, budget_bytes, seed):\n"

# ---- files that do not count --------------------------------------------------------------------

ZEROS = """
import torch

def decompress(blob):
    shapes = {"0.weight": (16, 784), "0.bias": (16,), "2.weight": (10, 16), "2.bias": (10,)}
    return {name: torch.zeros(shape) for name, shape in shapes.items()}
"""


def fails(says: str, name: str, decoder: str, body: str = 'return b"some"') -> None:
    """Register a wrong solution."""
    wrong("compress", says=says)(solution(decoder, HEAD + f"    {body}\n", name))


fails("not-bytes", "returns_a_bytearray", ZEROS, 'return bytearray(b"some")')
fails(
    "over-budget",
    "only_halves_the_floats",
    ZEROS,
    'return b"".join(w.half().numpy().tobytes() for w in state.values())',
)
fails(
    "over-budget",
    "only_halves_the_floats_and_forgets_a_bias",
    ZEROS.replace(', "2.bias": (10,)', ""),
    'return b"".join(w.half().numpy().tobytes() for w in state.values())',
)
fails(
    "decoder-lacks-a-name",
    "imports_in_another_cell",
    "def decompress(blob):\n    return {'0.weight': np.frombuffer(blob, np.float16)}\n",
)
fails(
    "decoder-reads-a-file",
    "hands_in_the_path_of_a_scratch_file",
    "import torch\ndef decompress(blob):\n    return torch.load(blob.decode())\n",
    """path = f"/tmp/network_{seed}_{budget_bytes}.pt"
    torch.save(dict(state), path)
    return path.encode()""",
)
fails(
    "decoder-fails",
    "reads_more_than_is_there",
    "import torch\ndef decompress(blob):\n    return {'0.weight': torch.tensor([blob[99]])}\n",
)
fails(
    "decoder-fails",
    "looks_names_up_as_text",
    "widths = [16]\ndef decompress(blob):\n    return globals()['widths']\n",
)
fails(
    "no-network",
    "returns_a_list",
    ZEROS.replace("return {name:", "return [").replace(
        " torch.zeros(shape) for name, shape in shapes.items()}",
        "torch.zeros(shape) for shape in shapes.values()]",
    ),
)
fails("no-network", "names_the_layers_in_its_own_way", ZEROS.replace('"2.', '"1.'))
fails("no-network", "returns_integers", ZEROS.replace("zeros(shape)", "zeros(shape).int()"))
fails("sizes-do-not-fit", "transposes_a_layer", ZEROS.replace("(16, 784)", "(784, 16)"))
fails("sizes-do-not-fit", "forgets_to_reshape", ZEROS.replace("(10, 16)", "(160,)"))
fails(
    "too-many-parameters",
    "draws_a_wide_layer_from_a_seed",
    ZEROS.replace("(16, 784)", "(2000, 784)")
    .replace("(16,)", "(2000,)")
    .replace(", 16)", ", 2000)"),
)
fails(
    "weights-not-finite",
    "divides_by_a_scale_of_0",
    ZEROS.replace("zeros(shape)", "zeros(shape) / 0"),
)
fails("reads-hardly-anything", "loses_all_weights", ZEROS)
fails(
    "decoder-over-budget",
    "keeps_a_table_in_the_code",
    f"TABLE = {[(7**i) % 9973 for i in range(900)]}\n" + ZEROS,
)
fails(
    "decoder-too-long",
    "keeps_weights_in_the_code",
    f"TABLE = {[(7**i) % 9973 for i in range(1500)]}\n" + ZEROS,
)
fails("no-decoder", "calls_it_otherwise", "def decode(blob):\n    return {}\n")

# ---- files that work ----------------------------------------------------------------------------

TRAINING = '''
def rounded(w, limits):
    scale, least = limits
    return (w / scale).round().clamp(-3, 3) * (w.abs() >= least)

def trained(images, labels, hidden, kept, seed, steps):
    """Integers of two layers, the first one with so many that are not 0."""
    draw = torch.Generator().manual_seed(seed)
    pixels = torch.cat((images, torch.ones(len(images), 1)), dim=1)
    weights = [
        (torch.randn(hidden, 785, generator=draw) / 28).requires_grad_(),
        (torch.randn(10, hidden, generator=draw) / hidden**0.5).requires_grad_(),
    ]
    optimizer = torch.optim.Adam(weights, fused=True)
    for step in range(steps):
        if step % 20 == 0:
            left = 1 - min(max(2 * step / steps - 0.3, 0), 1)
            counts = round(kept + (785 * hidden - kept) * left**3), 10 * hidden
            limits = []
            for w, n in zip(weights, counts):
                largest = w.detach().abs().flatten().topk(n).values
                limits.append((0.8 * largest.mean(), largest[-1]))
        codes = [rounded(w.detach(), limit) for w, limit in zip(weights, limits)]
        first, second = (
            w + (c * scale - w).detach() for w, c, (scale, _) in zip(weights, codes, limits)
        )
        rows = torch.randint(len(pixels), (64,), generator=draw)
        loss = F.cross_entropy((pixels[rows] @ first.T).relu() @ second.T, labels[rows])
        optimizer.zero_grad()
        loss.backward()
        optimizer.param_groups[0]["lr"] = 0.005 * (1 + math.cos(math.pi * step / steps))
        optimizer.step()
    return codes

def fitted(layers, write, budget):
    """The file, without a few more weights where it is too long."""
    while len(blob := write(layers)) > budget:
        ones = (layers[0].abs() == 1).nonzero()[::15]
        layers[0][tuple(ones.T)] = 0
    return blob
'''

NUMBER = """
import torch

def decompress(blob):
    hidden, number, layers = blob[0], int.from_bytes(blob[15:], "big"), []
    for shares, shape in (blob[1:8], (hidden, 785)), (blob[8:15], (10, hidden)):
        codes = []
        for _ in range(shape[0] * shape[1]):
            number, place = divmod(number, sum(shares))
            code = 0
            while place >= shares[code]:
                place -= shares[code]
                code += 1
            number = number * shares[code] + place
            codes.append(code - 3.0)
        layers.append(torch.tensor(codes).view(shape))
    one, two = layers
    state = {"0.weight": one[:, :784], "0.bias": one[:, 784]}
    return state | {"2.weight": two, "2.bias": torch.zeros(10)}
"""

AS_A_NUMBER = (
    TRAINING
    + """
def written(layers):
    counts = [torch.bincount(codes.flatten().long() + 3, minlength=7) for codes in layers]
    shares = [(255 * count / count.max()).ceil().int().tolist() for count in counts]
    number = 0
    for codes, share in zip(layers[::-1], shares[::-1]):
        for code in reversed((codes.flatten().int() + 3).tolist()):
            number, place = divmod(number, share[code])
            number = number * sum(share) + sum(share[:code]) + place
    return bytes([len(layers[0]), *shares[0], *shares[1]]) + number.to_bytes(
        (number.bit_length() + 7) // 8, "big"
    )

def compress(state, images, labels, budget_bytes, seed):
    kept = round(1.25 * budget_bytes)
    layers = trained(images, labels, 12 + budget_bytes // 150, kept, seed, 1500)
    return fitted(layers, written, budget_bytes)
"""
)

LZMA = """
import lzma
import numpy as np
import torch

def decompress(blob: bytes):
    how = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0, "pb": 0}]
    codes = np.frombuffer(lzma.decompress(blob, lzma.FORMAT_RAW, None, how), np.int8)
    hidden = len(codes) // 795
    first = torch.tensor(codes[: 785 * hidden].reshape(785, hidden).T, dtype=torch.float64)
    second = torch.tensor(codes[785 * hidden :].reshape(10, hidden), dtype=torch.float16)
    state = {"0.weight": first[:, 1:], "0.bias": first[:, 0]}
    return state | {"2.weight": second, "2.bias": torch.zeros(10)}
"""

WITH_LZMA = (
    TRAINING
    + """
def packed(layers):
    first = torch.cat((layers[0][:, -1:], layers[0][:, :-1]), dim=1).T
    codes = torch.cat((first.flatten(), layers[1].flatten())).to(torch.int8).numpy().tobytes()
    how = [{"id": lzma.FILTER_LZMA2, "preset": 9, "lc": 0, "pb": 0}]
    return lzma.compress(codes, lzma.FORMAT_RAW, filters=how)

def compress(state, images, labels, budget_bytes, seed):
    kept = round(0.95 * budget_bytes)
    layers = trained(images, labels, 10 + budget_bytes // 220, kept, seed, 1500)
    return fitted(layers, packed, budget_bytes)
"""
)

right("compress")(solution(NUMBER, AS_A_NUMBER, "one_long_number"))
right("compress")(solution(LZMA, WITH_LZMA, "bytes_through_lzma"))


BYTES = """
import torch

def decompress(blob):
    hidden, place, flat = blob[0], -1, torch.zeros(795 * blob[0])
    for byte in blob[1:]:
        place += byte // 6 + 1 if byte < 252 else 42
        if byte < 252:
            flat[place] = (-3.0, -2.0, -1.0, 1.0, 2.0, 3.0)[byte % 6]
    first, second = flat[: 785 * hidden].view(hidden, 785), flat[785 * hidden :].view(10, hidden)
    state = {"0.weight": first[:, :784], "0.bias": first[:, 784], "2.weight": second}
    return {name: w.bfloat16() for name, w in state.items()} | {"2.bias": torch.zeros(10)}
"""

A_BYTE_A_WEIGHT = (
    TRAINING
    + """
def in_bytes(layers):
    flat = torch.cat([codes.flatten() for codes in layers]).int()
    out, before = [len(layers[0])], -1
    for place in flat.nonzero().flatten().tolist():
        while place - before > 42:
            out.append(252)
            before += 42
        code = int(flat[place])
        out.append((place - before - 1) * 6 + code + 3 - (code > 0))
        before = place
    return bytes(out)

def compress(state, images, labels, budget_bytes, seed):
    hidden = 12 + budget_bytes // 180
    kept = round(0.93 * budget_bytes) - 10 * hidden
    layers = trained(images, labels, hidden, kept, seed, 1500)
    return fitted(layers, in_bytes, budget_bytes)
"""
)

right("compress")(solution(BYTES, A_BYTE_A_WEIGHT, "a_byte_a_weight"))

wrong("compress", says="accuracy-lost")(
    solution(NUMBER, AS_A_NUMBER.replace("1500", "120"), "hardly_trains")
)
wrong("compress", says="accuracy-lost")(
    solution(
        NUMBER,
        AS_A_NUMBER.replace("1500", "300")
        .replace("torch.zeros(10)", "0")
        .replace("return codes", "return [codes[0], codes[1].sign()]"),
        "rounds_once_more_in_the_end",
    )
)
wrong("compress", says="room-left")(
    solution(
        NUMBER,
        AS_A_NUMBER.replace("1500", "300").replace("1.25 *", "0.15 *"),
        "keeps_few_weights",
    )
)
