"""Checks of arguments that all modules share. Each returns the cleaned value, or raises ValueError.

A message names the argument, and says what was expected and what came. Tensors are ordinary ones on
the CPU; what else torch lets pass for a tensor is turned away here, at one place.
"""

import math
import operator
from typing import Any

import torch

FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
INTEGERS = (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64)
# torch stores and converts these, but can hardly do more with them.
_STORED_INTEGERS = (torch.uint16, torch.uint32, torch.uint64)
_LARGEST_SIZE = 2**63 - 1  # of what torch counts: sizes, steps, positions


def checked_integer(value: Any, name: str, low: int, high: float | None = None) -> int:
    """Return `value` as an int in low ... high (both included).

    Without `high` it may be as large as what torch can count, with an infinite one larger still.
    """
    number = _as_integer(value, name)
    if number is None or number < low or (high is not None and number > high):
        bounded = high is not None and high < math.inf
        expected = f"from {low} to {high}" if bounded else f">= {low}"
        raise ValueError(f"{name}: expected an integer {expected}, got {shown(value)}")
    if high is None and number > _LARGEST_SIZE:
        raise ValueError(f"{name}: expected an integer below 2^63, got {shown(value)}")
    return number


def checked_number(
    value: Any,
    name: str,
    low: float = 0.0,
    high: float = math.inf,
    low_included: bool = True,
) -> float:
    """Return one finite number from `low` to `high` as a float."""
    number = as_float(value, name)
    above = number is not None and (number >= low if low_included else number > low)
    if number is not None and above and number <= high and math.isfinite(number):
        return number
    expected = "a finite number"
    if low_included and high < math.inf:
        expected = f"a number from {low:g} to {high:g}"
    elif low > -math.inf:
        expected += f" >= {low:g}" if low_included else f" > {low:g}"
        expected += f" and <= {high:g}" if high < math.inf else ""
    raise ValueError(f"{name}: expected {expected}, got {shown(value)}")


def as_float(value: Any, name: str) -> float | None:
    """Return one number of any kind as a float, infinite beyond its range; None if it is none."""
    try:
        return float(_single(value, name))
    except OverflowError:
        return math.inf if value > 0 else -math.inf
    except (TypeError, ValueError):
        return None


def shown(value: Any) -> str:
    """repr for a message; Python refuses to write the longest ints out."""
    too_long = isinstance(value, int) and value.bit_length() > 256
    return f"an int of {value.bit_length()} bits" if too_long else repr(value)


