# SPDX-License-Identifier: Apache-2.0
"""What drivers do: each function is a random one of the sequences by which firmware and kernels
use a device. They are written from the devices' data sheets."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from random import Random

from laws.pc_steps import (
    Access,
    Drive,
    Host,
    Interrupt,
    Step,
    Until,
    Wait,
    inp,
    load,
    out,
    rdmsr,
    store,
    wrmsr,
)
from lightexit.vm.places import HPET, IOAPIC, PM
from lightexit.vm.places import LOCAL_APIC as APIC
from lightexit.vm.places import VIRTIO_MMIO as VIRTIO

PIT_HZ, PM_HZ, RTC_HZ = 1_193_182, 3_579_545, 32_768
COM1 = 0x3F8


def pit_calibrates(r: Random) -> list[Step]:
    """Counter 2, one shot, polled at port 0x61."""
    count = r.choice((1, 2, 20, 11_932, 0x10000)) & 0xFFFF
    polls = [inp(0x61) for _ in range(r.randrange(1, 6))]
    start = [inp(0x61), out(0x61, r.choice((1, 1, 3, 0))), out(0x43, 0xB0)]
    tick = Until(PIT_HZ, max(count, 1), r.randrange(-2, 3))
    return [*start, out(0x42, count & 0xFF), out(0x42, count >> 8), *polls, tick, *polls]


def pit_ticks(r: Random) -> list[Step]:
    """Counter 0 interrupts; its count is latched and read."""
    mode, count = r.choice((0, 2, 2, 3, 4, 1, 5)), r.choice((2, 3, 100, 11_932, 0))
    steps: list[Step] = [out(0x43, 0x30 | mode << 1 | r.randrange(8) // 7)]
    steps += [out(0x40, count & 0xFF), out(0x40, count >> 8)]
    for _ in range(r.randrange(4)):
        latch = r.choice((0x00, 0x00, 0xC2, 0xD2, 0xE2))
        steps += [_moment(r), out(0x43, latch), inp(0x40), inp(0x40)]
    return steps


def pit_counts(r: Random) -> list[Step]:
    """Any counter, any mode and half, read without a latch."""
    counter, access = r.randrange(3), r.randrange(1, 4)
    written = r.choice((1 + access // 3, 1 + access // 3, 0, 1, 3))
    steps: list[Step] = [out(0x43, counter << 6 | access << 4 | r.randrange(16))]
    steps += [out(0x40 + counter, r.randrange(256)) for _ in range(written)]
    for _ in range(r.randrange(5)):
        steps += [_moment(r), r.choice((inp(0x40 + counter), out(0x43, counter << 6)))]
    return steps


def rtc_is_read(r: Random) -> list[Step]:
    """UIP, then the time; the index is written before every byte."""
    steps: list[Step] = []
    if r.random() < 0.6:
        steps = [Until(RTC_HZ, r.choice((1, 8, 32_760, 32_768, 32_768)), r.randrange(-2, 3))]
    for index in r.sample((0x0A, 0, 2, 4, 6, 7, 8, 9, 0x32, 0x0B, 0x0C, 0x0D, 0x34), 4):
        steps += [out(0x70, index | r.choice((0, 0, 0x80))), inp(0x71)]
    return steps


def rtc_interrupts(r: Random) -> list[Step]:
    """Periodic, alarm and update interrupts, register C read in the handler."""
    b = r.choice((0x42, 0x12, 0x22, 0x72, 0x52, 0x02, 0x06, 0x00, 0x82, 0xF2))
    steps: list[Step] = []
    if r.random() < 0.5:
        divider = r.choice((0x20, 0x20, 0x60, 0x70, 0x10))
        steps += [out(0x70, 0x0A), out(0x71, divider | r.randrange(16))]
    if r.random() < 0.4:
        for index in (1, 3, 5):
            steps += [out(0x70, index), out(0x71, r.choice((0xC0, 0xFF, 0, 1, 0x59)))]
    steps += [out(0x70, 0x0B), out(0x71, b)]
    for _ in range(r.randrange(4)):
        steps += [_moment(r), out(0x70, 0x0C), inp(0x71)]
    return steps


def rtc_is_set(r: Random) -> list[Step]:
    """The time, with SET in register B."""
    steps: list[Step] = [out(0x70, 0x0B), out(0x71, r.choice((0x82, 0x86, 0x80)))]
    for index in r.sample((0, 2, 4, 6, 7, 8, 9, 0x32), 3):
        steps += [out(0x70, index), out(0x71, r.choice((0, 1, 0x12, 0x23, 0x59, 0x31, 0xFF)))]
    return [*steps, out(0x70, 0x0B), out(0x71, r.choice((0x02, 0x06, 0x12)))]


def pic_is_initialised(r: Random) -> list[Step]:
    """ICW1 to ICW4 of both chips, then masks."""
    last = r.choice((1, 1, 3, 0x11))
    steps: list[Step] = []
    for base, vector, wire in ((0x20, 0x20, 4), (0xA0, 0x28, 2)):
        words = [out(base, 0x11), out(base + 1, vector), out(base + 1, wire), out(base + 1, last)]
        steps += words[: r.choice((4, 4, 4, 3, 1))]
    steps += [out(0x21, r.choice((0, 0xFB, 0xB8, 0xFF))), out(0xA1, r.choice((0, 0xFF, 0x8F)))]
    return steps + [out(0x4D0 + r.randrange(2), r.randrange(256))] * (r.random() < 0.2)


def pic_serves(r: Random) -> list[Step]:
    """Interrupts are taken, looked at, masked and ended."""
    steps: list[Step] = []
    for _ in range(r.randrange(1, 8)):
        base = r.choice((0x20, 0x20, 0xA0))
        look: list[Step] = [out(base, r.choice((0x0A, 0x0B, 0x0C, 0x68, 0x48))), inp(base)]
        masks: list[Step] = [
            inp(base + 1),
            out(base + 1, r.choice((0, 1, 3, 0xFB, 0xFF, r.randrange(256)))),
        ]
        ends: list[Step] = [
            out(base, r.choice((0x20, 0x20, 0x60 | r.randrange(8), 0xA0, 0x80, 0xC3)))
        ]
        wire: list[Step] = [Drive("pic", r.choice((3, 5, 7, 10, 15)), r.random() < 0.6)]
        take: list[Step] = [Interrupt()]
        steps += r.choice((take, look, masks, ends, wire, [*take, *look, *ends]))
    return steps


def ioapic_is_set_up(r: Random) -> list[Step]:
    """An entry is written whole, its input rises and falls, it is masked, unmasked, read, ended."""
    pin, vector = r.choice((0, 1, 2, 4, 5, 8, 9, 12, 16, 20, 23)), r.randrange(0x20, 0x40)
    flags = r.choice((0, 1 << 15, 1 << 15, 1 << 15, 1 << 11, 7 << 8, 1 << 8, 1 << 15 | 1 << 13))
    low = vector | flags | r.choice((0, 1 << 16))
    steps = _entry(2 * pin + 1, r.randrange(4) << 24) + _entry(2 * pin, low)
    for _ in range(r.randrange(8)):
        change = _entry(2 * pin, low ^ r.choice((0, 1 << 16)))
        read: list[Step] = [store(IOAPIC, 0x10 + 2 * pin), load(IOAPIC + 0x10), load(IOAPIC)]
        end: list[Step] = [r.choice((_end(vector), store(IOAPIC + 0x40, vector)))]
        steps += r.choice((change, change, read, end, [Drive("ioapic", pin, r.random() < 0.7)]))
    return steps


def _end(vector: int) -> Step:
    return Host("ioapic", "end_of_interrupt", (vector,))


def _entry(word: int, value: int) -> list[Step]:
    return [store(IOAPIC, 0x10 + word), store(IOAPIC + 0x10, value)]


def local_apic_serves(r: Random) -> list[Step]:
    """Enabled, it is sent vectors by itself, of which the CPU takes some and ends them."""
    steps: list[Step] = [store(APIC + 0xF0, r.choice((0x1FF, 0x1FF, 0x1FF, 0xFF)))]
    for _ in range(r.randrange(1, 10)):
        vector = r.choice((0x31, 0x35, 0x42, 0x5F, 0xE0, r.randrange(256)))
        words = APIC + r.choice((0x100, 0x180, 0x200)) + 16 * (vector >> 5)
        sent: list[Step] = [store(APIC + 0x300, 0x40000 | vector | r.choice((0, 0, 0, 0x400)))]
        task = r.choice((0, 0, 0x30, 0x45, 0xF0))
        priority: list[Step] = [store(APIC + 0x80, task), load(APIC + 0x80)]
        served: list[Step] = [Interrupt(), load(words), store(APIC + 0xB0, 0), load(APIC + 0xA0)]
        reads: list[Step] = [load(words), load(APIC + 0x300), load(APIC + 0xA0)]
        steps += r.choice((sent, sent, served, served, priority, reads))
    return steps


def local_apic_in_msrs(r: Random) -> list[Step]:
    """As an x2APIC it is sent vectors, counts down, and is then a page again."""
    begin = [*_move_to(0xC00), wrmsr(0x80F, 0x1FF)]
    steps: list[Step] = [*begin, wrmsr(0x83E, 0xB), wrmsr(0x838, 50_000)]
    for _ in range(r.randrange(2, 12)):
        vector = r.choice((0x31, 0x42, 0xE0, r.randrange(256)))
        word = vector >> 5
        reads: list[Step] = [rdmsr(0x820 + word), rdmsr(0x810 + word), rdmsr(0x839), rdmsr(0x1B)]
        itself = r.choice((wrmsr(0x83F, vector), wrmsr(0x830, 0x40000 | vector)))
        sent: list[Step] = [itself, rdmsr(0x830), *reads]
        priority: list[Step] = [wrmsr(0x808, r.choice((0, 0x30, 0xF0))), rdmsr(0x80A)]
        served: list[Step] = [Interrupt(), wrmsr(0x80B, 0), rdmsr(0x808)]
        steps += r.choice((sent, sent, served, served, priority, reads))
    return [*steps, *_move_to(0), *_move_to(0x800)]


def _move_to(enabled: int) -> list[Step]:
    return [wrmsr(0x1B, APIC | 0x100 | enabled)]


def local_apic_counts(r: Random) -> list[Step]:
    """Its timer runs down, once or again and again, and is looked at."""
    count, divide = r.choice((1, 100, 50_000, 2**32 - 1)), r.choice((0xB, 0xB, 0, 3, 0xA))
    mode = r.choice((0, 0, 0x20000, 0x20000, 0x10000)) | r.choice((0x41, 0xEF, 5))
    steps: list[Step] = [store(APIC + 0xF0, 0x1FF), store(APIC + 0x3E0, divide)]
    steps += [store(APIC + 0x320, mode), store(APIC + 0x380, count)]
    for _ in range(r.randrange(1, 5)):
        look: list[Step] = [load(APIC + 0x390), load(APIC + 0x200 + 16 * ((mode & 0xFF) >> 5))]
        served: list[Step] = [Interrupt(), store(APIC + 0xB0, 0)]
        steps += [_moment(r), *r.choice((look, served))]
    return steps


def hpet_counts(r: Random) -> list[Step]:
    """The counter is set, started, and read whole or by halves."""
    steps: list[Step] = [store(HPET + 0x10, r.choice((0, 1, 1, 3)))]
    if r.random() < 0.4:
        value = r.choice((0, 2**32 - 5, 2**64 - 9, r.randrange(2**64)))
        steps += [store(HPET + 0x10, 0), store(HPET + 0xF0, value, 8), store(HPET + 0x10, 1)]
    halves = [load(HPET + 0xF0), load(HPET + 0xF4)]
    for _ in range(r.randrange(1, 5)):
        steps += [_moment(r), *r.choice(([load(HPET + 0xF0, 8)], halves, halves[:1]))]
    return steps


def hpet_interrupts(r: Random) -> list[Step]:
    """A timer fires once or again and again, edge or level, at a route or by legacy replacement."""
    timer = HPET + 0x100 + 0x20 * r.randrange(3)
    route, kind = r.choice((0, 2, 8, 16, 20, 23)), r.choice((0x04, 0x4C, 0x06, 0x4E, 0x104, 0x14C))
    steps: list[Step] = [store(HPET + 0x10, 0), store(HPET + 0xF0, 0, 8)]
    steps += [store(timer, kind | route << 9), store(timer + 8, r.choice((5, 100, 10_000)), 8)]
    steps += [store(timer + 8, r.choice((100, 1_000, 3)))] * (r.random() < 0.5)
    steps += [store(HPET + 0x10, r.choice((1, 1, 3)))]
    for _ in range(r.randrange(4)):
        steps += [_moment(r), store(HPET + 0x20, 7), load(HPET + 0x20), load(timer + 8)]
    return steps


def pm_timer_is_read(r: Random) -> list[Step]:
    """PM_TMR, at ticks and at overflows."""
    steps: list[Step] = []
    for _ in range(r.randrange(1, 4)):
        ticks = r.choice((1, 1, 3, 1 << 23, 1 << 23))
        steps += [Until(PM_HZ, ticks, r.randrange(-2, 3)), inp(PM + 8, 4), inp(PM + 8, 4)]
    return steps


def acpi_works(r: Random) -> list[Step]:
    """ACPI is switched on; events are enabled, looked at, cleared; now and then the PC sleeps."""
    steps: list[Step] = [out(0xB2, r.choice((0xF1, 0xF1, 0xF0))), inp(PM + 4, 2)]
    steps += [out(PM + 2, r.choice((1, 0x101, 0x121, 0)), 2), Until(PM_HZ, 1 << 23, r.randrange(2))]
    steps += [inp(PM, 2), out(PM, r.choice((1, 0x100, 0xFFFF)), 2), inp(PM, 4)]
    return steps + [out(PM + 4, 0x2000 | r.randrange(8) << 10 | 1, 2)] * (r.random() < 0.1)


def uart_is_set_up(r: Random) -> list[Step]:
    """Speed, format, FIFOs and interrupts, with the registers read back."""
    steps: list[Step] = [out(COM1 + 3, 0x80), out(COM1, r.choice((1, 12, 0))), out(COM1 + 1, 0)]
    steps += [out(COM1 + 3, r.choice((0x03, 0x1B, 0x07, 0x00)))]
    steps += [out(COM1 + 2, r.choice((0x01, 0x07, 0xC7, 0x41, 0x00)))]
    steps += [out(COM1 + 4, r.choice((0x0B, 0x0B, 0x1B, 0x00))), out(COM1 + 1, r.randrange(16))]
    return steps + [inp(COM1 + r.randrange(8)) for _ in range(4)]


def uart_prints(r: Random) -> list[Step]:
    """LSR is polled, a character goes out; or the THRE interrupt drives it."""
    steps: list[Step] = []
    for _ in range(r.randrange(1, 5)):
        steps += r.choice(
            (
                [inp(COM1 + 5), out(COM1, r.randrange(32, 127))],
                [inp(COM1 + 2), out(COM1, r.randrange(256)), inp(COM1 + 2), inp(COM1 + 2)],
                [out(COM1 + 1, 2), inp(COM1 + 2), out(COM1 + 1, 0)],
                [inp(COM1 + 1), inp(COM1 + 4), inp(COM1 + 6), inp(COM1 + 3)],
            )
        )
    return steps


def uart_receives(r: Random) -> list[Step]:
    """Characters come, with errors now and then, and time-outs between; the handler takes them."""
    steps: list[Step] = [out(COM1 + 2, r.choice((1, 0xC1)))] * (r.random() < 0.5)
    for _ in range(r.randrange(1, 8)):
        data = bytes(r.randrange(256) for _ in range(r.choice((1, 1, 3, 20))))
        bad = ("receive", (r.randrange(256), r.choice((0, 0x04, 0x08, 0x10))))
        modem = ("set_modem", (r.randrange(16) << 4,))
        told = r.choice((("feed", (data,)), ("feed", (data,)), bad, modem))
        heard: list[Step] = [Host("uart", *told)]
        polls: list[Step] = [inp(COM1 + r.choice((2, 5, 5, 6)))]
        takes: list[Step] = [inp(COM1), inp(COM1)]
        steps += r.choice((heard, heard, polls, takes, [Wait(6_000_000), *polls]))
    return steps


def keyboard_is_set_up(r: Random) -> list[Step]:
    """Controller and keyboard are tested, asked and switched on."""
    steps: list[Step] = []
    for _ in range(r.randrange(1, 4)):
        command = r.choice((0x20, 0xAA, 0xAB, 0xAD, 0xAE, 0xA7, 0xA8, 0xA9, 0xC0, 0xD0))
        data = r.choice((0x60, 0xD1, 0xD2, 0xD3, 0xD4))
        key = r.choice((0xED, 0xEE, 0xF0, 0xF2, 0xF3, 0xF4, 0xF5, 0xF6, 0xFF, 0xFE, 0x00, 0x02))
        steps += r.choice(
            (
                [out(0x64, command)],
                [out(0x64, data), out(0x60, r.choice((0x45, 0x47, 0x61, 0xDF, 0xFF, 0xF4)))],
                [out(0x60, key)],
            )
        )
        steps += [inp(0x64), inp(0x60), inp(0x64)][: r.randrange(4)]
    return steps


def keyboard_types(r: Random) -> list[Step]:
    """Keys come; the handler takes them."""
    codes = bytes(r.choice((0x1E, 0x9E, 0xE0, 0x48)) for _ in range(r.choice((1, 2, 2, 18))))
    steps: list[Step] = [Host("ps2", "type_codes", (codes,))]
    for _ in range(r.randrange(5)):
        handler: list[Step] = [Interrupt(), inp(0x60)]
        steps += r.choice(([inp(0x64), inp(0x60)], handler[1:], handler))
    return steps


def pci_is_scanned(r: Random) -> list[Step]:
    """Functions are looked for; registers are read, written and read back."""
    steps: list[Step] = []
    for _ in range(r.randrange(1, 4)):
        function = r.choice((0x0000, 0x0800, 0x0B00, 0x0900, 0x1000, 0x10000))
        register = r.choice((0, 4, 8, 0x3C, 0x40, 0x58, 0x70, 0x80, 4 * r.randrange(64)))
        lane, size = r.choice(((0, 4), (0, 4), (0, 2), (2, 2), (r.randrange(4), 1)))
        steps += [out(0xCF8, 1 << 31 | function | register, 4), inp(0xCFC + lane, size)]
        if r.random() < 0.4:
            steps += [out(0xCFC + lane, r.randrange(1 << 8 * size), size), inp(0xCFC, 4)]
        steps += [inp(0xCF8, 4)] * (r.random() < 0.3)
    return steps


def fw_cfg_is_read(r: Random) -> list[Step]:
    """An item is chosen and read, a byte at a time, beyond its end at times."""
    key = r.choice((0, 1, 5, 0x0F, 0x19, 0x20, 0xFFFF))
    return [out(0x510, key, 2), *[inp(0x511) for _ in range(r.randrange(8))]]


def small_ports_are_used(r: Random) -> list[Step]:
    """A20, the fast reset, the debug console, the port that ends a run."""
    return [
        inp(0x92),
        r.choice(
            (
                out(0x92, r.choice((0, 2, 2, 3, 1, 0xFF))),
                out(0x402, r.randrange(256)),
                out(0xCF9, r.choice((2, 6, 0x0E))),
                out(r.choice((0x501, 0xF4)), 0x10),
            )
        ),
        inp(r.choice((0x92, 0x402))),
    ]


def virtio_is_set_up(r: Random) -> list[Step]:
    """Reset, features, a queue, and DRIVER_OK; a step is left out now and then."""
    steps: list[Step] = [_virtio(0x70, 0), _virtio(0x70, 1), _virtio(0x70, 3)]
    steps += [_virtio(0x14, 1), load(VIRTIO + 0x10), _virtio(0x24, 1), _virtio(0x20, 1)]
    steps += [_virtio(0x70, 0x0B), load(VIRTIO + 0x70)]
    for queue in range(r.randrange(1, 3)):
        steps += [
            _virtio(0x30, queue),
            load(VIRTIO + 0x34),
            _virtio(0x38, r.choice((8, 8, 1024, 2048, 7))),
        ]
        steps += [_virtio(0x80, r.randrange(2**32)), _virtio(0x44, 1)]
    steps += [_virtio(0x70, 0x0F)]
    if r.random() < 0.3:
        del steps[r.randrange(len(steps))]
    return steps + virtio_works(r)


def virtio_works(r: Random) -> list[Step]:
    """Queues are notified; the device interrupts; the driver acknowledges."""
    steps: list[Step] = []
    for _ in range(r.randrange(1, 10)):
        told = r.choice((("notify_used",), ("rearm", (r.randrange(2),)), ("set_config", (3, b"x"))))
        steps += r.choice(
            (
                [_virtio(0x50, r.choice((0, 0, 1, 2, 8, 2**32 - 1)))],
                [Host("virtio-mmio", *told)],
                [load(VIRTIO + 0x60), _virtio(0x64, r.choice((1, 1, 2, 3, 0)))],
            )
        )
    return steps + [Host("virtio-mmio", "fail")] * (r.random() < 0.05)


def _virtio(register: int, value: int) -> Access:
    return store(VIRTIO + register, value)


def _moment(r: Random) -> Step:
    """Some time: often up to a tick or a second, or just beside it."""
    hz = r.choice((PIT_HZ, PM_HZ, RTC_HZ, 10**8, 1))
    until = Until(hz, r.choice((1, 1, 2, 18)), r.randrange(-1, 2))
    return r.choice((until, until, Wait(r.randrange(2_000)), Wait(r.randrange(10**7))))


Driver = Callable[[Random], list[Step]]
DRIVERS: Sequence[Driver] = (
    pit_calibrates,
    pit_ticks,
    pit_counts,
    rtc_is_read,
    rtc_interrupts,
    rtc_is_set,
    pic_is_initialised,
    pic_serves,
    pic_serves,
    ioapic_is_set_up,
    local_apic_serves,
    local_apic_serves,
    local_apic_counts,
    local_apic_in_msrs,
    hpet_counts,
    hpet_interrupts,
    pm_timer_is_read,
    acpi_works,
    uart_is_set_up,
    uart_prints,
    uart_receives,
    keyboard_is_set_up,
    keyboard_types,
    pci_is_scanned,
    fw_cfg_is_read,
    small_ports_are_used,
    virtio_is_set_up,
    virtio_works,
)
