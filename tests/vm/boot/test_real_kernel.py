# SPDX-License-Identifier: Apache-2.0
"""A distribution's kernel on the default PC: what it finds, to its first process, which ends the
run.

The kernel is LIGHTEXIT_TEST_KERNEL, or the 6.1 that the tests of the kernel module have fetched
(`python -m kernel.rig true` in tests/).
"""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from lightexit.bus.clock import HostClock
from lightexit.engine.api import Engine
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.backends import find
from lightexit.vm.boot import BootModule, Payload
from lightexit.vm.console import Console
from lightexit.vm.machine import Machine, Outcome, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from vm.boot.build import kernel
from vm.boot.cpio import DEVICE, FOLDER, PROGRAM, File, archive

FETCHED = Path.home() / ".cache/lightexit/kernels"
COMMAND_LINE = (
    "earlyprintk=serial,0x3f8,115200 console=ttyS0 nokaslr panic=-1 mitigations=off"
    " cryptomgr.notests"
)
HELLO = "hello from user space"
#: Of this process's CPU time, so that a busy machine does not fail the test.
MOST_CPU_SECONDS = 300


def image() -> bytes:
    """The kernel; the test is skipped where there is none."""
    named = os.environ.get("LIGHTEXIT_TEST_KERNEL", "")
    found = [Path(named)] if named else sorted(FETCHED.glob("6.1.*-amd64/boot/vmlinuz-6.1.*"))
    if not found:
        pytest.skip(f"no bzImage: LIGHTEXIT_TEST_KERNEL names none, nor is a 6.1 in {FETCHED}")
    return found[0].read_bytes()


def ram_disk() -> bytes:
    console = File("dev/console", DEVICE, device=(5, 1))
    init = File("init", PROGRAM, kernel("init", bits=64, elf=True))
    return archive(File("dev", FOLDER), console, init)


def require_back_end(back_end: str) -> None:
    """Skip where Linux cannot run on it."""
    if back_end == "kvm" and not {"vmx", "svm"} & set(Path("/proc/cpuinfo").read_text().split()):
        pytest.skip("Linux needs a KVM with vmx or svm, which this host's CPU does not tell of")


def run_to_its_end(machine: Machine) -> Outcome:
    end = time.process_time() + MOST_CPU_SECONDS
    while True:
        outcome = machine.run(RunLimits(seconds=10))
        if outcome.reason is not RunEnd.TIME or time.process_time() > end:
            return outcome


@pytest.mark.long
@pytest.mark.parametrize("engine", [NativeEngine, None], ids=["filters", "models"])
@pytest.mark.parametrize("back_end", ["unicorn", "kvm"])
def test_linux_finds_its_devices_and_runs_its_first_process(
    back_end: str, engine: type[Engine] | None
) -> None:
    require_back_end(back_end)
    payload = Payload(COMMAND_LINE, (BootModule(ram_disk()),))
    config = PcConfig(ram_bytes=128 * MIB, kernel=image(), payload=payload)
    serial, made = Console(), engine() if engine else None
    try:
        machine = pc_machine(config, HostClock(), made, backend=find(back_end), serial=serial)
    except HostError as error:
        pytest.skip(error.found)
    with machine:
        outcome = run_to_its_end(machine)
    assert "KASLR disabled: 'nokaslr' on cmdline." in serial.text
    assert "ACPI: PM-Timer IO Port" in serial.text
    assert outcome.reason is RunEnd.EXIT, serial.text[-2000:]
    assert "input: AT Translated Set 2 keyboard as /devices/platform/i8042" in serial.text
    assert HELLO in serial.text, outcome
    assert outcome.exit_status == 2 * len(HELLO + "\n") + 1
