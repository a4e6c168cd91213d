# SPDX-License-Identifier: Apache-2.0
"""A guest that resets the machine boots again, on every back end."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from lightexit.bus.clock import HostClock, ManualClock
from lightexit.engine.native import NativeEngine
from lightexit.errors import GuestError, HostError, InternalError
from lightexit.vm.backends import find
from lightexit.vm.console import Console
from lightexit.vm.firmware import load_firmware
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.kvm.cpu import KvmCpu
from lightexit.vm.machine import Machine, Outcome, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine

BACK_ENDS = ["unicorn", "kvm"]
BIOS = Path("/usr/share/seabios/bios.bin")
#: 32-bit code, and why the run ends where it may not boot again.
WAYS = {
    "0xcf9": ("66baf90c b006 ee", RunEnd.RESET),
    "8042": ("b0fe e664", RunEnd.RESET),
    "port 0x92": ("b001 e692", RunEnd.RESET),
    "triple fault": ("0f0b", RunEnd.FAULT),
}
COUNT = 0x18_0000
TO_ITS_END = RunLimits(text=b"No bootable device.", seconds=20)
needs_seabios = pytest.mark.skipif(
    not BIOS.exists(), reason="SeaBIOS is not installed (Debian package seabios)"
)
BOOTS = 3
#: Resets itself for ever.
LOOP = bytes.fromhex(WAYS["0xcf9"][0] + "ebfe")


def counting(reset: str, work: str = "") -> bytes:
    """Counts in RAM how often it has booted, and spoils its own first byte; the third time, it
    ends with status 0x21."""
    code = f"90 ff05{word(COUNT)} {work} c60500001000f4 833d{word(COUNT)}03 740a".replace(" ", "")
    jump = bytes.fromhex(reset + "ebfe").ljust(10, b"\x90")
    return bytes.fromhex(code) + jump + bytes.fromhex("b010 e6f4 ebfe")


def word(value: int) -> str:
    return value.to_bytes(4, "little").hex()


def pc(
    back_end: str, code: bytes, *, clock: HostClock | ManualClock | None = None, **wanted: Any
) -> Machine:
    config = PcConfig(ram_bytes=2 * MIB, kernel=code, **wanted)
    try:
        return pc_machine(config, clock or HostClock(), backend=find(back_end))
    except HostError as error:
        pytest.skip(error.found)


def run(machine: Machine, limits: RunLimits) -> Outcome:
    try:
        return machine.run(limits)
    except GuestError as error:
        if "KVM cannot emulate" in error.found:
            pytest.skip(f"a KVM without a CPU's own virtualization: {error.found}")
        raise


@pytest.mark.parametrize("back_end", BACK_ENDS)
@pytest.mark.parametrize("way", WAYS)
def test_the_guest_boots_again(way: str, back_end: str) -> None:
    code, end = WAYS[way]
    with pc(back_end, counting(code)) as machine:
        told: list[str] = []
        machine.on_reset = told.append
        outcome = run(machine, RunLimits(seconds=20))
        assert (outcome.reason, outcome.exit_status) == (RunEnd.EXIT, 0x21)
        assert outcome.resets == machine.resets == len(told) == BOOTS - 1
        if end is RunEnd.RESET:
            counted = [each.accesses for each in machine.bus.counts() if each.is_write]
            assert outcome.accesses == sum(counted) == BOOTS
        else:
            assert told[0].startswith("a triple fault, at 0010:001000")


@pytest.mark.parametrize("back_end", BACK_ENDS)
@pytest.mark.parametrize("way", WAYS)
def test_or_its_reset_ends_the_run(way: str, back_end: str) -> None:
    code, end = WAYS[way]
    with pc(back_end, counting(code)) as machine:
        outcome = run(machine, RunLimits(seconds=20, reboots=False))
        assert (outcome.reason, outcome.resets, machine.resets) == (end, 0, 0)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_loop_of_resets_is_ended_by_time_and_by_a_stop(back_end: str) -> None:
    with pc(back_end, LOOP) as machine:
        assert run(machine, RunLimits(seconds=1.0)).reason is RunEnd.TIME
        assert machine.resets > 1
        threading.Timer(0.1, machine.stop).start()
        assert machine.run(RunLimits(seconds=20)).reason is RunEnd.REQUEST
        assert run(machine, RunLimits(accesses=7, seconds=20)).accesses == 7


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_loop_of_resets_grows_nothing(back_end: str) -> None:
    def pages() -> int:
        return sum(map(int, Path("/proc/self/statm").read_text().split()[:1]))

    with pc(back_end, LOOP) as machine:
        run(machine, RunLimits(accesses=10, seconds=20))
        before = pages()
        run(machine, RunLimits(accesses=40, seconds=20))
        assert pages() - before < 4 * MIB // 4096


def press_when_booted(machine: Machine) -> None:
    """Once the first time, and once the second."""
    for boots in range(1, BOOTS):
        end = time.monotonic() + 20
        while machine.board.memory.ram[COUNT] < boots and time.monotonic() < end:
            time.sleep(0.01)
        machine.reset()


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_reset_from_another_thread(back_end: str) -> None:
    wait = "833d" + word(COUNT) + "03 75f7"  # cmp [count], 3; jne
    code = bytes.fromhex(f"ff05{word(COUNT)}{wait} b010 e6f4 ebfe")
    with pc(back_end, code) as machine:
        presser = threading.Thread(target=press_when_booted, args=[machine])
        presser.start()
        outcome = run(machine, RunLimits(seconds=20))
        presser.join()
        assert (outcome.reason, outcome.resets) == (RunEnd.EXIT, BOOTS - 1)


def test_a_reset_before_the_run_is_its_beginning() -> None:
    with pc("unicorn", counting("e680 ebfc")) as machine:
        machine.run(RunLimits(accesses=1, seconds=20))
        machine.reset("for a test")
        assert machine.run(RunLimits(accesses=1, seconds=20)).resets == 1
        assert machine.board.memory.ram[COUNT] == 2


def test_a_reset_wakes_a_guest_that_has_halted() -> None:
    with pc("unicorn", bytes.fromhex(f"ff05{word(COUNT)} fb f4")) as machine:
        threading.Timer(0.1, machine.reset).start()
        outcome = machine.run(RunLimits(seconds=1))
        assert (outcome.reason, outcome.resets) == (RunEnd.TIME, 1)


def test_a_reset_is_reproducible() -> None:
    def life() -> tuple[int, int, list[bytes]]:
        with pc("unicorn", counting(WAYS["0xcf9"][0]), clock=ManualClock(step_ns=1000)) as machine:
            outcome = machine.run()
            states = [bytes(each.state) for each in machine.devices]
            return outcome.accesses, machine.clock.now_ns(), states

    assert life() == life()


@pytest.mark.parametrize("irqchip", Irqchip)
def test_with_controllers_wherever_they_are(irqchip: Irqchip) -> None:
    code = counting(WAYS["8042"][0])
    with pc("kvm", code, irqchip=irqchip) as machine:
        outcome = run(machine, RunLimits(seconds=20))
        assert (outcome.reason, outcome.resets) == (RunEnd.EXIT, BOOTS - 1)


@pytest.mark.long
@needs_seabios
def test_a_second_boot_is_a_first_one() -> None:
    """The same accesses and states as in a machine that was made at that time, with that battery,
    whatever the first boot has left in RAM."""

    def firmware(now_ns: int) -> Machine:
        clock = ManualClock(now_ns, step_ns=1000)
        return pc_machine(PcConfig(load_firmware(BIOS)), clock, NativeEngine())

    old = firmware(0)
    assert old.run(TO_ITS_END).reason is RunEnd.TEXT
    new = firmware(old.clock.now_ns())
    new.device("rtc").restore(old.device("rtc").save())
    old.reset()
    outcomes = old.run(TO_ITS_END), new.run(TO_ITS_END)
    assert outcomes[0].reason is outcomes[1].reason is RunEnd.TEXT
    assert outcomes[0].accesses == outcomes[1].accesses
    assert [each.save() for each in old.devices] == [each.save() for each in new.devices]


def test_others_wait_to_be_started_again() -> None:
    # To all but itself INIT, then start-up at 0x8000, where each counts at 0x9000.
    start = "c70500800000 ff060090 c70504800000 fbf4ebfd"
    ipis = "c7050003e0fe 00450c00 c7050003e0fe 08460c00"
    wait = f"a1{word(COUNT)} 663b0500900000 75f7"
    with pc("kvm", counting(WAYS["0xcf9"][0], start + ipis + wait), cpus=2) as machine:
        outcome = run(machine, RunLimits(seconds=20))
        assert (outcome.reason, outcome.resets) == (RunEnd.EXIT, BOOTS - 1)
        machine._resets.power_on()
        first, second = machine.cpus
        assert isinstance(first, KvmCpu)
        assert isinstance(second, KvmCpu)
        assert (first.vcpu.is_runnable, second.vcpu.is_runnable) == (True, False)


@needs_seabios
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_firmware_finds_a_new_machine(back_end: str) -> None:
    debug = Console()
    try:
        machine = pc_machine(
            PcConfig(load_firmware(BIOS)),
            HostClock(),
            NativeEngine(),
            backend=find(back_end),
            debug=debug,
        )
    except HostError as error:
        pytest.skip(error.found)
    limits = RunLimits(text=b"PCI: No VGA devices found", seconds=20)
    assert machine.run(limits).reason is RunEnd.TEXT
    first = debug.text
    machine.reset()
    assert machine.run(limits).reason is RunEnd.TEXT
    assert debug.text[len(first) :].lstrip().startswith("SeaBIOS (version")


def test_a_model_that_cannot_be_reset_ends_the_run_with_its_error() -> None:
    with pc("unicorn", LOOP) as machine:
        device = machine.device("port92")

        def fail() -> None:
            raise ZeroDivisionError

        device.reset = fail  # type: ignore[method-assign]
        with pytest.raises(InternalError, match="the model of port92 failed: ZeroDivisionError"):
            machine.run(RunLimits(seconds=20))
