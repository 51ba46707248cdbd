"""Mistakes in `pack_int4`."""

from __future__ import annotations

from collections.abc import Callable

import torch

from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, each_instead, several, ways
from model_compression import packing as reference


def _nibbles(q: torch.Tensor) -> torch.Tensor:
    """Codes row by row as 0 … 15, with a 0 behind an odd number of them; int32."""
    flat = q.flatten().to(torch.int32) & 15
    return torch.nn.functional.pad(flat, (0, flat.numel() % 2))


def _whole_pairs(q: torch.Tensor) -> torch.Tensor:
    return _nibbles(q.flatten()[: q.numel() // 2 * 2])


def _packed_from(nibbles: Callable[[torch.Tensor], torch.Tensor]) -> Callable[..., torch.Tensor]:
    """Two a byte, the first in the low nibble, from other nibbles."""

    def behaves(q: torch.Tensor) -> torch.Tensor:
        values = nibbles(q)
        return ((values[0::2] + 16 * values[1::2]) % 256).to(torch.uint8)

    return behaves


def _paired(
    pair: Callable[[torch.Tensor, torch.Tensor], torch.Tensor],
) -> Callable[..., torch.Tensor]:
    """Bytes made of the nibbles of each pair in another way."""
    return lambda q: (pair(_nibbles(q)[0::2], _nibbles(q)[1::2]) % 256).to(torch.uint8)


def _shifted_by(factor: int) -> Callable[..., torch.Tensor]:
    return _paired(lambda first, second: first + factor * second)


NOT_SIXTEEN = 8, 10, 4, 15
"""What is taken for 2**4."""


def _first_times(factor: int) -> Callable[..., torch.Tensor]:
    return _paired(lambda first, second: second + factor * first)


def _first_moved_by(shift: int) -> Callable[..., torch.Tensor]:
    return _paired(lambda first, second: second | (first << shift))


def _second_moved_by(shift: int) -> Callable[..., torch.Tensor]:
    return _paired(lambda first, second: first | (second << shift))


def _padded_unpaired(q: torch.Tensor) -> torch.Tensor:
    """A zero behind any number of codes: where it was even, a low nibble has no high one."""
    flat = torch.nn.functional.pad(q.flatten().to(torch.int32) & 15, (0, 1))
    return flat[0::2] | (flat[1::2] << 4)


def _planar(q: torch.Tensor) -> torch.Tensor:
    """The first half of the codes in the low nibbles, the second half in the high ones."""
    nibbles = _nibbles(q)
    half = len(nibbles) // 2
    return nibbles[:half] + 16 * nibbles[half:]


def _sign_and_magnitude(q: torch.Tensor) -> torch.Tensor:
    flat = q.flatten().to(torch.int32)
    return _nibbles(torch.where(flat < 0, 8 + flat.abs() % 8, flat))


def _row_by_row(q: torch.Tensor) -> torch.Tensor:
    rows = q.reshape(-1, q.shape[-1])
    return torch.cat([_nibbles(row) for row in rows])


def _sign_spills_over(q: torch.Tensor) -> torch.Tensor:
    """A negative code with all eight bits in the low nibble's place covers its neighbour."""
    flat = q.flatten().to(torch.int32)
    flat = torch.nn.functional.pad(flat, (0, flat.numel() % 2))
    return (flat[0::2] | (flat[1::2] << 4)) & 255


NIBBLES_SWAPPED = (
    "nibbles-swapped",
    "The two codes of each byte are swapped. The first one goes into the low nibble, the last four "
    "bits.",
)

LAST_DROPPED = (
    "last-code-dropped",
    "The last of an odd number of codes is gone. It gets a byte of its own, with 0 beside it.",
)


ONES_COMPLEMENT = (
    "ones-complement",
    "15 was added to negative codes, or their bits were only inverted: that is one's complement. "
    "In two's complement −1 is 1111, the code plus 16.",
)

LAST_REPEATED = (
    "last-code-repeated",
    "The last of an odd number of codes fills both halves of its byte. Beside it is a 0.",
)


def _inverted(q: torch.Tensor) -> torch.Tensor:
    flat = q.flatten().to(torch.int32)
    return torch.where(flat < 0, flat + 15, flat)


def _last_repeated(codes: torch.Tensor) -> torch.Tensor:
    return torch.cat([codes, codes[-1:]]) & 15 if len(codes) % 2 else codes & 15


def _by_rows_counted(q: torch.Tensor) -> torch.Tensor:
    """A zero where the number of rows is odd, and one more if it still takes one."""
    flat = q.flatten().to(torch.int32)
    return _nibbles(torch.nn.functional.pad(flat, (0, len(q) % 2)))


def _joined_as_text(q: torch.Tensor) -> torch.Tensor:
    """The bits of both written one behind the other, without leading zeros."""
    nibbles = _nibbles(q).tolist()
    pairs = zip(nibbles[::2], nibbles[1::2], strict=True)
    return torch.tensor([int(f"{high:b}{low:b}", 2) for low, high in pairs]).to(torch.uint8)


MISTAKES = several(
    FORMS,
    ways(*ONES_COMPLEMENT, _packed_from(lambda q: _nibbles(_inverted(q)))),
    ways(*LAST_REPEATED, _packed_from(lambda q: _last_repeated(q.flatten().to(torch.int32)))),
    both(ONES_COMPLEMENT, LAST_REPEATED, _packed_from(lambda q: _last_repeated(_inverted(q)))),
    ways(
        "rows-counted",
        "Whether a 0 is to be added was told by `len(q)`, which counts the rows of a matrix. How "
        "many codes there are is `q.numel()`.",
        _packed_from(_by_rows_counted),
    ),
    ways(
        "leading-zeros-lost",
        "The bits of the two codes were written one behind the other without their leading zeros: "
        '1 and 2 became 101. Each code takes four places: `f"{code:04b}"`, or shift by 4.',
        _joined_as_text,
        lambda q: torch.tensor(
            [
                int(f"{low:b}{high:b}", 2)
                for low, high in zip(*_nibbles(q).reshape(-1, 2).T.tolist(), strict=True)
            ]
        ),
    ),
    ways(
        "other-dtype",
        "The values are right, but they are not stored as uint8, so they take more than a "
        "byte each, or carry a sign.",
        lambda q: _nibbles(q)[0::2] + 16 * _nibbles(q)[1::2],
    ),
    ways(
        *NIBBLES_SWAPPED,
        lambda q: 16 * _nibbles(q)[0::2] + _nibbles(q)[1::2],
        # Not moved far enough, either.
        *(_first_moved_by(shift) for shift in (1, 2, 3)),
        *(_first_times(factor) for factor in NOT_SIXTEEN),
    ),
    ways(
        "sign-spills-over",
        "A negative code covers its neighbour: as int8 it has ones in the upper four bits "
        "too. Only four bits of each code may reach the byte.",
        _sign_spills_over,
        _packed_from(
            lambda q: torch.nn.functional.pad(q.flatten().to(torch.int32), (0, q.numel() % 2))
        ),
    ),
    ways(
        "offset-by-eight",
        "The codes were shifted up by 8 before packing. That is another storage format; here "
        "a nibble holds the code in two's complement, so that −1 is 1111.",
        _packed_from(
            lambda q: torch.nn.functional.pad(q.flatten().to(torch.int32) + 8, (0, q.numel() % 2))
        ),
        _packed_from(lambda q: (_nibbles(q) + 8) % 16),
        _packed_from(
            lambda q: torch.nn.functional.pad(
                q.flatten().to(torch.int32) + 8, (0, q.numel() % 2), value=8
            )
        ),
    ),
    ways(
        "sign-and-magnitude",
        "Negative codes were stored as a sign bit and a magnitude. A nibble holds a code in "
        "two's complement: −1 is 1111.",
        _packed_from(_sign_and_magnitude),
    ),
    ways(
        "sign-lost",
        "Negative codes lost their sign. A nibble holds them in two's complement.",
        _packed_from(lambda q: _nibbles(q.abs())),
        _packed_from(lambda q: _nibbles(q.clamp(min=0))),
    ),
    ways(*LAST_DROPPED, _packed_from(_whole_pairs)),
    both(
        NIBBLES_SWAPPED,
        LAST_DROPPED,
        _packed_from(lambda q: _whole_pairs(q).reshape(-1, 2).flip(1).flatten()),
    ),
    ways(
        "always-padded",
        "An even number of codes was padded too, which costs a byte or leaves a 0 without a "
        "neighbour. Only a last code without one needs a 0 beside it.",
        _packed_from(lambda q: torch.nn.functional.pad(_nibbles(q), (0, 2 - 2 * (q.numel() % 2)))),
        _packed_from(lambda q: _nibbles(torch.nn.functional.pad(q.flatten(), (0, 1)))),
        _padded_unpaired,
    ),
    ways(
        "padded-at-the-front",
        "The padding stands in front of the codes. It goes to the end, so that every code "
        "keeps its place.",
        _packed_from(lambda q: _nibbles(torch.nn.functional.pad(q.flatten(), (q.numel() % 2, 0)))),
    ),
    ways(
        "last-code-in-high-nibble",
        "The last of an odd number of codes went into the high nibble. It is the first of "
        "its byte: the low nibble.",
        lambda q: (
            (_nibbles(q)[0::2] + 16 * _nibbles(q)[1::2])
            if q.numel() % 2 == 0
            else torch.cat(
                [(_nibbles(q)[0::2] + 16 * _nibbles(q)[1::2])[:-1], 16 * _nibbles(q)[-2:-1]]
            )
        ),
    ),
    ways(
        "padded-row-by-row",
        "Every row was padded on its own. Lay all codes out in one line first: there is at "
        "most one padding, at the very end.",
        _packed_from(_row_by_row),
    ),
    ways(
        "column-by-column",
        "The codes were taken column by column. The order is row by row.",
        _packed_from(lambda q: _nibbles(q.permute(*reversed(range(q.dim()))))),
    ),
    ways(
        "planar-halves",
        "The first half of the codes shares bytes with the second half. Here neighbours "
        "share a byte.",
        _planar,
    ),
    ways(
        "one-code-a-byte",
        "Every code still has a byte of its own: nothing is saved yet.",
        lambda q: q.flatten().to(torch.int32) & 15,
        lambda q: q.flatten(),
    ),
    ways(
        "nibble-shifted-too-little",
        "The second code of a pair was not moved up by four places: 16 is 2**4.",
        *map(_shifted_by, NOT_SIXTEEN),
        *(_second_moved_by(shift) for shift in (1, 2, 3)),
    ),
    ways(
        "shift-binds-last",
        "`+` binds tighter than `<<`, so the sum of both was shifted. Put the shift into "
        "parentheses, or use `|`.",
        _paired(lambda first, second: (first + second) << 4),
    ),
    ways(
        "three-bits-kept",
        "Only three bits of each code are left. A code of 4 bits needs all four: `& 15`.",
        _packed_from(lambda q: _nibbles(q) & 7),
    ),
    ways(
        "codes-added",
        "The two codes of a pair were added without moving one of them: they share places.",
        _paired(lambda first, second: first + second),
        _paired(lambda first, second: first | second),
    ),
    ways(
        "part-of-the-codes",
        "Only some of the codes came into the bytes: the first row, or the first pair.",
        lambda q: reference.pack_int4(q[0]) if q.dim() > 1 else reference.pack_int4(q),
        lambda q: reference.pack_int4(q)[:1],
        lambda q: reference.pack_int4(q)[:-1],
    ),
    ways(
        "shape-kept",
        "The bytes came back in rows. The result is one line of bytes: the shape is not stored.",
        lambda q: (
            reference.pack_int4(q).reshape(*q.shape[:-1], -1)
            if q.shape[-1] % 2 == 0
            else _packed_from(_row_by_row)(q).reshape(*q.shape[:-1], -1)
        ),
    ),
    ways(
        "bytes-signed",
        "The bytes carry a sign: 241 turned into −15. A byte that holds two codes is just a "
        "pattern, stored as uint8.",
        lambda q: reference.pack_int4(q).view(torch.int8),
    ),
    ways(
        "odd-count-fails",
        "Your function fails on an odd number of codes: the last one has no neighbour. Give "
        "it one.",
        *each_instead(
            lambda q: q.numel() % 2 == 1,
            (RuntimeError, IndexError, ValueError),
            reference.pack_int4,
        ),
    ),
)
