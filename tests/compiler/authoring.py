# SPDX-License-Identifier: Apache-2.0
"""Filters from text, as if somebody had written them into a file."""

from __future__ import annotations

import linecache
import textwrap
from types import FunctionType

from lightexit.compiler import generate
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.check import check
from lightexit.compiler.typed.tree import TypedFilter
from lightexit.isa.program import Program

#: What every module of a test starts with: one line, so that places in messages stay.
HEADER = "from compiler.given import *\n"


def module(text: str, file: str) -> dict[str, object]:
    """The names of a module with that text behind `HEADER`."""
    whole = HEADER + textwrap.dedent(text)
    linecache.cache[file] = (len(whole), None, whole.splitlines(keepends=True), file)
    names: dict[str, object] = {"__name__": __name__}
    exec(compile(whole, file, "exec", dont_inherit=True), names)
    return names


def function(text: str, file: str = "filter.py", name: str = "f") -> FunctionType:
    """The plain function of that name in `text`."""
    found = module(text, file)[name]
    found = getattr(found, "function", found)
    assert isinstance(found, FunctionType)
    return found


def with_body(body: str) -> str:
    """A filter named `f` with that body."""
    signature = "def f(ctx: IoContext, s: State) -> Verdict:\n"
    return signature + textwrap.indent(textwrap.dedent(body), "    ")


def typed(text: str) -> TypedFilter:
    """The typed tree of the filter `f` in `text`."""
    return check(infer_filter(function(text)))


def compiled(text: str, name: str = "f") -> Program:
    """The bytecode of the filter in `text`, past every cache."""
    return generate(check(infer_filter(function(text, name=name))))
