# SPDX-License-Identifier: Apache-2.0
"""What every engine offers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from lightexit.abi import IoContext, StateMemory
from lightexit.isa.program import Program


class Loaded(Protocol):
    """A program ready to run."""

    @property
    def address(self) -> int:
        """Where `u64 run(IoContext *context, u8 *const *map_values)` is, for native callers.

        Good for as long as this object lives. HostError where the engine has no such entry.
        """
        ...

    def run(self, context: IoContext, states: Sequence[StateMemory[Any]]) -> int:
        """Run it once and return r0. Takes no lock: its caller wraps the run."""
        ...


class Engine(Protocol):
    """A place to run filters."""

    @property
    def name(self) -> str:
        """What the user calls it."""
        ...

    @property
    def in_kernel(self) -> bool:
        """Whether it runs filters in the host's kernel, below any bus: a back end hands regions
        to it, and has its bus answer what it leaves natively."""
        ...

    def load(self, program: Program) -> Loaded:
        """Prepare a verified program to run."""
        ...
