# SPDX-License-Identifier: Apache-2.0
"""Typing of names, fields and elements: where a value lives, how it is read and written."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from lightexit.abi import WRITABLE_FIELDS, ArrayType, Field, IntType, Struct
from lightexit.abi.struct import FieldType, size_of
from lightexit.compiler.inference.expansion import Expansion
from lightexit.compiler.inference.fitting import as_bool, as_exact, fit
from lightexit.compiler.inference.hints import number, operation, within
from lightexit.compiler.inference.narrowing import key_of
from lightexit.compiler.inference.scope import (
    NOT_STATIC,
    constant,
    member_named,
    nearest,
    static_value,
)
from lightexit.compiler.syntax.tables import constants_at, infer_element
from lightexit.compiler.typed.interval import Interval, limits_of
from lightexit.compiler.typed.kinds import BOOL, ArrayRef, Cell, ContextKind, Int, Kind, StructRef
from lightexit.compiler.typed.tree import (
    Const,
    ContextBase,
    ContextLoad,
    ContextStore,
    Element,
    Expr,
    Guard,
    Load,
    LocalValue,
    Member,
    Stmt,
    Store,
)
from lightexit.compiler.typed.values import interval_of


def infer_constant(fn: Expansion, node: ast.Constant) -> Expr:
    """Type a constant in the text."""
    return constant(fn, node, node.value)


def infer_name(fn: Expansion, node: ast.Name) -> Expr:
    """Type a name: a local, or what the module knows it as."""
    if fn.is_local(node.id):
        return _local(fn, node)
    static = static_value(fn, node)
    if static is not NOT_STATIC:
        return constant(fn, node, static)
    known = [*fn.variables, *fn.source.names()]
    raise fn.error(
        node,
        f"{node.id} is not defined",
        "a parameter, a local, or a constant of the module",
        member_named(fn, node.id) or nearest(node.id, known),
        "define it in the module, or import it there",
    )


def _local(fn: Expansion, node: ast.Name) -> Expr:
    span, kind, local = fn.source.span(node), fn.live.get(node.id), fn.variables[node.id].local
    if isinstance(kind, ContextKind):
        return ContextBase(span, kind)
    if kind is None or local is None:
        raise fn.error(
            node,
            f"{node.id} may not be assigned yet",
            "a value on every path that leads here",
            advice=f"{node.id} = 0 before the branch or loop",
        )
    if isinstance(kind, Int) and kind.interval.is_point:
        return Const(span, kind, kind.interval.lo)
    return LocalValue(span, kind, local)


@dataclass(frozen=True)
class Lvalue:
    """Where something of a declared type lives: at an address, or at an offset of the context."""

    type: FieldType
    address: Expr


def infer_attribute(fn: Expansion, node: ast.Attribute) -> Expr:
    """Type a field, or what another name has by that name."""
    static = static_value(fn, node)
    if static is not NOT_STATIC:
        return constant(fn, node, static)
    return read(fn, node, place_of(fn, node))


def infer_subscript(fn: Expansion, node: ast.Subscript) -> Expr:
    """Type an element of an array, or of a table."""
    values = constants_at(fn, node.value)
    if values is not None:
        return infer_element(fn, node, values)
    return read(fn, node, place_of(fn, node))


def place_of(fn: Expansion, node: ast.Attribute | ast.Subscript) -> Lvalue:
    """The place of a field or an element. Raises AuthorError for one of a table, which has none."""
    if isinstance(node, ast.Subscript):
        values = constants_at(fn, node.value)
        if values is not None:
            infer_element(fn, node, values)
    base = fn.infer(node.value)
    return _field(fn, node, base) if isinstance(node, ast.Attribute) else _element(fn, node, base)


def read(fn: Expansion, node: ast.AST, place: Lvalue) -> Expr:
    """The value at a place; of a struct or array, its address."""
    span = fn.source.span(node)
    if not isinstance(place.type, IntType) and place.type is not bool:
        return place.address
    kind, bits = _scalar(place.type)
    if isinstance(place.address.kind, ContextKind):
        assert isinstance(place.address, ContextLoad)
        known = fn.live.get(key_of(place.address) or "", kind)
        return ContextLoad(span, known, place.address.offset, bits)
    return Load(span, kind, place.address, bits)


def write(fn: Expansion, node: ast.expr, place: Lvalue, value: Expr, value_node: ast.AST) -> Stmt:
    """Store `value`; `value_node` is what the author wrote for it."""
    span = fn.source.span(node)
    if isinstance(place.type, IntType):
        value = fit(fn, value_node, value, place.type, node)
    elif place.type is bool:
        value = as_bool(fn, value_node, value, "for a field that is a bool")
    else:
        raise _whole(fn, node, place.type)
    bits = _scalar(place.type)[1]
    if isinstance(place.address, ContextLoad):
        return ContextStore(span, place.address.offset, bits, value)
    return Store(span, place.address, bits, value)


def _whole(fn: Expansion, node: ast.expr, kind: FieldType) -> Exception:
    text = fn.text(node)
    return fn.error(
        node,
        f"{text} as a whole is assigned",
        "an assignment to each of its fields or elements",
        advice=f"{text}[i] = ..." if isinstance(kind, ArrayType) else f"{text}.NAME = ...",
    )


def _scalar(kind: FieldType) -> tuple[Kind, int]:
    """What a scalar of a declared type is as a value, and its bits in memory."""
    return (Int(limits_of(kind)), kind.bits) if isinstance(kind, IntType) else (BOOL, 8)


def _field(fn: Expansion, node: ast.Attribute, base: Expr) -> Lvalue:
    if not isinstance(base.kind, StructRef | ContextKind):
        raise fn.error(
            node,
            f"{fn.text(node.value)} is {base.kind}, which has no fields",
            "a context or a struct before the dot",
            *_of_what(fn, node, base),
        )
    field = base.kind.struct.layout.field(node.attr)
    if field is None:
        raise _no_field(fn, node, base.kind.struct)
    span = fn.source.span(node)
    if isinstance(base.kind, ContextKind):
        _check_context_access(fn, node, field)
        return Lvalue(field.type, ContextLoad(span, base.kind, field.offset, 8 * field.size))
    kind = _placed(field.type, base.kind.room - field.offset)
    return Lvalue(field.type, Member(span, kind, base, field.offset))


def _check_context_access(fn: Expansion, node: ast.Attribute, field: Field) -> None:
    if isinstance(node.ctx, ast.Store) and field.name not in WRITABLE_FIELDS:
        raise fn.error(
            node,
            f"{fn.text(node)} is written, which tells what the guest did",
            f"one of {', '.join(WRITABLE_FIELDS)}",
            advice="the answer to a read goes into ctx.data",
        )


def _no_field(fn: Expansion, node: ast.Attribute, struct: type[Struct]) -> Exception:
    names = [field.name for field in struct.layout.fields]
    if callable(getattr(struct, node.attr, None)):
        return fn.error(
            node,
            f"the method {node.attr} without a call",
            "a value",
            advice=f"{fn.text(node)}(...)",
        )
    return fn.error(
        node,
        f"{struct.__name__} has no field {node.attr}",
        f"one of {', '.join(names)}",
        nearest(node.attr, names, f"{fn.code(node.value)}."),
    )


def _of_what(fn: Expansion, node: ast.Attribute, base: Expr) -> tuple[str, str]:
    """Hint and advice for an attribute of what has none."""
    if isinstance(base.kind, ArrayRef):
        return "", f"{fn.text(node.value)}[i].{node.attr}"
    if isinstance(base.kind, Int) and node.attr in ("bit_length", "bit_count"):
        return f"{fn.code(node)}()", ""
    return "", "a part of a number: x & 0xff, x >> 8 & 0xff"


def _placed(kind: FieldType, room: int) -> Kind:
    """What the address of something of a declared type is."""
    if isinstance(kind, ArrayType):
        return ArrayRef(kind, room)
    if isinstance(kind, type) and issubclass(kind, Struct):
        return StructRef(kind, room)
    return Cell(room)


def _element(fn: Expansion, node: ast.Subscript, base: Expr) -> Lvalue:
    if not isinstance(base.kind, ArrayRef):
        raise fn.error(
            node,
            f"{fn.text(node.value)} is {base.kind}, which has no elements",
            "an array before the bracket",
            _bit(node) if isinstance(base.kind, Int) else "",
        )
    array = base.kind.array
    index = as_exact(fn, node.slice, fn.infer(node.slice), "an index")
    if interval_of(index).meet(0, array.length - 1) is None:
        raise fn.error(
            node.slice,
            f"index {interval_of(index)} of an array of {array.length}",
            f"an index of 0 to {array.length - 1}",
            _from_the_end(index, array.length),
            "a longer array, or a smaller index",
        )
    return element_at(fn, node, base, index)


def _bit(node: ast.Subscript) -> str:
    """The bit of a number that an index expression seems to mean."""
    if isinstance(node.slice, ast.Slice):
        return ""
    shifted = operation(node.value, ast.RShift(), node.slice)
    return f"{within(node, operation(shifted, ast.BitAnd(), number(1)))}  # a bit"


def _from_the_end(index: Expr, length: int) -> str:
    if not isinstance(index, Const) or not -length <= index.value < 0:
        return ""
    return f"{length + index.value}  # counted from the end"


def element_at(fn: Expansion, node: ast.AST, base: Expr, index: Expr) -> Lvalue:
    """The place of an array's element, its index kept within the array."""
    assert isinstance(base.kind, ArrayRef)
    array, room, span = base.kind.array, base.kind.room, fn.source.span(node)
    stride = size_of(array.element)
    if isinstance(index, Const):
        kind = _placed(array.element, room - index.value * stride)
        return Lvalue(array.element, Member(span, kind, base, index.value * stride))
    guard, last = _guard(fn, index, array)
    kind = _placed(array.element, room - last * stride)
    address = Element(span, kind, base, index, array.length, stride, guard)
    return Lvalue(array.element, address)


def _guard(fn: Expansion, index: Expr, array: ArrayType) -> tuple[Guard, int]:
    """How to keep an index within an array, and the largest that a verifier will believe in."""
    last = array.length - 1
    mask = (1 << last.bit_length()) - 1
    counts = isinstance(index, LocalValue) and index.local in fn.unit.counters
    if counts and interval_of(index).within(Interval(0, last)):
        return Guard.NONE, last
    return Guard.MASK, mask
