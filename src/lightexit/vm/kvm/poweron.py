# SPDX-License-Identifier: Apache-2.0
"""What vCPUs, and interrupt controllers in the kernel, are at power-on: as KVM has made them.

KVM has no request for a reset. It is asked for everything before anything runs, and is given that
back. What this host's KVM does not tell of stays as it is.
Reference: Linux, Documentation/virt/kvm/api.rst; asm/kvm.h for the sizes.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.ioctl import Ioctl
from lightexit.vm.kvm.vcpu import KvmVcpu

_KVMIO, _TAKES, _GIVES = 0xAE, 1, 2
_HEAD, _MSR, _TSC = struct.Struct("<II"), struct.Struct("<IIQ"), 0x10
_MOST_MSRS = 1024


def _request(name: str, number: int, size: int, direction: int) -> Ioctl:
    return Ioctl(name, direction << 30 | size << 16 | _KVMIO << 8 | number, "reset a vCPU")


@dataclass(frozen=True)
class _Part:
    """A part of a vCPU's state, which one request gives and the next one takes, whole."""

    name: str
    number: int
    size: int

    @property
    def get(self) -> Ioctl:
        return _request(f"KVM_GET_{self.name}", self.number, self.size, _GIVES)

    @property
    def put(self) -> Ioctl:
        return _request(f"KVM_SET_{self.name}", self.number + 1, self.size, _TAKES)


#: In the order in which they are put back: SREGS has the local APIC's mode.
_PARTS = (
    _Part("SREGS", 0x83, 312),
    _Part("REGS", 0x81, 144),
    _Part("FPU", 0x8C, 416),
    _Part("XSAVE", 0xA4, 4096),
    _Part("XCRS", 0xA6, 392),
    _Part("DEBUGREGS", 0xA1, 128),
    _Part("LAPIC", 0x8E, 1024),
    _Part("VCPU_EVENTS", 0x9F, 64),
    _Part("MP_STATE", 0x98, 4),
)
_MSR_INDEX_LIST = _request("KVM_GET_MSR_INDEX_LIST", 0x02, 4, _TAKES | _GIVES)
_GET_MSRS = _request("KVM_GET_MSRS", 0x88, _HEAD.size, _TAKES | _GIVES)
_SET_MSRS = _request("KVM_SET_MSRS", 0x89, _HEAD.size, _TAKES)
_GET_IRQCHIP = _request("KVM_GET_IRQCHIP", 0x62, 520, _TAKES | _GIVES)
_SET_IRQCHIP = _request("KVM_SET_IRQCHIP", 0x63, 520, _GIVES)  # so the header has it
_CHIPS = range(3)


class PowerOn:
    """The state of a vCPU that has not run yet."""

    def __init__(self, kvm_fd: int, vcpu: KvmVcpu) -> None:
        self._vcpu = vcpu
        told = ((part, _told(vcpu.fd, part)) for part in _PARTS)
        self._parts = [(part, data) for part, data in told if data]
        msrs = _passed(vcpu.fd, _GET_MSRS, [_MSR.pack(each, 0, 0) for each in _indices(kvm_fd)])
        # Every vCPU's counter begins at 0: KVM takes that for counters that go together.
        at_zero = _MSR.pack(_TSC, 0, 0)
        self._msrs = [at_zero if each[:4] == at_zero[:4] else each for each in msrs]

    def restore(self) -> None:
        """Bring the vCPU back there, while it does not run. Raises HostError."""
        for part, data in self._parts:
            ioctl.call(self._vcpu.fd, part.put, bytearray(data))
            if part.name == "DEBUGREGS":  # before timers and events, which MSRs change
                _passed(self._vcpu.fd, _SET_MSRS, self._msrs)
        shared = self._vcpu.shared
        shared.cr8 = shared.ready_for_interrupt = shared.interrupts_enabled = 0


def _told(fd: int, part: _Part) -> bytes:
    buffer = bytearray(part.size)
    return bytes(buffer) if ioctl.attempt(fd, part.get, buffer) >= 0 else b""


def _indices(kvm_fd: int) -> tuple[int, ...]:
    """The MSRs that KVM can tell of and set."""
    buffer = bytearray(struct.pack("<I", _MOST_MSRS) + bytes(4 * _MOST_MSRS))
    if ioctl.attempt(kvm_fd, _MSR_INDEX_LIST, buffer) < 0:
        return ()
    (count,) = struct.unpack_from("<I", buffer)
    return struct.unpack_from(f"<{count}I", buffer, 4)


def _passed(fd: int, request: Ioctl, entries: Sequence[bytes]) -> list[bytes]:
    """Those of the entries, as KVM gives them back, that it does not refuse."""
    return list(_pass(fd, request, list(entries)))


def _pass(fd: int, request: Ioctl, entries: Sequence[bytes]) -> Iterator[bytes]:
    """KVM stops at the first that it refuses, and says how many were before that."""
    while entries:
        buffer = bytearray(_HEAD.pack(len(entries), 0) + b"".join(entries))
        done = max(ioctl.attempt(fd, request, buffer), 0)
        for index in range(done):
            start = _HEAD.size + index * _MSR.size
            yield bytes(buffer[start : start + _MSR.size])
        entries = entries[done + 1 :]


class ChipsPowerOn:
    """The state of a PIC pair and an I/O APIC in the kernel that were just made."""

    def __init__(self, vm_fd: int) -> None:
        self._fd = vm_fd
        self._chips = [bytearray(_HEAD.pack(chip, 0) + bytes(512)) for chip in _CHIPS]
        for chip in self._chips:
            ioctl.call(vm_fd, _GET_IRQCHIP, chip)

    def restore(self) -> None:
        """Bring them back there. Raises HostError."""
        for chip in self._chips:
            ioctl.call(self._fd, _SET_IRQCHIP, bytearray(chip))
