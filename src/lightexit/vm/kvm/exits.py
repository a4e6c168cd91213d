# SPDX-License-Identifier: Apache-2.0
"""What made KVM_RUN return, and what that means to the machine."""

from __future__ import annotations

from enum import IntEnum

from lightexit.errors import GuestError, HostError, LightexitError
from lightexit.vm.exits import Exit, Halted, Shutdown, shown_bytes, triple_fault
from lightexit.vm.kvm.structs import FailedEntryExit, InternalErrorExit, SystemEventExit
from lightexit.vm.kvm.vcpu import KvmVcpu
from lightexit.vm.kvm.vm import KvmVm
from lightexit.vm.registers import LONGEST_INSTRUCTION
from lightexit.vm.x86 import DescriptorTable


class ExitReason(IntEnum):
    """KVM_EXIT_*, as far as an x86 guest can cause them."""

    UNKNOWN = 0
    IO = 2
    HLT = 5
    MMIO = 6
    IRQ_WINDOW_OPEN = 7
    SHUTDOWN = 8
    FAIL_ENTRY = 9
    INTR = 10
    SET_TPR = 11
    INTERNAL_ERROR = 17
    SYSTEM_EVENT = 24
    IOAPIC_EOI = 26
    X86_RDMSR = 29
    X86_WRMSR = 30


_EMULATION = 1
_HAS_INSTRUCTION = 1
_SUBERRORS = {
    2: "two exceptions at once that KVM cannot deliver",
    3: "an exception while it delivered an interrupt or exception",
    4: "an exit of the CPU that KVM does not know",
}
_EVENTS = {1: "the guest switched itself off", 2: "the guest reset itself", 3: "the guest crashed"}
#: Nothing for the machine to do: KVM_RUN again.
_GO_ON = frozenset({ExitReason.IRQ_WINDOW_OPEN, ExitReason.INTR, ExitReason.SET_TPR})


def understood(vm: KvmVm, vcpu: KvmVcpu, reason: int) -> Exit | None:
    """The exit that the machine sees, None where there is none. Raises GuestError, HostError."""
    if reason in _GO_ON:
        return None
    if reason == ExitReason.HLT:
        return Halted()
    if reason == ExitReason.SHUTDOWN:
        idt = vcpu.system_registers.idt
        return triple_fault(where(vcpu), _code(vm, vcpu), DescriptorTable(idt.base, idt.limit))
    if reason == ExitReason.SYSTEM_EVENT:
        event = SystemEventExit.view(vcpu.exit_area).type
        return Shutdown(_EVENTS.get(event, f"system event {event}"))
    raise _failure(vm, vcpu, reason)


def _failure(vm: KvmVm, vcpu: KvmVcpu, reason: int) -> LightexitError:
    if reason == ExitReason.INTERNAL_ERROR:
        return _internal_error(vm, vcpu)
    if reason == ExitReason.FAIL_ENTRY:
        detail = FailedEntryExit.view(vcpu.exit_area)
        return GuestError(
            f"VM entry failed (hardware reason {detail.reason:#x}), at {where(vcpu)}",
            expected="register values that the CPU accepts",
        )
    return HostError(f"KVM_RUN returned the unexpected exit reason {reason}, at {where(vcpu)}")


def _internal_error(vm: KvmVm, vcpu: KvmVcpu) -> GuestError:
    detail = InternalErrorExit.view(vcpu.exit_area)
    if detail.suberror != _EMULATION:
        what = _SUBERRORS.get(detail.suberror, f"internal error {detail.suberror}")
        return GuestError(
            f"KVM cannot continue: {what}, at {where(vcpu)}{shown_bytes(_code(vm, vcpu))}"
        )
    return GuestError(
        f"KVM cannot emulate the instruction at {where(vcpu)}"
        f"{shown_bytes(_told_instruction(detail) or _code(vm, vcpu))}",
        hint="--backend unicorn, which knows more instructions",
    )


def _told_instruction(detail: InternalErrorExit) -> bytes:
    """The instruction bytes that KVM fetched, if it reports any: their number, then as many."""
    if detail.count < 3 or not detail.words[0] & _HAS_INSTRUCTION:
        return b""
    told = b"".join(detail.words[index].to_bytes(8, "little") for index in (1, 2))
    return told[1 : 1 + told[0]]


def _code(vm: KvmVm, vcpu: KvmVcpu) -> bytes:
    """Guest memory at the instruction pointer, as far as paging leaves it where it seems to be."""
    address = vcpu.system_registers.cs.base + vcpu.registers.rip
    return vm.read(address, LONGEST_INSTRUCTION)


def where(vcpu: KvmVcpu) -> str:
    """The next instruction's address: selector and offset."""
    return f"{vcpu.system_registers.cs.selector:04x}:{vcpu.registers.rip:08x}"
