"""Defects of the checks: what is wrong passes, or is not told why."""

from tests.defects.defect import Defect

CHECKS = (
    Defect(
        name="tolerance-widened",
        breaks="Floats that are off by a thousandth are taken for right.",
        file="lib/courseware/checks/values.py",
        before="RELATIVE = 1e-5",
        after="RELATIVE = 1e-3",
        tests=(
            "tests/courseware/checks/test_tasks.py::"
            "test_wrong_solution_loses_marks_and_is_told_why[filter_norms-computes_in_half]",
        ),
    ),
    Defect(
        name="truth-taken-for-1",
        breaks="True is taken for the integer 1.",
        file="lib/courseware/checks/values.py",
        before="if isinstance(value, bool):\n        return None",
        after="if value is None:\n        return None",
        tests=("tests/courseware/checks/test_values.py::test_what_an_integer_may_not_be",),
    ),
    Defect(
        name="shape-by-its-size",
        breaks="A tensor of another shape is let through if it has as many elements.",
        file="lib/courseware/checks/values.py",
        before="if got.shape != expected.shape:",
        after="if got.numel() != expected.numel():",
        tests=(
            "tests/courseware/checks/test_values.py::"
            "test_a_list_is_not_a_tensor_and_shapes_do_not_broadcast",
        ),
    ),
    Defect(
        name="too-many-pruned-let-through",
        breaks="A mask that prunes more than was asked for is let through.",
        file="lib/courseware/checks/rankings.py",
        before="if n_pruned != count:",
        after="if n_pruned < count:",
        tests=(
            "tests/courseware/checks/test_tasks.py::"
            "test_wrong_solution_loses_marks_and_is_told_why[magnitude_mask-prunes_one_too_many]",
        ),
    ),
    Defect(
        name="changed-dict-unseen",
        breaks="A dict argument that is changed in place goes unseen as long as its keys stay.",
        file="lib/courseware/checks/call.py",
        before=(
            "return before.keys() != after.keys() or any(changes(before[k], after[k]) for k in "
            "before)"
        ),
        after="return before.keys() != after.keys()",
        tests=(
            "tests/courseware/checks/test_call.py::test_changes_inside_lists_and_dicts_are_noticed",
        ),
    ),
    Defect(
        name="one-alarm-only",
        breaks="A call that swallows the first signal of its time limit is never stopped.",
        file="lib/courseware/checks/call.py",
        before="signal.setitimer(timer, first, 0.2)",
        after="signal.setitimer(timer, first)",
        tests=(
            "tests/courseware/checks/test_call.py::test_a_limit_that_was_swallowed_comes_again",
        ),
    ),
    Defect(
        name="inner-names-allowed",
        breaks="What lies inside of an off-limits module is not off limits.",
        file="lib/courseware/checks/off_limits.py",
        before='n == p or n.startswith(p + ".") for p in off_limits',
        after="n == p for p in off_limits",
        tests=("lib/courseware/checks/off_limits.py",),
    ),
    Defect(
        name="cause-of-a-judge-lost",
        breaks="The cause that a judge names is not told.",
        file="lib/courseware/checks/model_outcomes.py",
        before="return case.found.kind == known.name",
        after="return False",
        tests=(
            "tests/courseware/checks/test_probes.py::"
            "test_a_judge_may_name_the_misconception_and_need_no_reference",
        ),
    ),
    Defect(
        name="second-mistake-of-another",
        breaks="What one mistake makes of a result is taken for what it makes of any other.",
        file="lib/courseware/checks/model_outcomes.py",
        before='case.input.once(("changed", which, id(first)), made)',
        after='case.input.once(("changed", which), made)',
        tests=(
            "tests/courseware/checks/test_unknown_mistakes.py::test_two_mistakes_are_two_causes",
        ),
    ),
    Defect(
        name="loaded-later-answers",
        breaks="What a function of the student's loads while it runs is not taken away.",
        file="lib/courseware/checks/run.py",
        before="if (now := find(taken)) != found:",
        after="if (now := find(taken)) and found is None:",
        tests=(
            "tests/courseware/checks/test_taking_away.py::"
            "test_the_practice_check_refuses_what_grading_refuses[ready-prune-by-importlib]",
        ),
    ),
    Defect(
        name="half-up-not-known",
        breaks="Ties that were rounded up are told no cause.",
        file="lib/courseware/checks/roundings.py",
        before="lambda steps: torch.floor(steps + 0.5)",
        after="lambda steps: torch.round(steps + 0.5)",
        tests=(
            "tests/courseware/checks/test_tasks.py::"
            "test_wrong_solution_loses_marks_and_is_told_why[quantize-adds_a_half_and_floors]",
        ),
    ),
    Defect(
        name="seed-ignored",
        breaks="Every hand-in is judged on the same inputs.",
        file="lib/courseware/checks/run.py",
        before='inputs(check, f"{seed}/{task.name}/{check.name}")',
        after='inputs(check, f"{task.name}/{check.name}")',
        tests=(
            "tests/courseware/checks/test_tasks.py::"
            "test_a_students_function_meets_the_inputs_of_its_seed_alone",
        ),
    ),
    Defect(
        name="torch-not-reseeded",
        breaks=(
            "A function that ignores its seed and draws from torch's own generator repeats itself."
        ),
        file="lib/courseware/checks/call.py",
        before="    torch.manual_seed(seed)\n",
        after="",
        tests=(
            "tests/courseware/checks/test_probes.py::"
            "test_a_draw_from_a_global_generator_does_not_repeat_itself[torch]",
        ),
    ),
    Defect(
        name="weights-ignored",
        breaks="Every check gives the same share of the points, whatever its weight.",
        file="lib/courseware/checks/run.py",
        before="earned = sum(result.check.weight * result.kept for result in self.results)",
        after="earned = total * sum(result.kept for result in self.results) / len(self.results)",
        tests=(
            "tests/courseware/checks/test_scores.py::"
            "test_a_check_gives_its_weight_s_share_of_the_points",
        ),
    ),
    Defect(
        name="any-letter-is-right",
        breaks="Any letter that there is answers a question of the quiz.",
        file="lib/courseware/checks/quiz.py",
        before="right = letter == question.right",
        after="right = letter in question.options",
        tests=(
            "tests/courseware/checks/test_scores.py::"
            "test_the_right_letter_alone_earns_the_points_of_a_question",
        ),
    ),
    Defect(
        name="report-not-escaped",
        breaks="What a function printed or returned stands in the report as HTML.",
        file="lib/courseware/checks/report_html.py",
        before='{WRAPPED}">{html.escape(text)}</code>',
        after='{WRAPPED}">{text}</code>',
        tests=("tests/courseware/checks/test_tasks.py::test_html_is_escaped",),
    ),
)
