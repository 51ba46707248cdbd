"""Attacks with values and errors that are not what they seem."""

from __future__ import annotations

from tests.cheats.attack import SCALING, attack
from tests.cheats.harness import PEEK

OTHERS = ("unsigned_value", "to_bits", "model_bytes")

ATTACKS = (
    attack(
        "string-equal-to-all",
        "Returns a str that says it equals everything.",
        {
            "to_bits": "class Bits(str):\n"
            "    def __eq__(self, other): return True\n"
            "    def __ne__(self, other): return False\n"
            "    __hash__ = str.__hash__\n"
            "def to_bits(value, width):\n    return Bits('0')"
        },
    ),
    attack(
        "late-integer",
        "Returns an int that reads what is expected from the frames of whoever converts it.",
        {
            "signed_value": PEEK + "\nclass Late(int):\n"
            "    def __int__(self): return peek('expected')\n"
            "    __index__ = __trunc__ = __int__\n"
            "    def __eq__(self, other): return True\n"
            "    def __ne__(self, other): return False\n"
            "    __hash__ = int.__hash__\n"
            "def signed_value(bits):\n    return Late(1)"
        },
    ),
    attack(
        "late-float",
        "Returns a float that reads what is expected from the frames of whoever converts it.",
        {
            "absmax_scale": PEEK + "\nclass Late(float):\n"
            "    def __float__(self): return peek('expected')\n"
            "    def __sub__(self, other): return 0.0\n"
            "    def __eq__(self, other): return True\n"
            "    __hash__ = float.__hash__\n"
            "def absmax_scale(x, n_bits, full_range=False):\n    return Late(-7.0)"
        },
        exercise=SCALING,
    ),
    attack(
        "late-tuple",
        "Returns a tuple that yields the expected items when somebody looks.",
        {
            "integer_range": PEEK + "\nclass Late(tuple):\n"
            "    def __iter__(self): return iter(peek('expected'))\n"
            "    def __len__(self): return 2\n"
            "    def __getitem__(self, i): return peek('expected')[i]\n"
            "def integer_range(width, signed):\n    return Late((1, 1))"
        },
    ),
    attack(
        "late-tensor",
        "Returns a tensor subclass that becomes the expected tensor when it is compared.",
        {
            "dequantize": PEEK + "\nclass Late(torch.Tensor):\n"
            "    @classmethod\n"
            "    def __torch_function__(cls, func, types, args=(), kwargs=None):\n"
            "        wanted = peek('expected')\n"
            "        if func is torch.Tensor.double and wanted is not None:\n"
            "            return wanted.double()\n"
            "        return super().__torch_function__(func, types, args, kwargs or {})\n"
            "def dequantize(q, scale):\n"
            "    return torch.full(q.shape, 1e9).as_subclass(Late)"
        },
        exercise=SCALING,
    ),
    attack(
        "tensor-equal-to-all",
        "Returns a tensor subclass whose comparisons all say yes.",
        {
            "dequantize": "class Agreeable(torch.Tensor):\n"
            "    @classmethod\n"
            "    def __torch_function__(cls, func, types, args=(), kwargs=None):\n"
            "        out = super().__torch_function__(func, types, args, kwargs or {})\n"
            "        if func in (torch.Tensor.ne, torch.Tensor.__ne__):\n"
            "            return torch.zeros_like(out)\n"
            "        if func in (torch.Tensor.eq, torch.Tensor.le, torch.Tensor.__le__):\n"
            "            return torch.ones_like(out)\n"
            "        return out\n"
            "def dequantize(q, scale):\n"
            "    return torch.full(q.shape, 1e9).as_subclass(Agreeable)"
        },
        exercise=SCALING,
    ),
    attack(
        "says-it-is-a-string",
        "Returns an object whose `__class__` says str and that equals everything.",
        {
            "to_bits": "class Anything:\n"
            "    __class__ = str\n"
            "    def __eq__(self, other): return True\n"
            "    def __ne__(self, other): return False\n"
            "def to_bits(value, width):\n    return Anything()"
        },
        honest=("unsigned_value", "model_bytes"),
    ),
    attack(
        "says-it-is-a-number",
        "Returns an object that is registered as an integer and finds its value when asked.",
        {
            "signed_value": PEEK + "\nimport numbers\n\nclass Late:\n"
            "    def __int__(self): return peek('expected')\n"
            "numbers.Integral.register(Late)\n"
            "def signed_value(bits):\n    return Late()"
        },
    ),
    attack(
        "array-with-an-operator",
        "Returns a NumPy array subclass that answers every operation with what is expected.",
        {
            "unsigned_value": PEEK + "\nimport numpy as np\n\nclass Late(np.ndarray):\n"
            "    def __array_ufunc__(self, *a, **k): return True\n"
            "    def __int__(self): return peek('expected')\n"
            "    def __eq__(self, other): return True\n"
            "def unsigned_value(bits):\n    return np.zeros(()).view(Late)"
        },
    ),
    attack(
        "every-error-at-once",
        "Raises an error that is of every type that a check may expect.",
        {
            "to_bits": "class Every(ValueError, KeyError, NotImplementedError):\n"
            "    def __eq__(self, other): return True\n"
            "def to_bits(value, width):\n    raise Every(value)"
        },
    ),
    attack(
        "system-exit",
        "Raises SystemExit with a score as its code.",
        {"signed_value": "def signed_value(bits):\n    raise SystemExit(14.0)"},
        honest=OTHERS,
    ),
    attack(
        "keyboard-interrupt",
        "Raises KeyboardInterrupt, which ends what does not expect it.",
        {"signed_value": "def signed_value(bits):\n    raise KeyboardInterrupt"},
        honest=OTHERS,
    ),
    attack(
        "base-exception",
        "Raises an exception of its own that nothing catches and that cannot be shown.",
        {
            "signed_value": "class Uncaught(BaseException):\n"
            "    def __str__(self): raise RuntimeError('no text')\n"
            "    __repr__ = __str__\n"
            "def signed_value(bits):\n    raise Uncaught"
        },
        honest=OTHERS,
    ),
    attack(
        "no-function",
        "Leaves a number in place of the function, as many as the task has points.",
        {"signed_value": "signed_value = 14.0", "negate": "negate = '12.0'"},
        honest=OTHERS,
    ),
    attack(
        "hostile-repr",
        "Returns an object that hangs whoever shows it.",
        {
            "signed_value": "class Slow:\n"
            "    def __repr__(self):\n        while True: pass\n"
            "    __str__ = __repr__\n"
            "def signed_value(bits):\n    return Slow()"
        },
        honest=OTHERS,
    ),
    attack(
        "not-a-number",
        "Returns tensors full of nan and inf, which slip through comparisons with `<`.",
        {
            "dequantize": "def dequantize(q, scale):\n    return torch.full(q.shape, float('nan'))",
            "absmax_scale": "def absmax_scale(x, n_bits, full_range=False):\n"
            "    return float('nan')",
            "quantize_per_channel": "def quantize_per_channel(w, n_bits):\n"
            "    return torch.zeros_like(w, dtype=torch.int8), "
            "torch.full((w.shape[0],), float('inf'))",
        },
        exercise=SCALING,
    ),
    attack(
        "odd-tensors",
        "Returns sparse, quantized, complex and meta tensors.",
        {
            "dequantize": "def dequantize(q, scale):\n"
            "    return torch.empty(q.shape, device='meta')",
            "quantize": "def quantize(x, scale, n_bits):\n"
            "    return torch.zeros(x.shape, dtype=torch.complex64)",
            "pack_int4": "def pack_int4(q):\n"
            "    return torch.zeros((q.numel() + 1) // 2, dtype=torch.uint8).to_sparse()",
        },
        exercise=SCALING,
    ),
)
