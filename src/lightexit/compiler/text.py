# SPDX-License-Identifier: Apache-2.0
"""The text that functions are written in, and what names in it stand for.

Light: a warm start reads texts, and imports no more of the compiler than this and its like.
"""

from __future__ import annotations

import ast
import builtins
import linecache
from collections.abc import Iterator
from enum import Enum
from types import FunctionType, ModuleType
from typing import Any

#: Whose attributes are known before any run.
OWNERS = ModuleType | type | Enum

#: Functions by their first line (of decorators, too) and name.
Index = dict[tuple[int, str], ast.FunctionDef]
_parsed: dict[str, tuple[list[str], Index]] = {}


def functions(file: str) -> tuple[list[str], Index]:
    """The lines of a file, and its functions."""
    lines = linecache.getlines(file)
    if file not in _parsed or _parsed[file][0] is not lines:
        _parsed[file] = (lines, _index("".join(lines)))
    return _parsed[file]


def lookup(function: FunctionType, name: str) -> object:
    """What a name that is not local to a function means. Raises LookupError."""
    code = function.__code__
    if name in code.co_freevars:
        cells = function.__closure__ or ()
        return _content(cells[code.co_freevars.index(name)])
    if name in function.__globals__:
        return function.__globals__[name]
    return vars(builtins)[name]


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        raise LookupError("not assigned yet") from None


def _index(text: str) -> Index:
    try:
        module = ast.parse(text)
    except SyntaxError:
        return {}
    return {
        (min([node.lineno, *(line.lineno for line in node.decorator_list)]), node.name): node
        for node in statements(module)
        if isinstance(node, ast.FunctionDef)
    }


#: Where statements stand in statements.
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements below `node`: functions stand nowhere else, and expressions are many."""
    for block in _BLOCKS:
        for child in getattr(node, block, ()):
            yield child
            yield from statements(child)
