# SPDX-License-Identifier: Apache-2.0
"""Memory of symbolic bytes: the context, states, read-only data and stack that both sides work on.

A byte is a piece of the word that was stored, so that loading what was stored gives that word back
and not a formula about it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import z3

from lightexit.prover.fields import FieldSpan
from lightexit.prover.integers import WORD, Bits, UnsupportedError, simplified
from lightexit.prover.query import Assumptions

#: An offset in bytes: known, or a word.
Offset: TypeAlias = int | Bits


class WordByte(NamedTuple):
    """Byte number `place` of a word; `word` may be a pointer, of which bytes are not looked at."""

    word: Any
    place: int


@dataclass
class Wide:
    """A part of a region that is a long array: bytes by their offset in the region, to z3."""

    first: int
    end: int
    content: z3.ArrayRef

    def load(self, offset: Offset, size: int) -> Bits:
        """The word there."""
        parts = [z3.Select(self.content, offset + at) for at in range(size)]
        return simplified(z3.Concat(*parts[::-1]) if size > 1 else parts[0])

    def store(self, offset: Offset, size: int, word: Bits) -> None:
        """Store a word of `size` bytes."""
        for at in range(size):
            self.content = z3.Store(self.content, offset + at, _part(word, at, 1))


class SymbolicMemory:
    """Memory in one piece: bytes of which each is known by itself, and long arrays."""

    def __init__(
        self,
        name: str,
        content: list[WordByte | None],
        wide: Iterable[Wide] = (),
        *,
        is_writable: bool = True,
    ) -> None:
        self.name = name
        #: None where nothing has been stored.
        self.bytes = content
        self.wide = [replace(each) for each in wide]
        self.is_writable = is_writable

    def copy(self) -> SymbolicMemory:
        """One that stores do not share."""
        return SymbolicMemory(self.name, list(self.bytes), self.wide, is_writable=self.is_writable)

    def load(self, offset: Offset, size: int, path: Assumptions) -> Any:
        """The word of `size` bytes there: a bit-vector, or a pointer."""
        offset = offset if isinstance(offset, int) else path.place(offset)
        wide = self._wide_at(offset, size, path)
        if wide is not None:
            return wide.load(offset, size)
        if isinstance(offset, int):
            return self._load(offset, size)
        places = _signed(path.values(offset))
        if not places:  # no input takes this path: any value will do
            return z3.BitVecVal(0, 8 * size)
        value: Bits = self._load(places[-1], size)
        for at in places[-2::-1]:
            value = z3.If(offset == at, self._load(at, size), value)
        return value

    def store(self, offset: Offset, size: int, word: Any, path: Assumptions) -> None:
        """Store a word of `size` bytes, or a pointer."""
        if not self.is_writable:
            raise UnsupportedError(f"a store into {self.name}")
        offset = offset if isinstance(offset, int) else path.place(offset)
        wide = self._wide_at(offset, size, path)
        if wide is not None:
            wide.store(offset, size, word)
        elif isinstance(offset, int):
            self._store(offset, size, word)
        else:
            for at in _signed(path.values(offset)):
                self._store(at, size, z3.If(offset == at, word, self._load(at, size)))

    def array(self, first: int) -> z3.ArrayRef:
        """The content of the long array that begins there."""
        return next(each.content for each in self.wide if each.first == first)

    def whole(self, span: FieldSpan) -> Bits:
        """The word of a field without parts."""
        word: Bits = self._load(span.offset, span.size)
        return word

    def byte(self, at: int) -> Bits:
        """One byte."""
        wide = self._wide_of(at)
        return wide.load(at, 1) if wide else self._load(at, 1)

    def _store_byte(self, at: int, byte: Bits) -> None:
        wide = self._wide_of(at)
        if wide:
            wide.store(at, 1, byte)
        else:
            self._check(at, 1)
            self.bytes[at] = WordByte(byte, 0)

    def _wide_of(self, at: int) -> Wide | None:
        return next((each for each in self.wide if each.first <= at < each.end), None)

    def _is_wide(self, at: int, size: int) -> bool:
        """Whether a long array has any of these bytes."""
        return any(each.first < at + size and at < each.end for each in self.wide)

    def _wide_at(self, offset: Offset, size: int, path: Assumptions) -> Wide | None:
        for each in self.wide:
            last = each.end - size
            if isinstance(offset, int) and each.first <= offset <= last:
                return each
            if not isinstance(offset, int) and path.is_within(offset, each.first, last):
                return each
        return None

    def _load(self, at: int, size: int) -> Any:
        if self._is_wide(at, size):
            parts = [self.byte(each) for each in range(at, at + size)]
            return simplified(z3.Concat(*parts[::-1]) if size > 1 else parts[0])
        pieces = self._pieces(at, size)
        first = pieces[0]
        whole = all(
            each.word is first.word and each.place == first.place + number
            for number, each in enumerate(pieces)
        )
        if not isinstance(first.word, z3.BitVecRef) and whole and (first.place, size) == (0, 8):
            return first.word
        if any(not isinstance(each.word, z3.BitVecRef) for each in pieces):
            raise UnsupportedError("a part of a pointer is read")
        if whole:
            return _part(first.word, first.place, size)
        return simplified(z3.Concat(*[_part(each.word, each.place, 1) for each in pieces[::-1]]))

    def _store(self, at: int, size: int, word: Any) -> None:
        if self._is_wide(at, size):
            for place in range(size):
                self._store_byte(at + place, _part(word, place, 1))
            return
        self._check(at, size)
        self.bytes[at : at + size] = [WordByte(word, place) for place in range(size)]

    def _pieces(self, at: int, size: int) -> list[WordByte]:
        self._check(at, size)
        pieces = [each for each in self.bytes[at : at + size] if each is not None]
        if len(pieces) != size:
            raise UnsupportedError(f"{self.name} is read at {at}, where nothing was stored")
        return pieces

    def _check(self, at: int, size: int) -> None:
        if at < 0 or at + size > len(self.bytes):
            raise UnsupportedError(
                f"{size} bytes at {at} of {self.name}, which has {len(self.bytes)}"
            )


def _signed(places: Iterable[int]) -> list[int]:
    return [each - (each >> 63 << 64) for each in places]


def _part(word: Bits, place: int, size: int) -> Bits:
    if place == 0 and word.size() == 8 * size:
        return word
    return z3.Extract(8 * (place + size) - 1, 8 * place, word)


def variables(name: str, spans: Iterable[FieldSpan], size: int) -> SymbolicMemory:
    """Memory of arbitrary content: a variable for each span, and for each byte between them."""
    content: list[WordByte | None] = [None] * size
    wide = []
    for span in spans:
        label, end = f"{name}.{span.name}", span.offset + span.size
        if span.is_wide:
            wide.append(
                Wide(span.offset, end, z3.Array(label, z3.BitVecSort(WORD), z3.BitVecSort(8)))
            )
            content[span.offset : end] = [_TAKEN] * span.size
        else:
            word = z3.BitVec(label, 8 * span.size)
            content[span.offset : end] = [WordByte(word, place) for place in range(span.size)]
    for at in range(size):
        if content[at] is None:
            content[at] = WordByte(z3.BitVec(f"{name}[{at}]", 8), 0)
    return SymbolicMemory(name, content, wide)


#: Of bytes of a long array: nobody looks at it.
_TAKEN = WordByte(None, 0)


def constant(name: str, data: bytes) -> SymbolicMemory:
    """Memory that is only read."""
    pieces: list[WordByte | None] = [WordByte(z3.BitVecVal(byte, 8), 0) for byte in data]
    return SymbolicMemory(name, pieces, is_writable=False)


def blank(name: str, size: int) -> SymbolicMemory:
    """Memory that nothing has been stored into."""
    return SymbolicMemory(name, [None] * size)
