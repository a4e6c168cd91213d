# SPDX-License-Identifier: Apache-2.0
"""PCI functions on a PC's real bus: sized, moved and interrupting, as their guest says."""

from __future__ import annotations

import random
import struct
from collections.abc import Iterator
from typing import Any

import pytest

from devices.pci_card import INTERRUPT, MEMORY, MSI, NUMBER, PORTS, WORD, Card, card_function
from lightexit.abi import ApicFlag, ApicMode, Request, Space
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.region import mmio, pio
from lightexit.devices.device import Device
from lightexit.devices.i440fx import ROWS
from lightexit.devices.pci import Bar, CommandBit, ConfigSpace, PciFunction
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError
from lightexit.filter import Struct, u32
from lightexit.vm import pci
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.pc import PcConfig, pc_machine
from lightexit.vm.pci import plug

ADDRESS, DATA = 0xCF8, 0xCFC
BAR0, BAR1 = 0x10, 0x14
IO, MEM = int(CommandBit.IO), int(CommandBit.MEMORY)
FREE_PORT, FREE_MEMORY = 0xC000, 0xE000_0000


class Guest:
    """A PC with a card, its configuration space worked through the ports."""

    def __init__(self, kernel: bytes = b"\xf4", engine: Any = None) -> None:
        self.machine = pc_machine(PcConfig(ram_bytes=2 * MIB, kernel=kernel), ManualClock(), engine)
        self.bus = self.machine.bus
        self.levels: list[bool] = []
        self.function = card_function()
        self.card = Card(self.machine.clock, self.function.interrupt)
        plug(self.machine, NUMBER, self.function, self.card, Line(self.levels.append))

    def select(self, register: int, number: int = NUMBER) -> int:
        self.bus.write(Space.PIO, ADDRESS, 1 << 31 | number << 8 | register & 0xFC, 4)
        return DATA + register % 4

    def read(self, register: int, size: int = 4, number: int = NUMBER) -> int:
        return self.bus.read(Space.PIO, self.select(register, number), size)

    def write(self, register: int, value: int, size: int = 4) -> None:
        self.bus.write(Space.PIO, self.select(register), value, size)

    def decode(self, ports: int, memory: int, command: int = IO | MEM) -> None:
        self.write(BAR0, ports)
        self.write(BAR1, memory)
        self.write(0x04, command, 2)

    def where(self) -> dict[str, int]:
        """Its windows, as the bus has them."""
        ports = self.bus._ports[self.card]
        return {port.region.name: port.region.base for port in ports}


@pytest.fixture
def guest() -> Iterator[Guest]:
    made = Guest()
    with made.machine:
        yield made


def test_a_function_is_found_at_its_slot(guest: Guest) -> None:
    assert guest.read(0) == 0x5678_1234
    assert guest.read(0x3C) == 0x0100
    assert guest.read(0, number=NUMBER + 1) == 0xFFFF_FFFF
    assert guest.read(0, number=NUMBER | 0x100) == 0xFFFF_FFFF, "the same number on bus 1"
    assert guest.read(0x04) == 1 << 20
    assert guest.where() == {}


def test_a_bar_is_sized_as_the_specification_says(guest: Guest) -> None:
    """Section 6.2.5.1: write all ones, read back, mask the type bits, negate."""
    for register, bits, size in ((BAR0, 3, PORTS), (BAR1, 15, MEMORY)):
        before = guest.read(register)
        guest.write(register, 0xFFFF_FFFF)
        assert -(guest.read(register) & ~bits) & 0xFFFF_FFFF == size
        guest.write(register, before)
        assert guest.read(register) == before
    assert [guest.read(register) for register in range(0x18, 0x28, 4)] == [0] * 4


