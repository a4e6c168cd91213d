# SPDX-License-Identifier: Apache-2.0
"""Delivery on a CPU of registers and a page of memory: which fault a broken gate raises."""

from __future__ import annotations

import pytest

from lightexit.vm.faults import CpuEvent, EventSource, TripleFaultError
from lightexit.vm.x86 import DescriptorTable, Register, deliver

CODE, ABSENT, BEYOND = 0x08, 0x10, 0x18
IDT, STACK, LENGTH = 0x100, 0xF00, 2
SEGMENT_NOT_PRESENT, GENERAL_PROTECTION = 11, 13


class LongCpu:
    """In ring 0 of long mode; its gates have an offset of a thousand times the vector."""

    idt = DescriptorTable(IDT, 16 * 64 - 1)
    gdt = DescriptorTable(0, BEYOND - 1)
    task_base = 0
    is_long = True

    def __init__(self) -> None:
        self.memory = bytearray(4096)
        self.registers = dict.fromkeys(Register, 0)
        self.registers.update({Register.CS: CODE, Register.RSP: STACK, Register.RIP: 0x500})
        self.store(CODE, 0x00AF_9B00_0000_FFFF, 8)
        self.store(ABSENT, 0x00AF_1B00_0000_FFFF, 8)

    def gate(self, vector: int, selector: int) -> None:
        self.store(IDT + 16 * vector, 1000 * vector | selector << 16 | 0x8E00 << 32, 8)

    def get(self, register: Register) -> int:
        return self.registers[register]

    def set(self, register: Register, value: int) -> None:
        self.registers[register] = value

    def enter_ring_0(self, selector: int) -> None:
        raise AssertionError("it is there already")

    def enter_ring(self, code: int, stack: int) -> None:
        raise AssertionError("it is there already")

    def load(self, address: int, size: int) -> int:
        return int.from_bytes(self.memory[address : address + size], "little")

    def store(self, address: int, value: int, size: int) -> None:
        self.memory[address : address + size] = value.to_bytes(size, "little")


@pytest.mark.parametrize(
    ("selector", "vector", "code"),
    [
        (ABSENT, SEGMENT_NOT_PRESENT, ABSENT),
        (BEYOND, GENERAL_PROTECTION, BEYOND),
        (0, GENERAL_PROTECTION, 0),
    ],
)
def test_a_gate_to_no_usable_segment_raises_what_the_manual_says(
    selector: int, vector: int, code: int
) -> None:
    cpu = LongCpu()
    cpu.gate(vector, CODE)
    cpu.gate(33, selector)
    deliver(cpu, CpuEvent(33, EventSource.SOFTWARE, length=LENGTH))
    assert cpu.get(Register.RIP) == 1000 * vector
    assert cpu.load(cpu.get(Register.RSP), 8) == code
    assert cpu.load(cpu.get(Register.RSP) + 8, 8) == 0x500 - LENGTH


def test_an_interrupt_from_outside_says_so_in_the_error_code() -> None:
    cpu = LongCpu()
    cpu.gate(SEGMENT_NOT_PRESENT, CODE)
    cpu.gate(33, ABSENT)
    deliver(cpu, CpuEvent(33, EventSource.EXTERNAL))
    assert cpu.load(cpu.get(Register.RSP), 8) == ABSENT | 1


def test_without_any_usable_segment_there_is_a_triple_fault() -> None:
    with pytest.raises(TripleFaultError):
        deliver(LongCpu(), CpuEvent(33, EventSource.EXTERNAL))
