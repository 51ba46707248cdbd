"""Classes of tensors that are made to be saved."""

from typing import TypeVar

import torch

_Class = TypeVar("_Class", bound=type)


def loadable(kind: _Class) -> _Class:
    """The class, which `torch.load` then reads with weights_only=True, its default.

    What is in the file is only tensors and numbers: no code runs when it is read.
    """
    torch.serialization.add_safe_globals([kind])
    return kind
