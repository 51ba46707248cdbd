"""Attacks on grading and notebooks that are mangled, graded by ours and by stock nbgrader.

`make cheats` grades them and prints a table; `corpus` lists them.
"""
