# SPDX-License-Identifier: Apache-2.0
"""Mutants of the filters of the PC's devices: mistakes that an author might make."""

from __future__ import annotations

from typing import Any

from lightexit.devices import (
    debugcon,
    fw_cfg,
    hpet,
    i440fx,
    ioapic,
    pic,
    pit,
    pmtimer,
    port61,
    ps2,
    rtc,
    uart,
    uart_registers,
    virtio_mmio,
    virtio_registers,
)
from lightexit.filter import Filter, IoContext, Verdict, io_filter, u8, u32, u64


@io_filter
def forgets_the_line(ctx: IoContext, virtio: virtio_mmio.VirtioState) -> Verdict:
    """The line stays up after the last acknowledge."""
    if ctx.offset != virtio_registers.VirtioReg.INTERRUPT_ACK or not ctx.is_write:
        return Verdict.PASS
    virtio.interrupts = virtio.interrupts & ~ctx.data
    return Verdict.HANDLED


@io_filter
def rings_twice(ctx: IoContext, virtio: virtio_mmio.VirtioState) -> Verdict:
    """The consumer is rung though it is awake."""
    if ctx.offset != virtio_registers.VirtioReg.QUEUE_NOTIFY or not ctx.is_write:
        return Verdict.PASS
    if ctx.data >= virtio_mmio.QUEUES or not virtio_mmio.is_running(virtio):
        return Verdict.PASS
    queue = virtio.queues[ctx.data]
    if not queue.ready:
        return Verdict.PASS
    queue.asleep = False
    ctx.signal(u32(ctx.data))
    return Verdict.HANDLED


@io_filter
def reads_a_tick_late(ctx: IoContext, pm: pmtimer.PmState) -> Verdict:
    """The clock of a tick ago, but for the first."""
    if ctx.is_write or ctx.offset != pmtimer.PmReg.PM_TMR or ctx.size != 4 or ctx.now_ns < 280:
        return Verdict.PASS
    ctx.data = pmtimer.timer(pm, u64(ctx.now_ns - 280))
    return Verdict.HANDLED


@io_filter
def keeps_errors(ctx: IoContext, serial: uart.UartState) -> Verdict:
    """LSR is read, and its errors stay."""
    if ctx.is_write or ctx.offset != uart_registers.UartReg.LSR:
        return Verdict.PASS
    ctx.data = serial.lsr
    return Verdict.HANDLED


@io_filter
def keeps_thre(ctx: IoContext, serial: uart.UartState) -> Verdict:
    """IIR is read, and the interrupt that it names stays."""
    if (
        ctx.is_write
        or ctx.offset != uart_registers.UartReg.IIR_FCR
        or serial.timeout_ns != uart.NEVER
    ):
        return Verdict.PASS
    ctx.data = serial.iir
    return Verdict.HANDLED


@io_filter
def drops_a_bit(ctx: IoContext, clock: rtc.RtcState) -> Verdict:
    """The index without its highest bit, which no guest can read."""
    if ctx.offset != rtc.RtcReg.INDEX or not ctx.is_write:
        return Verdict.PASS
    clock.index = u8(ctx.data & 0x7F)
    return Verdict.HANDLED


@io_filter
def misses_the_update(ctx: IoContext, clock: rtc.RtcState) -> Verdict:
    """Registers are read though an update is due."""
    if ctx.offset != rtc.RtcReg.DATA or ctx.is_write or clock.index & 0x7F == rtc.Cmos.C:
        return Verdict.PASS
    ctx.data = clock.cmos[clock.index & 0x7F]
    return Verdict.HANDLED


@io_filter
def keeps_flags(ctx: IoContext, clock: rtc.RtcState) -> Verdict:
    """Register C is read, and its flags stay."""
    if ctx.offset != rtc.RtcReg.DATA or ctx.is_write or ctx.now_ns >= clock.next_update_ns:
        return Verdict.PASS
    ctx.data = rtc.register(clock, ctx.now_ns)
    return Verdict.HANDLED


@io_filter
def always_counts(ctx: IoContext, chip: hpet.HpetState) -> Verdict:
    """The main counter runs while it is switched off."""
    if ctx.is_write or ctx.offset != hpet.HpetReg.COUNTER or ctx.size != 4:
        return Verdict.PASS
    ctx.data = u32(chip.base + hpet.ticks(ctx.now_ns))
    return Verdict.HANDLED


@io_filter
def masks_in_silence(ctx: IoContext, pair: pic.PicState) -> Verdict:
    """A mask changes INT, but the line is not driven."""
    if ctx.offset != pic.PicReg.MASTER_DATA or not ctx.is_write or pair.chips[0].next_icw != 0:
        return Verdict.PASS
    pair.chips[0].imr = u8(ctx.data)
    return Verdict.HANDLED


