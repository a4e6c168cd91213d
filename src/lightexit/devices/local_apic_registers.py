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
    """Offsets in the page of the xAPIC. Every register is 32 bits wide, in 16 bytes."""

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
    #: An MSR only.
    SELF_IPI = 0x3F0
    #: IA32_APIC_BASE and IA32_TSC_DEADLINE.
    BASE = SIZE + 0x1B
    DEADLINE = SIZE + 0x6E0


def by_msr(register: int) -> int:
    """The offset of the MSR that is a register of the x2APIC."""
    return X2APIC + register // SPACING


class ApicWindow(IntEnum):
    """Where the registers are: in the page, in MSRs, or nowhere, as in a CPU without an APIC."""

    PAGE = 0
    MSRS = 1
    NONE = 2


#: Windows by the bits EN and EXTD of IA32_APIC_BASE, with the base after reset and the bit of the
#: first CPU beside them; from where to where they may change (section 11.12.5).
BASES = {ApicWindow.NONE: 0, ApicWindow.PAGE: 1 << 11, ApicWindow.MSRS: 3 << 10}
BASE_ADDRESS, FIRST_CPU = 0xFEE0_0000, 1 << 8
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
