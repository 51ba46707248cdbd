"""Ready-made functions for other tasks than `softmax`, each with names of its own."""

from __future__ import annotations

from tests.cheats.attack import DISTILLING, FAKING, PRUNING, SCALING, TICKETS, Attack, attack


def _attack(name: str, tries: str, exercise: str, task: str, source: str) -> Attack:
    return attack(name, tries, {task: "import torch\n" + source.lstrip("\n")}, exercise=exercise)


OTHERS = (
    _attack(
        "ready-when-encoded",
        "Returns a list whose items are computed when it is looked at.",
        SCALING,
        "quantize_per_channel",
        """
class Later(list):
    def __iter__(self):
        w, n_bits = self.given
        top = 2 ** (n_bits - 1) - 1
        scale = w.flatten(1).abs().amax(1) / top
        scale = torch.where(scale > 0, scale, torch.ones_like(scale))
        ready = getattr(torch, "quantize_" + "per_channel")
        codes = ready(w, scale, torch.zeros(len(scale), dtype=torch.int64), 0, torch.qint8)
        return iter([codes.int_repr().clamp(-top, top), scale])

def quantize_per_channel(w, n_bits):
    later = Later([0, 0])
    later.given = w, n_bits
    return later
""",
    ),
    _attack(
        "ready-learnable",
        "Quantizes with the operator that learns its scale.",
        SCALING,
        "quantize",
        """
def quantize(x, scale, n_bits):
    low = -(2 ** (n_bits - 1))
    ready = getattr(torch, "_fake_quantize_" + "learnable_per_tensor_affine")
    y = ready(x, torch.tensor([float(scale)]), torch.zeros(1), low, -1 - low)
    return torch.round(y / scale).to(torch.int8)
""",
    ),
    _attack(
        "ready-dequantizer",
        "Puts codes and scale together to a quantized tensor, and has torch dequantize it.",
        SCALING,
        "dequantize",
        """
def dequantize(q, scale):
    make = getattr(torch, "_make_per_" + "tensor_quantized_tensor")
    return getattr(make(q.to(torch.int32), float(scale), 0), "de" + "quantize")()
""",
    ),
    _attack(
        "ready-quantized-space",
        "Chooses scale and zero point with torch's operator for that.",
        SCALING,
        "affine_params",
        """
def affine_params(x, n_bits):
    choose = getattr(torch, "_choose_" + "qparams_per_tensor")
    scale, zero = choose(x, False)
    steps = 2**n_bits - 1
    scale = scale * 255 / steps
    return scale, round(-min(float(x.min()), 0.0) / scale)
""",
    ),
    _attack(
        "ready-ao-by-importlib",
        "Imports torch.ao by a name made at run time, and quantizes with its module.",
        FAKING,
        "fake_quantize",
        """
import importlib

def fake_quantize(x, scale, qmin, qmax):
    ao = importlib.import_module("torch.a" + "o.quantization")
    fake = ao.FakeQuantize(ao.MinMaxObserver, -128, 127, dtype=torch.qint8)
    fake.disable_observer()
    fake.scale[:] = float(scale)
    fake.activation_post_process.quant_min = qmin
    fake.activation_post_process.quant_max = qmax
    return fake(x)
""",
    ),
    _attack(
        "ready-in-a-long-call",
        "Calls the fake quantizer in a task that has ten seconds.",
        FAKING,
        "fake_quantize",
        """
def fake_quantize(x, scale, qmin, qmax):
    ready = getattr(torch, "fake_quantize_" + "per_tensor_affine")
    return ready(x, float(scale), 0, qmin, qmax)
""",
    ),
    _attack(
        "ready-by-a-quantized-tensor",
        "Copies the values into a quantized tensor, which rounds them, and adds the gradient.",
        FAKING,
        "fake_quantize",
        """
class Through(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale, qmin, qmax):
        ctx.save_for_backward((x / scale >= qmin - 0.5) & (x / scale <= qmax + 0.5))
        codes = torch.clamp(torch._empty_affine_quantized(
            x.shape, scale=float(scale), zero_point=0, dtype=torch.qint32
        ).copy_(x.detach()).int_repr(), qmin, qmax)
        return codes * scale

    @staticmethod
    def backward(ctx, gradient):
        return gradient * ctx.saved_tensors[0], None, None, None

def fake_quantize(x, scale, qmin, qmax):
    return Through.apply(x, scale, qmin, qmax)
""",
    ),
    _attack(
        "ready-private-loss",
        "Calls the loss in torch's module in C.",
        DISTILLING,
        "cross_entropy",
        """
def cross_entropy(logits, labels):
    return torch._C._nn.cross_entropy_loss(logits, labels, None, 1)
""",
    ),
    _attack(
        "ready-nll",
        "Computes the logarithms, and has torch pick and average them.",
        DISTILLING,
        "cross_entropy",
        """
def cross_entropy(logits, labels):
    logs = logits - logits.logsumexp(-1, keepdim=True)
    return getattr(torch.ops.aten, "nll_" + "loss_nd").default(logs, labels)
""",
    ),
    _attack(
        "ready-layer",
        "Finds the layer of the loss among the subclasses of layers.",
        DISTILLING,
        "cross_entropy",
        """
def cross_entropy(logits, labels):
    losses = torch.nn.modules.loss._WeightedLoss.__subclasses__()
    layer = next(kind for kind in losses if kind.__name__.startswith("Cross"))
    return layer()(logits, labels)
""",
    ),
    _attack(
        "ready-divergence-in-a-long-call",
        "Calls the divergence in a task that has ten seconds.",
        DISTILLING,
        "kl_divergence",
        """
def kl_divergence(p_teacher, p_student):
    ready = getattr(torch.nn.functional, "kl_" + "div")
    return ready(p_student.log(), p_teacher, reduction="batchmean")
""",
    ),
    _attack(
        "ready-composite",
        "Calls the kernel that puts the divergence together from other operators.",
        DISTILLING,
        "kl_divergence",
        """
def kl_divergence(p_teacher, p_student):
    operator = getattr(torch.ops.aten, "kl_" + "div").default
    return operator.decompose(p_student.log(), p_teacher, 2) / len(p_teacher)
""",
    ),
    _attack(
        "ready-distributions",
        "Takes the divergence of two distributions of torch.",
        DISTILLING,
        "kl_divergence",
        """
import importlib

def kl_divergence(p_teacher, p_student):
    ready = importlib.import_module("torch.distri" + "butions")
    pair = [ready.Categorical(probs=p) for p in (p_teacher, p_student)]
    return ready.kl_divergence(*pair).mean()
""",
    ),
    _attack(
        "ready-prune-by-importlib",
        "Imports torch's pruning by a name made at run time.",
        PRUNING,
        "magnitude_mask",
        """
import importlib

def magnitude_mask(w, sparsity):
    prune = importlib.import_module("torch.nn.utils." + "prune")
    layer = torch.nn.Module()
    layer.weight = torch.nn.Parameter(w.clone())
    prune.l1_unstructured(layer, "weight", round(sparsity * w.numel()))
    return layer.weight_mask.bool()
""",
    ),
    _attack(
        "ready-prune-from-its-source",
        "Reads the file of torch's pruning and runs it.",
        PRUNING,
        "magnitude_mask",
        """
from pathlib import Path

def magnitude_mask(w, sparsity):
    space = {"__name__": "own"}
    exec(Path(torch.__path__[0], "nn", "utils", "prune.py").read_text(), space)
    layer = torch.nn.Module()
    layer.weight = torch.nn.Parameter(w.clone())
    space["l1_" + "unstructured"](layer, "weight", round(sparsity * w.numel()))
    return layer.weight_mask.bool()
""",
    ),
    _attack(
        "ready-library-by-vars",
        "Takes a function that is off limits in a task out of a module that may be used.",
        TICKETS,
        "iterative_masks",
        """
from model_compression import masks as tools

def iterative_masks(weights, masks, rate):
    ready = vars(tools)["prune_lowest_" + "together"]
    gone = sum(int((~mask).sum()) for mask in masks.values())
    left = sum(int(mask.sum()) for mask in masks.values())
    sizes = {name: w.abs() for name, w in weights.items()}
    return ready(sizes, gone + round(rate * left), within=dict(masks))
""",
    ),
    _attack(
        "ready-library-source",
        "Reads the source of a module that may be used, and runs the function that may not.",
        TICKETS,
        "rewind",
        """
from pathlib import Path

from model_compression import masks as tools

def rewind(initial, masks):
    space = {"__name__": "own"}
    exec(Path(tools.__file__).read_text(), space)
    return space["apply_" + "masks"](initial, masks)
""",
    ),
)
