"""Chapter 11, deep compression: its lecture's files, record, pictures; its exercise's tasks.

tasks               what exercise 11 asks for, and what a wrong answer shows; the capstone's judge
streams, files      a network as bytes, in five forms and with four coders, and back
context_coding,
context_files       the smallest file: each weight by what is around it
judging             the bytes of a network as a file, and what it reads right when it is back
compressing         training while pruned, rounded, or with shared values
experiments         the recorded measurement of LeNet-300-100
results, tables     what the lecture reads out of the record
plots, explorer     the front, what bytes are for, shared values; a walk on the front
league              what the leaderboard of the capstone measures
pay_off             what exercise 11 ends with
"""
