# SPDX-License-Identifier: Apache-2.0
"""What is known of accesses: one by one, where they are recorded, or counted by register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from lightexit.abi import Space


class Answer(StrEnum):
    """Where an access was answered. Of VMs seen from outside only KVM and USER can be told."""

    KVM = "kvm"  # in the host kernel
    USER = "user"  # by the VMM
    FILTER = "filter"  # by bytecode, in the VMM
    MODEL = "model"  # by a device model, in the VMM
    NOBODY = "nobody"  # no device is there


@dataclass(frozen=True, slots=True)
class Access:
    """One access: `size` bytes at port, guest physical address or MSR number `address`.

    `time_ns` is since the epoch (CLOCK_REALTIME); `pid` is the VMM's process and `vcpu` the number
    of the vCPU, -1 where it is not known. `value` is what was read or written, None where it is not
    known. `duration_ns` is the time from the exit to the answer, None where it was not measured.
    """

    time_ns: int
    pid: int
    vcpu: int
    space: Space
    address: int
    size: int
    is_write: bool
    value: int | None
    answer: Answer
    duration_ns: int | None


@dataclass(frozen=True, slots=True)
class AccessKey:
    """What accesses are counted by; `tid` is the vCPU's thread in the host's PID namespace."""

    pid: int
    tid: int
    space: Space
    address: int
    size: int
    is_write: bool
    answer: Answer


@dataclass(frozen=True, slots=True)
class AccessCount:
    """Accesses, how many of them were timed, and the time that those took in all."""

    accesses: int
    timed: int = 0
    time_ns: int = 0


@dataclass(frozen=True, slots=True)
class LineKey:
    """An interrupt input: GSI `gsi` of the VM of process `pid`."""

    pid: int
    gsi: int


@dataclass(frozen=True, slots=True)
class LineCount:
    """How often the VMM or KVM set an input, and how often no interrupt controller took it, as the
    input was masked there."""

    changes: int
    masked: int = 0


@dataclass(frozen=True, slots=True)
class ApicKey:
    """A register of a local APIC: its offset in the xAPIC page, whoever accesses it and how."""

    pid: int
    tid: int
    offset: int
    is_write: bool


@dataclass(frozen=True, slots=True)
class Lost:
    """What is missing in the counts: events while a probe was running on the same CPU already,
    and accesses that found no room in the tables (they are in no count)."""

    recursive: int = 0
    no_room: int = 0


@dataclass(frozen=True, slots=True)
class Counts:
    """All that was counted until `time_ns` (CLOCK_MONOTONIC), since the probes were attached.

    Counts only grow. Where accesses were too many to look at each, `sampled` is N > 1: each Nth was
    looked at, and the counts are N times that.
    """

    time_ns: int
    accesses: Mapping[AccessKey, AccessCount]
    apic: Mapping[ApicKey, int]
    lines: Mapping[LineKey, LineCount]
    lost: Lost = Lost()
    sampled: int = 1


class CountSource(Protocol):
    """Who counts: the probes in the kernel, or a test."""

    def read(self) -> Counts:
        """What was counted so far."""
        ...

    def close(self) -> None:
        """Take the probes away."""
        ...


@dataclass(frozen=True, slots=True)
class Batch:
    """Accesses in the order of their end, and how many more were lost since the last batch."""

    accesses: tuple[Access, ...]
    lost: int = 0


class AccessSource(Protocol):
    """Who tells accesses one by one."""

    def read(self, timeout_s: float) -> Batch:
        """What has happened since the last call; waits `timeout_s` at most for the first access."""
        ...

    def close(self) -> None:
        """Take the probes away."""
        ...
