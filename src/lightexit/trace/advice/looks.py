# SPDX-License-Identifier: Apache-2.0
"""What rules are made of: functions that look for one situation in one VM's part of an interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lightexit.abi import Space
from lightexit.trace.access import Answer
from lightexit.trace.advice.msrs import cure_of
from lightexit.trace.advice.seen import (
    RegisterRate,
    Seen,
    cost,
    evidence,
    picked,
    rate,
)
from lightexit.trace.rates import Row


@dataclass(frozen=True, slots=True)
class Finding:
    """That a rule applies: its figures, the filters of lightexit that answer these registers, and
    what to do where the table's advice would be less exact."""

    evidence: str
    filters: tuple[str, ...] = ()
    cure: str = ""


Look = Callable[[Seen, float], Finding | None]
"""Is the situation there, at this many accesses a second or more?"""
Wanted = Callable[[Row], bool]


def ports(*numbers: int, is_write: bool | None = None, size: int | None = None) -> Wanted:
    """Accesses to ports, of one direction or size only if so said."""

    some = frozenset(numbers)

    def wanted(row: Row) -> bool:
        return (
            row.space is Space.PIO
            and row.address in some
            and is_write in (None, row.is_write)
            and size in (None, row.size)
        )

    return wanted


def memory(first: int, last: int) -> Wanted:
    """Accesses to memory from `first` to `last`."""
    return lambda row: row.space is Space.MMIO and first <= row.address <= last


def named(device: str, register: str, is_write: bool) -> Wanted:
    """Accesses to a register of devices that `trace.names` calls so: uart, uart1, ..."""

    def wanted(row: Row) -> bool:
        name = row.name
        return (
            name.register == register
            and name.device.startswith(device)
            and row.is_write is is_write
        )

    return wanted


def device(name: str) -> Wanted:
    """Accesses to all of a device that `trace.names` calls so."""
    return lambda row: row.name.device == name


def either(*several: Wanted) -> Wanted:
    """What any of them wants."""
    return lambda row: any(wanted(row) for wanted in several)


def by_vmm(wanted: Wanted) -> Wanted:
    """Those of them that KVM does not answer."""
    return lambda row: row.answer is not Answer.KVM and wanted(row)


def busy(wanted: Wanted) -> Look:
    """The wanted accesses, all together, are many."""

    def look(seen: Seen, least: float) -> Finding | None:
        found = picked(seen, wanted)
        return _finding(seen, wanted, found) if rate(found) >= least else None

    return look


def busier(wanted: Wanted, than: Wanted, factor: float) -> Look:
    """The wanted accesses are many, and more than `factor` times those that go with them."""

    def look(seen: Seen, least: float) -> Finding | None:
        found, others = picked(seen, wanted), rate(picked(seen, than))
        if rate(found) < max(least, factor * others):
            return None
        return _finding(seen, wanted, found)

    return look


def _finding(seen: Seen, wanted: Wanted, found: list[RegisterRate]) -> Finding:
    filters = {row.name.filter for row in seen.rows if row.name.filter and wanted(row)}
    return Finding(evidence(found), tuple(sorted(filters)))


def masked_line(*gsis: int) -> Look:
    """An interrupt input is set again and again while nothing takes it."""

    def look(seen: Seen, least: float) -> Finding | None:
        for gsi in gsis:
            line = seen.lines.get(gsi)
            if line is None or line.changes < least * seen.seconds:
                continue
            if line.masked >= 0.9 * line.changes:
                per_second, share = line.changes / seen.seconds, line.masked / line.changes
                return Finding(f"GSI {gsi} was set {per_second:,.0f} times/s, {share:.0%} masked")
        return None

    return look


def apic(offset: int, name: str) -> Look:
    """A register of local APICs is written by exits."""
    places = _apic_places(offset)

    def look(seen: Seen, least: float) -> Finding | None:
        # The same accesses by their address: all that a recording has, and where their time is.
        found = picked(seen, lambda row: row.is_write and (row.space, row.address) in places)
        per_second = max(seen.apic.get((offset, True), 0) / seen.seconds, rate(found))
        if per_second < least:
            return None
        return Finding(f"APIC {name} {per_second:,.0f} writes/s{cost(found)}")

    return look


def _apic_places(offset: int) -> tuple[tuple[Space, int], ...]:
    """Where a register is in xAPIC and in x2APIC mode (Intel SDM volume 3, table 12-6)."""
    return (Space.MMIO, 0xFEE0_0000 + offset), (Space.MSR, 0x800 + (offset >> 4))


def hot_msr(seen: Seen, least: float) -> Finding | None:
    """One MSR is read again and again."""
    found = picked(seen, lambda row: row.space is Space.MSR and not row.is_write)
    if not found or found[0].per_second < least:
        return None
    hot = [register for register in found if register.per_second >= least]
    return Finding(evidence(hot), cure=cure_of(hot[0].address))


def doorbell(seen: Seen, least: float) -> Finding | None:
    """Writes that only notify are answered by the VMM."""
    found = [
        register for register in picked(seen, _is_notification) if register.per_second >= least
    ]
    if not found:
        return None
    filters = {row.name.filter for row in seen.rows if row.name.filter and _is_notification(row)}
    return Finding(evidence(found), tuple(sorted(filters)))


def _is_notification(row: Row) -> bool:
    """Whether it is a queue's notification by name, or as virtio-pci has it at an unnamed address:
    16 bits, at 0x10 of the legacy port window, or at 0x3000 of QEMU's and crosvm's BAR."""
    if not row.is_write or row.answer not in (Answer.USER, Answer.MODEL):
        return False
    if row.name.register:
        return row.name.register.lower() in _NOTIFICATIONS
    if row.size != 2:
        return False
    if row.space is Space.PIO:
        return row.address >= 0xC000 and row.address & 0x1F == 0x10
    return row.space is Space.MMIO and row.address & 0x3000 == 0x3000


_NOTIFICATIONS = frozenset({"queue_notify", "notify", "doorbell"})
