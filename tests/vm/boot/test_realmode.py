# SPDX-License-Identifier: Apache-2.0
"""Kernels that a firmware starts: the option ROM, what is put where, every file that is refused."""

from __future__ import annotations

import pytest

from lightexit.errors import AuthorError
from lightexit.vm.boot import NOTHING, BootModule, Payload, load_for_firmware
from lightexit.vm.boot.bzimage import CMDLINE_SIZE, SETUP_SECTS, VERSION, BootField
from lightexit.vm.boot.realmode import LOADFLAGS
from lightexit.vm.memory import MIB, GuestMemory
from vm.boot.images import linux

OLD = {VERSION: 0x203, LOADFLAGS: 1}


def refusal(image: bytes, payload: Payload = NOTHING, mib: int = 32) -> str:
    with pytest.raises(AuthorError) as error:
        load_for_firmware(image, GuestMemory(mib * MIB), payload)
    return str(error.value)


def test_the_option_rom_is_one_by_its_headers() -> None:
    files = load_for_firmware(linux(OLD), GuestMemory(32 * MIB), NOTHING)
    rom = files["genroms/lightexit.bin"]
    assert (rom[:3], len(rom), sum(rom) % 256) == (b"\x55\xaa\x01", 512, 0)
    header = rom[int.from_bytes(rom[0x1A:0x1C], "little") :][:32]
    assert (header[:4], sum(header) % 256) == (b"$PnP", 0)
    assert files["bootorder"] == b"/rom@genroms/lightexit.bin\0"


def test_the_kernel_is_put_where_the_rom_finds_it() -> None:
    memory = GuestMemory(32 * MIB)
    load_for_firmware(linux(OLD), memory, Payload("x=1", (BootModule(b"disk"),)))
    assert bytes(memory.ram[MIB : MIB + 4096]) == b"\x90" * 4096
    found = bytes(memory.ram[: 12 * MIB])
    setup = found.index(b"HdrS") - 0x202
    assert setup % 4096 == 0
    assert found[setup + 0x210] == 0xFF
    assert found[setup + 0xF000 :].startswith(b"x=1\0")
    assert int.from_bytes(found[setup + 0x228 :][:4], "little") == 0x1F000
    assert int.from_bytes(found[setup + 0x224 :][:2], "little") == 0xDE00
    disk = int.from_bytes(found[setup + 0x218 :][:4], "little")
    assert found[disk:].startswith(b"disk")


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({VERSION: 0x201}, "a Linux kernel of boot protocol 2.01, load flags 0x1"),
        ({LOADFLAGS: 0}, "a Linux kernel of boot protocol 2.03, load flags 0x0"),
        ({SETUP_SECTS: 9, VERSION: 0x20F}, "a Linux kernel of 5120 bytes, cut short"),
    ],
)
def test_other_kernels_are_refused(changes: dict[BootField, int], what: str) -> None:
    assert refusal(linux({**OLD, **changes})).splitlines()[0] == what


def test_what_is_no_bzimage_is_refused() -> None:
    assert refusal(b"\xf4").startswith("a kernel that firmware is to start, and is no bzImage\n")


def test_too_long_a_command_line_is_refused() -> None:
    assert refusal(linux(OLD), Payload("x" * 256)).startswith("a command line of 256 bytes\n")
    longer = linux({**OLD, VERSION: 0x206, CMDLINE_SIZE: 65535})
    assert "at most 4095, in real mode" in refusal(longer, Payload("x" * 4096))


def test_too_little_memory_is_refused() -> None:
    assert "no free guest memory for" in refusal(linux(OLD), mib=20)
