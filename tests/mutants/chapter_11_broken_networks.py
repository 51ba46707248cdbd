"""Solutions of exercise 11 whose file brings back another network than the one trained."""

from __future__ import annotations

from tests.mutants.chapter_11_compress import (
    AS_A_NUMBER,
    LZMA,
    NUMBER,
    WITH_LZMA,
    solution,
)
from tests.mutants.table import wrong

NUMBERED, ZIPPED = (cell.replace("1500", "300") for cell in (AS_A_NUMBER, WITH_LZMA))
UNSIGNED = LZMA.replace("np.int8", "np.uint8")
BY_PIXEL = "= trained((images - images.mean(0)) / (images.std(0) + 1e-3), labels"

wrong("compress", says="codes-without-sign")(
    solution(UNSIGNED, ZIPPED, "reads_bytes_without_their_sign")
)
wrong("compress", says="trained-without-relu")(
    solution(NUMBER, NUMBERED.replace(").relu()", ")"), "trains_a_line")
)
wrong("compress", says="trained-without-relu")(
    solution(
        UNSIGNED, ZIPPED.replace(").relu()", ")"), "trains_a_line_and_reads_bytes_without_sign"
    )
)
wrong("compress", says="other-images")(
    solution(
        NUMBER,
        NUMBERED.replace("= trained(images, labels", BY_PIXEL),
        "trains_on_normalised_images",
    )
)
wrong("compress", says="biases-of-another-scale")(
    solution(
        LZMA.replace("first[:, 0]", "100 * first[:, 0]"), ZIPPED, "leaves_out_the_scale_of_weights"
    )
)
wrong("compress", says="weights-column-by-column")(
    solution(
        LZMA.replace("reshape(10, hidden)", "reshape(hidden, 10).T"),
        ZIPPED,
        "turns_the_last_layer_which_was_not_turned",
    )
)
