# SPDX-License-Identifier: Apache-2.0
"""The registers of a 16550A and their bits (PC16550D data sheet, table II)."""

from __future__ import annotations

from enum import IntEnum


class UartReg(IntEnum):
    """The eight ports; RBR/THR and IER are the divisor while DLAB is set."""

    RBR_THR = 0
    IER = 1
    IIR_FCR = 2
    LCR = 3
    MCR = 4
    LSR = 5
    MSR = 6
    SCR = 7


class Ier(IntEnum):
    """Interrupt enables."""

    RDA = 0x01
    THRE = 0x02
    LINE = 0x04
    MODEM = 0x08


class Iir(IntEnum):
    """Interrupt identification, highest priority first."""

    LINE = 0x06
    RDA = 0x04
    TIMEOUT = 0x0C
    THRE = 0x02
    MODEM = 0x00
    NONE = 0x01


class Fcr(IntEnum):
    """FIFO control."""

    ENABLE = 0x01
    CLEAR_RX = 0x02
    CLEAR_TX = 0x04
    DMA = 0x08


class Lcr(IntEnum):
    """Line control."""

    STOP = 0x04
    PARITY = 0x08
    DLAB = 0x80


class Mcr(IntEnum):
    """Modem control."""

    DTR = 0x01
    RTS = 0x02
    OUT1 = 0x04
    OUT2 = 0x08
    LOOP = 0x10


class Lsr(IntEnum):
    """Line status."""

    DR = 0x01
    OE = 0x02
    PE = 0x04
    FE = 0x08
    BI = 0x10
    THRE = 0x20
    TEMT = 0x40
    FIFO_ERROR = 0x80


class Msr(IntEnum):
    """Modem status: deltas below, inputs above."""

    DCTS = 0x01
    DDSR = 0x02
    TERI = 0x04
    DDCD = 0x08
    CTS = 0x10
    DSR = 0x20
    RI = 0x40
    DCD = 0x80


CHARACTER_ERRORS = Lsr.PE | Lsr.FE | Lsr.BI
ERRORS = Lsr.OE | CHARACTER_ERRORS
DELTAS = Msr.DCTS | Msr.DDSR | Msr.TERI | Msr.DDCD
#: LSR of a UART that has sent all and received nothing.
IDLE = Lsr.THRE | Lsr.TEMT
#: What MSR shows of another end that is there.
CONNECTED = Msr.CTS | Msr.DSR | Msr.DCD
#: IIR: the FIFOs are on; the identification itself.
FIFO_BITS = 0xC0
IIR_ID = 0x0F


def looped(mcr: int) -> int:
    """The modem inputs that MCR's outputs become in loopback."""
    pairs = ((Mcr.RTS, Msr.CTS), (Mcr.DTR, Msr.DSR), (Mcr.OUT1, Msr.RI), (Mcr.OUT2, Msr.DCD))
    return sum(target for source, target in pairs if mcr & source)
