# SPDX-License-Identifier: Apache-2.0
"""A vCPU of KVM's, saved and restored, in the order that KVM wants it.

Source: Documentation/virt/kvm/api.rst of Linux 6.1. Between runs KVM has completed every access
that it has left the guest for: nothing is half done then.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from lightexit.errors import AuthorError, HostError
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm import structs as s
from lightexit.vm.kvm.system import Kvm
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.saving.cpu_state import (
    CODE_OR_DATA,
    DPL_SHIFT,
    FXSAVE_SIZE,
    PRESENT,
    SEGMENTS,
    UNUSABLE,
    CpuRegisters,
    SavedSegment,
    VcpuState,
)

_GENERAL = (
    *("rax", "rcx", "rdx", "rbx", "rsp", "rbp", "rsi", "rdi"),
    *(f"r{number}" for number in range(8, 16)),
)
_CONTROL = ("cr0", "cr2", "cr3", "cr4", "cr8", "efer")
_TABLES = {"gdtr": "gdt", "idtr": "idt"}
_NAMES = {"ldtr": "ldt"}
_EVENTS = {
    "exception": "exception_injected",
    "exception_vector": "exception_vector",
    "has_error_code": "has_error_code",
    "error_code": "error_code",
    "interrupt": "interrupt_injected",
    "interrupt_vector": "interrupt_vector",
    "interrupt_is_software": "interrupt_soft",
    "shadow": "interrupt_shadow",
    "nmi": "nmi_injected",
    "nmi_pending": "nmi_pending",
    "nmi_masked": "nmi_masked",
    "sipi_vector": "sipi_vector",
}
_WITH_NMI, _WITH_SIPI, _WITH_SHADOW = 1, 2, 4  # KVM_VCPUEVENT_VALID_*
_ACCESSED, _BUSY_TASK = 1, 0xB
_MOST_MSRS = 4096


def save(vcpu: KvmVcpu, msrs: Iterable[int], *, has_apic: bool) -> VcpuState:
    """The registers of a vCPU that does not run, and those of these MSRs that it has."""
    registers = CpuRegisters()
    general, system = vcpu.registers, vcpu.system_registers
    for number, name in enumerate(_GENERAL):
        registers.general[number] = getattr(general, name)
    registers.rip, registers.rflags = general.rip, general.rflags
    for name in _CONTROL:
        setattr(registers, name, getattr(system, name))
    registers.apic_base = system.apic_base
    for number, name in enumerate(SEGMENTS):
        registers.segments[number] = _saved(getattr(system, _NAMES.get(name, name)))
    for name, there in _TABLES.items():
        table, saved = getattr(system, there), getattr(registers, name)
        saved.base, saved.limit = table.base, table.limit
    debug = ioctl.get(vcpu.fd, ioctl.GET_DEBUGREGS, s.DebugRegisters)
    for number, value in enumerate((*debug.db, 0, 0, debug.dr6, debug.dr7)):
        registers.debug[number] = value
    events = ioctl.get(vcpu.fd, ioctl.GET_VCPU_EVENTS, s.VcpuEvents)
    for name, there in _EVENTS.items():
        setattr(registers.events, name, getattr(events, there))
    xcrs = ioctl.get(vcpu.fd, ioctl.GET_XCRS, s.Xcrs)
    registers.xcr0 = next((each.value for each in xcrs.entries if each.number == 0), 1)
    apic = b""
    if has_apic:
        registers.activity = ioctl.get(vcpu.fd, ioctl.GET_MP_STATE, s.MpState).state
        apic = bytes(ioctl.get(vcpu.fd, ioctl.GET_LAPIC, s.LapicRegisters))
    return VcpuState(registers, _xsave(vcpu, registers.xcr0), read_msrs(vcpu, msrs), apic)


def _xsave(vcpu: KvmVcpu, xcr0: int) -> bytes:
    """KVM gives the parts in their initial state as well: all are there."""
    area = bytearray(bytes(ioctl.get(vcpu.fd, ioctl.GET_XSAVE, s.XsaveArea)))
    area[FXSAVE_SIZE : FXSAVE_SIZE + 8] = (xcr0 | 3).to_bytes(8, "little")
    return bytes(area)


def restore(vcpu: KvmVcpu, state: VcpuState, *, has_apic: bool) -> None:
    """Set the registers of a vCPU that does not run. Raises HostError for what KVM refuses."""
    registers, fd = state.registers, vcpu.fd
    _set_system(vcpu, state, has_apic=has_apic)
    general = s.KvmRegisters()
    for number, name in enumerate(_GENERAL):
        setattr(general, name, registers.general[number])
    general.rip, general.rflags = registers.rip, registers.rflags
    vcpu.registers = general
    _set_xcr0(vcpu, registers.xcr0)
    size = s.XsaveArea.layout.size
    ioctl.call(fd, ioctl.SET_XSAVE, bytearray(state.xsave[:size].ljust(size, b"\0")))
    if has_apic:
        ioctl.call(fd, ioctl.SET_LAPIC, _apic(state))
    _write_msrs(vcpu, state.msrs)  # the deadline after the APIC whose timer it is for
    debug = s.DebugRegisters()
    for number in range(4):
        debug.db[number] = registers.debug[number]
    debug.dr6, debug.dr7 = registers.debug[6], registers.debug[7]
    ioctl.put(fd, ioctl.SET_DEBUGREGS, debug)
    events = s.VcpuEvents()
    for name, there in _EVENTS.items():
        setattr(events, there, getattr(registers.events, name))
    events.flags = _WITH_NMI | _WITH_SHADOW | (_WITH_SIPI if has_apic else 0)
    ioctl.put(fd, ioctl.SET_VCPU_EVENTS, events)
    if has_apic:
        activity = s.MpState()
        activity.state = registers.activity
        ioctl.put(fd, ioctl.SET_MP_STATE, activity)


def _set_system(vcpu: KvmVcpu, state: VcpuState, *, has_apic: bool) -> None:
    system = _system(vcpu, state, has_apic=has_apic)
    try:
        ioctl.put(vcpu.fd, ioctl.SET_SREGS, system)
    except HostError:
        values = (f"{name} {getattr(system, name.lower()):#x}" for name in ("CR0", "CR4", "EFER"))
        raise _unlike(f"the saved {', '.join(values)}") from None


def _set_xcr0(vcpu: KvmVcpu, xcr0: int) -> None:
    """A CPU without XSAVE has none, and KVM then takes none."""
    if ioctl.get(vcpu.fd, ioctl.GET_XCRS, s.Xcrs).count:
        xcrs = s.Xcrs()
        xcrs.count, xcrs.entries[0].value = 1, xcr0 or 1
        ioctl.put(vcpu.fd, ioctl.SET_XCRS, xcrs)
    elif xcr0 > 1:
        raise _unlike(f"the saved XCR0 {xcr0:#x}")


def _unlike(what: str) -> HostError:
    return HostError(
        f"this KVM does not take {what}",
        expected="a CPU that has what the guest has switched on",
        hint="the host, or the back end, on which the machine was saved",
    )


def _apic(state: VcpuState) -> bytearray:
    if len(state.apic) != s.LapicRegisters.layout.size:
        raise AuthorError(
            "a vCPU was saved without the local APIC that KVM is to keep",
            expected="a machine with the same interrupt controllers",
        )
    return bytearray(state.apic)


def tell(vcpu: KvmVcpu) -> None:
    """Have the shared area tell of the registers that were set: enter, and come back at once."""
    vcpu.shared.immediate_exit = 1
    ioctl.attempt(vcpu.fd, ioctl.RUN)
    vcpu.take_kick()


def _system(vcpu: KvmVcpu, state: VcpuState, *, has_apic: bool) -> s.SystemRegisters:
    registers, system = state.registers, vcpu.system_registers
    for name in _CONTROL:
        setattr(system, name, getattr(registers, name))
    for name in SEGMENTS:
        setattr(system, _NAMES.get(name, name), _enterable(name, state.segment(name)))
    for name, there in _TABLES.items():
        table, saved = getattr(system, there), getattr(registers, name)
        table.base, table.limit = saved.base, saved.limit
    if has_apic:
        system.apic_base = registers.apic_base
    for number in range(4):
        system.interrupt_bitmap[number] = 0  # see SET_VCPU_EVENTS
    return system


def _saved(segment: s.KvmSegment) -> SavedSegment:
    saved = SavedSegment()
    saved.base, saved.limit, saved.selector = segment.base, segment.limit, segment.selector
    saved.rights = (
        segment.type
        | segment.s << 4
        | segment.dpl << DPL_SHIFT
        | segment.present << 7
        | segment.avl << 12
        | segment.l << 13
        | segment.db << 14
        | segment.g << 15
        | (UNUSABLE if segment.unusable else 0)
    )
    return saved


def _enterable(name: str, saved: SavedSegment) -> s.KvmSegment:
    """With what VMX asks of a guest and an emulator may not keep (Intel SDM volume 3, section
    27.3.1.2): accessed segments, a busy task, and always a task."""
    rights = saved.rights
    if name == "tr":
        rights = rights & ~(UNUSABLE | CODE_OR_DATA | 0xF) | PRESENT | _BUSY_TASK
    elif rights & CODE_OR_DATA and not rights & UNUSABLE:
        rights |= _ACCESSED
    segment = s.KvmSegment()
    segment.base, segment.limit, segment.selector = saved.base, saved.limit, saved.selector
    segment.type, segment.s, segment.dpl = rights & 0xF, rights >> 4 & 1, rights >> DPL_SHIFT & 3
    segment.present, segment.avl = rights >> 7 & 1, rights >> 12 & 1
    segment.l, segment.db, segment.g = rights >> 13 & 1, rights >> 14 & 1, rights >> 15 & 1
    segment.unusable = bool(rights & UNUSABLE)
    return segment


def msr_numbers(kvm: Kvm) -> list[int]:
    """The MSRs that KVM says are a vCPU's state."""
    buffer = bytearray(4 + 4 * _MOST_MSRS)
    s.MsrListHead.view(buffer).count = _MOST_MSRS
    ioctl.call(kvm.fd, ioctl.GET_MSR_INDEX_LIST, buffer)
    count = s.MsrListHead.view(buffer).count
    return [int.from_bytes(buffer[at : at + 4], "little") for at in range(4, 4 + 4 * count, 4)]


