"""That one mistake hides no other one, and that answers of strangers are told nothing false."""

from dataclasses import replace

import pytest
import torch

from courseware.checks import all_tasks, gradients
from courseware.checks.forms import FORMS, told_by_form
from courseware.checks.misconceptions import both, products, ways
from courseware.checks.pairs import pair_of
from courseware.checks.report import with_details
from courseware.checks.run import run_task
from courseware.checks.task import Check, Misconception, Task
from courseware.checks.values import same_values, same_values_and_dtype
from tests.mutants import table

LECTURE = "lecture 01, “Two's complement”"
NUMBERS = [(1,), (2,), (5,)]
TENSORS = [(torch.tensor([1, 2]),), (torch.tensor([3, 4, 5]),)]
NEGATIVE = [(torch.tensor([-1, -2]),), (torch.tensor([-6]),)]


def named(function, task):
    """The causes of each check that failed."""
    report = run_task(task, function, "two mistakes")
    failed = (result for result in report.results if not result.passed)
    return {result.check.name: [cause.name for cause in result.causes] for result in failed}


def task_of(reference, misconceptions, *checks):
    return Task("some_task", 10, reference, checks, misconceptions, LECTURE)


def test_a_number_in_another_object_hides_no_mistake():
    one_more = ways("one-more", "One was added.", lambda n: 2 * n + 1)
    task = task_of(lambda n: 2 * n, one_more, Check("numbers", 1, lambda draw: NUMBERS))
    assert named(lambda n: str(2 * n + 1), task) == {"numbers": ["one-more", "wrong-type"]}
    assert named(lambda n: [2 * n + 1], task) == {"numbers": ["one-more", "wrong-type"]}
    assert named(lambda n: str(2 * n), task) == {"numbers": ["wrong-type"]}


def test_weights_in_place_of_a_mask_hide_no_mistake():
    returned = "pruned-weights-returned", "Weights came back."
    task = task_of(
        lambda w: w > 2,
        (
            *ways(*returned, lambda w: w * (w > 2)),
            *ways("small-ones", "Those below were kept.", lambda w: w < 2),
        ),
        Check("masks", 1, lambda draw: [(torch.tensor([3.0, 0.5, 7.0]),)]),
    )
    assert named(lambda w: w * (w > 2), task) == {"masks": ["pruned-weights-returned"]}
    assert named(lambda w: w * (w < 2), task) == {
        "masks": ["pruned-weights-returned", "small-ones"]
    }
    assert named(lambda w: w - 1, task) == {"masks": []}


def test_a_weight_of_0_that_came_in_place_of_a_mask_is_not_said_to_be_pruned():
    task = all_tasks()["threshold_mask"]
    one = replace(task, checks=tuple(c for c in task.checks if "threshold of 0" in c.name))
    told = named(lambda w, threshold: w * (w.abs() >= threshold), one)
    assert told == {one.checks[0].name: ["pruned-weights-returned"]}


def test_each_of_two_results_has_a_mistake_of_its_own():
    task = task_of(
        lambda n: (n + 1, 10 * n),
        (
            *ways("one-less", "One was taken away.", lambda n: (n - 1, 10 * n)),
            *ways("not-tenfold", "It is the tenfold.", lambda n: (n + 1, n)),
            *ways("large-ones", "Large numbers stay.", lambda n: (n + 1, 10 * n if n < 3 else n)),
        ),
        Check("pairs", 1, lambda draw: NUMBERS),
    )
    assert named(lambda n: (n - 1, n), task) == {"pairs": ["one-less", "not-tenfold"]}
    assert named(lambda n: (n - 1, 7), task) == {"pairs": ["one-less"]}
    assert named(lambda n: (n - 1, n if n == 5 else 7), task) == {"pairs": ["one-less"]}


def test_value_and_gradient_have_each_a_mistake_of_their_own():
    inputs = [(torch.tensor([2.0, -3.0]), torch.ones(2)), (torch.tensor([5.0]), torch.ones(1))]
    task = task_of(
        lambda x: x * x,
        (
            *ways("one-more", "One was added.", lambda x: x * x + 1),
            *ways("half-constant", "One factor is a constant.", lambda x: x * x.detach()),
        ),
        Check("gradients", 1, lambda draw: inputs, probe=gradients.probe(0)),
    )
    assert named(lambda x: x * x.detach() + 1, task) == {"gradients": ["one-more", "half-constant"]}
    assert named(lambda x: x * x + 1, task) == {"gradients": ["one-more"]}


