"""Chapter 06, unstructured pruning: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 06 asks for, and what a wrong answer shows
explorer            sparsity or threshold, and what is left of each layer
plots               masks; accuracy, bytes and time against sparsity
torch_masks         the same masks by torch's own pruning
revival             weights that come back to life after pruning
experiments         recorded: pruning, fine-tuning and their controls on digits
storages            bytes of a pruned layer, in memory and in files
pixels              pixels by how many images have ink in them
pay_off             the last cell of exercise 06
"""
