"""Reference library of the course: every technique as short functions on tensors.

    chapter                          module              what it holds
    00 why_compress                  number_formats      model_bytes
    01 number_formats                number_formats      bits, two's complement, ranges
                                     float_formats       sign, exponent and fraction of a float
    02 integer_scaling               integer_scaling     scale, zero point, quantize, dequantize
                                     granularity         one scale per tensor, channel or group
                                     packing             two int4 codes in one byte
                                     error_measures      SQNR, RMSE, largest error
    03 post_training_quantization    calibration         range of activations from sample data
                                     int8_linear         int8 codes, int32 sums, one rescale
                                     weight_quantization whole models; bits per weight
    04 quantization_aware_training   fake_quantization   straight-through estimator, the QAT layer
                                     quantization_aware_training  train_qat
    05 knowledge_distillation        distillation        softmax, cross-entropy, KL; distill
    06 unstructured_pruning          masks               counts, the one order of all rankings
                                     magnitude_pruning   by threshold, by ratio, over all layers
                                     sparse_storage      bytes of bitmask, csr and coo; break-even
                                     masked_training     masked steps; prune, fine-tune, repeat
    07 structured_pruning            structured_pruning  filter norms, mean activation, APoZ
                                     network_surgery     Linear and Conv-BatchNorm pairs, narrower
    08 when_to_prune                 snip                connection sensitivity before training
                                     pruning_schedules   random masks, the cubic schedule
    09 lottery_tickets               lottery_tickets     prune, rewind, control arms, the search
    10 language_models               nf4                 the 4-bit NormalFloat of bitsandbytes
                                     codebook_quantization  codes that are positions in a table
                                     double_quantization scales in 8 bits each
                                     gptq                columns that make up for rounding errors
                                     microscaling        MXFP4: four-bit floats, shared exponents
                                     hadamard            rotations that spread outliers
                                     activation_outliers  large columns in float, or smoothed
                                     kv_cache            bytes of the keys and values
                                     wanda               pruning by weight times input, n of m
    11 deep_compression              pareto              what no other compromise beats
                                     entropy_coding      entropy, Huffman's bits
                                     range_coding        fractions of bits, one number for all
                                     relative_indexing   where kept weights are, by distances
                                     weight_sharing      a few values for all, by k-means
    –                                fast                three of the above, sooner, bit for bit
    –                                kernels             products in int4 on a GPU (Triton)

Import the module of a concept, not this package: `from model_compression.packing import pack_int4`.
Nothing is imported here, so every module loads only the chapters it builds on.

Conventions that hold everywhere:

- Functions are pure: arguments stay unchanged, there is no global state.
- Rounding is half to even (`torch.round`): 0.5 -> 0, 1.5 -> 2, 2.5 -> 2.
- Values are computed in float32, also when they arrive as float16 or bfloat16. What PyTorch has for
  a default dtype or device, autocast and inference mode change nothing.
- Tensors are ordinary ones on the CPU (but for `kernels`), of any strides; parameters and other
  subclasses count as the tensors that they are. Results never share memory with arguments (but
  for `prunable_weights`).
- Bad input raises a ValueError that names the argument, what was expected and what came. So does a
  result that its dtype cannot hold, and a call from inside of torch.func (vmap, grad).
- What is made to be stored (`NF4Tensor`, ...) is read back by `torch.load` with weights_only=True.
"""

__version__ = "0.1.0"
