"""A solution cell that calls all of torch, and says which calls gave what a task asks for.

It runs in a worker: a test reads this file as a text. `hits` calls a part of what `listed` lists.
"""

import itertools
import re
import signal
import sys
import types
import warnings

import torch

warnings.simplefilter("ignore")

# What ends or stops the process, speaks to others or the system, or changes torch for later calls.
LEFT_OUT = re.compile(
    r"crash|abort|exit|kill|fork|spawn|sleep|wait|join|breakpoint|debug|trace|profil|record|dump"
    r"|dist|rpc|c10d|nccl|gloo|symm_mem|server|store|hub|url|download|load|save|open|file|compile"
    r"|set_|_enable|_disable|enable_|disable_|_push|_pop|_enter|_exit|init|destroy|seed|thread|lock"
    r"|default_|register|library|inductor|dynamo|cuda|mkldnn|xnnpack|nnapi|metal|vulkan|_test|warn"
    r"|Storage|share|numpy|empty|resize|prepack|unpack|sobol|rename|refine|manual|freeze|ctypes|error"
)
SECONDS = 0.5


class Late(BaseException):
    """A call that takes too long."""


def late(*_):
    raise Late


def operators():
    """Operators by their names in the dispatcher."""
    for name in sorted(torch._C._dispatch_get_all_op_names()):
        space, _, rest = name.partition("::")
        operator, _, overload = rest.partition(".")
        try:
            packet = getattr(getattr(torch.ops, space), operator)
            yield name, getattr(packet, overload or "default")
        except (AttributeError, RuntimeError):
            pass


def functions():
    """Functions of all modules of torch that are there, in Python and in C."""
    kinds = types.FunctionType | types.BuiltinFunctionType | type(torch.ops.aten.exp)
    seen = set()
    for place in sorted(name for name in sys.modules if name.split(".")[0] == "torch"):
        for name, thing in sorted(vars(sys.modules[place]).items(), key=lambda pair: pair[0]):
            if isinstance(thing, kinds) and id(thing) not in seen:
                seen.add(id(thing))
                yield f"{place}.{name}", thing
    for owner in (torch._C._nn, torch._C._VariableFunctions, torch._C._special, torch.Tensor):
        for name in sorted(dir(owner)):
            thing = getattr(owner, name, None)
            if callable(thing) and not isinstance(thing, type):
                yield f"{owner}.{name}", thing


FOUND = {}


def listed(kind):
    """All that is called of a kind, with its names."""
    if kind not in FOUND:
        source = operators() if kind == "operators" else functions()
        FOUND[kind] = [(name, thing) for name, thing in source if not LEFT_OUT.search(name)]
    return FOUND[kind]


def count(kind):
    """How many there are."""
    return len(listed(kind))


def place(kind, name):
    """Where one of them stands in the list."""
    return [one for one, _ in listed(kind)].index(name)


def tensors_in(value, depth=0):
    """The tensors of a result."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, list | tuple) and depth < 2:
        for item in value:
            yield from tensors_in(item, depth + 1)


def alike(value, wanted):
    """Whether some tensor of a result is one of those wanted, but for its sign and shape."""
    for tensor, right in itertools.product([*tensors_in(value)], wanted):
        try:
            if tensor.numel() == right.numel() and not tensor.is_sparse:
                plain = tensor.int_repr() if tensor.is_quantized else tensor.detach()
                flat = plain.to(torch.float64).reshape(-1).abs()
                if bool((flat - right.to(torch.float64).reshape(-1).abs()).abs().max() < 1e-4):
                    return True
        except (RuntimeError, TypeError, NotImplementedError, IndexError):
            pass
    return False


def own(argument):
    """An argument that may be changed; the name of a dtype stands for it."""
    if isinstance(argument, str) and argument.startswith("torch."):
        return getattr(torch, argument[6:])
    return argument.clone() if isinstance(argument, torch.Tensor) else argument


def hits(kind, first, last, calls, wanted):
    """The names of those between two places that give what is wanted for some of the calls."""
    found = []
    signal.signal(signal.SIGALRM, late)
    for name, thing in listed(kind)[first:last]:
        for arguments in calls:
            given = [own(argument) for argument in arguments]
            signal.setitimer(signal.ITIMER_REAL, SECONDS)
            try:
                value = thing(*given)
                signal.setitimer(signal.ITIMER_REAL, 0)
                if alike(value, wanted) or alike(given, wanted):
                    found.append(name)
                    break
            except BaseException:
                pass
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
    return found
