# SPDX-License-Identifier: Apache-2.0
"""Laws of PCI configuration mechanism #1 and of the three functions behind it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.abi import Space
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.i440fx import NUMBERS, PAM0, PMBASE, PMREGMISC, SMRAM, FunctionRow, I440fx
from lightexit.rigs.rig import Rig
from lightexit.rigs.runners import plain

ADDRESS, DATA = 0xCF8, 0xCFC
FUNCTIONS = {row: number << 8 for row, number in NUMBERS.items()}
functions = st.sampled_from(sorted(FUNCTIONS))


class Guest:
    """Reads and writes configuration space as firmware does."""

    def __init__(self) -> None:
        clock, reset = ManualClock(), Line()
        self.resets: list[bool] = []
        reset.connect(self.resets.append)
        self.shadows: list[bytes] = []
        self.bases: list[tuple[int, bool]] = []
        self.bridge = I440fx(
            clock, reset, self.shadows.append, lambda base, on: self.bases.append((base, on))
        )
        self.rig = Rig(clock, [self.bridge], runner=plain)

    def select(self, location: int, register: int) -> None:
        self.rig.write(Space.PIO, ADDRESS, 1 << 31 | location | register & 0xFC, 4)

    def read(self, location: int, register: int, size: int = 1) -> int:
        self.select(location, register)
        return self.rig.read(Space.PIO, DATA + register % 4, size)

    def space(self, function: FunctionRow) -> list[int]:
        """All 256 bytes, past the ports."""
        words = [self.bridge.state.config[function * 64 + n] for n in range(64)]
        return [word >> 8 * lane & 0xFF for word in words for lane in range(4)]

    def write(self, location: int, register: int, value: int, size: int = 1) -> None:
        self.select(location, register)
        self.rig.write(Space.PIO, DATA + register % 4, value, size)


def test_the_functions_have_their_vendor_and_device_ids() -> None:
    guest = Guest()
    found = {
        row.name: (guest.read(at, 0, 4), guest.read(at, 0x0A, 2)) for row, at in FUNCTIONS.items()
    }
    assert found == {
        "HOST_BRIDGE": (0x1237_8086, 0x0600),
        "ISA_BRIDGE": (0x7000_8086, 0x0601),
        "ACPI": (0x7113_8086, 0x0680),
    }
    assert guest.read(FUNCTIONS[FunctionRow.ISA_BRIDGE], 0x0E) & 0x80  # more than one function
    assert guest.rig.passed == 0


@given(st.integers(0, 0xFFFF).map(lambda x: x << 8), st.integers(0, 255))
@settings(derandomize=True, deadline=None)
def test_absent_functions_read_all_ones_and_ignore_writes(location: int, register: int) -> None:
    if location in FUNCTIONS.values():
        return
    guest = Guest()
    before = bytes(guest.bridge.state.config.buffer)
    guest.write(location, register, 0)
    assert guest.read(location, register) == 0xFF
    assert bytes(guest.bridge.state.config.buffer) == before


@given(st.integers(0, 2**32 - 1))
@settings(derandomize=True, deadline=None)
def test_the_address_register_keeps_its_defined_bits(value: int) -> None:
    guest = Guest()
    guest.rig.write(Space.PIO, ADDRESS, value, 4)
    assert guest.rig.read(Space.PIO, ADDRESS, 4) == value & 0x80FF_FFFC


def test_narrow_accesses_do_not_reach_the_address_register() -> None:
    guest = Guest()
    guest.select(0, 0x10)
    guest.rig.write(Space.PIO, ADDRESS, 0xFF, 1)
    guest.rig.write(Space.PIO, ADDRESS + 2, 0xFFFF, 2)
    assert guest.rig.read(Space.PIO, ADDRESS, 4) == 1 << 31 | 0x10
    assert guest.rig.read(Space.PIO, ADDRESS, 1) == 0xFF


def test_without_the_enable_bit_there_is_no_configuration_cycle() -> None:
    guest = Guest()
    guest.rig.write(Space.PIO, ADDRESS, PAM0, 4)
    guest.rig.write(Space.PIO, DATA, 0, 4)
    assert guest.rig.read(Space.PIO, DATA, 4) == 0xFFFF_FFFF


@given(functions, st.integers(0, 63).map(lambda x: 4 * x))
@settings(derandomize=True, deadline=None)
def test_a_double_word_is_its_bytes_and_words(function: FunctionRow, register: int) -> None:
    guest = Guest()
    at = FUNCTIONS[function]
    whole = guest.read(at, register, 4)
    assert whole == sum(guest.read(at, register + n) << 8 * n for n in range(4))
    assert whole == guest.read(at, register, 2) | guest.read(at, register + 2, 2) << 16
    assert whole >> 8 & 0xFFFF == guest.read(at, register + 1, 2)


@given(functions, st.integers(0, 255), st.integers(0, 255))
@settings(derandomize=True, deadline=None)
def test_a_write_changes_the_writable_bits_and_no_other(
    function: FunctionRow, register: int, value: int
) -> None:
    if (function, register) == (FunctionRow.HOST_BRIDGE, SMRAM):
        return
    guest = Guest()
    at = FUNCTIONS[function]
    expected = guest.space(function)
    guest.write(at, register, value)
    mask = guest.bridge.functions[function].config.masks[register // 4] >> 8 * (register % 4) & 0xFF
    expected[register] = expected[register] & ~mask | value & mask
    assert guest.space(function) == expected
    assert guest.read(at, register) == expected[register]


@given(functions, st.integers(0, 63), st.integers(0, 2**32 - 1), st.integers(0, 7))
@settings(derandomize=True, deadline=None)
def test_a_write_of_any_width_is_its_bytes(
    function: FunctionRow, word: int, value: int, offset: int
) -> None:
    """Also where it begins below the data window or ends above it."""
    wide, bytewise = Guest(), Guest()
    for guest in (wide, bytewise):
        guest.select(FUNCTIONS[function], 4 * word)
    size = 2 if offset % 2 else 4
    if (offset, size) != (0, 4):
        wide.bridge.write(offset, value % (1 << 8 * size), size)
        for lane in range(size):
            if 4 <= offset + lane < 8:
                bytewise.bridge.write(offset + lane, value >> 8 * lane & 0xFF, 1)
    assert bytes(wide.bridge.state) == bytes(bytewise.bridge.state)


@given(functions, st.integers(0, 255), st.integers(0, 255))
@settings(derandomize=True, deadline=None)
def test_what_was_written_is_read_without_selecting_it_again(
    function: FunctionRow, register: int, value: int
) -> None:
    guest = Guest()
    guest.write(FUNCTIONS[function], register, value)
    found = guest.rig.read(Space.PIO, DATA, 4)
    assert found == guest.bridge.state.config[function * 64 + register // 4]
    guest.bridge.reset()
    assert guest.rig.read(Space.PIO, DATA, 4) == 0xFFFF_FFFF


def test_no_function_has_base_addresses() -> None:
    guest = Guest()
    for at in FUNCTIONS.values():
        for register in range(0x10, 0x28, 4):
            guest.write(at, register, 0xFFFF_FFFF, 4)
            assert guest.read(at, register, 4) == 0


def test_shadow_ram_is_reported_as_it_changes() -> None:
    guest = Guest()
    assert guest.shadows == []
    guest.write(0, PAM0, 0x30)
    guest.write(0, PAM0, 0x30)
    guest.write(0, PAM0 + 1, 0xFF)
    assert guest.shadows == [
        bytes([0x30, 0, 0, 0, 0, 0, 0]),
        bytes([0x30, 0x33, 0, 0, 0, 0, 0]),
    ]
    guest.bridge.reset()
    assert guest.shadows[-1] == bytes(7)


def test_the_pm_base_is_reported_as_it_changes() -> None:
    guest = Guest()
    guest.write(FUNCTIONS[FunctionRow.ACPI], PMBASE, 0xB001, 4)
    guest.write(FUNCTIONS[FunctionRow.ACPI], PMREGMISC, 0x01)
    assert guest.bases[-2:] == [(0xB000, False), (0xB000, True)]
    assert guest.read(FUNCTIONS[FunctionRow.ACPI], PMBASE, 4) == 0xB001


def test_locked_smram_stays_closed_until_reset() -> None:
    guest = Guest()
    guest.write(0, SMRAM, 0x4A)
    assert guest.read(0, SMRAM) == 0x4A
    guest.write(0, SMRAM, 0x5A)
    assert guest.read(0, SMRAM) == 0x1A  # locking closes it
    guest.write(0, SMRAM, 0x4A)
    assert guest.read(0, SMRAM) == 0x1A
    guest.bridge.reset()
    assert guest.read(0, SMRAM) == 0x02


def test_reset_control_resets_on_the_rising_edge() -> None:
    guest = Guest()
    for value in (0x02, 0x06, 0x06, 0x02, 0x06):
        guest.rig.outb(0xCF9, value)
    assert guest.resets == [True, False, True, False]
    assert guest.rig.inb(0xCF9) == 0x06
