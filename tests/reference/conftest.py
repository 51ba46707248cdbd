"""Property tests draw the same examples on every machine and every run."""

from hypothesis import settings

settings.register_profile(
    "reference", derandomize=True, deadline=None, database=None, max_examples=100
)
settings.load_profile("reference")
