# SPDX-License-Identifier: Apache-2.0
"""A saved vCPU: named registers in a form that no back end has of its own.

Names are the manual's. Segments have the access rights of a VMCS (Intel SDM volume 3, section
25.4.1), the FPU and vectors are an XSAVE area in standard form (volume 1, section 13.4), other
registers are MSRs by their numbers. As bytes: `CpuRegisters`, the area, the page of
the local APIC where the back end keeps it, then the MSRs.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field

from lightexit.abi import Array, Struct, array, u8, u16, u32, u64
from lightexit.errors import AuthorError

#: Of an XSAVE area: the FXSAVE image, the header behind it, and all that is saved of one at most.
FXSAVE_SIZE, XSAVE_LEAST, XSAVE_MOST = 512, 576, 64 << 10
#: In the order of `CpuRegisters.segments`, which is that of instructions; then the two others.
SEGMENTS = ("es", "cs", "ss", "ds", "fs", "gs", "ldtr", "tr")
#: Access rights: type (4 bits), S, DPL (2 bits), P; then L, D/B, G, and whether it is unusable.
CODE_OR_DATA, PRESENT, UNUSABLE = 1 << 4, 1 << 7, 1 << 16
LONG, BIG, GRANULAR = 1 << 13, 1 << 14, 1 << 15
DPL_SHIFT = 5
_MSR = struct.Struct("<IQ")
_MOST_MSRS = 4096
#: MSRs by whose bit 0 a guest has KVM write to its memory (Documentation/virt/kvm/x86/msr.rst).
_KVM_MSRS = (0x12, *range(0x4B56_4D01, 0x4B56_4D05))


class SavedSegment(Struct):
    """A segment register with its hidden part."""

    base: u64
    limit: u32
    rights: u32
    selector: u16


class SavedTable(Struct):
    """GDTR or IDTR."""

    base: u64
    limit: u16


class SavedEvents(Struct):
    """What is about to be delivered, and what is held back. `shadow`: 1 by MOV SS, 2 by STI."""

    exception: u8
    exception_vector: u8
    has_error_code: u8
    interrupt: u8
    interrupt_vector: u8
    interrupt_is_software: u8
    shadow: u8
    nmi: u8
    nmi_pending: u8
    nmi_masked: u8
    error_code: u32
    sipi_vector: u32


class CpuRegisters(Struct):
    """All that has a name. `general` is in the order of instructions: RAX, RCX, RDX, RBX ..."""

    general: Array[u64] = array(u64, 16)
    rip: u64
    rflags: u64
    segments: Array[SavedSegment] = array(SavedSegment, 8)
    gdtr: SavedTable
    idtr: SavedTable
    cr0: u64
    cr2: u64
    cr3: u64
    cr4: u64
    cr8: u64
    debug: Array[u64] = array(u64, 8)  # DR4 and DR5 are 0
    efer: u64
    xcr0: u64
    apic_base: u64
    activity: u32  # KVM_MP_STATE_*, where the back end keeps local APICs; else 0
    events: SavedEvents
    xsave_size: u32
    apic_size: u32
    msr_count: u32


@dataclass(frozen=True)
class VcpuState:
    """A vCPU. `xsave` has `XSAVE_LEAST` bytes or more; those beyond are for what is not there."""

    registers: CpuRegisters
    xsave: bytes
    msrs: Mapping[int, int] = field(default_factory=dict)
    apic: bytes = b""

    def segment(self, name: str) -> SavedSegment:
        """One of `SEGMENTS`."""
        return self.registers.segments[SEGMENTS.index(name)]


def encode(state: VcpuState) -> bytes:
    """The bytes."""
    xsave = state.xsave[:XSAVE_LEAST] + state.xsave[XSAVE_LEAST:].rstrip(b"\0")
    registers = CpuRegisters.view(bytearray(bytes(state.registers)))
    registers.xsave_size, registers.msr_count = len(xsave), len(state.msrs)
    registers.apic_size = len(state.apic)
    msrs = b"".join(_MSR.pack(*each) for each in sorted(state.msrs.items()))
    return bytes(registers) + xsave + state.apic + msrs


def decode(data: bytes) -> VcpuState:
    """What the bytes say. Raises AuthorError for those that `encode` did not give."""
    size = CpuRegisters.layout.size
    if len(data) < size:
        raise _damaged(len(data))
    registers = CpuRegisters.view(bytearray(data[:size]))
    apic = size + registers.xsave_size
    end = apic + registers.apic_size
    fits = XSAVE_LEAST <= registers.xsave_size <= XSAVE_MOST and registers.msr_count <= _MOST_MSRS
    if not fits or len(data) != end + registers.msr_count * _MSR.size:
        raise _damaged(len(data))
    return VcpuState(registers, data[size:apic], dict(_MSR.iter_unpack(data[end:])), data[apic:end])


def _damaged(size: int) -> AuthorError:
    return AuthorError(f"a saved vCPU of {size} bytes", expected="all bytes that Cpu.save gave")


def check_portable(state: VcpuState, xcr0: int, here: str) -> None:
    """Raises AuthorError for what a back end without KVM has no place for, `xcr0` being all bits
    of XCR0 that it knows."""
    registers = state.registers
    if registers.xcr0 & ~xcr0:
        raise _elsewhere(f"with XCR0 {registers.xcr0:#x}", f"of {xcr0:#x} only", here)
    if any(state.msrs.get(each, 0) & 1 for each in _KVM_MSRS):
        raise _elsewhere("while its guest used KVM's own clock or interrupts", "without", here)
    events = registers.events
    if events.nmi or events.nmi_pending or registers.activity:
        raise _elsewhere("with an NMI pending, or not started", "with neither", here)


def _elsewhere(found: str, expected: str, here: str) -> AuthorError:
    return AuthorError(
        f"a vCPU was saved {found}",
        expected=f"one {expected}, as {here} has it",
        advice="restore it with the back end that saved it",
    )
