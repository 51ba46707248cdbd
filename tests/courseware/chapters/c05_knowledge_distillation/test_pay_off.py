"""The last cell of exercise 05 shows threes, read by a student that never saw one."""

import re

from courseware.chapters.c05_knowledge_distillation.pay_off import never_seen
from model_compression.distillation import distill, softmax


def test_a_student_reads_threes_that_it_never_saw(capsys):
    given = []

    def quick(logits, images, labels, *others):
        given.append(labels)
        return distill(logits, images, labels, *others, steps=200)

    picture = never_seen(softmax=softmax, distill=quick)
    assert not (given[0] == 3).any()
    [read] = re.findall(r"Of 100 threes it reads \*\*(\d+)\*\*", capsys.readouterr().out)
    assert int(read) > 20  # guessing among ten: 10
    assert picture.alt.startswith("5 digits")

    def stub(*arguments):
        raise NotImplementedError("Write your function here")

    assert never_seen(softmax=softmax, distill=stub) is None
    assert "`distill` is not written so far. Then this cell shows" in capsys.readouterr().out
