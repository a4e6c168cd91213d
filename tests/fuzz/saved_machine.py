# SPDX-License-Identifier: Apache-2.0
"""Saved machines and vCPUs, restored: all of it or nothing.

A machine's head says what fits to the rest: no fuzzer would find its sums.
"""

from __future__ import annotations

import functools
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from fuzz.harness import Format
from lightexit.vm.machine import Machine
from lightexit.vm.saving.file import MachineHead
from vm.saving.machines import small

_SIZE = MachineHead.layout.size
_SAVED = Path(__file__).parents[1] / "golden" / "saved"


@functools.cache
def _machine() -> tuple[Machine, Path]:
    return small(), Path(tempfile.mkdtemp()) / "saved"


def read_machine(data: bytes) -> object:
    machine, path = _machine()
    before = machine.cpu.save(), [device.save() for device in machine.devices]
    path.write_bytes(_with_sums(data))
    try:
        machine.restore(path)
    except BaseException:
        assert (machine.cpu.save(), [device.save() for device in machine.devices]) == before
        raise
    return machine


def _with_sums(data: bytes) -> bytes:
    if len(data) < _SIZE:
        return data
    head = MachineHead.view(bytearray(data[:_SIZE]))
    head.body_size = min(head.body_size, len(data) - _SIZE)
    head.table_size = len(data) - _SIZE - head.body_size
    head.checksum = zlib.crc32(data[_SIZE:])
    head.head_checksum = zlib.crc32(bytes(head)[:-4])
    return bytes(head) + data[_SIZE:]


def machines() -> Iterator[bytes]:
    _machine()[0].cpu.save()  # before memory is limited: Unicorn exits where it gets none
    for path in _SAVED.iterdir():
        yield path.read_bytes()


def read_cpu(data: bytes) -> object:
    """Any registers are taken, and are those that are saved then."""
    cpu = _machine()[0].cpu
    cpu.restore(data)
    saved = cpu.save()
    cpu.restore(saved)
    assert cpu.save() == saved
    return cpu


def cpus() -> Iterator[bytes]:
    machine, path = _machine()
    yield machine.cpu.save()
    for data in machines():
        path.write_bytes(data)
        machine.restore(path)
        yield machine.cpu.save()


MACHINES = Format(read_machine, machines, words=("LEXTVM", "sections"), longest=8 << 10)
CPUS = Format(read_cpu, cpus, words=(), longest=4 << 10)
