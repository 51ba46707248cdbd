"""All planted defects, by area."""

from tests.defects.of_checks import CHECKS
from tests.defects.of_grading import GRADING
from tests.defects.of_library import LIBRARY
from tests.defects.of_notebooks import NOTEBOOKS
from tests.defects.of_showing import SHOWING

AREAS = {
    "library": LIBRARY,
    "checks": CHECKS,
    "grading": GRADING,
    "showing": SHOWING,
    "notebooks": NOTEBOOKS,
}
"""Area → its defects."""

PLANTED = tuple(defect for members in AREAS.values() for defect in members)
