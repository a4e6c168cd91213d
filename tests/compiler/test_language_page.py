# SPDX-License-Identifier: Apache-2.0
"""docs/language.md has an example of all that the compiler takes, by its own tables."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lightexit import abi
from lightexit.abi import IntType
from lightexit.compiler.syntax import calls, comparisons, operators
from lightexit.compiler.syntax.rules import EXPRESSIONS, STATEMENTS

PAGE = (Path(__file__).parents[2] / "docs/language.md").read_text()
_MARKS = {"io_filter", "inline"}
_SYNTAX = (
    *EXPRESSIONS,
    *STATEMENTS,
    *operators.OPERATORS,
    *comparisons.COMPARISONS,
    *(ast.In, ast.NotIn, ast.And, ast.Or, ast.Not, ast.Invert, ast.USub),
    *(ast.MatchValue, ast.MatchOr, ast.MatchAs),
)


def _compiled() -> Iterator[ast.AST]:
    """The functions of the page that the compiler sees."""
    for block in re.findall(r"^```python[^\n]*\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE):
        for node in ast.walk(ast.parse(block)):
            decorators = getattr(node, "decorator_list", [])
            if _MARKS & {ast.unparse(each) for each in decorators}:
                yield node


NODES = [node for function in _compiled() for node in ast.walk(function)]


def _functions() -> set[str]:
    """Names of all that a filter may call, by the compiler's table."""
    types = {name for name, value in vars(abi).items() if isinstance(value, IntType)}
    functions: dict[Any, Any] = calls._BUILTINS
    return types | {each.__name__ for each in functions} | set(calls.OF_INTS)


@pytest.mark.parametrize("kind", _SYNTAX, ids=lambda kind: kind.__name__)
def test_there_is_an_example_of_each_construct(kind: type[ast.AST]) -> None:
    assert any(isinstance(node, kind) for node in NODES)


@pytest.mark.parametrize("name", sorted(_functions()))
def test_there_is_an_example_of_each_function(name: str) -> None:
    called = [node.func for node in NODES if isinstance(node, ast.Call)]
    assert name in {
        each.attr if isinstance(each, ast.Attribute) else ast.unparse(each) for each in called
    }
    table = PAGE.split("## Functions")[1].split("```")[0]
    assert name == "range" or f"{name}(" in table
