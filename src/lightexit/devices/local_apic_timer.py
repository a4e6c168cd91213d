# SPDX-License-Identifier: Apache-2.0
"""The local APIC's timer: when it is due, by its count or by the TSC.

Reference: Intel SDM volume 3, section 11.5.4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lightexit.devices.local_apic_registers import NEVER, Lvt, LvtBit
from lightexit.devices.local_apic_state import LocalApicState, current_count, shift_of


@dataclass(frozen=True)
class Tsc:
    """The CPU's time stamp counter: its value now, and its rate while VM time runs."""

    read: Callable[[], int]
    khz: int


def waits_for_tsc(state: LocalApicState) -> bool:
    """Whether the timer is one of TSC deadlines."""
    return bool(state.lvt[Lvt.TIMER] & LvtBit.DEADLINE)


def count_of(state: LocalApicState, now_ns: int) -> int:
    """The current count."""
    is_off = state.due_ns == NEVER or state.deadline
    return 0 if is_off else current_count(state, now_ns)


def start(state: LocalApicState, count: int, now_ns: int) -> None:
    """Count down from there."""
    span = count << shift_of(state.divide)
    state.due_ns = min(now_ns + span, NEVER) if count else NEVER


def arm(state: LocalApicState, deadline: int, tsc: Tsc, now_ns: int) -> None:
    """Wait for the TSC to reach `deadline`; 0 disarms."""
    left = max(deadline - tsc.read(), 0)
    state.deadline = deadline
    state.due_ns = min(now_ns - (-left * 10**6 // tsc.khz), NEVER - 1) if deadline else NEVER


def disarm(state: LocalApicState) -> None:
    """Wait for nothing."""
    state.due_ns, state.deadline = NEVER, 0


def expire(state: LocalApicState, now_ns: int) -> None:
    """It is due: at its next time, if it has one."""
    period = state.initial << shift_of(state.divide)
    if state.lvt[Lvt.TIMER] & LvtBit.PERIODIC and period and not waits_for_tsc(state):
        state.due_ns += ((now_ns - state.due_ns) // period + 1) * period
    else:
        disarm(state)
