"""Products with weights of 4 bits on a GPU: why four bits are not four times faster, and then are.

One token reads every weight once, so the time of its products is that of reading them: a quarter
for 4 bits, if unpacking keeps up. Each step from a kernel of fifteen lines on gains something that
the recorded experiment `int4_products` measures.

    module      what it holds
    layout      words of eight codes, in the order that the kernels read them; how they are packed
    products    what to call: the product of one token in three steps, and of many tokens
    ptx         two codes at a time become two halves, by a bit trick
    bounds      how far a product may be from the exact sum
    reading     reading weights and nothing else: the limit

`device` holds the kernels in Triton's language (extra `gpu`); nothing loads it before a product is
computed. Unlike in the rest of the library, tensors are where the product is computed: on a GPU.

>>> import torch
>>> from model_compression.kernels.layout import int4_weights
>>> int4_weights(torch.ones(32, 128), 128).nbytes, 32 * 128 // 2
(2112, 2048)
"""
