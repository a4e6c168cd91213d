# SPDX-License-Identifier: Apache-2.0
"""`Program`: bytecode with what it needs to be checked and run anywhere.

States are addressed by `lddw` with the pseudo source BPF_PSEUDO_MAP_IDX_VALUE (6): `imm` is the
index into `Program.maps`, the second `imm` the offset into the map's value (RFC 9669, section
5.4, "map by index" with value).
"""

from __future__ import annotations

from dataclasses import dataclass

from lightexit.errors import Location


@dataclass(frozen=True)
class Map:
    """One state a program uses: `size` is that of the map value in bytes, header included."""

    name: str
    size: int


@dataclass(frozen=True)
class Line:
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
