# SPDX-License-Identifier: Apache-2.0
"""Machines whose vCPUs and interrupt controllers KVM keeps."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from guests.harness import RAM
from lightexit.errors import AuthorError, HostError
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import GuestMemory
from lightexit.vm.saving import file
from lightexit.vm.saving.cpu_state import decode, encode
from vm.kvm.board import POLL, Tally, begin, build
from vm.kvm.test_multiprocessor import timer_machine, written

KINDS = (Irqchip.KERNEL, Irqchip.SPLIT)
_ENTRY = 0x1000


def polling(cpus: int, kind: Irqchip) -> tuple[Machine, Tally]:
    """Every vCPU reads the same register for ever."""
    memory = GuestMemory(RAM)
    machine = build(cpus, memory, irqchip=kind)
    tally = Tally(machine.clock, machine.stop)
    machine.add(tally)
    code = bytes.fromhex(POLL)
    memory.ram[_ENTRY : _ENTRY + len(code)] = code
    for cpu in machine.cpus:
        begin(cpu, _ENTRY)
    return machine, tally


@pytest.mark.parametrize("kind", KINDS)
def test_several_vcpus_go_on(tmp_path: Path, kind: Irqchip) -> None:
    machine, tally = polling(2, kind)
    machine.run(RunLimits(seconds=0.3))
    if kind is Irqchip.KERNEL:
        machine.irq(5).set(True)
    machine.save(tmp_path / "saved")
    restored, other = polling(2, kind)
    if kind is Irqchip.KERNEL:
        restored.irq(5)
    restored.restore(tmp_path / "saved")
    assert other.state.reads[0] == tally.state.reads[0] > 0
    assert restored.board.save() == machine.board.save()
    for cpu, there in zip(machine.cpus, restored.cpus, strict=True):
        was, now = decode(cpu.save()), decode(there.save())
        assert now.apic == was.apic != bytes(1024)
        assert bytes(now.registers) == bytes(was.registers)
    restored.run(RunLimits(seconds=0.3))
    assert other.state.reads[0] > tally.state.reads[0]


def test_apics_elsewhere_are_refused(tmp_path: Path) -> None:
    machine, _ = polling(1, Irqchip.KERNEL)
    machine.save(tmp_path / "saved")
    restored, _ = polling(1, Irqchip.SPLIT)
    with pytest.raises(AuthorError, match="irqchip=kernel"):
        restored.restore(tmp_path / "saved")


def test_registers_that_kvm_refuses_leave_the_others(tmp_path: Path) -> None:
    machine, tally = polling(1, Irqchip.KERNEL)
    machine.run(RunLimits(accesses=10))
    machine.save(tmp_path / "saved")
    saved = file.decode((tmp_path / "saved").read_bytes(), "saved")
    state = decode(saved.sections["cpu 0"].content())
    state.registers.cr4 = 1 << 63
    wrong = file.compressed("cpu 0", [encode(state)])
    changed = file.MachineFile(saved.machine, saved.state, {**saved.sections, "cpu 0": wrong})
    (tmp_path / "saved").write_bytes(file.encode(changed))
    restored, other = polling(1, Irqchip.KERNEL)
    before = bytes(decode(restored.cpu.save()).registers)
    with pytest.raises(HostError, match=r"does not take the saved CR0 .*, CR4 0x8000000000000000"):
        restored.restore(tmp_path / "saved")
    assert bytes(decode(restored.cpu.save()).registers) == before
    assert other.state.reads[0] == 0 < tally.state.reads[0]


@pytest.mark.parametrize("kind", KINDS)
def test_interrupts_through_the_io_apic_in_parts(tmp_path: Path, kind: Irqchip) -> None:
    """None is lost, none comes twice, wherever it was on its way."""
    random, seen = Random(str(kind)), list[int]()
    machine, probe = timer_machine(2, "ioapic", kind)
    for _ in range(200):
        probe.done = machine.stop
        end = machine.run(RunLimits(seconds=random.uniform(0, 0.02))).reason
        seen += written(probe)
        if end is RunEnd.REQUEST:
            break
        machine.save(tmp_path / "saved")
        machine, probe = timer_machine(2, "ioapic", kind)
        machine.restore(tmp_path / "saved")
    assert seen == list(range(1, 41))
