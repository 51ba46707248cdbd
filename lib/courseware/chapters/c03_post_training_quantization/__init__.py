"""Chapter 03, post-training quantization: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 03 asks for, and what a wrong answer shows
explorer            the range of an activation: what is clipped, what rounded
plots               activations, parts of a weight, errors of an encoder
layer_inputs        what a layer gets to see, and the layer with rounded inputs
tables, pay_off     rows of the lecture; the last cell of the exercise
clipping            the error of a range, in its two parts
retrieval, searches which text an encoder finds; what the record says of it
experiments         recorded: the sentence encoder in every format
"""
