"""Print docs/self_study.md as it has to be."""

from courseware.learning.page import page

print(page().rstrip())
