# SPDX-License-Identifier: Apache-2.0
"""What the machine asks of a back end's vCPU."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lightexit.vm.boot.state import StartState
    from lightexit.vm.exits import Exit


class Cpu(Protocol):
    """What the machine asks of a back end's vCPU, which begins at its reset vector.

    `request_stop` and `set_interrupt` may be called at any time from any thread, and are never
    lost: a stop lasts until `clear_stop`, a pending interrupt until its level falls. Where the back
    end keeps local APICs, `run` never returns for HLT, and a second vCPU waits in it till started.
    """

    def run(self) -> Exit:
        """Run until there is an exit. Raises GuestError where emulation fails."""
        ...

    def request_stop(self) -> None:
        """Have `run` return soon."""
        ...

    def clear_stop(self) -> None:
        """Forget the requests so far; look for what they were about afterwards."""
        ...

    def set_interrupt(self, level: bool) -> None:
        """Level of the INTR input."""
        ...

    def interruptible(self) -> bool:
        """Whether the guest would take an interrupt now."""
        ...

    @property
    def interrupts_enabled(self) -> bool:
        """The interrupt flag."""
        ...

    def interrupt(self, vector: int) -> Exit | None:
        """Deliver an external interrupt; an exit where the guest has no handler for it."""
        ...

    def takes_nmi(self) -> bool:
        """Whether an NMI would be taken now; if not, `run` returns when it would."""
        ...

    def nmi(self) -> Exit | None:
        """Deliver an NMI; an exit where the guest has no handler for it."""
        ...

    def reset(self) -> None:
        """Power-on state, at the reset vector; others than the first wait to be started. While it
        does not run. Requests to stop and the level of INTR stay.
        """
        ...

    def start(self, state: StartState) -> None:
        """Begin with these registers, not having run since its reset. Raises HostError."""
        ...

    def save(self) -> bytes:
        """Its registers, in a form that all back ends share (vm/saving/cpu_state.py); while it
        does not run. Raises HostError where it cannot."""
        ...

    def restore(self, saved: bytes) -> None:
        """Set them; what it knew of guest memory is forgotten. Raises AuthorError for what is
        damaged or has no place here, HostError for what the host refuses."""
        ...

    def where(self) -> str:
        """The next instruction's address, for messages."""
        ...
