# SPDX-License-Identifier: Apache-2.0
"""A guest that suspends itself to RAM (S3), and what wakes it."""

from __future__ import annotations

import pytest

from lightexit.abi import Space
from lightexit.bus.clock import BusClock, HostClock, ManualClock
from lightexit.devices.pmtimer import PmControl, PmEvent, PmReg
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.backends import find
from lightexit.vm.console import Console
from lightexit.vm.firmware import load_firmware, seabios
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from lightexit.vm.places import PM_BY_TABLES

UNICORN, KVM = ("unicorn", Irqchip.OFF), ("kvm", Irqchip.OFF)
SIDES = [UNICORN, KVM, ("kvm", Irqchip.SPLIT), ("kvm", Irqchip.KERNEL)]
#: Real-mode code at 0x1234: CS to 0x600, then the end with status 0x21.
RESUME = "c70534120000 8cc8a300 c70538120000 06b010e6 c7053c120000 f4ebfe00"
#: Where the FACS has it.
VECTOR = "c7054c000e00 34120000"
#: Every second; the event is enabled.
ALARM = "".join(
    f"b0{index} e670 b0{value} e671"
    for index, value in {"01": "c0", "03": "c0", "05": "c0", "0b": "22"}.items()
)
ENABLE = "66ba02b0 66b80004 66ef"
#: The PIC's mask, which nobody keeps.
MASK = "b055 e621"
SLEEP = "66ba04b0 66b80024 66ef ebfe"
CS = slice(0x600, 0x602)


def pc(side: tuple[str, Irqchip], code: str, clock: BusClock | None = None) -> Machine:
    config = PcConfig(ram_bytes=2 * MIB, kernel=bytes.fromhex(code), irqchip=side[1])
    try:
        return pc_machine(config, clock or HostClock(), NativeEngine(), backend=find(side[0]))
    except HostError as error:
        pytest.skip(error.found)


def check_woken(machine: Machine, event: PmEvent) -> None:
    """It goes on at its vector, with a segment for that, and everything but PM and RTC is new."""
    outcome = machine.run(RunLimits(seconds=20))
    assert (outcome.reason, outcome.exit_status, outcome.resets) == (RunEnd.EXIT, 0x21, 0)
    assert bytes(machine.board.memory.ram[CS]) == b"\x23\x01"
    assert machine.device("pm").read(0, 2) & (PmEvent.WAK | event) == PmEvent.WAK | event
    if machine.irqchip is not Irqchip.KERNEL:
        assert machine.device("pic").read(1, 1) == 0


@pytest.mark.parametrize("side", SIDES)
def test_an_alarm_wakes_a_guest_that_has_enabled_it(side: tuple[str, Irqchip]) -> None:
    with pc(side, RESUME + VECTOR + MASK + ALARM + ENABLE + SLEEP) as machine:
        check_woken(machine, PmEvent.RTC)


def test_an_alarm_comes_in_its_time_where_accesses_make_time_pass() -> None:
    clock = ManualClock(step_ns=1000)
    with pc(UNICORN, RESUME + VECTOR + MASK + ALARM + ENABLE + SLEEP, clock) as machine:
        check_woken(machine, PmEvent.RTC)
        assert clock.now_ns() // 10**6 == 1000


@pytest.mark.parametrize("side", [UNICORN, KVM])
@pytest.mark.parametrize("code", ["", ALARM], ids=["no alarm", "one that is not enabled"])
def test_the_power_button_always_wakes(side: tuple[str, Irqchip], code: str) -> None:
    with pc(side, RESUME + VECTOR + MASK + code + SLEEP) as machine:
        assert machine.run(RunLimits(seconds=1.3 if code else 0.2)).reason is RunEnd.TIME
        machine.power_button()
        check_woken(machine, PmEvent.PWRBTN)


def test_nothing_can_wake_a_guest_for_which_no_time_passes() -> None:
    with pc(UNICORN, RESUME + VECTOR + SLEEP, ManualClock(step_ns=1000)) as machine:
        outcome = machine.run(RunLimits(seconds=20))
        assert (outcome.reason, "nothing to wake it" in outcome.detail) == (RunEnd.HALTED, True)


def test_without_a_waking_vector_the_machine_is_reset() -> None:
    with pc(UNICORN, RESUME + ALARM + ENABLE + SLEEP) as machine:
        assert machine.run(RunLimits(seconds=20, reboots=False)).reason is RunEnd.RESET


def test_a_reset_ends_the_sleep() -> None:
    with pc(UNICORN, RESUME + VECTOR + SLEEP) as machine:
        assert machine.run(RunLimits(seconds=0.2)).reason is RunEnd.TIME
        assert machine.device("pm").state.control & PmControl.SLP_EN
        machine.reset()
        assert machine.run(RunLimits(seconds=20, reboots=False)).reason is RunEnd.RESET
        machine._resets.power_on()
        assert not machine.device("pm").state.control & PmControl.SLP_EN


@pytest.mark.parametrize("back_end", ["unicorn", "kvm"])
def test_firmware_resumes_as_the_shutdown_code_says(back_end: str) -> None:
    """SeaBIOS is not the one that suspends: so the test does it in place of a guest."""
    try:
        config, backend = PcConfig(load_firmware(seabios())), find(back_end)
        machine = pc_machine(config, HostClock(), NativeEngine(), backend=backend, debug=Console())
    except HostError as error:
        pytest.skip(error.found)
    with machine:
        limits = RunLimits(text=b"No bootable device.", seconds=20)
        assert machine.run(limits).reason is RunEnd.TEXT
        memory = machine.board.memory
        facs = bytes(memory.ram).find(b"FACS" + (64).to_bytes(4, "little"))
        memory.store(facs + 12, (0x1234).to_bytes(4, "little"))
        memory.store(0x1234, bytes.fromhex("31c0 8ed8 8cc8 a30006 b010 e6f4 ebfe"))
        machine.bus.write(Space.PIO, PM_BY_TABLES + PmReg.PM1_CNT, 0x2400, 2)
        assert machine.run(RunLimits(seconds=0.1)).reason is RunEnd.TIME
        machine.power_button()
        outcome = machine.run(RunLimits(seconds=20))
        assert (outcome.reason, outcome.exit_status, outcome.resets) == (RunEnd.EXIT, 0x21, 0)
        assert bytes(memory.ram[CS]) == b"\x23\x01"