def test_windows_come_move_and_go_with_the_command_register(guest: Guest) -> None:
    guest.decode(FREE_PORT, FREE_MEMORY, 0)
    assert guest.where() == {}
    guest.write(0x04, IO, 2)
    assert guest.where() == {"ports": FREE_PORT}
    guest.write(0x04, IO | MEM, 2)
    assert guest.where() == {"ports": FREE_PORT, "memory": FREE_MEMORY}
    guest.bus.write(Space.PIO, FREE_PORT + 3, 0x5A, 1)
    guest.bus.write(Space.MMIO, FREE_MEMORY, 0x1234_5678, 4)
    guest.write(BAR0, 0xC100)
    guest.write(BAR1, 0xE100_0000)
    assert guest.bus.read(Space.PIO, 0xC103, 1) == 0x5A
    assert guest.bus.read(Space.MMIO, 0xE100_0000, 4) == 0x1234_5678
    assert guest.bus.read(Space.PIO, FREE_PORT + 3, 1) == 0xFF
    guest.write(0x04, 0, 2)
    assert guest.where() == {}
    assert guest.function.refused == {}


def test_a_bar_is_written_byte_by_byte_too(guest: Guest) -> None:
    guest.write(0x04, MEM, 2)
    for lane, byte in enumerate((0, 0, 0x20, 0xE0)):
        guest.write(BAR1 + lane, byte, 1)
    assert guest.where() == {"memory": 0xE020_0000}


def test_a_reset_takes_the_windows_away(guest: Guest) -> None:
    guest.decode(FREE_PORT, FREE_MEMORY)
    guest.machine.device("i440fx").reset()
    assert guest.where() == {}
    assert (guest.read(BAR0), guest.read(BAR1), guest.read(0x04)) == (1, 0, 1 << 20)


def neighbours(guest: Guest) -> tuple[int, int]:
    """What the HPET and port 0x61 read as."""
    return guest.bus.read(Space.MMIO, 0xFED0_0000, 8), guest.bus.read(Space.PIO, 0x61, 1)


@pytest.mark.parametrize(
    ("ports", "memory", "found"),
    [
        (FREE_PORT, 0x0010_0000, {"ports": FREE_PORT}),  # memory
        (FREE_PORT, 0xFED0_0000, {"ports": FREE_PORT}),  # the HPET
        (0x40, FREE_MEMORY, {"memory": FREE_MEMORY}),  # the PIT
        (0xCE0, FREE_MEMORY, {"ports": 0xCE0, "memory": FREE_MEMORY}),  # beside the bridge
        (0x1_0000, FREE_MEMORY, {"memory": FREE_MEMORY}),  # past the last port
        (0xFFFF_FFFF, 0xFFFF_FFFF, {}),  # past the last port; the reset vector
        (0x40, 0x0010_0000, {}),
    ],
)
def test_a_window_does_not_replace_a_mapped_device(
    guest: Guest, ports: int, memory: int, found: dict[str, int]
) -> None:
    before = neighbours(guest)
    guest.decode(ports, memory)
    assert guest.where() == found
    assert set(guest.function.refused) == {"ports", "memory"} - set(found)
    assert before == (
        guest.bus.read(Space.MMIO, 0xFED0_0000, 8),
        guest.bus.read(Space.PIO, 0x61, 1),
    )
    guest.decode(FREE_PORT, FREE_MEMORY)
    assert guest.where() == {"ports": FREE_PORT, "memory": FREE_MEMORY}
    assert guest.function.refused == {}


def test_an_unmapped_window_has_a_reason(guest: Guest) -> None:
    guest.decode(0x40, FREE_MEMORY)
    assert (
        "card's PIO region 0x40..0x47 overlaps pit's PIO region" in guest.function.refused["ports"]
    )


def test_a_window_is_mapped_as_soon_as_the_overlap_is_gone(guest: Guest) -> None:
    other = card_function()
    second = Card(guest.machine.clock, other.interrupt)
    plug(guest.machine, NUMBER + 1, other, second)
    guest.decode(FREE_PORT, FREE_MEMORY)
    for register, value, size in ((BAR0, FREE_PORT, 4), (0x04, IO, 2)):
        guest.bus.write(Space.PIO, guest.select(register, NUMBER + 1), value, size)
    assert set(other.refused) == {"ports"}
    guest.write(BAR0, 0xC100)
    assert other.refused == {}
    assert guest.bus._ports[second][0].region.base == FREE_PORT


