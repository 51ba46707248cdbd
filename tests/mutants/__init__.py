"""Solutions that students could hand in: wrong ones that must lose marks, right ones that must not.

`make selftest` runs them all; `tests/mutants/table.py` says how to add one.
"""
