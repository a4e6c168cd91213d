# SPDX-License-Identifier: Apache-2.0
"""SeaBIOS, unmodified, finds the same PC under KVM as under Unicorn."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lightexit.bus.clock import HostClock
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.backends import find
from lightexit.vm.firmware import load_firmware
from lightexit.vm.machine import RunEnd, RunLimits
from lightexit.vm.pc import PcConfig, pc_machine

FIRMWARE = Path("/usr/share/seabios/bios.bin")
#: Where it has found all devices; it goes on for seconds where KVM emulates the CPU. Next it looks
#: for a local APIC, of which only Unicorn's CPUID tells.
FAR_ENOUGH = b"PCI: No VGA devices found"
#: What it says of KVM itself, and how fast its clock runs.
_OF_KVM = re.compile(r"^(Running on KVM|kvmclock|CPU Mhz|Using pmtimer).*\n", re.MULTILINE)


def booted(back_end: str) -> str:
    config = PcConfig(load_firmware(FIRMWARE))
    machine = pc_machine(config, HostClock(), NativeEngine(), backend=find(back_end))
    outcome = machine.run(RunLimits(text=FAR_ENOUGH, seconds=30))
    assert outcome.reason is RunEnd.TEXT, machine.console.text
    answered = sum(count.handled for count in machine.bus.counts() if not count.is_write)
    assert answered > 100
    return _OF_KVM.sub("", machine.console.text)


@pytest.mark.skipif(not FIRMWARE.exists(), reason="SeaBIOS is not installed (package seabios)")
def test_seabios_finds_the_same_machine_on_both_back_ends() -> None:
    try:
        text = booted("kvm")
    except HostError as error:
        pytest.skip(error.found)
    assert text == booted("unicorn")
    assert "Found 3 PCI devices" in text
