# SPDX-License-Identifier: Apache-2.0
"""Registers of a local APIC: where they are, and what of them software may set.

Reference: Intel SDM volume 3, chapter 11 (APIC): table 11-1, figures 11-5, 11-8, 11-9, 11-10,
11-12, 11-26, section 11.12.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit.filter import ApicMode

#: The page of the xAPIC; MSRs have their numbers as offsets behind it.
SIZE = 0x1000
#: What a register has in the page; the words of a vector register, 32 vectors each.
SPACING, WORDS = 0x10, 8
#: The MSRs of the x2APIC: its registers in their order, one number each.
X2APIC = SIZE + 0x800


class LocalApicReg(IntEnum):
    """Offsets: in the page of the xAPIC, where every register is 32 bits wide, in 16 bytes; then
    of MSRs, and of CR8."""

    ID = 0x20
    VERSION = 0x30
    TPR = 0x80
    APR = 0x90
    PPR = 0xA0
    EOI = 0xB0
    REMOTE_READ = 0xC0
    LDR = 0xD0
    DFR = 0xE0
    SVR = 0xF0
    ISR0 = 0x100
    ISR1 = 0x110
    ISR2 = 0x120
    ISR3 = 0x130
    ISR4 = 0x140
    ISR5 = 0x150
    ISR6 = 0x160
    ISR7 = 0x170
    TMR0 = 0x180
    TMR1 = 0x190
    TMR2 = 0x1A0
    TMR3 = 0x1B0
    TMR4 = 0x1C0
    TMR5 = 0x1D0
    TMR6 = 0x1E0
    TMR7 = 0x1F0
    IRR0 = 0x200
    IRR1 = 0x210
    IRR2 = 0x220
    IRR3 = 0x230
    IRR4 = 0x240
    IRR5 = 0x250
    IRR6 = 0x260
    IRR7 = 0x270
    ESR = 0x280
    ICR_LOW = 0x300
    ICR_HIGH = 0x310
    LVT_TIMER = 0x320
    LVT_THERMAL = 0x330
    LVT_PERFORMANCE = 0x340
    LVT_LINT0 = 0x350
    LVT_LINT1 = 0x360
    LVT_ERROR = 0x370
    INITIAL_COUNT = 0x380
    CURRENT_COUNT = 0x390
    DIVIDE = 0x3E0
    #: IA32_APIC_BASE and IA32_TSC_DEADLINE.
    BASE = SIZE + 0x1B
    DEADLINE = SIZE + 0x6E0
    X2_ID = X2APIC + 0x02
    X2_VERSION = X2APIC + 0x03
    X2_TPR = X2APIC + 0x08
    X2_PPR = X2APIC + 0x0A
    X2_EOI = X2APIC + 0x0B
    X2_LDR = X2APIC + 0x0D
    X2_SVR = X2APIC + 0x0F
    X2_ISR0 = X2APIC + 0x10
    X2_ISR1 = X2APIC + 0x11
    X2_ISR2 = X2APIC + 0x12
    X2_ISR3 = X2APIC + 0x13
    X2_ISR4 = X2APIC + 0x14
    X2_ISR5 = X2APIC + 0x15
    X2_ISR6 = X2APIC + 0x16
    X2_ISR7 = X2APIC + 0x17
    X2_TMR0 = X2APIC + 0x18
    X2_TMR1 = X2APIC + 0x19
    X2_TMR2 = X2APIC + 0x1A
    X2_TMR3 = X2APIC + 0x1B
    X2_TMR4 = X2APIC + 0x1C
    X2_TMR5 = X2APIC + 0x1D
    X2_TMR6 = X2APIC + 0x1E
    X2_TMR7 = X2APIC + 0x1F
    X2_IRR0 = X2APIC + 0x20
    X2_IRR1 = X2APIC + 0x21
    X2_IRR2 = X2APIC + 0x22
    X2_IRR3 = X2APIC + 0x23
    X2_IRR4 = X2APIC + 0x24
    X2_IRR5 = X2APIC + 0x25
    X2_IRR6 = X2APIC + 0x26
    X2_IRR7 = X2APIC + 0x27
    X2_ESR = X2APIC + 0x28
    X2_ICR = X2APIC + 0x30
    X2_LVT_TIMER = X2APIC + 0x32
    X2_LVT_THERMAL = X2APIC + 0x33
    X2_LVT_PERFORMANCE = X2APIC + 0x34
    X2_LVT_LINT0 = X2APIC + 0x35
    X2_LVT_LINT1 = X2APIC + 0x36
    X2_LVT_ERROR = X2APIC + 0x37
    X2_INITIAL_COUNT = X2APIC + 0x38
    X2_CURRENT_COUNT = X2APIC + 0x39
    X2_DIVIDE = X2APIC + 0x3E
    X2_SELF_IPI = X2APIC + 0x3F
    #: The upper 4 bits of TPR, as a control register of the CPU (section 11.8.6).
    CR8 = 2 * SIZE


#: Where SELF IPI would be in the page.
SELF_IPI = 0x3F0


class ApicWindow(IntEnum):
    """Where the registers are: in the page, in MSRs, or nowhere, as in a CPU without an APIC."""

    PAGE = 0
    MSRS = 1
    NONE = 2


#: Windows by the bits EN and EXTD of IA32_APIC_BASE, with the base after reset and the bit of the
#: first CPU beside them; from where to where they may change (section 11.12.5).
BASES = {ApicWindow.NONE: 0, ApicWindow.PAGE: 1 << 11, ApicWindow.MSRS: 3 << 10}
BASE_ADDRESS, FIRST_CPU = 0xFEE0_0000, 1 << 8
#: Its address, and the two bits.
BASE_ADDRESSES, BASE_MODES = 0xFFFF_F000, 3 << 10
CHANGES = (
    (ApicWindow.PAGE, ApicWindow.MSRS),
    (ApicWindow.PAGE, ApicWindow.NONE),
    (ApicWindow.MSRS, ApicWindow.NONE),
    (ApicWindow.NONE, ApicWindow.PAGE),
)


class Lvt(IntEnum):
    """The entries of the local vector table, by number."""

    TIMER = 0
    THERMAL = 1
    PERFORMANCE = 2
    LINT0 = 3
    LINT1 = 4
    ERROR = 5


class LvtBit(IntEnum):
    """Of an entry; the vector is in bits 0 to 7, the delivery mode in 8 to 10."""

    REMOTE_IRR = 1 << 14
    LEVEL = 1 << 15
    MASKED = 1 << 16
    PERIODIC = 1 << 17
    DEADLINE = 1 << 18


#: What software may set in each entry.
LVT_WRITABLE = (0x3_00FF, 0x1_07FF, 0x1_07FF, 0x1_A7FF, 0x1_A7FF, 0x1_00FF)
MODE_SHIFT = 8


class IcrBit(IntEnum):
    """Of the interrupt command; vector and delivery mode as in the local vector table."""

    LOGICAL = 1 << 11
    ASSERT = 1 << 14
    LEVEL = 1 << 15


ICR_WRITABLE, SHORTHAND_SHIFT = 0xC_CFFF, 18
#: Of the command of an x2APIC; bit 12 means nothing.
ICR_RESERVED = 0xFFF3_2000


class Shorthand(IntEnum):
    """Whom a command is for, in bits 18 and 19."""

    NONE = 0
    SELF = 1
    ALL = 2
    OTHERS = 3


class ErrorBit(IntEnum):
    """Of the error status."""

    SEND_ILLEGAL = 1 << 5
    RECEIVE_ILLEGAL = 1 << 6
    ILLEGAL_REGISTER = 1 << 7


#: The software-enable bit of SVR, and what else may be set there.
ENABLED, SVR_WRITABLE = 1 << 8, 0x1FF
#: Version 0x14, of integrated APICs; the number of the last entry of the vector table.
VERSION = 0x14 | (len(Lvt) - 1) << 16
#: Vectors below are illegal: the processor's own exceptions.
FIRST_VECTOR = 16
#: The destination that means every local APIC; the flat model in DFR.
EVERY, FLAT = 0xFF, 0xF
#: The same in an x2APIC's own commands.
EVERY_X2 = 0xFFFF_FFFF
#: An ID or a logical destination is in the uppermost 8 bits of its register.
ID_SHIFT = 24
NEVER = 2**64 - 1


#: Delivery modes that a command may have.
COMMANDS = (
    ApicMode.FIXED,
    ApicMode.LOWEST_PRIORITY,
    ApicMode.NMI,
    ApicMode.INIT,
    ApicMode.STARTUP,
)
#: Registers whose writes are lost; all others that are not there are an error.
READ_ONLY = (
    LocalApicReg.VERSION,
    LocalApicReg.APR,
    LocalApicReg.PPR,
    LocalApicReg.REMOTE_READ,
    LocalApicReg.CURRENT_COUNT,
    *range(LocalApicReg.ISR0, LocalApicReg.ESR, SPACING),
)
#: What an x2APIC's registers take besides the command and the vector table; others take nothing.
#: Focus checking in SVR means nothing; bits of LVT that only read mean nothing as they are written.
X2_WRITABLE = {
    LocalApicReg.TPR: 0xFF,
    LocalApicReg.EOI: 0,
    LocalApicReg.SVR: SVR_WRITABLE | 1 << 9,
    LocalApicReg.ESR: 0,
    LocalApicReg.INITIAL_COUNT: EVERY_X2,
    LocalApicReg.DIVIDE: 0xB,
    SELF_IPI: 0xFF,
}
X2_WRITE_ONLY = (LocalApicReg.EOI, SELF_IPI)
LVT_READ_ONLY = 1 << 12 | LvtBit.REMOTE_IRR
