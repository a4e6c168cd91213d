# SPDX-License-Identifier: Apache-2.0
"""Which map of addresses a VM's machine has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from lightexit.abi import Space
from lightexit.trace.names.maps import AddressMap, windows_of
from lightexit.trace.names.registers import NamedWindow, own_windows, regions_of
from lightexit.vm.places import PC

#: The table of a VMM's machines, where it has one map only.
_TABLES = {
    "": "qemu-pc",
    "cloud-hypervisor": "cloud-hypervisor",
    "firecracker": "firecracker",
    "crosvm": "crosvm",
    "kvmtool": "kvmtool",
}


@cache
def map_of(vmm: str, machine: str) -> AddressMap:
    """The map of a VMM's machine; of an unknown VMM, what every PC has."""
    return the_map(_qemu_table(machine) if vmm == "qemu" else _TABLES.get(vmm, vmm))


def _qemu_table(machine: str) -> str:
    if machine.startswith(("q35", "pc-q35")):
        return "qemu-q35"
    if machine.startswith("microvm"):
        return "qemu-microvm"
    return "qemu-pc" if machine.startswith("pc") or machine in ("", "isapc") else "other"


#: All maps but our own machine's.
TABLES = ("qemu-pc", "qemu-q35", "qemu-microvm", *list(_TABLES.values())[1:], "pc")


@cache
def the_map(table: str) -> AddressMap:
    """The map that a table is, or our own machine's; what every PC has where it is neither."""
    if table == "lightexit":
        own = list(_own())
        taken = {at for each in own for at in range(each.first, each.last + 1) if _is_msr(each)}
        msrs = (each for each in windows_of("cpu") if _is_msr(each) and each.first not in taken)
        return AddressMap([*own, *msrs])
    return AddressMap(windows_of(table if table in TABLES else "pc"))


def _is_msr(window: NamedWindow) -> bool:
    return window.space is Space.MSR


def _own() -> Iterator[NamedWindow]:
    """Our own machine's devices."""
    for kind, place in PC.items():
        at = {regions_of(kind)[0].name: place} if isinstance(place, int) else place
        for window, base in at.items():
            if base is not None:
                yield from own_windows(kind, window, base, kind)
