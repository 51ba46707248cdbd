"""Solutions of exercise 02 as students could write them: pack_int4."""

from __future__ import annotations

import numpy as np
import torch

from tests.mutants.table import right, wrong


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


def _pairs(q):
    flat = q.reshape(-1).to(torch.int32) & 15
    if len(flat) % 2:
        flat = torch.cat([flat, flat.new_zeros(1)])
    return flat[0::2], flat[1::2]


@wrong("pack_int4", says="nibble-shifted-too-little")
def multiplies_by_eight(q):
    first, second = _pairs(q)
    return (first + 8 * second).to(torch.uint8)


@wrong("pack_int4", says="shift-binds-last")
def shifts_the_sum(q):
    first, second = _pairs(q)
    return ((first + second << 4) & 255).to(torch.uint8)


@wrong("pack_int4", says="three-bits-kept")
def masks_three_bits(q):
    first, second = _pairs(q)
    return ((first & 7) | (second & 7) << 4).to(torch.uint8)


@wrong("pack_int4", says="codes-added")
def forgets_to_shift(q):
    first, second = _pairs(q)
    return (first | second).to(torch.uint8)


@wrong("pack_int4", says="part-of-the-codes")
def packs_the_first_row(q):
    first, second = _pairs(q[0] if q.dim() > 1 else q)
    return (first + 16 * second).to(torch.uint8)


@wrong("pack_int4", says="bytes-not-tensor")
def returns_bytes(q):
    first, second = _pairs(q)
    return bytes((first + 16 * second).tolist())


@wrong("pack_int4", says="list-not-tensor")
def returns_a_list_of_bytes(q):
    first, second = _pairs(q)
    return (first + 16 * second).tolist()


@wrong("pack_int4", says="axis-left-over")
def returns_a_column(q):
    first, second = _pairs(q)
    return (first + 16 * second).to(torch.uint8)[:, None]


@wrong("pack_int4", says="always-padded")
def adds_a_zero_before_it_pairs(q):
    flat = (q.flatten() & 15).to(torch.uint8)
    flat = torch.cat((flat, flat.new_zeros(1)))
    return flat[0::2] | (flat[1::2] << 4)


@wrong("pack_int4", says="nibbles-swapped")
def moves_the_first_up_by_three(q):
    flat = q.flatten().to(torch.int32) & 15
    flat = torch.nn.functional.pad(flat, (0, flat.numel() % 2))
    return (flat[1::2] | (flat[::2] << 3)).to(torch.uint8)


@wrong("pack_int4", says="last-code-dropped")
def swaps_nibbles_and_drops_the_last(q):
    flat = q.reshape(-1).tolist()
    pairs = zip(flat[0::2], flat[1::2], strict=False)
    return torch.tensor([(a & 15) << 4 | b & 15 for a, b in pairs], dtype=torch.uint8)
