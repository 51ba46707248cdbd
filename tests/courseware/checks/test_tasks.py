"""What every task of the course must hold to, and the tests of the tests."""

import dataclasses
import html
import io
import json
import re
import runpy
import warnings
from collections.abc import Mapping
from pathlib import Path

import pytest
import torch

from courseware.checks import all_questions, all_tasks, check, check_quiz
from courseware.checks.general import GENERAL
from courseware.checks.practice import PRACTICE
from courseware.checks.report import as_text
from courseware.checks.report_html import as_html
from courseware.checks.run import run_task
from courseware.checks.task import Check, Draw, Misconception, Task
from courseware.registry import EXERCISES
from tests.mutants import selftest, table
from tests.mutants.__main__ import good_enough, summary
from tests.mutants.reports import SEED, report_on

ROOT = Path(__file__).parents[3]
TASKS = list(all_tasks().values())
STUBS = selftest.released_stubs()
table.load()

every_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)

TRAINING = 10.0
"""Seconds a call; a task that allows more trains a network."""


def slow_if_it_trains(name):
    return [pytest.mark.slow] if all_tasks()[name].seconds > TRAINING else []


every_wrong_solution = pytest.mark.parametrize(
    "entry",
    [pytest.param(entry, marks=slow_if_it_trains(entry.task)) for entry in table.WRONG],
    ids=lambda entry: f"{entry.task}-{entry.function.__name__}",
)


@every_task
def test_enough_wrong_and_right_solutions(task):
    assert sum(entry.task == task.name for entry in table.WRONG) >= 6
    assert sum(entry.task == task.name for entry in table.RIGHT) >= 3


@pytest.mark.slow
@every_task
def test_right_solutions_keep_their_marks_on_other_draws(task):
    # Draws go round among the solutions: `make selftest ARGS="--draws 20"` runs each on each.
    solutions = [entry.function for entry in table.RIGHT if entry.task == task.name]
    # A task that trains draws several data sets in one run, and each takes seconds.
    n_draws = len(solutions) if task.seconds > TRAINING else 20
    for n in range(n_draws):
        solution = solutions[n % len(solutions)]
        report = run_task(task, solution, f"draw {n}")
        assert report.score == task.points, f"{solution.__name__}: {as_text(report)}"


def number(*arguments):
    return 12345


@every_wrong_solution
def test_wrong_solution_loses_marks_and_is_told_why(entry):
    task = all_tasks()[entry.task]
    known = {m.name for m in task.misconceptions} | set(GENERAL) | {"off-limits"}
    known |= {m.also.name for m in task.misconceptions if m.also}
    known |= {m.contradicts[1].name for m in task.misconceptions if m.contradicts}
    assert entry.says in known
    report = report_on(task, entry.function)
    assert report.score < task.points
    causes = [diagnosis.name for diagnosis in report.diagnoses]
    assert entry.says in (["off-limits"] if report.refusal else causes)


def content(value):
    """All that a value holds, as text; `repr` leaves out parts of large tensors."""
    if isinstance(value, torch.Tensor):
        return f"{value.dtype}{tuple(value.shape)}{value.tolist()}"
    if isinstance(value, Mapping):
        return str([(name, content(item)) for name, item in value.items()])
    if isinstance(value, tuple | list):
        return "(" + ", ".join(content(item) for item in value) + ")"
    return repr(value)


@every_task
def test_who_knows_the_inputs_of_one_seed_passes_no_check_of_another(task):
    for one in task.checks:
        known, *others = (
            {content(arguments) for arguments in one.draw(Draw(f"{seed}/{task.name}/{one.name}"))}
            for seed in ("practice", "hand-in", "2", "3", "4")
        )
        without_arguments = known == {"()"}
        assert without_arguments or not any(met <= known for met in others), one.name


@pytest.mark.parametrize(
    "trivial",
    [
        lambda *args: None,
        lambda *args: 0,
        lambda *args: 1,
        lambda *args: args[0],
        lambda *args: (0, 0),
        lambda *args: torch.zeros_like(args[0]) if isinstance(args[0], torch.Tensor) else "0",
    ],
    ids=["none", "zero", "one", "first-argument", "pair", "zeros-like"],
)
@every_task
def test_a_trivial_function_earns_nothing(task, trivial):
    report = run_task(task, trivial, SEED)
    assert report.score == 0.0, as_text(report)


@every_task
def test_one_seed_gives_one_set_of_inputs(task):
    def drawn(seed):
        return [
            content(arguments)
            for one in task.checks
            for arguments in one.draw(Draw(f"{seed}/{task.name}/{one.name}"))
        ]

    assert drawn("a") == drawn("a")
    takes_arguments = set(drawn("a")) != {"()"}
    assert (drawn("a") != drawn("b")) == takes_arguments


