# SPDX-License-Identifier: Apache-2.0
"""The prototype for KVM itself (kernel/upstream): a filter as struct_ops, on a KVM device."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kernel.carried import Carried
from kernel.device_filters import entries
from kernel.inside.machine import HLT, Access, Machine, keep, port_in, port_out
from kernel.inside.struct_ops import RANGE, FilterDevice, Ops, Range, load, load_module
from lightexit.devices.port92 import Port92State
from lightexit.engine.kernel import KernelEngine

KEPT = 0x3000


@pytest.fixture(autouse=True, scope="module")
def _prototype() -> None:
    load_module()


@contextmanager
def answering(machine: Machine, asked: Range) -> Iterator[FilterDevice]:
    with closing(FilterDevice(machine.vm.fd)) as device:
        device.set(RANGE, 0, bytes(asked))
        yield device


def filter_of_the_library(name: str) -> Carried:
    (found,) = (e for e in entries(Path(os.environ["LIGHTEXIT_RIG"])) if e.name == name)
    return found


def test_port_92_is_answered_as_its_state_says(machine: Machine) -> None:
    memory = KernelEngine().memory(Port92State)
    ops = Ops(load(filter_of_the_library("port92.read_control").program, [memory.map]))
    vcpu = machine.load(port_in(0x92, 1) + keep(KEPT) + port_out(0x92, 1, 3) + HLT)
    memory.state.control = 0x5A
    with answering(machine, Range(ops.map.number, 0x92, length=1)) as device:
        assert machine.run(vcpu, lambda access: 0) == [Access(0x92, 1, True, 3)]
        assert device.counts() == (1, 1)
    assert machine.memory.ram[KEPT] == 0x5A
