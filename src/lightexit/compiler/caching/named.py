# SPDX-License-Identifier: Apache-2.0
"""Which names of the world around it a function uses: `COUNTER`, `Reg.CONFIG`, `u32`.

They tell where `fingerprint` has to look. They are kept in the cache, for to parse a text takes
longer than all else that a warm start does.
"""

from __future__ import annotations

import ast
import json
import linecache
from collections.abc import Iterable, Iterator
from types import CodeType

from lightexit.cache import Cache, content_key
from lightexit.compiler.caching.version import VERSION
from lightexit.compiler.source.text import node_of

KIND = "names"

_digests: dict[str, tuple[list[str], str]] = {}


def digest_of(file: str) -> str:
    """A digest of a file's text, as Python's own errors would show it."""
    lines = linecache.getlines(file)
    if file not in _digests or _digests[file][0] is not lines:
        _digests[file] = lines, content_key("".join(lines))
    return _digests[file][1]


class NamesUsed:
    """The names that a filter and the functions that it calls use, by function.

    One entry of the cache holds them all. Which functions a filter calls may depend on what its
    names stand for; but which names a function uses depends on its text alone, so what an entry
    lacks is added to it, and nothing in it is ever wrong.
    """

    def __init__(self, filter_: CodeType, cache: Cache) -> None:
        self._cache = cache
        self._key = content_key(VERSION, filter_.co_filename, _place(filter_))
        stored = cache.get(KIND, self._key)
        self._known: dict[str, list[str]] = json.loads(stored) if stored else {}
        self._stored = len(self._known)
        self._texts: set[str] = set()

    def of(self, code: CodeType) -> list[str] | None:
        """Dotted names in order; None where there is no source."""
        place = _place(code)
        self._texts.add(digest_of(code.co_filename))
        if place not in self._known:
            node = node_of(code)
            if node is None:
                return None
            self._known[place] = sorted(_without_parts(names_of(node)))
        return self._known[place]

    def keep(self) -> None:
        """Put what was added into the cache; what files said before they changed is dropped."""
        if len(self._known) > self._stored:
            kept = {at: names for at, names in self._known.items() if at.split()[-1] in self._texts}
            self._cache.put(KIND, self._key, json.dumps(kept).encode())


def _place(code: CodeType) -> str:
    """A function in one version of its file."""
    return f"{code.co_firstlineno} {code.co_name} {digest_of(code.co_filename)}"


def names_of(function: ast.FunctionDef) -> set[str]:
    """All names that are not the function's own locals, with the attributes asked of them."""
    given = function.args
    own = {each.arg for each in (*given.posonlyargs, *given.args, *given.kwonlyargs)}
    nodes = [*_nodes(function)]
    own |= {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    dotted = (_dotted(n) for n in nodes if isinstance(n, ast.Name | ast.Attribute))
    return {name for name in dotted if name and name.partition(".")[0] not in own}


def _nodes(function: ast.AST) -> Iterator[ast.AST]:
    """All below a function, and what is written as text where a type belongs."""
    for node in ast.walk(function):
        yield node
        if isinstance(node, ast.arg | ast.AnnAssign) and node.annotation:
            yield from _quoted(node.annotation)
        elif isinstance(node, ast.FunctionDef) and node.returns:
            yield from _quoted(node.returns)


def _quoted(annotation: ast.expr) -> Iterator[ast.AST]:
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                parsed = ast.parse(f"({node.value})", mode="eval")
            except (SyntaxError, ValueError):
                continue
            yield from ast.walk(parsed)
            yield from _quoted(parsed.body)


def _dotted(node: ast.expr) -> str:
    """`a.b.c` as text; empty where it starts with something computed."""
    if isinstance(node, ast.Attribute):
        owner = _dotted(node.value)
        return owner and f"{owner}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def _without_parts(names: Iterable[str]) -> set[str]:
    """Without `a` and `a.b` where `a.b.c` leads past them."""
    kept = set(names)
    return kept - {name.rpartition(".")[0] for name in kept} - {""}
