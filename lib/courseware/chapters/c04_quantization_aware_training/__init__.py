"""Chapter 04, quantization-aware training: tasks and quiz, explorer, pictures, measurements.

tasks               what exercise 04 asks for, and what a wrong answer shows
explorer            a value on a grid, and the gradient that it hands back
plots               the staircase and its gradients; errors after and during training
grids               the values that a weight may have: codes, and where they stand
fine_tuning         the controls: training on without rounding, or the biases alone
gptq_network        the best rounding: a network by GPTQ, layer by layer
comparison          what the record says, by way and bits
sixteen_cells       tables that compare PTQ with QAT, and what was measured
torch_agreement, row_scales, effort, stored_wrongly
                    small measurements of the lecture
pay_off             the last cell of exercise 04
surrogate_gradients gradients in place of that of rounding
int8_network        a network that computes with codes
experiments         recorded: PTQ against QAT on digits
"""
