"""Property tests draw the same examples on every machine and every run; digits to train on."""

import pytest
from hypothesis import settings

from courseware.subjects.data import digits

settings.register_profile(
    "reference", derandomize=True, deadline=None, database=None, max_examples=100
)
settings.load_profile("reference")


@pytest.fixture(scope="module")
def data():
    return digits()
