# SPDX-License-Identifier: Apache-2.0
"""How many bits of a value any verifier sees from the code alone.

The compiler knows more: that a remainder is below its divisor, say. What it knows LLVM may know as
well, and drop a mask that a verifier needs.
"""

from __future__ import annotations

from collections.abc import Iterator

from lightexit.compiler.typed import tree
from lightexit.compiler.typed.kinds import Int
from lightexit.compiler.typed.node import TypedNode
from lightexit.compiler.typed.tree import Expr, Local, TypedFilter
from lightexit.compiler.typed.values import interval_of

_ALL = 64


class Widths:
    """Of the expressions of one filter."""

    def __init__(self, filter_tree: TypedFilter) -> None:
        self._values: dict[Local, list[Expr]] = {}
        self._known: dict[Local, int] = {}
        for node in _nodes(filter_tree):
            if isinstance(node, tree.Assign | tree.Bind):
                self._values.setdefault(node.local, []).append(node.value)

    def of(self, expr: Expr) -> int:
        """The bits of a value of 0 or more that are seen, 64 if none of its limits is."""
        match expr:
            case tree.Load() | tree.Wrap() if (
                isinstance(expr.kind, Int) and expr.kind.interval.lo < 0
            ):
                return _ALL
            case tree.Load() | tree.ContextLoad() | tree.Wrap():
                return expr.bits
            case tree.TableLoad():
                return _ALL if expr.table.is_signed else expr.table.bits
            case tree.Const():
                return expr.value.bit_length() if expr.value >= 0 else _ALL
            case tree.AsInt():
                return 1
            case tree.LocalValue():
                return self._local(expr.local)
            case tree.Call() if len(expr.results) == 1:
                return self._local(expr.results[0])
            case tree.Choice():
                return max(self.of(expr.then), self.of(expr.orelse))
            case tree.Binary(op="&"):
                return min(self.of(expr.left), self.of(expr.right))
            case tree.Binary(op="|" | "^"):
                return max(self.of(expr.left), self.of(expr.right))
            case tree.Binary(op=">>") if interval_of(expr.left).lo >= 0:
                least = interval_of(expr.right).lo if isinstance(expr.right, tree.Const) else 0
                return max(self.of(expr.left) - least, 0)
            case _:
                return _ALL

    def _local(self, local: Local) -> int:
        if local not in self._known:
            # While it is looked for: what it is assigned may be made of itself.
            self._known[local] = _ALL
            values = self._values.get(local)
            if values:
                self._known[local] = max(self.of(value) for value in values)
        return self._known[local]


def _nodes(node: object) -> Iterator[TypedNode]:
    if isinstance(node, tuple):
        for each in node:
            yield from _nodes(each)
    elif isinstance(node, TypedNode):
        yield node
        for value in vars(node).values():
            yield from _nodes(value)
