# SPDX-License-Identifier: Apache-2.0
"""Kernels of every kind, loaded and run on both back ends to the status they end with."""

from __future__ import annotations

import gzip

import pytest

from lightexit.bus.clock import HostClock
from lightexit.errors import HostError
from lightexit.vm.backends import find
from lightexit.vm.board import Wanted
from lightexit.vm.boot import BootModule, Payload, Platform, needs_firmware
from lightexit.vm.console import Console
from lightexit.vm.firmware import load_firmware, seabios
from lightexit.vm.machine import RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from vm.boot.booted import BACK_ENDS, Ending, boot
from vm.boot.build import kernel, wider

PASSED, NO_TABLES = 0x21, 0x41
MODULES = (BootModule(b"first" * 1000, "one a=1"), BootModule(b"second", "two"))


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_flat_binary(back_end: str) -> None:
    assert boot(back_end, kernel("flat"), Payload()) == Ending("flat", PASSED)


@pytest.mark.parametrize("form", ["elf", "addresses"])
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_multiboot_kernel(back_end: str, form: str) -> None:
    image = kernel("multiboot", elf=True) if form == "elf" else kernel("multiboot", ADDRESSES=1)
    ending = boot(back_end, image, Payload("smp=1 x", MODULES, "test.flat"), Platform())
    assert ending.output.split("\n") == [
        "lightexit",
        "test.flat smp=1 x",
        f"{31 * 1024:08x}",
        "one a=1",
        "first" * 1000,
        "two",
        "second",
        "1221",
        "LTEXIT",
        "",
    ]
    assert ending.status == PASSED


def test_a_multiboot_kernel_with_nothing() -> None:
    ending = boot("unicorn", kernel("multiboot", elf=True), Payload(), None, 2 * MIB)
    assert ending == Ending("lightexit\nkernel\n00000400\n1221\n", NO_TABLES)


@pytest.mark.parametrize(("mib", "loaded_at"), [(32, 16), (8, 2)])
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_linux_kernel(back_end: str, mib: int, loaded_at: int) -> None:
    payload = Payload(" console=ttyS0 ", (BootModule(b"initial"), BootModule(b"RAM disk")))
    ending = boot(back_end, kernel("linux", bits=64), payload, Platform(), mib * MIB)
    place = chr(ord("@") + loaded_at)
    assert ending == Ending(f"{place}4 console=ttyS0 initial\0RAM disk", PASSED)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_linux_kernel_of_32_bits(back_end: str) -> None:
    image = kernel("linux32")
    assert boot(back_end, image, Payload("quiet"), Platform()) == Ending("quiet", PASSED)


@pytest.mark.parametrize("form", ["elf", "addresses"])
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_multiboot2_kernel(back_end: str, form: str) -> None:
    image = kernel("multiboot2", elf=True) if form == "elf" else kernel("multiboot2", ADDRESSES=1)
    ending = boot(back_end, image, Payload("smp=1 x", MODULES, "test.flat"), Platform())
    told = "Atest.flat smp=1 x\0Blightexit\0Cone a=1\0Ctwo\0DFUNO@"
    assert ending == Ending(told, PASSED)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_kernel_with_a_pvh_entry_point(back_end: str, bits: int) -> None:
    image = kernel("pvh", bits=32, elf=True)
    image = wider(image) if bits == 64 else image
    ending = boot(back_end, image, Payload("smp=1 x", MODULES), Platform())
    assert ending.output == "smp=1 x\0one a=1\0" + "first" * 1000 + "two\0second1221"
    assert ending.status == PASSED
    assert boot(back_end, image, Payload()) == Ending("\x001221", NO_TABLES)


@pytest.mark.parametrize("bits", [32, 64])
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_an_executable_without_a_header(back_end: str, bits: int) -> None:
    image = kernel("plain", bits=bits, elf=True, BITS=bits)
    assert boot(back_end, image, Payload()) == Ending("", PASSED)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_gzipped_kernel(back_end: str) -> None:
    assert boot(back_end, gzip.compress(kernel("flat")), Payload()) == Ending("flat", PASSED)


@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_kernel_that_calls_the_bios(back_end: str) -> None:
    try:
        firmware, chosen = load_firmware(seabios()), find(back_end)
        chosen.check(Wanted())
    except HostError as error:
        pytest.skip(str(error))
    payload = Payload("x=1 ", (BootModule(b"Disk"),))
    image, serial = kernel("realmode"), Console()
    assert needs_firmware(image)
    config = PcConfig(firmware, 64 * MIB, kernel=image, payload=payload)
    with pc_machine(config, HostClock(), backend=chosen, serial=serial) as machine:
        outcome = machine.run(RunLimits(seconds=60))
    assert outcome.exit_status == PASSED
    assert "\nx=1 KD" in serial.text
