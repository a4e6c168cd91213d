# SPDX-License-Identifier: Apache-2.0
"""Every device of the library, as `lightexit.testing` is told of it."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from dataclasses import replace

from devices.data_sheets import DATA_SHEETS
from devices.known import GOLDEN, RECORDED, Known
from devices.ticking_hpet import ROUTES
from lightexit.abi import Space
from lightexit.bus.apic import Apic
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.bus.placing import Place
from lightexit.devices.debug_exit import DebugExit
from lightexit.devices.debugcon import Debugcon
from lightexit.devices.fw_cfg import FIRST_FILE, Dma, FwCfg, FwCfgKey
from lightexit.devices.hpet import Hpet, HpetReg
from lightexit.devices.i440fx import I440fx
from lightexit.devices.ioapic import PINS, Bit, IoApic
from lightexit.devices.local_apic import LocalApic
from lightexit.devices.local_apic_registers import LocalApicReg
from lightexit.devices.local_apic_timer import Tsc
from lightexit.devices.pic import CASCADE, Pic
from lightexit.devices.pit import Pit
from lightexit.devices.pmtimer import PmTimer
from lightexit.devices.port61 import Port61
from lightexit.devices.port92 import Port92
from lightexit.devices.ps2 import Ps2
from lightexit.devices.rtc import Rtc
from lightexit.devices.testdev import PcTestdev, TestdevReg
from lightexit.devices.uart import Uart
from lightexit.devices.virtio_mmio import AREAS, VirtioBackend, VirtioMmio
from lightexit.devices.virtio_registers import VirtioReg, VirtioStatus
from lightexit.testing import Step, Subject, Write
from lightexit.vm import places
from lightexit.vm.places import PC

#: Control fields and lengths: the file read, skipped and read on; then what is refused.
TRANSFERS = [
    (FIRST_FILE << 16 | Dma.SELECT | Dma.READ, 2),
    (FIRST_FILE << 16 | Dma.SELECT | Dma.SKIP, 1),
    (Dma.READ, 4),
    (FIRST_FILE << 16 | Dma.SELECT | Dma.WRITE, 1),
    (Dma.READ, 0xFFFF_FFFF),
]
#: Their addresses as a guest writes them, big-endian.
AT = [int.from_bytes((0x1000 + 16 * n).to_bytes(4, "big"), "little") for n in range(len(TRANSFERS))]
Notice = Callable[[bytes], object]
READY = VirtioStatus.ACKNOWLEDGE | VirtioStatus.DRIVER | VirtioStatus.FEATURES_OK
RUNNING = READY | VirtioStatus.DRIVER_OK


def hpet(clock: ManualClock, irq0: Line, irq8: Line, first: Line, second: Line) -> Hpet:
    return Hpet(clock, irq0, irq8, dict(zip(ROUTES, (first, second), strict=True)))


class Ram:
    """Some RAM, with transfers for fw_cfg at 0x1000."""

    def __init__(self) -> None:
        self.bytes = bytearray(0x2000)
        for number, (control, length) in enumerate(TRANSFERS):
            struct.pack_into(">IIQ", self.bytes, 0x1000 + 16 * number, control, length, 0x1800)

    def has(self, address: int, size: int) -> bool:
        return address + size <= len(self.bytes)

    def load(self, address: int, size: int) -> bytes:
        return bytes(self.bytes[address : address + size])

    def store(self, address: int, data: bytes) -> None:
        self.bytes[address : address + len(data)] = data


def fw_cfg(clock: ManualClock) -> FwCfg:
    return FwCfg(clock, {}, {"etc/lamp": b"on"}, Ram())


def i440fx(
    clock: ManualClock, reset: Line, shadow: Notice, pm_base: Callable[[int, bool], object]
) -> I440fx:
    return I440fx(clock, reset, shadow, pm_base)


def ioapic(
    clock: ManualClock, send: Callable[[int, int, int], object], changed: Callable[[int], object]
) -> IoApic:
    return IoApic(clock, send, changed)


def local_apic(
    clock: ManualClock, intr: Line, apic: Apic, signal: Callable[[int, int], object]
) -> LocalApic:
    return LocalApic(clock, intr, apic, signal, tsc=Tsc(lambda: 3 * clock.now_ns(), 3_000_000))


def pm(clock: ManualClock, sci: Line, sleep: Callable[[int], object]) -> PmTimer:
    return PmTimer(clock, sci, sleep)


def virtio(clock: ManualClock, irq: Line, work_at: Callable[[int, int, int], object]) -> VirtioMmio:
    """With a back end that does the consumer's work at once, and tells where in memory."""

    def work(number: int) -> None:
        queue = device.state.queues[number]
        work_at(*(getattr(queue, area) for area in AREAS.values()))
        if number:
            device.notify_used()
        else:
            device.set_config(0, b"\x01")
        if number != 2:
            device.rearm(number)

    backend = VirtioBackend(device_id=1, notify=work, queue_sizes=(16, 16, 16))
    device = VirtioMmio(clock, irq, backend)
    return device


def virtio_start(number: int, base: int = places.VIRTIO_MMIO) -> list[Step]:
    """What sets one queue up and starts the device."""
    registers = [
        (VirtioReg.DRIVER_FEATURES_SEL, 1),
        (VirtioReg.DRIVER_FEATURES, 1),
        (VirtioReg.STATUS, READY),
        (VirtioReg.QUEUE_SEL, number),
        (VirtioReg.QUEUE_NUM, 16),
        (VirtioReg.QUEUE_READY, 1),
        (VirtioReg.STATUS, RUNNING),
    ]
    return [Write(Space.MMIO, base + register, 4, value) for register, value in registers]


