"""Solutions of exercise 05 as students could write them: the divergence."""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from torch import nn

from tests.mutants.table import right, wrong


@wrong("kl_divergence", says="arguments-swapped")
def weighs_by_the_student(p_teacher, p_student):
    return (p_student * (p_student / p_teacher).log()).sum(dim=1).mean()


@wrong("kl_divergence", says="arguments-swapped")
def weighs_by_the_student_and_guards(p_teacher, p_student):
    terms = torch.xlogy(p_student, p_student) - p_student * p_teacher.log()
    return terms.sum(dim=1).mean()


@wrong("kl_divergence", says="mean-over-elements")
def averages_over_everything(p_teacher, p_student):
    return (torch.xlogy(p_teacher, p_teacher) - p_teacher * p_student.log()).mean()


@wrong("kl_divergence", says="sum-over-rows")
def adds_up_everything(p_teacher, p_student):
    return (torch.xlogy(p_teacher, p_teacher) - p_teacher * p_student.log()).sum()


@wrong("kl_divergence", says="rows-left")
def returns_one_value_a_row(p_teacher, p_student):
    return (torch.xlogy(p_teacher, p_teacher) - p_teacher * p_student.log()).sum(dim=1)


@wrong("kl_divergence", says="sign-turned")
def turns_the_fraction_over(p_teacher, p_student):
    terms = p_teacher * p_student.log() - torch.xlogy(p_teacher, p_teacher)
    return terms.sum(dim=1).mean()


@wrong("kl_divergence", says="cross-entropy")
def forgets_the_entropy(p_teacher, p_student):
    return -(p_teacher * torch.log(p_student)).sum(dim=1).mean()


@wrong("kl_divergence", says="zero-times-log-of-zero")
def takes_the_formula_as_it_stands(p_teacher, p_student):
    return (p_teacher * torch.log(p_teacher / p_student)).sum(dim=1).mean()


@wrong("kl_divergence", says="zero-times-log-of-zero")
def subtracts_logarithms(p_teacher, p_student):
    return (p_teacher * (p_teacher.log() - p_student.log())).sum(dim=1).mean()


@wrong("kl_divergence", says="gradient-of-zero-times-log")
def leaves_out_nan_afterwards(p_teacher, p_student):
    terms = p_teacher * torch.log(p_teacher / p_student)
    return torch.where(p_teacher > 0, terms, 0.0).sum(dim=1).mean()


@wrong("kl_divergence", says="gradient-of-zero-times-log")
def turns_nan_into_zero(p_teacher, p_student):
    terms = p_teacher * torch.log(p_teacher / p_student)
    return torch.nan_to_num(terms).sum(dim=1).mean()


@wrong("kl_divergence", says="another-base")
def counts_in_bits(p_teacher, p_student):
    terms = torch.xlogy(p_teacher, p_teacher) - p_teacher * p_student.log()
    return terms.sum(dim=1).mean() / math.log(2)


@wrong("kl_divergence", says="softmax-again")
def takes_softmax_of_probabilities(p_teacher, p_student):
    p = torch.softmax(p_teacher, dim=1)
    log_q = torch.log_softmax(p_student, dim=1)
    return (p * (p.log() - log_q)).sum(dim=1).mean()


@wrong("kl_divergence", says="log-missing")
def forgets_the_students_logarithm(p_teacher, p_student):
    return (torch.xlogy(p_teacher, p_teacher) - p_teacher * p_student).sum(dim=1).mean()


@wrong("kl_divergence", says="weights-missing")
def compares_logarithms_only(p_teacher, p_student):
    return (p_teacher.log() - p_student.log()).sum(dim=1).mean()


@wrong("kl_divergence", says="absolute-values")
def makes_every_term_positive(p_teacher, p_student):
    ratio = p_teacher.clamp(min=1e-12).log() - p_student.log()
    return (p_teacher * ratio).abs().sum(dim=1).mean()


@wrong("kl_divergence", says="made-symmetric")
def goes_both_ways(p_teacher, p_student):
    log_p, log_q = p_teacher.clamp(min=1e-9).log(), p_student.log()
    return ((p_teacher - p_student) * (log_p - log_q)).sum(dim=1).mean() / 2


@wrong("kl_divergence", says="squared-error")
def squares_the_differences(p_teacher, p_student):
    return ((p_teacher - p_student) ** 2).sum(dim=1).mean()


@wrong("kl_divergence", says="gradient-cut")
def adds_up_python_numbers(p_teacher, p_student):
    total = 0.0
    for p_row, q_row in zip(p_teacher.tolist(), p_student.tolist(), strict=True):
        total += sum(p * math.log(p / q) for p, q in zip(p_row, q_row, strict=True) if p > 0)
    return torch.tensor(total / len(p_teacher))


