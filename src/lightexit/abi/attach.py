# SPDX-License-Identifier: Apache-2.0
"""What user space says to the kernel module: requests to /dev/lightexit."""

from __future__ import annotations

from enum import IntEnum, IntFlag

from lightexit.abi.context import DOORBELLS
from lightexit.abi.struct import Array, Struct, array
from lightexit.abi.types import u32, u64

#: In place of a file descriptor: none.
NO_FD = 2**32 - 1


class Command(IntEnum):
    """ioctl requests to the device. VERSION gives the ABI's, ATTACH an attachment."""

    VERSION = 0xE100
    ATTACH = 0xE101


class AttachFlag(IntFlag):
    """What the verifier has learned of the program: its host needs it.

    One that passes all reads, or all writes, is not run for them.
    """

    READS_CLOCK = 1
    WRITES_STATE = 2
    PASSES_READS = 4
    PASSES_WRITES = 8


class Attach(Struct):
    """Have a program answer `length` bytes of a space of a VM, from `base` on.

    They show the device's registers from `offset` on, cut into registers of `register_width`
    bytes where that is not 0. `clock_fd`, for READS_CLOCK only, is an array map whose value is a
    `ClockState` behind its header, or NO_FD for CLOCK_MONOTONIC; `doorbells` are eventfds or NO_FD.
    `size` is that of the whole struct: later versions are longer. The answer is a descriptor: close
    it to detach.
    """

    size: u32
    flags: u32
    vm_fd: u32
    program_fd: u32
    clock_fd: u32
    space: u32
    base: u64
    length: u64
    offset: u64
    register_width: u32
    reserved: u32
    doorbells: Array[u32] = array(u32, DOORBELLS)


class Statistics(Struct):
    """Accesses so far, as reading from an attachment tells them, always from the start.

    Later versions are longer; a reader gets as much as it asks for.
    """

    handled: u64
    passed: u64
