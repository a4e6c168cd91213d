# SPDX-License-Identifier: Apache-2.0
"""What is compiled outside and carried into the rig as JSON: nothing is compiled in emulation."""

from __future__ import annotations

import ctypes
import functools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lightexit.abi import STATE_OFFSET, Array, StateMemory, Struct, array, u8
from lightexit.isa.program import Program


@dataclass(frozen=True)
class Carried:
    """A program, as `plain` makes it."""

    name: str
    plain: list[Any]

    @property
    def program(self) -> Program:
        return Program.from_plain(self.plain)


def plain(name: str, program: Program) -> list[Any]:
    """A program by that name as JSON can hold it, without the lines of its source."""
    return replace(program, name=name, lines=()).to_plain()


def states(contents: Sequence[bytes]) -> list[StateMemory[Struct]]:
    """States of these bytes, with no fields."""
    made = [StateMemory(_kind(len(content))) for content in contents]
    for memory, content in zip(made, contents, strict=True):
        ctypes.memmove(memory.address + STATE_OFFSET, content, len(content))
    return made


@functools.cache
def _kind(size: int) -> type[Struct]:
    class Content(Struct):
        bytes: Array[u8] = array(u8, size)

    return Content
