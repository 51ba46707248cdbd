"""Models and devices that the lectures do sums with.

Sizes as the models are named and as the slides use them: rounded, weights only. 1 GB is 10^9 bytes.
"""

N_PARAMS = {
    "ViT 86M": 86_000_000,
    "Llama 3.2 3B": 3 * 10**9,
    "Gemma 3 4B": 4 * 10**9,
    "7B": 7 * 10**9,
    "Gemma 3 27B": 27 * 10**9,
    "GPT-3 175B": 175 * 10**9,
}
"""Number of parameters by name of the model."""

DEVICE_BYTES = {
    "phone": 8 * 10**9,
    "laptop": 16 * 10**9,
    "graphics card": 24 * 10**9,
    "server card": 80 * 10**9,
}
"""Memory of a typical device of each kind; real ones come in many sizes."""
