# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lightexit.abi import (
    Array,
    IoContext,
    StateMemory,
    Struct,
    array,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
)
from lightexit.errors import AuthorError


class Timer(Struct):
    config: u8
    comparator: u64 = 2**64 - 1


class Chip(Struct):
    enabled: bool
    timers: Array[Timer] = array(Timer, 3)
    ram: Array[u16] = array(u16, 4)
    grid: Array[Array[u8]] = array(array(u8, 3), 2)
    spare: Timer
    mode: u32 = 7


def test_natural_alignment() -> None:
    offsets = {field.name: field.offset for field in Chip.layout.fields}
    assert offsets == {"enabled": 0, "timers": 8, "ram": 56, "grid": 64, "spare": 72, "mode": 88}
    assert (Chip.layout.size, Chip.layout.alignment) == (96, 8)


def test_defaults_reach_nested_structs_and_arrays() -> None:
    chip = Chip()
    assert [timer.comparator for timer in chip.timers] == [2**64 - 1] * 3
    assert (chip.spare.comparator, chip.mode, chip.enabled) == (2**64 - 1, 7, False)


def test_views_share_bytes() -> None:
    buffer = bytearray(Chip.layout.size)
    one, other = Chip.view(buffer), Chip.view(buffer)
    one.timers[1].comparator = 5
    one.grid[1][2] = 9
    one.enabled = True
    assert (other.timers[1].comparator, other.grid[1][2], other.enabled) == (5, 9, True)
    assert buffer[64 + 5] == 9


def test_copying_bytes_is_a_snapshot() -> None:
    one, other = Chip(), Chip()
    one.ram[3] = 77
    other.spare = one.spare
    other.ram = one.ram
    assert other == one
    assert bytes(other) == bytes(one)


def test_nothing_wraps_silently() -> None:
    with pytest.raises(OverflowError, match=r"65536 does not fit in u16; wrap it: u16\(\.\.\.\)"):
        Chip().ram[0] = 65536
    with pytest.raises(OverflowError, match="-1 does not fit in u8"):
        Chip().spare.config = -1


class Signed(Struct):
    near: i8 = -3
    far: i64 = -(2**63)
    steps: Array[i16] = array(i16, 3)
    level: i32


def test_signed_fields_hold_numbers_of_either_sign() -> None:
    signed = Signed()
    assert (signed.near, signed.far, signed.level) == (-3, -(2**63), 0)
    signed.near, signed.steps[1], signed.level = 127, -32768, -1
    assert (signed.near, list(signed.steps), signed.level) == (127, [0, -32768, 0], -1)
    assert bytes(signed)[24:28] == b"\xff\xff\xff\xff"
    assert (Signed.layout.size, [field.offset for field in Signed.layout.fields]) == (
        32,
        [0, 8, 16, 24],
    )


def test_signed_fields_do_not_wrap_silently() -> None:
    signed = Signed()
    for value in (-129, 128):
        with pytest.raises(OverflowError, match=rf"{value} does not fit in i8; wrap it: i8"):
            signed.near = value
    with pytest.raises(OverflowError, match="32768 does not fit in i16"):
        signed.steps[0] = 32768
    with pytest.raises(OverflowError, match="does not fit in i64"):
        signed.far = 2**63


def test_array_bounds() -> None:
    with pytest.raises(IndexError, match="index 4 is outside an array of 4"):
        Chip().ram[4]
    with pytest.raises(IndexError, match="index -1 is outside"):
        Chip().ram[-1]


def test_unusable_field_type() -> None:
    with pytest.raises(AuthorError) as caught:

        class Bad(Struct):
            ratio: float

    assert "Bad.ratio has the type <class 'float'>" in str(caught.value)
    assert "expected: u8 to u64, i8 to i64, bool, a Struct, or an array" in str(caught.value)


def test_unresolved_field_type() -> None:
    with pytest.raises(AuthorError, match="name 'Missing' is not defined"):

        class Bad(Struct):
            part: Missing  # type: ignore[name-defined]  # noqa: F821


def test_array_needs_a_length() -> None:
    with pytest.raises(AuthorError, match="an array of length 0"):
        array(u8, 0)


def test_view_of_a_short_buffer() -> None:
    with pytest.raises(ValueError, match="Timer needs 16 bytes, the buffer has 8"):
        Timer.view(bytearray(8))


@settings(derandomize=True, deadline=None)
@given(st.binary(min_size=Chip.layout.size, max_size=Chip.layout.size))
def test_reading_and_writing_back_changes_nothing(data: bytes) -> None:
    chip = Chip.view(bytearray(data))
    before = bytes(chip)
    for field in Chip.layout.fields:
        setattr(chip, field.name, getattr(chip, field.name))
    chip.enabled = bool(data[0])
    assert bytes(chip)[1:] == before[1:]


def test_state_memory_stands_behind_a_version_word() -> None:
    memory = StateMemory(Chip)
    assert (memory.header.version, memory.state.mode, memory.size) == (0, 7, 112)
    assert memory.address % 4096 == 0


def test_actions_are_bits() -> None:
    context = IoContext()
    context.signal(0)
    context.raise_line(31)
    context.pulse_line(2)
    context.pulse_line(3)
    context.lower_line(1)
    context.send_apic(1, 0x30, 4)
    context.end_of_interrupt(0x31)
    assert (context.doorbells, context.raised_lines, context.lowered_lines) == (1, 1 << 31, 2)
    assert (context.pulsed_lines, context.requests) == (0b1100, 3)
    assert (context.apic_vector, context.apic_mode, context.eoi_vector) == (0x30, 4, 0x31)
