# SPDX-License-Identifier: Apache-2.0
"""The size of every device's fast path: lines of source, slots of bytecode, worst case proved.

Lines are those of the filter and of all `@inline` functions that it comes to call in the
devices' files, with decorators and signatures, without blank lines, comments and docstrings. A
function that several filters share counts for each of them, and once in the sum.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import io
import pkgutil
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from lightexit import devices
from lightexit.abi.inline import is_inline
from lightexit.filter import Filter, Struct

#: Tokens that are not code.
BLANK = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}


@dataclass(frozen=True)
class Row:
    """One filter: the lines that it is made of as (file, number), and what came of them."""

    device: str
    name: str
    lines: frozenset[tuple[str, int]]
    slots: int
    cost: int


def main() -> None:
    """Print the table."""
    rows = [row_of(filter) for filter in filters()]
    print("  device         filter           lines  slots  worst case")
    for row in rows:
        sizes = f"{len(row.lines):5}  {row.slots:5}  {row.cost:10}"
        print(f"  {row.device:14} {row.name:15}  {sizes}")
    lines = frozenset[tuple[str, int]]().union(*(row.lines for row in rows))
    print(f"  {'all':14} {len(rows):<15}  {len(lines):5}  {sum(row.slots for row in rows):5}")


def modules() -> Iterator[ModuleType]:
    """Every file of the devices' folder."""
    for entry in pkgutil.iter_modules(devices.__path__):
        yield importlib.import_module(f"{devices.__name__}.{entry.name}")


def filters() -> Iterator[Filter[Any]]:
    """Every filter, in the file that it is written in."""
    for module in modules():
        for value in vars(module).values():
            if isinstance(value, Filter) and value.function.__module__ == module.__name__:
                yield value


def row_of(filter: Filter[Any]) -> Row:
    """Measure one filter."""
    lines = frozenset[tuple[str, int]]().union(*map(code_lines, reached(filter.function)))
    device = filter.function.__module__.rpartition(".")[2]
    program = filter.program
    return Row(device, filter.name, lines, len(program.code) // 8, filter.report.cost)


def reached(function: Callable[..., Any]) -> list[FunctionType]:
    """A function and all inline ones of the devices that it names, directly or not."""
    found: list[FunctionType] = []
    waiting = [inspect.unwrap(function)]
    while waiting:
        current = waiting.pop()
        if isinstance(current, FunctionType) and current not in found:
            found.append(current)
            waiting += callees(current)
    return found


def callees(function: FunctionType) -> list[FunctionType]:
    """The inline functions, and methods of states, of the names that a function calls."""
    known = inline_functions(function.__globals__)
    calls = [node.func for node in ast.walk(tree_of(function)) if isinstance(node, ast.Call)]
    names = {call.id for call in calls if isinstance(call, ast.Name)}
    names |= {call.attr for call in calls if isinstance(call, ast.Attribute)}
    return [each for each in known if each.__name__ in names]


def inline_functions(names: dict[str, Any]) -> list[FunctionType]:
    """Those of a module's names, and of its states, that stand in a device's file."""
    states = [value for value in names.values() if isinstance(value, type)]
    methods = [vars(state).values() for state in states if issubclass(state, Struct)]
    candidates = [*names.values(), *(method for group in methods for method in group)]
    return [
        each
        for each in candidates
        if isinstance(each, FunctionType)
        and is_inline(each)
        and each.__module__.startswith(devices.__name__)
    ]


def tree_of(function: FunctionType) -> ast.FunctionDef:
    """A function's syntax tree; its lines count from the function's first."""
    tree = ast.parse(inspect.cleandoc(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


def code_lines(function: FunctionType) -> frozenset[tuple[str, int]]:
    """The lines that hold any code."""
    source, start = inspect.getsourcelines(function)
    numbers: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(inspect.cleandoc("".join(source))).readline):
        if token.type not in BLANK and token.string:
            numbers.update(range(token.start[0], token.end[0] + 1))
    first = tree_of(function).body[0]
    if inspect.getdoc(function) is not None:
        numbers -= set(range(first.lineno, (first.end_lineno or first.lineno) + 1))
    return frozenset((inspect.getfile(function), start + number - 1) for number in numbers)