def test_a_wrong_dtype_is_told_beside_a_model_that_is_careless_of_it():
    sign_lost = ways("sign-lost", "The sign is gone.", lambda x: 2.0 * x.abs())
    task = task_of(
        lambda x: 2 * x,
        sign_lost,
        Check("values", 1, lambda draw: NEGATIVE),
        Check("as integers", 1, lambda draw: TENSORS + NEGATIVE, same_values_and_dtype),
    )
    assert named(lambda x: 2 * x.abs(), task) == {
        "values": ["sign-lost"],
        "as integers": ["sign-lost"],
    }
    assert named(lambda x: 2.0 * x.abs(), task)["as integers"] == ["sign-lost", "wrong-dtype"]


def test_two_results_that_changed_places_hide_no_mistake():
    def judge(arguments, expected, got):
        return pair_of(expected, got) or same_values(arguments, expected, got)

    task = task_of(
        lambda n: (n / 2, n),
        (
            Misconception("order-swapped", "Swapped.", lambda n: (n, n / 2)),
            Misconception("one-more", "One was added.", lambda n: (n / 2, n + 1)),
        ),
        *told_by_form(Check("pairs", 1, lambda draw: [(3,), (5,), (9,)], judge)),
    )
    assert named(lambda n: (n, n / 2), task) == {"pairs": ["order-swapped"]}
    assert named(lambda n: (n + 1, n / 2), task) == {"pairs": ["order-swapped", "one-more"]}


def test_an_error_is_explained_beside_a_mistake_that_costs_more():
    def stops_at_five(n):
        if n == 5:
            raise ValueError
        return 2 * n

    def one_more_and_stops(n):
        return stops_at_five(n) + 1

    task = task_of(
        lambda n: 2 * n,
        (
            Misconception("one-more", "One was added.", lambda n: 2 * n + 1),
            Misconception("five-refused", "5 is refused.", stops_at_five),
        ),
        Check("small", 3, lambda draw: [(1,), (2,)]),
        Check("five", 1, lambda draw: [(5,)]),
    )
    assert named(one_more_and_stops, task) == {"small": ["one-more"], "five": ["five-refused"]}


def test_a_second_mistake_is_told_where_it_is_felt_and_shown_there():
    task = task_of(
        lambda n: 2 * n,
        (
            *ways("one-more", "One was added.", lambda n: 2 * n + 1),
            *both(
                ("one-more", "One was added."),
                ("five-forgotten", "5 was left out."),
                lambda n: 0 if n == 5 else 2 * n + 1,
            ),
        ),
        Check("small", 1, lambda draw: [(1,), (2,)]),
        Check("large", 1, lambda draw: [(4,), (5,), (6,)]),
    )
    report = run_task(task, lambda n: 0 if n == 5 else 2 * n + 1, "two mistakes")
    causes = [[cause.name for cause in result.causes] for result in report.results]
    assert causes == [["one-more"], ["one-more", "five-forgotten"]]
    assert [result.case.arguments for result in report.results] == [(1,), (5,)]


def test_a_second_mistake_is_not_told_where_it_is_not_felt_though_two_ways_of_the_first_fit():
    """Another way of the first mistake gives by chance what the second one does elsewhere."""
    first, second = ("one-more", "One was added."), ("five-forgotten", "5 was left out.")
    task = task_of(
        lambda n: 2 * n,
        (
            *ways(*first, lambda n: 2 * n + 1, lambda n: 0 if n in (2, 5) else 2 * n),
            *both(second, first, lambda n: 0 if n == 5 else 2 * n + 1),
        ),
        Check("small", 1, lambda draw: [(1,), (2,)]),
        Check("large", 1, lambda draw: [(4,), (5,), (6,)]),
    )
    report = run_task(task, lambda n: 0 if n == 5 else 2 * n + 1, "two mistakes")
    causes = [[cause.name for cause in result.causes] for result in report.results]
    assert causes == [["one-more"], ["five-forgotten", "one-more"]]


def test_the_same_is_said_of_no_check_that_told_more():
    first, second = ("one-more", "One was added."), ("five-forgotten", "5 was left out.")
    task = task_of(
        lambda n: 2 * n,
        (
            *ways(*first, lambda n: 2 * n + 1),
            *both(first, second, lambda n: 0 if n == 5 else 2 * n + 1),
        ),
        Check("large", 1, lambda draw: [(4,), (5,), (6,)]),
        Check("small", 1, lambda draw: [(1,), (2,)]),
        Check("smaller", 1, lambda draw: [(0,), (-1,)]),
        Check("larger", 1, lambda draw: [(5,), (7,)]),
    )
    report = run_task(task, lambda n: 0 if n == 5 else 2 * n + 1, "two mistakes")
    causes = [
        [text for label, text in details if label == "likely"]
        for _, details, _ in with_details(report)
    ]
    assert causes == [
        ["One was added.", "5 was left out."],
        ["One was added."],
        ["the same as in “small”"],
        ["the same as in “small” and “large”"],
    ]


