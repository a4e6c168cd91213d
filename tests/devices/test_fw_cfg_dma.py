# SPDX-License-Identifier: Apache-2.0
"""fw_cfg's DMA, as QEMU's docs/specs/fw_cfg has it; and any transfer that a guest may ask for."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.devices.fw_cfg import FIRST_FILE, MOST_DMA_BYTES, Dma, FwCfg, FwCfgKey
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain
from lightexit.vm.memory import MIB, VIDEO, GuestMemory
from lightexit.vm.places import FW_CFG as PORT

LAMP, NOTE = FIRST_FILE, FIRST_FILE + 1
FILES = {"etc/lamp": b"bright light", "opt/note": b"........"}
AT, TO, RAM = 0x9000, 0x10_0000, 2 * MIB


class Guest:
    """Has transfers done, whose description it has at `AT`."""

    def __init__(self) -> None:
        clock = ManualClock()
        self.memory = GuestMemory(RAM)
        self.fw_cfg = FwCfg(clock, {}, FILES, self.memory, writable=["opt/note"])
        self.rig = Rig(clock, [self.fw_cfg], runner=plain)

    def transfer(self, control: int, length: int, address: int, key: int = 0, at: int = AT) -> int:
        """What is left of the control field."""
        if self.memory.has(at, 16):
            self.memory.store(at, struct.pack(">IIQ", key << 16 | control, length, address))
        for port, half in ((PORT + 4, at >> 32), (PORT + 8, at & 0xFFFF_FFFF)):
            self.rig.write(Space.PIO, port, int.from_bytes(half.to_bytes(4, "big"), "little"), 4)
        return int.from_bytes(self.memory.load(at, 4), "big") if self.memory.has(at, 4) else -1

    def read(self, key: int, length: int) -> bytes:
        assert self.transfer(Dma.SELECT | Dma.READ, length, TO, key) == 0
        return self.memory.load(TO, length)


def test_it_is_announced() -> None:
    guest = Guest()
    halves = [guest.rig.read(Space.PIO, PORT + offset, 4) for offset in (4, 8)]
    assert b"".join(half.to_bytes(4, "little") for half in halves) == b"QEMU CFG"
    assert guest.read(FwCfgKey.ID, 4) == b"\3\0\0\0"


def test_an_item_is_read_whole_and_in_parts() -> None:
    guest = Guest()
    assert guest.read(FwCfgKey.SIGNATURE, 4) == b"QEMU"
    assert guest.read(LAMP, 6) == b"bright"
    assert guest.transfer(Dma.SKIP, 1, 0) == 0
    assert guest.transfer(Dma.READ, 8, TO) == 0
    assert guest.memory.load(TO, 8) == b"light\0\0\0"
    assert guest.read(0x3FFF, 3) == bytes(3)


def test_it_and_the_data_port_move_on_in_the_same_item() -> None:
    guest = Guest()
    guest.read(LAMP, 7)
    assert guest.rig.inb(PORT + 1) == ord("l")
    assert guest.transfer(Dma.READ, 4, TO) == 0
    assert guest.memory.load(TO, 4) == b"ight"


def test_what_may_be_written_can_be_until_a_reset() -> None:
    guest = Guest()
    before = guest.fw_cfg.configuration()
    guest.memory.store(TO, b"text")
    assert guest.transfer(Dma.SELECT | Dma.WRITE, 4, TO, NOTE) == 0
    assert guest.transfer(Dma.WRITE, 4, TO) == 0
    assert guest.transfer(Dma.WRITE, 1, TO) == Dma.ERROR
    assert guest.read(NOTE, 8) == b"texttext"
    assert guest.fw_cfg.configuration() == before
    guest.fw_cfg.reset()
    assert guest.read(NOTE, 8) == FILES["opt/note"]


@pytest.mark.parametrize(
    ("control", "length", "address", "key"),
    [
        (Dma.WRITE, 1, TO, LAMP),
        (Dma.WRITE, 4, TO, FwCfgKey.SIGNATURE),
        (Dma.WRITE, 9, TO, NOTE),
        (Dma.WRITE, 1, TO, 0x3FFF),
        (Dma.WRITE, 8, RAM - 7, NOTE),
        (Dma.READ, 8, RAM - 7, NOTE),
        (Dma.READ, 1, VIDEO.start, LAMP),
        (Dma.READ, 2, VIDEO.start - 1, LAMP),
        (Dma.READ, MOST_DMA_BYTES + 1, 0, LAMP),
        (Dma.READ, 0xFFFF_FFFF, 0, LAMP),
        (Dma.READ, 4, 2**64 - 2, LAMP),
    ],
)
def test_what_cannot_be_is_an_error_and_changes_nothing(
    control: int, length: int, address: int, key: int
) -> None:
    guest = Guest()
    before = bytes(guest.fw_cfg.state.content)
    assert guest.transfer(Dma.SELECT | control, length, address, key) == Dma.ERROR
    assert bytes(guest.fw_cfg.state.content) == before
    assert guest.fw_cfg.state.cursor == guest.fw_cfg._places.get(key, (0, 0))[0]
    guest.memory.store(AT, bytes(16))
    assert not any(guest.memory.ram)


@pytest.mark.parametrize("at", [RAM - 8, VIDEO.start - 15, 2**32 + AT, 2**64 - 1])
def test_a_description_that_is_nowhere_does_nothing(at: int) -> None:
    guest = Guest()
    before = guest.memory.load(0, VIDEO.start)
    guest.transfer(Dma.READ, 4, TO, at=at)
    assert guest.memory.load(0, VIDEO.start) == before


places = st.one_of(
    st.integers(0, 2**64 - 1),
    st.integers(0, RAM + 32),
    st.integers(VIDEO.start - 32, VIDEO.start),
    st.just(AT),
)
lengths = st.one_of(st.integers(0, 64), st.integers(0, 2**32 - 1))


@given(st.integers(0, 0xFFFF), lengths, places, st.integers(0, 0x30), places)
@settings(derandomize=True, deadline=None, max_examples=300)
def test_any_transfer_changes_what_it_says_at_most(
    control: int, length: int, address: int, key: int, at: int
) -> None:
    guest = Guest()
    left = guest.transfer(control, length, address, key, at)
    assert left in (0, Dma.ERROR, -1) or not guest.memory.has(at, 16) or at != AT
    changed = [(AT, 16), (at, 16), *([(address, length)] if control & Dma.READ else [])]
    for start, size in changed:
        if guest.memory.has(start, size):
            guest.memory.store(start, bytes(size))
    assert not any(guest.memory.ram)


def test_without_ram_there_is_none() -> None:
    clock = ManualClock()
    fw_cfg = FwCfg(clock, files=FILES)
    fw_cfg.write(8, 0x9000, 4)
    assert fw_cfg.read(4, 4) == fw_cfg.read(8, 4) == 0
