# SPDX-License-Identifier: Apache-2.0
"""First pass: a function's syntax tree, where it was written, and what its global names mean."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import CodeType, FunctionType
from typing import Any

from lightexit.compiler.source import text
from lightexit.compiler.typed.tree import Span
from lightexit.errors import AuthorError, Location

_ASYNC = inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


@dataclass(frozen=True)
class FunctionSource:
    """A Python function and its syntax tree.

    The contract's own functions, and muldiv64's parts, stand where the author calls them.
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
        written = self._text(line)
        column = _characters(written, getattr(node, "col_offset", 0))
        if getattr(node, "end_lineno", None) != line:
            return Span(self.file, line, column, len(written))
        end = _characters(written, getattr(node, "end_col_offset", 0))
        return Span(self.file, line, column, end)

    def where(self, node: ast.AST) -> Location:
        """`node`'s place, with the text of its line."""
        return locate(self.span(node))

    def shows(self, node: ast.AST) -> bool:
        """Whether a message about `node` marks all of it; of a function, its header."""
        if isinstance(node, ast.FunctionDef):
            return node.body[0].lineno > node.lineno and self.call is None
        return self.call is None and getattr(node, "end_lineno", 0) == getattr(node, "lineno", 0)

    def header(self) -> str:
        """The line of `def`, up to its end."""
        return self._text(self.node.lineno)[self.node.col_offset :].rstrip()

    def lookup(self, name: str) -> object:
        """What a name that is not local means. Raises LookupError."""
        return text.lookup(self.function, name)

    def called_at(self, call: Span) -> FunctionSource:
        """The location to report for a call: functions of the contract itself are skipped."""
        own = ("lightexit.abi.", "lightexit.compiler.")
        is_contract = (self.function.__module__ or "").startswith(own)
        return replace(self, call=call) if is_contract else self

    def names(self) -> set[str]:
        """All names that `lookup` finds, but for Python's own."""
        return {*self.function.__globals__, *self.function.__code__.co_freevars}

    def _text(self, line: int) -> str:
        return self.lines[line - 1].rstrip("\n") if line <= len(self.lines) else ""


def locate(span: Span) -> Location:
    """A span as a place to show, with the text of its line."""
    line = linecache.getline(span.file, span.line).rstrip("\n")
    return Location(span.file, span.line, span.column, span.end_column, line)


def source_of(function: Callable[..., Any]) -> FunctionSource:
    """Find a function's source. Raises AuthorError where there is none to be read."""
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    if not isinstance(function, FunctionType):
        raise AuthorError(
            f"{function!r} is not a function",
            expected="a function written with def",
            advice="@io_filter before def",
        )
    code = function.__code__
    node = text.node_of(code)
    if node is None:
        raise _no_source(function)
    return FunctionSource(function, node, code.co_filename, linecache.getlines(code.co_filename))


def _no_source(function: FunctionType) -> AuthorError:
    code = function.__code__
    where = Location(code.co_filename, code.co_firstlineno)
    if code.co_flags & _ASYNC:
        return _is_async(code)
    if code.co_name == "<lambda>":
        return AuthorError("a lambda", where=where, expected="a function written with def")
    if code.co_filename.startswith("<"):
        return _is_in_no_file(code, where)
    return AuthorError(
        f"the source of {code.co_name} cannot be read",
        where=where,
        expected="a def in a file that has not changed since it was imported",
        advice="put the function into a .py file and start again",
    )


def _is_in_no_file(code: CodeType, where: Location) -> AuthorError:
    """Text for exec() or `python -c`; or typed, and not found in the history of what was."""
    advice = "put the function into a .py file and import it"
    if code.co_filename == "<stdin>":
        advice = f"type it again, with @io_filter or @inline on the line before def; or {advice}"
    return AuthorError(
        f"the source of {code.co_name} cannot be read: {code.co_filename} is no file",
        where=where,
        expected="a def in a .py file, in a cell of a notebook, or typed at Python's prompt",
        advice=advice,
    )


def _is_async(code: CodeType) -> AuthorError:
    """The error that marks `async`, and all of the header."""
    for number in range(code.co_firstlineno, code.co_firstlineno + 100):
        line = linecache.getline(code.co_filename, number).rstrip()
        column = line.find("async def ")
        if column >= 0 or not line:
            break
    header = line[max(column, 0) :].removeprefix("async ")
    where = Location(code.co_filename, number, max(column, 0), len(line), line)
    expected = "a function written with def: a filter cannot wait"
    return AuthorError("an async function", where=where, expected=expected, hint=header)


def _characters(line: str, byte_offset: int) -> int:
    """A column that counts UTF-8 bytes, as `ast` has it, in characters."""
    if line.isascii():
        return byte_offset
    return len(line.encode()[:byte_offset].decode(errors="ignore"))
