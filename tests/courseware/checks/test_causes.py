"""Which causes a wrong answer is told, and how sure of them the report is."""

import dataclasses
import math

import pytest
import torch

from courseware.checks import all_tasks
from courseware.checks.misconceptions import ways
from courseware.checks.report import as_text
from courseware.checks.run import run_task
from courseware.checks.task import Check, Misconception, Task
from courseware.checks.values import Difference, same_values_and_dtype

POSITIVE = [(torch.tensor([1, 2]),), (torch.tensor([3, 4, 5]),), (torch.tensor([7]),)]
NEGATIVE = [(torch.tensor([-1, -2]),), (torch.tensor([-3, 4]),)]
ZEROS = [(torch.zeros(2, dtype=torch.int64),)]


def doubled(x):
    return 2 * x


DOUBLED = Task(
    "doubled",
    10,
    doubled,
    (
        Check("positive", 3, lambda draw: POSITIVE),
        Check("negative", 2, lambda draw: NEGATIVE),
        Check("zeros", 1, lambda draw: ZEROS),
        Check("as integers", 1, lambda draw: POSITIVE, same_values_and_dtype),
    ),
    (
        Misconception("not-doubled", "The values are as they were.", lambda x: x),
        Misconception("one-more", "One was added.", lambda x: 2 * x + 1),
        Misconception("sign-lost", "The sign is gone.", lambda x: 2 * x.abs()),
        *ways("ones", "Zeros became ones.", lambda x: torch.where(x == 0, 1, 2 * x)),
    ),
    "lecture 01, “Two's complement”",
)


def told(function, task=DOUBLED):
    """The causes of each check that failed, with a question mark where they are guesses."""
    report = run_task(task, function, "causes")
    return {
        result.check.name: [cause.name + "?" * (not cause.sure) for cause in result.causes]
        for result in report.results
        if not result.passed
    }


def test_a_mistake_is_named_in_every_check_that_it_fails():
    assert told(lambda x: x) == {
        "positive": ["not-doubled"],
        "negative": ["not-doubled"],
        "as integers": ["not-doubled"],
    }


def test_two_mistakes_give_two_causes():
    # The dtype is judged by the last check alone, and there it is told beside the values.
    assert told(lambda x: torch.where(x == 0, 1, 2 * x.abs()).float()) == {
        "negative": ["sign-lost"],
        "zeros": ["ones"],
        "as integers": ["wrong-dtype"],
    }
    both = told(lambda x: (2 * x + 1).float())
    assert both["as integers"] == ["one-more", "wrong-dtype"]
    assert both["positive"] == both["zeros"] == ["one-more"]


def test_two_mistakes_within_one_check_are_both_named():
    cases = [(torch.tensor([-2]),), (torch.tensor([0]),), (torch.tensor([3]),)]
    task = Task(
        *("doubled", 10, doubled, (Check("all", 1, lambda draw: cases),)),
        *(DOUBLED.misconceptions, DOUBLED.lecture),
    )
    assert told(lambda x: torch.where(x == 0, 1, 2 * x.abs()), task) == {
        "all": ["sign-lost", "ones"]
    }


def test_a_cause_of_most_failures_of_a_check_is_sure_and_one_of_few_is_not():
    def told_of(cases, function):
        checks = (Check("negative", 1, lambda draw: [(torch.tensor([x]),) for x in cases]),)
        task = Task("doubled", 10, doubled, checks, DOUBLED.misconceptions, DOUBLED.lecture)
        return told(function, task)

    # Something else is wrong with −9, and nobody knows what.
    def sign_lost(x):
        return torch.where(x == -9, 77, 2 * x.abs())

    assert told_of([-1, -2, -9], sign_lost) == {"negative": ["sign-lost"]}
    assert told_of([-9, -9, -9, -1], sign_lost) == {"negative": []}


def test_a_model_that_errs_where_the_answer_is_right_is_not_the_cause():
    # On this check alone "the sign is gone" gives the same: but negative values come out right.
    def wrong_for_minus_one(x):
        return torch.where(x == -1, 2, 2 * x)

    task = Task(
        *("doubled", 10, doubled),
        (
            Check("minus one", 1, lambda draw: [(torch.tensor([-1]),)]),
            Check("negative", 5, lambda draw: [(torch.tensor([-3]),), (torch.tensor([-4]),)]),
        ),
        *(DOUBLED.misconceptions, DOUBLED.lecture),
    )
    assert told(wrong_for_minus_one, task) == {"minus one": []}


