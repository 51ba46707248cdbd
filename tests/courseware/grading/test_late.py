"""Late work: what a rule takes off, and that no mark changes by a change of the rule alone."""

from __future__ import annotations

import json
import os
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from courseware.grading.class_report import as_text, make_report
from courseware.grading.course import open_course, open_exercise
from courseware.grading.feedback import handed_in
from courseware.grading.late import settling
from courseware.grading.late.ledger import read_lateness
from courseware.grading.late.rule import Lateness, Policy, Rule, moment_of, read_rule, text_of
from courseware.grading.lms.export import read_marks
from courseware.grading.moving import move_gradebook
from courseware.grading.named import CourseError
from courseware.languages.catalogues import phrases_of_feedback
from courseware.languages.matching import Search
from courseware.languages.names import TRANSLATED
from tests.browser.axe import findings
from tests.browser.conftest import chromium, new_page
from tests.courseware.grading import toy

pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

DUE = datetime(2026, 10, 5, 21, 59)  # in UTC, as nbgrader keeps moments
DUE_HERE = moment_of("2026-10-05 23:59 +02:00", "DUE_HERE")
CAME = DUE + timedelta(hours=30)
HOUR = timedelta(hours=1)
SETTINGS = 'c.Intake.arrival = "modified"\n'
PERCENT = """
c.Late.due = {"01_toy": "2026-10-05 23:59 +02:00"}
c.Late.policy, c.Late.per_day = "percent", 10
"""


@pytest.mark.parametrize(
    ("policy", "days", "reached", "penalty"),
    [
        (Policy(), 3, 80.0, 0.0),
        (Policy("points", 5), 3, 80.0, 15.0),
        (Policy("points", 5), 3, 8.0, 8.0),
        (Policy("points", 5, most=8), 3, 80.0, 8.0),
        (Policy("percent", 10), 3, 80.0, 24.0),
        (Policy("percent", 10, most=25), 3, 80.0, 20.0),
        (Policy("percent", 10), 20, 80.0, 80.0),
        (Policy("cutoff", cutoff_days=0), 1, 80.0, 80.0),
        (Policy("none", cutoff_days=2), 2, 80.0, 0.0),
        (Policy("percent", 10, most=25, cutoff_days=2), 3, 80.0, 80.0),
    ],
)
def test_what_a_policy_takes_off(policy, days, reached, penalty):
    assert policy.penalty(days, reached) == penalty


