"""Mistakes in `pack_int4`."""

from __future__ import annotations

import torch

from courseware.chapters.c02_integer_scaling.tasks.pack_int4_pairs import about_pairs
from courseware.chapters.c02_integer_scaling.tasks.pack_int4_wrong_ways import (
    NOT_SIXTEEN,
    first_moved_by,
    first_times,
    nibbles_of,
    packed_from,
    padded_unpaired,
    paired,
    planar,
    row_by_row,
    second_moved_by,
    shifted_by,
    sign_and_magnitude,
    sign_spills_over,
    whole_pairs,
)
from courseware.checks.forms import FORMS
from courseware.checks.misconceptions import both, each_instead, several, ways
from model_compression import packing as reference

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
    return nibbles_of(torch.nn.functional.pad(flat, (0, len(q) % 2)))


def _joined_as_text(q: torch.Tensor) -> torch.Tensor:
    """The bits of both written one behind the other, without leading zeros."""
    nibbles = nibbles_of(q).tolist()
    pairs = zip(nibbles[::2], nibbles[1::2], strict=True)
    return torch.tensor([int(f"{high:b}{low:b}", 2) for low, high in pairs]).to(torch.uint8)


SIGN_LOST = (
    "sign-lost",
    "Negative codes lost their sign. A nibble holds them in two's complement.",
)
SIGN_AND_MAGNITUDE = (
    "sign-and-magnitude",
    "Negative codes were stored as a sign bit and a magnitude. A nibble holds a code in "
    "two's complement: −1 is 1111.",
)
OFFSET = (
    "offset-by-eight",
    "The codes were shifted up by 8 before packing. That is another storage format; here "
    "a nibble holds the code in two's complement, so that −1 is 1111.",
)
THREE_BITS = (
    "three-bits-kept",
    "Only three bits of each code are left. A code of 4 bits needs all four: `& 15`.",
)
SHIFTED_TOO_LITTLE = (
    "nibble-shifted-too-little",
    "The second code of a pair was not moved up by four places: 16 is 2**4.",
)
CODES_ADDED = (
    "codes-added",
    "The two codes of a pair were added without moving one of them: they share places.",
)
ROW_BY_ROW = (
    "padded-row-by-row",
    "Every row was padded on its own. Lay all codes out in one line first: there is at "
    "most one padding, at the very end.",
)
COLUMNS = (
    "column-by-column",
    "The codes were taken column by column. The order is row by row.",
)
SHAPE_KEPT = (
    "shape-kept",
    "The bytes came back in rows. The result is one line of bytes: the shape is not stored.",
)

