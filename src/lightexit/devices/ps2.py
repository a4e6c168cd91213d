# SPDX-License-Identifier: Apache-2.0
"""8042 keyboard controller with a keyboard and no mouse.

Fast path: reads of the status register, which every driver polls, and of the data port while
nothing new stands in it. The model does the rest.
Reference: IBM PS/2 Hardware Interface Technical Reference, "Keyboard and Auxiliary Device
Controller" and "Keyboards".

Scan codes are set 1 from the start (`type_codes`): the controller's translation is not redone.
"""

from __future__ import annotations

from enum import IntEnum

from lightexit.bus.clock import Clock
from lightexit.bus.line import Line
from lightexit.bus.region import pio
from lightexit.devices.device import Device
from lightexit.filter import Array, IoContext, Struct, Verdict, array, inline, io_filter, u8, u16

QUEUE_SIZE = 16
#: Marks of queued bytes: from the auxiliary port; from the controller itself.
FROM_AUX, FROM_CONTROLLER = 0x100, 0x200


class Ps2Reg(IntEnum):
    """The two ports; the second is the status on reads, the command on writes."""

    DATA = 0
    STATUS = 4


class Ps2Status(IntEnum):
    """The status register."""

    OUTPUT_FULL = 0x01
    INPUT_FULL = 0x02
    SYSTEM = 0x04
    COMMAND = 0x08
    UNLOCKED = 0x10
    AUX_DATA = 0x20


class Mode(IntEnum):
    """The controller command byte."""

    KEYBOARD_IRQ = 0x01
    AUX_IRQ = 0x02
    SYSTEM = 0x04
    KEYBOARD_OFF = 0x10
    AUX_OFF = 0x20
    TRANSLATE = 0x40


class ControllerCommand(IntEnum):
    """Controller commands."""

    READ_MODE = 0x20
    WRITE_MODE = 0x60
    AUX_DISABLE = 0xA7
    AUX_ENABLE = 0xA8
    AUX_TEST = 0xA9
    SELF_TEST = 0xAA
    KEYBOARD_TEST = 0xAB
    KEYBOARD_DISABLE = 0xAD
    KEYBOARD_ENABLE = 0xAE
    READ_INPUT_PORT = 0xC0
    READ_OUTPUT_PORT = 0xD0
    WRITE_OUTPUT_PORT = 0xD1
    ECHO_KEYBOARD = 0xD2
    ECHO_AUX = 0xD3
    WRITE_AUX = 0xD4
    A20_OFF = 0xDD
    A20_ON = 0xDF
    PULSE = 0xF0


class KeyboardByte(IntEnum):
    """Commands to the keyboard and its answers."""

    SET_LEDS = 0xED
    ECHO = 0xEE
    SCAN_SET = 0xF0
    IDENTIFY = 0xF2
    SET_RATE = 0xF3
    ENABLE = 0xF4
    DISABLE = 0xF5
    DEFAULTS = 0xF6
    RESET = 0xFF
    ACK = 0xFA
    TEST_PASSED = 0xAA
    RESEND = 0xFE


TAKES_DATA = frozenset(
    (
        ControllerCommand.WRITE_MODE,
        ControllerCommand.WRITE_OUTPUT_PORT,
        ControllerCommand.ECHO_KEYBOARD,
        ControllerCommand.ECHO_AUX,
        ControllerCommand.WRITE_AUX,
    )
)
TAKES_ARGUMENT = frozenset((KeyboardByte.SET_LEDS, KeyboardByte.SCAN_SET, KeyboardByte.SET_RATE))
#: Scan-code sets, and what becomes of their numbers in the controller's translation.
TRANSLATED_SETS = {1: 0x43, 2: 0x41, 3: 0x3F}
DEFAULT_SET = 2
NOT_RESET, A20_GATE = 0x01, 0x02
TEST_PASSED, LINE_FINE, INPUT_PORT = 0x55, 0x00, 0x80


class Ps2State(Struct):
    """`output` is the output buffer; `queue[head:head+count]`, as a ring, waits behind it.

    `typed` says that a byte from the keyboard stands in it; `last_typed` is the one that was read
    last, and no request to resend.
    """

    status: u8 = Ps2Status.COMMAND | Ps2Status.UNLOCKED
    output: u8
    mode: u8 = Mode.TRANSLATE | Mode.KEYBOARD_IRQ
    output_port: u8 = 0xCF
    pending: u8
    keyboard_pending: u8
    scanning: bool = True
    scan_set: u8 = DEFAULT_SET
    typed: bool
    last_typed: u8 = KeyboardByte.TEST_PASSED  # what it sends as it is powered on
    head: u8
    count: u8
    queue: Array[u16] = array(u16, QUEUE_SIZE)


