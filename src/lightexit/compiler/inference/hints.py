# SPDX-License-Identifier: Apache-2.0
"""Code for hints: built as syntax, so that brackets stand where they are needed.

A hint takes the place of the text that the message marks, which may be an operand of more:
`within` puts brackets around what binds less than that text may have.
"""

from __future__ import annotations

import ast


def number(value: int) -> ast.expr:
    """An int."""
    return ast.Constant(value) if value >= 0 else ast.UnaryOp(ast.USub(), ast.Constant(-value))


def operation(left: ast.expr, op: ast.operator, right: ast.expr) -> ast.BinOp:
    """`left op right`."""
    return ast.BinOp(left, op, right)


def comparison(left: ast.expr, op: ast.cmpop, right: ast.expr) -> ast.Compare:
    """`left op right`."""
    return ast.Compare(left, [op], [right])


def not_zero(node: ast.expr) -> ast.Compare:
    """`node != 0`."""
    return comparison(node, ast.NotEq(), number(0))


def call(name: str, *arguments: ast.expr) -> ast.Call:
    """`name(...)`."""
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def instead(node: ast.AST, code: ast.expr) -> str:
    """The text of `code` for the place of `node`: of `x += y`, an assignment."""
    if isinstance(node, ast.AugAssign):
        return f"{ast.unparse(node.target)} = {ast.unparse(code)}"
    return ast.unparse(code)


def within(node: ast.AST, code: ast.expr) -> str:
    """As `instead`, in brackets where it may become an operand."""
    text = instead(node, code)
    return text if isinstance(node, ast.AugAssign) else f"({text})"


def expression_of(node: ast.AST) -> ast.expr:
    """What a node computes: of `x += y` what it assigns."""
    if isinstance(node, ast.AugAssign):
        return operation(node.target, node.op, node.value)
    assert isinstance(node, ast.expr)
    return node
