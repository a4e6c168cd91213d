# SPDX-License-Identifier: Apache-2.0
"""ACPI tables, so that a kernel finds the devices of the default PC without firmware.

Reference: ACPI 6.5, sections 5.2.5 to 5.2.12 and 7.4.2 (_S3, _S5); IA-PC HPET Specification 1.0a
section 3.2.4.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, IntFlag

from lightexit.devices import calendar, hpet, pmtimer
from lightexit.devices.ps2 import Ps2Reg
from lightexit.vm import places
from lightexit.vm.boot import aml

_OEM, _OEM_TABLE, _CREATOR = b"LTEXIT", b"LIGHTEXI", b"LTEX"
_HEADER = struct.Struct("<4sIBB6s8sI4sI")
_ALIGN = 64  # what the FACS wants; the others take it
_RSDP_SIZE, _FACS_SIZE = 36, 64
_ISA_BUS, _EVERY_CPU = 0, 0xFF
_SYSTEM_MEMORY, _SYSTEM_IO = 0, 1
#: i440FX's reset control register, and what resets the whole machine.
RESET_PORT, RESET_VALUE = places.PCI_CONFIG + 1, 0x06
#: Of what `tables` gives, the FACS stands behind the root pointer; its waking vector's offset.
WAKING_VECTOR = _ALIGN + 12
#: The SLP_TYP for \\_S5, soft off.
SOFT_OFF = 0
KEYBOARD_IRQ, COM1_IRQ, SCI = 1, 4, 9
#: The I/O APIC's input that the PIT drives.
PIT_GSI = 2


class Boot(IntFlag):
    """IA-PC boot architecture flags (section 5.2.9.3)."""

    LEGACY_DEVICES = 1 << 0
    KEYBOARD_CONTROLLER = 1 << 1
    NO_VGA = 1 << 2
    NO_MSI = 1 << 3


class FixedFeature(IntFlag):
    """Fixed feature flags (section 5.2.9)."""

    WBINVD = 1 << 0
    PROC_C1 = 1 << 2
    NO_FIXED_SLEEP_BUTTON = 1 << 5
    TIMER_IS_32_BITS = 1 << 8
    RESET_REGISTER = 1 << 10


class MadtEntry(IntEnum):
    """Kinds of MADT entries (section 5.2.12)."""

    LOCAL_APIC = 0
    IO_APIC = 1
    SOURCE_OVERRIDE = 2
    LOCAL_APIC_NMI = 4


class Flags(IntFlag):
    """MPS INTI flags (section 5.2.12.5)."""

    ACTIVE_HIGH = 0b01
    LEVEL = 0b11 << 2


@dataclass(frozen=True)
class Platform:
    """What the tables tell. `apics`: a local APIC in every CPU, and an I/O APIC.

    `timer_bits` is the width of the PM timer, 24 or 32; `pm` is where the PM registers are.
    """

    cpus: int = 1
    apics: bool = True
    hpet: bool = False
    timer_bits: int = 24
    pm: int = places.PM


def tables(platform: Platform, base: int) -> bytes:
    """All tables, to be put at `base`: the root pointer (RSDP) stands first."""
    image = bytearray(_ALIGN)

    def add(table: bytes) -> int:
        address = base + len(image)
        image.extend(table + bytes(-len(table) % _ALIGN))
        return address

    facs, dsdt = add(_facs()), add(_dsdt())
    listed = [add(_fadt(platform, facs, dsdt))]
    if platform.apics:
        listed.append(add(_madt(platform)))
    if platform.hpet:
        listed.append(add(_hpet()))
    rsdt, xsdt = add(_root(b"RSDT", listed, 4)), add(_root(b"XSDT", listed, 8))
    image[:_RSDP_SIZE] = _rsdp(rsdt, xsdt)
    return bytes(image)


def _summed(data: bytes, place: int) -> bytes:
    """`data` with the byte at `place` such that all bytes sum up to 0."""
    return data[:place] + bytes([-sum(data) & 0xFF]) + data[place + 1 :]


def _table(signature: bytes, revision: int, body: bytes) -> bytes:
    size = _HEADER.size + len(body)
    header = _HEADER.pack(signature, size, revision, 0, _OEM, _OEM_TABLE, 1, _CREATOR, 1)
    return _summed(header + body, 9)


def _rsdp(rsdt: int, xsdt: int) -> bytes:
    """Two checksums: of the first 20 bytes, which is all that ACPI 1.0 had, and of all."""
    first = struct.pack("<8sB6sBI", b"RSD PTR ", 0, _OEM, 2, rsdt)
    rest = struct.pack("<IQB3x", _RSDP_SIZE, xsdt, 0)
    return _summed(_summed(first, 8) + rest, 32)


def _root(signature: bytes, addresses: Iterable[int], size: int) -> bytes:
    body = b"".join(address.to_bytes(size, "little") for address in addresses)
    return _table(signature, 1, body)


def _facs() -> bytes:
    version = 2
    return struct.pack("<4sI24xB", b"FACS", _FACS_SIZE, version).ljust(_FACS_SIZE, b"\0")


def _ports(base: int, size: int) -> bytes:
    """A generic address structure: a register block of `size` bytes at I/O ports."""
    access = size.bit_length() if size in (1, 2, 4) else 0
    return struct.pack("<BBBBQ", _SYSTEM_IO, 8 * size, 0, access, base)


def _fadt(platform: Platform, facs: int, dsdt: int) -> bytes:
    """Revision 6.5, 276 bytes; the blocks that there are stand in it twice, old and new style."""
    event, control = platform.pm + pmtimer.PmReg.PM1_STS, platform.pm + pmtimer.PmReg.PM1_CNT
    timer, gpe = platform.pm + pmtimer.PmReg.PM_TMR, places.PM_GPE0
    no_block = bytes(12)
    parts = (
        struct.pack("<IIxBH", facs, dsdt, 0, SCI),
        struct.pack("<IBBBB", places.APM, pmtimer.ACPI_ENABLE, pmtimer.ACPI_DISABLE, 0, 0),
        struct.pack("<8I", event, 0, control, 0, 0, timer, gpe, 0),
        struct.pack("<8B", 4, 2, 0, 4, 4, 0, 0, 0),  # lengths of these blocks
        struct.pack("<HH", 101, 1001),  # latencies of C2 and C3: neither is there
        struct.pack("<HHBB", 0, 0, 0, 0),  # caches, throttling
        struct.pack("<BBB", 0, 0, calendar.CENTURY),  # of the real-time clock
        struct.pack("<HxI", _boot_flags(), _features(platform)),
        _ports(RESET_PORT, 1),
        struct.pack("<BHB", RESET_VALUE, 0, 5),
        struct.pack("<QQ", 0, dsdt),
        _ports(event, 4) + no_block + _ports(control, 2) + no_block + no_block,
        _ports(timer, 4) + _ports(gpe, 4) + no_block,
        no_block + no_block,  # sleep registers of reduced hardware
        bytes(8),  # hypervisor vendor
    )
    return _table(b"FACP", 6, b"".join(parts))


def _boot_flags() -> Boot:
    return Boot.LEGACY_DEVICES | Boot.KEYBOARD_CONTROLLER | Boot.NO_VGA | Boot.NO_MSI


def _features(platform: Platform) -> FixedFeature:
    features = FixedFeature.WBINVD | FixedFeature.PROC_C1 | FixedFeature.NO_FIXED_SLEEP_BUTTON
    if platform.timer_bits == 32:
        features |= FixedFeature.TIMER_IS_32_BITS
    return features | FixedFeature.RESET_REGISTER


def _madt(platform: Platform) -> bytes:
    """The PIT's interrupt is not where the ISA has it; the SCI is level-triggered."""
    both = 1  # there is a pair of 8259s as well, to be masked
    body = struct.pack("<II", places.LOCAL_APIC, both)
    for cpu in range(platform.cpus):
        body += _entry(MadtEntry.LOCAL_APIC, struct.pack("<BBI", cpu, cpu, 1))
    io_apic_id = platform.cpus
    body += _entry(MadtEntry.IO_APIC, struct.pack("<BxII", io_apic_id, places.IOAPIC, 0))
    body += _override(0, PIT_GSI, 0)
    body += _override(SCI, SCI, Flags.ACTIVE_HIGH | Flags.LEVEL)
    body += _entry(MadtEntry.LOCAL_APIC_NMI, struct.pack("<BHB", _EVERY_CPU, 0, 1))
    return _table(b"APIC", 5, body)


