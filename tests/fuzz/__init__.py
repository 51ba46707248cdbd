"""`make fuzz`: inputs that nobody thought of, for all that reads what students wrote.

`targets` says what is fuzzed. Each input comes to one of two ends: graded, or refused by name.
Everything else is a failure: an exception, an output that can act, a limit that is passed, marks of
a classmate that change, a file that leaks.
"""
