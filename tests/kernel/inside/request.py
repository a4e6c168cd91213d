# SPDX-License-Identifier: Apache-2.0
"""A request to attach, by the ioctl as it is: for those who mean harm."""

from __future__ import annotations

import fcntl
import os

from lightexit.abi import NO_FD, Attach, Command
from lightexit.engine.kernel import KernelEngine
from lightexit.engine.kernel.bpf import ArrayMap, Descriptor
from lightexit.isa.program import Program
from lightexit.vm.kvm.attach import KernelModule

PORT = 0x500


def load(program: Program, *maps: ArrayMap) -> Descriptor:
    """A program in the kernel, for as long as the caller keeps its descriptor."""
    return KernelEngine().load(program).bind(maps)


def request(vm_fd: int, program_fd: int) -> Attach:
    """One that is in order. There is no clock: it names what is none."""
    made = Attach()
    made.size = Attach.layout.size
    made.vm_fd, made.program_fd, made.clock_fd = vm_fd, program_fd, vm_fd
    made.base, made.length = PORT, 4
    for index in range(len(made.doorbells)):
        made.doorbells[index] = NO_FD
    return made


def send(module: KernelModule, request: Attach) -> int:
    """The attachment's descriptor. Raises OSError."""
    return int(fcntl.ioctl(module.fd, Command.ATTACH, bytearray(bytes(request))))


def attach(module: KernelModule, request: bytes) -> int:
    """0, or the error."""
    try:
        os.close(fcntl.ioctl(module.fd, Command.ATTACH, bytearray(request)))
    except OSError as error:
        return error.errno or -1
    return 0
