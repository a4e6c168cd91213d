# SPDX-License-Identifier: Apache-2.0
"""A law of all devices on a PC's edge-triggered interrupts: no interrupt is lost.

The guest touches a device only when its 8259A interrupts it, and then does what a driver does.
When it has served all interrupts that it was given, no device is left waiting for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import scale
from lightexit.bus.clock import ManualClock
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.devices.pic import Pic
from lightexit.devices.ps2 import ControllerCommand, KeyboardByte, Mode, Ps2, Ps2Status
from lightexit.devices.rtc import B, C, Cmos, Rtc
from lightexit.devices.uart import Uart
from lightexit.devices.uart_registers import IIR_ID, Fcr, Ier, Iir, UartReg
from lightexit.rigs.rig import Rig, Runner
from lightexit.rigs.runners import plain
from lightexit.vm.places import COM1
from lightexit.vm.places import PS2 as DATA_PORT

LAW = settings(derandomize=True, deadline=None, max_examples=scale.full(150))
COMMAND_PORT = DATA_PORT + 4
MASTER, SLAVE, EOI = 0x20, 0xA0, 0x20
SLAVE_VECTORS = 8
#: What happens, with which value, and how many interrupts the guest takes after it.
Event = tuple[str, int, int]


class Driver:
    """A guest with one device. `events` are what may happen by name, `serve` is its handler."""

    events: dict[str, Callable[[int], object]]

    def __init__(self, runner: Runner | None) -> None:
        self.clock = ManualClock()
        self.pic = Pic(self.clock, Line())
        self.rig = Rig(self.clock, [self.pic, self.make()], runner=runner)
        for port, vectors in ((MASTER, 0), (SLAVE, SLAVE_VECTORS)):
            for at, value in ((0, 0x11), (1, vectors), (1, 0), (1, 1)):
                self.rig.outb(port + at, value)
        self.start()

    def make(self) -> Device[Any]:
        raise NotImplementedError

    def start(self) -> None:
        """Make the device interrupt."""

    def serve(self) -> None:
        """Answer one interrupt."""

    def waits(self) -> bool:
        """Whether the device has something for the guest."""
        raise NotImplementedError

    def take(self, most: int) -> None:
        """Serve so many interrupts at most."""
        for _ in range(most):
            if not self.pic.intr.level:
                return
            vector = self.pic.acknowledge()
            self.serve()
            if vector >= SLAVE_VECTORS:
                self.rig.outb(SLAVE, EOI)
            self.rig.outb(MASTER, EOI)


class KeyboardDriver(Driver):
    """Takes one byte an interrupt, of the keyboard and of the mouse's port."""

    def make(self) -> Ps2:
        ps2 = Ps2(self.clock, self.pic.input(1), self.pic.input(12), Line(), Line())
        self.received: list[int] = []
        self.events = {
            "keys": lambda value: ps2.type_codes(bytes(range(1, 2 + value % 9))),
            "ask": lambda value: self.rig.outb(DATA_PORT, KEYBOARD[value % len(KEYBOARD)]),
            "control": lambda value: self.rig.outb(COMMAND_PORT, CONTROL[value % len(CONTROL)]),
        }
        return ps2

    def start(self) -> None:
        self.rig.outb(COMMAND_PORT, ControllerCommand.WRITE_MODE)
        self.rig.outb(DATA_PORT, Mode.KEYBOARD_IRQ | Mode.AUX_IRQ | Mode.TRANSLATE)

    def serve(self) -> None:
        self.received.append(self.rig.inb(DATA_PORT))

    def waits(self) -> bool:
        return bool(self.rig.inb(COMMAND_PORT) & Ps2Status.OUTPUT_FULL)


KEYBOARD = (
    KeyboardByte.IDENTIFY,
    KeyboardByte.SET_LEDS,
    KeyboardByte.ECHO,
    KeyboardByte.RESET,
    KeyboardByte.SCAN_SET,
    KeyboardByte.RESEND,
    0,
    1,
)
CONTROL = (
    *(
        ControllerCommand.READ_MODE,
        ControllerCommand.SELF_TEST,
        ControllerCommand.AUX_TEST,
        ControllerCommand.ECHO_AUX,
    ),
    *(
        ControllerCommand.ECHO_KEYBOARD,
        ControllerCommand.WRITE_AUX,
        ControllerCommand.KEYBOARD_DISABLE,
    ),
    *(
        ControllerCommand.KEYBOARD_ENABLE,
        ControllerCommand.AUX_DISABLE,
        ControllerCommand.AUX_ENABLE,
    ),
)


