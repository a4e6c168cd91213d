# SPDX-License-Identifier: Apache-2.0
"""KVM's requests, one row each, and what it means when the kernel refuses one.

Source: linux/kvm.h, asm/kvm.h and Documentation/virt/kvm/api.rst of Linux 6.1.
"""

from __future__ import annotations

import ctypes
import errno as e
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from lightexit.abi import Struct
from lightexit.errors import HostError
from lightexit.vm.kvm import structs as s

S = TypeVar("S", bound=Struct)

#: What an errno means, and what to do about it.
Meanings = Mapping[int, tuple[str, str]]

_LATER_OR_ELSEWHERE = "a newer kernel, or the other back end: --backend unicorn"
_ALWAYS: Meanings = {
    e.EPERM: ("permission denied", "a user of the group kvm, outside a sandbox"),
    e.EACCES: ("permission denied", "a user of the group kvm, outside a sandbox"),
    e.ENOTTY: ("this kernel's KVM does not offer it", _LATER_OR_ELSEWHERE),
    e.ENOSYS: ("this kernel's KVM does not offer it", _LATER_OR_ELSEWHERE),
    e.EMFILE: ("this process may have no more open files", "fewer vCPUs, or `ulimit -n` higher"),
    e.ENOMEM: ("the host has no memory left", "a smaller guest"),
    e.EFAULT: ("a pointer passed to it is not mapped in this process", ""),
    e.EINVAL: ("the request is not valid, or not in this state", ""),
    e.EBADF: ("the virtual machine has been closed", "keep it open while it is in use"),
    e.EIO: ("the virtual machine is unusable after an earlier error", "a new one"),
    e.EINTR: ("interrupted by a signal", "the same again"),
}


@dataclass(frozen=True)
class Ioctl:
    """One ioctl: its name and number, what it does as a verb, and what its errors mean."""

    name: str
    number: int
    does: str
    meanings: Meanings = field(default_factory=dict)

    def refused(self, error: int) -> HostError:
        """The error to raise where the kernel answers with errno `error`."""
        unknown = (f"errno {error}", "")
        meaning, hint = self.meanings.get(error) or _ALWAYS.get(error) or unknown
        name = e.errorcode.get(error, str(error))
        return HostError(f"KVM does not {self.does}: {meaning} ({self.name}: {name})", hint=hint)


_KVMIO = 0xAE
_WRITE, _READ = 1, 2  # as asm-generic/ioctl.h has it: the process writes, the process reads


def _request(
    name: str,
    number: int,
    does: str,
    argument: tuple[int, type[Struct]] | None = None,
    meanings: Meanings | None = None,
) -> Ioctl:
    direction, size = (argument[0], argument[1].layout.size) if argument else (0, 0)
    code = direction << 30 | size << 16 | _KVMIO << 8 | number
    return Ioctl(name, code, does, meanings or {})


def _writes(kind: type[Struct]) -> tuple[int, type[Struct]]:
    return _WRITE, kind


def _reads(kind: type[Struct]) -> tuple[int, type[Struct]]:
    return _READ, kind


def _both(kind: type[Struct]) -> tuple[int, type[Struct]]:
    return _WRITE | _READ, kind


_IN_KERNEL_ONLY = ("there is no interrupt controller in the kernel", "Irqchip.KERNEL or SPLIT")