def test_a_cause_of_little_of_what_was_lost_is_a_guess_and_is_told_as_one():
    def wrong_everywhere(x):
        return torch.where(x == 0, 1, 5 * x)

    assert told(wrong_everywhere) == {
        "positive": [],
        "negative": [],
        "zeros": ["ones?"],
        "as integers": [],
    }
    text = as_text(run_task(DOUBLED, wrong_everywhere, "causes"))
    assert "perhaps   On this input it looks like this: Zeros became ones." in text
    assert "likely" not in text


def test_what_explains_only_inputs_where_the_main_mistake_errs_too_is_left_out():
    other = Misconception("hundred", "A hundred came.", lambda x: torch.where(x == 9, 100, 2 * x))
    nines = Check("nines", 1, lambda draw: [(torch.tensor([9]),)])
    task = dataclasses.replace(
        DOUBLED,
        checks=(*DOUBLED.checks, nines),
        misconceptions=(*DOUBLED.misconceptions, other),
    )
    causes = told(lambda x: torch.where(x == 9, 100, 2 * x + 1), task)
    assert causes.pop("nines") == []
    assert all(names == ["one-more"] for names in causes.values())
    assert told(lambda x: torch.where(x == 9, 100, 2 * x.abs()), task)["nines"] == ["hundred"]


def test_the_same_cause_is_referred_to_only_where_it_is_the_same():
    once = as_text(run_task(DOUBLED, lambda x: x, "causes"))
    assert once.count("The values are as they were.") == 1
    assert once.count("the same as in “positive”") == 2

    def fails(x):
        if (x < 0).any():
            raise KeyError("below")
        if (x > 0).any():
            raise IndexError("above")
        return x

    text = as_text(run_task(DOUBLED, fails, "causes"))
    # Two errors are two causes. The same error at the same line is one.
    assert text.count("raised an error on a valid input") == 2
    assert text.count("the same as in “positive”") == 1


def test_a_guess_that_is_referred_to_stays_a_guess():
    def half_of_them_wrong(x):
        return torch.where(x == 0, 1, torch.where(x == 4, 5, 2 * x))

    mixed = [(torch.tensor([0]),), (torch.tensor([4]),)]
    task = dataclasses.replace(
        DOUBLED,
        checks=(Check("mixed", 1, lambda draw: mixed), Check("zeros", 5, lambda draw: ZEROS)),
    )
    assert told(half_of_them_wrong, task) == {"mixed": ["ones?"], "zeros": ["ones"]}
    text = as_text(run_task(task, half_of_them_wrong, "causes"))
    assert "perhaps   the same as in “mixed”" in text
    assert "likely" not in text


def test_values_are_called_right_only_if_they_are():
    right = as_text(run_task(DOUBLED, lambda x: (2 * x).float(), "causes"))
    wrong = as_text(run_task(DOUBLED, lambda x: (5 * x).float(), "causes"))
    assert "The values are right, but stored in another dtype" in right
    assert "are right" not in wrong
    assert "stored in another dtype than the one asked for. Its values are not right" in wrong


@pytest.mark.parametrize("value", [5.0, 5.5])
def test_a_float_for_an_integer_is_called_right_only_if_it_is(value):
    task = Task(
        *("five", 1, lambda: 5, (Check("five", 1, lambda draw: [()]),), ()),
        "lecture 01, “Two's complement”",
    )
    text = as_text(run_task(task, lambda: value, "causes"))
    assert ("The value is right, but it is a float" in text) == (value == 5.0)
    assert ("not right" in text) == (value != 5.0)


def test_a_model_that_returns_infinity_explains_nothing_else():
    task = Task(
        *("half", 1, lambda x: x / 2, (Check("half", 1, lambda draw: [(torch.ones(2),)]),)),
        ways("by-zero", "Divided by zero.", lambda x: x / 0, lambda x: x * math.nan),
        "lecture 01, “Two's complement”",
    )
    assert told(lambda x: x, task) == {"half": []}
    assert told(lambda x: x / 0, task) == {"half": ["by-zero"]}
    # Where no number is left, the results say nothing of how they came about.
    assert told(lambda x: x * math.nan, task) == {"half": ["not-finite"]}


