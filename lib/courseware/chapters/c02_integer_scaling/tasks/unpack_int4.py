"""The task `unpack_int4`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch

from courseware.chapters.c02_integer_scaling.tasks.common import OFF_LIMITS
from courseware.checks.dtypes import uint8
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, several, ways
from courseware.checks.quantizer_inputs import codes
from courseware.checks.task import Check, Draw, Task
from courseware.checks.values import same_values_and_dtype
from model_compression import packing as reference

Packed = tuple[torch.Tensor, int]


def _low_codes(draw: Draw) -> Iterator[Packed]:
    yield uint8(0x21), 2
    yield reference.pack_int4(codes(draw, 0, 7, 12)), 12


def _signed_codes(draw: Draw) -> Iterator[Packed]:
    yield uint8(0x3F), 2
    yield uint8(0xF1, 0x78, 0x96), 6
    yield uint8(0x88), 2
    yield uint8(0x87), 2
    for count in (6, 20):
        yield reference.pack_int4(codes(draw, -8, 7, count)), count


def _padding(draw: Draw) -> Iterator[Packed]:
    yield uint8(0x05), 1
    yield uint8(0x05), 2
    yield uint8(0xF1, 0x0A), 3
    yield uint8(0xF1, 0x9A), 3
    packed = reference.pack_int4(codes(draw, -8, 7, 11))
    packed[-1] |= 16 * draw.integer(1, 15)
    yield packed, 11


def _int8_codes(draw: Draw) -> Iterator[Packed]:
    yield uint8(0x21, 0x43), 4
    yield reference.pack_int4(codes(draw, 1, 7, 10)), 10


def _both(packed: torch.Tensor) -> torch.Tensor:
    """Both nibbles of every byte, in order, as 0 … 15; int32."""
    wide = packed.to(torch.int32)
    return torch.stack([wide & 15, wide >> 4], dim=1).flatten()


def _signed(nibbles: torch.Tensor) -> torch.Tensor:
    return torch.where(nibbles > 7, nibbles - 16, nibbles)


def _codes_from(signs: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Another reading of the right nibbles."""
    return lambda packed, numel: signs(_both(packed))[:numel]


