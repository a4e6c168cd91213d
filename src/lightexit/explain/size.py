# SPDX-License-Identifier: Apache-2.0
"""How many lines of source a filter is made of.

Lines are those of the filter and of all `@inline` functions that it comes to call, with decorators
and signatures, without blank lines, comments and docstrings; the contract's own functions, such as
`ctx.lower_line`, belong to the language.
"""

from __future__ import annotations

import ast
import inspect
import io
import tokenize
from collections.abc import Callable
from types import FunctionType
from typing import Any

from lightexit.abi.inline import is_inline
from lightexit.filter import Struct

_LANGUAGE = "lightexit.abi."
#: Tokens that are not code.
_BLANK = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


def source_lines(function: Callable[..., Any]) -> frozenset[tuple[str, int]]:
    """Those of a filter's function: file and number of each. Raises OSError without its source."""
    return frozenset[tuple[str, int]]().union(*map(_code_lines, _reached(function)))


def _reached(function: Callable[..., Any]) -> list[FunctionType]:
    """A function and all inline ones of the devices that it names, directly or not."""
    found: list[FunctionType] = []
    waiting = [inspect.unwrap(function)]
    while waiting:
        current = waiting.pop()
        if isinstance(current, FunctionType) and current not in found:
            found.append(current)
            waiting += _callees(current)
    return found


def _callees(function: FunctionType) -> list[FunctionType]:
    """The inline functions, and methods of states, of the names that a function calls."""
    known = _inline_functions(function.__globals__)
    calls = [node.func for node in ast.walk(_tree_of(function)) if isinstance(node, ast.Call)]
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    names |= {call.attr for call in calls if isinstance(call, ast.Attribute)}
    return [each for each in known if each.__name__ in names]


def _inline_functions(names: dict[str, Any]) -> list[FunctionType]:
    """Those of a module's names, and of its states."""
    states = [value for value in names.values() if isinstance(value, type)]
    methods = [vars(state).values() for state in states if issubclass(state, Struct)]
    candidates = [*names.values(), *(method for group in methods for method in group)]
    return [each for each in candidates if isinstance(each, FunctionType) and _is_authors(each)]


def _is_authors(function: FunctionType) -> bool:
    return is_inline(function) and not function.__module__.startswith(_LANGUAGE)


def _tree_of(function: FunctionType) -> ast.FunctionDef:
    """A function's syntax tree; its lines count from the function's first."""
    tree = ast.parse(inspect.cleandoc(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def _code_lines(function: FunctionType) -> frozenset[tuple[str, int]]:
    """The lines that hold any code."""
    source, start = inspect.getsourcelines(function)
    numbers: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(inspect.cleandoc("".join(source))).readline):
        if token.type not in _BLANK and token.string:
            numbers.update(range(token.start[0], token.end[0] + 1))
    first = _tree_of(function).body[0]
    if inspect.getdoc(function) is not None:
        numbers -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return frozenset((inspect.getfile(function), start + number - 1) for number in numbers)
