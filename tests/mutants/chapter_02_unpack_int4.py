"""Solutions of exercise 02 as students could write them: unpack_int4."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


@wrong("unpack_int4", says="nibbles-swapped")
def reads_the_high_nibble_first(packed, numel):
    nibbles = torch.stack([packed >> 4, packed & 15], dim=1).flatten()[:numel].to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)


@wrong("unpack_int4", says="sign-not-extended")
def forgets_the_sign(packed, numel):
    return torch.stack([packed & 15, packed >> 4], dim=1).flatten()[:numel].to(torch.int8)


@wrong("unpack_int4", says="sign-not-extended")
def shifts_unsigned_bytes(packed, numel):
    low, high = (packed << 4) >> 4, packed >> 4
    return torch.stack([low, high], dim=1).flatten()[:numel].to(torch.int8)


@wrong("unpack_int4", says="one-sign-missing")
def extends_the_sign_of_the_high_nibble_only(packed, numel):
    signed = packed.view(torch.int8)
    return torch.stack([signed & 15, signed >> 4], dim=1).flatten()[:numel]


@wrong("unpack_int4", says="offset-by-eight")
def takes_eight_off(packed, numel):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=1).flatten()[:numel]
    return nibbles.to(torch.int8) - 8


@wrong("unpack_int4", says="ones-complement")
def takes_fifteen_off(packed, numel):
    codes = []
    for byte in packed.tolist():
        for nibble in (byte % 16, byte // 16):
            codes.append(nibble - 15 if nibble >= 8 else nibble)
    return torch.tensor(codes[:numel], dtype=torch.int8)


@wrong("unpack_int4", says="sign-and-magnitude")
def reads_a_sign_bit(packed, numel):
    codes = []
    for byte in packed.tolist():
        for nibble in (byte % 16, byte // 16):
            codes.append(-(nibble & 7) if nibble & 8 else nibble)
    return torch.tensor(codes[:numel], dtype=torch.int8)


@wrong("unpack_int4", says="limit-off-by-one")
def takes_eight_for_positive(packed, numel):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=1).flatten()[:numel].to(torch.int8)
    return torch.where(nibbles > 8, nibbles - 16, nibbles)


@wrong("unpack_int4", says="padding-kept")
def returns_the_padding_too(packed, numel):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=1).flatten().to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)


@wrong("unpack_int4", says="padding-told-by-its-value")
def drops_a_last_zero(packed, numel):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=1).flatten().to(torch.int8)
    if nibbles[-1] == 0:
        nibbles = nibbles[:-1]
    return torch.where(nibbles > 7, nibbles - 16, nibbles)


@wrong("unpack_int4", says="cut-at-the-front")
def keeps_the_last_codes(packed, numel):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=1).flatten().to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)[-numel:]


@wrong("unpack_int4", says="planar-halves")
def reads_all_low_nibbles_first(packed, numel):
    nibbles = torch.cat([packed & 15, packed >> 4])[:numel].to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)


@wrong("unpack_int4", says="one-code-a-byte")
def reads_one_code_a_byte(packed, numel):
    return packed.view(torch.int8)[:numel]


@wrong("unpack_int4", says="pairs-kept")
def leaves_pairs(packed, numel):
    nibbles = torch.stack([packed & 15, packed >> 4], dim=1).to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)


@wrong("unpack_int4", says="other-dtype")
def returns_wide_integers(packed, numel):
    wide = packed.int()
    nibbles = torch.stack([wide & 15, wide >> 4], dim=1).flatten()[:numel]
    return torch.where(nibbles > 7, nibbles - 16, nibbles)


@right("unpack_int4")
def with_arithmetic_shifts(packed, numel):
    signed = packed.view(torch.int8)
    return torch.stack([(signed << 4) >> 4, signed >> 4], dim=1).reshape(-1)[:numel]


@right("unpack_int4")
def with_xor_and_subtract(packed, numel):
    codes = torch.empty(2 * packed.numel(), dtype=torch.int8)
    codes[0::2] = packed & 15
    codes[1::2] = packed >> 4
    return ((codes ^ 8) - 8)[:numel]


@right("unpack_int4")
def with_divmod_in_a_loop(packed, numel):
    codes = []
    for place in range(numel):
        byte = int(packed[place // 2])
        nibble = byte // 16 if place % 2 else byte % 16
        codes.append(nibble - 16 if nibble >= 8 else nibble)
    return torch.tensor(codes, dtype=torch.int8)


@right("unpack_int4")
def with_a_table(packed, numel):
    table = np.array([0, 1, 2, 3, 4, 5, 6, 7, -8, -7, -6, -5, -4, -3, -2, -1], dtype=np.int8)
    raw = packed.numpy()
    return torch.from_numpy(table[np.column_stack([raw & 15, raw >> 4]).ravel()[:numel]])


def _nibbles(packed):
    return torch.stack((packed & 15, packed >> 4), dim=1).reshape(-1)


@wrong("unpack_int4", says="stayed-unsigned")
def subtracts_in_uint8(packed, numel):
    nibbles = _nibbles(packed)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)[:numel]


@wrong("unpack_int4", says="sign-lost")
def masks_the_sign(packed, numel):
    return (_nibbles(packed) & 7).to(torch.int8)[:numel]


@wrong("unpack_int4", says="last-byte-unread")
def drops_the_last_of_an_odd_number(packed, numel):
    nibbles = _nibbles(packed).to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)[: numel // 2 * 2]


@wrong("unpack_int4", says="nibble-not-cut")
def forgets_to_mask(packed, numel):
    return torch.stack((packed, packed >> 4), dim=1).reshape(-1)[:numel]


@wrong("unpack_int4", says="list-not-tensor")
def returns_a_list_of_codes(packed, numel):
    nibbles = _nibbles(packed).to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)[:numel].tolist()


@wrong("unpack_int4", says="array-not-tensor")
def returns_an_array_of_codes(packed, numel):
    nibbles = _nibbles(packed).to(torch.int8)
    return torch.where(nibbles > 7, nibbles - 16, nibbles)[:numel].numpy()


@wrong("unpack_int4", says="one-sign-missing")
def shifts_the_sign_into_the_high_nibble_alone(packed, numel):
    signed = packed.view(torch.int8)
    return torch.stack((signed & 15, signed >> 4), dim=1).reshape(-1)[:numel]


@wrong("unpack_int4", says="last-byte-unread")
def reads_half_as_many_bytes(packed, numel):
    packed = packed[: numel // 2]
    nibbles = torch.stack(((packed & 15).to(torch.int8), (packed >> 4).to(torch.int8)), dim=1)
    codes = nibbles.reshape(-1)
    return torch.where(codes > 7, codes - 16, codes)


@wrong("unpack_int4", says="planar-halves")
def joins_the_halves_and_forgets_the_sign(packed, numel):
    values = packed.numpy()
    nibbles = np.stack((values & 15, values >> 4), axis=0).reshape(-1)
    return torch.from_numpy(nibbles[:numel].astype(np.int8))


@wrong("unpack_int4", says="offset-by-eight")
def reads_the_high_one_first_and_takes_eight_off(packed, numel):
    p = packed.to(torch.int16)
    codes = torch.stack((p >> 4, p & 15), dim=-1).flatten() - 8
    return codes[:numel].to(torch.int8)
