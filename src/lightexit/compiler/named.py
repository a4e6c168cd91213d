# SPDX-License-Identifier: Apache-2.0
"""Which names of the world around it a function uses: `COUNTER`, `Reg.CONFIG`, `u32`.

They tell where `fingerprint` has to look. Of a file that has not changed they are kept in the
cache, for parsing it takes longer than all else that a warm start does.
"""

from __future__ import annotations

import ast
import json
import linecache
from collections.abc import Iterable, Iterator

from lightexit.cache import OWN_VERSION, Cache, content_key
from lightexit.compiler.text import functions

KIND = "names"

#: Dotted names by the function's first line and name.
Named = dict[str, list[str]]
_known: dict[str, tuple[list[str], str, Named]] = {}


def place(line: int, name: str) -> str:
    """How a function is called in `Named`."""
    return f"{line} {name}"


def named_in(file: str, cache: Cache) -> tuple[str, Named]:
    """A digest of a file's text, and the names that each of its decorated functions uses.

    No other functions are part of filters: `@io_filter` and `@inline` are decorators.
    """
    lines = linecache.getlines(file)
    if file not in _known or _known[file][0] is not lines:
        digest = content_key("".join(lines))
        _known[file] = (lines, digest, _kept(file, content_key(OWN_VERSION, digest), cache))
    return _known[file][1:]


def _kept(file: str, key: str, cache: Cache) -> Named:
    stored = cache.get(KIND, key)
    if stored is not None:
        kept: Named = json.loads(stored)
        return kept
    found = {
        place(*at): sorted(_without_parts(names_of(node)))
        for at, node in functions(file)[1].items()
        if node.decorator_list
    }
    cache.put(KIND, key, json.dumps(found).encode())
    return found


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
