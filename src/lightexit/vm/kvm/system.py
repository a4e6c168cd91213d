# SPDX-License-Identifier: Apache-2.0
"""`Kvm`: /dev/kvm, and what this host's KVM can do."""

from __future__ import annotations

import errno
import os
import platform
import sys
import weakref
from collections.abc import Iterable
from enum import IntEnum
from typing import Self

from lightexit.errors import HostError
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.structs import CpuidEntry, CpuidHead

PATH = "/dev/kvm"
_API_VERSION = 12
_MOST_CPUID_ENTRIES = 256
_FEWEST_MOST_VCPUS = 4  # where it does not say
_OTHER_BACK_END = "--backend unicorn, which needs neither"


class Capability(IntEnum):
    """KVM_CAP_*: what a kernel may or may not offer."""

    IRQCHIP = 0
    USER_MEMORY = 3
    SET_TSS_ADDR = 4
    EXT_CPUID = 7
    NR_VCPUS = 9
    NR_MEMSLOTS = 10
    MP_STATE = 14
    IRQ_ROUTING = 25
    IRQFD = 32
    PIT2 = 33
    IOEVENTFD = 36
    SET_IDENTITY_MAP_ADDR = 37
    ADJUST_CLOCK = 39
    MAX_VCPUS = 66
    TSC_DEADLINE_TIMER = 72
    SIGNAL_MSI = 77
    READONLY_MEM = 81
    SPLIT_IRQCHIP = 121
    IMMEDIATE_EXIT = 136
    X86_USER_SPACE_MSR = 188
    X86_MSR_FILTER = 189


_NEEDED = (
    Capability.USER_MEMORY,
    Capability.SET_TSS_ADDR,
    Capability.EXT_CPUID,
    Capability.IMMEDIATE_EXIT,
)


class Kvm:
    """/dev/kvm, open. Raises HostError, in one sentence, where it cannot be used."""

    def __init__(self) -> None:
        _check_host()
        try:
            self.fd = os.open(PATH, os.O_RDWR | os.O_CLOEXEC)
        except OSError as error:
            raise _cannot_open(error) from None
        #: Closes it, once; so does losing the last reference. Virtual machines live on.
        self.close = weakref.finalize(self, os.close, self.fd)
        self._check_version()
        self.require(*_NEEDED)
        self.run_size = ioctl.call(self.fd, ioctl.GET_VCPU_MMAP_SIZE)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _check_version(self) -> None:
        version = ioctl.call(self.fd, ioctl.GET_API_VERSION)
        if version != _API_VERSION:
            raise HostError(
                f"{PATH} speaks version {version} of its interface",
                expected=f"version {_API_VERSION}, as every kernel since 2.6.22 does",
                hint=_OTHER_BACK_END,
            )

    def offers(self, capability: Capability) -> int:
        """0 where it is missing; for some capabilities, how many or which parts of it."""
        return ioctl.call(self.fd, ioctl.CHECK_EXTENSION, capability)

    def require(self, *capabilities: Capability) -> None:
        """Raises HostError where one is missing."""
        missing = [f"KVM_CAP_{each.name}" for each in capabilities if not self.offers(each)]
        if missing:
            raise HostError(
                f"this host's KVM does not offer {' and '.join(missing)}",
                expected="Linux 4.13 or later on x86-64",
                hint=_OTHER_BACK_END,
            )

    @property
    def most_vcpus(self) -> int:
        """How many vCPUs a virtual machine may have (api.rst, KVM_CREATE_VCPU)."""
        capabilities = (Capability.MAX_VCPUS, Capability.NR_VCPUS)
        return next(filter(None, map(self.offers, capabilities)), _FEWEST_MOST_VCPUS)

    def supported_cpuid(self) -> list[CpuidEntry]:
        """Every CPUID leaf that a guest may be shown."""
        buffer = bytearray(cpuid_bytes([CpuidEntry()] * _MOST_CPUID_ENTRIES))
        ioctl.call(self.fd, ioctl.GET_SUPPORTED_CPUID, buffer)
        size, start = CpuidEntry.layout.size, CpuidHead.layout.size
        view = memoryview(buffer)[start:]
        count = CpuidHead.view(buffer).count
        return [CpuidEntry.view(view[index * size :]) for index in range(count)]


def cpuid_bytes(entries: Iterable[CpuidEntry]) -> bytes:
    """struct kvm_cpuid2 with these entries."""
    leaves = [bytes(entry) for entry in entries]
    head = CpuidHead()
    head.count = len(leaves)
    return bytes(head) + b"".join(leaves)


def _check_host() -> None:
    machine = platform.machine().lower()
    if sys.platform != "linux" or machine not in ("x86_64", "amd64"):
        raise HostError(
            f"there is no KVM for x86 guests on this host ({sys.platform}, {machine})",
            expected="Linux on x86-64",
            hint=_OTHER_BACK_END,
        )


_NO_DRIVER = (
    "exists, but its driver is not loaded",
    "a CPU with VMX or SVM, enabled in firmware",
)


def _cannot_open(error: OSError) -> HostError:
    reasons = {
        errno.ENOENT: ("does not exist", "the kernel module kvm_intel or kvm_amd, loaded"),
        errno.EACCES: ("is not open to this user", "a user of the group kvm"),
        errno.EPERM: ("is not open to this user", "a user of the group kvm"),
        errno.ENODEV: _NO_DRIVER,
        errno.ENXIO: _NO_DRIVER,
    }
    unknown = (f"cannot be opened: {error.strerror}", "a readable and writable device")
    found, expected = reasons.get(error.errno or 0, unknown)
    return HostError(f"{PATH} {found}", expected=expected, hint=_OTHER_BACK_END)
