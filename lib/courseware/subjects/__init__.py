"""What is compressed: data, networks, and how they are trained.

data              digits and MNIST
models            networks of linear layers, a small convolutional one
training          the training loop, accuracy
batched_training  many networks trained as one program
sentence_encoder  MiniLM, from its weights; `word_pieces` is its tokenizer
docstrings        texts with descriptions, from Python's own library
"""
