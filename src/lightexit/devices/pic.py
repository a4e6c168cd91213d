# SPDX-License-Identifier: Apache-2.0
"""PIC: the pair of 8259A interrupt controllers, with the edge/level registers beside them.

Fast path: reads of the mask, IRR and ISR; masks and EOIs that do not change the chip's INT
output, which is nearly all of them.
Reference: Intel 8259A data sheet, order number 231468; Intel 82371AB (PIIX4), section 4.2.4,
for what a PC's pair leaves out: LTIM gives way to the ELCR, ICW3 and the buffered mode are
wired, vectors are always those of the 8086 mode.

An edge request stands as long as its line does: dropped before the acknowledge, the chip
answers with IR7. So a device that only pulses its line is not heard. The wire between the
chips has no delay, so that a guest meets the IR7 of the master, never that of the slave.
Power-on leaves the chips as after ICW1, with vectors from 0. A poll that finds no request
reads 0.

Threat table: `docs/devices.md`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
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
)

MASTER, SLAVE = 0, 1
CASCADE = 2
SPURIOUS = 7
#: Lines that may be level-triggered: not the timer, keyboard, cascade, RTC and FPU.
ELCR_MASKS = (0xF8, 0xDE)
#: Inputs of each chip with a slave, for the special fully nested mode.
NESTING = (1 << CASCADE, 0)
#: Bits of a command word that tell which word it is.
IS_ICW1 = 1 << 4
IS_OCW3 = 1 << 3
#: Bits that are 0 in a non-specific or specific EOI, and the one that is 1.
NOT_PLAIN_EOI = 0xB8


class PicReg(IntEnum):
    """Offsets; each chip's A0 is bit 0."""

    MASTER_COMMAND = 0
    MASTER_DATA = 1
    SLAVE_COMMAND = 2
    SLAVE_DATA = 3
    MASTER_ELCR = 4
    SLAVE_ELCR = 5


class Icw1(IntEnum):
    """Bits of the first initialisation word."""

    NEEDS_ICW4 = 1 << 0
    SINGLE = 1 << 1


class Icw4(IntEnum):
    """Bits of the fourth initialisation word."""

    AUTO_EOI = 1 << 1
    FULLY_NESTED = 1 << 4


class Ocw2(IntEnum):
    """Commands, in bits 5 to 7 of the second operation word."""

    ROTATE_OFF = 0 << 5
    EOI = 1 << 5
    SPECIFIC_EOI = 3 << 5
    ROTATE_ON = 4 << 5
    ROTATE_EOI = 5 << 5
    SET_PRIORITY = 6 << 5
    ROTATE_SPECIFIC_EOI = 7 << 5


class Ocw3(IntEnum):
    """Bits of the third operation word."""

    ISR = 1 << 0
    SELECT = 1 << 1
    POLL = 1 << 2
    SPECIAL_MASK = 1 << 5
    SET_SPECIAL_MASK = 1 << 6


class PicChip(Struct):
    """One 8259A. Bit n of a mask is its input IRn."""

    lines: u8  # levels of the inputs
    irr: u8
    imr: u8
    isr: u8
    elcr: u8
    vectors: u8
    lowest: u8 = SPURIOUS  # the input with the lowest priority
    next_icw: u8  # which initialisation word the data port expects: 2 to 4, or 0 for none
    icw1: u8
    icw4: u8
    nesting: u8  # inputs that requests may come from while one of theirs is in service
    special_mask: bool
    rotate_on_aeoi: bool
    read_isr: bool
    poll: bool


class PicState(Struct):
    """Master and slave."""

    chips: Array[PicChip] = array(PicChip, 2)


@inline
def by_priority(chip: PicChip, inputs: u8) -> u16:
    """Inputs turned so that bit 0 has the highest priority."""
    return u8((inputs << 8 | inputs) >> ((chip.lowest + 1) & 7))


@inline
def lowest_bit(value: u16) -> u16:
    """The lowest set bit alone; 0 for none."""
    return value & u16(-value)


@inline
def holding(chip: PicChip, imr: u8, isr: u8) -> u8:
    """The inputs in service that count: special mask mode looks past the masked ones."""
    return isr & ~imr if chip.special_mask else isr


@inline
def wins(chip: PicChip, imr: u8, isr: u8) -> u16:
    """The request to be served next, as a bit in order of priority; 0 for none.

    With `imr` and `isr` as given, so that a change can be judged before it is made.
    """
    first = lowest_bit(by_priority(chip, chip.irr & ~imr))
    limit = lowest_bit(by_priority(chip, holding(chip, imr, isr)) | 0x100)
    if by_priority(chip, chip.nesting) & limit:
        limit = limit << 1
    return first if first < limit else 0


