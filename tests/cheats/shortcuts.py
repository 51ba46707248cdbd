"""Shortcuts that are special to machine learning: the library does the task, or nobody does."""

from __future__ import annotations

from tests.cheats.attack import NUMBERS, SCALING, Attack, attack, tasks_of

READY = "torch.{name}(x, float(scale), 0, torch.qint8).int_repr()"
CLAMP = ".clamp(-(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1)"
HEAD = "def quantize(x, scale, n_bits):\n"


def quantize(name: str, tries: str, source: str) -> Attack:
    """An attack on the task `quantize`, which torch's own quantizer would solve."""
    return attack(name, tries, {"quantize": source}, exercise=SCALING)


ATTACKS = (
    attack(
        "library-under-an-alias",
        "Imports the reference under another name.",
        {
            "signed_value": "from model_compression import number_formats as tools\n"
            "work = tools.signed_value\n\ndef signed_value(bits):\n    return work(bits)"
        },
    ),
    attack(
        "library-by-importlib",
        "Imports the reference by a name that is put together at run time.",
        {
            "signed_value": "import importlib\n\ndef signed_value(bits):\n"
            "    module = importlib.import_module('model_' + 'compression.number_formats')\n"
            "    return getattr(module, 'signed_' + 'value')(bits)"
        },
    ),
    attack(
        "library-in-exec",
        "Imports the reference in a string that is executed.",
        {
            "signed_value": "def signed_value(bits):\n    space = {}\n"
            "    exec('from model_compression.number_formats import signed_value as f', space)\n"
            "    return space['f'](bits)"
        },
    ),
    attack(
        "library-in-an-object",
        "Wraps the reference in an object that can be called.",
        {
            "signed_value": "from model_compression import number_formats\n\nclass Own:\n"
            "    def __call__(self, bits):\n"
            "        return number_formats.signed_value(bits)\n\nsigned_value = Own()"
        },
    ),
    attack(
        "library-in-partial",
        "Wraps the reference in functools.partial.",
        {
            "signed_value": "import functools\nimport model_compression.number_formats as m\n\n"
            "signed_value = functools.partial(m.signed_value)"
        },
    ),
    attack(
        "library-in-a-default",
        "Binds the reference as the default of a further parameter.",
        {
            "signed_value": "from model_compression.number_formats import signed_value as ready\n\n"
            "def signed_value(bits, work=ready):\n    return work(bits)"
        },
    ),
    attack(
        "all-of-the-library",
        "Assigns every function of the reference library in exercise 02.",
        {
            name: "import model_compression.integer_scaling as a\n"
            "import model_compression.granularity as b\nimport model_compression.packing as c\n"
            "import model_compression.error_measures as d\n"
            f"{name} = next(getattr(m, '{name}') for m in (a, b, c, d) if hasattr(m, '{name}'))"
            for name in tasks_of(SCALING)
            if not name.startswith("quiz")
        },
        exercise=SCALING,
    ),
    quantize(
        "torch-quantizer",
        "Calls torch's own quantizer.",
        HEAD + "    return " + READY.format(name="quantize_per_tensor") + CLAMP,
    ),
    quantize(
        "torch-quantizer-aliased",
        "Calls torch's own quantizer under another name, from a helper.",
        "from torch import quantize_per_tensor as steps\n\ndef helper(x, s):\n"
        "    return steps(x, float(s), 0, torch.qint8)\n\n"
        + HEAD
        + "    return helper(x, scale).int_repr()"
        + CLAMP,
    ),
    quantize(
        "torch-quantizer-by-getattr",
        "Gets torch's own quantizer by its name as a string.",
        HEAD + "    return getattr(torch, 'quantize_per_tensor')"
        "(x, float(scale), 0, torch.qint8).int_repr()" + CLAMP,
    ),
    quantize(
        "torch-quantizer-by-parts",
        "Gets torch's own quantizer by a name that is put together at run time.",
        "import operator\n\n" + HEAD + "    name = '_'.join(['quantize', 'per', 'tensor'])\n"
        "    return operator.attrgetter(name)(torch)"
        "(x, float(scale), 0, torch.qint8).int_repr()" + CLAMP,
    ),
    quantize(
        "torch-quantizer-by-ops",
        "Calls torch's own quantizer as an operator of ATen.",
        HEAD + "    return torch.ops.aten.quantize_per_tensor"
        "(x, float(scale), 0, torch.qint8).int_repr()" + CLAMP,
    ),
    quantize(
        "torch-quantizer-in-exec",
        "Calls torch's own quantizer in a string that is executed.",
        HEAD + "    return eval('torch.quantize_per_tensor"
        "(x, float(scale), 0, torch.qint8).int_repr()', {'torch': torch, 'x': x, "
        "'scale': scale})" + CLAMP,
    ),
    quantize(
        "torch-quantizer-in-globals",
        "Puts torch's own quantizer in place of the function behind the reader's back.",
        HEAD
        + "    return None\n\nglobals()['quan' + 'tize'] = lambda x, scale, n_bits: vars(torch)"
        "['quantize_per_tensor'](x, float(scale), 0, torch.qint8).int_repr()" + CLAMP,
    ),
    attack(
        "other-package",
        "Uses what else is installed: the quantizer of torchao.",
        {
            "quantize": "from torchao.quantization.quant_primitives import quantize_affine\n\n"
            + HEAD
            + "    limits = -(2 ** (n_bits - 1)), 2 ** (n_bits - 1) - 1\n"
            "    step = torch.tensor(float(scale))\n"
            "    return quantize_affine(x, x.shape, step, None, torch.int8, *limits)"
        },
        exercise=SCALING,
    ),
    attack(
        "fake-quantizer",
        "Calls torch's fake quantizer by way of functools.partial and divides by the scale.",
        {
            "quantize": "import functools\n"
            "fake = functools.partial(torch.fake_quantize_per_tensor_affine, zero_point=0)\n\n"
            + HEAD
            + "    limits = dict(quant_min=-(2 ** (n_bits - 1)), quant_max=2 ** (n_bits - 1) - 1)\n"
            "    y = fake(x, scale=float(scale), **limits)\n"
            "    return torch.round(y / scale).to(torch.int8)"
        },
        exercise=SCALING,
    ),
    attack(
        "returns-the-argument",
        "Returns what it was given.",
        {name: f"def {name}(x, *rest):\n    return x" for name in tasks_of(SCALING)[:10]},
        exercise=SCALING,
    ),
    attack(
        "changes-the-argument",
        "Changes its argument in place, so that input and result agree.",
        {
            "quantize": HEAD + "    x.zero_()\n    return x.to(torch.int8)",
            "dequantize": "def dequantize(q, scale):\n    q.zero_()\n    return q.float()",
            "sqnr_db": "def sqnr_db(x, x_hat):\n    x_hat.copy_(x)\n    return float('inf')",
        },
        exercise=SCALING,
    ),
    attack(
        "constants",
        "Returns constants of the right type.",
        {
            "unsigned_value": "def unsigned_value(bits):\n    return 0",
            "signed_value": "def signed_value(bits):\n    return -1",
            "to_bits": "def to_bits(value, width):\n    return '0' * width",
            "negate": "def negate(bits):\n    return bits",
            "integer_range": "def integer_range(width, signed):\n    return -128, 127",
            "float32_fields": "def float32_fields(x):\n    return 0, 127, 0",
            "model_bytes": "def model_bytes(n_params, bits_per_param):\n    return n_params",
        },
        exercise=NUMBERS,
    ),
    attack(
        "broadcasts",
        "Returns a single element that would broadcast against the expected tensor.",
        {
            "dequantize": "def dequantize(q, scale):\n    return torch.zeros(())",
            "pack_int4": "def pack_int4(q):\n    return torch.zeros(1, dtype=torch.uint8)",
            "unpack_int4": "def unpack_int4(packed, numel):\n    return torch.zeros(0)",
        },
        exercise=SCALING,
    ),
    attack(
        "always-refuses",
        "Raises the ValueError that a check expects, whatever it is given.",
        {
            "to_bits": "def to_bits(value, width):\n    raise ValueError(value)",
            "model_bytes": "def model_bytes(*a):\n    raise ValueError(a)",
        },
    ),
    attack(
        "always-refuses-groups",
        "Raises the ValueError that a check expects, whatever it is given, in exercise 02.",
        {"quantize_groupwise": "def quantize_groupwise(*a):\n    raise ValueError(a)"},
        exercise=SCALING,
    ),
    attack(
        "quiz-all-letters",
        "Answers a question with all letters, with a list, with a string that equals every one.",
        {
            "quiz_01_pattern": "def quiz_01_pattern():\n    return 'abcd'",
            "quiz_01_abs": "def quiz_01_abs():\n    return ['a', 'b', 'c', 'd']",
            "quiz_01_bfloat16": "class Any(str):\n"
            "    def strip(self, *a): return self\n    lower = strip\n"
            "    def __eq__(self, other): return True\n"
            "    def __hash__(self): return hash('a')\n"
            "def quiz_01_bfloat16():\n    return Any('z')",
        },
    ),
)
