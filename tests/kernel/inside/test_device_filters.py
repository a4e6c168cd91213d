# SPDX-License-Identifier: Apache-2.0
"""Every device filter at work in the kernel does what the interpreter says, access by access."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.translated import INDEXING, masks, unprotected
from kernel.carried import states
from kernel.device_filters import Entry, entries
from kernel.inside.machine import (
    DS_TO_MMIO,
    HLT,
    MMIO,
    Access,
    Machine,
    keep,
    load,
    port_in,
    port_out,
    store,
)
from lightexit.abi import ClockState, IoContext, Space, StateMemory, Struct, Verdict
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.kernel import KernelEngine
from lightexit.vm.kvm.attach import AttachedProgram, AttachRange, KernelModule
from lightexit.vm.kvm.vcpu import KvmVcpu

NAMES = (
    "debugcon.read_presence",
    "fw_cfg.read_data",
    "hpet.read_counter",
    "i440fx.access_configuration",
    "ioapic.access_redirections",
    "pic.read_mask_or_end",
    "pit.read_or_latch",
    "pmtimer.read_timer",
    "port61.read_control_b",
    "port92.read_control",
    "ps2.read_status",
    "rtc.access_cmos",
    "uart.read_status",
    "virtio_mmio.notify",
    "virtio_mmio.read_interrupts",
    "virtio_mmio.acknowledge",
    "tables.look_up",
)
PORT, KEPT, LENGTH = 0x1000, 0x3000, 0x1000
NOW_NS = 123_456_789_012
COUNT = 14
BASES = {Space.PIO: PORT, Space.MMIO: MMIO}
ACTIONS = ("doorbells", "raised_lines", "lowered_lines", "pulsed_lines", "requests")


@dataclass(frozen=True)
class Step:
    """One access of the guest, by the device's offset."""

    offset: int
    size: int
    is_write: bool
    data: int


def steps(entry: Entry, generator: random.Random) -> list[Step]:
    return [
        Step(
            offset=generator.choice(entry.offsets),
            size=generator.choice((1, 2, 4)),
            is_write=generator.random() < 0.4,
            data=generator.getrandbits(generator.choice((3, 32))),
        )
        for _ in range(COUNT)
    ]


def contents(entry: Entry, generator: random.Random) -> list[bytes]:
    """The states as they begin, some bits turned over."""
    return [
        bytes(
            value ^ (generator.getrandbits(8) if generator.random() < 0.1 else 0)
            for value in bytes.fromhex(state)
        )
        for state in entry.states
    ]


def code(space: Space, wanted: list[Step]) -> str:
    make = port_code if space is Space.PIO else memory_code
    start = DS_TO_MMIO if space is Space.MMIO else ""
    return start + "".join(make(step, KEPT + 4 * i) for i, step in enumerate(wanted)) + HLT


def port_code(step: Step, target: int) -> str:
    port = PORT + step.offset
    if step.is_write:
        return port_out(port, step.size, step.data)
    return port_in(port, step.size) + keep(target, step.size)


def memory_code(step: Step, target: int) -> str:
    if step.is_write:
        return store(step.offset, step.size, step.data)
    return load(step.offset, step.size) + keep(target, step.size)


def expected(
    entry: Entry, space: Space, wanted: list[Step], memories: list[StateMemory[Struct]]
) -> list[int | None]:
    """What each step reads (0 for a write), None where it passes."""
    loaded = InterpreterEngine().load(entry.program)
    results: list[int | None] = []
    for step in wanted:
        mask = (1 << 8 * step.size) - 1
        context = IoContext()
        context.offset, context.size, context.is_write = step.offset, step.size, step.is_write
        context.space, context.data = space, step.data & mask if step.is_write else 0
        context.now_ns = NOW_NS if entry.reads_clock else 0
        verdict = loaded.run(context, memories)
        acts = any(getattr(context, name) for name in ACTIONS)
        handled = verdict == Verdict.HANDLED and not acts
        value = 0 if step.is_write else context.data & mask
        results.append(value if handled else None)
    return results


def test_no_filter_is_forgotten() -> None:
    found = [entry.name for entry in entries(Path(os.environ["LIGHTEXIT_RIG"]))]
    assert tuple(found) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_filter_of_the_library(module: KernelModule, machine: Machine, name: str) -> None:
    (entry,) = (e for e in entries(Path(os.environ["LIGHTEXIT_RIG"])) if e.name == name)
    generator = random.Random(name)
    vcpu = machine.load(HLT)
    handled = [
        check(module, machine, vcpu, entry, space, generator) for space in (Space.PIO, Space.MMIO)
    ]
    assert sum(handled) > 0


def test_what_filters_index_with_is_masked() -> None:
    if reason := unprotected():
        pytest.skip(reason)
    found = entries(Path(os.environ["LIGHTEXIT_RIG"]))
    assert tuple(each.name for each in found if masks(each.program)) == (
        *INDEXING,
        "tables.look_up",
    )


def check(
    module: KernelModule,
    machine: Machine,
    vcpu: KvmVcpu,
    entry: Entry,
    space: Space,
    generator: random.Random,
) -> int:
    """Compare one run; how many accesses the kernel has handled."""
    content, wanted = contents(entry, generator), steps(entry, generator)
    ours, theirs = states(content), states(content)
    results = expected(entry, space, wanted, ours)
    machine.put(code(space, wanted))
    machine.memory.ram[KEPT : KEPT + 4 * COUNT] = bytes(4 * COUNT)
    machine.enter(vcpu)
    window = AttachRange(machine.vm.fd, space, BASES[space], LENGTH)
    with module.attach(window, answer(entry, theirs)) as attachment:
        out = machine.run(vcpu, lambda access: 0)
        handled = attachment.statistics().handled
    pairs = zip(wanted, results, strict=True)
    assert out == [access(space, step) for step, result in pairs if result is None]
    kept = memoryview(machine.memory.ram)[KEPT : KEPT + 4 * COUNT].cast("I")
    assert list(kept) == [result or 0 for result in results]
    assert [bytes(m.state) for m in ours] == [bytes(m.state) for m in theirs]
    assert handled == COUNT - len(out)
    return handled


def answer(entry: Entry, memories: list[StateMemory[Struct]]) -> AttachedProgram:
    clock = StateMemory(ClockState)
    clock.state.base_ns = NOW_NS
    return AttachedProgram(
        KernelEngine().load(entry.program),
        memories,
        writes_state=entry.writes_state,
        clock=clock if entry.reads_clock else None,
    )


def access(space: Space, step: Step) -> Access:
    data = step.data & (1 << 8 * step.size) - 1 if step.is_write else 0
    return Access(BASES[space] + step.offset, step.size, step.is_write, data)
