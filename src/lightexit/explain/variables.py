# SPDX-License-Identifier: Apache-2.0
"""What the compiler knows of the variables that a filter's lines assign."""

from __future__ import annotations

import linecache
import re
from collections.abc import Callable, Iterator
from typing import Any

from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.interval import UNBOUNDED, Interval
from lightexit.compiler.typed.node import TypedNode
from lightexit.compiler.typed.tree import Assign, Bind
from lightexit.verifier.words import integer

#: What is known of any u64 or i64 is nothing worth telling.
_ANY = (Interval(0, (1 << 64) - 1), Interval(-(1 << 63), (1 << 63) - 1))
#: Where a line is, and what is known there.
Told = dict[tuple[str, int], list[str]]


def variables(function: Callable[..., Any]) -> Told:
    """By file and line, what variables may be that are assigned there: `tick in [0, 99]`."""
    bounds: dict[tuple[str, int, str], Interval] = {}
    for each in _nodes(infer_filter(function)):
        if not isinstance(each, Assign | Bind) or not isinstance(each.value.kind, kinds.Int):
            continue
        key = (each.span.file, each.span.line, each.local.name)
        known = each.value.kind.interval
        bounds[key] = bounds[key].union(known) if key in bounds else known
    told: Told = {}
    for (file, line, name), known in bounds.items():
        if _is_written(name, linecache.getline(file, line)) and _is_news(known):
            told.setdefault((file, line), []).append(f"{name}{_bounds(known)}")
    return told


def _is_written(name: str, text: str) -> bool:
    """Whether the line has that variable: parameters of expanded functions are not its own."""
    return name.isidentifier() and bool(re.search(rf"(?<![\w.]){name}\b", text))


def _is_news(known: Interval) -> bool:
    is_bounded = known.lo > -UNBOUNDED and known.hi < UNBOUNDED
    return is_bounded and not any(each.within(known) for each in _ANY)


def _bounds(known: Interval) -> str:
    if known.is_point:
        return f" is {integer(known.lo)}"
    return f" in [{integer(known.lo)}, {integer(known.hi)}]"


def _nodes(part: object) -> Iterator[TypedNode]:
    """All nodes of a typed tree, those of expanded functions too."""
    todo = [part]
    while todo:
        each = todo.pop()
        if isinstance(each, TypedNode):
            yield each
            todo += vars(each).values()
        elif isinstance(each, tuple):
            todo += each
