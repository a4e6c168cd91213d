# SPDX-License-Identifier: Apache-2.0
"""ACPI tables: checksums, how they find each other, what they say; and what iasl reads in them."""

from __future__ import annotations

import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from lightexit.devices import hpet
from lightexit.vm import places
from lightexit.vm.boot import Platform
from lightexit.vm.boot.acpi import tables

BASE = 0xE0000
FULL = Platform(cpus=2, hpet=True)


class Tables:
    """The tables as an operating system finds them, from the root pointer on."""

    def __init__(self, platform: Platform) -> None:
        self.image = tables(platform, BASE)
        self.root = self.image[:36]
        self.rsdt, self.xsdt = (
            self.table(struct.unpack_from("<I", self.root, 16)[0]),
            self.table(struct.unpack_from("<Q", self.root, 24)[0]),
        )
        addresses = [entry for (entry,) in struct.iter_unpack("<Q", self.xsdt[36:])]
        self.by_name = {self.table(entry)[:4].decode(): self.table(entry) for entry in addresses}
        fadt = self.by_name["FACP"]
        self.by_name["DSDT"] = self.table(struct.unpack_from("<Q", fadt, 140)[0])
        self.by_name["FACS"] = self.table(struct.unpack_from("<I", fadt, 36)[0])

    def table(self, address: int) -> bytes:
        start = address - BASE
        (size,) = struct.unpack_from("<I", self.image, start + 4)
        return self.image[start : start + size]


@pytest.mark.parametrize("platform", [Platform(), FULL, Platform(apics=False, timer_bits=32)])
def test_every_table_sums_up_to_zero(platform: Platform) -> None:
    found = Tables(platform)
    summed = [table for name, table in found.by_name.items() if name != "FACS"]
    for table in (found.root[:20], found.root, found.rsdt, found.xsdt, *summed):
        assert sum(table) % 256 == 0


def test_the_root_pointer_leads_to_the_same_tables_twice() -> None:
    found = Tables(FULL)
    assert found.root[:8] == b"RSD PTR "
    assert (found.root[15], found.root[20]) == (2, 36)
    assert (found.rsdt[:4], found.xsdt[:4]) == (b"RSDT", b"XSDT")
    short = [entry for (entry,) in struct.iter_unpack("<I", found.rsdt[36:])]
    assert short == [entry for (entry,) in struct.iter_unpack("<Q", found.xsdt[36:])]
    assert list(found.by_name) == ["FACP", "APIC", "HPET", "DSDT", "FACS"]


def test_tables_of_missing_devices_are_not_listed() -> None:
    assert list(Tables(Platform(apics=False)).by_name) == ["FACP", "DSDT", "FACS"]


def test_the_fadt_names_the_pm_block_and_the_reset_register() -> None:
    fadt = Tables(FULL).by_name["FACP"]
    assert len(fadt) == 276
    assert struct.unpack_from("<H", fadt, 46) == (9,)
    assert struct.unpack_from("<IBB", fadt, 48) == (0xB2, 0xF1, 0xF0)
    event, control, timer, gpe = (struct.unpack_from("<I", fadt, at)[0] for at in (56, 64, 76, 80))
    assert (event, control, timer, gpe) == (0xB000, 0xB004, 0xB008, 0xAFE0)
    assert struct.unpack_from("<BBBBQB", fadt, 116) == (1, 8, 0, 1, 0xCF9, 0x06)
    extended = [struct.unpack_from("<BBBBQ", fadt, at) for at in (148, 172, 208, 220)]
    assert extended == [
        (1, 32, 0, 3, event),
        (1, 16, 0, 2, control),
        (1, 32, 0, 3, timer),
        (1, 32, 0, 3, gpe),
    ]


