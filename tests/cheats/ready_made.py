"""Ready-made functions that nobody sees being called: by other ways, other names, at other times.

Each would solve its task, or a part of it, if the function that it is after answered.
"""

from __future__ import annotations

from tests.cheats.attack import Attack, attack
from tests.cheats.ready_made_tasks import OTHERS

HEAD = """import torch

NAME = "soft" + "max"

def softmax(logits, temperature=1.0):
    x = logits / temperature
"""


def _softmax(name: str, tries: str, body: str, before: str = "") -> Attack:
    """An attack on `softmax`, whose argument `x` is divided by the temperature already."""
    lines = "".join(f"    {line}\n" for line in body.strip().splitlines())
    source = before.lstrip("\n") + HEAD + lines
    return attack(name, tries, {"softmax": source}, exercise="05_knowledge_distillation")


WAYS = (
    _softmax(
        "ready-by-vars",
        "Takes softmax out of torch's namespace.",
        "return vars(torch)[NAME](x, -1)",
    ),
    _softmax(
        "ready-by-getattr",
        "Asks a tensor for its method by a name that is made at run time.",
        "return getattr(x, NAME)(-1)",
    ),
    _softmax(
        "ready-in-torchscript",
        "Compiles softmax from a string, as TorchScript.",
        """
source = "def f(x):\\n    return torch." + NAME + "(x, -1)\\n"
return torch.jit.CompilationUnit(source).f(x)
""",
    ),
    _softmax(
        "ready-in-torch-function",
        "Calls softmax inside the handler of a tensor subclass, where no mode watches.",
        "return torch.exp(x.as_subclass(Own)).as_subclass(torch.Tensor)",
        """
import torch

class Own(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        with torch._C.DisableTorchFunctionSubclass():
            if function is torch.exp:
                return getattr(torch, NAME)(args[0].as_subclass(torch.Tensor), -1)
            return function(*args, **(kwargs or {}))

""",
    ),
    _softmax(
        "ready-in-a-hook",
        "Calls softmax in the hook of a backward pass.",
        """
leaf, found = torch.zeros(1, requires_grad=True), []
leaf.register_hook(lambda gradient: found.append(getattr(torch, NAME)(x, -1)))
leaf.sum().backward()
return found[0]
""",
    ),
    _softmax(
        "ready-in-apply",
        "Calls softmax inside of `apply_`.",
        """
found = []
torch.zeros(1).apply_(lambda _: found.append(getattr(torch, NAME)(x, -1)) or 0.0)
return found[0]
""",
    ),
    _softmax(
        "ready-private-softmax",
        "Calls the operator that torch's softmax is made of.",
        "return torch._softmax(x, -1, False)",
    ),
    _softmax(
        "ready-behind-a-crowd",
        "Calls all methods of tensors first, so that a list of names is full.",
        """
for name in sorted(dir(torch.Tensor)):
    try:
        getattr(torch.Tensor, name)(torch.ones(2))
    except Exception:
        pass
return getattr(torch, NAME)(x, -1)
""",
    ),
    _softmax(
        "ready-mode-off",
        "Switches off all that watches torch's functions.",
        """
with torch._C.DisableTorchFunction():
    return getattr(torch, NAME)(x, -1)
""",
    ),
    _softmax(
        "ready-below-autograd",
        "Calls the operator at the processor's own key, below all others.",
        """
keys = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)
return torch.ops.aten._softmax.default.redispatch(keys, x, -1, False)
""",
    ),
    _softmax(
        "ready-without-keys",
        "Takes the dispatcher's key that every call passes out of the way.",
        """
keys = torch._C.DispatchKeySet(torch._C.DispatchKey.BackendSelect)
with torch._C._ExcludeDispatchKeyGuard(keys), torch.inference_mode():
    return getattr(torch, NAME)(x, -1)
""",
    ),
    _softmax(
        "ready-kernel",
        "Asks for the kernel of the operator and calls that.",
        """
kernel = torch.library.get_kernel("aten::_softmax", "CPU")
keys = torch._C.DispatchKeySet(torch._C.DispatchKey.CPU)
return kernel.call_boxed(keys, x, -1, False)
""",
    ),
    _softmax(
        "ready-deregistered",
        "Takes every library of kernels back that is found in memory.",
        """
import gc
gc.unfreeze()
for thing in gc.get_objects():
    if "ibrary" in type(thing).__name__ and hasattr(thing, "_destroy"):
        thing._destroy()
return getattr(torch, NAME)(x, -1)
""",
    ),
    _softmax(
        "ready-fall-through",
        "Registers kernels that fall through to what was there before.",
        """
own = torch.library.Library("aten", "IMPL")
for key in ("AutogradCPU", "ADInplaceOrView"):
    own.impl(NAME + ".int", torch.library.fallthrough_kernel, key)
return getattr(torch, NAME)(x, -1)
""",
    ),
    _softmax(
        "ready-refusal-recoded",
        "Gives every refusing function in memory other code.",
        """
import gc
gc.unfreeze()
for thing in gc.get_objects():
    if type(thing).__name__ == "function" and thing.__name__ == "refuse":
        if not thing.__closure__:
            thing.__code__ = (lambda *a, **k: None).__code__
return getattr(torch, NAME)(x, -1)
""",
    ),
    _softmax(
        "ready-vmap",
        "Calls softmax on every row under vmap.",
        """
rows = x.reshape(-1, x.shape[-1])
return torch.func.vmap(lambda row: getattr(torch, NAME)(row, 0))(rows).reshape(x.shape)
""",
    ),
    _softmax(
        "ready-out",
        "Has softmax write into a tensor of the caller's.",
        """
y = torch.empty_like(x)
getattr(torch.ops.aten, NAME).int_out(x, -1, out=y)
return y
""",
    ),
    _softmax(
        "ready-sparse",
        "Takes the softmax of a sparse tensor.",
        "return getattr(torch.sparse, NAME)(x.to_sparse(), -1).to_dense()",
    ),
    _softmax(
        "ready-masked",
        "Takes the softmax under a mask that masks nothing.",
        "return getattr(torch.masked, NAME)(x, -1, mask=x == x)",
    ),
    _softmax(
        "ready-attention",
        "Reads the softmax off an attention whose keys and values are unit matrices.",
        """
rows = x.reshape(-1, x.shape[-1])
unit = torch.eye(rows.shape[-1])
attention = torch.nn.functional.scaled_dot_product_attention
return attention(rows[None], unit[None], unit[None], scale=1.0).reshape(x.shape)
""",
    ),
    _softmax(
        "ready-gumbel",
        "Takes the softmax with noise, and sees to it that the noise is none.",
        """
torch.Tensor.exponential_ = lambda noise: noise.fill_(1.0)
return getattr(torch.nn.functional, "gumbel_" + NAME)(x, dim=-1)
""",
    ),
    _softmax(
        "ready-reference",
        "Calls torch's reference in Python.",
        "return getattr(torch._refs, NAME)(x, -1)",
    ),
    _softmax(
        "ready-decomposition",
        "Calls what torch's compilers take softmax apart with.",
        """
from torch._decomp import decomposition_table
return decomposition_table[torch.ops.aten._softmax.default](x, -1, False)
""",
    ),
    _softmax(
        "ready-in-memory",
        "Looks through all of memory for a function in Python that does it.",
        """
import gc
gc.unfreeze()
for thing in gc.get_objects():
    if type(thing).__name__ == "function" and thing.__name__ == "_" + NAME:
        if thing.__module__ == "torch._decomp.decompositions":
            return thing(x, -1, False)
""",
    ),
    _softmax(
        "ready-source-of-torch",
        "Reads what torch's compilers take softmax apart with from its file, and runs that.",
        """
import ast
from pathlib import Path
tree = ast.parse(Path(torch.__path__[0], "_decomp", "decompositions.py").read_text())
found = next(one for one in tree.body if getattr(one, "name", "") == "_" + NAME)
found.decorator_list = []
space = dict(vars(torch._decomp.decompositions))
exec(compile(ast.Module([found], []), "own", "exec", 1 << 24), space)
return space["_" + NAME](x, -1, False)
""",
    ),
    _softmax(
        "ready-python-dispatcher",
        "Calls softmax where torch looks for kernels in Python first.",
        """
from torch._dispatch.python import enable_python_dispatcher
with enable_python_dispatcher():
    return getattr(torch, NAME)(x, -1)
""",
    ),
    _softmax(
        "ready-lazy-device",
        "Calls softmax on torch's lazy device.",
        'return getattr(torch, NAME)(x.to("lazy"), -1).to("cpu")',
        "import torch._lazy.ts_backend\n\ntorch._lazy.ts_backend.init()\n",
    ),
    _softmax(
        "ready-fused",
        "Has TorchScript turn softmax into code of its own, past the operators.",
        """
torch._C._jit_set_texpr_fuser_enabled(True)
torch._C._jit_override_can_fuse_on_cpu(True)
torch._C._jit_set_te_must_use_llvm_cpu(False)
source = "def f(x):\\n    return torch." + NAME + "(x + 0.0, -1) * 1.0\\n"
unit = torch.jit.CompilationUnit(source)
return [unit.f(x) for _ in range(4)][-1]
""",
    ),
    _softmax(
        "ready-static-runtime",
        "Runs softmax in torch's static runtime, past the operators.",
        """
source = "def forward(self, x):\\n    return torch." + NAME + "(x, -1)\\n"
module = torch.jit.ScriptModule()
module.define(source)
return torch._C._jit_to_static_module(torch.jit.freeze(module.eval())._c)(x)
""",
    ),
    _softmax(
        "ready-traced-in-a-cell",
        "Keeps a trace of softmax that was made while the cell ran.",
        "return KEPT(x)",
        """
import torch

KEPT = torch.jit.trace(lambda x: getattr(torch, "soft" + "max")(x, -1), torch.zeros(3))

""",
    ),
    _softmax(
        "ready-kept-in-a-cell",
        "Keeps a kernel of softmax that was asked for while the cell ran.",
        "return KEPT.call_boxed(torch._C.DispatchKeySet(torch._C.DispatchKey.CPU), x, -1, False)",
        """
import torch

KEPT = torch.library.get_kernel("aten::_softmax", "CPU")

""",
    ),
    _softmax(
        "ready-gradient-of-the-loss",
        "Reads the softmax off the gradient of the cross entropy.",
        """
rows = x.reshape(-1, x.shape[-1]).detach().requires_grad_()
labels = torch.zeros(len(rows), dtype=torch.int64)
torch.nn.functional.cross_entropy(rows, labels, reduction="sum").backward()
return (rows.grad + torch.eye(rows.shape[-1])[labels]).reshape(x.shape)
""",
    ),
)

ATTACKS = (*WAYS, *OTHERS)
