"""What is changed in a solution: mutmut's operators, and ours for tensors, roundings and seeds.

An operator is a type of node and a function that yields what may stand in a node's place, as in
`mutmut.mutation.mutators`. Ours are named after the slip.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import libcst as cst
from mutmut.mutation.mutators import mutation_operators

Operator = Callable[[Any], Iterable[cst.CSTNode]]

MODULES = {"F", "math", "nn", "np", "struct", "torch"}

OTHER_NAMES = {
    "all": ["any"],
    "any": ["all"],
    "amax": ["amin", "mean"],
    "amin": ["amax"],
    "argmax": ["argmin"],
    "argmin": ["argmax"],
    "exp": ["exp2"],
    "log": ["log2", "log10"],
    "log10": ["log", "log2"],
    "max": ["min"],
    "mean": ["sum"],
    "min": ["max"],
    "ones": ["zeros"],
    "ones_like": ["zeros_like"],
    "sum": ["mean"],
    "square": ["abs"],
    "zeros": ["ones"],
    "zeros_like": ["ones_like"],
}
"""Functions and methods that are mistaken for each other, where the other one exists."""

OTHER_DTYPES = {
    "bool": ["uint8", "float32"],
    "float32": ["float16", "float64"],
    "float64": ["float16", "float32"],
    "int8": ["uint8", "int16", "int32", "float32"],
    "uint8": ["int8", "int16", "int32", "float32"],
    "int32": ["int8", "int16", "int64", "float32"],
}

OTHER_CASTS = {
    "double": ["float", "half"],
    "float": ["double", "half"],
    "long": ["int", "float"],
}


def parse(text: str) -> cst.BaseExpression:
    """An expression."""
    return alone(cst.parse_expression(text))


def code(node: cst.CSTNode) -> str:
    """The text of an expression that goes into a larger one."""
    return cst.Module([]).code_for_node(alone(node))


def alone(node: cst.BaseExpression) -> cst.BaseExpression:
    """An expression in the place of a larger one, in brackets if it may need them."""
    atoms = cst.Name | cst.Call | cst.Attribute | cst.Subscript | cst.Integer | cst.Float
    if isinstance(node, atoms) or node.lpar:
        return node
    return node.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])


def name_of(call: cst.Call) -> str:
    """The last part of the name that is called: `round` of `torch.round(x)` and `x.round()`."""
    function = call.func
    if isinstance(function, cst.Attribute):
        return function.attr.value
    return function.value if isinstance(function, cst.Name) else ""


def receiver(call: cst.Call) -> cst.BaseExpression | None:
    """What a call works on: the object of a method, else the first argument."""
    if isinstance(call.func, cst.Attribute):
        head = cst.Module([]).code_for_node(call.func.value)
        if head.partition(".")[0] not in MODULES:
            return call.func.value
    first = call.args[0] if call.args else None
    return first.value if first and not first.star and first.keyword is None else None


def renamed(call: cst.Call, name: str) -> cst.Call:
    """The same call of another function or method of the same object."""
    if isinstance(call.func, cst.Attribute):
        return call.with_changes(func=call.func.with_changes(attr=cst.Name(name)))
    return call.with_changes(func=cst.Name(name))


def other_function(call: cst.Call) -> Iterator[cst.CSTNode]:
    for name in (OTHER_NAMES | OTHER_CASTS).get(name_of(call), ()):
        yield renamed(call, name)


def other_dtype(attribute: cst.Attribute) -> Iterator[cst.CSTNode]:
    if isinstance(attribute.value, cst.Name) and attribute.value.value == "torch":
        for name in OTHER_DTYPES.get(attribute.attr.value, ()):
            yield attribute.with_changes(attr=cst.Name(name))


def call_left_out(call: cst.Call) -> Iterator[cst.CSTNode]:
    inner = receiver(call)
    if inner is not None:
        yield alone(inner)


def other_rounding(call: cst.Call) -> Iterator[cst.CSTNode]:
    """Down, up and towards zero; halves up, down, away from zero and towards it."""
    inner = receiver(call)
    if inner is None or name_of(call) not in ("round", "ceil", "floor"):
        return
    x = code(inner)
    head = cst.Module([]).code_for_node(call.func).rpartition(".")[0]
    if head == "torch" or head not in ("", "math"):
        down, up = "torch.floor", "torch.ceil"
        yield parse(f"torch.trunc({x})")
        yield parse(f"torch.sign({x}) * torch.floor({x}.abs() + 0.5)")
        yield parse(f"torch.sign({x}) * torch.ceil({x}.abs() - 0.5)")
    else:
        down, up = "math.floor", "math.ceil"
        yield parse(f"int({x})")
        yield parse(f"round({x})")
        yield parse(f"int({x}) + 1")
    for other in (f"{down}({x})", f"{up}({x})", f"{down}({x} + 0.5)", f"{up}({x} - 0.5)"):
        yield parse(other)


def other_end(call: cst.Call) -> Iterator[cst.CSTNode]:
    """A clamp or a range whose ends lie one further or nearer, or mirror each other."""
    if name_of(call) not in ("clamp", "clip") or len(call.args) != 2:
        return
    low, high = (code(argument.value) for argument in call.args)
    pairs = ((f"{low} - 1", high), (f"{low} + 1", high), (low, f"{high} - 1"), (low, f"{high} + 1"))
    mirrored = () if low == f"(-{high})" else ((f"-{high}", high), (low, f"-{low}"))
    for ends in (*pairs, *mirrored):
        arguments = [cst.Arg(parse(end)) for end in ends]
        yield call.with_changes(args=arguments)


def other_axis(argument: cst.Arg) -> Iterator[cst.CSTNode]:
    if argument.keyword and argument.keyword.value in ("dim", "axis"):
        for axis in ("0", "1", "2", "-1"):
            yield argument.with_changes(value=cst.parse_expression(axis))


def other_order(call: cst.Call) -> Iterator[cst.CSTNode]:
    """The other end of a ranking."""
    other = {"argsort": "descending=True", "sort": "descending=True", "topk": "largest=False"}
    keyword, _, value = other.get(name_of(call), "").partition("=")
    if keyword:
        argument = cst.Arg(cst.Name(value), cst.Name(keyword))
        yield call.with_changes(args=[*call.args, argument])


def arguments_swapped(call: cst.Call) -> Iterator[cst.CSTNode]:
    if name_of(call) in ("max", "min", "transpose"):
        return
    plain = [i for i, a in enumerate(call.args) if a.keyword is None and not a.star]
    for i, j in itertools.pairwise(plain):
        arguments = list(call.args)
        first, second = arguments[i], arguments[j]
        arguments[i] = first.with_changes(value=second.value)
        arguments[j] = second.with_changes(value=first.value)
        yield call.with_changes(args=arguments)


def one_argument_instead(call: cst.Call) -> Iterator[cst.CSTNode]:
    """`where` or `min` that is left out: one of its arguments alone."""
    for argument in call.args[1:]:
        if argument.keyword is None and not argument.star:
            yield alone(argument.value)


def operands_swapped(operation: cst.BinaryOperation) -> Iterator[cst.CSTNode]:
    if not isinstance(operation.operator, cst.Add | cst.Multiply | cst.BitAnd | cst.BitOr):
        yield operation.with_changes(left=alone(operation.right), right=alone(operation.left))


def operand_left_out(
    operation: cst.BinaryOperation | cst.BooleanOperation,
) -> Iterator[cst.CSTNode]:
    yield alone(operation.left)
    yield alone(operation.right)


def sign_left_out(operation: cst.UnaryOperation) -> Iterator[cst.CSTNode]:
    if isinstance(operation.operator, cst.Minus):
        yield alone(operation.expression)


def other_operator(operation: cst.BinaryOperation) -> Iterator[cst.CSTNode]:
    """Slips of Python: `^` for powers, `//` for `/`, and the neighbours of each operator."""
    others: dict[type, list[cst.BaseBinaryOp]] = {
        cst.Add: [cst.Multiply(), cst.BitOr()],
        cst.Subtract: [cst.Divide()],
        cst.Multiply: [cst.Add(), cst.Power()],
        cst.Divide: [cst.FloorDivide(), cst.Subtract()],
        cst.FloorDivide: [cst.Multiply()],
        cst.Modulo: [cst.FloorDivide()],
        cst.Power: [cst.BitXor(), cst.LeftShift()],
        cst.BitAnd: [cst.BitXor(), cst.Modulo()],
        cst.BitOr: [cst.BitXor(), cst.Add()],
    }
    for operator in others.get(type(operation.operator), ()):
        yield operation.with_changes(operator=operator)


def other_comparison(target: cst.ComparisonTarget) -> Iterator[cst.CSTNode]:
    others: dict[type, list[cst.BaseCompOp]] = {
        cst.Equal: [cst.LessThanEqual(), cst.GreaterThanEqual()],
        cst.NotEqual: [cst.LessThan(), cst.GreaterThan()],
        cst.LessThan: [cst.GreaterThan(), cst.NotEqual()],
        cst.LessThanEqual: [cst.GreaterThanEqual(), cst.Equal()],
        cst.GreaterThan: [cst.LessThan(), cst.NotEqual()],
        cst.GreaterThanEqual: [cst.LessThanEqual(), cst.Equal()],
    }
    for operator in others.get(type(target.operator), ()):
        yield target.with_changes(operator=operator)


def number_below(number: cst.Integer | cst.Float) -> Iterator[cst.CSTNode]:
    value = number.evaluated_value
    yield parse(repr(value - 1))
    if isinstance(number, cst.Float):
        yield parse(repr(value / 2))
        yield parse(repr(value * 2))


def condition_forced(branch: cst.If | cst.CompIf) -> Iterator[cst.CSTNode]:
    for value in ("True", "False"):
        yield branch.with_changes(test=cst.Name(value))


def statement_left_out(line: cst.SimpleStatementLine) -> Iterator[cst.CSTNode]:
    yield line.with_changes(body=[cst.Pass()])


def slice_changed(part: cst.Slice) -> Iterator[cst.CSTNode]:
    """One bound left out, unless it is 0, or the part on the other side of it."""
    for bound in ("lower", "upper", "step"):
        value = getattr(part, bound)
        if value is not None and code(value) != "0":
            yield part.with_changes(**{bound: None})
    if (part.lower is None) != (part.upper is None):
        yield part.with_changes(lower=part.upper, upper=part.lower)


def index_left_out(subscript: cst.Subscript) -> Iterator[cst.CSTNode]:
    yield subscript.value


def one_skipped(loop: cst.For | cst.CompFor) -> Iterator[cst.CSTNode]:
    """The first or the last turn of a loop."""
    for part in ("1:", ":-1"):
        yield loop.with_changes(iter=parse(f"[*{code(loop.iter)}][{part}]"))


def seed_ignored(name: cst.Name) -> Iterator[cst.CSTNode]:
    if name.value == "seed":
        yield cst.Integer("0")


OURS: list[tuple[type, Operator]] = [
    (cst.Call, other_function),
    (cst.Call, call_left_out),
    (cst.Call, other_rounding),
    (cst.Call, other_end),
    (cst.Call, other_order),
    (cst.Call, arguments_swapped),
    (cst.Call, one_argument_instead),
    (cst.Arg, other_axis),
    (cst.Attribute, other_dtype),
    (cst.BinaryOperation, operands_swapped),
    (cst.BinaryOperation, operand_left_out),
    (cst.BooleanOperation, operand_left_out),
    (cst.UnaryOperation, sign_left_out),
    (cst.BinaryOperation, other_operator),
    (cst.ComparisonTarget, other_comparison),
    (cst.BaseNumber, number_below),
    (cst.If, condition_forced),
    (cst.CompIf, condition_forced),
    (cst.SimpleStatementLine, statement_left_out),
    (cst.Slice, slice_changed),
    (cst.Subscript, index_left_out),
    (cst.For, one_skipped),
    (cst.CompFor, one_skipped),
    (cst.Name, seed_ignored),
]

OPERATORS: list[tuple[type, Operator]] = [*mutation_operators, *OURS]
