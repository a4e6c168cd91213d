# SPDX-License-Identifier: Apache-2.0
"""What firmware may expect of fw_cfg."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.devices.fw_cfg import CAPACITY, FwCfg, FwCfgKey
from lightexit.errors import AuthorError
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain
from lightexit.vm.places import FW_CFG as PORT


class Guest:
    """Reads items as firmware does."""

    def __init__(self, **files: bytes) -> None:
        clock = ManualClock()
        self.fw_cfg = FwCfg(clock, {FwCfgKey.BOOT_MENU: b"\x01\x00"})
        for name, data in files.items():
            self.fw_cfg.add_file(name, data)
        self.rig = Rig(clock, [self.fw_cfg], runner=plain)

    def select(self, key: int) -> None:
        self.rig.write(Space.PIO, PORT, key, 2)

    def take(self, size: int) -> bytes:
        return bytes(self.rig.inb(PORT + 1) for _ in range(size))

    def item(self, key: int, size: int) -> bytes:
        self.select(key)
        return self.take(size)

    def find(self, name: str) -> tuple[int, int]:
        """Key and size of a file, by the directory."""
        count = int.from_bytes(self.item(FwCfgKey.FILE_DIRECTORY, 4), "big")
        for _ in range(count):
            entry = self.take(64)
            if entry[8:].rstrip(b"\0").decode() == name:
                return int.from_bytes(entry[4:6], "big"), int.from_bytes(entry[:4], "big")
        raise AssertionError(f"{name} is not in the directory")


def test_fw_cfg_has_its_signature_and_no_dma() -> None:
    guest = Guest()
    assert guest.item(FwCfgKey.SIGNATURE, 4) == b"QEMU"
    assert int.from_bytes(guest.item(FwCfgKey.ID, 4), "little") == 1
    assert guest.rig.read(Space.PIO, 0x514, 4) == 0
    assert guest.item(FwCfgKey.BOOT_MENU, 2) == b"\x01\x00"


@given(st.dictionaries(st.text("abc/-.", min_size=1, max_size=55), st.binary(max_size=200)))
@settings(derandomize=True, deadline=None, max_examples=12)
def test_every_file_is_found_and_read_whole(files: dict[str, bytes]) -> None:
    guest = Guest(**files)
    for name, data in files.items():
        key, size = guest.find(name)
        assert guest.item(key, size) == data
        assert guest.take(2) == b"\0\0"


def test_selecting_restarts_an_item_and_reads_past_its_end_are_zero() -> None:
    guest = Guest()
    assert guest.item(FwCfgKey.SIGNATURE, 2) == b"QE"
    assert guest.item(FwCfgKey.SIGNATURE, 6) == b"QEMU\0\0"
    before = bytes(guest.fw_cfg.state)
    assert guest.take(10) == bytes(10)
    assert bytes(guest.fw_cfg.state) == before


@given(st.integers(0, 0xFFFF))
@settings(derandomize=True, deadline=None, max_examples=30)
def test_unknown_items_are_empty(key: int) -> None:
    guest = Guest()
    if key not in guest.fw_cfg._places:
        assert guest.item(key, 3) == bytes(3)


def test_data_reads_are_answered_by_the_filter() -> None:
    guest = Guest()
    guest.item(FwCfgKey.SIGNATURE, 8)
    assert (guest.rig.handled, guest.rig.passed) == (8, 1)


def test_writes_of_data_change_nothing() -> None:
    guest = Guest()
    guest.select(FwCfgKey.SIGNATURE)
    guest.rig.outb(PORT + 1, 0)
    guest.rig.write(Space.PIO, 0x514, 0xFFFF_FFFF, 4)
    assert guest.take(4) == b"QEMU"


def test_a_reset_selects_nothing_and_keeps_the_files() -> None:
    guest = Guest(file=b"content")
    guest.select(FwCfgKey.SIGNATURE)
    guest.fw_cfg.reset()
    assert guest.take(1) == b"\0"
    key, size = guest.find("file")
    assert guest.item(key, size) == b"content"


def test_a_file_that_does_not_fit_is_refused_and_leaves_the_rest() -> None:
    guest = Guest(file=b"content")
    with pytest.raises(AuthorError) as refused:
        guest.fw_cfg.add_file("big", bytes(CAPACITY))
    assert str(CAPACITY) in str(refused.value)
    key, size = guest.find("file")
    assert guest.item(key, size) == b"content"


@pytest.mark.parametrize("name", ["", "x" * 56, "größe"])
def test_a_name_that_does_not_fit_is_refused(name: str) -> None:
    with pytest.raises(AuthorError) as refused:
        Guest().fw_cfg.add_file(name, b"")
    assert "1 to 55 ASCII characters" in str(refused.value)
