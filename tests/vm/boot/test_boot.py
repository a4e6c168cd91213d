# SPDX-License-Identifier: Apache-2.0
"""Kernels of every kind, loaded and run on both back ends to the status they end with."""

from __future__ import annotations

import pytest

from lightexit.vm.boot import BootModule, Payload, Platform
from lightexit.vm.memory import MIB
from vm.boot.booted import BACK_ENDS, Ending, boot
from vm.boot.build import kernel

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
        "121",
        "LTEXIT",
        "",
    ]
    assert ending.status == PASSED


def test_a_multiboot_kernel_with_nothing() -> None:
    ending = boot("unicorn", kernel("multiboot", elf=True), Payload(), None, 2 * MIB)
    assert ending == Ending("lightexit\nkernel\n00000400\n121\n", NO_TABLES)


@pytest.mark.parametrize(("mib", "loaded_at"), [(32, 16), (8, 2)])
@pytest.mark.parametrize("back_end", BACK_ENDS)
def test_a_linux_kernel(back_end: str, mib: int, loaded_at: int) -> None:
    payload = Payload(" console=ttyS0 ", (BootModule(b"initial"), BootModule(b"RAM disk")))
    ending = boot(back_end, kernel("linux", bits=64), payload, Platform(), mib * MIB)
    place = chr(ord("@") + loaded_at)
    assert ending == Ending(f"{place}3 console=ttyS0 initial\0RAM disk", PASSED)
