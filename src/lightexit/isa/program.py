# SPDX-License-Identifier: Apache-2.0
"""`Program`: bytecode with what it needs to be checked and run anywhere.

States are addressed by `lddw` with the pseudo source BPF_PSEUDO_MAP_IDX_VALUE (6): `imm` is the
index into `Program.maps`, the second `imm` the offset into the map's value (RFC 9669, section
5.4, "map by index" with value).
"""

from __future__ import annotations

from dataclasses import dataclass
from linecache import getline
from typing import Any, NamedTuple

from lightexit.errors import Location


class Map(NamedTuple):
    """One state a program uses: `size` is that of the map value in bytes, header included."""

    name: str
    size: int


class Line(NamedTuple):
    """The source of the instructions from slot `slot` on, until the next `Line`."""

    slot: int
    where: Location


@dataclass(frozen=True)
class Program:
    """A filter's bytecode: `code` is 8 bytes a slot, execution starts at slot 0."""

    name: str
    code: bytes
    maps: tuple[Map, ...] = ()
    lines: tuple[Line, ...] = ()

    def where(self, slot: int) -> Location | None:
        """The source line of an instruction, where debug lines tell it."""
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
            (line.slot, numbers[at.file], at.line, at.column, at.end_column)
            for line in self.lines
            for at in (line.where,)
        ]
        maps = [(each.name, each.size) for each in self.maps]
        return [self.name, self.code.hex(), maps, list(files), lines]

    @classmethod
    def from_plain(cls, plain: list[Any]) -> Program:
        """Inverse of `to_plain`; the text of source lines is read anew."""
        name, code, maps, files, lines = plain
        places = tuple(
            Line(slot, Location(files[n], at, start, end, getline(files[n], at).rstrip("\n")))
            for slot, n, at, start, end in lines
        )
        return cls(name, bytes.fromhex(code), tuple(Map(*each) for each in maps), places)
