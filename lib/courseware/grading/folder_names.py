"""Names of folders and files that students hand in: which can be used, and what they may mean."""

from __future__ import annotations

import glob
import re
import unicodedata

from courseware.grading.plain_lines import in_one_line


def name_obstacle(student: str) -> str:
    """Why the name of a folder cannot be a student's id; "" if it can.

    >>> name_obstacle("Ann O. Nym"), name_obstacle("honest ")
    ('', 'nbgrader takes a blank at the end of a name away: rename the folder')
    """
    if re.search(r"[\udc80-\udcff]", student):
        return "its name is not in UTF-8: rename the folder"
    if in_one_line(student) != student or "\\" in student:
        return "its name holds characters that cannot be printed, or a backslash: rename the folder"
    if re.search(r'[<>"]', student):
        return 'its name holds < > or ", which formgrader takes for HTML: rename the folder'
    if student != student.strip():
        return "nbgrader takes a blank at the end of a name away: rename the folder"
    if student != glob.escape(student):
        return "nbgrader takes * ? [ in the name of a folder for a pattern: rename the folder"
    if student.startswith("."):
        return "nbgrader passes over a folder whose name begins with a dot: rename the folder"
    return ""


def shown(name: str) -> str:
    r"""A name as it can be printed, in one line; no two names are shown alike.

    >>> shown("Ann O. Nym"), shown("honest "), shown("caf\udce9\n")
    ('Ann O. Nym', 'honest\\x20', 'caf\\xe9\\n')
    """
    text = in_one_line(name.replace("\\", "\\\\"))
    inside = text.strip(" ")
    before = len(text) - len(text.lstrip(" "))
    after = len(text) - len(inside) - before
    return r"\x20" * before + inside + r"\x20" * after


def is_variant(file: str, notebook: str) -> bool:
    """Whether a browser or an editor may have made this of the name of a notebook.

    >>> files = ["a (1).ipynb", "a-Copy1.ipynb", "a.ipynb.txt", "A.IPYNB", "a.json", "ab.ipynb"]
    >>> [is_variant(file, "a") for file in files]
    [True, True, True, True, True, False]
    """
    copied = r"(?:[ _-]*(?:\(\d+\)|copy ?(?:\(?\d+\)?)?|\d+))?"
    pattern = rf"{re.escape(notebook)}{copied} ?\.(?:ipynb|json)(?:\.(?:txt|json|ipynb))?"
    return re.fullmatch(pattern, file.strip(), re.IGNORECASE) is not None


def is_alike(folder: str, exercise: str) -> bool:
    """Whether a folder may be meant to be the one of an exercise.

    >>> [is_alike(folder, "01_toy") for folder in ("01_Toy ", "01-toy (2)", "02_toy")]
    [True, True, False]
    """
    return _letters(folder).startswith(_letters(exercise))


def _letters(name: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())