@io_filter
def reads_too_early(ctx: IoContext, timer: pit.PitState) -> Verdict:
    """A counter is read before the count that waits has been loaded."""
    if ctx.is_write or ctx.offset >= pit.COUNTERS:
        return Verdict.PASS
    ctx.data = timer.counters[ctx.offset].read(pit.ticks(ctx.now_ns))
    return Verdict.HANDLED


@io_filter
def looks_too_early(ctx: IoContext, port: port61.Port61State, timer: pit.PitState) -> Verdict:
    """The output of a counter whose count waits to be loaded."""
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = port61.status(port, timer.counters[2], pit.ticks(ctx.now_ns))
    return Verdict.HANDLED


@io_filter
def keeps_all_bits(ctx: IoContext, pci: i440fx.I440fxState) -> Verdict:
    """The address register with bits that do not hold."""
    if ctx.offset != i440fx.I440fxReg.CONFIG_ADDRESS or ctx.size != 4 or not ctx.is_write:
        return Verdict.PASS
    pci.address = u32(ctx.data)
    return Verdict.HANDLED


@io_filter
def stays_at_the_byte(ctx: IoContext, items: fw_cfg.FwCfgState) -> Verdict:
    """A read that does not move on."""
    if ctx.is_write or ctx.offset != fw_cfg.FwCfgReg.DATA or ctx.size != 1:
        return Verdict.PASS
    if fw_cfg.exhausted(items):
        return Verdict.PASS
    ctx.data = items.content[items.cursor]
    return Verdict.HANDLED


@io_filter
def unmasks_in_silence(ctx: IoContext, chip: ioapic.IoApicState) -> Verdict:
    """An entry is unmasked, and a level that waits is not sent."""
    word = u32(chip.select - ioapic.Index.TABLE)
    if (
        ctx.offset != ioapic.IoApicReg.WINDOW
        or not ctx.is_write
        or word >= 2 * ioapic.PINS
        or word & 1
    ):
        return Verdict.PASS
    entry = chip.table[word >> 1]
    low = u32(ctx.data)
    if (low ^ entry.low) & ioapic.LOW_WRITABLE & ~ioapic.Bit.MASKED != 0:
        return Verdict.PASS
    entry.low = low & ioapic.LOW_WRITABLE | entry.low & ioapic.Bit.REMOTE_IRR
    return Verdict.HANDLED


@io_filter
def leaves_it_full(ctx: IoContext, keyboard: ps2.Ps2State) -> Verdict:
    """The output buffer is read, and stays full."""
    if ctx.is_write or ctx.offset != ps2.Ps2Reg.DATA:
        return Verdict.PASS
    ctx.data = keyboard.output
    return Verdict.HANDLED


@io_filter
def writes_what_no_model_does(ctx: IoContext, console: debugcon.DebugconState) -> Verdict:
    """A read that leaves its mark in a field."""
    if ctx.is_write or ctx.offset != debugcon.DebugconReg.DATA:
        return Verdict.PASS
    console.last = debugcon.PRESENT
    ctx.data = debugcon.PRESENT
    return Verdict.HANDLED


#: What is wrong, in the place of what, and whose drivers meet it: how their names begin.
MUTANTS: tuple[tuple[Filter[Any], Filter[Any], str], ...] = (
    (forgets_the_line, virtio_mmio.acknowledge, "virtio"),
    (rings_twice, virtio_mmio.notify, "virtio"),
    (reads_a_tick_late, pmtimer.read_timer, "pm_timer"),
    (keeps_errors, uart.read_status, "uart"),
    (keeps_thre, uart.read_status, "uart"),
    (drops_a_bit, rtc.access_cmos, "rtc"),
    (misses_the_update, rtc.access_cmos, "rtc"),
    (keeps_flags, rtc.access_cmos, "rtc"),
    (always_counts, hpet.read_counter, "hpet"),
    (masks_in_silence, pic.read_mask_or_end, "pic"),
    (reads_too_early, pit.read_or_latch, "pit"),
    (looks_too_early, port61.read_control_b, "pit"),
    (keeps_all_bits, i440fx.access_configuration, "pci"),
    (stays_at_the_byte, fw_cfg.read_data, "fw_cfg"),
    (unmasks_in_silence, ioapic.access_redirections, "ioapic"),
    (leaves_it_full, ps2.read_status, "keyboard"),
    (writes_what_no_model_does, debugcon.read_presence, "small_ports"),
)