def test_a_guest_that_keeps_moving_bars_causes_no_crash_and_no_growth() -> None:
    guest, rng = Guest(engine=NativeEngine()), random.Random(5)
    addresses = [0, 0x40, 0xCF8, FREE_PORT, FREE_MEMORY, 0x10_0000, 0xFEC0_0000, 2**32 - 1]
    with guest.machine, guest.bus.running():
        for turn in range(2000):
            register = rng.choice([0x04, 0x04, BAR0, BAR1])
            guest.write(register, rng.choice([*addresses, rng.getrandbits(32)]))
            guest.bus.read(Space.PIO, rng.randrange(0x1_0000), 1)
            if turn == 200:
                counters = len(guest.bus._terms[guest.card].counters)
        assert len(guest.bus._terms[guest.card].counters) == counters == 2
        assert guest.bus.retired <= pci.MOST_RETIRED + 100
    assert guest.bus.retired == 0


def test_windows_stay_unmapped_while_too_many_retired_tables_are_in_use(
    guest: Guest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pci, "MOST_RETIRED", 40)
    with guest.bus.running():
        for turn in range(200):
            guest.decode(FREE_PORT + 0x20 * (turn % 8), FREE_MEMORY)
        assert guest.where() == {}
        assert "moves while vCPUs may still use" in guest.function.refused["ports"]
        assert guest.bus.retired < 60
    guest.write(0x04, IO, 2)
    assert guest.where() == {"ports": FREE_PORT + 0xE0}


def test_intx_follows_the_device_unless_disabled(guest: Guest) -> None:
    guest.decode(FREE_PORT, FREE_MEMORY)
    raise_at = FREE_MEMORY + INTERRUPT - WORD
    guest.bus.write(Space.MMIO, raise_at, 1, 1)
    assert guest.read(0x06, 2) & 8
    assert guest.levels == [True]
    guest.write(0x04, MEM | CommandBit.INTX_DISABLE, 2)
    assert guest.levels == [True, False]
    assert guest.read(0x06, 2) & 8, "the status tells all the same (6.2.3)"
    guest.write(0x04, MEM, 2)
    guest.bus.write(Space.MMIO, raise_at, 0, 1)
    assert guest.levels == [True, False, True, False]
    assert not guest.read(0x06, 2) & 8


def test_messages_take_the_place_of_intx(guest: Guest) -> None:
    sent: list[tuple[int, ...]] = []

    class Apic:
        requests = Request.APIC_MESSAGE

        def send(self, *message: int) -> None:
            sent.append(message)

        def end_of_interrupt(self, vector: int) -> None:
            raise AssertionError

    guest.bus.apic = Apic()
    guest.decode(FREE_PORT, FREE_MEMORY)
    guest.write(MSI + 4, 0xFEE0_1004)
    guest.write(MSI + 8, 0x8141, 2)
    guest.write(MSI + 2, 0xFFFF, 2)
    assert guest.read(MSI) == 0x0001_0005, "one message, 32-bit addresses (6.8.1)"
    for level in (1, 0, 1):
        guest.bus.write(Space.MMIO, FREE_MEMORY + INTERRUPT - WORD, level, 1)
    mode = ApicMode.LOWEST_PRIORITY | ApicFlag.LOGICAL | ApicFlag.LEVEL
    assert sent == [(1, 0x41, mode)] * 2
    assert guest.levels == []


