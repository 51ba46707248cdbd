"""What the record of MiniLM says of its formats, and how the encoder's weights are counted."""

from courseware.chapters.c03_post_training_quantization.searches import Searches
from courseware.chapters.c03_post_training_quantization.tables import weights_by_part
from courseware.subjects.sentence_encoder import MATRICES, N_LAYERS, matrix_names, minilm


def entry(name: str, bits: float, found: str) -> dict[str, object]:
    cosine = {"mean": 0.9, "deviation": 0.1, "lowest": 0.5}
    return {"format": name, "bits_per_weight": bits, "cosine": cosine, "found": found}


ALONE = {
    name: {"int4, tensor": {"cosine": {"mean": 1 - 0.01 * n}}}
    for n, name in enumerate(matrix_names())
}
SEARCHES = Searches(
    {
        "pairs": 100,
        "weight_settings": [
            entry("float32", 32.0, "1" * 60 + "0" * 40),
            entry("int8", 8.25, "1" * 59 + "0" + "1" + "0" * 39),
            entry("int2", 2.5, "0" * 100),
        ],
        "single_matrices": ALONE,
    }
)


def test_losses_are_counted_search_by_search() -> None:
    assert SEARCHES.share("int8") == 0.6
    assert sum(SEARCHES.lost("int8")) == 0 and SEARCHES.lost("int8")[59:61] == [100, -100]
    assert sum(SEARCHES.lost("int2")) / 100 == 60
    assert SEARCHES.works("int8", within=5) and not SEARCHES.works("int2", within=5)


def test_one_loss_that_is_small_but_not_sure_does_not_work() -> None:
    assert not SEARCHES.works("int8", within=2)  # 0 ± 2.8


def test_rows_and_points_say_the_same() -> None:
    [row] = SEARCHES.rows(["int2"])
    assert row == {
        "format": "int2",
        "bits per weight": "2.50",
        "mean cosine": "0.9000",
        "found": "0.0%",
        "lost, points": "60.0 ± 9.8",
    }
    assert SEARCHES.points(["int2"]) == [("int2", 2.5, 0.9, 0.0, 0.0)]
    [(*_, share, margin)] = SEARCHES.points(["int8"])
    assert (share, round(margin, 3)) == (0.6, 0.098)  # 1.984 * sqrt(0.24 / 99)


def test_losses_of_single_matrices_are_in_the_order_of_the_network() -> None:
    found = SEARCHES.losses_alone("int4, tensor")
    assert len(found) == N_LAYERS and {len(row) for row in found} == {len(MATRICES)}
    assert [round(100 * loss) for row in found for loss in row] == list(range(36))


def test_every_parameter_is_in_one_part() -> None:
    encoder = minilm()
    parts = weights_by_part(encoder)
    assert sum(parts.values()) == sum(p.numel() for p in encoder.parameters())
    assert parts["attention"] == 6 * 4 * 384 * 384
    assert parts["feed-forward"] == 6 * 2 * 384 * 1536