GET_API_VERSION = _request("KVM_GET_API_VERSION", 0x00, "return its version")
CREATE_VM = _request("KVM_CREATE_VM", 0x01, "make a virtual machine")
CHECK_EXTENSION = _request("KVM_CHECK_EXTENSION", 0x03, "return its capabilities")
GET_MSR_INDEX_LIST = _request(
    "KVM_GET_MSR_INDEX_LIST",
    0x02,
    "list its MSRs",
    _both(s.MsrListHead),
    {e.E2BIG: ("there are more than the caller's buffer holds", "")},
)
GET_VCPU_MMAP_SIZE = _request("KVM_GET_VCPU_MMAP_SIZE", 0x04, "return the size of a vCPU's kvm_run")
GET_SUPPORTED_CPUID = _request(
    "KVM_GET_SUPPORTED_CPUID",
    0x05,
    "return the CPUID entries that it supports",
    _both(s.CpuidHead),
    {e.E2BIG: ("there are more entries than the caller's buffer holds", "")},
)
CREATE_VCPU = _request(
    "KVM_CREATE_VCPU",
    0x41,
    "make a vCPU",
    meanings={
        e.EEXIST: ("a vCPU of that number exists", "another number"),
        e.EINVAL: ("no more vCPUs are allowed", "fewer vCPUs"),
    },
)
SET_USER_MEMORY_REGION = _request(
    "KVM_SET_USER_MEMORY_REGION",
    0x46,
    "map guest memory",
    _writes(s.MemoryRegion),
    {
        e.EEXIST: ("the range overlaps another slot", "ranges that do not overlap"),
        e.EINVAL: ("addresses and size must be whole pages, slots below the limit", ""),
    },
)
SET_TSS_ADDR = _request("KVM_SET_TSS_ADDR", 0x47, "reserve three pages for real mode")
SET_IDENTITY_MAP_ADDR = _request(
    "KVM_SET_IDENTITY_MAP_ADDR", 0x48, "reserve a page for real mode", _writes(s.Address)
)
CREATE_IRQCHIP = _request(
    "KVM_CREATE_IRQCHIP",
    0x60,
    "make interrupt controllers",
    meanings={
        e.EEXIST: ("they exist already", "one call for each virtual machine"),
        e.EINVAL: ("vCPUs exist", "interrupt controllers first, vCPUs after"),
    },
)
IRQ_LINE = _request(
    "KVM_IRQ_LINE",
    0x61,
    "set an interrupt line",
    _writes(s.IrqLevel),
    {e.ENXIO: _IN_KERNEL_ONLY, e.EINVAL: ("no route leads from that line", "Routes.set")},
)
GET_IRQCHIP = _request(
    "KVM_GET_IRQCHIP", 0x62, "return an interrupt controller's state", _both(s.IrqchipState)
)
SET_IRQCHIP = _request(
    "KVM_SET_IRQCHIP", 0x63, "set an interrupt controller's state", _reads(s.IrqchipState)
)
SET_GSI_ROUTING = _request(
    "KVM_SET_GSI_ROUTING",
    0x6A,
    "route interrupts",
    _writes(s.RoutingHead),
    {e.EINVAL: ("a route names a chip, a pin or a number that does not exist", "")},
)
IRQFD = _request(
    "KVM_IRQFD",
    0x76,
    "assign or deassign an irqfd",
    _writes(s.Irqfd),
    {
        e.EBUSY: ("the eventfd is an irqfd already", "another eventfd"),
        e.EINVAL: ("there is no interrupt controller, or no such interrupt", ""),
        e.EBADF: ("the descriptor is not open", "an eventfd"),
    },
)
CREATE_PIT2 = _request(
    "KVM_CREATE_PIT2",
    0x77,
    "make a timer chip",
    _writes(s.PitConfig),
    {
        e.EEXIST: ("one exists already", ""),
        e.ENOENT: _IN_KERNEL_ONLY,
    },
)
IOEVENTFD = _request(
    "KVM_IOEVENTFD",
    0x79,
    "assign or deassign an ioeventfd",
    _writes(s.Ioeventfd),
    {
        e.EEXIST: ("that register and value have one already", "deassign it first"),
        e.ENOENT: ("that register and value have none", ""),
        e.EINVAL: ("sizes are 1, 2, 4 and 8 bytes, or 0 for any", ""),
        e.ENOSPC: ("no more are allowed", "fewer"),
    },
)
SET_CLOCK = _request("KVM_SET_CLOCK", 0x7B, "set the guest's clock", _writes(s.ClockData))
GET_CLOCK = _request("KVM_GET_CLOCK", 0x7C, "return the guest's clock", _reads(s.ClockData))
RUN = _request(
    "KVM_RUN",
    0x80,
    "run a vCPU",
    meanings={
        e.EFAULT: ("guest memory is not mapped (its file was truncated, or unmapped)", ""),
        e.EBUSY: ("it runs in another thread", ""),
    },
)
GET_REGS = _request("KVM_GET_REGS", 0x81, "return a vCPU's registers", _reads(s.KvmRegisters))
SET_REGS = _request("KVM_SET_REGS", 0x82, "set a vCPU's registers", _writes(s.KvmRegisters))
_MODE_ERROR = (
    "the control registers and segments contradict each other",
    "a mode of vm/boot/state.py",
)
GET_SREGS = _request(
    "KVM_GET_SREGS", 0x83, "return a vCPU's control registers", _reads(s.SystemRegisters)
)
SET_SREGS = _request(
    "KVM_SET_SREGS",
    0x84,
    "set a vCPU's control registers",
    _writes(s.SystemRegisters),
    {e.EINVAL: _MODE_ERROR},
)
INTERRUPT = _request(
    "KVM_INTERRUPT",
    0x86,
    "inject an interrupt",
    _writes(s.KvmInterrupt),
    {
        e.EEXIST: ("another one is pending", "wait for the interrupt window"),
        e.ENXIO: ("the kernel's interrupt controller does that", "KvmVm.set_line"),
    },
)
GET_MSRS = _request("KVM_GET_MSRS", 0x88, "return a vCPU's MSRs", _both(s.MsrsHead))
SET_MSRS = _request("KVM_SET_MSRS", 0x89, "set a vCPU's MSRs", _writes(s.MsrsHead))
GET_LAPIC = _request("KVM_GET_LAPIC", 0x8E, "return a local APIC", _reads(s.LapicRegisters))
SET_LAPIC = _request("KVM_SET_LAPIC", 0x8F, "set a local APIC", _writes(s.LapicRegisters))
SET_CPUID2 = _request(
    "KVM_SET_CPUID2",
    0x90,
    "set a vCPU's features",
    _writes(s.CpuidHead),
    {
        e.E2BIG: ("there are too many entries", "fewer"),
        e.EINVAL: ("the vCPU has run, or the features contradict each other", ""),
    },
)
GET_MP_STATE = _request(
    "KVM_GET_MP_STATE", 0x98, "return whether a vCPU is halted", _reads(s.MpState)
)
SET_MP_STATE = _request("KVM_SET_MP_STATE", 0x99, "start or halt a vCPU", _writes(s.MpState))
NMI = _request("KVM_NMI", 0x9A, "inject an NMI")
GET_VCPU_EVENTS = _request(
    "KVM_GET_VCPU_EVENTS", 0x9F, "return what a vCPU is about to take", _reads(s.VcpuEvents)
)
SET_VCPU_EVENTS = _request(
    "KVM_SET_VCPU_EVENTS", 0xA0, "set what a vCPU is about to take", _writes(s.VcpuEvents)
)
GET_DEBUGREGS = _request(
    "KVM_GET_DEBUGREGS", 0xA1, "return a vCPU's debug registers", _reads(s.DebugRegisters)
)
SET_DEBUGREGS = _request(
    "KVM_SET_DEBUGREGS", 0xA2, "set a vCPU's debug registers", _writes(s.DebugRegisters)
)
ENABLE_CAP = _request(
    "KVM_ENABLE_CAP",
    0xA3,
    "enable a capability",
    _writes(s.EnableCap),
    {e.EINVAL: ("it is not supported, or vCPUs exist already", "capabilities first, vCPUs after")},
)
GET_TSC_KHZ = _request("KVM_GET_TSC_KHZ", 0xA3, "return the rate of a vCPU's TSC")
GET_XSAVE = _request("KVM_GET_XSAVE", 0xA4, "return a vCPU's vectors", _reads(s.XsaveArea))
SET_XSAVE = _request("KVM_SET_XSAVE", 0xA5, "set a vCPU's vectors", _writes(s.XsaveArea))
GET_XCRS = _request("KVM_GET_XCRS", 0xA6, "return a vCPU's XCR0", _reads(s.Xcrs))
SET_XCRS = _request("KVM_SET_XCRS", 0xA7, "set a vCPU's XCR0", _writes(s.Xcrs))
SIGNAL_MSI = _request(
    "KVM_SIGNAL_MSI",
    0xA5,
    "deliver a message-signalled interrupt",
    _writes(s.Msi),
    {e.EINVAL: _IN_KERNEL_ONLY},
)
KVMCLOCK_CTRL = _request(
    "KVM_KVMCLOCK_CTRL",
    0xAD,
    "tell the guest that it was paused",
    meanings={e.EINVAL: ("the guest does not use KVM's clock", "")},
)

