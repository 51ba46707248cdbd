"""Making the bundle: gathered, fitted, sealed, searched, and then written whole or not at all."""

from __future__ import annotations

import os
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI
from sqlalchemy import make_url

from courseware.grading.bundle.contents import Files, chapters_until, gather
from courseware.grading.bundle.leaks import leaks, wanted_from
from courseware.grading.bundle.pages import fitting, without_dead_links
from courseware.grading.bundle.sealing import seal, without_keys
from courseware.grading.class_secret import SECRET
from courseware.grading.course import gradebook_file
from courseware.grading.named import CourseError
from courseware.grading.whole_file import whole_file
from courseware.handing_in.visible import FIRST_EXERCISE
from courseware.languages.catalogues import MESSAGES, QUIZ, SEALED
from courseware.registry import EXERCISES

FOLDER = "model_compression"
"""What the archive unpacks to."""

README = Path(__file__).parents[1] / "templates" / "students.md.j2"
CUT = "EXERCISES = {chapter.folder: chapter"
"""Where `registry.py` has all chapters together."""

A_DAY = (1980, 1, 1, 0, 0, 0)
"""In place of the times of files: the same course makes the same archive."""


@dataclass(frozen=True)
class Wishes:
    """What a teacher chooses.

    Attributes:
        until: the last chapter; None for all.
        keys: whether the practice check of a quiz knows what is right.
        sealed: whether references are sealed; what the checks know is, in any case.
    """

    until: int | None = None
    keys: bool = True
    sealed: bool = True


def make(root: Path, wishes: Wishes) -> Files:
    """The files of a bundle; not searched yet."""
    chapters = chapters_until(wishes.until)
    files = gather(root, chapters)
    files["README.md"] = README.read_bytes()
    for path in files:
        if path == "home.ipynb" or (path.startswith("lectures/") and path.endswith(".ipynb")):
            files[path] = fitting(path, files[path], files.keys(), wishes.until is None)
        elif path.startswith("docs/"):
            text = files[path].decode("utf-8")
            files[path] = without_dead_links(text, path, files.keys()).encode()
    registry = files["lib/courseware/registry.py"].decode()
    if wishes.until is not None:
        assert registry.count(CUT) == 1
        cut = f"CHAPTERS = CHAPTERS[:{len(chapters)}]  # handed out so far\n\n{CUT}"
        files["lib/courseware/registry.py"] = registry.replace(CUT, cut).encode()
    if not wishes.keys:
        for chapter in (one for one in chapters if one.has_exercise):
            path = f"lib/{chapter.room.replace('.', '/')}/tasks/quiz.py"
            files[path] = without_keys(chapter.part("tasks").QUIZ).encode()
    for path in [one for one in files if is_told_of_a_chapter(one)]:
        content = files.pop(path)
        if wishes.keys or not path.endswith(f"/{QUIZ}.po"):
            files[path + SEALED] = zlib.compress(content, 9)
    for path in files:
        if (is_a_reference(path) and wishes.sealed) or is_of_a_room(path):
            name = path.removeprefix("lib/")
            files[path] = seal(files[path].decode(), name).encode()
    return files


def is_a_reference(path: str) -> bool:
    """Whether a file holds functions of the library that an exercise asks for.

    >>> is_a_reference("lib/model_compression/gptq.py")
    True
    >>> is_a_reference("lib/courseware/registry.py")
    False
    """
    folder, _, name = path.rpartition("/")
    first = FIRST_EXERCISE.get(name.removesuffix(".py"), 99)
    is_module = name.endswith(".py") and name != "__init__.py"
    return folder == "lib/model_compression" and is_module and first > 0


def is_of_a_room(path: str) -> bool:
    """Whether a file is a module of one chapter: its checks, models of mistakes, quiz, drawings.

    >>> is_of_a_room("lib/courseware/chapters/c01_number_formats/tasks/quiz.py")
    True
    """
    in_a_room = path.startswith("lib/courseware/chapters/") and path.endswith(".py")
    return in_a_room and not path.endswith("/__init__.py")


def is_told_of_a_chapter(path: str) -> bool:
    """Whether a file holds what the checks of one chapter say, or the reasons of its quiz.

    >>> is_told_of_a_chapter("lib/courseware/languages/vi/c01_number_formats/quiz.po")
    True
    """
    told = path.endswith((f"/{MESSAGES}.po", f"/{QUIZ}.po"))
    return path.startswith("lib/courseware/languages/") and told


def found_in(files: Mapping[str, bytes], api: NbGraderAPI, wishes: Wishes) -> list[str]:
    """What must not be in a bundle and is, of all that a course folder has to hide."""
    root = Path(api.coursedir.root)
    sources = sorted((root / api.coursedir.source_directory).glob("*/*.ipynb"))
    questions = [one for each in EXERCISES.values() for one in each.part("tasks").QUIZ]
    wanted = wanted_from(sources, questions, _secrets(api))
    return [*leaks(files, wanted, () if wishes.sealed else [*filter(is_a_reference, files)])]


def _secrets(api: NbGraderAPI) -> dict[str, str]:
    secrets = {}
    path = Path(api.coursedir.root) / SECRET
    if path.is_file() and (text := path.read_text(encoding="utf-8").strip()):
        secrets["the secret of the class"] = text
    url = api.coursedir.db_url
    password = make_url(url).password
    if password:
        secrets["the password of the gradebook"] = str(password)
    there = gradebook_file(url)
    if there is None or there.exists():
        with Gradebook(url, api.course_id) as gradebook:
            for one in gradebook.students:
                if one.email:
                    secrets[f"the address of {one.id}"] = str(one.email)
    return secrets


def write(files: Mapping[str, bytes], out: Path) -> None:
    """Write an archive, or a folder where the name does not end in .zip."""
    if out.suffix == ".zip":
        with whole_file(out) as new, zipfile.ZipFile(new, "w", zipfile.ZIP_DEFLATED) as archive:
            for path, content in sorted(files.items()):
                entry = zipfile.ZipInfo(f"{FOLDER}/{path}", A_DAY)
                entry.external_attr, entry.compress_type = 0o644 << 16, zipfile.ZIP_DEFLATED
                archive.writestr(entry, content)
        return
    if out.exists():
        raise CourseError(f"{out} is there already: nothing is written over it")
    new = out.with_name(f"{out.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    for path, content in files.items():
        place = new / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    os.rename(new, out)
