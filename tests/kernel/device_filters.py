# SPDX-License-Identifier: Apache-2.0
"""Every filter of the device library and one with tables, compiled outside, as JSON for the rig."""

from __future__ import annotations

import importlib
import json
import pkgutil
import typing
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kernel import tables
from kernel.carried import Carried, plain
from lightexit.abi import IoContext, StateMemory, Struct, Verdict
from lightexit.devices.ioapic import Index, IoApicState
from lightexit.devices.virtio_mmio import VirtioState
from lightexit.devices.virtio_registers import VirtioStatus
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.isa.program import Program

FILE = "device-filters"
_FEW, _TRIED = 8, 0x200


@dataclass(frozen=True)
class Entry(Carried):
    """A filter: states in hex. `offsets` are some of those that it may handle."""

    states: list[str]
    reads_clock: bool
    writes_state: bool
    offsets: list[int]


def describe() -> str:
    """All of them; needs a compiler, unless they are in the cache."""
    every = [*library(), _entry("tables.look_up", tables.look_up)]
    return json.dumps([asdict(entry) for entry in every])


def entries(folder: Path) -> list[Entry]:
    """What `describe` said."""
    return [Entry(**each) for each in json.loads((folder / FILE).read_text())]


def library() -> Iterator[Entry]:
    """Every filter of the device library, compiled and verified."""
    from lightexit import devices
    from lightexit.filter import Filter

    for found in pkgutil.iter_modules(devices.__path__):
        module = importlib.import_module(f"lightexit.devices.{found.name}")
        for value in vars(module).values():
            if isinstance(value, Filter) and value.function.__module__ == module.__name__:
                yield _entry(f"{found.name}.{value.name}", value)


def _entry(name: str, value: Any) -> Entry:
    program, report = value.program, value.report
    hints = typing.get_type_hints(value.function).values()
    states = [kind for kind in hints if issubclass(kind, Struct)][1:]  # the context is the first
    handled = set(_handled(report, program, states))
    return Entry(
        name=name,
        plain=plain(name, program),
        states=[bytes(_begun(kind)).hex() for kind in states],
        reads_clock=report.reads_clock,
        writes_state=report.writes_state,
        offsets=sorted(handled | {offset + 1 for offset in handled}),
    )


def _begun(kind: type[Struct]) -> Struct:
    """As at power-on; an I/O APIC with an entry selected, a virtio device in use, for without a
    driver it handles next to nothing."""
    state = kind()
    if isinstance(state, IoApicState):
        state.select = Index.TABLE
    if isinstance(state, VirtioState):
        state.status, state.interrupts = VirtioStatus.DRIVER_OK, 0xFF
        for queue in state.queues:
            queue.ready, queue.asleep = True, False
    return state


def _handled(report: Any, program: Program, states: list[type[Struct]]) -> Iterator[int]:
    """Some offsets that may be handled; where any may, by trial."""
    loaded = InterpreterEngine().load(program)
    memories = [StateMemory(kind) for kind in states]
    for low, high in (*report.handled_reads, *report.handled_writes):
        found = 0
        for offset in range(low, min(high, low + _TRIED) + 1):
            context = IoContext()
            context.offset, context.size = offset, 4
            if high - low < _FEW or loaded.run(context, memories) == Verdict.HANDLED:
                yield offset
                found += 1
            if found == _FEW:
                break