X86_SET_MSR_FILTER = _request(
    "KVM_X86_SET_MSR_FILTER",
    0xC6,
    "set an MSR filter",
    _writes(s.MsrFilter),
    {e.EINVAL: ("a range is too long", "at most 12,288 MSRs")},
)


@functools.cache
def c_ioctl() -> Any:
    """The C library's ioctl(2)."""
    function = ctypes.CDLL(None, use_errno=True).ioctl
    function.argtypes = (ctypes.c_int, ctypes.c_ulong, ctypes.c_void_p)
    return function


def attempt(fd: int, request: Ioctl, argument: int | bytearray = 0) -> int:
    """One ioctl; KVM's answer, or -errno. A buffer goes in and comes back out."""
    if isinstance(argument, bytearray):
        owner = (ctypes.c_char * len(argument)).from_buffer(argument)
        argument = ctypes.addressof(owner)
    answer = int(c_ioctl()(fd, request.number, argument))
    return answer if answer >= 0 else -ctypes.get_errno()


def call(fd: int, request: Ioctl, argument: int | bytearray = 0) -> int:
    """One ioctl; KVM's answer, 0 or more. A buffer goes in and comes back out."""
    answer = attempt(fd, request, argument)
    if answer < 0:
        raise request.refused(-answer)
    return answer


def put(fd: int, request: Ioctl, value: Struct) -> int:
    """An ioctl that takes a struct."""
    return call(fd, request, bytearray(bytes(value)))


def get(fd: int, request: Ioctl, kind: type[S]) -> S:
    """An ioctl that fills in a struct."""
    buffer = bytearray(kind.layout.size)
    call(fd, request, buffer)
    return kind.view(buffer)
