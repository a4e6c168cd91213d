# SPDX-License-Identifier: Apache-2.0
"""The typed tree: a filter with every name resolved, every call expanded, every type known.

It says all that code generation needs and nothing more; its `repr` is the same in every run,
and so can be a key. Expressions are evaluated left to right, as Python does.
"""

from __future__ import annotations

from enum import Enum

from lightexit.abi import IoContext
from lightexit.compiler.typed import kinds
from lightexit.compiler.typed.kinds import Kind
from lightexit.compiler.typed.node import TypedNode
from lightexit.errors import InternalError

#: The field of the context that a read is answered with.
DATA = next(field for field in IoContext.layout.fields if field.name == "data")


class Span(TypedNode):
    """Where it was written: `line` counts from 1, columns from 0."""

    file: str
    line: int
    column: int
    end_column: int

    def __repr__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}-{self.end_column}"


class Storage(Enum):
    """What holds a local."""

    INT = "i64"
    BOOL = "i1"
    POINTER = "ptr"

    def __repr__(self) -> str:
        return self.value


def storage_of(kind: Kind) -> Storage:
    """What holds values of this kind."""
    if isinstance(kind, kinds.Int | kinds.VerdictKind):
        return Storage.INT
    if isinstance(kind, kinds.Bool):
        return Storage.BOOL
    if isinstance(kind, kinds.Reference):
        return Storage.POINTER
    raise InternalError(f"{kind} is held in a local")


class Local(TypedNode):
    """A local variable; `number` distinguishes those of one name."""

    name: str
    number: int
    storage: Storage

    def __repr__(self) -> str:
        return f"{self.name}.{self.number}:{self.storage.value}"


class Expr(TypedNode):
    """Base of expressions."""

    span: Span
    kind: Kind


class Const(Expr):
    """A known integer, bool or verdict."""

    value: int


class LocalValue(Expr):
    """The value of a local."""

    local: Local


class Bind(Expr):
    """`value`, kept in `local` as well."""

    local: Local
    value: Expr


class ContextBase(Expr):
    """The context itself; only its fields have values."""


class ContextLoad(Expr):
    """A field of the context: `offset` in bytes."""

    offset: int
    bits: int


class StateBase(Expr):
    """The address of the state of the filter's `index`th state parameter."""

    index: int


class Member(Expr):
    """The address `offset` bytes after `base`."""

    base: Expr
    offset: int


class Guard(Enum):
    """How an index is kept inside its array in the eyes of every verifier."""

    NONE = "none"  # it is constant, or counts a constant range
    MASK = "mask"  # compare, then mask: a state's map has room for what the mask covers

    def __repr__(self) -> str:
        return self.value


class Element(Expr):
    """The address of `base[index]`; a fault if that is not below `length`."""

    base: Expr
    index: Expr
    length: int
    stride: int
    guard: Guard


class Load(Expr):
    """The scalar at an address; two's complement where its kind has negative numbers."""

    address: Expr
    bits: int


class ConstantTable(TypedNode):
    """Constant numbers, of `bits` each, with a sign or without one."""

    values: tuple[int, ...]
    bits: int
    is_signed: bool


class TableLoad(Expr):
    """The number at `index` of a table; a fault if there is none."""

    table: ConstantTable
    index: Expr
    guard: Guard


class Binary(Expr):
    """Integer arithmetic: `op` is Python's operator, or `min`, `max`."""

    op: str
    left: Expr
    right: Expr


class Compare(Expr):
    """A comparison of two integers: `op` is Python's operator."""

    op: str
    left: Expr
    right: Expr


class Not(Expr):
    """The opposite of a bool."""

    value: Expr


class Logic(Expr):
    """`and`, `or` of bools; the right one is evaluated only where it matters."""

    op: str
    left: Expr
    right: Expr


class Choice(Expr):
    """`then if condition else orelse`."""

    condition: Expr
    then: Expr
    orelse: Expr


class Wrap(Expr):
    """The low bits of `value`; two's complement where its kind has negative numbers."""

    bits: int
    value: Expr


class AsInt(Expr):
    """A bool or verdict as the int 0 or 1."""

    value: Expr


class FullBarrier(Expr):
    """No value: all accesses to memory before it come before all after it."""


class Call(Expr):
    """An expanded function: `body` ends in `Leave`s; then `results` hold its values."""

    name: str
    body: tuple[Stmt, ...]
    results: tuple[Local, ...]


class Stmt(TypedNode):
    """Base of statements."""

    span: Span


class Assign(Stmt):
    """`local = value`."""

    local: Local
    value: Expr


class Store(Stmt):
    """Write a scalar into a state. The value is evaluated first, then the address."""

    address: Expr
    bits: int
    value: Expr


class ContextStore(Stmt):
    """Write a field of the context."""

    offset: int
    bits: int
    value: Expr


class Evaluate(Stmt):
    """Evaluate for the effect."""

    value: Expr


class If(Stmt):
    """Two-way branch."""

    condition: Expr
    then: tuple[Stmt, ...]
    orelse: tuple[Stmt, ...]


class While(Stmt):
    """Loop while the condition holds."""

    condition: Expr
    body: tuple[Stmt, ...]


class ForRange(Stmt):
    """`for counter in range(start, stop, step)`; nothing else assigns the counter."""

    counter: Local
    start: Expr
    stop: Expr
    step: int
    body: tuple[Stmt, ...]


class Break(Stmt):
    """Leave the innermost loop."""


class Continue(Stmt):
    """Go on with the innermost loop."""


class Return(Stmt):
    """End the filter with a verdict."""

    value: Expr


class Leave(Stmt):
    """Leave the innermost expanded function, whose results are set."""


class StateParameter(TypedNode):
    """A state parameter: `size` of the map value in bytes, header included."""

    name: str
    size: int


class TypedFilter(TypedNode):
    """A whole filter."""

    name: str
    states: tuple[StateParameter, ...]
    body: tuple[Stmt, ...]
