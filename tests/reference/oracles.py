"""Oracles that nobody here wrote, and the inputs on which the library is compared with them.

convention of scale application     oracle
true division      round(x / s)         ONNX Runtime QuantizeLinear       (the library's convention)
reciprocal         round(x * (1 / s))   torch.fake_quantize_*, torchao
Both round half to even and add the zero point after rounding.
"""

from typing import Any

import numpy as np
import onnxruntime
import torch
from onnx import TensorProto, helper
from torchao.quantization.quant_primitives import (
    MappingType,
    choose_qparams_affine,
    quantize_affine,
)

ONNX_DTYPES = {
    "int8": TensorProto.INT8,
    "uint8": TensorProto.UINT8,
    "int4": TensorProto.INT4,
    "uint4": TensorProto.UINT4,
}


def onnx_quantize(
    x: torch.Tensor,
    scale: torch.Tensor,
    zero_point: int = 0,
    dtype: str = "int8",
    axis: int | None = None,
    block_size: int | None = None,
) -> torch.Tensor:
    """Codes of ONNX QuantizeLinear (opset 21) as int32; `zero_point` is one for the tensor."""
    onnx_dtype = ONNX_DTYPES[dtype]
    attributes = {"axis": axis, "block_size": block_size}
    nodes = [
        helper.make_node("Cast", ["z32"], ["z"], to=onnx_dtype),
        helper.make_node(
            "QuantizeLinear",
            ["x", "s", "z"],
            ["q"],
            **{name: value for name, value in attributes.items() if value is not None},
        ),
        helper.make_node("Cast", ["q"], ["codes"], to=TensorProto.INT32),
    ]
    inputs = [
        helper.make_tensor_value_info("x", TensorProto.FLOAT, list(x.shape)),
        helper.make_tensor_value_info("s", TensorProto.FLOAT, list(scale.shape)),
        helper.make_tensor_value_info("z32", TensorProto.INT32, list(scale.shape)),
    ]
    outputs = [helper.make_tensor_value_info("codes", TensorProto.INT32, list(x.shape))]
    model = helper.make_model(
        helper.make_graph(nodes, "quantize", inputs, outputs),
        opset_imports=[helper.make_opsetid("", 21)],
        ir_version=10,
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    feed = {
        "x": x.numpy(),
        "s": scale.numpy(),
        "z32": np.full(tuple(scale.shape), zero_point, dtype=np.int32),
    }
    return torch.from_numpy(session.run(None, feed)[0])


def torchao_params(
    x: torch.Tensor, mapping: MappingType, block: tuple[int, ...], qmin: int, qmax: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Scale and zero point of torchao, one per block, block axes kept."""
    dtype = torch.int8 if qmin < 0 else torch.uint8
    return choose_qparams_affine(
        x, mapping, block, dtype, qmin, qmax, scale_dtype=torch.float32, keepdim=True
    )


def torchao_codes(
    x: torch.Tensor,
    block: tuple[int, ...],
    scale: torch.Tensor,
    zero_point: torch.Tensor,
    qmin: int,
    qmax: int,
) -> torch.Tensor:
    """Codes of torchao; scale and zero point one per block."""
    dtype = torch.int8 if qmin < 0 else torch.uint8
    return quantize_affine(x, block, scale, zero_point, dtype, qmin, qmax)


def matrices() -> dict[str, torch.Tensor]:
    """Weights of shape (8, 64) in float32, each with something that goes wrong easily."""
    draw = torch.Generator().manual_seed(20)
    normal = torch.randn(8, 64, generator=draw)
    outlier = normal.clone()
    outlier[3, 17] = 1000.0
    zero_rows = normal.clone()
    zero_rows[2] = 0.0
    zero_rows[5, 32:] = 0.0
    return {
        "normal": normal,
        "uniform": torch.rand(8, 64, generator=draw) * 2 - 1,
        "positive": torch.rand(8, 64, generator=draw) + 0.5,
        "negative": -torch.rand(8, 64, generator=draw) - 0.5,
        "outlier": outlier,
        "zero rows": zero_rows,
        "zeros": torch.zeros(8, 64),
        "constant": torch.full((8, 64), 0.3),
        "negative constant": torch.full((8, 64), -0.3),
        "half points": (torch.arange(-256, 256) + 0.5).reshape(8, 64) / 4,
        "small": normal * 1e-5,
        "large": normal * 1e30,
        "from float16": normal.half().float(),
        "from bfloat16": normal.bfloat16().float(),
    }


def away_from_ties(x: torch.Tensor, scale: Any, n_bits: int) -> torch.Tensor:
    """Where round(x / s) and round(x * (1 / s)) must agree, whatever the float error.

    With u = 2^-24, division errs by |x/s| u, the reciprocal way by |x/s| 2u (two roundings), so
    their results differ by at most 3u |x/s|. Codes reach 2^b <= 256 and one half step beyond it is
    clipped either way; 3u * 257 < 2^-14 = 1024 u. So 2^-14 away from a half step is enough.
    """
    steps = x.double() / torch.as_tensor(scale).double()
    distance = ((steps - steps.floor()) - 0.5).abs()
    clipped = steps.abs() > 2**n_bits + 1
    sure = (distance > 2**-14) | clipped
    # 128 ties in one matrix are on purpose; elsewhere one value in 2^12 lies so close by chance.
    assert sure.double().mean() >= 0.5
    return sure