def test_a_students_function_meets_the_inputs_of_its_seed_alone():
    def met(seed):
        task, seen = all_tasks()["magnitude_mask"], []

        def keeps_what_it_is_given(w, sparsity):
            seen.append(content((w, sparsity)))
            return torch.ones_like(w, dtype=torch.bool)

        run_task(task, keeps_what_it_is_given, seed)
        return seen

    assert met("a") == met("a") != met("b")


@every_task
def test_the_released_stub_earns_nothing(task):
    assert run_task(task, STUBS[task.name], SEED).score == 0


@every_task
def test_misconceptions_are_told_apart_by_name_and_message(task):
    # One misconception may behave in several ways, under one name and one message; what a judge
    # calls two of them at once tells the messages of both.
    pairs = {m.name for m in task.misconceptions if m.behaves is None and m.also is not None}
    told = {(m.name, m.message) for m in task.misconceptions if m.name not in pairs}
    assert len({name for name, _ in told}) == len({text for _, text in told}) == len(told)
    assert not {name for name, _ in told} & set(GENERAL)


@every_task
def test_the_lecture_that_a_message_points_to_has_that_section(task):
    assert {cause for cause, _ in task.lectures} <= {known.name for known in task.misconceptions}
    for text in {task.lecture, *dict(task.lectures).values()}:
        number, section = re.match(r"lecture (\d\d), “(.+)”", text).groups()
        (lecture,) = (ROOT / "lectures").glob(f"{number}_*.ipynb")
        cells = json.loads(lecture.read_text(encoding="utf-8"))["cells"]
        headings = [line.strip() for c in cells for line in c["source"] if line.startswith("#")]
        assert any(section in heading for heading in headings), headings


@every_task
def test_scores_are_plain_floats_between_zero_and_the_points(task, capsys):
    score = check(task.name, lambda *args: float("nan"), SEED)
    assert type(score) is float and 0.0 <= score <= task.points


def test_the_score_of_a_question_is_a_plain_float(capsys):
    assert type(check_quiz("quiz_01_abs", lambda: "C ")) is float


@pytest.mark.parametrize(
    "odd",
    [
        lambda: torch.quantize_per_tensor(torch.ones(3), 1.0, 0, torch.qint8),
        lambda: torch.ones(3).to_sparse(),
        lambda: torch.ones(3, device="meta"),
        lambda: torch.ones(3, dtype=torch.complex64),
        lambda: 10**400,
        lambda: 1j,
        lambda: Hostile(),
        lambda: [Hostile()],
    ],
    ids=["quantized", "sparse", "meta", "complex", "huge", "complex-number", "object", "nested"],
)
@every_task
def test_odd_results_are_judged_and_never_raise(task, odd, capsys):
    assert check(task.name, lambda *args: odd(), SEED) == 0.0
    assert f"{task.name}: 0 of" in capsys.readouterr().out


class Hostile:
    """Fails at whatever is done with it."""

    def __getattribute__(self, name):
        raise RuntimeError("hostile")

    def __repr__(self):
        raise RuntimeError("hostile")

    def __eq__(self, other):
        raise RuntimeError("hostile")

    __hash__ = None


@every_task
def test_the_report_never_shows_the_reference(task):
    report = report_on(task, number)
    assert "model_compression" not in as_text(report) + as_html(report)


def test_html_is_escaped():
    def signed_value(bits):
        print("<script>alert(1)</script>")
        return "<b>bold</b>"

    page = as_html(run_task(all_tasks()["signed_value"], signed_value, "html"))
    assert "<script>" not in page and "<b>" not in page
    assert "&lt;script&gt;" in page


@every_task
def test_a_link_leads_from_an_exercise_to_the_section_to_read_again(task):
    page = as_html(report_on(task, number))
    (address,) = re.findall(r'Read again: <a href="([^"]+)">', page)
    path, section = html.unescape(address).split("#")
    lecture = (ROOT / "exercises" / "01_x" / path).resolve()
    cells = json.loads(lecture.read_text(encoding="utf-8"))["cells"]
    headings = [line.strip().lstrip("# ") for c in cells for line in c["source"] if line[0] == "#"]
    # As JupyterLab names the places of headings.
    assert section in [heading.replace(" ", "-") for heading in headings]


