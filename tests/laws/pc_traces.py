# SPDX-License-Identifier: Apache-2.0
"""Golden traces as steps of a whole PC: ours gets the stimuli that another implementation got."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from devices.replay import SIZES, read_trace
from laws.pc_steps import Access, Config, Drive, Host, Interrupt, Look, Step, Wait
from lightexit.abi import Space
from lightexit.trace.replay.golden import unix_seconds
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.places import PM as BASE

#: How many stimuli come between two looks at the states.
_BETWEEN_LOOKS = 16
#: Where the traces have the registers of power management.
_TRACED_PM = range(0x600, 0x640)
#: Devices whose traces are about interrupts that an I/O APIC sends.
_WITH_APICS = ("ioapic", "hpet")


def config_of(header: dict[str, Any]) -> Config:
    """A PC on which the trace means something."""
    irqchip = Irqchip.SPLIT if header["device"] in _WITH_APICS else Irqchip.OFF
    return Config(irqchip, unix_seconds=unix_seconds(header))


def case_of(path: Path) -> tuple[Config, list[Step]]:
    """The PC and the steps of a trace: its stimuli, with looks at the states between."""
    header, told = read_trace(path)
    steps: list[Step] = []
    for number, step in enumerate(_stimuli(told)):
        steps += [step, Look()] if number % _BETWEEN_LOOKS == _BETWEEN_LOOKS - 1 else [step]
    return config_of(header), [*steps, Look()]


def _stimuli(told: list[dict[str, Any]]) -> Iterator[Step]:
    for step in told:
        operation = step["op"]
        if operation == "clock_step":
            yield Wait(step["ns"])
        elif operation == "irq_in":
            yield _input(step["chip"], step["line"], bool(step["level"]))
        elif operation == "intack":
            yield Interrupt()
        elif operation == "rx":
            yield Host("uart", "feed", (bytes.fromhex(step["data"]),))
        elif "addr" in step:
            yield _access(operation, step)


def _input(chip: str, line: int, level: bool) -> Step:
    if chip == "ioapic":
        return Drive("ioapic", line or 2, level)
    return Drive("pic", line + 8 * (chip == "pic1"), level)


def _access(operation: str, step: dict[str, Any]) -> Access:
    """`inb`, `outw`, `readl`, `writeq` and their like."""
    space = Space.PIO if operation.startswith(("in", "out")) else Space.MMIO
    address = step["addr"]
    if space is Space.PIO and address in _TRACED_PM:
        address += BASE - _TRACED_PM.start
    return Access(space, address, SIZES[operation[-1]], step.get("value"))
