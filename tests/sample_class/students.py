"""Who is in the class, and what each of them hands in for exercise 01.

A function here returns a notebook, or the bytes of a file that is none; its docstring is what the
demo prints about the submission.
"""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.sample_class.handing_in import (
    Notebook,
    added_cell,
    answer_with,
    cell_of,
    doubled,
    fill_in,
    place,
    released,
    solved,
)

EXERCISE = "01_number_formats"


def ada() -> Notebook:
    """All right, as in the solution."""
    return solved(EXERCISE)


def bao() -> Notebook:
    """All right, written in other ways."""
    return answer_with(
        solved(EXERCISE),
        *("with_numpy", "flips_and_subtracts", "by_remainders", "ripples_the_carry"),
        *("by_counting", "with_a_torch_view", "with_a_remainder"),
    )


def chen() -> Notebook:
    """Reads signed patterns as unsigned, and drops leading zeros."""
    return answer_with(solved(EXERCISE), "forgets_the_sign", "no_leading_zeros")


def dung() -> Notebook:
    """Thinks in sign and magnitude throughout."""
    return answer_with(
        solved(EXERCISE), "first_bit_is_a_minus", "writes_a_sign_bit", "flips_the_first_bit"
    )


def elif_() -> Notebook:
    """Unfinished: three tasks done, the quiz guessed, no written answer."""
    names = ("negate", "integer_range", "float32_fields", "model_bytes", "explain")
    notebook = solved(EXERCISE, leave=names)
    for name in ("quiz_01_pattern", "quiz_01_abs", "quiz_01_bfloat16"):
        fill_in(notebook, name, f"def {name}():\n    return 'b'")
    return notebook


def fatima() -> Notebook:
    """All right, with prints and warnings all over."""
    noisy = (
        "import warnings\n\ndef model_bytes(n_params, bits_per_param):\n"
        "    warnings.warn('rounding up')\n    print('counting', n_params)\n"
        "    return math.ceil(n_params * bits_per_param / 8)"
    )
    return fill_in(answer_with(solved(EXERCISE), "with_recursion_and_noise"), "model_bytes", noisy)


def goran() -> Notebook:
    """An error in one task, the others right."""
    return fill_in(
        solved(EXERCISE), "integer_range", "def integer_range(width, signed):\n    return 2 ** wdth"
    )


def hana() -> Notebook:
    """An endless loop in one task, the others right."""
    loop = (
        "def model_bytes(n_params, bits_per_param):\n    total = 0\n"
        "    while 8 * total < n_params * bits_per_param:\n        pass\n    return total"
    )
    return fill_in(solved(EXERCISE), "model_bytes", loop)


def ivan() -> Notebook:
    """Deleted a test cell."""
    notebook = solved(EXERCISE)
    del notebook["cells"][place(notebook, "test_to_bits")]
    return notebook


def jun() -> Notebook:
    """Pasted a solution cell twice."""
    return doubled(solved(EXERCISE), "negate")


def kofi() -> bytes:
    """A file that is cut off in the middle."""
    whole = json.dumps(solved(EXERCISE)).encode()
    return whole[: len(whole) // 2]


def linh() -> Notebook:
    """The exercise as it was given out."""
    return released(EXERCISE)


def maya() -> Notebook:
    """Calls the course's library in place of writing the functions."""
    source = "from model_compression.number_formats import {0} as ready\n\n{0} = ready"
    notebook = solved(EXERCISE)
    for name in ("signed_value", "float32_fields"):
        fill_in(notebook, name, source.format(name))
    return notebook


def noor() -> Notebook:
    """A syntax error in one cell, and a helper in a cell of her own."""
    notebook = fill_in(solved(EXERCISE), "negate", "def negate(bits)\n    return bits")
    fill_in(notebook, "unsigned_value", "def unsigned_value(bits):\n    return read(bits)")
    index = place(notebook, "unsigned_value")
    notebook["cells"].insert(index, added_cell("def read(bits):\n    return int(bits, 2)"))
    return notebook


def otto() -> Notebook:
    """Edited points, tags and a test cell; nothing solved."""
    notebook = released(EXERCISE)
    for name in ("test_signed_value", "test_to_bits"):
        cell = cell_of(notebook, name)
        cell["metadata"]["tags"] = ["skip-execution"]
        cell["metadata"]["nbgrader"]["points"] = 100
    fill_in(notebook, "test_negate", "12.0")
    return notebook


def pia() -> Notebook:
    """Ends the process that grades her, in one task; the others right."""
    return fill_in(
        solved(EXERCISE),
        "float32_fields",
        "import os\n\ndef float32_fields(x):\n    os._exit(0)",
    )


STUDENTS: dict[str, Callable[[], Notebook | bytes]] = {
    function.__name__.rstrip("_"): function
    for function in (
        *(ada, bao, chen, dung, elif_, fatima, goran, hana),
        *(ivan, jun, kofi, linh, maya, noor, otto, pia),
    )
}
