# SPDX-License-Identifier: Apache-2.0
"""What data sheets say, as traces that are known to be right: what no comparison can show."""

from __future__ import annotations

from collections.abc import Sequence

from lightexit.abi import Space
from lightexit.devices.fw_cfg import FwCfgKey
from lightexit.testing import Drive, Expect, FromOutside, Read, Reset, Step, Trace, Wait, Write
from lightexit.vm import places


def _read(port: int, answer: int, size: int = 1) -> Step:
    return Read(Space.PIO, port, size, answer)


def _write(port: int, value: int, size: int = 1) -> Step:
    return Write(Space.PIO, port, size, value)


#: QEMU's docs/specs/fw_cfg: the signature, from its beginning; behind its end, zeros.
_SIGNATURE = (
    _write(places.FW_CFG, FwCfgKey.SIGNATURE, 2),
    *(_read(places.FW_CFG + 1, answer) for answer in b"QEMU\0\0"),
)
#: There, too: the directory of one file, its size, key and name; then the file.
_DIRECTORY = (
    _write(places.FW_CFG, FwCfgKey.FILE_DIRECTORY, 2),
    *(_read(places.FW_CFG + 1, answer) for answer in b"\0\0\0\1\0\0\0\2\0\x20\0\0etc/lamp"),
    *(_read(places.FW_CFG + 1, 0) for _ in range(49)),
    _write(places.FW_CFG, 0x20, 2),
    *(_read(places.FW_CFG + 1, answer) for answer in b"on\0"),
)
#: ACPI 6.5, 4.8.3: PM1_STS, PM1_EN and PM1_CNT; the power button raises the SCI.
_STATUS, _ENABLE, _CONTROL = 0x600, 0x602, 0x604
_POWER_BUTTON = (
    _write(_ENABLE, 0x100, 2),
    _write(_CONTROL, 1, 2),
    FromOutside("press_power_button"),
    Expect(("pm", 0), True),
    _read(_STATUS, 0x100, 2),
    _write(_STATUS, 0x100, 2),
    _read(_STATUS, 0, 2),
    Expect(("pm", 0), False),
)
#: 82441FX, 3.2: vendor and device of function 0, and its command; a reset brings both back.
_ADDRESS, _DATA = 0xCF8, 0xCFC
_CONFIGURATION = (
    _write(_ADDRESS, 1 << 31, 4),
    _read(_DATA, 0x1237_8086, 4),
    Reset(),
    _write(_ADDRESS, 1 << 31, 4),
    _read(_DATA, 0x1237_8086, 4),
)
#: The CMOS map of a PC of 5 GiB, as QEMU and SeaBIOS have it: 640 KiB; KiB above 1 MiB, at most
#: 65,535, twice; 64-KiB blocks above 16 MiB, and above 4 GiB.
_MEMORY = {
    0x15: 0x80,
    0x16: 0x02,
    0x17: 0xFF,
    0x18: 0xFF,
    0x30: 0xFF,
    0x31: 0xFF,
    0x34: 0x00,
    0x35: 0xBF,
    0x5B: 0x00,
    0x5C: 0x80,
    0x5D: 0x00,
}
_CMOS = [
    step
    for register, answer in _MEMORY.items()
    for step in (_write(places.RTC, register), _read(places.RTC + 1, answer))
]
#: 82C54: mode 0, BCD, count 1000; it is loaded by the first CLK, and 100 us are 119 of them.
_BCD = (
    _write(places.PIT + 3, 0x31),
    _write(places.PIT, 0x00),
    _write(places.PIT, 0x10),
    Wait(100_000),
    _write(places.PIT + 3, 0x00),
    _read(places.PIT, 0x82),
    _read(places.PIT, 0x08),
    Expect(("pit", 0), False),
    Wait(740_000),
    Expect(("pit", 0), True),
)
#: IBM PS/2 technical reference, keyboard commands F5 and F4: disabled, no key is told.
_SCANNING = (
    _write(places.PS2, 0xF5),
    _read(places.PS2, 0xFA),
    FromOutside("type_codes", b"\x1e"),
    _read(places.PS2 + 4, 0x10),
    _write(places.PS2, 0xF4),
    _read(places.PS2, 0xFA),
    FromOutside("type_codes", b"\x1e"),
    _read(places.PS2, 0x1E),
)
#: 16550D, 8.6: CTS, DSR and DCD come up, each with its delta; reading clears those.
_MODEM = (
    FromOutside("set_modem", 0),
    Read(Space.PIO, places.COM1 + 6, 1),
    _read(places.COM1 + 6, 0),
    FromOutside("set_modem", 0xB0),
    _read(places.COM1 + 6, 0xBB),
    _read(places.COM1 + 6, 0xB0),
    FromOutside("set_modem", 0xF0),
    _read(places.COM1 + 6, 0xF0),
    FromOutside("set_modem", 0x30),
    _read(places.COM1 + 6, 0x3C),
)
#: 16550: of two characters in the FIFO, the second has a parity error: bit 7 of LSR until it is
#: read, PE once it is the first.
_LSR = places.COM1 + 5
_PARITY = (
    _write(places.COM1 + 2, 0x01),
    FromOutside("receive", 0x41, 0),
    FromOutside("receive", 0x42, 0x04),
    _read(_LSR, 0xE1),
    _read(places.COM1, 0x41),
    _read(_LSR, 0xE5),
    _read(places.COM1, 0x42),
    _read(_LSR, 0x60),
)
#: MC146818: the RESET pin clears PIE, AIE, UIE and SQWE of register B, nothing else of it.
_RESET = (
    _write(places.RTC, 0x0B),
    _write(places.RTC + 1, 0x7F),
    _read(places.RTC + 1, 0x7F),
    Reset(),
    _write(places.RTC, 0x0B),
    _read(places.RTC + 1, 0x07),
)


def _entry(answer: int) -> list[Step]:
    """The low half of the I/O APIC's first entry."""
    return [
        Write(Space.MMIO, places.IOAPIC, 4, 0x10),
        Read(Space.MMIO, places.IOAPIC + 0x10, 4, answer),
    ]


#: 82093AA, "remote IRR": set when a level interrupt is accepted, cleared by the EOI of its vector.
_LEVEL = (
    Write(Space.MMIO, places.IOAPIC, 4, 0x10),
    Write(Space.MMIO, places.IOAPIC + 0x10, 4, 0x8041),
    Drive(("ioapic", 0), True),
    *_entry(0xC041),
    FromOutside("end_of_interrupt", 0x41),
    *_entry(0xC041),
    Drive(("ioapic", 0), False),
    FromOutside("end_of_interrupt", 0x52),
    *_entry(0xC041),
    FromOutside("end_of_interrupt", 0x41),
    *_entry(0x8041),
)
#: By the names of the devices.
DATA_SHEETS: dict[str, Sequence[Trace]] = {
    "fw_cfg": [Trace(*_SIGNATURE, *_SIGNATURE), Trace(*_DIRECTORY)],
    "i440fx": [Trace(*_CONFIGURATION)],
    "ioapic": [Trace(*_LEVEL)],
    "pit": [Trace(*_BCD)],
    "pm": [Trace(*_POWER_BUTTON)],
    "ps2": [Trace(*_SCANNING)],
    "rtc": [Trace(*_CMOS), Trace(*_RESET)],
    "uart": [Trace(*_MODEM), Trace(*_PARITY)],
}
