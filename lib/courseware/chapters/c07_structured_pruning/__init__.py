"""Chapter 07, structured pruning: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 07 asks for, and what a wrong answer shows
explorer            units taken out of a network, by three criteria
plots               networks without units; what they cost by the weights that are left
unit_pruning        scores of units, and networks without the lowest
network_costs       MACs, bytes of a file, a network of sparse matrices
"""
