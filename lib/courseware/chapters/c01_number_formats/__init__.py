"""Chapter 01, number formats: tasks and quiz, the bit flipper, and the pictures of its lecture.

tasks               what exercise 01 asks for, and what a wrong answer shows
bit_flipper         one pattern of bits, and what it is read as; `bit_pattern` is its logic
plots               patterns and two's complement; floats and how they are spread out
"""