def checked_flag(value: Any, name: str) -> bool:
    """Return True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"{name}: expected True or False, got {shown(value)}")
    return value


def checked_n_bits(n_bits: Any) -> int:
    """Return `n_bits` as an int from 2 to 8."""
    return checked_integer(n_bits, "n_bits", 2, 8)


def checked_shape(shape: Any, name: str) -> tuple[int, ...]:
    """Return a shape as a tuple of ints >= 1."""
    try:
        sizes = tuple(shape)
    except TypeError:
        raise ValueError(f"{name}: expected a list of sizes, got {shown(shape)}") from None
    return tuple(checked_integer(size, f"a size in {name}", 1) for size in sizes)


def checked_tensor(x: Any, name: str) -> torch.Tensor:
    """Return an ordinary tensor on the CPU; of a subclass, the tensor that it is."""
    if not isinstance(x, torch.Tensor):
        raise ValueError(f"{name}: expected a torch tensor, got {type(x).__name__}")
    check_not_transformed(name)
    if type(x) is not torch.Tensor:
        # A class with a dispatch of its own only looks like a tensor: fake, distributed, lazy, ...
        own_dispatch = type(x).__torch_dispatch__ is not torch.Tensor.__torch_dispatch__
        if own_dispatch or torch.nn.parameter.is_lazy(x):
            raise ValueError(f"{name}: expected a tensor with values, got a {type(x).__name__}")
        with torch._C.DisableTorchFunctionSubclass():
            x = x.as_subclass(torch.Tensor)
    if x.device.type != "cpu":
        raise ValueError(f"{name}: expected a tensor on the CPU, got one on {x.device}")
    if x.layout != torch.strided or x.is_nested or x.is_quantized:
        kind = "nested" if x.is_nested else x.dtype if x.is_quantized else x.layout
        raise ValueError(f"{name}: expected a dense tensor, got {kind}")
    return x


def check_not_transformed(name: str) -> None:
    """Raise ValueError inside of vmap, grad and the like, where no value can be looked at."""
    inside = torch._C._functorch.maybe_current_level() is not None
    if inside or torch.autograd.forward_ad._current_level >= 0:
        raise ValueError(
            f"{name}: expected a call from outside of torch.func, got one inside of vmap, grad, ..."
        )


def checked_real(x: Any, name: str) -> torch.Tensor:
    """Return a non-empty tensor of floats or integers, without NaN and infinity."""
    values = checked_tensor(x, name)
    if values.dtype not in FLOATS and values.dtype not in INTEGERS:
        raise ValueError(f"{name}: expected a tensor of floats or integers, got {values.dtype}")
    _check_not_empty(values, name)
    values = values.detach()
    _check_finite(values, name)
    return values


def checked_floats(x: Any, name: str, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """Return a non-empty, finite floating-point tensor as `dtype`."""
    return _checked_with_graph(x, name, dtype).detach()


def checked_differentiable(
    x: Any, name: str, dtype: torch.dtype = torch.float32, dim: int | None = None
) -> torch.Tensor:
    """As `checked_floats`, with the graph of a tensor that requires a gradient."""
    values = _checked_with_graph(x, name, dtype)
    if dim is not None and values.dim() != dim:
        raise ValueError(f"{name}: expected {dim} axes, got shape {tuple(values.shape)}")
    # What was made in inference mode cannot be saved for a gradient; a copy can.
    outside = not torch.is_inference_mode_enabled()
    return values.clone() if outside and values.is_inference() else values


def checked_codes(q: Any, name: str) -> torch.Tensor:
    """Return a tensor of an integer dtype."""
    codes = checked_tensor(q, name)
    if codes.dtype not in INTEGERS and codes.dtype not in _STORED_INTEGERS:
        raise ValueError(f"{name}: expected a tensor of integers, got {codes.dtype}")
    return codes


def check_codes_within(codes: torch.Tensor, name: str, lowest: int, highest: int) -> None:
    """Raise ValueError unless all codes are from `lowest` to `highest`."""
    if codes.numel() and not lowest <= codes.min().item() <= codes.max().item() <= highest:
        n_bad = int(((codes < lowest) | (codes > highest)).sum())
        raise ValueError(f"{name}: expected codes from {lowest} to {highest}, got {n_bad} outside")


def checked_scale(scale: Any) -> torch.Tensor:
    """Return one finite positive scale as a 0-dim float32 tensor."""
    expected = "scale: expected one finite number > 0 (a Python number or a 0-dim tensor)"
    if getattr(scale, "ndim", 0):
        raise ValueError(f"{expected}, got shape {tuple(scale.shape)}")
    number = as_float(scale, "scale")
    if number is None:
        raise ValueError(f"{expected}, got {shown(scale)}")
    step = torch.tensor(number, dtype=torch.float32, device="cpu")
    if not 0 < step.item() < math.inf:
        raise ValueError(f"{expected}, got {shown(scale)} ({step.item():g} as float32)")
    return step


def all_finite(x: torch.Tensor) -> bool:
    """Whether a tensor holds neither NaN nor infinity: one pass, for both ends would show it."""
    return x.numel() == 0 or all(math.isfinite(end) for end in torch.aminmax(x.detach()))


def fitting(y: torch.Tensor, name: str, what: str) -> torch.Tensor:
    """Return a result, unless it left the range of its dtype because of an argument `name`."""
    if not all_finite(y):
        raise ValueError(f"{name}: expected {what} to fit {y.dtype}, got an overflow to infinity")
    return y


def _checked_with_graph(x: Any, name: str, dtype: torch.dtype) -> torch.Tensor:
    values = checked_tensor(x, name)
    if values.dtype not in FLOATS:
        supported = ", ".join(str(kind).removeprefix("torch.") for kind in FLOATS)
        raise ValueError(
            f"{name}: expected a floating-point tensor, got {values.dtype} (not one of {supported})"
        )
    _check_not_empty(values, name)
    values = values.to(dtype)
    _check_finite(values, name)
    return values


def _check_not_empty(x: torch.Tensor, name: str) -> None:
    if x.numel() == 0:
        raise ValueError(f"{name}: expected at least one value, got shape {tuple(x.shape)}")


def _check_finite(x: torch.Tensor, name: str) -> None:
    if x.is_floating_point() and not all_finite(x):
        n_bad = int((~torch.isfinite(x)).sum())
        raise ValueError(f"{name}: expected finite {x.dtype} values, got {n_bad} NaN or infinite")


def _as_integer(value: Any, name: str) -> int | None:
    try:
        return operator.index(_single(value, name))
    except TypeError:
        return None


def _single(value: Any, name: str) -> Any:
    """A value that may be one number: of Python, of NumPy, or the entry of a 0-dim tensor.

    None if it cannot be one. int and float would also take True, "1" and a tensor of shape (1,).
    """
    if isinstance(value, torch.Tensor):
        value = checked_tensor(value, name).detach()
    kind = str(getattr(value, "dtype", "float")).removeprefix("torch.")
    if isinstance(value, bool | str | bytes | bytearray) or getattr(value, "ndim", None):
        return None
    return value if kind.startswith(("float", "bfloat", "int", "uint")) else None
