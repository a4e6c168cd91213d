# SPDX-License-Identifier: Apache-2.0
"""The maps of QEMU's machines are what QEMU itself says of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess

import pytest

from lightexit.abi import Space
from lightexit.trace.names.machines import map_of

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-x86_64") is None or not os.access("/dev/kvm", os.R_OK | os.W_OK),
    reason="needs QEMU and /dev/kvm",
)
#: What we call what QEMU calls so; other names only have to be there.
CALLED = {
    "acpi-cpu-hotplug": "cpu-hotplug",
    "acpi-pci-hotplug": "pci-hotplug",
    "dma-page": "dma-page",
    "fdc": "fdc",
    "fwcfg": "fw_cfg",
    "fwcfg.dma": "fw_cfg",
    "hpet": "hpet",
    "i8042-cmd": "ps2",
    "i8042-data": "ps2",
    "kvm-ioapic": "ioapic",
    "kvm-pic": "pic",
    "kvm-elcr": "pic",
    "kvm-pit": "pit",
    "kvmvapic": "vapic",
    "parallel": "lpt0",
    "pci-conf-data": "pci",
    "pci-conf-idx": "pci",
    "pcspk": "port61",
    "port92": "port92",
    "rtc": "rtc",
    "rtc-index": "rtc",
    "vbe": "vbe",
    "vga": "vga",
    "vga-lowmem": "vga",
    "vmport": "vmport",
}
_WINDOW = re.compile(r"  ([0-9a-f]{16})-([0-9a-f]{16}) \(prio -?\d+, i/o\): (\S+)(?: @.*)?")


@pytest.mark.parametrize("machine", ["pc", "q35", "microvm"])
def test_every_device_of_qemus_machines_has_its_name(machine: str) -> None:
    names, seen = map_of("qemu", machine), 0
    for first, last, called in _WINDOW.findall(_memory_tree(machine)):
        if called == "io" or int(last, 16) >> 32:
            continue
        seen += 1
        space = Space.MMIO if int(last, 16) >> 16 else Space.PIO
        for address in (int(first, 16), int(last, 16)):
            found = names.name(space, address, False).device
            assert found, f"{called} at {address:#x} has no name"
            assert found == CALLED.get(called, found)
    assert seen > 20


def _memory_tree(machine: str) -> str:
    """What the monitor says of a machine that has not started."""
    words = ["-M", machine, "-accel", "kvm", "-S", "-display", "none", "-net", "none"]
    run = subprocess.run(
        ["qemu-system-x86_64", *words, "-serial", "none", "-monitor", "stdio"],
        input="info mtree -f\nquit\n",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return run.stdout