def _planar_codes(signs: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    def behaves(packed: torch.Tensor, numel: int) -> torch.Tensor:
        wide = packed.to(torch.int32)
        return signs(torch.cat([wide & 15, wide >> 4]))[:numel]

    return behaves


def _swapped_codes(signs: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    return lambda packed, numel: signs(_both(packed).reshape(-1, 2).flip(1).flatten())[:numel]


def _unsigned(nibbles: torch.Tensor) -> torch.Tensor:
    return nibbles


def _one_sign_missing(low: bool) -> Callable[..., torch.Tensor]:
    def behaves(packed: torch.Tensor, numel: int) -> torch.Tensor:
        nibbles = _both(packed)
        signed = _signed(nibbles)
        is_low = torch.arange(len(nibbles)) % 2 == 0
        return torch.where(is_low == low, nibbles, signed)[:numel]

    return behaves


def _high_divided(rounding: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    """The high nibbles by a division of the bytes as int8."""

    def behaves(packed: torch.Tensor, numel: int) -> torch.Tensor:
        high = rounding(packed.to(torch.int8).double() / 16).int()
        low = _signed(packed.int() & 15)
        return torch.stack([low, high], dim=1).flatten()[:numel]

    return behaves


def _zero_padding_only(packed: torch.Tensor, numel: int) -> torch.Tensor:
    """Drops the last code if it is 0, whatever `numel` says."""
    signed = _signed(_both(packed))
    return signed[:-1] if signed[-1] == 0 else signed


NIBBLES_SWAPPED = (
    "nibbles-swapped",
    "The two codes of each byte are swapped. The first one sits in the low nibble, the last four "
    "bits.",
)
SIGNS: tuple[tuple[str, str, Callable[[torch.Tensor], torch.Tensor]], ...] = (
    (
        "sign-not-extended",
        "Negative codes came back as 8 … 15. The sign is the highest bit of the nibble, not of the "
        "byte: there are four more places to fill above it.",
        _unsigned,
    ),
    (
        "offset-by-eight",
        "8 was taken off every code. That undoes another storage format; here a nibble holds a "
        "code in two's complement.",
        lambda nibbles: nibbles - 8,
    ),
    (
        "ones-complement",
        "Negative codes are off by one. A nibble of four ones stands for −1, not for 0.",
        lambda nibbles: torch.where(nibbles > 7, nibbles - 15, nibbles),
    ),
    (
        "sign-and-magnitude",
        "The highest bit of a nibble was taken for a minus sign in front of the other three. In "
        "two's complement it counts −8.",
        lambda nibbles: torch.where(nibbles > 7, 8 - nibbles, nibbles),
    ),
)
"""Ways to read a nibble that are not two's complement."""

UNPACK_INT4 = Task(
    name="unpack_int4",
    points=6,
    reference=reference.unpack_int4,
    lecture="lecture 02, “Two codes in a byte”",
    off_limits=OFF_LIMITS,
    checks=told_by_form(
        Check("codes from 0 to 7", 1, _low_codes),
        Check("negative codes", 2, _signed_codes),
        Check("as many codes as numel says, whatever is beside the last", 2, _padding),
        Check("right codes, as int8", 1, _int8_codes, same_values_and_dtype),
        but=("axis-left-over",),
    ),
    misconceptions=several(
        FORMS,
        ways(
            "other-dtype",
            "The values are right, but they are not stored as int8, the type in which codes are "
            "worked with.",
            _codes_from(_signed),
        ),
        ways(*NIBBLES_SWAPPED, _swapped_codes(_signed)),
        *(
            both(NIBBLES_SWAPPED, (name, message), _swapped_codes(signs))
            for name, message, signs in SIGNS
        ),
        *(ways(name, message, _codes_from(signs)) for name, message, signs in SIGNS),
        ways(
            "one-sign-missing",
            "Only one of the two nibbles of a byte got its sign back. Both hold a code of 4 bits, "
            "and the highest of these is its sign.",
            _one_sign_missing(low=True),
            _one_sign_missing(low=False),
        ),
        ways(
            "stayed-unsigned",
            "Negative codes came back as 248 … 255: 16 was taken off in a type that has no "
            "negative numbers. Change to `int8` first.",
            _codes_from(lambda nibbles: _signed(nibbles) % 256),
            _codes_from(lambda nibbles: (_signed(nibbles) % 256).to(torch.uint8)),
        ),
        ways(
            "limit-off-by-one",
            "8 = 1000 came back as a positive code, or 7 as a negative one. The sign bit alone "
            "decides: from 1000 on, codes are negative.",
            _codes_from(lambda nibbles: torch.where(nibbles > 8, nibbles - 16, nibbles)),
            _codes_from(lambda nibbles: torch.where(nibbles > 6, nibbles - 16, nibbles)),
        ),
        ways(
            "sign-lost",
            "The codes have lost their sign, or it was turned around.",
            _codes_from(lambda nibbles: _signed(nibbles).abs()),
            _codes_from(lambda nibbles: torch.where(nibbles > 7, 16 - nibbles, nibbles)),
            _codes_from(lambda nibbles: nibbles & 7),
        ),
        ways(
            "clamped-not-signed",
            "Nibbles from 8 on were clamped to 7. They are the negative codes: 1111 is −1, 1000 "
            "is −8.",
            _codes_from(lambda nibbles: nibbles.clamp(max=7)),
        ),
        ways(
            "divided-towards-zero",
            "A byte with a sign was divided by 16 and cut off towards zero, so that negative codes "
            "in the high nibble come out one too high. `>>` and `//` go down.",
            _high_divided(torch.trunc),
            _high_divided(torch.round),
        ),
        ways(
            "one-too-few",
            "A code is missing at one of the ends.",
            lambda packed, numel: _signed(_both(packed))[: numel - 1],
            lambda packed, numel: _signed(_both(packed))[1:numel],
            lambda packed, numel: _signed(_both(packed))[:-1],
        ),
        ways(
            "last-byte-unread",
            "Of an odd number of codes the last one is missing: its byte was not read, as "
            "`numel // 2` leaves it out. The last byte may hold a single code.",
            lambda packed, numel: _signed(_both(packed))[: numel // 2 * 2],
        ),
        ways(
            "nibble-not-cut",
            "The low nibble still has the high one in front, or the high one was not moved down.",
            lambda packed, numel: torch.stack([packed, packed >> 4], 1).reshape(-1)[:numel],
            lambda packed, numel: torch.stack([packed & 15, packed & 240], 1).reshape(-1)[:numel],
            lambda packed, numel: _signed(
                torch.stack([packed.int(), packed.int() >> 4], 1).reshape(-1)
            )[:numel],
            lambda packed, numel: _signed(
                torch.stack([packed.int() & 15, packed.int() & 240], 1).reshape(-1)
            )[:numel],
        ),
        ways(
            "padding-kept",
            "The padding came back as a code. `numel` says how many codes there are.",
            lambda packed, numel: _signed(_both(packed)),
        ),
        ways(
            "padding-told-by-its-value",
            "A last code was dropped or kept because of its value. A 0 may be a code, and the "
            "padding may hold anything: only `numel` tells.",
            _zero_padding_only,
            lambda packed, numel: _signed(_both(packed))[: numel if int(packed[-1]) < 16 else None],
        ),
        ways(
            "cut-at-the-front",
            "The surplus was cut off at the front. The padding is the last nibble.",
            lambda packed, numel: _signed(_both(packed))[-numel:],
        ),
        ways(
            "planar-halves",
            "All low nibbles came first, then all high ones. The two codes of a byte are "
            "neighbours.",
            _planar_codes(_signed),
            _planar_codes(_unsigned),
        ),
        ways(
            "one-code-a-byte",
            "Every byte was read as one code. It holds two.",
            lambda packed, numel: packed.to(torch.int8)[:numel],
            lambda packed, numel: packed[:numel],
            lambda packed, numel: (packed & 15)[:numel],
        ),
        ways(
            "pairs-kept",
            "The codes came back in pairs. The result is one line of codes.",
            lambda packed, numel: _signed(_both(packed)).reshape(-1, 2),
        ),
    ),
)
