# SPDX-License-Identifier: Apache-2.0
"""Linux kernels: what is put where, and every file that is refused."""

from __future__ import annotations

import struct

import pytest

from lightexit.errors import AuthorError
from lightexit.vm.boot import (
    NOTHING,
    BootModule,
    Payload,
    Platform,
    StartState,
    load,
    needs_firmware,
)
from lightexit.vm.boot.bzimage import (
    BOOT_FLAG_FIELD,
    CMDLINE_SIZE,
    INIT_SIZE,
    INITRD_ADDR_MAX,
    KERNEL_ALIGNMENT,
    PREF_ADDRESS,
    RELOCATABLE_KERNEL,
    SETUP_SECTS,
    SYSSIZE,
    VERSION,
    XLOADFLAGS,
    BootField,
)
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.images import linux


class Loaded:
    """A kernel in memory, and its boot_params."""

    def __init__(self, image: bytes, payload: Payload = NOTHING, mib: int = 32) -> None:
        self.memory = GuestMemory(mib * MIB)
        self.state: StartState = load(image, self.memory, payload, Platform())

    def param(self, offset: int, size: int) -> int:
        start = self.state.rsi + offset
        return int.from_bytes(self.memory.ram[start : start + size], "little")

    def text(self, address: int) -> str:
        return bytes(self.memory.ram[address:]).split(b"\0", 1)[0].decode()


def test_the_kernel_is_entered_512_bytes_behind_its_start() -> None:
    loaded = Loaded(linux())
    assert loaded.state.rip == 16 * MIB + 0x200
    assert bytes(loaded.memory.ram[16 * MIB : 16 * MIB + 4096]) == b"\x90" * 4096


def test_the_cpu_is_in_long_mode_with_linux_selectors() -> None:
    state = Loaded(linux()).state
    assert (state.code.selector, state.code.long, state.code.db) == (0x10, 1, 0)
    assert state.data.selector == 0x18
    assert state.cr0 & 0x8000_0001 == 0x8000_0001
    assert (state.cr4, state.efer) == (0x20, 0x500)
    assert state.rflags == 2


def test_boot_params_are_zero_except_the_header_and_the_loaders_fields() -> None:
    loaded = Loaded(linux(), Payload("console=ttyS0", (BootModule(b"disk"),)))
    start = loaded.state.rsi
    params = bytearray(loaded.memory.ram[start : start + 4096])
    for offset, size in ((0x70, 8), (0x1E8, 1), (0x1F1, 0x26C - 0x1F1), (0x2D0, 80)):
        params[offset : offset + size] = bytes(size)
    assert params == bytes(4096)
    assert loaded.param(0x202, 4) == int.from_bytes(b"HdrS", "little")
    assert loaded.param(0x210, 1) == 0xFF
    assert loaded.param(0x70, 8) == 0xE0000
    assert loaded.text(loaded.param(0x228, 4)) == "console=ttyS0"


def test_the_memory_map_has_all_of_the_memory() -> None:
    loaded = Loaded(linux())
    assert loaded.param(0x1E8, 1) == 4
    table = bytes(loaded.memory.ram[loaded.state.rsi + 0x2D0 :][:80])
    assert list(struct.iter_unpack("<QQI", table)) == [
        (0, 0x9FC00, 1),
        (0x9FC00, 0x400, 2),
        (0xE0000, 0x20000, 2),
        (MIB, 31 * MIB, 1),
    ]


def test_the_initial_ram_disk_is_as_high_as_it_may_be() -> None:
    disk = bytes(range(256)) * 20
    loaded = Loaded(linux(), Payload(modules=(BootModule(disk),)))
    place = loaded.param(0x218, 4)
    assert (place, loaded.param(0x21C, 4)) == (32 * MIB - 0x2000, len(disk))
    assert bytes(loaded.memory.ram[place : place + len(disk)]) == disk
    low = Loaded(linux({INITRD_ADDR_MAX: 14 * MIB - 1}), Payload(modules=(BootModule(disk),)))
    assert low.param(0x218, 4) == 14 * MIB - 0x2000


def test_a_ram_disk_that_meets_the_kernel_goes_below_it() -> None:
    payload = Payload(modules=(BootModule(bytes(2 * MIB)),))
    assert Loaded(linux(), payload, 20).param(0x218, 4) == 14 * MIB


