# SPDX-License-Identifier: Apache-2.0
"""A restored machine is the saved one: in what it does next, and in what a save of it says."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from lightexit.abi import StateMemory, Struct, u32
from lightexit.bus.clock import ManualClock
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.engine.kernel import KernelEngine
from lightexit.errors import AuthorError, HostError
from lightexit.vm.machine import Machine, RunEnd, RunLimits
from lightexit.vm.memory import MIB
from lightexit.vm.saving import file
from vm.saving.machines import STEP_NS, moments
from vm.saving.many import RESULT

TESTS = Path(__file__).parents[2]


def all_of_it(machine: Machine) -> tuple[str, int, list[bytes]]:
    """What a run has led to."""
    states = [bytes(device.state) for device in machine.devices]
    return hashlib.sha256(machine.board.memory.ram).hexdigest(), machine.clock.now_ns(), states


@pytest.mark.parametrize("seed", range(2))
def test_a_run_in_parts_is_the_run_in_one(tmp_path: Path, seed: int) -> None:
    random, text = Random(seed), ""
    unbroken = moments()
    assert unbroken.run().reason is RunEnd.HALTED
    machine = moments(filters=bool(seed % 2))
    while machine.run(RunLimits(accesses=random.randrange(1, 900))).reason is RunEnd.ACCESSES:
        machine.save(tmp_path / "saved")
        text += machine.console.text
        machine = moments(filters=random.random() < 0.5)
        machine.restore(tmp_path / "saved")
    assert text + machine.console.text == unbroken.console.text
    assert all_of_it(machine) == all_of_it(unbroken)


def test_a_save_of_a_restored_machine_is_the_same(tmp_path: Path) -> None:
    machine, other = moments(), moments()
    for part in range(8):
        machine.run(RunLimits(accesses=37))
        machine.save(tmp_path / "one")
        other.restore(tmp_path / "one")
        other.save(tmp_path / "two")
        assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes(), part


def test_a_halted_guest_is_woken_by_its_timer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = moments()
    monkeypatch.setattr(machine._processors, "_wait", machine.stop)
    assert machine.run().reason is RunEnd.REQUEST
    assert machine._processors.flags == [True, False]
    machine.save(tmp_path / "saved")
    restored = moments()
    restored.restore(tmp_path / "saved")
    assert restored.run().reason is RunEnd.HALTED
    assert restored.console.text.endswith("k")


def test_a_reset_that_is_wanted_is_carried_out_first(tmp_path: Path) -> None:
    machine, restored = moments(), moments()
    machine.run(RunLimits(accesses=100))
    machine.reset()
    machine.save(tmp_path / "saved")
    assert machine.resets == 1
    restored.reset()
    restored.restore(tmp_path / "saved")
    assert restored.run().reason is RunEnd.HALTED
    assert restored.resets == 0
    assert len(restored.console.text) == len(RESULT)  # in memory that is as it was


def test_levels_from_outside_are_saved(tmp_path: Path) -> None:
    machine, restored = moments(), moments()
    wire = machine.irq(5)
    wire.set(True)
    machine.save(tmp_path / "saved")
    other = restored.irq(5)
    restored.restore(tmp_path / "saved")
    assert other.level
    other.set(False)
    wire.set(False)
    assert bytes(restored.device("pic").state) == bytes(machine.device("pic").state)


def test_memory_that_is_not_in_the_file_is_zero(tmp_path: Path) -> None:
    machine, restored = moments(), moments()
    machine.save(tmp_path / "saved")
    restored.board.memory.ram[:] = b"\xa5" * (2 * MIB)
    restored.restore(tmp_path / "saved")
    for there in (slice(0, 0xA0000), slice(0xC0000, None)):  # devices are in between
        found, wanted = restored.board.memory.ram[there], machine.board.memory.ram[there]
        assert bytes(found) == bytes(wanted)
    assert (tmp_path / "saved").stat().st_size < 16 << 10


@pytest.mark.parametrize(
    ("other", "found", "expected"),
    [
        (lambda: moments(ram_bytes=4 * MIB), "memory: 0x0+0xa0000, 0xc0000+0x140000", "0x340000"),
        (lambda: moments(STEP_NS + 1), "VM time: 200000 ns an access", "VM time: 200001 ns"),
    ],
)
def test_a_save_of_another_machine_is_refused(
    tmp_path: Path, other: Callable[[], Machine], found: str, expected: str
) -> None:
    machine = moments()
    machine.run(RunLimits(accesses=100))
    machine.save(tmp_path / "saved")
    restored = other()
    before = all_of_it(restored)
    with pytest.raises(AuthorError) as refused:
        restored.restore(tmp_path / "saved")
    assert found in refused.value.found
    assert expected in refused.value.expected
    assert all_of_it(restored) == before


def test_devices_elsewhere_are_refused(tmp_path: Path) -> None:
    machine, restored = moments(), moments()
    machine.run(RunLimits(accesses=100))
    machine.save(tmp_path / "saved")
    restored.bus.update(restored.device("port92"), at=0x93)
    before = all_of_it(restored)
    with pytest.raises(AuthorError, match="port92 at pio 0x92") as refused:
        restored.restore(tmp_path / "saved")
    assert "port92 at pio 0x93" in refused.value.expected
    assert all_of_it(restored) == before


def test_a_device_that_refuses_leaves_nothing_behind(tmp_path: Path) -> None:
    """The devices before it, the clock and the vCPU were restored already."""
    machine, restored = moments(), moments()
    machine.run(RunLimits(accesses=100))
    machine.save(tmp_path / "saved")
    saved = file.decode((tmp_path / "saved").read_bytes(), "saved")
    last = f"device {len(machine.devices) - 1}"
    damaged = file.compressed(last, [saved.sections[last].content()[:-1]])
    changed = file.MachineFile(saved.machine, saved.state, {**saved.sections, last: damaged})
    (tmp_path / "saved").write_bytes(file.encode(changed))
    before, registers = all_of_it(restored), restored.cpu.save()
    with pytest.raises(AuthorError, match="a saved device of"):
        restored.restore(tmp_path / "saved")
    assert all_of_it(restored) == before
    assert restored.cpu.save() == registers


class CellState(Struct):
    value: u32


class Cell(Device[CellState]):
    name = "cell"
    regions = (pio(4),)


def with_cell(memory: StateMemory[CellState] | None = None) -> tuple[Machine, Cell]:
    machine = moments()
    cell = Cell(machine.clock, memory)
    machine.add(cell, at=0x700)
    return machine, cell


def test_state_in_a_map_of_the_kernel_is_state(tmp_path: Path) -> None:
    try:
        memory = KernelEngine().memory(CellState)
    except HostError as error:
        pytest.skip(error.found)
    (machine, cell), (in_kernel, there) = with_cell(), with_cell(memory)
    cell.state.value = 7
    machine.save(tmp_path / "saved")
    in_kernel.restore(tmp_path / "saved")
    assert there.state.value == memory.state.value == 7
    memory.state.value = 8
    in_kernel.save(tmp_path / "saved")
    machine.restore(tmp_path / "saved")
    assert cell.state.value == 8


def test_vm_time_that_is_later_stays(tmp_path: Path) -> None:
    machine = moments()
    machine.save(tmp_path / "saved")
    later = moments()
    assert isinstance(later.clock, ManualClock)
    later.clock.advance(5)
    later.restore(tmp_path / "saved")
    assert later.clock.now_ns() == 5


def test_a_running_machine_is_not_saved(tmp_path: Path) -> None:
    machine = moments()
    refused: list[AuthorError] = []

    def save(_data: bytes) -> None:
        with pytest.raises(AuthorError, match="while it runs") as error:
            machine.save(tmp_path / "saved")
        refused.append(error.value)

    machine.console._also = save
    machine.run()
    assert refused
    assert not (tmp_path / "saved").exists()


def test_a_disk_without_room_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "saved").write_bytes(b"old")

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(HostError, match="no space left on device"):
        moments().save(tmp_path / "saved")
    assert [each.name for each in tmp_path.iterdir()] == ["saved"]
    assert (tmp_path / "saved").read_bytes() == b"old"


SAVES = """
import sys
from pathlib import Path
from vm.saving.machines import moments
machine = moments()
while True:
    machine.save(Path(sys.argv[1]))
    print("saved", flush=True)
"""


def test_a_kill_leaves_a_whole_file(tmp_path: Path) -> None:
    path, random = tmp_path / "saved", Random(1)
    for _ in range(2):
        command = [sys.executable, "-c", SAVES, str(path)]
        saving = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=TESTS)
        assert saving.stdout is not None
        assert saving.stdout.readline() == b"saved\n"
        time.sleep(random.uniform(0, 0.05))
        saving.kill()
        saving.communicate()
        moments().restore(path)