def test_a_restored_machine_has_its_windows_and_its_interrupt(guest: Guest) -> None:
    guest.decode(FREE_PORT, FREE_MEMORY)
    guest.bus.write(Space.MMIO, FREE_MEMORY + INTERRUPT - WORD, 1, 1)
    guest.bus.write(Space.PIO, FREE_PORT + 2, 0x99, 1)
    bridge, other = guest.machine.device("i440fx"), Guest()
    with other.machine:
        other.machine.device("i440fx").restore(bridge.save())
        other.card.restore(guest.card.save())
        assert other.where() == guest.where()
        assert other.bus.read(Space.PIO, FREE_PORT + 2, 1) == 0x99
        assert other.levels == []
        other.write(0x04, CommandBit.INTX_DISABLE, 2)
        assert other.levels == [False]


def test_a_bridge_without_the_function_takes_no_save_of_it(guest: Guest) -> None:
    saved = guest.machine.device("i440fx").save()
    with (
        pc_machine(PcConfig(kernel=b"\xf4"), ManualClock()) as plain,
        pytest.raises(AuthorError, match="function 0x18: the card"),
    ):
        plain.device("i440fx").restore(saved)


def outd(port: int, value: int) -> bytes:
    """mov dx, port; mov eax, value; out dx, eax"""
    return b"\x66\xba" + struct.pack("<H", port) + b"\xb8" + struct.pack("<I", value) + b"\xef"


def config(register: int) -> bytes:
    return outd(ADDRESS, 1 << 31 | NUMBER << 8 | register)


def keep(at: int) -> bytes:
    """mov dx, DATA; in eax, dx; mov [at], eax"""
    return b"\x66\xba" + struct.pack("<H", DATA) + b"\xed\xa3" + struct.pack("<I", at)


PROGRAM = b"".join(
    [
        # Size both BARs.
        *(config(bar) + outd(DATA, 0xFFFF_FFFF) + keep(0x5000 + bar) for bar in (BAR0, BAR1)),
        # Place both, and enable them.
        *(config(bar) + outd(DATA, at) for bar, at in ((BAR0, FREE_PORT), (BAR1, FREE_MEMORY))),
        config(0x04) + outd(DATA, IO | MEM),
        # mov dx, FREE_PORT + 1; mov al, 0x77; out dx, al; mov dword [FREE_MEMORY], 0xCAFE
        b"\x66\xba" + struct.pack("<H", FREE_PORT + 1) + b"\xb0\x77\xee",
        b"\xc7\x05" + struct.pack("<II", FREE_MEMORY, 0xCAFE),
        # Move both; read through the new windows, and through an old one.
        config(BAR1) + outd(DATA, 0xE100_0000) + config(BAR0) + outd(DATA, 0xC100),
        b"\xa1" + struct.pack("<I", 0xE100_0000) + b"\xa3" + struct.pack("<I", 0x5020),
        b"\xa1" + struct.pack("<I", FREE_MEMORY) + b"\xa3" + struct.pack("<I", 0x5024),
        b"\x66\xba\x01\xc1\xec\xa2" + struct.pack("<I", 0x5028),
        # isa-debug-exit with 8; hlt
        b"\xb0\x08\xe6\xf4\xf4",
    ]
)


@pytest.mark.parametrize("engine", [NativeEngine, None], ids=["filters", "models"])
def test_a_guest_sizes_and_moves_its_windows(engine: Any) -> None:
    guest = Guest(PROGRAM, engine() if engine else None)
    with guest.machine as machine:
        outcome = machine.run(RunLimits(seconds=20))
        assert (outcome.reason, outcome.exit_status) == (RunEnd.EXIT, 17), outcome
        ram = machine.board.memory.ram
        assert struct.unpack_from("<I", ram, 0x5010) == (0x1_0000_0000 - PORTS | 1,)
        assert struct.unpack_from("<I", ram, 0x5014) == (0x1_0000_0000 - MEMORY,)
        assert struct.unpack_from("<II", ram, 0x5020) == (0xCAFE, 0xFFFF_FFFF)
        assert ram[0x5028] == 0x77
        handled = sum(each.handled for each in machine.bus.counts() if each.device == "card")
        assert handled == (2 if engine else 0)


