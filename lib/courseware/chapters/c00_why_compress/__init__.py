"""Chapter 00, why compress: the calculator of memory, and the pictures of its lecture.

memory_calculator   parameters x bits + scales against the memory of devices
known_models        models and devices that the lecture does sums with
plots               accuracy and bytes by size, what each technique changes
"""
