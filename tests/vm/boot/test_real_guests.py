# SPDX-License-Identifier: Apache-2.0
"""Kernels and firmware that nobody here wrote, as Debian has them, each to a text that it prints.

They are where their packages put them, or below LIGHTEXIT_TEST_GUESTS, a folder that the packages
were unpacked into (`apt-get download ipxe memtest86+ syslinux-common u-boot-qemu
xen-hypervisor-4.17-amd64`, then `dpkg-deb -x` for each).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from lightexit.bus.clock import HostClock
from lightexit.engine.native import NativeEngine
from lightexit.errors import HostError
from lightexit.vm.boot import BootModule, Payload, needs_firmware, unpacked
from lightexit.vm.console import Console
from lightexit.vm.firmware import load_firmware, seabios
from lightexit.vm.machine import Machine, Outcome, RunEnd, RunLimits
from lightexit.vm.memory import KIB, MIB
from lightexit.vm.pc import PcConfig, pc_machine

pytestmark = pytest.mark.long
#: Of the host; all of them take less than a minute by themselves.
_SECONDS = 240


@dataclass(frozen=True)
class RealGuest:
    """Where a kernel is, its package, what it is told, and what it prints in the end."""

    path: str
    package: str
    ends_with: str
    command_line: str = ""
    ram_bytes: int = 64 * MIB


XEN = RealGuest(
    "boot/xen-4.17-amd64.gz",
    "xen-hypervisor-4.17-amd64",
    "dom0 kernel not specified",
    # There is no BIOS that it could call.
    "no-real-mode console=com1 com1=115200,8n1 noreboot",
    256 * MIB,
)
MEMTEST = RealGuest(
    "boot/memtest86+x64.bin", "memtest86+", "Memtest86+", "console=ttyS0,115200", 16 * MIB
)
KERNELS = {
    "xen": XEN,
    "memtest86+": MEMTEST,
    "memtest86+ of 32 bits": RealGuest(
        "boot/memtest86+ia32.bin", "memtest86+", "Memtest86+", MEMTEST.command_line, 16 * MIB
    ),
    "ipxe": RealGuest("boot/ipxe.lkrn", "ipxe", "No more network devices"),
}


def found(path: str, package: str) -> bytes:
    """The file's content; the test is skipped where it is missing."""
    for root in (os.environ.get("LIGHTEXIT_TEST_GUESTS", ""), "/"):
        if root and (Path(root) / path).exists():
            return (Path(root) / path).read_bytes()
    pytest.skip(f"no {path} (Debian package {package}), nor in LIGHTEXIT_TEST_GUESTS")


def machine_for(image: bytes, payload: Payload, ram_bytes: int, serial: Console) -> Machine:
    """A PC on Unicorn with all filters; SeaBIOS starts what needs a BIOS."""
    try:
        firmware = load_firmware(seabios()) if needs_firmware(image) else b""
    except HostError as error:
        pytest.skip(str(error))
    config = PcConfig(firmware, ram_bytes, kernel=image, payload=payload)
    return pc_machine(config, HostClock(), NativeEngine(), debug=serial, serial=serial)


def until(machine: Machine, text: str) -> Outcome:
    return machine.run(RunLimits(text=text.encode(), seconds=_SECONDS))


@pytest.mark.parametrize("name", KERNELS)
def test_a_kernel_prints_what_it_prints_elsewhere(name: str) -> None:
    guest, serial = KERNELS[name], Console()
    image = unpacked(found(guest.path, guest.package), 256 * MIB)
    payload = Payload(guest.command_line)
    with machine_for(image, payload, guest.ram_bytes, serial) as machine:
        outcome = until(machine, guest.ends_with)
    assert outcome.reason is RunEnd.TEXT, f"{outcome}\n{serial.text[-1000:]}"


def test_xen_by_its_multiboot2_header() -> None:
    """Without the other header, which goes before it."""
    image = unpacked(found(XEN.path, XEN.package), 256 * MIB)
    image = image.replace((0x1BADB002).to_bytes(4, "little"), bytes(4), 1)
    serial = Console()
    with machine_for(image, Payload(XEN.command_line), XEN.ram_bytes, serial) as machine:
        outcome = until(machine, XEN.ends_with)
    assert outcome.reason is RunEnd.TEXT, f"{outcome}\n{serial.text[-1000:]}"


def test_memdisk_boots_a_floppy_disk() -> None:
    greeting = b"hello from the floppy disk"
    # xor ax, ax; mov ds, ax; mov si, 0x7c20; next: lodsb; test al, al; jz end; mov ah, 0x0e;
    # mov bx, 7; int 0x10; jmp next; end: hlt; jmp end
    code = bytes.fromhex("31c08ed8be207cac84c07409b40ebb0700cd10ebf2f4ebfd")
    sector = code.ljust(0x20, b"\0") + greeting + b".\0"
    disk = (sector.ljust(510, b"\0") + b"\x55\xaa").ljust(1440 * KIB, b"\0")
    image, serial = found("usr/lib/syslinux/memdisk", "syslinux-common"), Console()
    payload = Payload("", (BootModule(disk),))
    with machine_for(image, payload, 64 * MIB, serial) as machine:
        outcome = until(machine, greeting.decode())
    assert outcome.reason is RunEnd.TEXT, f"{outcome}\n{serial.text[-1000:]}"


@pytest.mark.parametrize("name", ["qemu-x86", "qemu-x86_64"])
def test_u_boot_as_firmware_takes_a_key_and_gives_its_prompt(name: str) -> None:
    image = found(f"usr/lib/u-boot/{name}/u-boot.rom", "u-boot-qemu")
    serial = Console()
    config = PcConfig(image, 128 * MIB)
    with pc_machine(config, HostClock(), NativeEngine(), debug=serial, serial=serial) as machine:
        assert until(machine, "Hit any key").reason is RunEnd.TEXT
        uart = machine.device("uart")
        with machine.locked(uart.memory):
            uart.feed(b"\r")  # type: ignore[attr-defined]
        outcome = until(machine, "=> ")
    assert outcome.reason is RunEnd.TEXT, f"{outcome}\n{serial.text[-1000:]}"
