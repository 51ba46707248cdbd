"""Chapter 02, integer scaling: tasks and quiz, explorer, and the pictures of its lecture.

tasks               what exercise 02 asks for, and what a wrong answer shows
explorer            scale, range, granularity and clipping of one layer
plots               grids of codes, who shares a scale, errors, packed bytes
"""