# A guest that does little else, on a running machine: toggle decode as fast as it can.
TOGGLE = b"".join(
    [
        config(BAR0) + outd(DATA, FREE_PORT) + config(0x04),
        b"\xb9" + struct.pack("<I", 500),  # mov ecx, 500
        outd(DATA, IO),
        outd(DATA, 0),
        b"\x49\x75" + struct.pack("b", -(3 + 2 * len(outd(0, 0)))),  # dec ecx; jnz
        b"\xb0\x08\xe6\xf4\xf4",
    ]
)


def test_a_guest_that_toggles_decode_quickly() -> None:
    guest = Guest(TOGGLE, NativeEngine())
    with guest.machine as machine:
        outcome = machine.run(RunLimits(seconds=60))
        assert outcome.reason is RunEnd.EXIT, outcome
        assert guest.bus.retired <= pci.MOST_RETIRED + 100
    assert guest.function.refused == {}


# What is refused


class Nothing(Struct):
    """No state to speak of."""

    value: u32


def device_with(*regions: Any) -> Device[Nothing]:
    class Small(Device[Nothing]):
        name = "small"

    made = Small(ManualClock())
    made.regions = regions
    return made


def refused(machine: Machine, bars: dict[int, Bar], device: Device[Any] | None) -> str:
    with pytest.raises(AuthorError) as caught:
        plug(machine, 4 << 3, PciFunction(ConfigSpace({}, bars=bars), "the other"), device)
    return str(caught.value)


def test_impossible_bars_are_refused(guest: Guest) -> None:
    machine, window = guest.machine, device_with(mmio(4, name="a"))
    for number, bar, said in (
        (6, Bar("a", Space.MMIO, 16), "BAR 6, for the window 'a'"),
        (0, Bar("a", Space.MMIO, 24), "BAR 0 of 24 bytes of MMIO"),
        (0, Bar("a", Space.MMIO, 8), "expected: a power of two from 16 to"),
        (0, Bar("a", Space.PIO, 512), "expected: a power of two from 4 to 256"),
    ):
        assert said in refused(machine, {number: bar}, window)


def test_windows_and_bars_that_do_not_match_are_refused(guest: Guest) -> None:
    bars = {0: Bar("a", Space.MMIO, 16)}
    said = refused(guest.machine, bars, device_with(mmio(4, name="b")))
    assert "the MMIO window 'b' of the other has no BAR" in said
    assert "try: Bar('b', Space.MMIO, SIZE)" in said
    assert "the PIO window 'a'" in refused(guest.machine, bars, device_with(pio(4, name="a")))
    assert "is larger than its BAR" in refused(guest.machine, bars, device_with(mmio(32, name="a")))
    assert "has a BAR for the window 'a', and no such window" in refused(guest.machine, bars, None)


def test_function_numbers_that_are_taken_or_invalid_are_refused(guest: Guest) -> None:
    for number in (0, NUMBER, 256, -1):
        with pytest.raises(AuthorError, match="as PCI function"):
            plug(guest.machine, number, card_function(), Card(ManualClock(), Line()))
    for number in range(0x80, 0x80 + ROWS - 5):
        plug(guest.machine, number, PciFunction(ConfigSpace({})))
    with pytest.raises(AuthorError, match=f"expected: at most {ROWS - 1}"):
        plug(guest.machine, 0xF8, PciFunction(ConfigSpace({})))


@pytest.mark.parametrize(("pin", "msi"), [(5, 0), (-1, 0), (0, 0x3C), (0, 0x41), (0, 0xF8)])
def test_impossible_interrupts_are_refused(pin: int, msi: int) -> None:
    with pytest.raises(AuthorError, match="expected: "):
        ConfigSpace({}, pin=pin, msi=msi)


def test_a_machine_says_which_devices_it_has(guest: Guest) -> None:
    assert guest.machine.device("card") is guest.card
    with pytest.raises(AuthorError, match="has no device 'i441fx'"):
        guest.machine.device("i441fx")
