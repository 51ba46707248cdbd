"""Speed of the library: each as a ratio to a well-known implementation, results checked equal."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from bitsandbytes import functional
from torch.nn.utils import prune
from torchao.quantization.quant_primitives import (
    MappingType,
    choose_qparams_affine,
    quantize_affine,
)

from model_compression import fast
from model_compression.nf4 import pack_nf4
from model_compression.packing import pack_int4, unpack_int4

REPEATS = 5


@dataclass(frozen=True)
class Race:
    """Two ways to the same result."""

    name: str
    ours: Callable[[], Any]
    theirs: Callable[[], Any]
    agree: Callable[[Any, Any], bool]
    target: float


def run() -> bool:
    """Measure, print, and say whether the targets were reached."""
    reached = True
    for race in (_masks(), _groups(), _nf4()):
        ours, theirs = [], []
        for _ in range(REPEATS):  # in turn, so that what else the machine does hits both
            ours.append(_seconds(race.ours))
            theirs.append(_seconds(race.theirs))
        if not race.agree(race.ours(), race.theirs()):
            raise RuntimeError(f"{race.name}: the results differ")
        ratio = min(theirs) / min(ours)
        reached &= ratio >= race.target
        print(
            f"{race.name}: {ratio:.1f}x (target {race.target:g}x), best of {REPEATS}: "
            f"{min(ours):.3f} s against {min(theirs):.3f} s"
        )
    _print_packing()
    return reached


def _seconds(function: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    function()
    return time.perf_counter() - begun


def _masks() -> Race:
    w = torch.randn(2500, 4000, generator=torch.Generator().manual_seed(0))

    def theirs() -> torch.Tensor:
        module = torch.nn.Linear(1, 1)
        module.weight = torch.nn.Parameter(w)
        prune.l1_unstructured(module, "weight", 0.5)
        return module.weight_mask.bool()

    name = "magnitude mask of 10M weights against torch.nn.utils.prune"
    return Race(name, lambda: fast.magnitude_mask(w, 0.5), theirs, torch.equal, 10.0)


def _groups() -> Race:
    w = torch.randn(8000, 8000, generator=torch.Generator().manual_seed(0))
    block, kind, ends = (1, 64), torch.int8, (-127, 127)

    def theirs() -> tuple[torch.Tensor, torch.Tensor]:
        scale, zero_point = choose_qparams_affine(
            w, MappingType.SYMMETRIC, block, kind, *ends, scale_dtype=torch.float32
        )
        return quantize_affine(w, block, scale, zero_point, kind, *ends), scale

    def agree(ours: Any, other: Any) -> bool:
        # torchao multiplies by the reciprocal of the scale: next to a half step, and only there,
        # the two round to neighbours. float32 is off by at most 2 in 2^24 of up to 127 steps.
        x = (w.double() / ours[1].double().repeat_interleave(64, dim=1)).abs()
        near_half = ((x - x.floor()) - 0.5).abs() <= 127 * 2**-22
        differs = ours[0] != other[0]
        return torch.allclose(ours[1], other[1].reshape(ours[1].shape)) and not bool(
            (differs & ~near_half).any()
        )

    name = "group-wise int8 of 64M weights against torchao"
    return Race(name, lambda: fast.quantize_groupwise(w, 8, 64), theirs, agree, 3.0)


def _nf4() -> Race:
    x = torch.randn(16_000_000, generator=torch.Generator().manual_seed(0))

    def ours() -> tuple[torch.Tensor, torch.Tensor]:
        codes, absmax = fast.nf4_quantize(x, 64)
        return pack_nf4(codes), absmax

    def theirs() -> tuple[torch.Tensor, torch.Tensor]:
        packed, state = functional.quantize_4bit(x, blocksize=64, quant_type="nf4")
        return packed.reshape(-1), state.absmax

    def agree(ours: Any, other: Any) -> bool:
        return all(torch.equal(one, two) for one, two in zip(ours, other, strict=True))

    name = "NF4 of 16M weights, packed, against bitsandbytes"
    return Race(name, ours, theirs, agree, 1.2)


def _print_packing() -> None:
    """int4 codes a second, in GB of int8 codes, beside a copy of them."""
    codes = torch.randint(-8, 8, (64_000_000,), generator=torch.Generator().manual_seed(0))
    codes = codes.to(torch.int8)
    packed = pack_int4(codes)
    if not torch.equal(unpack_int4(packed, len(codes)), codes):
        raise RuntimeError("int4 packing: the codes do not come back")
    rates = {}
    for name, function in (
        ("copy", codes.clone),
        ("pack_int4", lambda: pack_int4(codes)),
        ("unpack_int4", lambda: unpack_int4(packed, len(codes))),
    ):
        rates[name] = len(codes) / min(_seconds(function) for _ in range(REPEATS)) / 1e9
    shown = ", ".join(f"{name} {rate:.2f} GB/s" for name, rate in rates.items())
    print(f"int4 packing of 64M codes: {shown}")