def test_no_modules_are_no_ram_disk() -> None:
    loaded = Loaded(linux())
    assert (loaded.param(0x218, 4), loaded.param(0x21C, 4)) == (0, 0)


def test_a_relocatable_kernel_moves_where_memory_is_small() -> None:
    assert Loaded(linux(), mib=16).state.rip == 2 * MIB + 0x200
    assert Loaded(linux({KERNEL_ALIGNMENT: 8 * MIB}), mib=16).state.rip == 8 * MIB + 0x200


def test_the_last_16_bytes_may_be_cut_short() -> None:
    assert bytes(Loaded(linux()[:5105]).memory.ram[16 * MIB :][:4081]) == b"\x90" * 4081


def test_no_setup_sectors_mean_four() -> None:
    image = linux({SETUP_SECTS: 0, SYSSIZE: 0xA0})
    assert bytes(Loaded(image).memory.ram[16 * MIB :][:2560]) == image[2560:]


def refusal(image: bytes, payload: Payload = NOTHING, mib: int = 32) -> str:
    with pytest.raises(AuthorError) as error:
        load(image, GuestMemory(mib * MIB), payload)
    return str(error.value)


def test_a_kernel_without_a_64_bit_entry_is_entered_in_32_bits() -> None:
    for changes in ({XLOADFLAGS: 0}, {VERSION: 0x20A}):
        state = Loaded(linux(changes)).state
        assert (state.rip, state.code.db, state.code.long) == (16 * MIB, 1, 0)
        assert (state.code.selector, state.data.selector) == (0x10, 0x18)
        assert bytes(Loaded(linux(changes)).memory.ram[state.rsi + 0x202 :][:4]) == b"HdrS"


def test_older_kernels_call_the_bios() -> None:
    assert [needs_firmware(linux({VERSION: each})) for each in (0x203, 0x209, 0x20A)] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("size", [0x210, 0x300, 1024, 5104])
def test_a_file_cut_short_is_refused(size: int) -> None:
    text = refusal(linux()[:size])
    assert text.splitlines()[0] == f"a Linux kernel of {size} bytes, cut short"
    assert "  expected: " in text
    if size > 0x1F8:
        assert "5120 bytes, as its header says" in text


@pytest.mark.parametrize("changes", [{INIT_SIZE: 31 * MIB}, {RELOCATABLE_KERNEL: 0}])
def test_a_kernel_too_large_for_memory_is_refused(changes: dict[BootField, int]) -> None:
    size = changes.get(INIT_SIZE, 3 * MIB)
    text = refusal(linux(changes), mib=16)
    assert text.startswith(f"no free guest memory for the kernel, which needs {size} bytes at 0x1")
    assert "expected: free memory of that size in 0x1000..0x9fc00 or 0x100000..0x1000000" in text
    assert "try: more memory for the guest" in text


def test_a_ram_disk_too_large_is_refused() -> None:
    payload = Payload(modules=(BootModule(bytes(20 * MIB)),))
    assert refusal(linux(), payload).startswith(
        "no free guest memory for the initial RAM disk, "
        f"which needs {20 * MIB} bytes between 0x100000..0x80000000"
    )


def test_a_command_line_too_long_is_refused() -> None:
    image = linux({CMDLINE_SIZE: 8})
    assert Loaded(image, Payload("12345678")).param(0x238, 4) == 8
    assert refusal(image, Payload("123456789")) == (
        "a command line of 9 bytes\n  expected: at most 8, as this kernel says"
    )


def test_a_command_line_with_a_zero_byte_is_refused() -> None:
    assert refusal(linux(), Payload("a\0b")).startswith(
        "the command line has a zero byte, at its character 1"
    )


def test_a_wrong_boot_flag_is_no_linux_kernel() -> None:
    image = b"MZ" + linux({BOOT_FLAG_FIELD: 0})[2:]
    assert refusal(image).startswith("the kernel's file is a program for DOS, Windows or UEFI")


def test_a_preferred_address_in_the_middle_of_a_page_is_taken() -> None:
    assert Loaded(linux({PREF_ADDRESS: 5 * MIB + 0x10})).state.rip == 5 * MIB + 0x210
