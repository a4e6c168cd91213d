# SPDX-License-Identifier: Apache-2.0
"""What kinds of filter a run of the law of agreement has made.

What there is to cover is read off the compiler's own tables: syntax that it learns to take is
missing here until the generator writes it.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from itertools import product
from typing import Any

from lightexit.compiler.syntax import calls, comparisons, operators
from lightexit.compiler.syntax.rules import EXPRESSIONS, STATEMENTS
from lightexit.compiler.typed import interval, tree
from lightexit.compiler.typed.interval import I64, U64, Interval, unsigned
from lightexit.compiler.typed.kinds import Int
from lightexit.compiler.typed.node import TypedNode

#: Classes of what an operator yields.
NATURAL = "at least 0"
NEGATIVE, CROSSING, SMALL, FULL, WIDE = "below 0", "across 0", "32 bits", "64 bits", "wider"
CLASSES = (NEGATIVE, CROSSING, SMALL, FULL, WIDE)
#: What the compiler never knows of some operators' results.
_NEVER = {
    "%": (NEGATIVE, WIDE),
    "&": (NEGATIVE,),
    "|": (NEGATIVE,),
    ">>": (WIDE,),
    "min": (WIDE,),
    "max": (WIDE,),
}
_MACHINE = ("unsigned", "signed", "128 bits")
_ENDS = ("constant", "computed")
#: The parts of the tree that no filter's body holds by themselves.
_BASES = (tree.Expr, tree.Stmt, tree.ContextBase)
_IN_LOOPS = (
    *("Store", "ContextStore", "Return", "Break", "Continue"),
    *("If", "While", "ForRange", "Leave", "Call"),
)
_TYPES = ("u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64")
_FUNCTIONS = (
    *("full_barrier", "muldiv64", "min", "max", "abs", "int", "bool", "len", *_TYPES),
    *("turned", "apart", "drifted", "parts"),
)
_SIGNS = (NATURAL, NEGATIVE, CROSSING)


def class_of(limits: Interval) -> str:
    """The class of an interval."""
    if not interval.is_exact(limits):
        return WIDE
    if limits.lo < 0:
        return NEGATIVE if limits.hi < 0 else CROSSING
    return SMALL if limits.within(unsigned(32)) else FULL


class Coverage:
    """How often each kind was made."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def add(self, other: Coverage) -> None:
        """Count what another has counted."""
        self.counts += other.counts

    def note(self, source: str, typed: tree.TypedFilter) -> None:
        """Count what one filter is made of."""
        self.counts.update(set(_syntax(ast.parse(source))))
        self.counts.update(set(_typed(typed, 0)))
        self.counts[f"states: {len(typed.states)}"] += 1

    def missing(self) -> list[str]:
        """Kinds that were never generated."""
        return [kind for kind in required() if not self.counts[kind]]

    def __str__(self) -> str:
        return "\n".join(f"{kind}: {self.counts[kind]}" for kind in required())


def required() -> list[str]:
    """All kinds that there are."""
    return [*_required_syntax(), *_required_types(), *(f"states: {n}" for n in (1, 2, 3))]


def _required_syntax() -> Iterator[str]:
    yield from (kind.__name__ for kind in (*STATEMENTS, *EXPRESSIONS))
    yield from ("MatchValue", "MatchOr", "MatchAs", "FunctionDef in a function")
    for kind in operators.OPERATORS:
        yield f"BinOp {kind.__name__}"
        yield f"AugAssign {kind.__name__}"
    yield from (
        f"Compare {kind.__name__}" for kind in (*comparisons.COMPARISONS, ast.In, ast.NotIn)
    )
    yield from ("BoolOp And", "BoolOp Or", "UnaryOp Not", "UnaryOp Invert", "UnaryOp USub")
    yield from (
        "Compare, chained",
        "Assign, unpacking",
        "Assign, chained",
        "a name of a loop, later",
    )
    yield from (f"{name}()" for name in (*_FUNCTIONS, *calls.OF_INTS))
    yield from (f"a local that is an {kind}" for kind in _TYPES)


