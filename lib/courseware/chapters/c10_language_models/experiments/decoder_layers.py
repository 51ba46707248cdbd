"""A decoder of 7 billion parameters with random weights, stored in four ways.

Speed depends on shapes and formats, not on values, so random weights measure what real ones
would. The shape is that of Llama 2 7B (Touvron et al. 2023): 32 layers of width 4096, 32 heads,
feed-forward width 11008, 32,000 tokens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

Layer = Callable[[torch.Tensor], nn.Module]
"""A float matrix [out, in] → what multiplies by it."""


@dataclass(frozen=True)
class Shape:
    """Sizes of a decoder."""

    n_layers: int = 32
    width: int = 4096
    n_heads: int = 32
    hidden: int = 11008
    vocabulary: int = 32_000
    context: int = 1024

    @property
    def n_params(self) -> int:
        """Weights of the linear layers and of the embedding."""
        layer = 4 * self.width**2 + 3 * self.width * self.hidden
        return self.n_layers * layer + 2 * self.vocabulary * self.width


class Plain(nn.Module):
    """Weights in a float format, multiplied as they are."""

    weight: torch.Tensor

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        self.register_buffer("weight", weight)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.weight)


class Int8Dequantized(nn.Module):
    """int8 codes and a scale per row, turned back into floats before every multiplication."""

    codes: torch.Tensor
    scale: torch.Tensor

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        scale = weight.float().abs().amax(dim=1, keepdim=True) / 127
        self.register_buffer("codes", torch.round(weight.float() / scale).to(torch.int8))
        self.register_buffer("scale", scale.to(weight.dtype))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.codes.to(x.dtype) * self.scale)


class Int4Packed(nn.Module):
    """4-bit codes in groups of 128, multiplied by a kernel that unpacks them on the way."""

    GROUP = 128
    codes: torch.Tensor
    scales: torch.Tensor

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        groups = weight.float().reshape(weight.shape[0], -1, self.GROUP)
        low, high = groups.amin(dim=2), groups.amax(dim=2)
        scale = (high - low) / 15
        codes = torch.round((groups - low[..., None]) / scale[..., None]).clamp(0, 15)
        codes = codes.to(torch.uint8).reshape(weight.shape)
        two_a_byte = codes[:, ::2] << 4 | codes[:, 1::2]
        self.register_buffer("codes", torch._convert_weight_to_int4pack(two_a_byte, 8))
        # The kernel computes (code - 8) * scale + zero.
        pairs = torch.stack([scale, low + 8 * scale], dim=2).to(torch.bfloat16)
        self.register_buffer("scales", pairs.transpose(0, 1).contiguous())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        flat = x.reshape(-1, x.shape[-1])
        out = torch._weight_int4pack_mm(flat, self.codes, self.GROUP, self.scales)
        return out.reshape(*x.shape[:-1], -1)


class Offloaded(nn.Module):
    """Weights that stay in the computer's memory and are copied to the GPU for every use."""

    def __init__(self, weight: torch.Tensor) -> None:
        super().__init__()
        self.host = weight.cpu()

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return F.linear(x, self.host.to(x.device))


FORMATS: dict[str, tuple[torch.dtype, Layer]] = {
    "float32": (torch.float32, Plain),
    "bfloat16": (torch.bfloat16, Plain),
    "int8, dequantized first": (torch.bfloat16, Int8Dequantized),
    "int4, packed kernel": (torch.bfloat16, Int4Packed),
    "float32, offloaded": (torch.float32, Offloaded),
}
"""How the weights are stored: the dtype of the arithmetic, and the layer."""


class Decoder(nn.Module):
    """The decoder: attention with a key-value cache of fixed length, gated feed-forward."""

    cache: torch.Tensor

    def __init__(
        self,
        shape: Shape,
        dtype: torch.dtype,
        layer: Layer,
        seed: int,
        device: str,
    ) -> None:
        super().__init__()
        generator = torch.Generator(device).manual_seed(seed)

        def linear(n_out: int, n_in: int) -> nn.Module:
            weight = torch.randn(n_out, n_in, generator=generator, device=device)
            return layer((weight * n_in**-0.5).to(dtype))

        self.shape = shape
        width, hidden = shape.width, shape.hidden
        self.embedding = torch.randn(shape.vocabulary, width, generator=generator, device=device)
        self.embedding = self.embedding.to(dtype)
        self.qkv = nn.ModuleList(linear(3 * width, width) for _ in range(shape.n_layers))
        self.out = nn.ModuleList(linear(width, width) for _ in range(shape.n_layers))
        self.gate_up = nn.ModuleList(linear(2 * hidden, width) for _ in range(shape.n_layers))
        self.down = nn.ModuleList(linear(width, hidden) for _ in range(shape.n_layers))
        self.head = linear(shape.vocabulary, width)
        cache = (shape.n_layers, 2, 1, shape.n_heads, shape.context, width // shape.n_heads)
        self.register_buffer("cache", torch.zeros(cache, dtype=dtype, device=device))

    def forward(self, tokens: torch.Tensor, position: torch.Tensor) -> torch.Tensor:
        """Logits of the last token; `position` holds the places of `tokens`, shape (T,)."""
        x = self.embedding[tokens][None]
        places = torch.arange(self.shape.context, device=x.device)
        visible = places[None, :] <= position[:, None]
        for i in range(self.shape.n_layers):
            x = x + self._attention(i, _norm(x), position, visible)
            gate, up = self.gate_up[i](_norm(x)).chunk(2, dim=-1)
            x = x + self.down[i](F.silu(gate) * up)
        return self.head(_norm(x)[:, -1:])

    def _attention(
        self, i: int, x: torch.Tensor, position: torch.Tensor, visible: torch.Tensor
    ) -> torch.Tensor:
        n_heads = self.shape.n_heads
        q, k, v = (
            part.reshape(1, x.shape[1], n_heads, -1).transpose(1, 2)
            for part in self.qkv[i](x).chunk(3, dim=-1)
        )
        keys, values = self.cache[i]
        keys.index_copy_(2, position, k)
        values.index_copy_(2, position, v)
        mixed = F.scaled_dot_product_attention(q, keys, values, attn_mask=visible)
        return self.out[i](mixed.transpose(1, 2).reshape(x.shape))


def _norm(x: torch.Tensor) -> torch.Tensor:
    return F.rms_norm(x, (x.shape[-1],))
