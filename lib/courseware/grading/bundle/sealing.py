"""Sealed modules: what exercises ask for does not lie about in plain text.

The checks on a student's machine need the references and the keys, so they are there, and whoever
wants to can open them: with a line of Python, or by asking the checks. Sealing keeps from reading
by accident, and from copying without a decision; it keeps no secret.
"""

from __future__ import annotations

import base64
import zlib
from collections.abc import Iterable

from courseware.checks.quiz import Question

WIDTH = 100

SEALED = '''\
# Sealed by `course bundle`: this holds what an exercise asks for. Try it yourself first.
import base64
import zlib

exec(compile(zlib.decompress(base64.b85decode("""
{sealed}
""".replace("\\n", ""))), "<sealed {name}>", "exec"))
'''


def seal(source: str, name: str) -> str:
    """A module that does what another one does, and cannot be read.

    >>> namespace = {}
    >>> exec(seal("answer = 6 * 7", "model_compression/toy.py"), namespace)
    >>> namespace["answer"], "answer" in seal("answer = 6 * 7", "toy.py")
    (42, False)
    """
    text = base64.b85encode(zlib.compress(source.encode(), 9)).decode()
    lines = [text[start : start + WIDTH] for start in range(0, len(text), WIDTH)]
    return SEALED.format(sealed="\n".join(lines), name=name)


def without_keys(questions: Iterable[Question]) -> str:
    """A module with some questions that knows neither their keys nor a reason."""
    lines = ["from courseware.checks.quiz import Option, Question", "", "QUIZ = ("]
    for one in questions:
        options = {letter: option.text for letter, option in one.options.items()}
        lines += [
            "    Question(",
            f"        name={one.name!r},",
            f"        text={one.text!r},",
            f"        options={{k: Option(v, '') for k, v in {options!r}.items()}},",
            "        right='',",
            f"        points={one.points!r},",
            "    ),",
        ]
    return "\n".join([*lines, ")", ""])
