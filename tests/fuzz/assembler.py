# SPDX-License-Identifier: Apache-2.0
"""Assembler text: what is accepted is printed, and read back as the same program."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from fuzz.harness import Format
from lightexit.isa import assemble, disassemble
from lightexit.isa.generate import random_program
from lightexit.isa.syntax import reserved


def read(data: bytes) -> object:
    program = assemble(data.decode(errors="replace"), "f.s")
    again = assemble(disassemble(program), "f.s")
    assert again.code == program.code
    assert again.maps == program.maps
    return program


def seeds() -> Iterator[bytes]:
    random = Random(1)
    yield b".map counter 24\nentry: r1 = map_value(0) + 16\nif r0 > 5 goto entry\nexit # end\n"
    for length in (2, 20, 60):
        yield disassemble(random_program(random, length)).encode()


FORMAT = Format(read, seeds, words=(*sorted(reserved()), ".map", "0x", "r10", "w10", "goto +1"))
