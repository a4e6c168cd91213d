# SPDX-License-Identifier: Apache-2.0
"""A distribution's kernel on the default PC: to its first process, which ends the run."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from lightexit.bus.clock import HostClock
from lightexit.engine.native import NativeEngine
from lightexit.vm.boot import Module, Payload
from lightexit.vm.console import Console
from lightexit.vm.machine import Limits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from vm.boot.build import kernel
from vm.boot.cpio import DEVICE, FOLDER, PROGRAM, File, archive

KERNEL = os.environ.get("LIGHTEXIT_TEST_KERNEL", "")
COMMAND_LINE = "earlyprintk=serial,0x3f8,115200 console=ttyS0 nokaslr panic=-1"
HELLO = "hello from user space"


def ram_disk() -> bytes:
    console = File("dev/console", DEVICE, device=(5, 1))
    init = File("init", PROGRAM, kernel("init", bits=64, elf=True))
    return archive(File("dev", FOLDER), console, init)


@pytest.mark.skipif(not KERNEL, reason="LIGHTEXIT_TEST_KERNEL names no bzImage")
def test_linux_runs_its_first_process() -> None:
    payload = Payload(COMMAND_LINE, (Module(ram_disk()),))
    config = PcConfig(ram_bytes=256 * MIB, kernel=Path(KERNEL).read_bytes(), payload=payload)
    serial = Console()
    machine = pc_machine(config, HostClock(), NativeEngine(), serial=serial)
    outcome = machine.run(Limits(seconds=300))
    assert "KASLR disabled: 'nokaslr' on cmdline." in serial.text
    assert "ACPI: PM-Timer IO Port" in serial.text
    assert HELLO in serial.text, outcome
    assert outcome.exit_status == 2 * len(HELLO + "\n") + 1
