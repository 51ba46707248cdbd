"""The kernels themselves, in Triton's language: Python in form only, compiled for the GPU."""
