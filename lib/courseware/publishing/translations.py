"""Exercises of the site in the languages of those who read them, and links between these pages.

`exercises/NAME/NAME` is the English page, `exercises/NAME/zh-TW` one in another language,
`exercises/zh-TW` the list of those.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Sequence
from dataclasses import dataclass

from nbformat import NotebookNode

from courseware.languages.exercises import said_in
from courseware.languages.names import ENGLISH, LANGUAGES, TRANSLATED
from courseware.languages.statements import is_statement

IN_LANGUAGE = re.compile(rf"exercises/(?:\w+/)?({'|'.join(TRANSLATED)})")
"""A page in another language than English, by its name."""


@dataclass(frozen=True)
class Words:
    """What the site says around exercises in a language; `open` has a field for the address."""

    title: str
    about: str
    start: str
    open: str


WORDS = {
    "zh-TW": Words(
        title="練習題（繁體中文）",
        about="這裡可以讀所有練習的題目；講義是英文，詞彙對照見[詞彙表](../docs/glossary.md)。"
        "要在自己的電腦上作答，請依[首頁](../index.md)的指令安裝，然後在 JupyterLab 的首頁選擇"
        "語言：題目和檢查報告就會是繁體中文。",
        start="[練習題有繁體中文版](exercises/zh-TW.md)。安裝之後，在首頁選擇語言，檢查報告也會是"
        "繁體中文。",
        open="[在 JupyterLab 中開啟]({})：先在你的電腦上執行 `make lab`。",
    ),
    "vi": Words(
        title="Bài tập (tiếng Việt)",
        about="Ở đây có đề của tất cả các bài tập; các bài giảng bằng tiếng Anh, từ ngữ có trong "
        "[bảng thuật ngữ](../docs/glossary.md). Để làm bài trên máy của bạn, hãy cài đặt theo các "
        "lệnh ở [trang đầu](../index.md), rồi chọn ngôn ngữ trên trang chủ trong JupyterLab: đề "
        "bài và báo cáo kiểm tra sẽ bằng tiếng Việt.",
        start="[Bài tập có bản tiếng Việt](exercises/vi.md). Cài đặt xong, hãy chọn ngôn ngữ trên "
        "trang chủ: báo cáo kiểm tra cũng sẽ bằng tiếng Việt.",
        open="[Mở trong JupyterLab]({}), khi `make lab` đang chạy trên máy của bạn.",
    ),
}


def path_of_exercise(exercise: str, language: str) -> str:
    """Where its page has its source."""
    return f"exercises/{exercise}/{exercise if language == ENGLISH else language}.ipynb"


def translated_exercise(notebook: NotebookNode, exercise: str, language: str) -> NotebookNode:
    """An exercise with its statement in a language; code and answers stay."""
    made, say = copy.deepcopy(notebook), said_in(language, exercise)
    for cell in made.cells:
        if is_statement(cell):
            cell.source = say(cell.source)
    return made


def other_languages(exercise: str, language: str) -> str:
    """A line of Markdown that leads from a page of an exercise to the same in other languages.

    >>> other_languages("01_a", "vi")[:72]
    '<span lang="en">[English](01_a.ipynb)</span> · <span lang="zh-TW">[繁體中文]'
    """
    return " · ".join(
        f"**{label}**"
        if name == language
        else f'<span lang="{name}">[{label}]({exercise if name == ENGLISH else name}.ipynb)</span>'
        for name, label in LANGUAGES.items()
    )


def list_of_exercises(language: str, exercises: Sequence[str]) -> str:
    """The page that leads to all exercises in a language."""
    names = "\n".join(f"{name}/{language}" for name in exercises)
    words = WORDS[language]
    return f"# {words.title}\n\n{words.about}\n\n```{{toctree}}\n:maxdepth: 1\n\n{names}\n```\n"


def on_the_start_page() -> str:
    """A paragraph for each language."""
    return "\n\n".join(f'<span lang="{name}">{words.start}</span>' for name, words in WORDS.items())


def language_of(page: str) -> str:
    """Of a page of the site, by its name.

    >>> [language_of(page) for page in ("exercises/01_a/vi", "exercises/zh-TW", "docs/vi")]
    ['vi', 'zh-TW', 'en']
    """
    found = IN_LANGUAGE.fullmatch(page)
    return found[1] if found else ENGLISH


def with_languages(contents: str) -> str:
    """The contents of the site, which are English, with the language of each page that is not.

    >>> with_languages('<a class="reference internal" href="01_a/vi.html">Bài tập</a>')[45:]
    'href="01_a/vi.html" lang="vi">Bài tập</a></div>'
    """
    links = rf'(<a class="[^"]*" href="[^"]*\b({"|".join(TRANSLATED)})\.html")'
    marked = re.sub(links, r'\1 lang="\2"', contents)
    return f'<div lang="{ENGLISH}">{marked}</div>'
