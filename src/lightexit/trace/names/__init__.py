# SPDX-License-Identifier: Apache-2.0
"""What registers are called: by our devices' own tables, and by maps of other VMMs' machines."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from lightexit.abi import Space
from lightexit.trace.names.machines import map_of
from lightexit.trace.names.registers import RegisterName

if TYPE_CHECKING:
    from lightexit.trace.vms import Vm

__all__ = ["RegisterName", "apic_name", "name_of"]


def name_of(vm: Vm | None, space: Space, address: int, is_write: bool) -> RegisterName:
    """The register at a port, guest physical address or MSR number of a VM, and the filter of ours
    that answers it in that direction; without a VM, in a PC like QEMU's.

    Nothing in it where nobody knows.
    """
    return _name(*(("", "") if vm is None else (vm.vmm, vm.machine)), space, address, is_write)


@lru_cache(maxsize=1 << 17)  # a guest may access each of 65,536 ports
def _name(vmm: str, machine: str, space: Space, address: int, is_write: bool) -> RegisterName:
    return map_of(vmm, machine).name(space, address, is_write)


def apic_name(offset: int) -> str:
    """What the local APIC's register at `offset` of its page is called: "EOI"."""
    return _name("", "", Space.MMIO, 0xFEE0_0000 + offset, False).register
