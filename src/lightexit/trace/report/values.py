# SPDX-License-Identifier: Apache-2.0
"""What recordings come to: plain values, of bounded size whatever was recorded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from lightexit.trace.advice import Advice
from lightexit.trace.names import RegisterName
from lightexit.trace.report.latencies import Latencies


@dataclass(frozen=True, slots=True)
class Cost:
    """Accesses, how many of them were timed, and the time that those took in all, in ns."""

    accesses: int = 0
    timed: int = 0
    ns: int = 0

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.accesses - other.accesses, self.timed - other.timed, self.ns - other.ns)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.accesses + other.accesses, self.timed + other.timed, self.ns + other.ns)

    @property
    def ns_each(self) -> float | None:
        """The mean of those that were timed; None where none was."""
        return self.ns / self.timed if self.timed else None


@dataclass(frozen=True, slots=True)
class RegisterSummary:
    """A register in one direction, in all VMs: `answers` by who answered ("kvm").

    `space` is "pio", "mmio" or "msr"; `latencies` are known of the busiest only.
    """

    name: RegisterName
    space: str
    address: int
    is_write: bool
    answers: Mapping[str, Cost]
    latencies: Latencies = field(default_factory=Latencies)

    @property
    def cost(self) -> Cost:
        """Whoever answered."""
        return sum(self.answers.values(), Cost())

    @property
    def heavy(self) -> Cost:
        """What left the kernel, and no filter answered."""
        return sum((self.answers.get(each, Cost()) for each in ("user", "model")), Cost())


@dataclass(frozen=True, slots=True)
class VmSummary:
    """One VM, by host and process; times are ns since the epoch."""

    host: str
    vm: str
    vmm: str
    machine: str
    pid: int
    first_ns: int
    last_ns: int
    answers: Mapping[str, Cost]

    @property
    def cost(self) -> Cost:
        """Whoever answered."""
        return sum(self.answers.values(), Cost())

    @property
    def seconds(self) -> float:
        """From the first access to the last."""
        return (self.last_ns - self.first_ns) / 1e9


@dataclass(frozen=True, slots=True)
class TimeBins:
    """Accesses over time: by who answered, a number for each `width_ns` from `first_ns` on."""

    first_ns: int
    width_ns: int
    counts: Mapping[str, Sequence[int]]


@dataclass(frozen=True, slots=True)
class HostAdvice:
    """Advice on a VM of that host."""

    host: str
    advice: Advice


@dataclass(frozen=True, slots=True)
class Summary:
    """All of it. `other_vms` and `other_registers` are those that are not listed; `advice` is
    each rule that applied to a VM for some seconds."""

    files: int
    lost: int
    first_ns: int
    last_ns: int
    answers: Mapping[str, Cost]
    vm_count: int
    vms: Sequence[VmSummary]
    other_vms: Cost
    register_count: int
    registers: Sequence[RegisterSummary]
    other_registers: Cost
    bins: TimeBins
    latencies: Mapping[str, Latencies]
    advice: Sequence[HostAdvice]

    @property
    def cost(self) -> Cost:
        """Of all accesses."""
        return sum(self.answers.values(), Cost())

    @property
    def seconds(self) -> float:
        """From the first access to the last."""
        return (self.last_ns - self.first_ns) / 1e9


def with_filter(summary: Summary) -> list[RegisterSummary]:
    """Registers that have a filter and that VMM or model has answered, the dearest first."""
    some = (each for each in summary.registers if each.name.filter and each.heavy.accesses)
    return sorted(some, key=lambda each: (-each.heavy.ns, -each.heavy.accesses))
