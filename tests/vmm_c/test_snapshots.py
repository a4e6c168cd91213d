# SPDX-License-Identifier: Apache-2.0
"""examples/vmm-c saved and restored under traffic; what it says of files that are not its own.

The guest `traffic` holds what it reads against what it remembers: it tells of what was lost.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

import scale
from vmm_c.built import Vmm, vmm

RESTORES = 1000 if scale.is_long else 20
#: VM time between two saves, in ms: of many lengths, so that they hit any access.
TIMES = (3, 5, 8, 13, 21, 34)
WELL = "traffic: nothing lost; other cpus: {:08x}\n"
HEAD, ITEM = struct.Struct("<QIIQQ"), struct.Struct("<24sQ")


@pytest.fixture(scope="module")
def built() -> Vmm:
    return vmm()


@pytest.fixture
def saved(built: Vmm, tmp_path: Path) -> Path:
    """A snapshot of the traffic on one CPU."""
    path = tmp_path / "vm"
    assert built.run("--snapshot", str(path), built.guest("traffic")) == (0, "", "")
    return path


# Items of a snapshot


def read(path: Path) -> dict[str, bytearray]:
    """The items by their names."""
    data, at, items = path.read_bytes(), HEAD.size, {}
    while at < len(data):
        name, size = ITEM.unpack_from(data, at)
        at += ITEM.size
        items[name.rstrip(b"\0").decode()] = bytearray(data[at : at + size])
        at += size
    return items


def write(path: Path, items: dict[str, bytearray], cpus: int = 1) -> None:
    """A snapshot of these items, whose checksum fits."""
    body = b"".join(ITEM.pack(name.encode(), len(data)) + data for name, data in items.items())
    magic = HEAD.unpack_from(path.read_bytes())[0]
    path.write_bytes(HEAD.pack(magic, 1, cpus, len(body), fnv(body)) + body)


def fnv(data: bytes) -> int:
    value = 0xCBF29CE484222325
    for byte in data:
        value = (value ^ byte) * 0x100000001B3 & 0xFFFF_FFFF_FFFF_FFFF
    return value


def sign(state: bytearray) -> None:
    """The checksum within a saved state fits again."""
    state[-4:] = zlib.crc32(state[:-4]).to_bytes(4, "little")


# Under traffic


@pytest.mark.parametrize("cpus", [1, 2])
def test_nothing_is_lost_by_saving_and_restoring(built: Vmm, tmp_path: Path, cpus: int) -> None:
    path = str(tmp_path / "vm")
    guest = built.guest("traffic")
    # One CPU alone shows each access; the others have to have been started.
    first = ("--cpus", str(cpus), "--snapshot", path, "--after", "300", guest)
    assert built.run(*first) == (0, "", "")
    for number in range(RESTORES // 2):
        after = str(TIMES[number % len(TIMES)])
        again = built.run("--restore", path, "--snapshot", path, "--after", after)
        assert again == (0, "", ""), number
    assert built.run("--restore", path, said="q") == (0, WELL.format(cpus - 1), "")


def test_the_guest_makes_progress_between_two_saves(built: Vmm, saved: Path) -> None:
    before = read(saved)
    again = ("--restore", str(saved), "--snapshot", str(saved), "--after", "50", "--counts")
    assert built.run(*again).status == 0
    after = read(saved)
    assert int.from_bytes(after["clock"], "little") - int.from_bytes(before["clock"], "little") >= (
        50_000_000
    )
    changed = {name for name in before if before[name] != after[name]}
    assert changed >= {"clock", "pit", "i440fx", "ioapic", "vcpu0.regs", "memory"}


def test_filters_and_models_restore_what_the_other_saved(built: Vmm, saved: Path) -> None:
    path = str(saved)
    for options in (["--no-filters"], [], ["--no-filters"]):
        again = ("--restore", path, "--snapshot", path, "--after", "20")
        assert built.run(*options, *again) == (0, "", "")
    assert built.run("--restore", path, said="q") == (0, WELL.format(0), "")


def back(items: dict[str, bytearray]) -> None:
    """VM time goes back by 50 ms."""
    now = int.from_bytes(items["clock"], "little")
    items["clock"][:] = (now - 50_000_000).to_bytes(8, "little")


def state(name: str, offset: int, bits: int) -> Callable[[dict[str, bytearray]], None]:
    """A bit of a state is another: of the byte at `offset`."""

    def change(items: dict[str, bytearray]) -> None:
        items[name][56 + len(name) + offset] ^= bits
        sign(items[name])

    return change


def message(items: dict[str, bytearray]) -> None:
    """The local APIC forgets the UART's message: vector 0x31 in IRR."""
    items["vcpu0.lapic"][0x200 + 0x10 + 2] ^= 1 << 1


def memory(items: dict[str, bytearray]) -> None:
    items["memory"][0x40000 + 8 * 3] ^= 1


@pytest.mark.parametrize(
    ("change", "check"),
    scale.part(
        [
            (back, 1),
            # The reload value of counter 0.
            (state("pit", 18, 0x80), 2),
            (state("i440fx", 268 + 4 * (3 * 64 + 0x11) + 2, 0x10), 3),
            # The destination of input 10.
            (state("ioapic", 12 + 8 * 10 + 7, 0x10), 4),
            (state("doorbell", 4 + 6, 1), 5),
            (memory, 6),
            # Remote IRR of the UART's input.
            (state("ioapic", 12 + 8 * 4 + 1, 0x40), 7),
            (message, 8),
        ],
        4,
    ),
)
def test_the_guest_tells_what_was_lost(
    built: Vmm, tmp_path: Path, change: Callable[[dict[str, bytearray]], None], check: int
) -> None:
    path, later = tmp_path / "vm", tmp_path / "later"
    for attempt in range(5):
        # Now and then the guest is about to write what was changed, and does not see it.
        first = ("--snapshot", str(path), "--after", str(100 + attempt))
        assert built.run(*first, built.guest("traffic")) == (0, "", "")
        items = read(path)
        change(items)
        write(path, items)
        again = ("--restore", str(path), "--snapshot", str(later), "--after", "5000")
        ended = built.run(*again, said="q" if check == 8 else "")
        if ended.status:
            break
    assert ended[:2] == (2, f"traffic: failed check {check:08x}\n")
