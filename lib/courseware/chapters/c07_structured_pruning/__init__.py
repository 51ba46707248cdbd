"""Chapter 07, structured pruning: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 07 asks for, and what a wrong answer shows
explorer            units taken out of a network, by three criteria
plots               networks without units; what they cost by the weights that are left
unit_pruning        scores of units, and networks without the lowest
network_costs       MACs, bytes of a file, a network of sparse matrices
equal_size          whole units, single weights, never large: networks of as many bytes
latency             how long networks take that were made smaller in three ways
tables              what the lecture reads out of its record and its times
experiments         recorded: which units to keep, and units against single weights
pay_off             what exercise 07 ends with
"""
