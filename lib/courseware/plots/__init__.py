"""The pictures of the lectures, one idea a module. Every function returns a `style.Picture`.

    style           colours, the card, how a picture is shown and stored
    bits            patterns, their place values, two's complement
    floats          sign, exponent, fraction; how floats are spread out
    sizes           bytes of models, bits per weight, what fits where
    accuracy        measured accuracies of networks of several sizes
    techniques      what quantization, pruning and distillation each change
    scaling         values on a grid of codes, rounding, clamping
    weight_grids    the weights of a layer, and the grid that each of its scales makes
    granularity     who shares a scale, and where the error goes
    quantization_error  how errors are spread, SQNR and accuracy per bit
    packing         two int4 codes in one byte
    calibration     activations, their outliers, and the range that calibration gives them
    integer_products  sums of int8 products against 16 bits
    codebooks       tables of 16 values, true bits per weight
    encoder_errors  what quantization does to sentence embeddings, by format and by matrix
    decoder_speed   times on a GPU against what its memory allows
    fake_quantization  the staircase, its gradients, a weight that follows them
    qat             errors of networks rounded after training, and during it
    soft_targets    a teacher's answers by temperature, and their gradients
    student_errors  how many errors students make, by what they were taught from
    pruning         masks: cut connections, ranked weights, whole layers, pixels
    pruning_measurements  accuracy, bytes and time against sparsity, weights that return
    pruning_moments schedules, and accuracy by when the network was pruned
    structured      units taken out of a network; what it costs by weights left
    tickets         lottery tickets and their control arms, settled masks, weights left
    static_figures  the pictures that are stored as files, for where no kernel runs

Import the module of an idea, not this package.
"""
