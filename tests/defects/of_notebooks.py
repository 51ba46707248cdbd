"""Defects of notebooks: their stored form, their release, their points."""

from tests.defects.defect import Defect

NOTEBOOKS = (
    Defect(
        name="outputs-stored",
        breaks="A notebook is stored with its outputs.",
        file="lib/courseware/notebooks/stored_form.py",
        before='{"execution_count": None, "outputs": []}',
        after='{"execution_count": None, "outputs": cell.get("outputs", [])}',
        tests=(
            "tests/notebooks/test_stored_form.py::test_outputs_counts_and_volatile_metadata_go",
        ),
    ),
    Defect(
        name="same-id-twice",
        breaks="Two cells may have the same id.",
        file="lib/courseware/notebooks/stored_form.py",
        before="if _is_valid_id(cell_id) and cell_id not in taken:",
        after="if _is_valid_id(cell_id):",
        tests=(
            "tests/notebooks/test_stored_form.py::"
            "test_ids_made_by_people_are_kept_and_the_others_are_made",
        ),
    ),
    Defect(
        name="second-copy-forgotten",
        breaks="A release leaves the copy unchanged from which an exercise is started over.",
        file="lib/courseware/notebooks/release.py",
        before="for folder in (EXERCISES, UNCHANGED):",
        after="for folder in (EXERCISES,):",
        tests=("tests/notebooks/test_release.py::test_there_is_a_second_copy_to_start_over_from",),
    ),
    Defect(
        name="rubric-not-compared",
        breaks="A rubric may promise other points than the written answer gives.",
        file="lib/courseware/checks/points.py",
        before=(
            '    yield from _differs("the rubric", _told(r"^\\*\\*Rubric\\*\\* \\((\\d+)", '
            "text), left)\n"
        ),
        after="",
        tests=("tests/notebooks/test_points.py::test_a_text_that_says_something_else",),
    ),
    Defect(
        name="points-of-a-task",
        breaks="A task gives other points than its notebook says.",
        file="lib/courseware/chapters/c01_number_formats/tasks/negate.py",
        before="points=12",
        after="points=13",
        tests=("tests/notebooks/test_points.py::test_the_exercises_agree_with_their_tasks",),
    ),
)
