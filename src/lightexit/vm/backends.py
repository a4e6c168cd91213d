# SPDX-License-Identifier: Apache-2.0
"""The CPU back ends by name. Neither is imported before it is asked for."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lightexit.bus.bus import BusCpu
    from lightexit.vm.exits import Cpu
    from lightexit.vm.memory import GuestMemory


class BackEnd(StrEnum):
    """What runs the guest's code."""

    UNICORN = "unicorn"
    KVM = "kvm"


def make_cpu(back_end: BackEnd, memory: GuestMemory, bus_cpu: BusCpu) -> Cpu:
    """One CPU with that memory and bus. Raises HostError where this host has no such back end."""
    if back_end is BackEnd.KVM:
        return _kvm_cpu(memory, bus_cpu)
    from lightexit.vm.unicorn import UnicornCpu

    return UnicornCpu(memory, bus_cpu)


def _kvm_cpu(memory: GuestMemory, bus_cpu: BusCpu) -> Cpu:
    from lightexit.vm.boot.kvm import BootableKvmCpu
    from lightexit.vm.kvm.system import Kvm
    from lightexit.vm.kvm.vm import Vm

    vm = Vm(Kvm())
    vm.add(memory)
    return BootableKvmCpu(vm, bus_cpu)
