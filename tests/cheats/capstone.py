"""Attacks on the capstone: a network that comes back without having been in the file."""

from __future__ import annotations

from tests.cheats.attack import COMPRESSING, Attack, attack

ARGUMENTS = "(state, images, labels, budget_bytes, seed)"


def file(name: str, tries: str, decoder: str, compressor: str) -> Attack:
    """An attack with the two cells of the capstone."""
    cells = {"decompress": decoder, "compress": f"def compress{ARGUMENTS}:\n{compressor}"}
    return attack(name, tries, cells, exercise=COMPRESSING)


PUBLIC = """import torch
def digits():
    from courseware.subjects.data import mnist
    parts = vars(mnist())
    return [torch.cat([parts[f"{part}_{what}"] for part in ("train", "validation", "test")])
            for what in ("images", "labels")]"""

RECOGNIZED = f"""    {PUBLIC.replace(chr(10), chr(10) + "    ")}
    public, known = digits()
    seen = {{row.sort().values.numpy().tobytes(): i for i, row in enumerate(public)}}
    rows = [seen[row.sort().values.numpy().tobytes()] for row in images]
    pixels = {{row.contiguous().numpy().tobytes(): i for i, row in enumerate(public[rows].T)}}
    order = [pixels[row.contiguous().numpy().tobytes()] for row in images.T]
    names = [0] * 10
    for row, label in zip(rows, labels.tolist()):
        names[int(known[row])] = label
"""
"""Which public image each one is, in which order the pixels are, and the classes' names."""

