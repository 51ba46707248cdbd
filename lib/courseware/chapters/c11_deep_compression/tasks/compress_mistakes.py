"""What is told of a file that does not count, or that lost too much, by its kind."""

from __future__ import annotations

OF_THE_DECODER = "decoder-lacks-a-name", "decoder-reads-a-file", "decoder-fails", "decoder-late"
"""What goes wrong where a file is read."""

MISTAKES = (
    (
        "no-decoder",
        "Nobody can read the file without a `decompress`: define it with `def decompress(blob):` "
        "in the cell above `compress`, in Python that can be read, and run that cell.",
    ),
    (
        "decoder-too-long",
        "The cell of `decompress` is longer than it may be, even without comments. A decoder "
        "needs a dozen lines: what else is in that cell?",
    ),
    (
        "decoder-over-budget",
        "The code of `decompress` takes all of this budget. It counts as part of the file: move "
        "everything that `decompress` does not need into the cell of `compress`, and keep numbers "
        "and texts in the blob.",
    ),
    (
        "not-bytes",
        "A file is `bytes`. Of a `bytearray`, a tensor or a list of small numbers `bytes(…)` makes "
        "one; `io.BytesIO` has `getvalue()`.",
    ),
    (
        "over-budget",
        "The blob is longer than `budget_bytes`. Measure it with `len` before you return it, and "
        "while it is too long, prune more and encode again: a file over its budget earns nothing, "
        "however good it is.",
    ),
    (
        "decoder-lacks-a-name",
        "`decompress` uses a name that is not there when it is alone. Only the text of its own "
        "cell runs: imports and helper functions have to stand in that cell, and numbers that "
        "`compress` has chosen belong into the blob.",
    ),
    (
        "decoder-reads-a-file",
        "`decompress` looks for a file that is not there: it runs alone, in a process that has "
        "only the blob, and finds nothing that `compress` wrote elsewhere. All that it needs has "
        "to be in the bytes of the blob.",
    ),
    (
        "decoder-fails",
        "`decompress` raises an error when its cell runs alone, in a process that has only the "
        "blob. Does it read just what `compress` has written, in the same order, and look up no "
        "name as text?",
    ),
    (
        "decoder-late",
        "`decompress` takes more than its 5 seconds. Reading bytes takes a moment; is there a loop "
        "that never ends, or training inside?",
    ),
    (
        "no-network",
        "What comes back is no network that can be judged: a dict with a plain floating-point "
        "tensor for 0.weight, 0.bias, 2.weight, 2.bias, … and nothing else, 1 to 8 layers.",
    ),
    (
        "sizes-do-not-fit",
        "The layers that come back do not fit each other: a weight has the shape (out, in), the "
        "first takes 784 pixels, the last gives 10 outputs, and each takes what the one before "
        "gives. Is a `reshape` missing, or transposed?",
    ),
    (
        "too-many-parameters",
        "The network that comes back has more parameters than the one that was given. Hidden "
        "layers may be narrower, not wider.",
    ),
    (
        "weights-not-finite",
        "A weight came back as nan or infinite. Is there a scale of 0, a division by a sum of "
        "nothing, or a float16 out of its range?",
    ),
    (
        "reads-hardly-anything",
        "What comes back is as good as guessing, so this is not a matter of too few bits. Compare "
        "`decompress(compress(…))` with the network that was trained, tensor by tensor: is the "
        "order of the layers, a transposition, a sign or a scale lost on the way, is each weight "
        "in its place, and is what is drawn anew drawn from the same seed?",
    ),
    (
        "accuracy-lost",
        "The file is valid, and the network in it has lost too much for all points of this budget. "
        "Is what comes back what was trained, with the signs and the scales of all its numbers, "
        "and on images like these, as they are given? Then: what saves more at this size, a "
        "narrower network, more zeros, or fewer values? And is the network trained again after "
        "each of these steps, with the rounding in the loop?",
    ),
    (
        "room-left",
        "The network in the file has lost too much for all points of this budget, and a good part "
        "of the budget is unused. There is room: keep more units, more weights or more values, "
        "until the file is just below `budget_bytes`.",
    ),
)
"""Kind of a difference → what a student reads."""