def test_a_day_begun_counts_and_grace_and_extensions_do():
    later = {"eve": DUE_HERE + 48 * HOUR}
    rule = Rule(DUE_HERE, grace=timedelta(minutes=10), extensions=later)
    days = [
        late and late.days
        for late in (
            rule.lateness("ann", DUE + timedelta(minutes=10)),
            rule.lateness("ann", DUE + timedelta(minutes=11)),
            rule.lateness("ann", DUE + 25 * HOUR),
            rule.lateness("eve", DUE + 25 * HOUR),
            rule.lateness("eve", DUE + 49 * HOUR),
            rule.lateness("ann", None),
        )
    ]
    assert days == [None, 1, 2, None, 1, None]
    said = replace(rule, came={"ann": DUE_HERE + HOUR})
    assert said.lateness("ann", None).days == said.lateness("ann", DUE).days == 1
    assert Rule().lateness("ann", CAME) is None


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"polcy": "none"}, "c.Late has no 'polcy'"),
        ({"policy": "half"}, "c.Late.policy: expected one of"),
        ({"policy": "percent"}, "needs c.Late.per_day"),
        ({"per_day": 5}, "takes no c.Late.per_day"),
        ({"policy": "points", "per_day": -1}, "c.Late.per_day: expected a number"),
        ({"due": "2026-10-05 23:59Z"}, "c.Late.due: expected a dict"),
        ({"due": {"01_toy": "2026-10-05 23:59"}}, "with its zone"),
        ({"due": {"02_other": "2026-13-05 23:59Z"}}, "is no moment"),
        ({"due": {"01_toy": "2026-10-05 23:59 Mars/Base"}}, "is no moment"),
        ({"extensions": {"01_toy": "ada"}}, "by exercise and student"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(settings, told):
    with pytest.raises(ValueError, match=re.escape(told)):
        read_rule(settings, "01_toy")


def test_the_settings_of_a_class_stand_in_a_file_of_its_own(tmp_path):
    root = toy.make_course(tmp_path)
    assert "policy" not in open_course(root).config.Late
    own = 'c = get_config()\nc.Late.policy, c.Late.cutoff_days = "cutoff", 3\n'
    (root / "class_settings.py").write_text(own)
    assert open_course(root).config.Late.policy == "cutoff"


def test_the_gradebooks_due_date_counts_where_none_is_configured():
    assert read_rule({}, "01_toy", DUE).due == DUE_HERE
    later = {"due": {"01_toy": "2026-10-06 21:59 UTC"}}
    assert read_rule(later, "01_toy", DUE).due == DUE_HERE + 24 * HOUR


def test_an_hour_of_autumn_that_is_there_twice_is_an_hour():
    """Clocks go from 3:00 back to 2:00 in the night of 25 October: 24 hours late is 23:59 + 23."""
    due = {"due": {"01_toy": "2026-10-24 23:59 Europe/Berlin"}}
    late = read_rule(due, "01_toy").lateness("ann", datetime(2026, 10, 25, 22, 30))
    assert late.days == 2 and text_of(late.came) == "2026-10-25 23:30 Europe/Berlin"
    for hour in (0, 1):  # 2:30 on the clock, both
        late = read_rule(due, "01_toy").lateness("ann", datetime(2026, 10, 25, hour, 30))
        assert text_of(late.came) == "2026-10-25 02:30 Europe/Berlin"
        assert Lateness.from_json(late.to_json()) == late


def test_the_same_moments_in_another_zone_are_the_same_and_are_told_in_theirs():
    zones = ("23:59 +02:00", "21:59 UTC", "23:59 Europe/Berlin")
    rules = [read_rule({"due": {"01_toy": f"2026-10-05 {zone}"}}, "01_toy") for zone in zones]
    found = [rule.lateness("ann", CAME) for rule in rules]
    assert found[0] == found[1] == found[2]
    kept = [Lateness.from_json(one.to_json()) for one in found]
    assert kept == found
    told = [f"2026-10-05 {zone}" for zone in zones]
    assert [text_of(one.due) for one in kept] == told
    clocks = ("05:59 +02:00", "03:59 UTC", "05:59 Europe/Berlin")
    assert [text_of(one.came) for one in kept] == [f"2026-10-07 {clock}" for clock in clocks]


def test_what_was_kept_before_zones_were_is_read_in_utc():
    settled = Lateness(2, DUE_HERE, DUE_HERE + 30 * HOUR, Policy())
    kept = json.loads(settled.to_json())
    del kept["zone"]
    older = Lateness.from_json(json.dumps(kept))
    assert older == settled and text_of(older.due) == "2026-10-05 21:59 UTC"


@pytest.mark.parametrize("language", TRANSLATED)
@pytest.mark.parametrize("days", [1, 2])
@pytest.mark.parametrize(
    "policy",
    [
        Policy("percent", per_day=10, most=50, cutoff_days=7),
        Policy("points", per_day=5),
        Policy("cutoff", cutoff_days=0),
        Policy(),
    ],
)
def test_lateness_leaves_no_english_in_other_languages(policy, days, language):
    text = handed_in(Lateness(days, DUE_HERE, DUE_HERE + 30 * HOUR, policy))
    phrases = phrases_of_feedback(language)
    assert Search(phrases).best(text)[0] < 1, phrases.say(text)


class Story:
    """A class of two, of whom ada came 30 hours after the date that is set later."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.config = (root / "nbgrader_config.py").read_text(encoding="utf-8") + SETTINGS
        self.configure("")

    def configure(self, settings: str) -> None:
        config = self.root / "nbgrader_config.py"
        config.write_text(self.config + settings, encoding="utf-8")

    @property
    def exercise(self):
        return open_exercise(open_course(self.root), toy.EXERCISE)

    def report(self):
        return make_report(self.exercise, ["ada", "bob"])

    def totals(self) -> list[float]:
        return [row.total for row in self.report().rows]


@pytest.fixture(scope="module")
def graded(released_course, tmp_path_factory) -> Path:
    root = shutil.copytree(released_course.root, tmp_path_factory.mktemp("late") / "course")
    story = Story(root)
    for student, came in (("ada", CAME), ("bob", DUE - HOUR)):
        folder = toy.hand_in(root, student, toy.solved(root))
        moment = came.replace(tzinfo=UTC).timestamp()
        os.utime(folder / f"{toy.EXERCISE}.ipynb", (moment, moment))
        assert story.exercise.api.autograde(toy.EXERCISE, student)["success"]
    return root


@pytest.fixture
def story(graded, tmp_path) -> Story:
    return Story(shutil.copytree(graded, tmp_path / "course"))


def begin(story: Story, anew: bool) -> list[str]:
    begun = settling.begin(story.exercise, ["ada", "bob"], anew)
    return settling.changes(begun, story.exercise)


def mark_by_hand(story: Story, points: float) -> None:
    with Gradebook(f"sqlite:///{story.root}/gradebook.db") as gradebook:
        grade = gradebook.find_grade("why", toy.EXERCISE, toy.EXERCISE, "ada")
        grade.manual_score, grade.needs_manual_grade = points, False
        gradebook.db.commit()


def page_of(story: Story, student: str) -> str:
    assert story.exercise.api.generate_feedback(toy.EXERCISE, student, force=True)["success"]
    page = story.root / "feedback" / student / toy.EXERCISE / "01_toy.html"
    return page.read_text(encoding="utf-8")


def test_a_rule_that_is_set_later_changes_no_mark_before_it_is_asked_to(story):
    assert story.totals() == [6.0, 6.0]
    story.configure(PERCENT)
    assert begin(story, anew=False) == [] and story.totals() == [6.0, 6.0]
    assert [row.older_rule for row in story.report().rows] == [True, False]
    told = "Settled under an older due date or policy for late work: 1 (course grade 01_toy"
    assert told in as_text(story.report())

    [line] = begin(story, anew=True)
    assert line.startswith(
        "ada: on time, or not known before, 2 days late (due 2026-10-05 23:59 +02:00"
    )
    assert story.totals() == [4.8, 6.0]
    text = as_text(story.report())
    assert (
        "ada: 2 days late (due 2026-10-05 23:59 +02:00, came 2026-10-07 05:59 +02:00), 1.2" in text
    )
    assert "older due date" not in text and re.search(r"^ada .* −1.2 +4.8 ", text, re.M)

    story.configure("")
    assert story.totals() == [4.8, 6.0] and "policy for late work: 1" in as_text(story.report())
    assert len(begin(story, anew=True)) == 1 and story.totals() == [6.0, 6.0]


def test_points_that_are_given_later_are_charged_and_the_page_and_marks_say_so(story, monkeypatch):
    story.configure(PERCENT)
    assert story.exercise.api.autograde(toy.EXERCISE, "ada", force=True)["success"]
    mark_by_hand(story, 1.0)
    assert story.totals() == [5.6, 6.0]
    with story.exercise.gradebook() as gradebook:
        mark = read_marks(gradebook, [toy.EXERCISE], {}).get(toy.EXERCISE, "ada")
    assert (mark.points, mark.penalty, mark.why) == (5.6, 1.4, "2 days late, 1.4 points taken off")

    page = page_of(story, "ada")
    assert "5.6 of 7 points" in page and "−1.4" in page
    assert "2 days late: due 2026-10-05 23:59 +02:00" in page and "10 percent a day" in page
    monkeypatch.setenv("COURSE_LANGUAGE", "zh-TW")
    page = page_of(story, "ada")
    assert '<html lang="zh-TW">' in page and "5.6 分（滿分 7 分）" in page and "你的程式" in page
    assert "遲交 2 天：期限 2026-10-05 23:59 +02:00" in page and "每天扣 10 %" in page
    assert not [word for word in (" points", "Handed", "Your", "Check", "the test") if word in page]

    begin(story, anew=False)
    with story.exercise.gradebook() as gradebook:
        submission = gradebook.find_submission(toy.EXERCISE, "ada")
        assert submission.late_submission_penalty == 1.4  # for formgrader


@pytest.mark.browser
def test_the_page_of_late_work_can_be_read_by_all(story):
    story.configure(PERCENT)
    begin(story, anew=True)
    assert "2 days late" in page_of(story, "ada")
    with chromium() as browser, new_page(browser) as page:
        page.goto((story.root / "feedback" / "ada" / toy.EXERCISE / "01_toy.html").as_uri())
        assert findings(page) == []


def test_lateness_moves_with_the_gradebook(story):
    story.configure(PERCENT)
    begin(story, anew=True)
    other = f"sqlite:///{story.root}/other.db"
    move_gradebook(f"sqlite:///{story.root}/gradebook.db", other, "model_compression")
    with Gradebook(other, "model_compression") as gradebook:
        assert read_lateness(gradebook, toy.EXERCISE)["ada"].days == 2


@pytest.mark.slow
def test_the_command_settles_anew_and_says_so(released_course, story):
    story.configure('c.Late.policy = "half"')
    course = replace(released_course, root=story.root)
    command = ("courseware.grading.cli", "grade", toy.EXERCISE, "--regrade", "--no-pages")
    refused = course.run(*command)
    assert refused.returncode == 2 and "c.Late.policy: expected one of" in refused.stderr
    story.configure(PERCENT)
    done = course.run(*command)
    assert done.returncode == 0, done.stderr
    assert "by the rule for late work of now:\n  ada: on time, or not known before" in done.stdout
    row = (story.root / "build" / "grades_01_toy.csv").read_text().splitlines()[1]
    assert row.startswith("ada,,4.0,2.0,,2,1.2,4.8,")


def test_a_rule_that_cannot_be_read_stops_reports(story):
    story.configure("c.Late.per_day = 5")
    with pytest.raises(CourseError, match="takes no"):
        story.report()
