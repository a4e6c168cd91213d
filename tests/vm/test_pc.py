# SPDX-License-Identifier: Apache-2.0
"""The default PC with a kernel in place of a firmware."""

from __future__ import annotations

import subprocess
import sys

import pytest

from lightexit.abi import Space
from lightexit.bus.clock import HostClock, ManualClock
from lightexit.devices import hpet
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError
from lightexit.vm import places
from lightexit.vm.boot import NOTHING, BootModule, Payload
from lightexit.vm.console import Console
from lightexit.vm.machine import Outcome, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from vm.boot.build import kernel

PASSED = 0x21


def boot(image: bytes, payload: Payload = NOTHING) -> tuple[str, Outcome]:
    """What it printed on the serial port, and how it ended."""
    serial = Console()
    config = PcConfig(ram_bytes=32 * MIB, kernel=image, payload=payload)
    machine = pc_machine(config, HostClock(), NativeEngine(), serial=serial)
    outcome = machine.run(RunLimits(seconds=20))
    return serial.text, outcome


def ended(outcome: Outcome) -> tuple[RunEnd, str, int | None]:
    return outcome.reason, outcome.detail, outcome.exit_status


AS_IT_SHOULD = (RunEnd.EXIT, f"exit status {PASSED}", PASSED)


def test_a_flat_binary() -> None:
    text, outcome = boot(kernel("flat"))
    assert (text, ended(outcome)) == ("flat", AS_IT_SHOULD)


def test_a_multiboot_kernel_finds_its_modules_and_the_tables() -> None:
    payload = Payload("smp=1", (BootModule(b"content", "words"),), "test.flat")
    text, outcome = boot(kernel("multiboot", elf=True), payload)
    assert "\ntest.flat smp=1\n" in text
    assert "\nwords\ncontent\n" in text
    assert "LTEXIT" in text
    assert ended(outcome) == AS_IT_SHOULD


def test_a_linux_kernel_finds_its_command_line_and_ram_disk() -> None:
    text, outcome = boot(kernel("linux", bits=64), Payload("quiet", (BootModule(b"disk"),)))
    assert text.endswith("quietdisk")
    assert ended(outcome) == AS_IT_SHOULD


def test_a_file_that_is_no_kernel_is_refused() -> None:
    with pytest.raises(AuthorError, match="a script"):
        boot(b"#!/bin/sh")


def words(text: str) -> list[list[int]]:
    """The numbers of each line."""
    return [[int(word, 16) for word in line.split()] for line in text.split("\n")]


def test_exceptions_in_protected_mode() -> None:
    text, outcome = boot(kernel("exceptions"))
    assert words(text) == [
        [
            *(0, 0),  # vector and error code, twice: the second is no double fault
            *(0, 0),
            *(6, 0),
            *(13, 0x1238),
            *(13, 0x4568),  # without the privilege level
            *(14, 0, 0xDEAD000),  # and the address: a read, of what is not present
            *(14, 2, 0xC0DE123),
            13,  # INT 13 has no error code
        ]
    ]
    assert ended(outcome) == AS_IT_SHOULD


def test_exceptions_in_long_mode_from_either_ring() -> None:
    stack, ring_0, of_its_own = 0x1E_FFF0, 0x1E_0000, 0x1D_0000
    address = 0xFFFF_8000_DEAD_1000

    def faults(frame: int, user: int) -> list[int]:
        return [
            *(0, 0, frame),
            *(0, 0, frame),
            *(6, 0, frame),
            *(13, 0x1238, frame),
            *(14, 2 | user, of_its_own, address),
        ]

    text, outcome = boot(kernel("exceptions64", bits=64))
    assert words(text) == [
        faults(stack, 0),
        faults(ring_0, 4),
        # INT 32. SYSCALL: direction flag cleared, return address, CS, SS. After it: flags, CS.
        [*(0x20, 0, ring_0), *(0, 0, 0x08, 0x10), *(0x3400, 0x23)],
    ]
    assert ended(outcome) == AS_IT_SHOULD


@pytest.mark.parametrize("legacy", [False, True])
def test_the_hpet_stands_between_the_pit_and_its_interrupt(legacy: bool) -> None:
    bus = pc_machine(PcConfig(kernel=b"\xf4"), ManualClock()).bus

    def out(*writes: tuple[int, int]) -> None:
        for port, value in writes:
            bus.write(Space.PIO, port, value, 1)

    assert bus.read(Space.MMIO, places.HPET, 8) == hpet.CAPABILITIES
    bus.write(Space.MMIO, places.HPET + hpet.HpetReg.CONFIG, 3 if legacy else 1, 8)
    out((0x20, 0x11), (0x21, 8), (0x21, 4), (0x21, 1))
    out((0x43, 0x30), (0x43, 0x34))  # OUT falls with mode 0, and rises with mode 2
    out((0x20, 0x0A))
    assert bus.read(Space.PIO, 0x20, 1) & 1 == (0 if legacy else 1)


def test_a_run_imports_only_the_modules_that_it_needs() -> None:
    code = (
        "import sys, lightexit.cli.app, lightexit.vm.pc;"
        "late = ('vm.boot', 'vm.kvm', 'vm.unicorn', 'compiler.syntax',"
        " 'compiler.backend', 'verifier.analysis', 'cli.tally');"
        "print([name for name in late if 'lightexit.' + name in sys.modules])"
    )
    command = [sys.executable, "-c", code]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "[]"
