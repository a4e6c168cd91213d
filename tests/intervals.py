# SPDX-License-Identifier: Apache-2.0
"""Intervals of accesses, made up for tests of what reads them."""

from __future__ import annotations

from lightexit.abi import Space
from lightexit.trace.access import Answer, ApicKey, LineCount, LineKey, Lost
from lightexit.trace.names import RegisterName
from lightexit.trace.rates import Rates, Row
from lightexit.trace.vms import Vm

UNNAMED = RegisterName("", "", "")
VM = Vm(1000, "guest-a", "qemu")
PIO, MMIO, MSR = Space.PIO, Space.MMIO, Space.MSR
USER, KVM = Answer.USER, Answer.KVM


def row(
    space: Space,
    address: int,
    per_second: float,
    is_write: bool = False,
    size: int = 1,
    answer: Answer = USER,
    ns_each: float | None = None,
    name: RegisterName = UNNAMED,
    vcpu: int = 0,
    vm: Vm = VM,
) -> Row:
    """A register accessed so often, for one second."""
    accesses = int(per_second)
    return Row(
        vm,
        vcpu,
        name,
        space,
        address,
        size,
        is_write,
        answer,
        accesses,
        per_second,
        ns_each,
        0.1,
    )


def interval(
    *rows: Row,
    seconds: float = 1.0,
    gsi: dict[int, LineCount] | None = None,
    apic: dict[tuple[int, bool], int] | None = None,
    pid: int = VM.pid,
) -> Rates:
    """An interval of one VM: its rows, its lines and its accesses to one local APIC."""
    lines = {LineKey(pid, number): count for number, count in (gsi or {}).items()}
    registers = {
        ApicKey(pid, pid + 1, offset, is_write): count
        for (offset, is_write), count in (apic or {}).items()
    }
    return Rates(seconds, rows, lines, registers, Lost(), 1)
