"""Chapter 10, language models: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 10 asks for, and what a wrong answer shows
explorer            weights and cache of a decoder: does it fit?
plots               attention, memory, codebooks, arms with their intervals, kernels
tables, pay_off     rows of the lecture; the last cell of the exercise: the student's own GPTQ
hessians            what comes into MiniLM's layers
weight_formats      integers, tables and floats of few bits, with all their bits
rounded_products    layers whose inputs are rounded too
own_processor       one token's product on the reader's processor
experiments         recorded: all of it on MiniLM, with texts drawn anew; a decoder on a GPU, and
                    its products in 4 bits
"""