def test_only_who_practises_is_sent_to_the_hints(capsys):
    for seed, sent in ((PRACTICE, True), ("of the class", False)):
        check("signed_value", lambda bits: 0, seed)
        text = capsys.readouterr().out
        assert "Read again: lecture 01" in text and ("fold open the next hint" in text) == sent


def test_code_in_messages_is_in_code_font_and_what_the_student_printed_is_not():
    def prints(x):
        print("`mine`")
        return x

    negative = Misconception("same", "`x < 0` came back as it was.", lambda x: x)
    task = Task(
        *("negative", 1, lambda x: -x, (Check("all", 1, lambda draw: [(5,)]),), (negative,)),
        "lecture 01, “Two's complement”",
    )
    page = as_html(run_task(task, prints, "code"))
    assert "`mine`" in page and "<code>x &lt; 0</code> came back" in page


def test_an_error_is_asked_for_by_its_type_and_not_by_its_text():
    def wraps_around(value, width):
        return format(value % 2**width, f"0{width}b")

    text = as_text(run_task(all_tasks()["to_bits"], wraps_around, "error"))
    assert "expected  a ValueError, of any text" in text


def test_no_warning_of_ours_is_shown():
    def warns(*arguments):
        warnings.warn("of the judge", UserWarning, stacklevel=1)

    inputs = Check("all", 1, lambda draw: [(5,)], warns, reference=warns)
    known = Misconception("same", "It came back as it was.", warns)
    task = Task("kept", 1, warns, (inputs,), (known,), "lecture 01, “Two's complement”")
    with warnings.catch_warnings(record=True) as caught:
        run_task(task, lambda x: x, "warnings")
    assert not caught


def test_a_small_tensor_is_drawn_with_its_wrong_cells_marked():
    def quantize(x, scale, n_bits):
        return (
            torch.floor(x / scale + 0.5)
            .clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)
            .to(torch.int8)
        )

    report = run_task(all_tasks()["quantize"], quantize, "grid")
    assert re.search(r"got .*!-?\d+!", as_text(report))
    assert re.search(r"<strong[^>]*>✗ -?\d+</strong>", as_html(report))


def test_where_several_answers_are_right_one_is_called_so():
    first = lambda scores, n_keep: torch.arange(n_keep)  # noqa: E731
    assert "one right answer" in as_text(run_task(all_tasks()["keep_indices"], first, "several"))
    assert "one right answer" not in as_text(run_task(all_tasks()["ste_mask"], first, "one"))


def test_the_smallest_input_is_shown_whatever_the_order_of_drawing():
    cases = [(torch.ones(n),) for n in (9, 3, 5)]
    task = Task(
        *("zeros", 1, torch.zeros_like, (Check("all", 1, lambda draw: cases),), ()),
        "lecture 01, “Two's complement”",
    )
    assert "zeros(tensor([1, 1, 1], dtype=float32))" in as_text(run_task(task, lambda x: x, "size"))


def test_the_smallest_failing_input_comes_with_expected_and_got():
    text = as_text(run_task(all_tasks()["signed_value"], lambda bits: int(bits, 2), "text"))
    assert "signed_value('1')" in text
    assert re.search(r"expected\s+-1\n", text) and re.search(r"got\s+1\n", text)
    assert "unsigned reading" in text


@pytest.mark.parametrize("right", [False, True])
def test_a_function_that_builds_on_a_wrong_one_is_told_so(right, capsys):
    namespace = {}
    exec("def signed_value(bits):\n    return unsigned_value(bits)", namespace)
    namespace["unsigned_value"] = (lambda bits: int(bits, 2)) if right else (lambda bits: 0)
    check("signed_value", namespace["signed_value"])
    text = capsys.readouterr().out
    assert ("calls your own `unsigned_value`, whose check fails, too" in text) != right
    assert "Read again: lecture 01" in text


@pytest.mark.parametrize(
    ("values", "said"),
    [("codes", "too: look there as well."), ("nf4_codebook()[codes]", "too: repair that first.")],
)
def test_a_cause_that_is_known_stands_before_a_wrong_function_that_is_called(values, said, capsys):
    cell = f"""
def nf4_dequantize(codes, absmax, block_size):
    codes = codes.long()
    table, of_blocks = nf4_codebook(), absmax.repeat_interleave(block_size)[: codes.numel()]
    return {values} * of_blocks.reshape(codes.shape)
"""
    namespace = {"nf4_codebook": lambda: torch.linspace(-1, 1, 16) ** 3}
    exec(cell, namespace)
    check("nf4_dequantize", namespace["nf4_dequantize"])
    text = capsys.readouterr().out
    closing = text.index("It calls your own `nf4_codebook`, whose check fails, " + said)
    assert ("likely" in text) == (values == "codes") and text.find("likely") < closing