@wrong("kl_divergence", says="axis-left")
def keeps_an_axis(p_teacher, p_student):
    terms = torch.xlogy(p_teacher, p_teacher) - p_teacher * p_student.log()
    return terms.sum(dim=1, keepdim=True).mean(dim=0)


@wrong("kl_divergence", says="off-limits")
def asks_the_ready_made_loss(p_teacher, p_student):
    return F.kl_div(p_student.log(), p_teacher, reduction="batchmean")


@wrong("kl_divergence", says="off-limits")
def asks_the_loss_object(p_teacher, p_student):
    return nn.KLDivLoss(reduction="batchmean")(p_student.log(), p_teacher)


@wrong("kl_divergence", says="off-limits")
def asks_the_distributions(p_teacher, p_student):
    from torch.distributions import Categorical, kl

    return kl.kl_divergence(Categorical(p_teacher), Categorical(p_student)).mean()


@wrong("kl_divergence", says="ones-as-weights")
def puts_ones_in_both_factors(p_teacher, p_student):
    p = torch.where(p_teacher > 0, p_teacher, 1.0)
    return (p * (p.log() - p_student.log())).sum(dim=1).mean()


@wrong("kl_divergence", says="mean-over-elements")
def averages_over_what_is_seen(p_teacher, p_student):
    seen = p_teacher > 0
    p, q = p_teacher[seen], p_student[seen]
    return (p * (p / q).log()).mean()


@wrong("kl_divergence", says="small-number-felt")
def adds_a_thousandth(p_teacher, p_student):
    p, q = p_teacher + 1e-3, p_student + 1e-3
    return (p * (p / q).log()).sum(dim=1).mean()


@wrong("kl_divergence", says="axes-swapped")
def adds_up_rows_and_averages_classes_of_both(p_teacher, p_student):
    terms = torch.xlogy(p_teacher, p_teacher) - p_teacher * p_student.log()
    return terms.sum(dim=0).mean()


@wrong("kl_divergence", says="rows-left-out")
def compares_the_first_row_only(p_teacher, p_student):
    p, q = p_teacher[0], p_student[0]
    return (torch.xlogy(p, p) - p * q.log()).sum()


@wrong("kl_divergence", says="too-few-digits")
def rounds_to_three_decimals(p_teacher, p_student):
    terms = torch.xlogy(p_teacher, p_teacher) - p_teacher * p_student.log()
    return torch.round(terms.sum(dim=1).mean(), decimals=3)


@right("kl_divergence")
def with_xlogy(p_teacher, p_student):
    terms = torch.xlogy(p_teacher, p_teacher) - p_teacher * torch.log(p_student)
    return terms.sum(dim=1).mean()


@right("kl_divergence")
def of_what_the_teacher_sees(p_teacher, p_student):
    seen = p_teacher > 0
    p, q = p_teacher[seen].double(), p_student[seen].double()
    return (p * torch.log(p / q)).sum() / len(p_teacher)


@right("kl_divergence")
def with_a_tiny_number(p_teacher, p_student):
    ratio = torch.log(p_teacher + 1e-12) - torch.log(p_student + 1e-12)
    return torch.einsum("bc,bc->b", p_teacher, ratio).mean()


@right("kl_divergence")
def term_by_term(p_teacher, p_student):
    total = 0.0
    for p_row, q_row in zip(p_teacher, p_student, strict=True):
        for p, q in zip(p_row, q_row, strict=True):
            if p > 0:
                total = total + p * (torch.log(p) - torch.log(q))
    return total / p_teacher.shape[0]


@right("kl_divergence")
def as_a_difference_of_entropies(p_teacher, p_student):
    entropy = torch.special.entr(p_teacher).sum(dim=1)
    cross = -(p_teacher * p_student.log()).sum(dim=1)
    return torch.stack(list(cross - entropy)).mean()


@wrong("kl_divergence", says="rows-with-zeros-left-out")
def leaves_rows_with_zeros_out(p_teacher, p_student):
    ok = (p_teacher > 0).all(dim=1)
    p, q = (p_teacher[ok], p_student[ok])
    kl = (p * (p / q).log()).sum(dim=1)
    return kl.sum() / len(p_teacher)


@wrong("kl_divergence", says="arguments-swapped-and-mean")
def swaps_and_takes_the_mean_of_all(p_teacher, p_student):
    safe = torch.where(p_teacher > 0, p_teacher, torch.ones_like(p_teacher))
    return (p_student * (p_student.log() - safe.log())).mean()


@wrong("kl_divergence", says="weights-missing-and-another-base")
def takes_bits_without_weights(p_teacher, p_student):
    seen = p_teacher > 0
    p = torch.where(seen, p_teacher, torch.ones_like(p_teacher))
    q = torch.where(seen, p_student, torch.ones_like(p_student))
    return torch.log2(p / q).sum(dim=1).mean()