ATTACKS = (
    file(
        "state-in-builtins",
        "Leaves the network in builtins, in a module, and in the environment.",
        "import builtins, sys\n"
        "def decompress(blob):\n"
        "    return getattr(builtins, 'kept', None) or sys.modules['kept'].state",
        "    import builtins, os, sys, types\n"
        "    builtins.kept = dict(state)\n"
        "    module = types.ModuleType('kept')\n"
        "    module.state = dict(state)\n"
        "    sys.modules['kept'] = module\n"
        "    return b'x'",
    ),
    file(
        "state-as-an-attribute",
        "Leaves the network on the function that decodes.",
        "def decompress(blob):\n    return decompress.kept",
        "    decompress.kept = dict(state)\n    return b'x'",
    ),
    file(
        "state-in-a-scratch-file",
        "Writes the network to scratch files, and reads them when decoding.",
        "import glob, torch\n"
        "def decompress(blob):\n"
        "    found = glob.glob('/scratch/**', recursive=True) + glob.glob('/tmp/*')\n"
        "    return torch.load(next(name for name in found if name.endswith('.pt')))",
        "    import os, torch\n"
        "    for place in ('/scratch', '/tmp', '.', '/dev/shm'):\n"
        "        try:\n"
        "            torch.save(dict(state), f'{place}/kept.pt')\n"
        "        except Exception:\n"
        "            pass\n"
        "    return b'x'",
    ),
    file(
        "state-of-the-worker",
        "Looks for the network among all objects in memory when decoding.",
        "import gc, torch\n"
        "def decompress(blob):\n"
        "    for thing in gc.get_objects():\n"
        "        if type(thing) is dict and '0.weight' in thing:\n"
        "            return thing",
        "    globals()['kept'] = dict(state)\n    return b'x'",
    ),
    file(
        "bytes-that-lie",
        "Returns bytes of a class of their own, longer than they say.",
        "import io, torch\ndef decompress(blob):\n    return torch.load(io.BytesIO(blob))",
        "    import io, torch\n"
        "    class Short(bytes):\n"
        "        def __len__(self):\n            return 9\n"
        "    out = io.BytesIO()\n"
        "    torch.save(dict(state), out)\n"
        "    return Short(out.getvalue())",
    ),
    file(
        "weights-in-a-docstring",
        "Keeps a file in the decoder's docstring, in comments and in long names.",
        "import torch\n"
        "def decompress(blob):\n"
        f"    '''{'0123456789abcdef' * 200}'''\n"
        f"    {'_'.join(['name'] * 100)} = 1\n"
        "    text = (decompress.__doc__ or '') + decompress.__code__.co_varnames[1]\n"
        "    good = torch.ones(10, 784) * len(text)\n"
        "    return {'0.weight': good, '0.bias': torch.arange(10.0)}",
        "    return b'x'",
    ),
    file(
        "as-good-everywhere",
        "Gives all classes the same output, or an infinite one.",
        "import torch\n"
        "def decompress(blob):\n"
        "    return {'0.weight': torch.full((10, 784), 3e38), '0.bias': torch.zeros(10)}",
        "    return b'x'",
    ),
    file(
        "wide-from-a-seed",
        "Draws a wide hidden layer from a seed, and keeps only what reads it in the file.",
        "import torch\n"
        "def decompress(blob):\n"
        "    torch.manual_seed(0)\n"
        "    last = torch.frombuffer(bytearray(blob), dtype=torch.int8).float().view(10, -1)\n"
        "    first = torch.randn(last.shape[1], 784)\n"
        "    return {'0.weight': first, '0.bias': torch.zeros(len(first)),\n"
        "            '2.weight': last, '2.bias': torch.zeros(10)}",
        "    import torch\n"
        "    torch.manual_seed(0)\n"
        "    n = max(budget_bytes // 10 - 1, 110)\n"
        "    hidden = (images @ torch.randn(n, 784).T).relu()\n"
        "    wanted = torch.nn.functional.one_hot(labels, 10).float() - 0.1\n"
        "    last = torch.linalg.lstsq(hidden, wanted).solution.T\n"
        "    codes = (last / last.abs().max() * 127).round().to(torch.int8)\n"
        "    return codes.numpy().tobytes()",
    ),
    file(
        "digits-from-the-package",
        "Tells the order of the pixels, and trains on all public digits when decoding.",
        f"{PUBLIC}\n"
        "def decompress(blob):\n"
        "    images, labels = digits()\n"
        "    order = torch.tensor(list(blob[10:])).view(-1, 2) @ torch.tensor([256, 1])\n"
        "    names = torch.tensor(list(blob[:10]))\n"
        "    net = torch.nn.Linear(784, 10)\n"
        "    optimizer = torch.optim.Adam(net.parameters(), lr=0.003)\n"
        "    for step in range(300):\n"
        "        rows = torch.randint(len(images), (100,))\n"
        "        outputs = net(images[rows][:, order])\n"
        "        loss = torch.nn.functional.cross_entropy(outputs, names[labels[rows]])\n"
        "        optimizer.zero_grad()\n"
        "        loss.backward()\n"
        "        optimizer.step()\n"
        "    return {f'0.{name}': w.detach() for name, w in net.state_dict().items()}",
        f"{RECOGNIZED}"
        "    numbers = [*names] + [part for i in order for part in divmod(i, 256)]\n"
        "    return bytes(numbers)",
    ),
    file(
        "held-out-from-the-package",
        "Recognizes its images among the public ones, and trains on those held back, too.",
        "import torch\n"
        "def decompress(blob):\n"
        "    weight = torch.frombuffer(bytearray(blob), dtype=torch.int8).float().view(10, -1)\n"
        "    return {'0.weight': weight.repeat_interleave(4, 1), '0.bias': torch.zeros(10)}",
        f"{RECOGNIZED}"
        "    x, y = public[:, order].view(5000, 196, 4).sum(2), torch.tensor(names)[known]\n"
        "    wanted = torch.nn.functional.one_hot(y, 10).float() - 0.1\n"
        "    weight = torch.linalg.lstsq(x, wanted, driver='gelsd').solution.T[:, :196]\n"
        "    return (weight / weight.abs().max() * 127).round().to(torch.int8).numpy().tobytes()",
    ),
)
