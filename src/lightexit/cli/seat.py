# SPDX-License-Identifier: Apache-2.0
"""`Seat`: a person's place at a guest that is shown: what is typed, the monitor, a status line."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator

from lightexit.cli.control import Control
from lightexit.cli.keyboard import STDIN, Piped, Typed
from lightexit.cli.monitor import Monitor
from lightexit.cli.pace import RunPace
from lightexit.cli.pump import Pump, Receiver, SerialEnd, Waker
from lightexit.cli.screen import ConsoleMode, Screen
from lightexit.cli.serial import SerialChoice, SerialKind, serial_end
from lightexit.cli.statusline import StatusLine
from lightexit.cli.streams import say, standard_output
from lightexit.cli.terminal import Terminal
from lightexit.devices.uart import Uart
from lightexit.devices.uart_registers import Lsr
from lightexit.vm.console import Console
from lightexit.vm.machine import Machine, Outcome, RunLimits

#: The keys behind Ctrl-A, and what they do.
KEYS = {
    "h": "list these keys",
    "c": "open the monitor",
    "x": "end the run",
    "b": "send a break",
    "Ctrl-A": "send Ctrl-A to the guest",
}
_HINT = "serial: keys go to the guest; Ctrl-A h lists the others, Ctrl-A x ends the run"


@contextlib.contextmanager
def seat(choice: SerialChoice, screen: Screen, *, is_typed: bool) -> Iterator[Seat]:
    """The place, with the serial line's end; standard input is read if `is_typed`."""
    with (
        contextlib.closing(Waker()) as waker,
        serial_end(choice, waker, say) as end,
    ):
        yield Seat(
            end, waker, screen, uses_stdio=choice.kind is SerialKind.STDIO, is_typed=is_typed
        )


class Seat:
    """A screen, and where the serial line ends: there and at standard input if `uses_stdio`."""

    def __init__(
        self, end: SerialEnd, waker: Waker, screen: Screen, *, uses_stdio: bool, is_typed: bool
    ) -> None:
        self._end, self._waker, self._screen = end, waker, screen
        self._uses_stdio = uses_stdio
        self._reads = uses_stdio and is_typed

    def serial(self, console: Console) -> Console:
        """What the UART prints to, beside what is shown by `console`."""
        return console if self._uses_stdio else console.beside(self._end.write)

    @contextlib.contextmanager
    def attended(self, machine: Machine, is_over: Callable[[], bool]) -> Iterator[Control]:
        """Within, a person attends to the run; `is_over` is as for `Control`."""
        control = Control(machine, is_over)
        uart = next((each for each in machine.devices if isinstance(each, Uart)), None)
        receiver = Receiver(machine, uart)
        if uart is not None:
            uart.emptied = self._waker
        with contextlib.ExitStack() as stack:
            end = self._reader(stack, control, receiver)
            stack.enter_context(StatusLine(self._screen, RunPace(machine).line))
            stack.enter_context(Pump(machine, receiver, end, self._waker))
            stack.callback(control.close)  # first: the pump may be waiting for it
            yield control

    def _reader(
        self, stack: contextlib.ExitStack, control: Control, receiver: Receiver
    ) -> SerialEnd:
        """Standard input, where it is read: as it comes, or from a person who sees the output."""
        if not self._reads or sys.stdin is None:  # closed: another file may have its number
            return self._end
        if not os.isatty(STDIN):
            return Piped(say)
        if not self._screen.is_terminal:
            return self._end
        say(_HINT)
        terminal = stack.enter_context(Terminal(STDIN))
        monitor = Monitor(control, RunPace(control.machine))
        commands: dict[str, Callable[[], object]] = {
            "h": self._list_keys,
            "?": self._list_keys,
            "x": control.end,
            "b": lambda: receiver.send_break(Lsr.BI),
        }
        return Typed(terminal, monitor, self._screen.say, commands)

    def _list_keys(self) -> None:
        lines = [f"  Ctrl-A {key:8}{what}" for key, what in KEYS.items()]
        self._screen.say("\n" + "\n".join(lines) + "\n")


def unattended(machine: Machine, limits: RunLimits, name: str) -> Outcome:
    """Run a machine that is not shown; on a terminal, one sees how it goes."""
    pace, screen = RunPace(machine), Screen(standard_output(), ConsoleMode.TEXT)
    with StatusLine(screen, lambda: name + pace.line()):
        return machine.run(limits)