_PAIRS = about_pairs(
    columns=COLUMNS,
    row_by_row=ROW_BY_ROW,
    shape_kept=SHAPE_KEPT,
    nibbles=(
        (ONES_COMPLEMENT, lambda codes: torch.where(codes < 0, codes + 15, codes)),
        (SIGN_LOST, torch.abs),
        (SIGN_LOST, lambda codes: codes.clamp(min=0)),
        (SIGN_AND_MAGNITUDE, lambda codes: torch.where(codes < 0, 8 + codes.abs() % 8, codes)),
        (OFFSET, lambda codes: codes + 8),
        (THREE_BITS, lambda codes: codes & 7),
    ),
    padding=(
        (LAST_DROPPED, lambda codes: codes[:, : codes.shape[1] // 2 * 2]),
        (
            LAST_REPEATED,
            lambda codes: torch.cat([codes, codes[:, -1:]], 1) if codes.shape[1] % 2 else codes,
        ),
    ),
    moving=((OFFSET, lambda nibbles: nibbles + 8),),
    pairing=(
        (NIBBLES_SWAPPED, lambda first, second: 16 * first + second),
        *((SHIFTED_TOO_LITTLE, lambda first, second, by=by: first + by * second) for by in (15, 8)),
        (SHIFTED_TOO_LITTLE, lambda first, second: first | (second << 3)),
        (CODES_ADDED, lambda first, second: first + second),
    ),
)

MISTAKES = several(
    FORMS,
    ways(*ONES_COMPLEMENT, packed_from(lambda q: nibbles_of(_inverted(q)))),
    ways(*LAST_REPEATED, packed_from(lambda q: _last_repeated(q.flatten().to(torch.int32)))),
    both(ONES_COMPLEMENT, LAST_REPEATED, packed_from(lambda q: _last_repeated(_inverted(q)))),
    ways(
        "rows-counted",
        "Whether a 0 is to be added was told by `len(q)`, which counts the rows of a matrix. How "
        "many codes there are is `q.numel()`.",
        packed_from(_by_rows_counted),
    ),
    ways(
        "leading-zeros-lost",
        "The bits of the two codes were written one behind the other without their leading zeros: "
        '1 and 2 became 101. Each code takes four places: `f"{code:04b}"`, or shift by 4.',
        _joined_as_text,
        lambda q: torch.tensor(
            [
                int(f"{low:b}{high:b}", 2)
                for low, high in zip(*nibbles_of(q).reshape(-1, 2).T.tolist(), strict=True)
            ]
        ),
    ),
    ways(
        "other-dtype",
        "The values are right, but they are not stored as uint8, so they take more than a "
        "byte each, or carry a sign.",
        lambda q: nibbles_of(q)[0::2] + 16 * nibbles_of(q)[1::2],
    ),
    ways(
        *NIBBLES_SWAPPED,
        lambda q: 16 * nibbles_of(q)[0::2] + nibbles_of(q)[1::2],
        # Not moved far enough, either.
        *(first_moved_by(shift) for shift in (1, 2, 3)),
        *(first_times(factor) for factor in NOT_SIXTEEN),
    ),
    ways(
        "sign-spills-over",
        "A negative code covers its neighbour: as int8 it has ones in the upper four bits "
        "too. Only four bits of each code may reach the byte.",
        sign_spills_over,
        packed_from(
            lambda q: torch.nn.functional.pad(q.flatten().to(torch.int32), (0, q.numel() % 2))
        ),
    ),
    ways(
        *OFFSET,
        packed_from(
            lambda q: torch.nn.functional.pad(q.flatten().to(torch.int32) + 8, (0, q.numel() % 2))
        ),
        packed_from(lambda q: (nibbles_of(q) + 8) % 16),
        packed_from(
            lambda q: torch.nn.functional.pad(
                q.flatten().to(torch.int32) + 8, (0, q.numel() % 2), value=8
            )
        ),
    ),
    ways(
        *SIGN_AND_MAGNITUDE,
        packed_from(sign_and_magnitude),
    ),
    ways(
        *SIGN_LOST,
        packed_from(lambda q: nibbles_of(q.abs())),
        packed_from(lambda q: nibbles_of(q.clamp(min=0))),
    ),
    ways(*LAST_DROPPED, packed_from(whole_pairs)),
    both(
        NIBBLES_SWAPPED,
        LAST_DROPPED,
        packed_from(lambda q: whole_pairs(q).reshape(-1, 2).flip(1).flatten()),
    ),
    ways(
        "always-padded",
        "An even number of codes was padded too, which costs a byte or leaves a 0 without a "
        "neighbour. Only a last code without one needs a 0 beside it.",
        packed_from(lambda q: torch.nn.functional.pad(nibbles_of(q), (0, 2 - 2 * (q.numel() % 2)))),
        packed_from(lambda q: nibbles_of(torch.nn.functional.pad(q.flatten(), (0, 1)))),
        padded_unpaired,
    ),
    ways(
        "padded-at-the-front",
        "The padding stands in front of the codes. It goes to the end, so that every code "
        "keeps its place.",
        packed_from(lambda q: nibbles_of(torch.nn.functional.pad(q.flatten(), (q.numel() % 2, 0)))),
    ),
    ways(
        "last-code-in-high-nibble",
        "The last of an odd number of codes went into the high nibble. It is the first of "
        "its byte: the low nibble.",
        lambda q: (
            (nibbles_of(q)[0::2] + 16 * nibbles_of(q)[1::2])
            if q.numel() % 2 == 0
            else torch.cat(
                [(nibbles_of(q)[0::2] + 16 * nibbles_of(q)[1::2])[:-1], 16 * nibbles_of(q)[-2:-1]]
            )
        ),
    ),
    ways(
        *ROW_BY_ROW,
        packed_from(row_by_row),
    ),
    ways(
        *COLUMNS,
        packed_from(lambda q: nibbles_of(q.permute(*reversed(range(q.dim()))))),
    ),
    ways(
        "planar-halves",
        "The first half of the codes shares bytes with the second half. Here neighbours "
        "share a byte.",
        planar,
    ),
    ways(
        "one-code-a-byte",
        "Every code still has a byte of its own: nothing is saved yet.",
        lambda q: q.flatten().to(torch.int32) & 15,
        lambda q: q.flatten(),
    ),
    ways(
        *SHIFTED_TOO_LITTLE,
        *map(shifted_by, NOT_SIXTEEN),
        *(second_moved_by(shift) for shift in (1, 2, 3)),
    ),
    ways(
        "shift-binds-last",
        "`+` binds tighter than `<<`, so the sum of both was shifted. Put the shift into "
        "parentheses, or use `|`.",
        paired(lambda first, second: (first + second) << 4),
    ),
    ways(
        *THREE_BITS,
        packed_from(lambda q: nibbles_of(q) & 7),
    ),
    ways(
        *CODES_ADDED,
        paired(lambda first, second: first + second),
        paired(lambda first, second: first | second),
    ),
    ways(
        "part-of-the-codes",
        "Only some of the codes came into the bytes: the first row, or the first pair.",
        lambda q: reference.pack_int4(q[0]) if q.dim() > 1 else reference.pack_int4(q),
        lambda q: reference.pack_int4(q)[:1],
        lambda q: reference.pack_int4(q)[:-1],
    ),
    ways(
        *SHAPE_KEPT,
        lambda q: (
            reference.pack_int4(q).reshape(*q.shape[:-1], -1)
            if q.shape[-1] % 2 == 0
            else packed_from(row_by_row)(q).reshape(*q.shape[:-1], -1)
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
    _PAIRS,
)
