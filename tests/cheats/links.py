"""Attacks by way of links: the work of somebody else in one's own place, secrets in one's page."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from tests.cheats.attack import NUMBERS, Attack, HandIn, Link, attack

FILE = f"{NUMBERS}.ipynb"
HONEST = f"honest/{NUMBERS}"
SOLUTION = f"solutions/{NUMBERS}"
IS_LINK = "is a link, where a"
TWO_NAMES = "names (hard links)"


def rearranged(
    name: str, tries: str, place: Callable[[Path], None], refused: str = IS_LINK
) -> Attack:
    """An attack whose folder is put together in another way."""
    return Attack(name, tries, (HandIn(place=place),), refused=refused)


def notebook(make: Callable[[Path], None]) -> Callable[[Path], None]:
    """Something in place of the notebook."""

    def build(folder: Path) -> None:
        (folder / FILE).unlink()
        make(folder / FILE)

    return build


def exercise(to: str) -> Callable[[Path], None]:
    """A link in place of the folder of the exercise."""

    def build(folder: Path) -> None:
        shutil.rmtree(folder)
        folder.symlink_to(to)

    return build


def student(folder: Path) -> None:
    """A link in place of the student's folder."""
    shutil.rmtree(folder.parent)
    folder.parent.symlink_to("honest")


def hard_link(to: str) -> Callable[[Path], None]:
    return notebook(lambda path: os.link(path.parents[3] / to / FILE, path))


def soft_link(to: str) -> Callable[[Path], None]:
    return notebook(lambda path: path.symlink_to(f"../../../{to}/{FILE}"))


def linked_download(folder: Path) -> None:
    """The notebook is empty, and what looks like a second download of it is a link."""
    (folder / FILE).write_bytes(b"")
    (folder / f"{NUMBERS} (1).ipynb").symlink_to(f"../../../{SOLUTION}/{FILE}")


def linked_folder(folder: Path) -> None:
    """There is no notebook but in a folder that is a link."""
    (folder / FILE).unlink()
    (folder / "unpacked").symlink_to(f"../../{HONEST}")


ATTACKS: tuple[Attack, ...] = (
    rearranged("student-is-a-link", "Hands in a link to a classmate's folder.", student),
    rearranged(
        "exercise-is-a-link",
        "Hands in an exercise that is a link to a classmate's.",
        exercise(f"../{HONEST}"),
    ),
    rearranged(
        "exercise-is-the-solution",
        "Hands in an exercise that is a link to the solution.",
        exercise(f"../../{SOLUTION}"),
    ),
    rearranged(
        "notebook-is-a-link",
        "Hands in a notebook that is a link to a classmate's.",
        soft_link(f"submitted/{HONEST}"),
    ),
    rearranged(
        "notebook-is-the-solution",
        "Hands in a notebook that is a hard link to the solution.",
        hard_link(SOLUTION),
        TWO_NAMES,
    ),
    rearranged(
        "notebook-of-a-classmate",
        "Hands in a notebook that is a hard link to a classmate's.",
        hard_link(f"submitted/{HONEST}"),
        TWO_NAMES,
    ),
    rearranged(
        "side-file-of-a-classmate",
        "Hands in a file that is a hard link to a classmate's notebook, to have that refused.",
        lambda folder: os.link(folder.parents[1] / HONEST / FILE, folder / "notes.txt"),
        refused="",
    ),
    rearranged(
        "linked-download",
        "Hands in an empty notebook, and a link to the solution under the name of a download.",
        linked_download,
        refused="",
    ),
    rearranged(
        "linked-folder",
        "Hands in no notebook but a link to the folder of a classmate.",
        linked_folder,
        f"no file {FILE} was handed in, but unpacked",
    ),
    attack(
        "kept-names",
        "Hands in links under names that nbgrader keeps, to find what they point to on its page.",
        files={
            "submission_secret.txt": Link("../../../class_secret.txt"),
            "timestamp.txt": Link("/etc/passwd"),
            "gradebook.db": Link("../../../gradebook.db"),
            "solution.html": Link(f"../../../{SOLUTION}/{FILE}"),
        },
    ),
)