@inline
def interrupting(chip: PicChip) -> bool:
    """The level of INT."""
    return wins(chip, chip.imr, chip.isr) != 0


@inline
def end_of_interrupt(chip: PicChip, command: u8) -> u8:
    """The ISR after an EOI; specific ones name the input in bits 0 to 2."""
    if command & Ocw2.SPECIFIC_EOI == Ocw2.SPECIFIC_EOI:
        return chip.isr & ~(1 << (command & 7))
    top = lowest_bit(by_priority(chip, holding(chip, chip.imr, chip.isr)))
    turned = top << ((chip.lowest + 1) & 7)
    return chip.isr & ~(turned | turned >> 8)


@inline
def register(chip: PicChip, a0: u8) -> u8:
    """What a read gives unless it polls."""
    if a0:
        return chip.imr
    return chip.isr if chip.read_isr else chip.irr


@io_filter
def read_mask_or_end(ctx: IoContext, pic: PicState) -> Verdict:
    """Reads but polls; OCW1 and plain EOIs where INT stays as it is."""
    if ctx.offset > PicReg.SLAVE_DATA:
        return Verdict.PASS
    chip = pic.chips[ctx.offset >> 1]
    a0: u8 = ctx.offset & 1
    if not ctx.is_write:
        if chip.poll:
            return Verdict.PASS
        ctx.data = register(chip, a0)
        return Verdict.HANDLED
    value = u8(ctx.data)
    plain = chip.next_icw == 0 if a0 else value & NOT_PLAIN_EOI == Ocw2.EOI
    imr = value if a0 else chip.imr
    isr = chip.isr if a0 else end_of_interrupt(chip, value)
    if not plain or (wins(chip, imr, isr) != 0) != interrupting(chip):
        return Verdict.PASS
    chip.imr = imr
    chip.isr = isr
    return Verdict.HANDLED


def number_of(chip: PicChip, first: int) -> int:
    """The number of the input with that bit in order of priority."""
    return (first.bit_length() + chip.lowest) & 7


def serve(chip: PicChip) -> int | None:
    """Acknowledge the request that wins: its number, or None where there is none."""
    first = wins(chip, chip.imr, chip.isr)
    if not first:
        return None
    number = number_of(chip, first)
    chip.irr &= ~(1 << number) | chip.elcr
    if not chip.icw4 & Icw4.AUTO_EOI:
        chip.isr |= 1 << number
    elif chip.rotate_on_aeoi:
        chip.lowest = number
    return number


def change_line(chip: PicChip, number: int, level: bool) -> None:
    """An input rises or falls; a request falls with it."""
    bit = 1 << number
    chip.lines = chip.lines | bit if level else chip.lines & ~bit
    chip.irr = chip.irr | bit if level else chip.irr & ~bit


def initialise(chip: PicChip, icw1: int) -> None:
    """ICW1: all but the wires and the ELCR starts anew; an edge must come again."""
    lines, elcr = chip.lines, chip.elcr
    chip.reset()
    chip.lines, chip.elcr, chip.irr = lines, elcr, lines & elcr
    chip.icw1, chip.next_icw = icw1, 2


def write_data(chip: PicChip, value: int, nesting: int) -> None:
    """ICW2 to ICW4, then OCW1."""
    last = 4 if chip.icw1 & Icw1.NEEDS_ICW4 else 0
    match chip.next_icw:
        case 2:
            chip.vectors = value & 0xF8
            chip.next_icw = last if chip.icw1 & Icw1.SINGLE else 3
        case 3:
            chip.next_icw = last
        case 4:
            chip.icw4, chip.next_icw = value, 0
            chip.nesting = nesting if value & Icw4.FULLY_NESTED else 0
        case _:
            chip.imr = value


def command2(chip: PicChip, value: int) -> None:
    """OCW2: EOIs and priorities."""
    match value & 0xE0:
        case Ocw2.ROTATE_ON | Ocw2.ROTATE_OFF:
            chip.rotate_on_aeoi = value & 0xE0 == Ocw2.ROTATE_ON
        case Ocw2.SET_PRIORITY:
            chip.lowest = value & 7
        case Ocw2.EOI | Ocw2.SPECIFIC_EOI:
            chip.isr = end_of_interrupt(chip, value)
        case Ocw2.ROTATE_SPECIFIC_EOI:
            chip.isr, chip.lowest = end_of_interrupt(chip, value), value & 7
        case Ocw2.ROTATE_EOI:
            ended = chip.isr ^ end_of_interrupt(chip, value)
            chip.isr ^= ended
            chip.lowest = ended.bit_length() - 1 if ended else chip.lowest


