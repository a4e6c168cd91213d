# SPDX-License-Identifier: Apache-2.0
"""What the engines share: the context's size, and whether states fit a program."""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from typing import Any

from lightexit.abi import IoContext, StateMemory
from lightexit.errors import AuthorError
from lightexit.isa.program import Program

CONTEXT_SIZE = IoContext.layout.size


def check_states(program: Program, states: Sequence[StateMemory[Any]]) -> None:
    """Raise AuthorError unless there is a state, large enough, for each of the program's maps."""
    if len(states) != len(program.maps):
        raise AuthorError(
            f"{program.name} was given {len(states)} states",
            expected=f"{len(program.maps)}: {', '.join(m.name for m in program.maps) or 'none'}",
        )
    for wanted, state in zip(program.maps, states, strict=True):
        # Memory comes in whole pages. A map may claim the rest of one: an index that has been
        # checked is masked besides, and a mask covers a power of two.
        if -(-state.size // mmap.PAGESIZE) * mmap.PAGESIZE < wanted.size:
            raise AuthorError(
                f"{program.name} was given a {state.kind.__name__} of {state.size} bytes "
                f"for its map {wanted.name}",
                expected=f"a state of at least {wanted.size} bytes, header included",
            )


def context_bytes(context: IoContext) -> memoryview:
    """The context's own bytes, writable."""
    return context.buffer