def _override(source: int, gsi: int, flags: int) -> bytes:
    return _entry(MadtEntry.SOURCE_OVERRIDE, struct.pack("<BBIH", _ISA_BUS, source, gsi, flags))


def _entry(kind: MadtEntry, body: bytes) -> bytes:
    return bytes([kind, 2 + len(body)]) + body


def _hpet() -> bytes:
    block_id = hpet.CAPABILITIES & 0xFFFF_FFFF
    address = struct.pack("<BBBBQ", _SYSTEM_MEMORY, 0, 0, 0, places.HPET)
    return _table(b"HPET", 1, struct.pack("<I", block_id) + address + struct.pack("<BHB", 0, 0, 0))


def _dsdt() -> bytes:
    serial = aml.device(
        "COM1",
        aml.name("_HID", aml.eisa_id("PNP0501")),
        aml.name("_UID", aml.integer(1)),
        aml.name("_CRS", aml.resources(aml.io(places.COM1, 8), aml.irq(COM1_IRQ))),
    )
    keyboard = aml.device(
        "KBD",
        aml.name("_HID", aml.eisa_id("PNP0303")),
        aml.name(
            "_CRS",
            aml.resources(
                aml.io(places.PS2, 1), aml.io(places.PS2 + Ps2Reg.STATUS, 1), aml.irq(KEYBOARD_IRQ)
            ),
        ),
    )
    sleep = _sleep("\\_S3", pmtimer.SUSPEND) + _sleep("\\_S5", SOFT_OFF)
    return _table(b"DSDT", 2, aml.scope("\\_SB", serial, keyboard) + sleep)


def _sleep(name: str, kind: int) -> bytes:
    return aml.name(name, aml.package(*map(aml.integer, (kind, kind, 0, 0))))
