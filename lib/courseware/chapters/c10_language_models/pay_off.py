"""The last cell of exercise 10: a search by MiniLM, rounded by the student's own GPTQ.

What it needs is imported when it is at work: a hand-in that is graded runs the cell as well, and
should not wait for pictures and a network that nobody looks at.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

import torch

from courseware.showing.pay_off import pay_off
from courseware.showing.say import say, show_table

if TYPE_CHECKING:
    from courseware.showing.style import Picture
    from courseware.subjects.docstrings import Documented
    from courseware.subjects.sentence_encoder import SentenceEncoder

MODULES = (
    "numpy",
    "numpy.linalg",
    "scipy.linalg",
    "scipy.ndimage",
    "scipy.signal",
    "scipy.integrate",
)
N_BITS, GROUP = 3, 64
SEARCHES, CALIBRATION = 120, 64
LONGEST_DESCRIPTION = 48
LONG_ROWS = ".down."
"""In the names of matrices that are left in float: 1,536 columns take a loop long."""

NEAREST, GPTQ = "to nearest", "your GPTQ"

T = torch.Tensor
Gptq = Callable[[T, T, int, int], tuple[T, T]]


@pay_off("what 3 bits do to a search, rounded to nearest and by your own GPTQ")
def search(gptq_quantize: Gptq) -> Picture:
    """Round 30 matrices of MiniLM in two ways, and search with each of the three models."""
    from courseware.chapters.c10_language_models.hessians import hessians
    from courseware.chapters.c10_language_models.plots.layers import layer_errors
    from courseware.subjects.models import with_weights
    from courseware.subjects.sentence_encoder import matrix_names, minilm
    from model_compression.integer_scaling import quantize_groupwise

    model = minilm()
    asked, others = _entries()
    state = model.state_dict()
    weights = {name: state[name] for name in matrix_names() if LONG_ROWS not in name}
    known = hessians(model, weights, [entry.first_line for entry in others])
    rounded: dict[str, dict[str, T]] = {NEAREST: {}, GPTQ: {}}
    for name, w in weights.items():
        rounded[NEAREST][name] = _values(*quantize_groupwise(w, N_BITS, GROUP))
        codes, scale = gptq_quantize(w.clone(), known[name].clone(), N_BITS, GROUP)
        rounded[GPTQ][name] = _values(codes, scale)
    found = {"float": _found(model, asked)}
    for way, changed in rounded.items():
        found[way] = _found(cast("SentenceEncoder", with_weights(model, changed)), asked)
    _say_what_changed(asked, found)
    fresh = hessians(model, weights, [entry.first_line for entry in asked])
    return layer_errors(
        {
            way: [_error(w, changed[name], fresh[name]) for name, w in weights.items()]
            for way, changed in rounded.items()
        }
    )


def _entries() -> tuple[list[Documented], list[Documented]]:
    """Those that are searched for, and others to calibrate with; the same in every run."""
    from courseware.subjects.docstrings import documented, with_descriptions

    draw = torch.Generator().manual_seed(0)
    entries = documented(MODULES)

    def some(of: list[Documented], count: int) -> list[Documented]:
        return [of[i] for i in torch.randperm(len(of), generator=draw).tolist()[:count]]

    asked = some(with_descriptions(entries), SEARCHES)
    taken = {entry.name for entry in asked}
    return asked, some([entry for entry in entries if entry.name not in taken], CALIBRATION)


def _values(codes: T, scale: T) -> T:
    """Codes times the scale of their group."""
    groups = codes.reshape(*scale.shape, -1)
    return (groups * scale[..., None]).reshape(codes.shape).float()


def _found(model: SentenceEncoder, entries: list[Documented]) -> T:
    """For each entry, whether its description is closest to its own first line."""
    first_lines = model.encode([entry.first_line for entry in entries])
    descriptions = model.encode([entry.description for entry in entries], LONGEST_DESCRIPTION)
    return (descriptions @ first_lines.T).argmax(dim=1) == torch.arange(len(entries))


def _error(w: T, w_hat: T, xtx: T) -> float:
    """Error of a layer's outputs in percent of their size, from XᵀX of inputs."""
    off = w - w_hat
    return 100 * float(((off @ xtx * off).sum() / (w @ xtx * w).sum()).sqrt())


def _say_what_changed(asked: list[Documented], found: dict[str, T]) -> None:
    rows = [
        {"weights": way, "found first, %": f"{100 * hits.float().mean():.0f}"}
        for way, hits in found.items()
    ]
    show_table(rows, caption=f"{len(asked)} searches in MiniLM, weights in {N_BITS} bits")
    back = (found[GPTQ] & ~found[NEAREST]).nonzero().flatten().tolist()
    lost = int((found[NEAREST] & ~found[GPTQ]).sum())
    text = (
        f"Your GPTQ finds {len(back)} that rounding to nearest does not find first, and misses "
        f"{lost} that it does."
    )
    if back:
        entry = asked[back[0]]
        text += f" One of them: “{entry.description[:90]} …” belongs to “{entry.first_line}”"
    say(
        f"{text}\n\nThe picture has the error of every matrix on sentences that were not used to "
        "calibrate. One draw of texts is not much: how far such numbers spread is measured with "
        "several."
    )
