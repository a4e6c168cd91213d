# SPDX-License-Identifier: Apache-2.0
"""Mutations: small mistakes put into the source of a device, each at one place of its syntax tree.

Where names do not tell which expression is a bound or a mask, each one that might be is taken.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

#: What stands in the place of a comparison.
_BOUNDS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_OTHERS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitOr: ast.BitAnd,  # ^ would be the same where bits do not overlap
    ast.FloorDiv: ast.Mult,
}


@dataclass(frozen=True)
class Mutation:
    """One mistake: its kind, the line that it is in, that line before, and the whole source."""

    kind: str
    line: int
    before: str
    after: str
    source: str

    @property
    def key(self) -> str:
        """What it is known by, wherever the line has moved to."""
        return f"{self.kind}: {self.before} -> {self.after}"


def mutations(source: str) -> list[Mutation]:
    """All that there are for a module, in the order of its lines."""
    found = []
    for function in ast.walk(ast.parse(source)):
        if isinstance(function, ast.FunctionDef):
            for node in _within(function):
                for kind, new in _changes(node, function):
                    found.append(_put(source, kind, node, new))
    return sorted((each for each in found if each.source != source), key=lambda each: each.line)


def _within(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """The nodes of its body, without those of functions in it, decorators and documentation."""
    left: list[ast.AST] = [*function.body]
    while left:
        node = left.pop()
        if isinstance(node, ast.FunctionDef) or _is_text(node):
            continue
        yield node
        left += ast.iter_child_nodes(node)


def _is_text(node: ast.AST) -> bool:
    text = node.value if isinstance(node, ast.Expr) else node
    return isinstance(text, ast.JoinedStr) or (
        isinstance(text, ast.Constant) and isinstance(text.value, str)
    )


def _changes(node: ast.AST, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    """Kinds of mistake, and the source that stands in the node's place."""
    for change in _CHANGES:
        yield from change(node, function)


def _comparison(node: ast.AST, _function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _BOUNDS:
        is_equal = isinstance(node.ops[0], ast.Eq | ast.NotEq)
        other = ast.Compare(node.left, [_BOUNDS[type(node.ops[0])]()], node.comparators)
        yield "a comparison turned" if is_equal else "a bound off by one", ast.unparse(other)


def _mask(node: ast.AST, _function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitAnd):
        yield "a mask dropped", ast.unparse(node.left)
    elif isinstance(node, ast.BinOp) and type(node.op) in _OTHERS:
        other = ast.BinOp(node.left, _OTHERS[type(node.op)](), node.right)
        yield "another operator", ast.unparse(other)


def _number(node: ast.AST, _function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Constant) and type(node.value) is int:
        yield "a number off by one", str(node.value + 1)


def _condition(node: ast.AST, _function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.BoolOp):
        for number in range(len(node.values)):
            left = [each for place, each in enumerate(node.values) if place != number]
            whole = left[0] if len(left) == 1 else ast.BoolOp(node.op, left)
            yield "a condition forgotten", ast.unparse(whole)


def _pass(node: ast.AST, _function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Return) and node.value and ast.unparse(node.value) == "Verdict.PASS":
        yield "a PASS forgotten", "pass"


def _statement(node: ast.AST, _function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
        called = node.value.func
        name = called.attr if isinstance(called, ast.Attribute) else ""
        is_line = name in ("set", "pulse", "raise_line", "lower_line")
        yield ("a line left as it is" if is_line else "a call forgotten"), "pass"
    elif isinstance(node, ast.Assign | ast.AugAssign):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Attribute | ast.Subscript):
            yield "a state left as it is", "pass"


def _deadline(node: ast.AST, function: ast.FunctionDef) -> Iterator[tuple[str, str]]:
    if function.name == "next_wakeup" and isinstance(node, ast.Return) and node.value:
        value = ast.unparse(node.value)
        if value != "None":
            yield (
                "a deadline late",
                f"return (lambda due: None if due is None else due + 1)({value})",
            )


_CHANGES: tuple[Callable[[ast.AST, ast.FunctionDef], Iterator[tuple[str, str]]], ...] = (
    *(_comparison, _mask, _number, _condition),
    *(_pass, _statement, _deadline),
)


def _put(source: str, kind: str, node: ast.AST, new: str) -> Mutation:
    """The source with that in the node's place, in brackets where it is an expression."""
    assert isinstance(node, ast.expr | ast.stmt)
    text = source.encode()
    starts = [0]
    for each in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(each))
    first = starts[node.lineno - 1] + node.col_offset
    last = starts[(node.end_lineno or 0) - 1] + (node.end_col_offset or 0)
    shown = new if isinstance(node, ast.stmt) else f"({new})"
    changed = text[:first] + shown.encode() + text[last:]
    old = " ".join(text[first:last].decode().split())
    return Mutation(kind, node.lineno, old, new, changed.decode())
