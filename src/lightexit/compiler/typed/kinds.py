# SPDX-License-Identifier: Apache-2.0
"""What an expression of the filter language can be."""

from __future__ import annotations

from lightexit.abi import ArrayType, Struct
from lightexit.abi.struct import size_of
from lightexit.compiler.typed.interval import Interval, is_exact
from lightexit.compiler.typed.node import TypedNode


class Int(TypedNode):
    """An integer. `flag` tells that CPython holds an IntFlag there, whose `~` is another."""

    interval: Interval
    flag: bool = False

    def __repr__(self) -> str:
        return f"Int({self.interval!r}{', flag' * self.flag})"

    def __str__(self) -> str:
        return (
            f"the int {self.interval}" if self.interval.is_point else f"an int in {self.interval}"
        )


class Bool(TypedNode):
    """True or False."""

    def __str__(self) -> str:
        return "a bool"


class VerdictKind(TypedNode):
    """A `Verdict`."""

    def __str__(self) -> str:
        return "a Verdict"


class Nothing(TypedNode):
    """None: what a function without a value returns."""

    def __str__(self) -> str:
        return "None"


class ContextKind(TypedNode):
    """The access: there is one, in a place of its own."""

    struct: type[Struct]

    def __str__(self) -> str:
        return f"the {self.struct.__name__}"


class StructRef(TypedNode):
    """A struct in a state; at least `room` bytes of state follow its address."""

    struct: type[Struct]
    room: int

    def __str__(self) -> str:
        return f"a {self.struct.__name__}"


class ArrayRef(TypedNode):
    """An array in a state; at least `room` bytes of state follow its address."""

    array: ArrayType
    room: int

    def __str__(self) -> str:
        return f"an array of {self.array.length}"


class Cell(TypedNode):
    """A scalar in a state, before it is read or written."""

    room: int

    def __str__(self) -> str:
        return "a field"


class Several(TypedNode):
    """The values of a function that returns a tuple."""

    items: tuple[Kind, ...]

    def __str__(self) -> str:
        return f"a tuple of {len(self.items)}"


Kind = Int | Bool | VerdictKind | Nothing | ContextKind | StructRef | ArrayRef | Cell | Several
Reference = StructRef | ArrayRef | Cell

BOOL = Bool()
ANSWER = VerdictKind()
NOTHING = Nothing()
TRUTH = Interval(0, 1)


def exact(kind: Kind) -> bool:
    """Whether the exact value fits 64 bits."""
    return not isinstance(kind, Int) or is_exact(kind.interval)


def join(a: Kind, b: Kind) -> Kind | None:
    """What a value is that is one or the other; None where no kind holds both."""
    if isinstance(a, Int) and isinstance(b, Int):
        return Int(a.interval.union(b.interval), a.flag or b.flag)
    if isinstance(a, StructRef) and isinstance(b, StructRef) and a.struct is b.struct:
        return StructRef(a.struct, min(a.room, b.room))
    if isinstance(a, ArrayRef) and isinstance(b, ArrayRef) and a.array == b.array:
        return ArrayRef(a.array, min(a.room, b.room))
    return a if a == b else None


def widest(kind: Kind, integers: Interval) -> Kind:
    """The most that a local holding `kind` may come to hold; `integers` too if it is an int."""
    if isinstance(kind, Int):
        return Int(kind.interval.union(integers), kind.flag)
    if isinstance(kind, StructRef):
        return StructRef(kind.struct, kind.struct.layout.size)
    if isinstance(kind, ArrayRef):
        return ArrayRef(kind.array, size_of(kind.array))
    return kind
