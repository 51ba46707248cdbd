"""What the library promises as a whole: its documents, its imports, its purity."""

import ast
import doctest
import importlib
import inspect
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import model_compression
from courseware.registry import CHAPTERS
from model_compression import integer_scaling, packing
from model_compression.granularity import block_absmax, block_min_max, expand_blocks

FOLDER = Path(model_compression.__file__).parent
MODULES = sorted(
    module.name for module in pkgutil.walk_packages([str(FOLDER)], "model_compression.")
)
DEVICE = "model_compression.kernels.device"
PUBLIC_MODULES = [name for name in MODULES if "._" not in name and not name.startswith(DEVICE)]
CHAPTER_01 = {f"model_compression.{name}" for name in CHAPTERS[1].modules}


def public_functions():
    for name in PUBLIC_MODULES:
        for function in vars(importlib.import_module(name)).values():
            own = inspect.isfunction(function) and function.__module__ == name
            if own and not function.__name__.startswith("_"):
                short = name.removeprefix("model_compression.")
                yield pytest.param(function, id=f"{short}.{function.__name__}")


def loaded_by(modules: list[str]) -> set[str]:
    """Names in sys.modules of a fresh interpreter that imported the modules."""
    program = f"import sys, {', '.join(modules)}; print('\\n'.join(sys.modules))"
    answer = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(FOLDER.parent)},
    )
    return set(answer.stdout.split())


def test_the_package_lists_every_public_module():
    for name in PUBLIC_MODULES:
        package, _, module = name.rpartition(".")
        assert module in (importlib.import_module(package).__doc__ or "")


@pytest.mark.parametrize("name", PUBLIC_MODULES)
def test_examples_in_docstrings_run(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


@pytest.mark.parametrize("function", list(public_functions()))
def test_every_public_function_is_documented(function):
    document = inspect.getdoc(function) or ""
    first_line, blank = document.split("\n")[:2]
    assert first_line.endswith(".")
    assert blank == ""
    for part in ("Args:", "Returns:", "Raises: ValueError", ">>> "):
        assert part in document, part
    for argument in inspect.signature(function).parameters:
        assert argument in document.split("Args:")[1], argument


@pytest.mark.parametrize("path", sorted(FOLDER.rglob("*.py")), ids=lambda path: path.name)
def test_only_torch_and_the_standard_library_are_imported(path):
    allowed = {"torch", "model_compression", *sys.stdlib_module_names}
    if path.name == "fast.py":
        allowed.add("numpy")  # torch brings it along; its partition and comparisons are faster
    if path.parent.name == "device":
        allowed.add("triton")  # the extra `gpu`; the next test
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            names = [node.module or ""]
        else:
            continue
        for name in names:
            assert name.split(".")[0] in allowed, name


def test_courseware_is_never_loaded_and_triton_only_by_its_kernels():
    loaded = loaded_by(PUBLIC_MODULES)
    assert set(PUBLIC_MODULES) <= loaded
    assert not {name.split(".")[0] for name in loaded} & {"courseware", "IPython", "triton"}


def test_chapter_01_loads_no_later_chapter():
    # The sandbox of chapter 02 has chapter 01 and nothing later.
    loaded = loaded_by(sorted(CHAPTER_01)) & set(MODULES)
    assert loaded == CHAPTER_01 | {"model_compression._validation"}


def test_arguments_stay_unchanged():
    w = torch.randn(4, 8, generator=torch.Generator().manual_seed(5))
    scale = torch.tensor(0.1)
    codes = torch.tensor([[1, -8, 7], [0, 3, -1]], dtype=torch.int8)
    packed = torch.tensor([1, 200], dtype=torch.uint8)
    before = [tensor.clone() for tensor in (w, scale, codes, packed)]
    integer_scaling.absmax_scale(w, 4)
    integer_scaling.affine_params(w, 4)
    integer_scaling.quantize(w, scale, 4)
    integer_scaling.quantize_affine(w, scale, 3, 4)
    integer_scaling.dequantize(codes, scale)
    integer_scaling.quantize_per_channel(w, 4)
    integer_scaling.quantize_groupwise(w, 4, 2)
    integer_scaling.quantize_tensor(w, 4, 2, symmetric=False).dequantize()
    packing.pack_int4(codes)
    packing.unpack_int4(packed, 3)
    block_absmax(w, (1, 2))
    block_min_max(w, (1, 2))
    expand_blocks(w, (1, 2))
    for tensor, copy in zip((w, scale, codes, packed), before, strict=True):
        assert torch.equal(tensor, copy)


def test_a_quantized_tensor_is_frozen():
    quantized = integer_scaling.quantize_tensor(torch.ones(3), 4)
    with pytest.raises(AttributeError):
        quantized.n_bits = 8