def test_of_scales_a_model_has_too_many_of_no_shape_is_lost():
    task = task_of(
        lambda w: (w, w.amax(dim=(1, 2))),
        ways("too-many", "There are too many.", lambda w: (w, w.amax(dim=2))),
        Check("scales", 1, lambda draw: [(torch.arange(8.0).reshape(2, 2, 2),)]),
    )
    assert named(lambda w: (w, w.amax(dim=2).flatten()), task) == {"scales": ["too-many"]}


def test_no_reshape_brings_other_numbers_of_values_back():
    cut_off = ways("cut-off", "The last column is missing.", lambda w: w[:, :-1])
    inputs = [(torch.arange(6.0).reshape(2, 3),)]
    task = task_of(lambda w: w, cut_off, Check("values", 1, lambda draw: inputs))
    assert named(lambda w: w[:, :-1].flatten(), task) == {"values": ["cut-off"]}


def test_an_axis_is_left_over_only_where_more_came_than_are_asked_for():
    sums = ways("rows-added-up", "Add up the columns.", lambda w: w.sum(dim=0))
    inputs = [(torch.arange(6.0).reshape(2, 3),)]
    for keepdim, told in (True, ["rows-added-up"]), (False, ["rows-added-up", "wrong-shape"]):
        check = Check("sums", 1, lambda draw: inputs)
        task = task_of(lambda w, keep=keepdim: w.sum(dim=1, keepdim=keep), sums, check)
        assert named(lambda w: w.sum(dim=0)[None], task) == {"sums": told}


def test_the_shape_is_lost_once_where_another_mistake_is_hidden():
    clamped = ways("clamped", "It was clamped.", lambda w: w.clamp(max=5))
    inputs = [(torch.tensor([7.0, 1.0]),), (torch.arange(8.0).reshape(2, 4),)]
    check = Check("values", 1, lambda draw: inputs)
    task = task_of(lambda w: w, (*FORMS, *clamped), *told_by_form(check))
    report = run_task(task, lambda w: w.flatten().clamp(max=5), "two mistakes")
    (result,) = report.results
    assert [cause.name for cause in result.causes] == ["clamped", "flattened"]
    assert result.case.arguments[0].dim() == 2


def test_bytes_with_a_sign_hide_no_mistake():
    def byte(values):
        return values.to(torch.int64).to(torch.uint8)

    known = (
        *ways("bytes-signed", "They carry a sign.", lambda w: byte(w).view(torch.int8)),
        *ways("one-more", "One was added.", lambda w: byte(w + 1)),
    )
    inputs = [(torch.tensor([200, 7]),), (torch.tensor([255, 129, 3]),)]
    task = task_of(byte, known, Check("bytes", 1, lambda draw: inputs))
    assert named(lambda w: byte(w).view(torch.int8), task) == {"bytes": ["bytes-signed"]}
    signed = named(lambda w: byte(w + 1).view(torch.int8), task)
    assert signed == {"bytes": ["bytes-signed", "one-more"]}


def test_of_equal_scores_a_wrong_ranking_may_prune_any():
    def signs_and_a_count_cut_off(w, sparsity):
        order = w.flatten().argsort(stable=True).tolist()
        order.sort(key=lambda place: (float(w.flatten()[place]), -place))  # the last of equals
        kept = torch.ones(w.numel(), dtype=torch.bool)
        kept[order[: int(sparsity * w.numel())]] = False
        return kept.reshape(w.shape)

    causes = named(signs_and_a_count_cut_off, all_tasks()["magnitude_mask"])
    assert causes.pop("a sparsity of 0 or 1", None) is None
    assert all("signed-ranking" in names for names in causes.values())
    assert "equal magnitudes: still the exact count" in causes
    assert "count-truncated" in causes["how many: sparsity × n, rounded"]


def test_two_mistakes_are_not_told_where_one_of_them_would_show_and_does_not():
    more, none = ("one-more", "One was added."), ("zero-is-one", "0 was taken for 1.")
    task = task_of(
        lambda n: 2 * n,
        (
            *both(more, none, lambda n: 2 * (n or 1) + (n > 2)),
            *ways(*more, lambda n: 2 * n + (n > 1)),
        ),
        Check("numbers", 1, lambda draw: [*NUMBERS, (7,), (9,)]),
        Check("zero", 1, lambda draw: [(0,)]),
    )
    assert named(lambda n: 2 * n + (n > 2), task) == {"numbers": ["one-more"]}
    assert named(lambda n: 2 * (n or 1) + (n > 2), task) == {
        "numbers": ["one-more"],
        "zero": ["one-more", "zero-is-one"],
    }


