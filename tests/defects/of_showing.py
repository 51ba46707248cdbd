"""Defects of widgets, and of what lectures show."""

from tests.defects.defect import Defect

SHOWING = (
    Defect(
        name="full-device-refused",
        breaks="Weights that fill a device to the last byte are said not to fit.",
        file="lib/courseware/chapters/c00_why_compress/memory_calculator.py",
        before="return self.weight_bytes <= self.device_bytes",
        after="return self.weight_bytes < self.device_bytes",
        tests=(
            "tests/courseware/chapters/c00_why_compress/test_memory_calculator.py::"
            "test_what_fills_the_device_to_the_last_byte_fits",
        ),
    ),
    Defect(
        name="widened-with-zeros",
        breaks="A negative pattern becomes a positive one when it is made wider.",
        file="lib/courseware/chapters/c01_number_formats/bit_pattern.py",
        before="BitPattern(self.bits[0] * (width - self.width) + self.bits)",
        after='BitPattern("0" * (width - self.width) + self.bits)',
        tests=(
            "tests/courseware/chapters/c01_number_formats/test_bit_flipper.py::"
            "test_widening_keeps_the_signed_value_and_narrowing_the_last_bits",
        ),
    ),
    Defect(
        name="fullest-layer-named",
        breaks="The layer that keeps most is named as the one that keeps least.",
        file="lib/courseware/chapters/c06_unstructured_pruning/explorer.py",
        before="emptiest = min(densities, ",
        after="emptiest = max(densities, ",
        tests=(
            "tests/courseware/chapters/c06_unstructured_pruning/test_explorer.py::"
            "test_a_reading_counts",
        ),
    ),
    Defect(
        name="old-numbers-beside-an-error",
        breaks="Beside a setting that cannot be, an explorer goes on showing the last numbers.",
        file="lib/courseware/showing/explorer.py",
        before="                self._clear()\n                raise",
        after="                raise",
        tests=(
            "tests/courseware/chapters/c08_when_to_prune/test_explorer.py::"
            "test_an_end_before_the_beginning_is_explained_and_the_next_draw_clears_it",
        ),
    ),
    Defect(
        name="table-not-escaped",
        breaks="Text in a cell of a table acts as HTML.",
        file="lib/courseware/showing/say.py",
        before='f"{html.escape(cell_text(value))}</td>"',
        after='f"{cell_text(value)}</td>"',
        tests=("tests/courseware/showing/test_say.py::test_everything_in_a_table_is_escaped",),
    ),
)
