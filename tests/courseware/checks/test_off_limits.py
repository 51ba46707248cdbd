"""Shortcuts are recognised however they are spelled, and honest code is left alone."""

import torch
import torch.nn.functional as F
from torch.nn.functional import softmax as soft

import model_compression
from courseware.checks import all_tasks
from courseware.checks.off_limits import shortcuts
from courseware.checks.report import as_text
from courseware.checks.run import run_task
from model_compression import number_formats
from model_compression.number_formats import signed_value as reference_value

SOFTMAX = ("torch.softmax", "torch.nn.functional.softmax")
METHOD = ("torch.Tensor.softmax",)


def _helper(x):
    return F.softmax(x, dim=-1)


def through_a_helper(x):
    return _helper(x)


def inside_a_lambda(x):
    return (lambda y: torch.softmax(y, -1))(x)


def by_a_local_import(x):
    from torch.nn.functional import softmax

    return softmax(x, dim=-1)


def by_an_imported_name(x):
    return soft(x, dim=-1)


def as_a_method(x):
    return x.softmax(-1)


def as_a_method_of_a_result(x):
    return (x / 2).exp().log().softmax(dim=-1)


def as_a_method_of_the_class(x):
    return torch.Tensor.softmax(x, -1)


def as_a_method_by_another_name(x):
    soft = x.softmax
    return soft(-1)


def by_a_local_name_of_the_module(x):
    f = torch.nn.functional
    return f.softmax(x, -1)


def honest(x):
    powers = torch.exp(x - x.max(dim=-1, keepdim=True).values)
    return powers / powers.sum(dim=-1, keepdim=True)


def test_every_spelling_is_found():
    for function in (through_a_helper, inside_a_lambda, by_a_local_import, by_an_imported_name):
        assert shortcuts(function, SOFTMAX), function.__name__


def test_the_function_itself_handed_over_is_found():
    assert shortcuts(F.softmax, SOFTMAX) == ["torch.nn.functional.softmax"]


def test_a_method_is_found_whatever_it_is_read_from():
    for function in (
        *(as_a_method, as_a_method_of_a_result, as_a_method_of_the_class),
        *(as_a_method_by_another_name, by_a_local_name_of_the_module),
    ):
        assert shortcuts(function, METHOD) == list(METHOD), function.__name__


def test_a_method_is_off_limits_only_where_a_task_says_so():
    assert shortcuts(as_a_method, SOFTMAX) == []
    assert shortcuts(honest, (*METHOD, "torch.Tensor.log_softmax")) == []


def test_source_that_cannot_be_read_is_searched_by_names():
    namespace = {"F": F}
    exec("def f(x):\n    return F.softmax(x, -1)", namespace)
    assert shortcuts(namespace["f"], SOFTMAX)


def test_honest_code_is_left_alone():
    assert shortcuts(honest, SOFTMAX) == []


def test_a_name_that_only_starts_alike_is_left_alone():
    def uses_softmin(x):
        return F.softmin(x, -1)

    assert shortcuts(uses_softmin, ("torch.nn.functional.softm",)) == []


def test_the_reference_scores_nothing_and_the_reason_is_given():
    def signed_value(bits):
        return number_formats.signed_value(bits)

    def by_package(bits):
        return model_compression.number_formats.signed_value(bits)

    task = all_tasks()["signed_value"]
    for function in (signed_value, by_package, reference_value):
        report = run_task(task, function, "shortcut")
        assert report.score == 0.0
        assert "off limits" in as_text(report) and task.lecture in as_text(report)
