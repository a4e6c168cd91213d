# SPDX-License-Identifier: Apache-2.0
"""Files that are no saves of this machine: one error each, and nothing restored of them."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from lightexit.errors import AuthorError
from lightexit.vm.machine import Machine, RunLimits
from lightexit.vm.memory import MIB, GuestMemory
from lightexit.vm.saving import file, memory
from lightexit.vm.saving.file import MachineFile, MachineHead, SavedSection
from vm.saving.machines import moments


@pytest.fixture(scope="module")
def machine() -> Iterator[Machine]:
    """Everything is refused by the same one: it is changed by nothing."""
    with moments() as built:
        yield built


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("saved") / "saved"
    source = moments()
    source.run(RunLimits(accesses=200))
    source.save(path)
    return path.read_bytes()


def refused(machine: Machine, path: Path, data: bytes) -> AuthorError:
    """The error, which has left everything as it was."""
    path.write_bytes(data)
    before = machine.cpu.save(), [device.save() for device in machine.devices]
    with pytest.raises(AuthorError) as error:
        machine.restore(path)
    assert (machine.cpu.save(), [device.save() for device in machine.devices]) == before
    return error.value


@pytest.mark.parametrize("seed", range(4))
def test_any_flipped_byte_is_found(
    machine: Machine, tmp_path: Path, saved: bytes, seed: int
) -> None:
    random = Random(seed)
    everywhere = [*range(48), *(random.randrange(len(saved)) for _ in range(60))]
    for at in everywhere:
        damaged = bytearray(saved)
        damaged[at] ^= random.randrange(1, 256)
        refused(machine, tmp_path / "saved", bytes(damaged))


def test_any_other_length_is_found(machine: Machine, tmp_path: Path, saved: bytes) -> None:
    random = Random(1)
    for size in (0, 1, 7, 39, 40, len(saved) - 1, *(random.randrange(len(saved)) for _ in "1234")):
        refused(machine, tmp_path / "saved", saved[:size])
    refused(machine, tmp_path / "saved", saved + b"\0")


def test_a_later_format_is_told_apart_from_damage(
    machine: Machine, tmp_path: Path, saved: bytes
) -> None:
    head = MachineHead.view(bytearray(saved[: MachineHead.layout.size]))
    head.format = 2
    head.head_checksum = zlib.crc32(bytes(head)[:-4])
    error = refused(machine, tmp_path / "saved", bytes(head) + saved[MachineHead.layout.size :])
    assert error.found == f"{tmp_path / 'saved'} has format 2 of saved machines"
    assert error.expected == "format 1"


def test_a_device_s_save_is_no_machine_s(machine: Machine, tmp_path: Path) -> None:
    error = refused(machine, tmp_path / "saved", machine.device("pit").save())
    assert error.found.endswith("is no saved machine")


def changed(saved: bytes, **parts: object) -> bytes:
    """With other state, as a program may write it."""
    was = file.decode(saved, "saved")
    return file.encode(MachineFile(was.machine, {**was.state, **parts}, was.sections))


@pytest.mark.parametrize(
    "parts",
    [
        {"now_ns": -1},
        {"now_ns": 2**64},
        {"now_ns": "soon"},
        {"flags": []},
        {"flags": None},
        {"wires": [1]},
        {"places": ["nowhere"]},
    ],
)
def test_a_state_that_makes_no_sense(
    machine: Machine, tmp_path: Path, saved: bytes, parts: dict[str, object]
) -> None:
    assert "lacks a part" in refused(machine, tmp_path / "saved", changed(saved, **parts)).found


def sections(saved: bytes, section: SavedSection | None, name: str) -> bytes:
    """With another section of that name, or none."""
    was = file.decode(saved, "saved")
    there = {key: each for key, each in was.sections.items() if key != name}
    if section is not None:
        there[name] = section
    return file.encode(MachineFile(was.machine, was.state, there))


@pytest.mark.parametrize("name", ["cpu 0", "device 0", "memory 0x0"])
def test_a_section_that_is_missing(
    machine: Machine, tmp_path: Path, saved: bytes, name: str
) -> None:
    data = sections(saved, None, name)
    assert "lacks a part" in refused(machine, tmp_path / "saved", data).found


def test_no_more_memory_is_spent_than_a_section_tells_of(
    machine: Machine, tmp_path: Path, saved: bytes
) -> None:
    bomb = file.compressed("cpu 0", [bytes(1 << 20)] * 256)
    assert len(bomb.stored) < 64 << 10
    assert "tells of 268435456 bytes" in found(machine, tmp_path, sections(saved, bomb, "cpu 0"))
    lying = SavedSection("cpu 0", 100, bomb.stored)
    assert "has not the 100 bytes" in found(machine, tmp_path, sections(saved, lying, "cpu 0"))
    title = "memory 0x0"
    large = SavedSection(title, bomb.size, bomb.stored)
    assert "is not what is in memory" in found(machine, tmp_path, sections(saved, large, title))
    endless = SavedSection(title, 655380, bomb.stored)
    assert "has not the 655380" in found(machine, tmp_path, sections(saved, endless, title))


def found(machine: Machine, folder: Path, data: bytes) -> str:
    """What the error says."""
    return refused(machine, folder / "saved", data).found


def test_memory_whose_bits_are_not_its_pages(
    machine: Machine, tmp_path: Path, saved: bytes
) -> None:
    title = "memory 0x0"
    for content in (b"\1" + bytes(19), bytes(20) + bytes(4096), b"\xff" * 20 + bytes(159 * 4096)):
        data = sections(saved, file.compressed(title, [content]), title)
        assert "is not what is in memory" in found(machine, tmp_path, data)


def test_a_table_that_is_none(machine: Machine, tmp_path: Path) -> None:
    tables = [b"", b"[]", b"{", b'{"machine":1}', b"[" * 100_000, b"\xff", b"9" * 5000]
    rows = ([["a", 1, 99]], [["a", -1, 0]], [["a", 1]], [1], [["a", 0, 0], ["a", 0, 0]])
    for row in rows:
        tables.append(json.dumps({"machine": {}, "state": {}, "sections": row}).encode())
    for table in tables:
        head = MachineHead()
        head.table_size, head.checksum = len(table), zlib.crc32(table)
        head.head_checksum = zlib.crc32(bytes(head)[:-4])
        assert "no table" in found(machine, tmp_path, bytes(head) + table)


def test_sparse_memory_keeps_every_page() -> None:
    random = Random(1)
    for share in (0.0, 0.1, 0.9, 1.0):
        source, target = GuestMemory(2 * MIB), GuestMemory(2 * MIB)
        for slot in source.slots:
            for start in range(slot.address, slot.address + slot.size, 4096):
                if random.random() < share:
                    source.ram[start + random.randrange(4096)] = random.randrange(1, 256)
        for slot, there in zip(source.slots, target.slots, strict=True):
            section = memory.save(source, slot)
            memory.check(there, section)
            memory.restore(target, there, section)
        assert bytes(source.ram) == bytes(target.ram)
