# SPDX-License-Identifier: Apache-2.0
"""APICs among the devices of a PC: interrupts from an input to its EOI and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from guests.build import guest
from lightexit.abi import Space
from lightexit.bus.clock import BusClock, HostClock, ManualClock
from lightexit.devices.local_apic_registers import ApicWindow
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.backends import find
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.pc import PcConfig, pc_machine
from lightexit.vm.places import LOCAL_APIC
from vm.boot.build import kernel

#: What level.s counts to; `isa-debug-exit` makes an odd number of it.
WANTED = 40
SERVED = 2 * WANTED + 1
#: What x2apic.s finds; how many interrupts it ends.
TSC_DEADLINE, GP = 1, 2
SERVED_IN_MSRS = 41
#: Where apic64.s moves the page to.
ELSEWHERE = 0xD000_0000
BACK_ENDS = ("unicorn", "kvm")
ENGINES = {"native": NativeEngine, "interpreter": InterpreterEngine, "models": None}


def pc(image: bytes, back_end: str, clock: BusClock, engine: Engine | None) -> Machine:
    return booted(PcConfig(image), back_end, clock, engine)


def booted(config: PcConfig, back_end: str, clock: BusClock, engine: Engine | None) -> Machine:
    try:
        return pc_machine(config, clock, engine, backend=find(back_end))
    except HostError as error:
        pytest.skip(error.found)


def answers(machine: Machine, device: str, register: str) -> tuple[int, int]:
    """How many writes of a register filters have answered, and how many the model."""
    counts = [
        (each.handled, each.passed)
        for each in machine.bus.counts()
        if (each.device, each.register, each.is_write) == (device, register, True)
    ]
    return sum(handled for handled, _ in counts), sum(passed for _, passed in counts)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_level_is_sent_again_after_each_eoi_and_no_model_is_asked(
    back_end: str, engine: str
) -> None:
    made = ENGINES[engine]
    with pc(guest("level"), back_end, HostClock(), made() if made else None) as machine:
        outcome = machine.run(RunLimits(seconds=20))
        assert (outcome.reason, outcome.exit_status) == (RunEnd.EXIT, SERVED), outcome
        handled, passed = answers(machine, "local_apic", "EOI")
        assert (handled, passed) == ((WANTED, 0) if made else (0, WANTED))
        # Its table was set up by two writes; remote IRR comes and goes without an access.
        assert sum(answers(machine, "ioapic", "WINDOW")) == 2


def test_a_run_is_the_same_whoever_answers() -> None:
    ends = []
    for made in (NativeEngine(), None):
        clock = ManualClock(step_ns=1000)
        with pc(guest("level"), "unicorn", clock, made) as machine:
            outcome = machine.run(RunLimits(seconds=20))
            states = [bytes(each.state) for each in machine.devices]
            ends.append((outcome.exit_status, outcome.accesses, clock.now_ns(), states))
    assert ends[0] == ends[1]
    assert ends[0][0] == SERVED


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_registers_in_msrs_where_msrs_reach_devices(back_end: str, engine: str) -> None:
    made = ENGINES[engine]
    with pc(guest("x2apic"), back_end, HostClock(), made() if made else None) as machine:
        if not machine.board.has_msrs:
            pytest.skip("this KVM hands no MSRs out")
        outcome = machine.run(RunLimits(seconds=20))
        found = (TSC_DEADLINE if machine.board.tsc else 0) | GP
        assert (outcome.reason, outcome.exit_status) == (RunEnd.EXIT, 2 * found + 1), outcome
        state = machine.device("local_apic").state
        assert (state.window, state.serving) == (ApicWindow.MSRS, 0)
        handled, passed = answers(machine, "local_apic", "X2_EOI")
        assert (handled, passed) == ((SERVED_IN_MSRS, 0) if made else (0, SERVED_IN_MSRS))
        itself = answers(machine, "local_apic", "X2_SELF_IPI")
        assert itself == ((20, 0) if made else (0, 20))


def test_no_deadlines_on_kvm_where_time_does_not_pass_by_itself() -> None:
    clock = ManualClock(step_ns=1000)
    with pc(guest("x2apic"), "kvm", clock, NativeEngine()) as machine:
        outcome = machine.run(RunLimits(seconds=20))
        assert (outcome.reason, outcome.exit_status) == (RunEnd.EXIT, 2 * GP + 1), outcome


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_cr8_is_tpr_msrs_refuse_and_the_page_moves(back_end: str, engine: str) -> None:
    made = ENGINES[engine]
    image = kernel("apic64", bits=64, elf=True, folder=Path(__file__).parent)
    config = PcConfig(kernel=image)
    with booted(config, back_end, HostClock(), made() if made else None) as machine:
        if not machine.board.has_msrs:
            pytest.skip("this KVM hands no MSRs out")
        outcome = machine.run(RunLimits(seconds=20))
        assert (outcome.reason, outcome.exit_status) == (RunEnd.EXIT, 2 * 0xFFF + 1), outcome
        page = machine.bus.regions(machine.device("local_apic"))[0]
        assert page.base == ELSEWHERE
        reads = [each for each in machine.bus.counts() if each.register == "CR8"]
        if made:
            # Lowered, it lets an interrupt through, which the model sees to.
            assert sum(each.passed for each in reads) == 1
        machine._resets.power_on()
        assert machine.bus.regions(machine.device("local_apic"))[0].base == LOCAL_APIC


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_after_an_init_the_cpu_begins_anew_and_the_machine_does_not(back_end: str) -> None:
    with pc(guest("init"), back_end, HostClock(), NativeEngine()) as machine:
        machine.bus.write(Space.PIO, 0x70, 0x15, 1)
        outcome = machine.run(RunLimits(seconds=20))
        assert (outcome.reason, outcome.exit_status) == (RunEnd.EXIT, 2 * 3 + 1), outcome
        assert outcome.resets == 0
        assert machine.device("rtc").state.index == 0x15
