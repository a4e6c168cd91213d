# SPDX-License-Identifier: Apache-2.0
"""The module, KVM, and a machine for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kernel.inside.machine import Machine
from kernel.inside.programs import READER, Cell
from kernel.inside.request import load, request
from lightexit.abi import Attach
from lightexit.engine.kernel import KernelEngine, KernelMemory
from lightexit.vm.kvm.attach import KernelModule
from lightexit.vm.kvm.system import Kvm


@pytest.fixture(scope="session")
def module() -> KernelModule:
    return KernelModule()


@pytest.fixture(scope="session")
def kvm() -> Kvm:
    return Kvm()


@pytest.fixture
def machine(kvm: Kvm) -> Iterator[Machine]:
    made = Machine(kvm)
    yield made
    made.vm.close()


@pytest.fixture
def cell() -> KernelMemory[Cell]:
    memory = KernelEngine().memory(Cell)
    memory.state.value = 0x1234_5678
    return memory


@pytest.fixture
def request_(machine: Machine) -> Iterator[Attach]:
    """A request that is in order."""
    descriptor = load(READER, KernelEngine().memory(Cell).map)
    yield request(machine.vm.fd, descriptor.number)
    del descriptor
