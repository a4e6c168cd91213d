# SPDX-License-Identifier: Apache-2.0
"""RFC 9669: the instruction table and all that is derived from it."""

import importlib
from typing import TYPE_CHECKING, Any

from lightexit.isa.alu import alu, byte_swap, compare, signed
from lightexit.isa.decode import decode
from lightexit.isa.instruction import SLOT_SIZE, Instruction, build, encode
from lightexit.isa.program import Map, Program, SourceLine
from lightexit.isa.table import (
    ARGUMENTS,
    BY_OPCODE,
    FRAME_POINTER,
    MAX_FRAMES,
    PSEUDO_FUNC,
    PSEUDO_MAP_FD,
    PSEUDO_MAP_IDX,
    PSEUDO_MAP_IDX_VALUE,
    PSEUDO_MAP_VALUE,
    PSEUDO_VAR,
    ROWS,
    SAVED,
    STACK_SIZE,
    STACK_UNIT,
    Kind,
    Op,
)

if TYPE_CHECKING:
    from lightexit.isa.assembler import assemble
    from lightexit.isa.disassembler import disassemble
    from lightexit.isa.linker import read_elf
    from lightexit.isa.object import write_elf

__all__ = [
    "ARGUMENTS",
    "BY_OPCODE",
    "FRAME_POINTER",
    "MAX_FRAMES",
    "PSEUDO_FUNC",
    "PSEUDO_MAP_FD",
    "PSEUDO_MAP_IDX",
    "PSEUDO_MAP_IDX_VALUE",
    "PSEUDO_MAP_VALUE",
    "PSEUDO_VAR",
    "ROWS",
    "SAVED",
    "SLOT_SIZE",
    "STACK_SIZE",
    "STACK_UNIT",
    "Instruction",
    "Kind",
    "Map",
    "Op",
    "Program",
    "SourceLine",
    "alu",
    "assemble",
    "build",
    "byte_swap",
    "compare",
    "decode",
    "disassemble",
    "encode",
    "read_elf",
    "signed",
    "write_elf",
]

#: Imported on first use: running filters needs neither assembler nor ELF files.
_LATER = {
    "assemble": "assembler",
    "disassemble": "disassembler",
    "read_elf": "linker",
    "write_elf": "object",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(importlib.import_module(f"{__name__}.{_LATER[name]}"), name)