def command3(chip: PicChip, value: int) -> None:
    """OCW3: special mask, poll, and which register is read."""
    if value & Ocw3.SET_SPECIAL_MASK:
        chip.special_mask = bool(value & Ocw3.SPECIAL_MASK)
    if value & Ocw3.SELECT:
        chip.read_isr = bool(value & Ocw3.ISR)
    if value & Ocw3.POLL:
        chip.poll = True


def write_elcr(chip: PicChip, elcr: int) -> None:
    """Choose the level-triggered inputs: those that change take their request from the line."""
    changed = chip.elcr ^ elcr
    chip.irr = chip.irr & ~changed | chip.lines & elcr
    chip.elcr = elcr


class Pic(Device[PicState]):
    """The model: initialisation, rotation, polls, acknowledges, and the wires between."""

    name = "pic"
    registers = PicReg
    regions = (
        pio(
            2,
            name="master",
            offset=PicReg.MASTER_COMMAND,
            register_width=1,
            filter=read_mask_or_end,
        ),
        pio(
            2, name="slave", offset=PicReg.SLAVE_COMMAND, register_width=1, filter=read_mask_or_end
        ),
        pio(2, name="elcr", offset=PicReg.MASTER_ELCR, register_width=1),
    )

    def __init__(self, clock: Clock, intr: Line) -> None:
        super().__init__(clock)
        self.intr = intr
        self.lines = (intr,)
        self.inputs = tuple(Line(self._listener(number)) for number in range(16))

    def input(self, number: int) -> Line:
        """The wire of IRQ `number`, 0 to 15; number 2 is the slave's INT."""
        return self.inputs[number]

    def _listener(self, number: int) -> Callable[[bool], None]:
        return lambda level: self._change_line(number, level)

    def _change_line(self, number: int, level: bool) -> None:
        change_line(self.state.chips[number >> 3], number & 7, level)
        self._drive()

    def _drive(self) -> None:
        """Put the slave's INT on the master's input and the master's on the CPU's."""
        self.inputs[CASCADE].set(interrupting(self.state.chips[SLAVE]))
        self.intr.set(interrupting(self.state.chips[MASTER]))

    def _serve(self, index: int) -> int | None:
        """Acknowledge at one chip. The slave's INT falls, to rise again if there is more."""
        number = serve(self.state.chips[index])
        if index == SLAVE:
            self.inputs[CASCADE].set(False)
        return number

    def acknowledge(self) -> int:
        """INTA: the vector for the CPU. Where the request is gone, that of IR7."""
        chip, number = self.state.chips[MASTER], self._serve(MASTER)
        if number == CASCADE:
            chip, number = self.state.chips[SLAVE], self._serve(SLAVE)
        self._drive()
        return chip.vectors + (SPURIOUS if number is None else number)

    def read(self, offset: int, size: int) -> int:
        """A register, or the answer to a poll: bit 7 and the number of what it acknowledged."""
        chip = self.state.chips[offset & 1 if offset >= PicReg.MASTER_ELCR else offset >> 1]
        if offset >= PicReg.MASTER_ELCR:
            return chip.elcr
        return self._poll(offset >> 1) if chip.poll else register(chip, offset & 1)

    def _poll(self, index: int) -> int:
        self.state.chips[index].poll = False
        number = self._serve(index)
        self._drive()
        return 0 if number is None else 0x80 | number

    def write(self, offset: int, value: int, size: int) -> None:
        """An initialisation or operation word, or an ELCR."""
        value &= 0xFF
        if offset >= PicReg.MASTER_ELCR:
            index = offset & 1
            write_elcr(self.state.chips[index], value & ELCR_MASKS[index])
        elif offset & 1:
            write_data(self.state.chips[offset >> 1], value, NESTING[offset >> 1])
        else:
            self._command(self.state.chips[offset >> 1], value)
        self._drive()

    @staticmethod
    def _command(chip: PicChip, value: int) -> None:
        if value & IS_ICW1:
            initialise(chip, value)
        elif value & IS_OCW3:
            command3(chip, value)
        else:
            command2(chip, value)

    def reset(self) -> None:
        """Power-on state; the wires keep their levels."""
        for chip in self.state.chips:
            chip.elcr = 0
            initialise(chip, 0)
            chip.next_icw = 0
        self._drive()
