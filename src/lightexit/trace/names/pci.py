# SPDX-License-Identifier: Apache-2.0
"""Where a VM's PCI functions are, as QEMU's `query-pci` tells, and what their registers are called.

References: QEMU's QMP reference manual; virtio 1.2, sections 4.1.4.3 and 4.1.4.10 (legacy).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lightexit.abi import Space
from lightexit.shown import one_line
from lightexit.trace.names.registers import NamedWindow

#: Functions and characters of a name that are taken from a VMM's answer, and buses below buses.
_MOST, _LONGEST, _DEEPEST = 4096, 40, 8
_VIRTIO, _FIRST_MODERN = 0x1AF4, 0x1040
#: virtio's devices by their number (section 5), and by that of a transitional function.
_KINDS = {
    1: "net",
    2: "blk",
    3: "console",
    4: "rng",
    5: "balloon",
    8: "scsi",
    9: "9p",
    16: "gpu",
    18: "input",
    19: "vsock",
    20: "crypto",
    24: "mem",
    25: "sound",
    26: "fs",
    27: "pmem",
}
_LEGACY_KINDS = {0: "net", 1: "blk", 2: "balloon", 3: "console", 4: "scsi", 5: "rng", 9: "9p"}
#: Registers of a transitional function's I/O ports.
_LEGACY = {
    0x00: "DEVICE_FEATURES",
    0x04: "DRIVER_FEATURES",
    0x08: "QUEUE_ADDRESS",
    0x0C: "QUEUE_SIZE",
    0x0E: "QUEUE_SELECT",
    0x10: "QUEUE_NOTIFY",
    0x12: "DEVICE_STATUS",
    0x13: "ISR_STATUS",
}
#: QEMU has the common configuration, ISR, the device's own and the notifications at 0, 0x1000,
#: 0x2000 and 0x3000 of the same region (hw/virtio/virtio-pci.c).
_MODERN = {
    0x00: "DEVICE_FEATURE_SELECT",
    0x04: "DEVICE_FEATURE",
    0x08: "DRIVER_FEATURE_SELECT",
    0x0C: "DRIVER_FEATURE",
    0x10: "CONFIG_MSIX_VECTOR",
    0x12: "NUM_QUEUES",
    0x14: "DEVICE_STATUS",
    0x15: "CONFIG_GENERATION",
    0x16: "QUEUE_SELECT",
    0x18: "QUEUE_SIZE",
    0x1A: "QUEUE_MSIX_VECTOR",
    0x1C: "QUEUE_ENABLE",
    0x1E: "QUEUE_NOTIFY_OFF",
    0x20: "QUEUE_DESC",
    0x28: "QUEUE_DRIVER",
    0x30: "QUEUE_DEVICE",
    0x1000: "ISR_STATUS",
    0x2000: "CONFIG",
    **dict.fromkeys(range(0x3000, 0x3100, 4), "QUEUE_NOTIFY"),  # four bytes a queue
}
_MODERN_BAR, _MODERN_SIZE = 4, 0x4000


def pci_windows(buses: object) -> list[NamedWindow]:
    """The regions of all functions; of two that overlap, the first. Whatever is not as QEMU has it
    is passed over."""
    found: list[NamedWindow] = []
    last = (-1, -1)
    every = [window for function in _functions(buses, 0) for window in _windows(function)]
    for window in sorted(every[:_MOST], key=lambda each: (each.space, each.first)):
        if (window.space, window.first) > last:
            found.append(window)
            last = window.space, window.last
    return found


def _functions(buses: object, depth: int) -> Iterator[dict[str, Any]]:
    """Those behind bridges, too."""
    for bus in _dicts(buses):
        for function in _dicts(bus.get("devices")):
            yield function
            bridge = function.get("pci_bridge")
            if isinstance(bridge, dict) and depth < _DEEPEST:
                yield from _functions([bridge], depth + 1)


def _windows(function: dict[str, Any]) -> Iterator[NamedWindow]:
    name, kind = _name(function), _virtio(function)
    for region in _dicts(function.get("regions")):
        bar, first, size = (region.get(key) for key in ("bar", "address", "size"))
        space = Space.PIO if region.get("type") == "io" else Space.MMIO
        most = 1 << (16 if space is Space.PIO else 64)
        if not (isinstance(bar, int) and isinstance(first, int) and isinstance(size, int)):
            continue
        if not (0 < first < first + size <= most):  # not mapped, or nowhere
            continue
        registers = {first: f"BAR{bar}"}
        if kind and space is Space.PIO and bar == 0:
            registers = _at(first, _LEGACY, size)
        elif kind and bar == _MODERN_BAR and size >= _MODERN_SIZE:
            registers = _at(first, _MODERN, size)
        yield NamedWindow(space, first, first + size - 1, name, registers)


def _at(first: int, registers: dict[int, str], size: int) -> dict[int, str]:
    return {first + offset: name for offset, name in registers.items() if offset < size}


def _name(function: dict[str, Any]) -> str:
    """What the VM's owner calls it, else what it is and where: virtio-net@3.0."""
    given = function.get("qdev_id")
    if isinstance(given, str) and given:
        return one_line(given, _LONGEST)
    bus, slot, number = (_int(function.get(key)) for key in ("bus", "slot", "function"))
    place = f"{slot:x}.{number:x}" if not bus else f"{bus:x}:{slot:x}.{number:x}"
    vendor, device = _ids(function)
    return f"{_virtio(function) or f'{vendor:04x}:{device:04x}'}@{place}"


def _virtio(function: dict[str, Any]) -> str:
    """virtio-net and so on; "" for what is none."""
    vendor, device = _ids(function)
    if vendor != _VIRTIO or not 0x1000 <= device < 0x1080:
        return ""
    if device < _FIRST_MODERN:
        kind = _LEGACY_KINDS.get(device - 0x1000)
    else:
        kind = _KINDS.get(device - _FIRST_MODERN)
    return f"virtio-{kind}" if kind else "virtio"


def _ids(function: dict[str, Any]) -> tuple[int, int]:
    found = function.get("id")
    told = found if isinstance(found, dict) else {}
    return _int(told.get("vendor")) & 0xFFFF, _int(told.get("device")) & 0xFFFF


def _int(value: object) -> int:
    return value if isinstance(value, int) and 0 <= value < 1 << 32 else 0


def _dicts(value: object) -> Iterable[dict[str, Any]]:
    entries = value[:_MOST] if isinstance(value, list) else []
    return (each for each in entries if isinstance(each, dict))