@pytest.mark.parametrize(("bits", "flag"), [(24, 0), (32, 1)])
def test_the_fadt_gives_the_width_of_the_timer(bits: int, flag: int) -> None:
    (flags,) = struct.unpack_from("<I", Tables(Platform(timer_bits=bits)).by_name["FACP"], 112)
    assert (flags >> 8 & 1, flags >> 10 & 1) == (flag, 1)


def test_the_madt_names_every_cpu_and_both_overrides() -> None:
    madt = Tables(Platform(cpus=3)).by_name["APIC"]
    assert struct.unpack_from("<II", madt, 36) == (0xFEE0_0000, 1)
    entries, at = [], 44
    while at < len(madt):
        entries.append(madt[at : at + madt[at + 1]])
        at += madt[at + 1]
    assert [entry.hex() for entry in entries] == [
        "0008000001000000",
        "0008010101000000",
        "0008020201000000",
        "010c03000000c0fe00000000",
        "020a00000200" + "00000000",
        "020a000909000000" + "0d00",
        "0406ff000001",
    ]


def test_the_hpet_table_agrees_with_the_capabilities_register() -> None:
    table = Tables(FULL).by_name["HPET"]
    assert struct.unpack_from("<IBBBBQB", table, 36) == (
        hpet.CAPABILITIES & 0xFFFF_FFFF,
        *(0, 0, 0, 0),
        places.HPET,
        0,
    )


def disassembled(folder: Path, name: str, table: bytes) -> str:
    tool = shutil.which("iasl")
    if tool is None:
        pytest.skip("iasl is missing (Debian package acpica-tools)")
    (folder / f"{name}.dat").write_bytes(table)
    command = [tool, "-d", f"{name}.dat"]
    result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "error" not in result.stderr.lower(), result.stderr
    return (folder / f"{name}.dsl").read_text()


def test_iasl_reads_the_dsdt(tmp_path: Path) -> None:
    text = disassembled(tmp_path, "dsdt", Tables(FULL).by_name["DSDT"])
    code = text[text.index("DefinitionBlock") :]
    plain = re.sub(r"\s+", " ", re.sub(r"//[^\n]*|/\*.*?\*/", "", code)).strip()
    assert plain == (
        'DefinitionBlock ("", "DSDT", 2, "LTEXIT", "LIGHTEXI", 0x00000001) { '
        "Scope (\\_SB) { Device (COM1) { "
        'Name (_HID, EisaId ("PNP0501") ) Name (_UID, One) '
        "Name (_CRS, ResourceTemplate () { "
        "IO (Decode16, 0x03F8, 0x03F8, 0x01, 0x08, ) IRQNoFlags () {4} }) } "
        'Device (KBD) { Name (_HID, EisaId ("PNP0303") ) '
        "Name (_CRS, ResourceTemplate () { "
        "IO (Decode16, 0x0060, 0x0060, 0x01, 0x01, ) "
        "IO (Decode16, 0x0064, 0x0064, 0x01, 0x01, ) IRQNoFlags () {1} }) } } "
        "Name (\\_S3, Package (0x04) { One, One, Zero, Zero }) "
        "Name (\\_S5, Package (0x04) { Zero, Zero, Zero, Zero }) }"
    )


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        (
            "FACP",
            [
                "SCI Interrupt : 0009",
                "PM Timer Block Address : 0000B008",
                "Reset Register Supported (V2) : 1",
                "32-bit PM Timer (V1) : 0",
                "Value to cause reset : 06",
                "DSDT Address : 00000000000E0080",
            ],
        ),
        ("APIC", ["Local Apic Address : FEE00000", "Source : 09", "Interrupt Input LINT : 01"]),
        ("HPET", ["Hardware Block ID : 8086A201", "Address : 00000000FED00000"]),
    ],
)
def test_iasl_reads_the_other_tables(name: str, lines: list[str], tmp_path: Path) -> None:
    text = disassembled(tmp_path, name, Tables(FULL).by_name[name])
    assert "Invalid" not in text
    for line in lines:
        assert line in text
