"""Chapter 04, quantization-aware training: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 04 asks for, and what a wrong answer shows
explorer            a value on a grid, and the gradient that it hands back
plots               the staircase and its gradients; errors after and during training
fine_tuning         the control arm: training on without rounding
surrogate_gradients gradients in place of that of rounding
int8_network        a network that computes with codes
experiments         recorded: PTQ against QAT on digits
"""
