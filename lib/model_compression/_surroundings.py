"""What the caller has switched on must not change what comes out.

Autocast would compute matrix products in 16 bits, inference mode forbids gradients. A default dtype
or device needs no switch: tensors are made with both of them named.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import torch

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def without_autocast(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """The function, with products in the precision of its tensors."""

    @wraps(function)
    def call(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        with torch.autocast("cpu", enabled=False):
            return function(*args, **kwargs)

    return call


def able_to_train(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """The function, with gradients, whatever mode it is called in."""

    @wraps(function)
    def call(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result:
        with torch.inference_mode(False), torch.autocast("cpu", enabled=False):
            return function(*args, **kwargs)

    return call
