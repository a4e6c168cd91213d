# SPDX-License-Identifier: Apache-2.0
"""What an author's function sees of symbolic memory: structs, arrays and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from lightexit.abi import ArrayType, IntType, Struct
from lightexit.abi.struct import FieldType, size_of
from lightexit.prover.integers import (
    WORD,
    Number,
    SymbolicInt,
    boolean,
    lift,
    of_bits,
    select,
    simplified,
    truth,
    truth_on_path,
)
from lightexit.prover.memory import Offset, SymbolicMemory
from lightexit.prover.paths import Run

#: Up to so many values an index is tried value by value: each makes the rest of its path simpler.
FEW = 4
#: Rebinds a method of a struct for a symbolic run.
Rebind = Callable[[Any], Any]


class OutsideError(IndexError):
    """The author's index, and none of the prover's own."""


class FieldPlace:
    """Where something lies: a region, an offset in it, and the run that looks there."""

    def __init__(
        self, run: Run, region: SymbolicMemory, rebind: Rebind, offset: Offset = 0
    ) -> None:
        self.run, self.region, self.rebind, self.offset = run, region, rebind, offset

    def moved(self, distance: Offset) -> FieldPlace:
        """Further on."""
        return FieldPlace(self.run, self.region, self.rebind, self.offset + distance)

    def load(self, kind: FieldType) -> Any:
        """The value of a field, or a view of a struct or array."""
        if isinstance(kind, ArrayType):
            return ArrayView(self, kind)
        if not isinstance(kind, IntType) and issubclass(kind, Struct):
            return StructView(self, kind)
        word = self.region.load(self.offset, size_of(kind), self.run.assumptions)
        if isinstance(kind, IntType):
            return of_bits(self.run, word, kind.minimum, kind.maximum, is_signed=kind.signed)
        return boolean(self.run, word != 0)

    def store(self, kind: FieldType, value: Number) -> None:
        """Assign a field. Raises OverflowError on the path where the value does not fit."""
        number = lift(self.run, value)
        if isinstance(kind, IntType):
            for misfit in (
                number.lo < kind.minimum and number < kind.minimum,
                number.hi > kind.maximum and number > kind.maximum,
            ):
                if misfit is not False and truth_on_path(misfit):
                    raise OverflowError(f"a value does not fit in {kind.name}")
        else:
            number = boolean(self.run, truth(number))
        size = size_of(kind)
        self.region.store(self.offset, size, number.bits(8 * size), self.run.assumptions)


class StructView:
    """A struct, as its class's instances look to a function."""

    __slots__ = ("_kind", "_place")

    def __init__(self, place: FieldPlace, kind: type[Struct]) -> None:
        object.__setattr__(self, "_place", place)
        object.__setattr__(self, "_kind", kind)

    def __getattr__(self, name: str) -> Any:
        field = self._kind.layout.field(name)
        if field is not None:
            return self._place.moved(field.offset).load(field.type)
        member = getattr(self._kind, name)
        rebound = self._place.rebind(member)
        return rebound.__get__(self) if callable(member) else rebound

    def __setattr__(self, name: str, value: Number) -> None:
        field = self._kind.layout.field(name)
        if field is None:
            raise AttributeError(name)
        self._place.moved(field.offset).store(field.type, value)


class ArrayView:
    """An array of a struct."""

    def __init__(self, place: FieldPlace, kind: ArrayType) -> None:
        self._place, self._kind = place, kind

    def __len__(self) -> int:
        return self._kind.length

    def __iter__(self) -> Iterator[Any]:
        return (self[index] for index in range(len(self)))

    def __getitem__(self, index: Number) -> Any:
        return self._element(index).load(self._kind.element)

    def __setitem__(self, index: Number, value: Number) -> None:
        self._element(index).store(self._kind.element, value)

    def _element(self, index: Number) -> FieldPlace:
        number = bounded(lift(self._place.run, index), self._kind.length)
        size = size_of(self._kind.element)
        if isinstance(number, int):
            return self._place.moved(number * size)
        return self._place.moved(simplified((number * size).bits(WORD)))


class Table:
    """A tuple or bytes of constants."""

    def __init__(self, run: Run, elements: Sequence[int]) -> None:
        self._run, self._elements = run, elements

    def __len__(self) -> int:
        return len(self._elements)

    def __iter__(self) -> Iterator[int]:
        return iter(self._elements)

    def __contains__(self, value: Number) -> bool:
        return any(value == each for each in self._elements)

    def __getitem__(self, index: Number) -> Number:
        number = bounded(lift(self._run, index), len(self._elements))
        if isinstance(number, int):
            return self._elements[number]
        word = number.bits(WORD)
        result = lift(self._run, self._elements[0])
        for at in self._run.assumptions.values(word):
            result = select(word == at, lift(self._run, self._elements[at]), result)
        return result


def bounded(index: SymbolicInt, length: int) -> Number:
    """An index, as a number where it may have few values only. Raises IndexError on the path where
    it is outside."""
    if (index.lo < 0 and truth_on_path(index < 0)) or (
        index.hi >= length and truth_on_path(index >= length)
    ):
        raise OutsideError(f"an index outside of {length} elements")
    if index.lo == index.hi:
        return index.lo
    return index.path.choose(index) if length <= FEW else index