def test_products_make_each_two_mistakes_of_different_knobs():
    def make(factor=2, added=0):
        return lambda n: factor * n + added

    names = [(name, "Told.") for name in ("tripled", "one-more", "one-less")]
    factors = [(names[0], {"factor": 3})]
    sums = [(names[1], {"added": 1}), (names[2], {"added": -1})]
    made = products(make, factors, sums)
    assert [(one.name, one.also.name, one.behaves(5)) for one in made] == [
        ("tripled", "one-more", 16),
        ("tripled", "one-less", 14),
    ]


def test_a_changed_argument_hides_no_dtype():
    def doubles_in_place(values):
        values *= 2
        return values.float()

    task = task_of(
        lambda values: 2 * values,
        (),
        Check("dtypes", 1, lambda draw: TENSORS, same_values_and_dtype),
    )
    assert named(doubles_in_place, task) == {"dtypes": ["changes-input", "wrong-dtype"]}


FALSE = {
    "fills_up_with_zeros_to_64_bits": ["integers-wrapped"],
    "inverts_the_last_one_as_well": ["modulus-off-by-one", "carry-stops", "minimum-becomes-zero"],
    "negates_the_unsigned_number": ["bits-as-number"],
    "swaps_the_ranges_and_counts_codes_for_steps": ["full-range-ignored"],
    "clamps_x_by_the_range_of_codes": ["n-bits-ignored"],
    "views_the_bits_as_a_float": ["not-finite"],
    "counts_codes_and_clamps_the_zero_point": ["zero-point-truncated"],
    "measures_the_error_twice_in_place": ["negative-cut-off"],
    "never_resets_the_maximum": ["one-scale-for-all"],
    "returns_a_width_that_holds_0": ["one-end-from-magnitudes"],
    "takes_neighbours_of_each_batch": ["tails-shared"],
    "spreads_over_128_and_leaves_out_the_scale_of_x": ["half-away-from-zero"],
    "counts_steps_from_the_smallest_value": ["told-by-name", "only-float32"],
    "lets_groups_fill_the_whole_tensor": ["guard-too-large"],
    "learns_from_the_teachers_first_choice": ["log-missing", "all-to-one-class"],
    "trains_in_place_and_shares_a_scale_at_the_end": ["weights-decayed", "scale-clipped"],
    "shares_a_scale_and_forgets_the_bias": ["no-gradient"],
    "passes_errors_by_the_inverse_within_a_group": ["scales-of-the-given-weight"],
    "sorts_names_as_text": ["raises"],
    "leaves_the_places_as_topk_gives_them": ["taken-again"],
    "never_gives_the_generator_its_seed": ["not-uniform"],
    "adds_up_over_the_filters": ["wrong-shape"],
    "adds_up_rounded_numbers_and_ranks_signed": ["half-counted-up"],
    "exchanges_weight_and_temperature": ["wrong-type", "teacher-ignored", "labels-followed"],
    "starts_the_generator_anew_for_each_layer": ["order-of-a-set"],
    "shares_out_a_group_by_whole_division": ["n-bits-cut"],
    "adds_a_small_number_to_every_scale": ["half-towards-zero"],
    "cuts_the_ends_alone": ["too-few-digits"],
    "puts_masks_into_a_state_of_zeros": ["cut-afterwards"],
    "counts_one_direction_over_the_last_layer": ["mean-of-layers"],
}
"""Wrong solutions of the tables, and causes that strangers found them told, which are not true."""


@pytest.mark.parametrize("name", FALSE)
def test_strangers_are_told_nothing_false(name):
    table.load()
    entry = next(one for one in table.WRONG if one.function.__name__ == name)
    causes = set().union(*named(entry.function, all_tasks()[entry.task]).values())
    assert causes
    assert not causes & set(FALSE[name])


def test_an_end_that_signed_ranges_alone_have_is_told_of_no_other():
    table.load()
    name = "symmetric_and_floats_for_large_widths"
    entry = next(one for one in table.WRONG if one.function.__name__ == name)
    for seed in ("d", "hand-in", "two mistakes"):
        report = run_task(all_tasks()[entry.task], entry.function, seed)
        causes = {result.check.name: result.causes for result in report.results}
        assert any(cause.name == "range-symmetric" for cause in causes["signed"])
        assert not any(cause.name == "range-symmetric" for cause in causes["unsigned"])
