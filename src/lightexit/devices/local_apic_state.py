# SPDX-License-Identifier: Apache-2.0
"""State and filters of the local APIC; `local_apic.py` has the model.

A vector is accepted into IRR and moves to ISR as the CPU takes it. It is taken only if its class
(its upper 4 bits) is above all classes in service: so each class is in ISR once at most, and the
state has what is in service as a list, from the highest vector down.
Reference: Intel SDM volume 3, chapter 11.
"""

from __future__ import annotations

from lightexit.devices.local_apic_registers import (
    BASE_ADDRESS,
    ENABLED,
    FIRST_VECTOR,
    ICR_RESERVED,
    ICR_WRITABLE,
    MODE_SHIFT,
    NEVER,
    SHORTHAND_SHIFT,
    SIZE,
    SPACING,
    WORDS,
    LocalApicReg,
    Lvt,
    LvtBit,
    Shorthand,
)
from lightexit.filter import (
    Array,
    IoContext,
    Struct,
    Verdict,
    array,
    inline,
    io_filter,
    u8,
    u16,
    u32,
    u64,
)

#: The classes of vectors, the lowest of which is never in service.
CLASSES = 16


class VectorClass(Struct):
    """The 16 vectors with the same upper 4 bits: their bits in the vector registers."""

    isr: u16
    tmr: u16
    irr: u16
    below: u8  # while one is in service, the highest vector of a lower class that is; 0 for none


class LocalApicState(Struct):
    """The registers."""

    id: u32
    tpr: u8
    serving: u8  # the highest vector in service; 0 for none
    requested: u8  # the highest vector in IRR; 0 for none, and while disabled
    errors: u8  # since ESR was last written
    esr: u8
    divide: u8
    inputs: u8  # levels of LINT0 and LINT1, a bit each
    is_external: bool  # a message has said that the 8259A has a vector
    window: u8  # an ApicWindow
    base: u32 = BASE_ADDRESS  # of the page
    ldr: u32
    dfr: u32 = 0xFFFF_FFFF
    svr: u32 = 0xFF
    icr_low: u32
    icr_high: u32
    initial: u32
    due_ns: u64 = NEVER  # when the current count reaches 0, or the TSC its deadline
    deadline: u64  # of the TSC, while that is what the timer waits for
    lvt: Array[u32] = array(u32, len(Lvt))
    classes: Array[VectorClass] = array(VectorClass, CLASSES)


def with_bit(bits: int, vector: int, value: bool) -> int:
    """Bits of a class's vectors, with the vector's set or cleared."""
    bit = 1 << vector % 16
    return bits | bit if value else bits & ~bit


def highest(state: LocalApicState) -> int:
    """The highest vector in IRR; 0 for none."""
    classes = enumerate(each.irr for each in state.classes)
    return max((16 * number + irr.bit_length() - 1 for number, irr in classes if irr), default=0)


@inline
def processor_priority(apic: LocalApicState) -> u8:
    """PPR (section 11.8.3.1)."""
    return apic.tpr if apic.tpr | 15 >= apic.serving else apic.serving & 0xF0


@inline
def is_due(apic: LocalApicState) -> bool:
    """Whether the CPU is to take a vector: its class is above TPR's, and above all in service."""
    return apic.requested > apic.tpr | 15 and apic.requested > apic.serving | 15


@inline
def shift_of(divide: u8) -> u8:
    """By how many bits the timer's clock is divided: 1 to 128 times (figure 11-10)."""
    return ((divide >> 1 & 4 | divide & 3) + 1) & 7


@inline
def current_count(apic: LocalApicState, now_ns: u64) -> u32:
    """The timer's current count, before it has reached 0."""
    shift = shift_of(apic.divide)
    return u32(u64(apic.due_ns - now_ns + (1 << shift) - 1) >> shift)


@inline
def is_word(offset: u64, first: u16) -> bool:
    """Whether a word of the vector register that begins at `first` is at `offset`."""
    return u64(offset - first) < SPACING * WORDS and offset % SPACING == 0


@inline
def pair_at(offset: u64) -> u64:
    """The lower of the two classes of which a vector register has bits in its word there."""
    return offset >> 3 & 14


@inline
def word(low: u16, high: u16) -> u32:
    """A word of a vector register, of its bits in both classes."""
    return low | high << 16


@inline
def is_open(ctx: IoContext, apic: LocalApicState) -> bool:
    """Whether the registers are where this access is: in the page, or in MSRs."""
    return ctx.offset >> 12 == apic.window


@inline
def is_reserved(ctx: IoContext, bits: u32) -> bool:
    """Whether an x2APIC refuses what is written, which has others than these bits."""
    return ctx.offset >= SIZE and (ctx.data & ~u64(bits)) != 0


@inline
def register(ctx: IoContext) -> u64:
    """The offset in the page, for an MSR too."""
    return ctx.offset if ctx.offset < SIZE else (ctx.offset & 0xFF) * SPACING


