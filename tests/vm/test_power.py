# SPDX-License-Identifier: Apache-2.0
"""The power button: pressed from outside, and answered by a guest that switches itself off."""

from __future__ import annotations

import threading

import pytest

from lightexit.bus.clock import HostClock, ManualClock
from lightexit.errors import AuthorError, HostError
from lightexit.vm.backends import find
from lightexit.vm.board import Wanted
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.pc import PcConfig, pc_machine
from lightexit.vm.unicorn.backend import UnicornBackend
from vm.test_triple_fault import with_handlers

#: The PIC pair with vectors 0x20 and 0x28 on, all masked but for the ACPI interrupt, 9.
PIC = "b011 e620 e6a0 b020 e621 b028 e6a1 b004 e621 b002 e6a1 b001 e621 e6a1 b0fb e621 b0fd e6a1"
ENABLE = "b0f1 e6b2 66ba02b0 66b80001 66ef"
WAIT = "fb f4 ebfd"
#: Soft off, if the button's bit stands in PM1_STS; else status 0x21 for the test.
HANDLER = "66ba00b0 66ed f6c401 740a 66ba04b0 66b80020 66ef ebfe b010 e6f4 ebfe"
ANSWERS = with_handlers(PIC + ENABLE + WAIT, _41=HANDLER)


def pc(back_end: str, code: bytes) -> Machine:
    try:
        config = PcConfig(ram_bytes=2 * MIB, kernel=code)
        return pc_machine(config, HostClock(), backend=find(back_end))
    except HostError as error:
        pytest.skip(error.found)


def run_till_enabled(machine: Machine) -> None:
    for _ in range(100):
        if not machine.answers_power_button:
            assert machine.run(RunLimits(seconds=0.2)).reason is RunEnd.TIME
    assert machine.answers_power_button


@pytest.mark.parametrize("back_end", ["unicorn", "kvm"])
def test_the_button_interrupts_a_guest_that_has_enabled_it(back_end: str) -> None:
    with pc(back_end, ANSWERS) as machine:
        assert not machine.answers_power_button
        run_till_enabled(machine)
        threading.Timer(0.1, machine.power_button).start()
        outcome = machine.run(RunLimits(seconds=20))
        assert (outcome.reason, outcome.detail) == (RunEnd.SHUTDOWN, "sleep type 0")


def test_a_guest_that_has_not_enabled_it_only_has_the_bit() -> None:
    with pc("unicorn", bytes.fromhex("ebfe")) as machine:
        machine.power_button()
        assert machine.run(RunLimits(seconds=0.1)).reason is RunEnd.TIME
        assert not machine.answers_power_button
        assert machine.device("pm").read(0, 2) & 1 << 8


def test_a_reset_forgets_what_the_guest_has_enabled() -> None:
    with pc("unicorn", ANSWERS) as machine:
        run_till_enabled(machine)
        machine._resets.power_on()
        assert not machine.answers_power_button


def test_a_machine_without_a_button_says_so() -> None:
    board = UnicornBackend().build(Wanted(), GuestMemory(2 * MIB), ManualClock())
    machine = Machine(board)
    assert not machine.answers_power_button
    with pytest.raises(AuthorError, match="no power button"):
        machine.power_button()