@io_filter
def read_status(ctx: IoContext, ps2: Ps2State) -> Verdict:
    """Answer status reads, and data reads that take nothing out of the buffer."""
    if ctx.is_write:
        return Verdict.PASS
    if ctx.offset == Ps2Reg.STATUS:
        ctx.data = ps2.status
        return Verdict.HANDLED
    if ctx.offset != Ps2Reg.DATA or ps2.status & Ps2Status.OUTPUT_FULL:
        return Verdict.PASS
    ctx.data = ps2.output
    return Verdict.HANDLED


@inline
def is_settled(ps2: Ps2State) -> bool:
    """Of an empty output buffer nothing is said, and no byte waits that could fill it."""
    if ps2.head >= QUEUE_SIZE or ps2.count > QUEUE_SIZE:
        return False
    if ps2.status & Ps2Status.OUTPUT_FULL:
        return True
    if ps2.typed or ps2.status & Ps2Status.AUX_DATA:
        return False
    if ps2.mode & Mode.KEYBOARD_OFF and not ps2.queue[ps2.head] & FROM_CONTROLLER:
        return True
    return ps2.count == 0


class Ps2(Device[Ps2State]):
    """Drives `irq1` and `irq12` while the output buffer is full, `a20`, and pulses `reset`."""

    name = "ps2"
    registers = Ps2Reg
    invariant = staticmethod(is_settled)
    regions = (
        pio(1, offset=Ps2Reg.DATA, register_width=1, filter=read_status),
        pio(1, offset=Ps2Reg.STATUS, register_width=1, filter=read_status),
    )

    def __init__(self, clock: Clock, irq1: Line, irq12: Line, a20: Line, reset: Line) -> None:
        super().__init__(clock)
        self.lines = (irq1, irq12, a20, reset)
        self._irq1, self._irq12, self._a20, self._reset = self.lines
        self._drive()

    def reset(self) -> None:
        """Power-on state: buffers empty, A20 open."""
        super().reset()
        self._drive()

    def type_codes(self, codes: bytes) -> None:
        """Scan codes of set 1, as the keyboard would send them."""
        if self.state.scanning:
            for code in codes:
                self._queue(code)
            self._settle()

    def read(self, offset: int, size: int) -> int:
        """The status, or the output buffer, which the next byte then fills."""
        if offset == Ps2Reg.STATUS:
            return self.state.status
        return self._take() if offset == Ps2Reg.DATA else super().read(offset, size)

    def _take(self) -> int:
        """Empty the output buffer. The lines fall, so that the next byte makes an edge too."""
        ps2 = self.state
        value = ps2.output
        if ps2.typed and value != KeyboardByte.RESEND:
            ps2.last_typed = value
        ps2.typed = False
        ps2.status &= ~(Ps2Status.OUTPUT_FULL | Ps2Status.AUX_DATA)
        self._drive()
        self._settle()
        return value

    def write(self, offset: int, value: int, size: int) -> None:
        """A command to the controller, or data for the command that waits for it."""
        byte = value & 0xFF
        if offset == Ps2Reg.STATUS:
            self.state.status |= Ps2Status.COMMAND
            self._command(byte)
        elif offset == Ps2Reg.DATA:
            self.state.status &= ~Ps2Status.COMMAND
            self._data(byte)
        self._settle()

    def _command(self, byte: int) -> None:
        ps2 = self.state
        ps2.pending = byte if byte in TAKES_DATA else 0
        match byte:
            case ControllerCommand.READ_MODE:
                self._answer(ps2.mode)
            case ControllerCommand.SELF_TEST:
                ps2.status |= Ps2Status.SYSTEM
                ps2.mode |= Mode.SYSTEM
                self._answer(TEST_PASSED)
            case ControllerCommand.KEYBOARD_TEST | ControllerCommand.AUX_TEST:
                self._answer(LINE_FINE)
            case ControllerCommand.READ_INPUT_PORT:
                self._answer(INPUT_PORT)
            case ControllerCommand.READ_OUTPUT_PORT:
                self._answer(ps2.output_port)
            case _:
                self._switch(byte)

    def _switch(self, byte: int) -> None:
        """Commands that only switch something on or off."""
        ps2 = self.state
        match byte:
            case ControllerCommand.KEYBOARD_DISABLE:
                ps2.mode |= Mode.KEYBOARD_OFF
            case ControllerCommand.KEYBOARD_ENABLE:
                ps2.mode &= ~Mode.KEYBOARD_OFF
            case ControllerCommand.AUX_DISABLE:
                ps2.mode |= Mode.AUX_OFF
            case ControllerCommand.AUX_ENABLE:
                ps2.mode &= ~Mode.AUX_OFF
            case ControllerCommand.A20_OFF:
                ps2.output_port &= ~A20_GATE
            case ControllerCommand.A20_ON:
                ps2.output_port |= A20_GATE
            case _ if byte >= ControllerCommand.PULSE and not byte & NOT_RESET:
                self._reset.pulse()

    def _data(self, byte: int) -> None:
        ps2 = self.state
        pending, ps2.pending = ps2.pending, 0
        match pending:
            case ControllerCommand.WRITE_MODE:
                ps2.mode = byte
                ps2.status = ps2.status & ~Ps2Status.SYSTEM | byte & Ps2Status.SYSTEM
            case ControllerCommand.WRITE_OUTPUT_PORT:
                self._write_output_port(byte)
            case ControllerCommand.ECHO_KEYBOARD:
                self._answer(byte)
            case ControllerCommand.ECHO_AUX:
                self._answer(byte | FROM_AUX)
            case ControllerCommand.WRITE_AUX:
                self._answer(KeyboardByte.RESEND | FROM_AUX)
            case _:
                ps2.mode &= ~Mode.KEYBOARD_OFF
                self._keyboard(byte)

    def _write_output_port(self, byte: int) -> None:
        self.state.output_port = byte | NOT_RESET
        if not byte & NOT_RESET:
            self._reset.pulse()

    def _keyboard(self, byte: int) -> None:
        """A byte for the keyboard: a command, or the argument of the one before."""
        ps2 = self.state
        if byte == KeyboardByte.RESEND:
            self._queue(ps2.last_typed)
            return
        pending, ps2.keyboard_pending = ps2.keyboard_pending, 0
        if (
            pending and byte < KeyboardByte.SET_LEDS
        ):  # a command byte in place of an argument is executed
            self._take_argument(pending, byte)
        elif byte in TAKES_ARGUMENT:
            ps2.keyboard_pending = byte
            self._queue(KeyboardByte.ACK)
        else:
            self._obey(byte)

    def _take_argument(self, command: int, argument: int) -> None:
        ps2 = self.state
        if command != KeyboardByte.SCAN_SET:
            self._queue(KeyboardByte.ACK)
        elif argument in TRANSLATED_SETS:
            ps2.scan_set = argument
            self._queue(KeyboardByte.ACK)
        elif argument:
            self._queue(KeyboardByte.RESEND)
        else:
            self._queue(KeyboardByte.ACK)
            translated = ps2.mode & Mode.TRANSLATE
            self._queue(TRANSLATED_SETS[ps2.scan_set] if translated else ps2.scan_set)

    def _obey(self, byte: int) -> None:
        translated = self.state.mode & Mode.TRANSLATE
        match byte:
            case KeyboardByte.IDENTIFY:
                answers = [KeyboardByte.ACK, 0xAB, 0x41 if translated else 0x83]
            case KeyboardByte.ECHO:
                answers = [KeyboardByte.ECHO]
            case KeyboardByte.ENABLE:
                self.state.scanning = True
                answers = [KeyboardByte.ACK]
            case KeyboardByte.DEFAULTS | KeyboardByte.DISABLE:
                self._set_defaults(scanning=byte == KeyboardByte.DEFAULTS)
                answers = [KeyboardByte.ACK]
            case KeyboardByte.RESET:
                self._set_defaults(scanning=True)
                answers = [KeyboardByte.ACK, KeyboardByte.TEST_PASSED]
            case _:
                answers = [KeyboardByte.RESEND]
        for answer in answers:
            self._queue(answer)

    def _set_defaults(self, scanning: bool) -> None:
        self.state.scanning, self.state.scan_set = scanning, DEFAULT_SET

    def _queue(self, entry: int) -> None:
        ps2 = self.state
        if ps2.count < QUEUE_SIZE:
            ps2.queue[(ps2.head + ps2.count) % QUEUE_SIZE] = entry
            ps2.count += 1

    def _answer(self, entry: int) -> None:
        """The controller's own answers go before what the keyboard has sent."""
        ps2 = self.state
        if ps2.count < QUEUE_SIZE:
            ps2.head = (ps2.head - 1) % QUEUE_SIZE
            ps2.queue[ps2.head] = entry | FROM_CONTROLLER
            ps2.count += 1

    def _settle(self) -> None:
        """Fill the output buffer if it is empty, and drive the lines."""
        ps2 = self.state
        if ps2.count and not ps2.status & Ps2Status.OUTPUT_FULL:
            entry = ps2.queue[ps2.head]
            if entry & FROM_CONTROLLER or not ps2.mode & Mode.KEYBOARD_OFF:
                ps2.head = (ps2.head + 1) % QUEUE_SIZE
                ps2.count -= 1
                ps2.output = entry & 0xFF
                ps2.typed = not entry & (FROM_AUX | FROM_CONTROLLER)
                aux = Ps2Status.AUX_DATA if entry & FROM_AUX else 0
                ps2.status |= Ps2Status.OUTPUT_FULL | aux
        self._drive()

    def _drive(self) -> None:
        ps2 = self.state
        full = bool(ps2.status & Ps2Status.OUTPUT_FULL)
        aux = bool(ps2.status & Ps2Status.AUX_DATA)
        self._irq1.set(full and not aux and bool(ps2.mode & Mode.KEYBOARD_IRQ))
        self._irq12.set(full and aux and bool(ps2.mode & Mode.AUX_IRQ))
        self._a20.set(bool(ps2.output_port & A20_GATE))