def _syntax(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        yield type(node).__name__
        if isinstance(node, ast.BinOp | ast.AugAssign | ast.UnaryOp | ast.BoolOp):
            yield f"{type(node).__name__} {type(node.op).__name__}"
        elif isinstance(node, ast.Compare):
            yield from (f"Compare {type(op).__name__}" for op in node.ops)
            yield from ["Compare, chained"] * (len(node.ops) > 1)
        elif isinstance(node, ast.Assign):
            yield from ["Assign, chained"] * (len(node.targets) > 1)
            yield from ["Assign, unpacking"] * isinstance(node.targets[0], ast.Tuple)
        elif isinstance(node, ast.AnnAssign):
            yield f"a local that is an {ast.unparse(node.annotation)}"
        elif isinstance(node, ast.Call):
            called = (
                node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
            )
            yield f"{called}()"
        elif isinstance(node, ast.FunctionDef):
            inner = any(isinstance(each, ast.FunctionDef) for each in node.body)
            yield from ["FunctionDef in a function"] * inner
            yield from ["a name of a loop, later"] * _uses_counter_later(node)


def _uses_counter_later(function: ast.FunctionDef) -> bool:
    loops = [node for node in ast.walk(function) if isinstance(node, ast.For)]
    reads = [
        (node.id, node.lineno)
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    ]
    return any(
        isinstance(loop.target, ast.Name)
        and any(name == loop.target.id and line > (loop.end_lineno or 0) for name, line in reads)
        for loop in loops
    )


def _required_types() -> Iterator[str]:
    for kind in (*_subclasses(tree.Expr), *_subclasses(tree.Stmt)):
        if kind not in _BASES:
            yield f"tree {kind.__name__}"
    yield from (f"guard {guard.value}" for guard in tree.Guard)
    yield from (f"index {where}" for where in ("within", "above", "below"))
    yield from (f"table {each}" for each in (*(8, 16, 32, 64), "signed", "of bools", "of flags"))
    yield from (f"table index {each}" for each in ("none", "within", "above"))
    yield from (f"constant {each}" for each in CLASSES if each != CROSSING)
    for sign in (*(sign for sign, _, _ in operators.OPERATORS.values()), "min", "max"):
        yield from (f"{sign} {each}" for each in CLASSES if each not in _NEVER.get(sign, ()))
    for sign, left, right in product(("//", "%"), _SIGNS, _SIGNS):
        yield f"{sign} of {left} by {right}"
    yield from (f">> of {sign}" for sign in _SIGNS)
    for bits in (8, 16, 32, 64):
        yield from (f"signed {kind} of {bits} bits" for kind in ("Load", "Store", "Wrap"))
    signs = (sign for sign, _ in comparisons.COMPARISONS.values())
    yield from (f"{sign} {machine}" for sign, machine in product(signs, _MACHINE))
    yield from (f"range {way} by {by}, {a} to {b}" for way, by, a, b in _ranges())
    yield from ("range that passes 0 downwards", "range below 0", "range beyond 2**63")
    yield from (f"tree {name} in a loop" for name in _IN_LOOPS)
    yield from (f"tree {name} in two loops" for name in ("Store", "Return", "Break"))


def _ranges() -> Iterator[tuple[str, str, str, str]]:
    return product(("up", "down"), ("1", "more"), _ENDS, _ENDS)


def _subclasses(kind: type[TypedNode]) -> list[type[TypedNode]]:
    return kind.__subclasses__()


def _typed(node: Any, loops: int) -> Iterator[str]:
    """The kinds of a part of the typed tree, which stands in that many loops."""
    if isinstance(node, tuple):
        for each in node:
            yield from _typed(each, loops)
    if not isinstance(node, tree.Expr | tree.Stmt | tree.TypedFilter):
        return
    name = f"tree {type(node).__name__}"
    yield from (
        name,
        *([f"{name} in a loop"] * (loops > 0)),
        *([f"{name} in two loops"] * (loops > 1)),
    )
    yield from _details(node)
    loops += isinstance(node, tree.While | tree.ForRange)
    for part in vars(node).values():
        yield from _typed(part, loops)


def _details(node: TypedNode) -> Iterator[str]:
    if isinstance(node, tree.Binary):
        yield f"{node.op} {class_of(_bounds(node))}"
        if node.op in ("//", "%"):
            yield f"{node.op} of {_sign_of(node.left)} by {_sign_of(node.right)}"
        if node.op == ">>":
            yield f">> of {_sign_of(node.left)}"
    elif isinstance(node, tree.Load | tree.Wrap | tree.Store):
        value = node.value if isinstance(node, tree.Store) else node
        yield from [f"signed {type(node).__name__} of {node.bits} bits"] * _is_signed(value)
    elif isinstance(node, tree.Const) and isinstance(node.kind, Int):
        yield f"constant {class_of(_bounds(node))}"
    elif isinstance(node, tree.Compare):
        both = _bounds(node.left).union(_bounds(node.right))
        machine = "unsigned" if both.within(U64) else "signed" if both.within(I64) else "128 bits"
        yield f"{node.op} {machine}"
    elif isinstance(node, tree.Element):
        limits, last = _bounds(node.index), node.length - 1
        yield f"guard {node.guard.value}"
        yield from ["index within"] * limits.within(Interval(0, last))
        yield from ["index above"] * (limits.hi > last)
        yield from ["index below"] * (limits.lo < 0)
    elif isinstance(node, tree.TableLoad):
        yield from _of_table(node)
    elif isinstance(node, tree.ForRange):
        yield from _of_range(node)


def _is_signed(expr: tree.Expr) -> bool:
    return isinstance(expr.kind, Int) and expr.kind.interval.lo < 0


def _sign_of(expr: tree.Expr) -> str:
    limits = _bounds(expr)
    return NATURAL if limits.lo >= 0 else NEGATIVE if limits.hi < 0 else CROSSING


def _of_table(node: tree.TableLoad) -> Iterator[str]:
    table, last = node.table, len(node.table.values) - 1
    yield f"table {table.bits}"
    yield from ["table signed"] * table.is_signed
    yield from ["table of flags"] * (isinstance(node.kind, Int) and node.kind.flag)
    yield from ["table of bools"] * (not isinstance(node.kind, Int))
    within = "within" if _bounds(node.index).within(Interval(0, last)) else "above"
    yield f"table index {'none' if node.guard is tree.Guard.NONE else within}"


def _of_range(node: tree.ForRange) -> Iterator[str]:
    way, by = "up" if node.step > 0 else "down", "1" if abs(node.step) == 1 else "more"
    ends = [_ENDS[not isinstance(end, tree.Const)] for end in (node.start, node.stop)]
    yield f"range {way} by {by}, {ends[0]} to {ends[1]}"
    start, stop = _bounds(node.start), _bounds(node.stop)
    passes = start.lo >= 0 and stop.lo >= 0 and stop.lo + node.step < -1
    yield from ["range that passes 0 downwards"] * passes
    yield from ["range below 0"] * (start.hi < 0 and stop.hi <= 0)
    yield from ["range beyond 2**63"] * (min(start.hi, stop.hi) >= 2**63)


def _bounds(expr: tree.Expr) -> Interval:
    assert isinstance(expr.kind, Int)
    return expr.kind.interval
