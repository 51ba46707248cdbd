"""What a student reads of a wrong answer, with the finished catalogues: no English is left."""

import pytest

from courseware.chapters.c01_number_formats.tasks import TASKS
from courseware.checks.report import as_text
from courseware.checks.report_html import as_html
from courseware.languages.catalogues import phrases_of
from courseware.languages.matching import Search
from courseware.languages.names import TRANSLATED
from tests.mutants import table
from tests.mutants.reports import report_on

EACH = 2
"""Wrong answers to each task: enough for most of what all reports have in common."""


@pytest.fixture(scope="module")
def reports():
    table.load("chapter_01_")
    wrong = {task.name: [one for one in table.WRONG if one.task == task.name] for task in TASKS}
    return [report_on(task, one.function) for task in TASKS for one in wrong[task.name][:EACH]]


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_english_is_left_in_reports_of_chapter_01(language, reports):
    phrases = phrases_of(language, "01_number_formats")
    left = set()

    def told(text, heading):
        # Lectures are in English, and so are their headings.
        if Search(phrases).best(text.strip().replace(heading, ""))[0] >= 1:
            left.add(text)
        return phrases.say(text)

    for report in reports:
        heading = report.task.lecture.partition("“")[2].removesuffix("”")
        for shown in (as_text, as_html):
            english = shown(report)
            assert shown(report, lambda text, heading=heading: told(text, heading)) != english
    assert left == set()
