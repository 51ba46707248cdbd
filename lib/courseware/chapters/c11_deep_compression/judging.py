"""A network as a file: its bytes in every form and coder, and what it reads when it is back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from courseware.chapters.c11_deep_compression.compressing import State, logits_of
from courseware.chapters.c11_deep_compression.files import (
    FLOAT32,
    TABLE,
    joined,
    parts_of,
    read_network,
    sizes_of,
)
from courseware.chapters.c11_deep_compression.streams import BITS, CODERS, RANGE
from courseware.subjects.data import Digits
from model_compression.entropy_coding import entropy_bits
from model_compression.masks import prunable_weights

Figures = dict[str, Any]


def figures(state: State, forms: tuple[str, ...], data: Digits) -> Figures:
    """A network as a file of these forms, with all coders, and what is read back.

    Returns: "validation" and "test", percentages of digits right; "kept", weights that are not 0;
        "files", bytes by form and coder; "parts", by coder, what the bytes of the smallest file are
        for; and for codes "bound", the bytes of their entropy, layer by layer.
    Raises: AssertionError if two coders do not give back the same network.
    """
    parts = {
        (form, coder): parts_of(state, form, coder)
        for form in forms
        for coder in ((BITS,) if form == FLOAT32 else CODERS)
    }
    n_bytes = {key: len(joined(of_file)) for key, of_file in parts.items()}
    smallest = {
        coder: min((key for key in parts if key[1] == coder), key=n_bytes.__getitem__)
        for coder in (BITS, RANGE)
    }
    form = smallest[RANGE][0]
    back = read_network(joined(parts[form, RANGE]))
    plain = read_network(joined(parts[form, BITS]))
    assert all(torch.equal(back[name], plain[name]) for name in back)
    weights = prunable_weights(state)
    found = right(back, data) | {
        "kept": sum(int((w != 0).sum()) for w in weights.values()),
        "files": {
            form: {coder: n for (of, coder), n in n_bytes.items() if of == form} for form in forms
        },
        "parts": {coder: sizes_of(parts[key]) for coder, key in smallest.items()},
    }
    if TABLE in forms:
        codes = [torch.unique(w, return_inverse=True)[1] for w in weights.values()]
        found["bound"] = round(sum(entropy_bits(c) * c.numel() for c in codes) / 8)
    return found


@torch.no_grad()
def right(state: State, data: Digits) -> dict[str, float]:
    """Percentages of the validation and of the test digits that a network gets right."""
    parts: Mapping[str, tuple[torch.Tensor, torch.Tensor]] = {
        "validation": (data.validation_images, data.validation_labels),
        "test": (data.test_images, data.test_labels),
    }
    return {
        part: round(100 * float((logits_of(state, x).argmax(dim=1) == y).double().mean()), 3)
        for part, (x, y) in parts.items()
    }
