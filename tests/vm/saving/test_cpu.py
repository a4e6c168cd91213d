# SPDX-License-Identifier: Apache-2.0
"""A vCPU restored at any access of a guest goes on as the saved one does, on every back end."""

from __future__ import annotations

import random

import pytest

from guests.harness import Bench, bench
from guests.test_guests import seen
from lightexit.vm.exits import Halted
from lightexit.vm.saving.cpu_state import decode, encode
from vm.saving.steps import Stepping

GUESTS = ("ports", "memory", "strings", "interrupts", "interrupts32", "long")
BACK_ENDS = ("unicorn", "kvm-native")


def moved(source: Bench, target: Bench) -> None:
    """Everything that one bench is at, in the other."""
    target.memory.ram[:] = source.memory.ram
    target.probe.state.buffer[:] = source.probe.state.buffer
    target.probe.log = source.probe.log
    saved = source.cpu.save()
    target.cpu.restore(saved)
    target.cpu.set_interrupt(target.probe.state.pending > 0)
    again = target.cpu.save()
    if type(source.cpu) is type(target.cpu):
        assert without_time(again) == without_time(saved)


def without_time(saved: bytes) -> bytes:
    """The cycle counter runs on."""
    state = decode(saved)
    return encode(type(state)(state.registers, state.xsave, {**state.msrs, 0x10: 0}))


@pytest.mark.parametrize("there", BACK_ENDS)
@pytest.mark.parametrize("here", BACK_ENDS)
@pytest.mark.parametrize("name", GUESTS)
def test_a_restored_vcpu_goes_on_as_the_saved_one(name: str, here: str, there: str) -> None:
    wanted, draw = seen(name, here), random.Random(f"{name} {here} {there}")
    for _ in range(3):
        moments = sorted(draw.sample(range(1, len(wanted[0])), 3))
        with bench(name, here) as first, bench(name, there) as second, bench(name, here) as third:
            until(first, moments[0])
            moved(first, second)
            until(second, moments[1])
            moved(second, third)
            assert third.run() == Halted()
            assert (third.probe.log, third.digest()) == wanted


def until(ready: Bench, accesses: int) -> None:
    """Run until the probe has seen so many; back ends stop at the end of a block."""
    with Stepping(ready.probe, accesses, ready.cpu.request_stop):
        ready.run()
    ready.cpu.clear_stop()


def test_what_was_begun_to_be_delivered_is_not_lost() -> None:
    """KVM was about to deliver an interrupt; saved again before the vCPU has run."""
    with bench("interrupts", "unicorn") as ready, bench("interrupts", "unicorn") as other:
        until(ready, 1)
        state = decode(ready.cpu.save())
        events = state.registers.events
        events.interrupt, events.interrupt_vector = 1, 0x20
        ready.cpu.restore(encode(state))
        assert not ready.cpu.interruptible()
        again = decode(ready.cpu.save()).registers.events
        assert (again.interrupt, again.interrupt_vector) == (1, 0x20)
        other.memory.ram[:] = ready.memory.ram
        other.cpu.restore(encode(state))
        other.probe.state.pending = 1
        other.run()
        assert other.probe.log[0] == (True, 0x11, 1, 1)
