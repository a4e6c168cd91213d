# SPDX-License-Identifier: Apache-2.0
"""`RULES`: which function types which syntax. What is in neither table is not of the language."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from lightexit.compiler.inference.expansion import Expansion, Rules
from lightexit.compiler.syntax import (
    calls,
    comparisons,
    conditions,
    control,
    operators,
    places,
    statements,
)
from lightexit.compiler.typed.tree import Expr, Stmt

EXPRESSIONS: dict[type[ast.expr], Callable[[Expansion, Any], Expr]] = {
    ast.Attribute: places.infer_attribute,
    ast.BinOp: operators.infer_binary,
    ast.BoolOp: conditions.infer_bool_operator,
    ast.Call: calls.infer_call,
    ast.Compare: comparisons.infer_comparison,
    ast.Constant: places.infer_constant,
    ast.IfExp: conditions.infer_choice,
    ast.Name: places.infer_name,
    ast.Subscript: places.infer_subscript,
    ast.UnaryOp: operators.infer_unary,
}

STATEMENTS: dict[type[ast.stmt], Callable[[Expansion, Any], list[Stmt]]] = {
    ast.AnnAssign: statements.infer_annotated,
    ast.Assign: statements.infer_assignment,
    ast.AugAssign: statements.infer_augmented,
    ast.Break: control.infer_break,
    ast.Continue: control.infer_continue,
    ast.Expr: statements.infer_expression,
    ast.For: control.infer_for,
    ast.If: control.infer_if,
    ast.Match: control.infer_match,
    ast.Pass: statements.infer_pass,
    ast.Return: statements.infer_return,
    ast.While: control.infer_while,
}

RULES = Rules(EXPRESSIONS, STATEMENTS)
