"""Marking what a person has to read: one question over all students, in a terminal.

`desk` reads questions and answers and writes points and comments into the gradebook, each at once;
`screen` lays an answer out beside the model answer and the rubric; `command` is the way through
them, line by line: no key but those of text, nothing that a screen reader would not read.
"""
