"""What is usual in Jupyter, in every solution cell of a solved notebook: it costs nothing."""

from __future__ import annotations

from collections.abc import Callable

from tests.cheats.mangled import Mangled
from tests.cheats.mangled_cells import Edit, edited
from tests.sample_class.handing_in import Notebook

THREADED = """

def in_a_thread(function):
    from concurrent.futures import ThreadPoolExecutor

    def threaded(*arguments):
        with ThreadPoolExecutor(4) as pool:
            return [pool.submit(function, *arguments) for _ in range(4)][2].result()

    return threaded
"""
FILED = """

def through_a_file(function):
    import os
    import pickle
    import tempfile

    def filed(*arguments):
        os.makedirs("out/pictures", exist_ok=True)
        with open("out/scratch.bin", "wb") as file:
            pickle.dump(function(*arguments), file)
        with tempfile.TemporaryDirectory() as folder, open("out/scratch.bin", "rb") as file:
            os.listdir(folder)
            return pickle.load(file)

    return filed
"""


def in_every_cell(change: Callable[[str, str], str]) -> Edit:
    """Change the source of every solution; `change` gets its function's name as well."""

    def edit(notebook: Notebook) -> None:
        for cell in notebook["cells"]:
            source = "".join(cell["source"])
            if cell["metadata"]["nbgrader"]["solution"] and source.startswith("def "):
                name = source.removeprefix("def ").partition("(")[0]
                cell["source"] = change(source, name).splitlines(keepends=True)

    return edit


def prompted(source: str, name: str) -> str:
    """As it is copied from a terminal."""
    first, *rest = source.splitlines()
    return "\n".join([f">>> {first}", *(f"... {line}" for line in rest), "..."])


HABITS: tuple[Mangled, ...] = (
    edited(
        "habit-magics",
        "Questions, shell commands and magics around every solution.",
        in_every_cell(
            lambda source, name: f"%%time\n%matplotlib inline\nfiles = !ls\n{source}\n{name}?\n!ls"
        ),
    ),
    edited(
        "habit-indented",
        "Every solution is indented by four spaces.",
        in_every_cell(
            lambda source, name: "\n".join(f"    {line}" for line in source.splitlines())
        ),
    ),
    edited("habit-prompts", "Solutions behind `>>>`.", in_every_cell(prompted)),
    edited(
        "habit-awaits",
        "Cells that await something, and end in a semicolon.",
        in_every_cell(
            lambda source, name: f"{source}\nimport asyncio\nawait asyncio.sleep(0.001)\n{name};"
        ),
    ),
    edited(
        "habit-threads",
        "Solutions that compute in a pool of threads.",
        in_every_cell(lambda source, name: f"{source}{THREADED}\n{name} = in_a_thread({name})"),
    ),
    edited(
        "habit-files",
        "Solutions that write files and read them again.",
        in_every_cell(lambda source, name: f"{source}{FILED}\n{name} = through_a_file({name})"),
    ),
)
