# SPDX-License-Identifier: Apache-2.0
"""`Program`: bytecode with what it needs to be checked and run anywhere.

States are addressed by `lddw` with the pseudo source BPF_PSEUDO_MAP_IDX_VALUE (6): `imm` is the
index into `Program.maps`, the second `imm` the offset into the map's value (RFC 9669, section
5.4, "map by index" with value).

Read-only data has the index behind the last state's, and no header: its offsets count from 0.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from linecache import getline
from typing import Any, NamedTuple, overload

from lightexit.errors import LightexitError, Location
from lightexit.shown import one_line, preformatted

#: Bytes of read-only data that a program may have.
MOST_RODATA = 1 << 16


class Map(NamedTuple):
    """One state a program uses: `size` is that of the map value in bytes, header included.

    `initial` is None for a state that the device model shares. Else the state is the program's
    own, its variables in `.data` or `.bss` of an object: at first they are these bytes, all that is
    behind the header, or zeros if there are none.
    """

    name: str
    size: int
    initial: bytes | None = None


class SourceLine(NamedTuple):
    """The source of the instructions from slot `slot` on, until the next `SourceLine`."""

    slot: int
    where: Location


class KeptLines(Sequence[SourceLine]):
    """Lines from the cache, equal to a tuple of them; built on first use.

    Each is slot, number of the file, line and columns: the text is read anew.
    """

    def __init__(self, files: Sequence[str], plain: Sequence[Sequence[int]]) -> None:
        self._files = files
        self._plain = plain

    @functools.cached_property
    def _made(self) -> tuple[SourceLine, ...]:
        return tuple(self._line(self._files[number], *rest) for number, *rest in self._plain)

    @staticmethod
    def _line(file: str, slot: int, line: int, start: int, end: int) -> SourceLine:
        return SourceLine(slot, Location(file, line, start, end, getline(file, line).rstrip("\n")))

    @overload
    def __getitem__(self, index: int) -> SourceLine: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[SourceLine, ...]: ...
    def __getitem__(self, index: int | slice) -> SourceLine | tuple[SourceLine, ...]:
        return self._made[index]

    def __len__(self) -> int:
        return len(self._plain)

    def __eq__(self, other: object) -> bool:
        return self._made == (other._made if isinstance(other, KeptLines) else other)

    def __hash__(self) -> int:
        return hash(self._made)


@dataclass(frozen=True)
class Program:
    """A filter's bytecode: `code` is 8 bytes a slot, execution starts at slot 0.

    `rodata` is its read-only data, at most MOST_RODATA bytes; empty where it has none.
    """

    name: str
    code: bytes
    maps: tuple[Map, ...] = ()
    lines: Sequence[SourceLine] = ()
    rodata: bytes = b""

    def __repr__(self) -> str:
        maps = ", ".join(each.name for each in self.maps)
        uses = f", states: {maps}" if maps else ""
        return f"<Program {one_line(f'{self.name}: {self._slots} slots{uses}')}>"

    def _repr_html_(self) -> str:
        """Its assembler text, for a notebook."""
        from lightexit.isa.disassembler import disassemble

        try:
            return preformatted(disassemble(self))
        except LightexitError as error:  # bytecode of others, illegal
            return preformatted(f"{self!r}\n{error}")

    @property
    def _slots(self) -> int:
        return len(self.code) // 8

    def is_rodata(self, index: int) -> bool:
        """Whether a map index stands for the read-only data."""
        return bool(self.rodata) and index == len(self.maps)

    def where(self, slot: int) -> Location | None:
        """The source line of an instruction, if debug information has it."""
        found = None
        for line in self.lines:
            if line.slot > slot:
                break
            found = line.where
        return found

    def to_plain(self) -> list[Any]:
        """All of it as values that `json` can write, but for the text of the source lines."""
        files = {line.where.file: None for line in self.lines}
        numbers = {file: number for number, file in enumerate(files)}
        lines = [
            (numbers[at.file], line.slot, at.line, at.column, at.end_column)
            for line in self.lines
            for at in (line.where,)
        ]
        maps = [
            (name, size, None if initial is None else initial.hex())
            for name, size, initial in self.maps
        ]
        return [self.name, self.code.hex(), maps, list(files), lines, self.rodata.hex()]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> Program:
        """Inverse of `to_plain`; the text of source lines is read anew, when it is asked for."""
        name, code, maps, files, lines, rodata = plain
        kept = KeptLines(files, lines)
        states = tuple(
            Map(name, size, None if initial is None else bytes.fromhex(initial))
            for name, size, initial in maps
        )
        return cls(name, bytes.fromhex(code), states, kept, bytes.fromhex(rodata))
