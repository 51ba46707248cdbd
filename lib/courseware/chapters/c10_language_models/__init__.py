"""Chapter 10, language models: tasks and quiz, and what the last cell of its exercise measures.

tasks               what exercise 10 asks for, and what a wrong answer shows
hessians            what GPTQ asks of the inputs of MiniLM's layers
pay_off             the last cell of the exercise: the student's own GPTQ in MiniLM
plots               errors of MiniLM's matrices
"""
