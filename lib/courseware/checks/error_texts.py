"""What an error says, in words: the commonest texts of Python's and torch's errors."""

from __future__ import annotations

import re

READINGS = (
    (
        r"'(float|int)' object has no attribute '(\w+)'",
        "A value that is a plain Python {0} here has no `.{1}`: only tensors have. An argument may "
        "come as a number; `float(value)` takes both.",
    ),
    (
        r"'Tensor' object has no attribute '(\w+)'",
        "A tensor has no `.{0}`. Is it meant for NumPy, for a list, or spelled otherwise?",
    ),
    (
        r"'(\w+)' object has no attribute '(\w+)'",
        "An object of the type `{0}` has no `.{1}`: what comes here is another kind of value than "
        "your line expects.",
    ),
    (
        r"'(\w+)' object is not callable",
        "A value of the type `{0}` is called like a function. Has a name been used twice, or are "
        "brackets there that should be square?",
    ),
    (
        r"'(\w+)' object is not (?:iterable|subscriptable)",
        "A single value of the type `{0}` is gone through or indexed as if it were a row of them.",
    ),
    (
        r"unsupported operand type\(s\) for (\S+): '(\w+)' and '(\w+)'",
        "`{0}` does not work between `{1}` and `{2}`: look where each of the two comes from.",
    ),
    (
        r"(?:view size is not compatible|use \.reshape)",
        "`view` needs the values side by side in memory, which a transposed or cut tensor does not "
        "have. `reshape` and `flatten` take any.",
    ),
    (
        r"(?:not enough|too many) values to unpack \(expected (\d+)",
        "Just {0} values are unpacked from something that holds another number of them on this "
        "input, such as the shape of a tensor with fewer or more axes.",
    ),
    (
        r"(?:Unexpected|Missing) key\(s\) in state_dict",
        "A state was loaded into a network that has other names: how many layers there are differs "
        "from input to input, and the state says it.",
    ),
    (
        r"^'([^']+)'$",
        "A dict has no entry `{0}`. Ask first whether it is there (`in`), or go through the names "
        "that it has.",
    ),
    (r"math domain error", "A logarithm or a root was asked for outside of its domain: of 0?"),
    (r"(?:division by zero|modulo by zero)", "There is a division by zero on this input."),
    (
        r"(?:(?:list|string) index|index -?\d+ is|[Dd]imension) .*out of (?:range|bounds)",
        "An index or an axis is asked for that is not there: this input is shorter, or has fewer "
        "axes, than your line expects.",
    ),
    (
        r"(?:Overflow when unpacking|too large to convert|out of bounds for|can't be converted)",
        "A number is too large for the machine's integers (int64 ends at 2**63 − 1, int8 at 127). "
        "Python's own `int` has no end.",
    ),
    (
        r"must match the size of tensor|shapes cannot be multiplied|shape '.*' is invalid|"
        r"cannot be broadcast|size mismatch",
        "Two shapes on the way do not fit. Print both of them on this input.",
    ),
    (
        r"(?:Boolean value of Tensor|truth value of an array) .* ambiguous",
        "A whole tensor stands where one yes or no is asked for (`if`, `and`, the `max` of Python; "
        "`a <= b <= c` is an `and`, too). Take `torch.where`, `&`, `.any()` or `.all()`.",
    ),
    (
        r"only (?:one element tensors|tensors? with (?:one|1) element)|a Tensor with \d+ elements "
        r"cannot be converted",
        "A tensor of several values is turned into one number.",
    ),
    (
        r"kth\(=.*out of bounds",
        "`argpartition` is told to split at a place that is not there. The places of the n highest "
        "are the last n after a split at −n.",
    ),
    (
        r"data type '?\w+'? not understood",
        "NumPy knows integers of 8, 16, 32 and 64 bits, and of no other width.",
    ),
    (
        r"(?:could not convert string|invalid literal)",
        "A text is read as a number that is none, as it is the case for an empty one.",
    ),
    (
        r"result type (\w+) can't be cast to the desired output type (\w+)",
        "An operation in place would change the type of a tensor from {1} to {0}, which it cannot: "
        "make a new one.",
    ),
    (
        r"not implemented for '?(\w+)'?",
        "torch has no such operation for {0}: convert before it.",
    ),
    (
        r"incorrect number of gradients \(expected (\d+), got (\d+)\)",
        "The `backward` of a `torch.autograd.Function` returns a gradient for each argument of "
        "`forward`: {0} here, and yours returns {1}. It is None for those that need none.",
    ),
    (
        r"leaf Variable that requires grad|a view of a leaf",
        "A tensor that a gradient is wanted for is changed in place: compute a new one.",
    ),
    (
        r"does not require grad|does not have a grad_fn",
        "A gradient is asked for, and on the way it was cut off (`detach`, `no_grad`, `.item()`, "
        "NumPy, integers).",
    ),
    (
        r"numpy\(\) on Tensor that requires grad",
        "A tensor that a gradient is wanted for does not go to NumPy: stay in torch.",
    ),
    (
        r"takes (\d+) positional arguments? but (\d+) (?:was|were) given",
        "A function was called with {1} arguments and takes {0}.",
    ),
    (
        r"name '(\w+)' is not defined",
        "The name `{0}` is not there: spelled otherwise, or from another cell?",
    ),
    (
        r"(?:local variable '(\w+)'|cannot access local variable '(\w+)')",
        "A name is used before it has a value: on this input, no branch or loop has set it.",
    ),
    (
        r"(?:max|min)\(\) (?:arg is an empty sequence|iterable argument is empty)|"
        r"Expected reduction dim|non-zero size|have no identity",
        "Something is empty on this input of which the largest or smallest value is asked for.",
    ),
    (
        r"assignment destination is read-only|does not support item assignment",
        "What is written into cannot be changed: a text, a tuple, a number.",
    ),
)
"""Patterns of texts, the most telling first, and what they mean."""


def reading_of(error: BaseException | None) -> str:
    """What an error's text means, in words; "" if it is none of these.

    >>> reading_of(AttributeError("'float' object has no attribute 'item'"))[:43]
    'A value that is a plain Python float here h'
    >>> reading_of(ValueError("who knows"))
    ''
    """
    text = str(error)[:2000]
    for pattern, words in READINGS:
        if found := re.search(pattern, text):
            return words.format(*(part or "" for part in found.groups()))
    return ""
