# SPDX-License-Identifier: Apache-2.0
"""The run loops: one in Python, which says what a run loop is, and the same in machine code.

`run` enters the guest until it needs more than the bus: it returns KVM's exit reason, or `KICKED`.
Accesses to devices never get out: the bus answers them, by filter or model.
"""

from __future__ import annotations

import ctypes
import errno
import functools
from typing import Protocol

from lightexit.abi import IoContext, Space
from lightexit.bus.bus import BusCpu
from lightexit.bus.memory import Record
from lightexit.bus.native import dispatch
from lightexit.runtime import Code, runtime_code
from lightexit.runtime.layout import CR8, Loop
from lightexit.vm.kvm import ioctl
from lightexit.vm.kvm.exits import ExitReason
from lightexit.vm.kvm.structs import MemoryExit, MsrExit, PortExit
from lightexit.vm.kvm.vcpu import KvmVcpu

KICKED = -1


class RunLoop(Protocol):
    """A way to run a vCPU."""

    @property
    def entries(self) -> int:
        """How often the guest has been entered."""
        ...

    def follow(self, tpr: int) -> None:
        """Keep CR8 and TPR of a local APIC among the devices the same; `tpr` is its address."""
        ...

    def run(self) -> int:
        """Run the guest: an exit reason, or `KICKED`. Raises HostError where KVM_RUN fails."""
        ...


def _check_kicked(error: int) -> int:
    """EAGAIN comes from a vCPU that another has just woken: it is to be entered again."""
    if error not in (errno.EINTR, errno.EAGAIN):
        raise ioctl.RUN.refused(error)
    return KICKED


class _Accesses:
    """Accesses of one vCPU, made in Python."""

    def __init__(self, vcpu: KvmVcpu, bus_cpu: BusCpu) -> None:
        self._vcpu = vcpu
        self._cpu = bus_cpu
        self._context = Record(IoContext)
        self._access = dispatch().access
        self._is_there = True
        self._tpr: ctypes.c_uint8 | None = None

    def follow(self, tpr: int) -> None:
        """Keep CR8 and the TPR at that address the same."""
        self._tpr = ctypes.c_uint8.from_address(tpr)

    def _give_cr8(self) -> None:
        """KVM takes it from the area that it shares where it keeps no local APIC."""
        if self._tpr is not None:
            self._vcpu.shared.cr8 = self._tpr.value >> 4

    def _take_cr8(self) -> None:
        cr8 = self._vcpu.shared.cr8
        if self._tpr is not None and cr8 != self._tpr.value >> 4:
            self._perform(Space.MMIO, CR8, 8, True, cr8)

    def _perform(self, space: Space, address: int, size: int, is_write: bool, data: int) -> int:
        context = self._context.fields
        context.space, context.offset, context.size = space, address, size
        context.is_write, context.data = is_write, data
        self._is_there = bool(self._access(self._cpu.address, self._context.address))
        return context.data


class PythonLoop(_Accesses):
    """The run loop in Python: the definition, and easy to step through."""

    def __init__(self, vcpu: KvmVcpu, bus_cpu: BusCpu) -> None:
        super().__init__(vcpu, bus_cpu)
        self.entries = 0

    def run(self) -> int:
        """Run the guest: an exit reason, or `KICKED`."""
        enter, fd, request = ioctl.c_ioctl(), self._vcpu.fd, ioctl.RUN.number
        while True:
            self.entries += 1
            self._give_cr8()
            error = ctypes.get_errno() if enter(fd, request, 0) < 0 else 0
            self._take_cr8()
            if error:
                return _check_kicked(error)
            reason = self._vcpu.shared.exit_reason
            if reason == ExitReason.IO:
                self._port(PortExit.view(self._vcpu.exit_area))
            elif reason == ExitReason.MMIO:
                self._memory(MemoryExit.view(self._vcpu.exit_area))
            elif reason in (ExitReason.X86_RDMSR, ExitReason.X86_WRMSR):
                self._msr(MsrExit.view(self._vcpu.exit_area), reason == ExitReason.X86_WRMSR)
            else:
                return reason

    def _port(self, exit: PortExit) -> None:
        """`rep ins` and `rep outs` come as many elements at once: each is an access."""
        size, is_write = exit.size, bool(exit.is_write)
        end = exit.data_offset + exit.count * size
        for start in range(exit.data_offset, end, size):
            element = self._vcpu.area[start : start + size]
            given = int.from_bytes(element, "little")
            answer = self._perform(Space.PIO, exit.port, size, is_write, given)
            if not is_write:
                element[:] = answer.to_bytes(size, "little")

    def _memory(self, exit: MemoryExit) -> None:
        is_write = bool(exit.is_write)
        answer = self._perform(Space.MMIO, exit.address, exit.size, is_write, exit.data)
        if not is_write:
            exit.data = answer

    def _msr(self, exit: MsrExit, is_write: bool) -> None:
        """Where no device has it the guest gets a #GP."""
        answer = self._perform(Space.MSR, exit.index, 8, is_write, exit.data)
        exit.error = not self._is_there
        if not is_write:
            exit.data = answer


@functools.cache
def _native() -> Code:
    """The compiled loop, one per process."""
    return runtime_code("kvm_loop")


# ctypes gives up the GIL while such a function runs.
_RUN = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, use_errno=True)


class NativeLoop(_Accesses):
    """The run loop in machine code: Python is entered for models only."""

    def __init__(self, vcpu: KvmVcpu, bus_cpu: BusCpu) -> None:
        super().__init__(vcpu, bus_cpu)
        self._run = _RUN(_native().address("run"))
        self._loop = Record(Loop)
        loop = self._loop.fields
        loop.ioctl = ctypes.cast(ioctl.c_ioctl(), ctypes.c_void_p).value or 0
        loop.access = dispatch().address("perform_context")
        loop.vcpu, loop.shared, loop.fd = bus_cpu.address, vcpu.address, vcpu.fd

    @property
    def entries(self) -> int:
        """How often the guest has been entered."""
        return self._loop.fields.entries

    def follow(self, tpr: int) -> None:
        """Keep CR8 and the TPR at that address the same."""
        super().follow(tpr)
        self._loop.fields.tpr = tpr

    def run(self) -> int:
        """Run the guest: an exit reason, or `KICKED`."""
        reason = int(self._run(self._loop.address))
        if reason >= 0:
            return reason
        error = ctypes.get_errno()  # what an access of native code's would change
        self._take_cr8()
        return _check_kicked(error)
