# SPDX-License-Identifier: Apache-2.0
"""A machine saved to a file, and restored from one.

Everything in the file is read and checked first. What then cannot be applied after all, as a vCPU
that this host's KVM refuses, is taken back; memory, which always can, comes last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from lightexit.devices.saved import NEVER
from lightexit.errors import AuthorError
from lightexit.files import read_file
from lightexit.vm.saving import memory
from lightexit.vm.saving.file import MachineFile, SavedSection, compressed, decode, encode, write

if TYPE_CHECKING:
    from lightexit.bus.lock import StateLock
    from lightexit.vm.machine import Machine
    from lightexit.vm.memory import MemorySlot

#: What a file has besides memory, at most.
_MOST_BESIDES = 64 << 20


class Processors(Protocol):
    """Who runs the vCPUs."""

    def settle(self) -> None:
        """Have nothing on its way between devices."""
        ...

    @property
    def flags(self) -> list[bool]:
        """What is known of the vCPUs here, and not in the back end."""
        ...

    def restore(self, flags: Sequence[bool]) -> None:
        """Everything else was restored."""
        ...


@dataclass(frozen=True)
class Condition:
    """A machine's, but for memory. `places` are those of all registers, which guests may move."""

    now_ns: int
    flags: list[bool]
    wires: Mapping[str, Sequence[bool]]
    places: list[str]
    devices: list[bytes]
    cpus: list[bytes]
    board: Mapping[str, bytes]


def save(machine: Machine, processors: Processors, path: Path) -> None:
    """What `Machine.save` does."""
    _check_stopped(machine, "saved")
    condition, ram = _condition(machine, processors), machine.board.memory
    sections = [compressed(name, [content]) for name, content in _sections(condition).items()]
    sections += [memory.save(ram, slot) for slot in ram.slots]
    by_name = {each.name: each for each in sections}
    write(path, encode(MachineFile(described(machine), _small(condition), by_name)))


def restore(machine: Machine, processors: Processors, path: Path) -> None:
    """What `Machine.restore` does."""
    _check_stopped(machine, "restored")
    ram, before = machine.board.memory, _condition(machine, processors)
    most = sum(slot.size for slot in ram.slots) + _MOST_BESIDES
    data = read_file(path, "a saved machine", most, if_larger="a machine with as much memory")
    saved = decode(data, str(path))
    _check_same(saved.machine, described(machine), path)
    condition, images = _read(saved, before, path), _images(saved, machine, path)
    try:
        _apply(machine, processors, condition)
    except BaseException:
        _apply(machine, processors, before)
        raise
    for slot, image in images.items():
        memory.restore(ram, slot, image)


def _images(saved: MachineFile, machine: Machine, path: Path) -> dict[MemorySlot, SavedSection]:
    found = {}
    for slot in machine.board.memory.slots:
        image = saved.sections.get(memory.title(slot))
        if image is None:
            raise _incomplete(path)
        memory.check(slot, image)
        found[slot] = image
    return found


def _check_stopped(machine: Machine, what: str) -> None:
    if machine.bus.is_running:
        raise AuthorError(
            f"a machine is to be {what} while it runs",
            expected="one that does not: its run has returned",
            hint="Machine.stop",
        )


def described(machine: Machine) -> dict[str, str]:
    """What must be the same where a save is restored."""
    clock, slots = machine.clock, machine.board.memory.slots
    steps = f"{clock.step_ns} ns an access" if clock.step_ns else "set by hand"
    return {
        "vCPUs": str(len(machine.cpus)),
        "interrupt controllers": f"irqchip={machine.irqchip}",
        "memory": ", ".join(f"{slot.address:#x}+{slot.size:#x}" for slot in slots),
        "VM time": "host time" if clock.runs_by_itself else steps,
        "devices": ", ".join(device.name for device in machine.devices),
    }


def _check_same(saved: Mapping[str, str], here: Mapping[str, str], path: Path) -> None:
    for name in {**here, **saved}:
        if saved.get(name) != here.get(name):
            raise AuthorError(
                f"{path} was saved by a machine with {name}: {saved.get(name, 'not told')}",
                expected=f"{name}: {here.get(name, 'not told')}, as this one has",
                advice="restore it into a machine that is put together as the saved one was",
            )


def _places(machine: Machine) -> list[str]:
    return [
        f"{device.name} at {region.space.name.lower()} {region.base:#x}+{region.size:#x}"
        for device in machine.devices
        for region in machine.bus.regions(device)
    ]


def _locked(machine: Machine) -> StateLock:
    return machine.bus.locked(*dict.fromkeys(device.memory for device in machine.devices))


def _condition(machine: Machine, processors: Processors) -> Condition:
    processors.settle()
    with _locked(machine):
        return Condition(
            machine.clock.now_ns(),
            processors.flags,
            machine.inputs.levels,
            _places(machine),
            [device.save() for device in machine.devices],
            [cpu.save() for cpu in machine.cpus],
            machine.board.save(),
        )


def _apply(machine: Machine, processors: Processors, condition: Condition) -> None:
    """The clock first: devices ask it. Whoever drives an input from outside comes last."""
    machine.clock.advance(condition.now_ns - machine.clock.now_ns())
    with _locked(machine):
        for device, state in zip(machine.devices, condition.devices, strict=True):
            device.restore(state)
        machine.inputs.restore(condition.wires)
    for cpu, registers in zip(machine.cpus, condition.cpus, strict=True):
        cpu.restore(registers)
    machine.board.restore(condition.board)
    processors.restore(condition.flags)
    for saved, here in zip(condition.places, _places(machine), strict=True):
        if saved != here:
            raise AuthorError(
                f"a machine was saved with {saved}",
                expected=f"{here}, as this one has it",
                advice="restore it into a machine that is put together as the saved one was",
            )


# As a file has it


def _small(condition: Condition) -> dict[str, Any]:
    return {
        "now_ns": condition.now_ns,
        "flags": condition.flags,
        "wires": condition.wires,
        "places": condition.places,
    }


def _sections(condition: Condition) -> dict[str, bytes]:
    devices = {f"device {number}": each for number, each in enumerate(condition.devices)}
    cpus = {f"cpu {number}": each for number, each in enumerate(condition.cpus)}
    return {**devices, **cpus, **{f"board {k}": each for k, each in condition.board.items()}}


def _read(saved: MachineFile, before: Condition, path: Path) -> Condition:
    """As the file has it, for a machine that is now as `before`."""
    parts = {name: each for name, each in saved.sections.items() if not name.startswith("memory")}
    contents = {name: each.content() for name, each in parts.items()}
    state = saved.state
    try:
        now_ns = state["now_ns"]
        condition = Condition(
            max(int(now_ns), before.now_ns),
            [bool(each) for each in state["flags"]],
            {str(k): [bool(each) for each in v] for k, v in state["wires"].items()},
            [str(each) for each in state["places"]],
            [contents[f"device {number}"] for number in range(len(before.devices))],
            [contents[f"cpu {number}"] for number in range(len(before.cpus))],
            {name[6:]: each for name, each in contents.items() if name.startswith("board ")},
        )
    except (KeyError, ValueError, TypeError, AttributeError):
        raise _incomplete(path) from None
    wanted = len(before.flags), len(before.places)
    if (len(condition.flags), len(condition.places)) != wanted or not 0 <= now_ns < NEVER:
        raise _incomplete(path)
    return condition


def _incomplete(path: Path) -> AuthorError:
    return AuthorError(
        f"{path} lacks a part of a saved machine", expected="a file that --save has written"
    )
