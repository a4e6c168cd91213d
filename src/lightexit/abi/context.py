# SPDX-License-Identifier: Apache-2.0
"""What a filter is given and what it answers: `IoContext` and `Verdict`.

The context is the program's r1: 64 bytes, little-endian, the same for every engine. The first
half says what the guest did; `data` goes both ways; the second half is filled by the filter:
the *actions* that the host carries out once the filter has answered HANDLED.
"""

from __future__ import annotations

from enum import IntEnum, IntFlag

from lightexit.abi.inline import inline
from lightexit.abi.struct import Struct
from lightexit.abi.types import u8, u32, u64

ABI_VERSION = 1
#: How many doorbells of a device actions can name: a bit of `IoContext.doorbells` each.
DOORBELLS = 32


class Verdict(IntEnum):
    """A filter's answer. PASS is always safe: the device model answers instead."""

    #: The device model answers; nothing may have been changed.
    PASS = 0
    #: The filter has answered; actions that it asked for are carried out.
    HANDLED = 1


class Space(IntEnum):
    """The address space of an access."""

    PIO = 0
    MMIO = 1
    #: Model-specific registers: 8 bytes under one address.
    MSR = 2


class ApicMode(IntEnum):
    """Delivery modes of an APIC message (Intel SDM volume 3, section 11.6.1)."""

    FIXED = 0
    LOWEST_PRIORITY = 1
    SMI = 2
    NMI = 4
    INIT = 5
    STARTUP = 6
    EXTINT = 7


class ApicFlag(IntFlag):
    """Bits beside the delivery mode: where they stand in an I/O APIC's entry, 8 bits lower."""

    #: The destination is a logical one, not an APIC's number.
    LOGICAL = 1 << 3
    #: The interrupt is level-triggered, not edge-triggered.
    LEVEL = 1 << 7


class Request(IntFlag):
    """Which of the single-shot actions a filter asked for."""

    APIC_MESSAGE = 1
    EOI = 2

    def described(self) -> str:
        """These requests in words, as in "APIC messages and EOIs"."""
        names = {Request.APIC_MESSAGE: "APIC messages", Request.EOI: "EOIs"}
        known = [name for request, name in names.items() if request in self]
        others = int(self) & ~int(Request.APIC_MESSAGE | Request.EOI)
        return " and ".join([*known, f"requests {others:#x}"] if others else known)


class IoContext(Struct):
    """One access of a guest to a device register.

    `offset` is the register's offset within the device, as its regions declare it. For a
    write, `data` is the value written, zero-extended from `size` bytes; for a read, the filter
    sets it and may set no bits outside the access size. `now_ns` is VM time, and 0 for
    programs that do not read it.
    """

    offset: u64
    data: u64
    now_ns: u64
    #: The number of the vCPU that accesses, from 0 on.
    vcpu: u32
    #: In bytes, 1 to 8.
    size: u8
    is_write: bool
    #: A `Space`.
    space: u8
    abi_version: u8 = ABI_VERSION
    #: A bit for each doorbell to signal; `signal` sets it.
    doorbells: u32
    #: A bit for each line to raise; `raise_line` sets it, and so on.
    raised_lines: u32
    lowered_lines: u32
    pulsed_lines: u32
    #: With vector and mode, the message of `send_apic`.
    apic_destination: u32
    apic_vector: u8
    apic_mode: u8
    #: The vector of `end_of_interrupt`.
    eoi_vector: u8
    #: A `Request`: which of message and EOI were asked for.
    requests: u8
    reserved: u64

    @inline
    def signal(self, doorbell: u32) -> None:
        """Request that a doorbell's eventfd be signalled; `doorbell` is 0 to 31."""
        self.doorbells = u32(self.doorbells | 1 << doorbell)

    @inline
    def raise_line(self, line: u32) -> None:
        """Request that interrupt line 0 to 31 of the device be raised."""
        self.raised_lines = u32(self.raised_lines | 1 << line)

    @inline
    def lower_line(self, line: u32) -> None:
        """Request that interrupt line 0 to 31 of the device be lowered."""
        self.lowered_lines = u32(self.lowered_lines | 1 << line)

    @inline
    def pulse_line(self, line: u32) -> None:
        """Request that interrupt line 0 to 31 of the device be pulsed: raised and lowered."""
        self.pulsed_lines = u32(self.pulsed_lines | 1 << line)

    @inline
    def send_apic(self, destination: u32, vector: u8, mode: u8) -> None:
        """Request one APIC message; `mode` is an `ApicMode`, with any `ApicFlag`."""
        self.apic_destination = destination
        self.apic_vector = vector
        self.apic_mode = mode
        self.requests = u8(self.requests | Request.APIC_MESSAGE)

    @inline
    def end_of_interrupt(self, vector: u8) -> None:
        """Request that an EOI of that vector be broadcast to the I/O APICs."""
        self.eoi_vector = vector
        self.requests = u8(self.requests | Request.EOI)


#: Fields a filter may write; all others are the host's.
WRITABLE_FIELDS = (
    "data",
    "doorbells",
    "raised_lines",
    "lowered_lines",
    "pulsed_lines",
    "apic_destination",
    "apic_vector",
    "apic_mode",
    "eoi_vector",
    "requests",
)