class SerialDriver(Driver):
    """Serves sources until IIR names none, as PC16550D drivers must on edge-triggered inputs."""

    def make(self) -> Uart:
        uart = Uart(self.clock, self.pic.input(4), lambda data: None)
        self.events = {
            "feed": lambda value: uart.feed(bytes(1 + value % 5)),
            "error": lambda value: uart.receive(value & 0xFF, value & 0x1C),
            "modem": lambda value: uart.set_modem(value & 0xF0),
            "send": lambda value: self.rig.outb(COM1, value & 0xFF),
            "trigger": lambda value: self.rig.outb(
                COM1 + UartReg.IIR_FCR, Fcr.ENABLE | value & 0xC0
            ),
            "wait": lambda value: self.rig.wait(value * 1_000_000),
        }
        return uart

    def start(self) -> None:
        self.rig.outb(COM1 + UartReg.IER, Ier.RDA | Ier.THRE | Ier.LINE | Ier.MODEM)

    def serve(self) -> None:
        for _ in range(100):
            source = self.rig.inb(COM1 + UartReg.IIR_FCR) & IIR_ID
            if source == Iir.NONE:
                return
            if source in CLEARED_BY:
                self.rig.inb(COM1 + CLEARED_BY[source])
        raise AssertionError("a source that cannot be served")

    def waits(self) -> bool:
        uart = self.rig.devices[1]
        assert isinstance(uart, Uart)
        return not uart.state.iir & Iir.NONE


#: The register that a driver reads for a source; that of THRE is IIR itself.
CLEARED_BY: Mapping[int, UartReg] = {
    Iir.LINE: UartReg.LSR,
    Iir.RDA: UartReg.RBR_THR,
    Iir.TIMEOUT: UartReg.RBR_THR,
    Iir.MODEM: UartReg.MSR,
}


class ClockDriver(Driver):
    """Reads register C at every interrupt."""

    def make(self) -> Rtc:
        self.events = {
            "wait": lambda value: self.rig.wait(value * 1_000_000),
            "jump": lambda value: self.clock.advance(value * 1_000_000),
            "enable": lambda value: self.write(Cmos.B, value & (B.PIE | B.AIE | B.UIE)),
            "rate": lambda value: self.write(Cmos.A, 0x20 | value & 0x0F),
        }
        return Rtc(self.clock, self.pic.input(8))

    def write(self, index: int, value: int) -> None:
        self.rig.outb(0x70, index)
        self.rig.outb(0x71, value)

    def start(self) -> None:
        self.write(Cmos.B, B.PIE | B.AIE | B.UIE)

    def serve(self) -> None:
        self.rig.outb(0x70, Cmos.C)
        self.rig.inb(0x71)

    def waits(self) -> bool:
        rtc = self.rig.devices[1]
        assert isinstance(rtc, Rtc)
        return bool(rtc.state.cmos[Cmos.C] & C.IRQF)


def play(driver: Driver, events: Sequence[Event]) -> None:
    for name, value, taken in events:
        driver.events[name](value)
        driver.take(taken)


@pytest.mark.parametrize("runner", [None, plain], ids=["models", "filters"])
@pytest.mark.parametrize("kind", [KeyboardDriver, SerialDriver, ClockDriver])
def test_serving_all_interrupts_serves_all_devices(
    kind: type[Driver], runner: Runner | None
) -> None:
    names = st.sampled_from(sorted(kind(runner).events))

    @LAW
    @given(st.lists(st.tuples(names, st.integers(0, 255), st.integers(0, 3)), max_size=30))
    def run(events: list[Event]) -> None:
        driver = kind(runner)
        play(driver, events)
        driver.rig.wait(0)
        driver.take(1000)
        assert not driver.pic.intr.level
        assert not driver.waits()

    run()
