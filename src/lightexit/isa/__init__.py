# SPDX-License-Identifier: Apache-2.0
"""RFC 9669: the instruction table and all that is derived from it."""

from lightexit.isa.alu import alu, byte_swap, compare, signed
from lightexit.isa.assembler import assemble
from lightexit.isa.decode import decode
from lightexit.isa.disassembler import disassemble
from lightexit.isa.instruction import SLOT_SIZE, Instruction, build, encode
from lightexit.isa.linker import read_elf
from lightexit.isa.program import Line, Map, Program
from lightexit.isa.table import (
    BY_OPCODE,
    FRAME_POINTER,
    PSEUDO_FUNC,
    PSEUDO_MAP_FD,
    PSEUDO_MAP_IDX,
    PSEUDO_MAP_IDX_VALUE,
    PSEUDO_MAP_VALUE,
    PSEUDO_VAR,
    ROWS,
    Kind,
    Op,
)

__all__ = [
    "BY_OPCODE",
    "FRAME_POINTER",
    "PSEUDO_FUNC",
    "PSEUDO_MAP_FD",
    "PSEUDO_MAP_IDX",
    "PSEUDO_MAP_IDX_VALUE",
    "PSEUDO_MAP_VALUE",
    "PSEUDO_VAR",
    "ROWS",
    "SLOT_SIZE",
    "Instruction",
    "Kind",
    "Line",
    "Map",
    "Op",
    "Program",
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
]