def read_msrs(vcpu: KvmVcpu, numbers: Iterable[int]) -> dict[int, int]:
    """Those that there are. KVM stops at one that it does not read."""
    found: dict[int, int] = {}
    left = list(numbers)
    while left:
        buffer = _msr_bytes(dict.fromkeys(left, 0))
        count = max(ioctl.attempt(vcpu.fd, ioctl.GET_MSRS, buffer), 0)
        found.update(itertools.islice(_msr_values(buffer), count))
        left = left[count + 1 :]
    return found


def _write_msrs(vcpu: KvmVcpu, wanted: Mapping[int, int]) -> None:
    """Those that differ from what the vCPU has: some are never written."""
    there = read_msrs(vcpu, wanted)
    for number, value in wanted.items():
        if there.get(number, value) == value:
            continue
        if ioctl.call(vcpu.fd, ioctl.SET_MSRS, _msr_bytes({number: value})) != 1:
            raise HostError(
                f"a vCPU was saved with MSR {number:#x} as {value:#x}, which this host's KVM "
                f"does not set; it is {there[number]:#x}",
                expected="a host whose CPU has what the one has on which it was saved",
            )


def _msr_bytes(values: Mapping[int, int]) -> bytearray:
    head = s.MsrsHead()
    head.count = len(values)
    parts = [bytes(head)]
    for number, value in values.items():
        entry = s.MsrEntry()
        entry.index, entry.data = number, value
        parts.append(bytes(entry))
    return bytearray(b"".join(parts))


def _msr_values(buffer: bytearray) -> Iterable[tuple[int, int]]:
    size = s.MsrEntry.layout.size
    view = memoryview(buffer)[s.MsrsHead.layout.size :]
    for start in range(0, len(view), size):
        entry = s.MsrEntry.view(view[start : start + size])
        yield entry.index, entry.data
