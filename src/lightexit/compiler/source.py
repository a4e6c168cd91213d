# SPDX-License-Identifier: Apache-2.0
"""First pass: a function's syntax tree, where it was written, and what its global names mean."""

from __future__ import annotations

import ast
import builtins
import linecache
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FunctionType
from typing import Any

from lightexit.compiler.tree import Span
from lightexit.errors import AuthorError, Location

_Index = dict[tuple[int, str], ast.FunctionDef]
_parsed: dict[str, tuple[list[str], _Index]] = {}


@dataclass(frozen=True)
class Source:
    """A Python function and its syntax tree.

    All of the contract's own functions stands where the author calls them.
    """

    function: FunctionType
    node: ast.FunctionDef
    file: str
    lines: list[str]
    call: Span | None = None

    def span(self, node: ast.AST) -> Span:
        """Where `node` stands; of a node of several lines, its first line's part."""
        if self.call is not None:
            return self.call
        line: int = getattr(node, "lineno", self.node.lineno)
        text = self._text(line)
        column = _characters(text, getattr(node, "col_offset", 0))
        if getattr(node, "end_lineno", None) != line:
            return Span(self.file, line, column, len(text))
        return Span(self.file, line, column, _characters(text, getattr(node, "end_col_offset", 0)))

    def where(self, node: ast.AST) -> Location:
        """`node`'s place, with the text of its line."""
        return locate(self.span(node))

    def lookup(self, name: str) -> object:
        """What a name that is not local means. Raises LookupError."""
        function = self.function
        if name in function.__code__.co_freevars:
            cells = function.__closure__ or ()
            return _content(cells[function.__code__.co_freevars.index(name)])
        if name in function.__globals__:
            return function.__globals__[name]
        return vars(builtins)[name]

    def called_at(self, call: Span) -> Source:
        """This function as a caller sees it: those of the contract are no place to look at."""
        is_contract = (self.function.__module__ or "").startswith("lightexit.abi.")
        return replace(self, call=call) if is_contract else self

    def names(self) -> set[str]:
        """All names that `lookup` finds, but for Python's own."""
        return {*self.function.__globals__, *self.function.__code__.co_freevars}

    def _text(self, line: int) -> str:
        return self.lines[line - 1].rstrip("\n") if line <= len(self.lines) else ""


def locate(span: Span) -> Location:
    """A span as a place to show, with the text of its line."""
    text = linecache.getline(span.file, span.line).rstrip("\n")
    return Location(span.file, span.line, span.column, span.end_column, text)


def source_of(function: Callable[..., Any]) -> Source:
    """Find a function's source. Raises AuthorError where there is none to be read."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    if not isinstance(function, FunctionType):
        raise AuthorError(
            f"{function!r} is not a function",
            expected="a function written with def",
            hint="@io_filter before def",
        )
    code = function.__code__
    lines, index = _functions(code.co_filename)
    node = index.get((code.co_firstlineno, code.co_name))
    if node is None:
        raise _no_source(function)
    return Source(function, node, code.co_filename, lines)


def _no_source(function: FunctionType) -> AuthorError:
    code = function.__code__
    where = Location(code.co_filename, code.co_firstlineno)
    if code.co_name == "<lambda>":
        return AuthorError("a lambda", where=where, expected="a function written with def")
    return AuthorError(
        f"the source of {code.co_name} cannot be read",
        where=where,
        expected="a def in a file that has not changed since it was imported",
        hint="put the function into a .py file and start again",
    )


def _functions(file: str) -> tuple[list[str], _Index]:
    """The lines of a file and its functions by first line (of decorators, too) and name."""
    lines = linecache.getlines(file)
    if file not in _parsed or _parsed[file][0] is not lines:
        _parsed[file] = (lines, _index("".join(lines)))
    return _parsed[file]


def _index(text: str) -> _Index:
    try:
        module = ast.parse(text)
    except SyntaxError:
        return {}
    return {
        (min([node.lineno, *(line.lineno for line in node.decorator_list)]), node.name): node
        for node in ast.walk(module)
        if isinstance(node, ast.FunctionDef)
    }


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:
        raise LookupError("not assigned yet") from None


def _characters(text: str, byte_offset: int) -> int:
    """A column that counts UTF-8 bytes, as `ast` has it, in characters."""
    if text.isascii():
        return byte_offset
    return len(text.encode()[:byte_offset].decode(errors="ignore"))