#: What is written to an input's entry, the interesting parts of it.
ENTRIES = [
    vector | level | masked | mode << 8
    for vector in (0x41, 0x52)
    for level in (0, Bit.LEVEL, Bit.LEVEL | Bit.LOGICAL)
    for masked in (0, Bit.MASKED)
    for mode in (0, 1, 4)
]
#: Vectors of several classes, as commands to itself and without; illegal ones, and NMIs.
VECTORS = [0x40000 | each for each in (0x31, 0x42, 0x45, 0xE2, 0x405, 0x400)] + [0x31, 0x45, 5]
HOT_APIC = [
    *[LocalApicReg.EOI, LocalApicReg.TPR, LocalApicReg.ICR_LOW, LocalApicReg.PPR] * 4,
    *[LocalApicReg.X2_EOI, LocalApicReg.X2_TPR, LocalApicReg.X2_ICR, LocalApicReg.X2_SELF_IPI] * 4,
]
ENABLED_APIC = [Write(Space.MMIO, places.LOCAL_APIC + LocalApicReg.SVR, 4, value=0x1FF)]
#: Its registers in MSRs, its timer waiting for deadlines.
IN_MSRS = [Write(Space.MSR, 0x1B, 8, 0xFEE0_0C00), Write(Space.MSR, 0x832, 8, 0x40045)]
DEADLINES = (0, 1000, 50_000, 2**64 - 1)
PCI = [
    1 << 31 | function << 8 | register
    for function in (0, 8, 11)
    for register in (0, 4, 0x40, 0x58, 0x80)
]
#: Where the ACPI function has the base of its registers.
PM_BASE = 1 << 31 | 11 << 8 | 0x40
COMMANDS = (0, 0x40, 0x80, 0xC2, 0xDC, 0xEE, 0x34, 0xB4, 0x70, 0x16, 0x55)
WORDS = (0x11, 0x13, 0x01, 0x03, 0x20, 0x60, 0x61, 0x0A, 0x0B, 0x0C, 0x68, 0xA0)
TIMERS = (0, 1, 3, 0x4C, 0x28004C, 0x2806, 0x290E, 100, 2**32 - 1, 2**32 + 5)
_HOT_VIRTIO: Sequence[int] = [
    *[VirtioReg.QUEUE_NOTIFY, VirtioReg.INTERRUPT_STATUS, VirtioReg.INTERRUPT_ACK] * 6,
    *VirtioReg,
]
#: When the machine of the traces began: 2024-02-28T23:59:50.
_BASE = 1_709_164_790

_SUBJECTS = {
    "debug_exit": Subject(DebugExit),
    "debugcon": Subject(Debugcon),
    "fw_cfg": Subject(fw_cfg, values=[*FwCfgKey, 2, 3, *AT]),
    "hpet": Subject(hpet, hot=[*HpetReg, *(each + 4 for each in HpetReg)], values=TIMERS),
    "i440fx": Subject(i440fx, values=PCI, starts=[(), [Write(Space.PIO, 0xCF8, 4, value=PM_BASE)]]),
    "ioapic": Subject(
        ioapic,
        values=[*ENTRIES, 0x41, 0x52, *range(0x10, 0x14), 0x3E, 0x3F],
        outside=("end_of_interrupt",),
        inputs=(0, 1, PINS - 1),
    ),
    "local_apic": Subject(
        local_apic,
        hot=[*HOT_APIC, *LocalApicReg],
        values=[
            *VECTORS,
            *(mode | each for each in VECTORS for mode in (0x20000, 0x8000)),
            *(0x100, 0x1FF, 0x700, 0x10700, 0xFEE0_0000, 0xFEE0_0800, 0xFEE0_0C00),
            *(0x40045, *DEADLINES),
        ],
        outside=("acknowledge", "take"),
        starts=[(), ENABLED_APIC, [*ENABLED_APIC, *IN_MSRS]],
    ),
    "pc-testdev": Subject(PcTestdev, hot=[*TestdevReg] * 4, values=(0, 1, 0x1234_5678)),
    "pic": Subject(
        Pic,
        values=WORDS,
        outside=("acknowledge",),
        inputs=[number for number in range(16) if number != CASCADE],
    ),
    "pit": Subject(Pit, values=COMMANDS),
    "pm": Subject(pm, outside=("press_power_button", "wake")),
    "port61": Subject(Port61, values=COMMANDS),
    "port92": Subject(Port92),
    "ps2": Subject(Ps2, values=(0x20, 0x60, 0xAA, 0xD1, 0xD4), outside=("type_codes",)),
    "rtc": Subject(
        Rtc,
        settings={"unix_seconds": _BASE, "ram_bytes": 5 << 30},
        values=(0x0A, 0x0B, 0x0C, 0x26, 0x83),
    ),
    "uart": Subject(
        Uart,
        values=(0x83, 0xC7),
        outside=("feed", "receive", "set_modem"),
        exempt={"reset": "its modem lines are the other side's"},
    ),
    "virtio-mmio": Subject(
        virtio,
        hot=_HOT_VIRTIO,
        values=(8, 15, 31, 32, 64),
        starts=[(), *map(virtio_start, range(4))],
    ),
}


def _known(name: str, subject: Subject) -> Subject:
    """With the traces that are known of it, which found it where a PC has it."""
    at, told = _PLACES.get(name, PC[name]), DATA_SHEETS.get(name, ())
    placed = replace(subject, at=at, known=told)
    return replace(placed, known=Known(placed, name)) if name in (*GOLDEN, *RECORDED) else placed


#: Where it was in the machine of the traces.
_PLACES: dict[str, Place] = {"pm": {"pm": 0x600, "apm": places.APM, "gpe0": places.PM_GPE0}}
#: By the names that they have as plug-ins.
SUBJECTS = {name: _known(name, subject) for name, subject in _SUBJECTS.items()}
