"""Solutions of exercise 02 as students could write them: two codes in a byte."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong

# --- pack_int4 ----------------------------------------------------------------------------------


@wrong("pack_int4", says="nibbles-swapped")
def puts_the_first_code_high(q):
    flat = [code & 15 for code in q.flatten().tolist()]
    if len(flat) % 2:
        flat.append(0)
    return torch.tensor(
        [flat[i] << 4 | flat[i + 1] for i in range(0, len(flat), 2)], dtype=torch.uint8
    )


@wrong("pack_int4", says="sign-spills-over")
def does_not_mask_the_low_code(q):
    flat = q.flatten()
    if len(flat) % 2:
        flat = torch.cat([flat, torch.zeros(1, dtype=torch.int8)])
    return ((flat[1::2] << 4) | flat[0::2]).view(torch.uint8)


@wrong("pack_int4", says="sign-spills-over")
def adds_signed_codes(q):
    flat = q.flatten().int()
    if len(flat) % 2:
        flat = torch.cat([flat, torch.zeros(1, dtype=torch.int32)])
    return (flat[0::2] + 16 * flat[1::2]).to(torch.uint8)


@wrong("pack_int4", says="offset-by-eight")
def stores_codes_plus_eight(q):
    flat = (q.flatten() + 8).to(torch.uint8)
    if len(flat) % 2:
        flat = torch.cat([flat, torch.zeros(1, dtype=torch.uint8)])
    return flat[0::2] | flat[1::2] << 4


@wrong("pack_int4", says="sign-and-magnitude")
def stores_a_sign_bit(q):
    flat = [abs(code) % 8 + 8 * (code < 0) for code in q.flatten().tolist()]
    flat += [0] * (len(flat) % 2)
    return torch.tensor(
        [flat[i] + 16 * flat[i + 1] for i in range(0, len(flat), 2)], dtype=torch.uint8
    )


@wrong("pack_int4", says="sign-lost")
def stores_magnitudes(q):
    flat = [abs(code) for code in q.flatten().tolist()]
    flat += [0] * (len(flat) % 2)
    return torch.tensor(
        [flat[i] + 16 * flat[i + 1] for i in range(0, len(flat), 2)], dtype=torch.uint8
    )


@wrong("pack_int4", says="last-code-dropped")
def drops_the_last_code(q):
    flat = q.flatten().to(torch.uint8) & 15
    pairs = len(flat) // 2
    return flat[0 : 2 * pairs : 2] | flat[1 : 2 * pairs : 2] << 4


@wrong("pack_int4", says="always-padded")
def pads_always(q):
    flat = torch.cat([q.flatten(), torch.zeros(1, dtype=torch.int8)]).to(torch.uint8) & 15
    if len(flat) % 2:
        flat = torch.cat([flat, torch.zeros(1, dtype=torch.uint8)])
    return flat[0::2] | flat[1::2] << 4


@wrong("pack_int4", says="padded-at-the-front")
def pads_at_the_front(q):
    flat = q.flatten().to(torch.uint8) & 15
    if len(flat) % 2:
        flat = torch.cat([torch.zeros(1, dtype=torch.uint8), flat])
    return flat[0::2] | flat[1::2] << 4


@wrong("pack_int4", says="last-code-in-high-nibble")
def shifts_the_last_code_up(q):
    flat = [code & 15 for code in q.flatten().tolist()]
    packed = [flat[i] | flat[i + 1] << 4 for i in range(0, len(flat) - 1, 2)]
    if len(flat) % 2:
        packed.append(flat[-1] << 4)
    return torch.tensor(packed, dtype=torch.uint8)


@wrong("pack_int4", says="padded-row-by-row")
def pads_every_row(q):
    rows = torch.atleast_2d(q.to(torch.uint8) & 15).flatten(0, -2)
    rows = torch.nn.functional.pad(rows, (0, rows.shape[1] % 2))
    return (rows[:, 0::2] | rows[:, 1::2] << 4).flatten()


@wrong("pack_int4", says="column-by-column")
def goes_down_the_columns(q):
    flat = q.mT.flatten() if q.dim() == 2 else q.flatten()
    flat = flat.to(torch.uint8) & 15
    flat = torch.nn.functional.pad(flat, (0, len(flat) % 2))
    return flat[0::2] | flat[1::2] << 4


@wrong("pack_int4", says="planar-halves")
def pairs_the_two_halves(q):
    flat = q.flatten().to(torch.uint8) & 15
    flat = torch.nn.functional.pad(flat, (0, len(flat) % 2))
    half = len(flat) // 2
    return flat[:half] | flat[half:] << 4


@wrong("pack_int4", says="one-code-a-byte")
def only_masks(q):
    return q.flatten().to(torch.uint8) & 15


@wrong("pack_int4", says="shape-kept")
def keeps_the_rows(q):
    q = q.to(torch.uint8) & 15
    q = torch.nn.functional.pad(q, (0, q.shape[-1] % 2))
    return q[..., 0::2] | q[..., 1::2] << 4


@wrong("pack_int4", says="bytes-signed")
def stores_signed_bytes(q):
    flat = q.flatten() & 15
    flat = torch.nn.functional.pad(flat, (0, len(flat) % 2))
    return flat[0::2] | flat[1::2] << 4


@wrong("pack_int4", says="odd-count-fails")
def expects_an_even_count(q):
    pairs = q.reshape(-1, 2).to(torch.uint8) & 15
    return pairs[:, 0] | pairs[:, 1] << 4


@wrong("pack_int4", says="other-dtype")
def returns_int32(q):
    flat = q.flatten().int() & 15
    flat = torch.nn.functional.pad(flat, (0, len(flat) % 2))
    return flat[0::2] + 16 * flat[1::2]


@right("pack_int4")
def with_bit_operations(q):
    flat = q.reshape(-1).to(torch.uint8) & 0x0F
    if flat.numel() % 2:
        flat = torch.cat([flat, flat.new_zeros(1)])
    low, high = flat.view(-1, 2).unbind(1)
    return low | (high << 4)


@right("pack_int4")
def with_arithmetic_in_a_loop(q):
    codes = [code % 16 for code in q.flatten().tolist()]
    packed = [0] * ((len(codes) + 1) // 2)
    for place, code in enumerate(codes):
        packed[place // 2] += code * 16 ** (place % 2)
    return torch.tensor(packed, dtype=torch.uint8)


@right("pack_int4")
def with_numpy_views(q):
    flat = np.append(q.numpy().ravel(), np.zeros(q.numel() % 2, np.int8)).view(np.uint8)
    return torch.from_numpy(((flat[1::2] << 4) | (flat[0::2] & 15)).astype(np.uint8))


@right("pack_int4")
def with_signed_bytes_reread(q):
    flat = torch.nn.functional.pad(q.flatten(), (0, q.numel() % 2))
    return ((flat[0::2] & 15) ^ (flat[1::2] * 16)).view(torch.uint8)


# --- unpack_int4 --------------------------------------------------------------------------------


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


@wrong("unpack_int4", says="sign-not-extended")
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