def test_nothing_is_guessed_where_a_function_that_is_called_is_wrong(capsys):
    cell = """
def nf4_quantize(x, block_size):
    flat = x.flatten()
    absmax = torch.stack([block.abs().max() for block in flat.split(block_size)])
    over = (flat / absmax.repeat_interleave(block_size)[: len(flat)]).nan_to_num()
    codes = (over[:, None] - nf4_codebook()).abs().argmin(dim=1)
    return codes.reshape(x.shape).to(torch.uint8), absmax
"""
    swapped = -all_tasks()["nf4_codebook"].reference().flip(0)
    namespace = {"torch": torch, "nf4_codebook": lambda: swapped}
    exec(cell, namespace)
    assert "perhaps" in as_text(
        run_task(all_tasks()["nf4_quantize"], namespace["nf4_quantize"], "practice")
    )
    check("nf4_quantize", namespace["nf4_quantize"])
    text = capsys.readouterr().out
    assert "repair that first" in text and "perhaps" not in text


def test_an_error_other_than_the_one_asked_for_is_told_from_one_on_a_valid_input():
    def to_bits(value, width):
        if not 0 <= value < 2**width:
            raise KeyError(value)
        return format(value, f"0{width}b")

    report = run_task(all_tasks()["to_bits"], to_bits, "errors")
    told = [[cause.name for cause in r.causes] for r in report.results if r.causes]
    assert told == [["raises", "only-where"], ["raises", "only-where"], ["other-error"]], told
    assert "not with the ValueError asked for" in as_text(report)


def test_the_line_shown_is_the_student_s_and_not_one_of_a_library(tmp_path):
    cell = "from model_compression.packing import pack_int4\ndef negate(bits):\n    pack_int4(bits)"
    (tmp_path / "cell.py").write_text(cell, encoding="utf-8")
    negate = runpy.run_path(str(tmp_path / "cell.py"))["negate"]
    report = run_task(
        dataclasses.replace(all_tasks()["negate"], off_limits=()), negate, "library's error"
    )
    assert "line 3 of your cell: pack_int4(bits)" in as_text(report)


def test_what_is_no_function_is_refused_with_a_reason():
    report = run_task(all_tasks()["signed_value"], 5, "no function")
    assert report.score == 0.0 and "not a function" in as_text(report)


def test_unknown_names_are_value_errors():
    with pytest.raises(ValueError, match=r"name must be a task of the course.*'signd_value'"):
        check("signd_value", lambda bits: 0)
    with pytest.raises(ValueError, match="name must be a question"):
        check_quiz("signed_value", lambda: "a")


def test_selftest_prints_a_row_a_task_and_passes():
    # Every solution is run by the tests above, one by one.
    rows = list(selftest.run(tasks=TASKS[:2]))
    assert len(rows) == 2
    assert good_enough(rows), [problem for row in rows for problem in row.problems]
    assert re.fullmatch(
        r"wrong solutions rejected (\d+)/\1 · diagnosed \1/\1 · "
        r"right solutions accepted (\d+)/\2 · stubs at zero (\d+)/\3",
        summary(rows),
    )


@pytest.mark.parametrize(
    "spoilt",
    [
        {"rejected": 0},
        {"diagnosed": 7},
        {"accepted": 0},
        {"stub_score": 1.0},
    ],
)
def test_selftest_fails_when_the_checks_fall_short(spoilt):
    row = selftest.Row(TASKS[0], rejected=8, diagnosed=8, wrong=8, accepted=3, right=3)
    assert good_enough([row])
    assert not good_enough([dataclasses.replace(row, **spoilt)])
    assert not good_enough([])


@pytest.mark.parametrize("question", all_questions().values(), ids=lambda q: q.name)
def test_the_exercise_prints_the_question_and_every_option(question):
    prose = "\n".join(
        "".join(cell["source"])
        for exercise in EXERCISES
        for cell in json.loads(
            (ROOT / "solutions" / exercise / f"{exercise}.ipynb").read_text(encoding="utf-8")
        )["cells"]
        if cell["cell_type"] == "markdown"
    )
    assert question.text in prose
    for letter, option in question.options.items():
        assert f"**{letter}** {option.text}" in prose
        assert option.because


def test_text_reports_print_outside_of_notebooks():
    import contextlib

    with contextlib.redirect_stdout(io.StringIO()) as out:
        check("signed_value", lambda bits: 0)
    assert out.getvalue().startswith("signed_value: 0 of 14 points")