def fields_of_the_double(x):
    """Takes the double apart without rounding it to float32 first; subnormals are right."""
    sign, x = int(math.copysign(1, x) < 0), abs(x)
    if x == 0 or math.isinf(x):
        return sign, 255 * (x > 0), 0
    mantissa, exponent = math.frexp(x)
    if exponent < -125:
        return sign, 0, int(x / 2.0**-149)
    return sign, exponent + 126, int((2 * mantissa - 1) * 2**23)


def two_s_complement_but_for_one_bit(bits):
    value = int(bits, 2)
    return value - 2 ** len(bits) * (bits[0] == "1" and len(bits) > 1)


def sign_from_the_last_bit(bits):
    return int(bits, 2) - 2 ** len(bits) * (bits[-1] == "1")


def minimum_becomes_zero(bits):
    value = int(bits, 2) - 2 ** len(bits) * (bits[0] == "1")
    return 0 if value == -(2 ** (len(bits) - 1)) else value


def one_bit_is_unsigned(width, signed):
    return (
        (-(2 ** (width - 1)), 2 ** (width - 1) - 1) if signed and width > 1 else (0, 2**width - 1)
    )


def four_bytes_each(n_params, bits_per_param):
    return 4 * n_params


def packed_as_integers(q):
    codes = torch.nn.functional.pad(q.flatten().to(torch.int32) & 15, (0, q.numel() % 2))
    return codes[0::2] | codes[1::2] << 4


def and_for_or(w, threshold):
    return (w >= threshold) & (w <= -threshold)


def above_average(scores, n_keep):
    return (scores > scores.mean()).nonzero().flatten()


def half_of_the_distance(a, b):
    return sum(int((a[k] != b[k]).sum()) for k in a) / sum(m.numel() for m in a.values()) / 2


def largest_kept_by_a_slice(w, sparsity):
    kept = w.numel() - round(sparsity * w.numel())
    mask = torch.zeros(w.numel(), dtype=torch.bool)
    mask[w.abs().flatten().argsort()[-kept:]] = True  # -0 is the whole of it
    return mask.reshape(w.shape)


@pytest.mark.parametrize(
    ("task", "false", "function"),
    [
        ("float32_fields", "subnormals-as-normal", fields_of_the_double),
        ("signed_value", "eight-bits-assumed", two_s_complement_but_for_one_bit),
        ("signed_value", "unsigned-read", sign_from_the_last_bit),
        ("signed_value", "sign-magnitude", minimum_becomes_zero),
        ("integer_range", "signed-ignored", one_bit_is_unsigned),
        ("model_bytes", "rounded-down", four_bytes_each),
        ("pack_int4", "last-code-dropped", packed_as_integers),
        ("threshold_mask", "mask-inverted", and_for_or),
        ("keep_indices", "cut-itself-removed", above_average),
        ("mask_distance", "one-direction-only", half_of_the_distance),
        ("magnitude_mask", "density-for-sparsity", largest_kept_by_a_slice),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_what_an_answer_does_not_do_is_not_named(task, false, function):
    known = all_tasks()[task]
    assert false in {misconception.name for misconception in known.misconceptions}
    assert not any(false in names for names in told(function, known).values())


def test_a_call_that_does_not_end_is_one_cause_wherever_it_was_stopped():
    def endless(x):
        while True:
            x = x + 1
            x = x - 1

    report = run_task(dataclasses.replace(DOUBLED, seconds=0.2), endless, "causes")
    assert [cause.name for cause in report.diagnoses] == ["time-limit"]


def test_what_a_judge_sees_is_told_unless_a_model_explains_it():
    def above(arguments, expected, got):
        if torch.equal(expected, got):
            return None
        return Difference("too-large" if (got > expected).all() else "wrong-value", "off")

    seen = Misconception("too-large", "It is too large.", unless_explained=True)
    task = dataclasses.replace(
        DOUBLED,
        checks=tuple(dataclasses.replace(check, judge=above) for check in DOUBLED.checks),
        misconceptions=(seen, *DOUBLED.misconceptions),
    )
    assert told(lambda x: 2 * x + 1, task)["positive"] == ["one-more"]
    assert told(lambda x: 2 * x + 5, task)["positive"] == ["too-large"]
    known = (dataclasses.replace(seen, unless_explained=False), *DOUBLED.misconceptions)
    task = dataclasses.replace(task, misconceptions=known)
    assert told(lambda x: 2 * x + 1, task)["positive"] == ["too-large"]
