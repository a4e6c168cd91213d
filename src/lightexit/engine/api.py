# SPDX-License-Identifier: Apache-2.0
"""What every engine offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from lightexit.abi import IoContext, StateMemory
from lightexit.isa.program import Program


class Loaded(Protocol):
    """A program ready to run."""

    #: Address of `u64 run(IoContext *context, u8 *const *map_values)`, callable from native code.
    address: int

    def run(self, context: IoContext, states: Sequence[StateMemory[Any]]) -> int:
        """Run it once and return r0. Takes no lock: its caller wraps the run."""
        ...


class Engine(Protocol):
    """A place to run filters."""

    name: str

    def load(self, program: Program) -> Loaded:
        """Prepare a verified program to run."""
        ...