@io_filter
def end_of_interrupt(ctx: IoContext, apic: LocalApicState) -> Verdict:
    """EOI, while something is in service; not of a level that LINT0 may still have."""
    busy = apic.serving
    if not ctx.is_write or busy == 0 or not is_open(ctx, apic) or is_reserved(ctx, 0):
        return Verdict.PASS
    served = apic.classes[busy >> 4]
    if served.tmr >> (busy & 15) & 1:
        if apic.lvt[Lvt.LINT0] & LvtBit.REMOTE_IRR:
            return Verdict.PASS
        ctx.end_of_interrupt(busy)
    served.isr = 0
    apic.serving = served.below
    if is_due(apic):
        ctx.raise_line(0)
    return Verdict.HANDLED


@io_filter
def access_priorities(ctx: IoContext, apic: LocalApicState) -> Verdict:
    """TPR both ways, while no request depends on it; reads of PPR and ISR."""
    offset = register(ctx)
    if not is_open(ctx, apic):
        return Verdict.PASS
    if offset == LocalApicReg.TPR and ctx.is_write:
        if apic.requested > apic.serving | 15 or is_reserved(ctx, 0xFF):
            return Verdict.PASS
        apic.tpr = u8(ctx.data)
    elif ctx.is_write:
        return Verdict.PASS
    elif offset == LocalApicReg.TPR:
        ctx.data = apic.tpr
    elif offset == LocalApicReg.PPR:
        ctx.data = processor_priority(apic)
    elif is_word(offset, LocalApicReg.ISR0):
        pair = pair_at(offset)
        ctx.data = word(apic.classes[pair].isr, apic.classes[pair + 1].isr)
    else:
        return Verdict.PASS
    return Verdict.HANDLED


@io_filter
def access_cr8(ctx: IoContext, apic: LocalApicState) -> Verdict:
    """CR8 both ways, while no request depends on it; its reserved bits are the CPU's business."""
    if not ctx.is_write:
        ctx.data = apic.tpr >> 4
    elif apic.requested > apic.serving | 15:
        return Verdict.PASS
    else:
        apic.tpr = u8(ctx.data << 4)
    return Verdict.HANDLED


@io_filter
def read_requests(ctx: IoContext, apic: LocalApicState) -> Verdict:
    """Reads of IRR, TMR and the current count, until the timer is due."""
    if ctx.is_write or ctx.now_ns >= apic.due_ns or not is_open(ctx, apic):
        return Verdict.PASS
    offset = register(ctx)
    if offset == LocalApicReg.CURRENT_COUNT:
        is_off = apic.due_ns == NEVER or apic.deadline != 0
        ctx.data = 0 if is_off else current_count(apic, ctx.now_ns)
    elif is_word(offset, LocalApicReg.IRR0):
        pair = pair_at(offset)
        ctx.data = word(apic.classes[pair].irr, apic.classes[pair + 1].irr)
    elif is_word(offset, LocalApicReg.TMR0):
        pair = pair_at(offset)
        ctx.data = word(apic.classes[pair].tmr, apic.classes[pair + 1].tmr)
    else:
        return Verdict.PASS
    return Verdict.HANDLED


@inline
def accept_edge(apic: LocalApicState, vector: u8) -> None:
    """One more request, which may be the highest."""
    accepted = apic.classes[vector >> 4]
    accepted.irr |= 1 << (vector & 15)
    accepted.tmr &= ~(1 << (vector & 15))
    apic.requested = max(apic.requested, vector)


@io_filter
def command_itself(ctx: IoContext, apic: LocalApicState) -> Verdict:
    """The interrupt command: reads, and fixed interrupts of the CPU to itself."""
    if not is_open(ctx, apic):
        return Verdict.PASS
    if not ctx.is_write:
        ctx.data = u64(apic.icr_high) << 32 | apic.icr_low
        return Verdict.HANDLED
    command, vector = u32(ctx.data), u8(ctx.data)
    if ctx.offset >= SIZE and command & ICR_RESERVED:
        return Verdict.PASS
    to_itself = Shorthand.SELF << SHORTHAND_SHIFT
    if command & (3 << SHORTHAND_SHIFT | 7 << MODE_SHIFT) != to_itself:
        return Verdict.PASS
    if vector < FIRST_VECTOR or not apic.svr & ENABLED:
        return Verdict.PASS
    apic.icr_low = command & ICR_WRITABLE
    if ctx.offset >= SIZE:
        apic.icr_high = u32(ctx.data >> 32)
    accept_edge(apic, vector)
    if is_due(apic):
        ctx.raise_line(0)
    return Verdict.HANDLED


@io_filter
def interrupt_itself(ctx: IoContext, apic: LocalApicState) -> Verdict:
    """SELF IPI: a fixed interrupt of the CPU to itself."""
    vector = u8(ctx.data)
    if not ctx.is_write or not is_open(ctx, apic) or is_reserved(ctx, 0xFF):
        return Verdict.PASS
    if vector < FIRST_VECTOR or not apic.svr & ENABLED:
        return Verdict.PASS
    accept_edge(apic, vector)
    if is_due(apic):
        ctx.raise_line(0)
    return Verdict.HANDLED
