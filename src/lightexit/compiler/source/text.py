# SPDX-License-Identifier: Apache-2.0
"""The text that functions are written in, and what names in it stand for.

Light: a warm start reads texts, and imports no more of the compiler than this and its like.
"""

from __future__ import annotations

import ast
import builtins
import linecache
import sys
from collections.abc import Iterator
from enum import Enum
from types import CodeType, FunctionType, ModuleType
from typing import Any

#: Whose attributes are known before any run.
OWNERS = ModuleType | type | Enum

#: Functions by their first line (of decorators, too) and name.
_Index = dict[tuple[int, str], ast.FunctionDef]
_parsed: dict[str, tuple[list[str], _Index]] = {}


def node_of(code: CodeType) -> ast.FunctionDef | None:
    """A function's syntax tree, always the same; None where the text has no such function."""
    lines = linecache.getlines(code.co_filename)
    known, index = _parsed.get(code.co_filename, ((), {}))
    if known is not lines:
        _parsed[code.co_filename] = lines, (index := {})
    place = code.co_firstlineno, code.co_name
    if place not in index:
        alone = _parsed_alone(code, lines)
        found = {place: alone} if alone else _whole_index("".join(lines))
        index |= found | index  # what has been given out stays
    return index.get(place)


def lookup(function: FunctionType, name: str) -> object:
    """What a name that is not local to a function means. Raises LookupError."""
    code = function.__code__
    if name in code.co_freevars:
        cells = function.__closure__ or ()
        return _content(cells[code.co_freevars.index(name)])
    if name in function.__globals__:
        return function.__globals__[name]
    return vars(builtins)[name]


#: Where statements stand in statements.
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")


def statements(node: ast.AST) -> Iterator[ast.AST]:
    """All statements below `node`: functions stand nowhere else, and expressions are many."""
    for block in _BLOCKS:
        for child in getattr(node, block, ()):
            yield child
            yield from statements(child)


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        raise LookupError("not assigned yet") from None


def _whole_index(text: str) -> _Index:
    try:
        module = ast.parse(text)
    except SyntaxError:
        return {}
    return {
        (_first_line(node), node.name): node
        for node in statements(module)
        if isinstance(node, ast.FunctionDef)
    }


def _first_line(node: ast.FunctionDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])


def _parsed_alone(code: CodeType, lines: list[str]) -> ast.FunctionDef | None:
    """The function without the rest of its file, to parse which takes longer than to compile it.

    To it belong all lines up to its last one with code, and what follows further to the right.
    Where that cuts something in two, it does not parse, and the answer is None.
    """
    first, last = code.co_firstlineno, _last_line(code)
    if not first <= last <= len(lines):
        return None
    indent = _indent(lines[first - 1])
    while last < len(lines) and _indent(lines[last]) > indent:
        last += 1
    # Blank lines before it keep its line numbers, a block around it keeps its columns.
    before = "\n" * (first - 2) + ("if 1:\n" if indent else "\n") if first > 1 else ""
    try:
        block = ast.parse(before + "".join(lines[first - 1 : last])).body
    except SyntaxError:
        return None
    if indent and len(block) == 1 and isinstance(block[0], ast.If):
        block = block[0].body
    match block:
        case [ast.FunctionDef(name=code.co_name) as node] if _first_line(node) == first:
            return node
    return None


def _last_line(code: CodeType) -> int:
    """The last line with code, that of functions within included."""
    inner = (_last_line(each) for each in code.co_consts if isinstance(each, CodeType))
    return max([*(line or 0 for *_, line in code.co_lines()), *inner])


def _indent(line: str) -> int:
    """How far to the right a line starts; blank lines and comments end no block."""
    text = line.lstrip()
    return len(line) - len(text) if text and text[0] != "#" else sys.maxsize
