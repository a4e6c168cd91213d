# SPDX-License-Identifier: Apache-2.0
"""When a run is to end, why it has ended, and what it came to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum


class RunEnd(Enum):
    """Why a run ended."""

    TEXT = "the awaited text was printed"
    TIME = "the time limit was reached"
    ACCESSES = "the access limit was reached"
    HALTED = "the guest halted, and nothing can wake it"
    SHUTDOWN = "the guest shut down"
    RESET = "the guest asked for a reset"
    FAULT = "the guest's CPU shut itself down"
    EXIT = "the guest ended the run"
    REQUEST = "a stop was requested"
    #: Gives way to any other reason: who has asked for it calls `run` again.
    PAUSE = "a pause was requested"


#: Ends the run: why, and what more there is to say of it.
End = Callable[[RunEnd, str], None]


@dataclass(frozen=True)
class RunLimits:
    """When to end a run: output seen, host time, accesses to devices (None: no limit).

    One vCPU makes exactly so many accesses (on KVM, and what a string instruction then has
    left); several make at least so many, and up to 1,000 more for each of them: their accesses
    have no order in which one could be the last.
    """

    #: Ends the run once the guest has printed it; empty: nothing does.
    text: bytes = b""
    seconds: float | None = None
    accesses: int | None = None
    #: Whether a guest that resets the machine boots again; if not, that ends the run.
    reboots: bool = True

    def left(self, outcome: Outcome) -> RunLimits:
        """The limits for going on after a run that came to this."""
        return replace(
            self,
            seconds=None if self.seconds is None else max(self.seconds - outcome.seconds, 0),
            accesses=None if self.accesses is None else max(self.accesses - outcome.accesses, 0),
        )


NO_LIMITS = RunLimits()


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and after how long in host time and accesses to devices.

    `exit_status` is what the guest has ended it with (RunEnd.EXIT), `resets` how often the
    machine was reset.
    """

    reason: RunEnd
    #: What more there is to say of the reason, or "".
    detail: str
    seconds: float
    accesses: int
    exit_status: int | None = None
    resets: int = 0

    def after(self, before: Outcome) -> Outcome:
        """What both runs came to, where this one went on after that."""
        return replace(
            self,
            seconds=before.seconds + self.seconds,
            accesses=before.accesses + self.accesses,
            resets=before.resets + self.resets,
        )
