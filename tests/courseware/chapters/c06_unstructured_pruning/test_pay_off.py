"""The last cell of exercise 06 shows a network that the student's functions pruned."""

from courseware.chapters.c06_unstructured_pruning.pay_off import a_tenth
from model_compression.masked_training import prune_and_finetune
from model_compression.sparse_storage import sparse_bytes


def test_a_tenth_of_the_weights_is_left_and_still_reads(capsys):
    picture = a_tenth(prune_and_finetune=prune_and_finetune, sparse_bytes=sparse_bytes)
    said = capsys.readouterr().out
    # 6,464 weights, round(0.9 * 6464) = 5,818 of them pruned; 4 bytes each and a bit for every one.
    assert "646 of 6,464 weights are left" in said
    assert "25,856 dense" in said and "3,392 as bitmask" in said
    assert "0.weight keeps" in picture.alt

    def stub(*arguments):
        raise NotImplementedError("Write your function here")

    assert a_tenth(prune_and_finetune=stub, sparse_bytes=sparse_bytes) is None
    assert "`prune_and_finetune` is not written so far" in capsys.readouterr().out
