# SPDX-License-Identifier: Apache-2.0
"""The monitor of `lightexit run`: commands to look at a machine, and to push its buttons.

What a device or guest is called or holds is shown as plain text, and bounded.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lightexit.cli.control import Control
from lightexit.cli.pace import RunPace
from lightexit.cli.registers import device_lines, devices_lines
from lightexit.cli.table import table_text
from lightexit.cli.tally import rows
from lightexit.errors import AuthorError, LightexitError

_PROMPT = "(lightexit) "
_WELCOME = (
    "\nlightexit's monitor: `help` lists its commands, `console` (Ctrl-D) goes back to the guest"
)


class Monitor:
    """Commands, one a line, and what they say."""

    def __init__(self, control: Control, pace: RunPace) -> None:
        self.control, self.pace = control, pace
        #: Whether what is typed are commands.
        self.is_open = False

    def open(self) -> str:
        """From now on. What to show, as from `execute`."""
        self.is_open = True
        return f"{_WELCOME}\n{_PROMPT}"

    def execute(self, line: str) -> str:
        """Do what a line says."""
        words = line.split(maxsplit=1) or [""]
        argument = words[1].strip() if len(words) > 1 else ""
        try:
            told = self._do(words[0], argument)
        except LightexitError as error:
            told = f"lightexit: {error}"
        end = _PROMPT if self.is_open else ""
        return f"{told}\n{end}" if told else end

    def _do(self, name: str, argument: str) -> str:
        if not name:
            return ""
        command = _NAMES.get(name)
        if command is None:
            raise AuthorError(f"there is no command {name!r}", expected="one that `help` lists")
        if argument and not command.argument:
            raise AuthorError(f"{argument!r} behind {name}", expected=f"{name} alone")
        return self.control.ask(lambda: command.work(self, argument))

    # Commands, on the thread that runs the machine, while the guest stands still

    def console(self, _: str) -> str:
        """Back to the guest."""
        self.is_open = False
        return "back to the guest"

    def quit(self, _: str) -> str:
        """End the run."""
        self.is_open = False
        self.control.end()
        return ""

    def pause(self, _: str) -> str:
        """Stand still."""
        self.control.is_paused = True
        return "paused"

    def resume(self, _: str) -> str:
        """Go on."""
        self.control.is_paused = False
        return "running"

    def status(self, _: str) -> str:
        """In one line."""
        return f"{'paused' if self.control.is_paused else 'running'}: {self.pace.line()}"

    def registers(self, name: str) -> str:
        """Of a device, or which devices there are."""
        machine = self.control.machine
        lines = device_lines(machine, name) if name else devices_lines(machine)
        return "\n".join(lines)

    def table(self, _: str) -> str:
        """The accesses so far."""
        bus = self.control.machine.bus
        counted = rows(bus.counts(), None)
        return table_text(counted, compares=False, is_offloaded=bool(bus.offloaded()))

    def save(self, file: str) -> str:
        """Into a file."""
        if not file:
            raise AuthorError("save", expected="save FILE")
        self.control.machine.save(Path(file))
        return f"saved in {file}"

    def reset(self, _: str) -> str:
        """The reset button."""
        self.control.machine.reset("by its user")
        return "reset"

    def power(self, _: str) -> str:
        """The power button."""
        self.control.machine.power_button()
        return "power button pressed"

    def help(self, _: str) -> str:
        """All commands."""
        return "\n".join(help_lines())


@dataclass(frozen=True)
class _Entry:
    """A command's names, what stands behind it, what it does, and who does it."""

    names: str
    argument: str
    help: str
    work: Callable[[Monitor, str], str]


COMMANDS = (
    _Entry("help h ?", "", "list these commands", Monitor.help),
    _Entry("console c", "", "go back to the guest; also Ctrl-D", Monitor.console),
    _Entry("pause p", "", "have the guest stand still", Monitor.pause),
    _Entry("resume cont", "", "let it go on", Monitor.resume),
    _Entry("status s", "", "guest time, accesses, who answers them", Monitor.status),
    _Entry("table t", "", "accesses so far, register by register", Monitor.table),
    _Entry("registers r", "[DEVICE]", "a device's state, or which there are", Monitor.registers),
    _Entry("save", "FILE", "save the machine in a file", Monitor.save),
    _Entry("reset", "", "press the reset button", Monitor.reset),
    _Entry("power", "", "press the power button", Monitor.power),
    _Entry("quit q x", "", "end the run", Monitor.quit),
)
_NAMES = {name: command for command in COMMANDS for name in command.names.split()}


def help_lines() -> list[str]:
    """What `help` prints: a line for each command."""
    calls = [
        f"{', '.join(command.names.split())} {command.argument}".rstrip() for command in COMMANDS
    ]
    width = max(map(len, calls))
    return [
        f"  {call:{width}}  {command.help}" for call, command in zip(calls, COMMANDS, strict=True)
    ]
