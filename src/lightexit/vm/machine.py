# SPDX-License-Identifier: Apache-2.0
"""`Machine`: vCPUs, a bus full of devices, a clock, and the loop that keeps them together."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from lightexit.abi import StateMemory
from lightexit.bus.bus import UNLIMITED
from lightexit.bus.line import Line
from lightexit.bus.placing import Place
from lightexit.devices.device import Device
from lightexit.devices.ioapic import IoApic
from lightexit.devices.local_apic import LocalApic
from lightexit.devices.pic import Pic
from lightexit.errors import AuthorError
from lightexit.vm.board import Board
from lightexit.vm.console import Console
from lightexit.vm.cpu import Cpu
from lightexit.vm.deferral import DeferredInterrupt
from lightexit.vm.inputs import inputs_of
from lightexit.vm.irqchip import Irqchip
from lightexit.vm.multiprocessor import Multiprocessor
from lightexit.vm.outcome import NO_LIMITS, Outcome, RunEnd, RunLimits
from lightexit.vm.overdue import OverdueCalls
from lightexit.vm.plugging import plug
from lightexit.vm.power import PowerButton
from lightexit.vm.processors import make_processors
from lightexit.vm.resets import Resets
from lightexit.vm.schedule import Schedule
from lightexit.vm.sleep import Sleep
from lightexit.vm.turns import Turns
from lightexit.vm.uniprocessor import Uniprocessor

if TYPE_CHECKING:
    from lightexit.vm.boot import StartState

__all__ = ["Machine", "Outcome", "RunEnd", "RunLimits"]


class Machine:
    """A back end's vCPUs, and their devices. VM time runs only while `run` does.

    With a `HostClock`, guest and devices share host time. With a stepping `ManualClock`, a run
    is a pure function of the guest: the same accesses at the same VM times, whoever answers.

    Raises HostError for several vCPUs without local APICs, AuthorError for several with a clock
    that steps.
    """

    def __init__(self, board: Board, console: Console | None = None) -> None:
        #: What the back end has built.
        self.board = board
        #: The board's, as `clock` is.
        self.bus = board.bus
        self.clock = board.clock
        #: Where devices' output goes.
        self.console = console or Console()
        #: All that were added and are still there.
        self.devices: list[Device[Any]] = []
        #: Of its interrupt controllers: the back end's, or of those among the devices.
        self.inputs = inputs_of(board)
        #: Called with the error, on a thread of its own, where a model's call cannot be ended.
        self.give_up: Callable[[BaseException], object] | None = None
        #: Called with the reason when it was reset.
        self.on_reset: Callable[[str], object] = lambda reason: None
        #: Devices that the machine itself works with.
        self._controllers: list[Device[Any]] = []
        self._schedule = Schedule(self.bus, self.clock, self._hasten)
        self._processors = make_processors(board, self._schedule, self._end)
        self._resets = Resets(board, self.devices, self._schedule, self._processors)
        self._ending: tuple[RunEnd, str, int | None] | None = None
        self._wanted_reset: tuple[RunEnd, str] | None = None
        self._button = PowerButton(self.devices, self.locked)
        self._turns = Turns(self._schedule, self._processors, self._button)
        self._sleep = Sleep(self.devices, self.locked)
        self._accesses = 0
        self.bus.failures.on_failure = self._processors.stop
        self.board.pause()

    @property
    def cpus(self) -> Sequence[Cpu]:
        """All vCPUs."""
        return self.board.cpus

    @property
    def cpu(self) -> Cpu:
        """The first vCPU."""
        return self.cpus[0]

    @property
    def irqchip(self) -> Irqchip:
        """Which interrupt controllers the back end keeps; the others are to be devices."""
        return self.board.irqchip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Take all devices off the bus: filters in the kernel hold the VM till then."""
        self.bus.close()

    # Wiring

    def add(self, device: Device[Any], at: Place | None = None) -> None:
        """Put a device on the bus and keep its time. `at` is its address, or one for each of its
        windows by name (`Bus.attach`)."""
        self._schedule.attach(device, at)
        self.devices.append(device)

    def plug(self, device: Device[Any], at: Place | None = None) -> tuple[Device[Any], ...]:
        """As `add`, for a device that may claim what others have: they leave the machine, whole,
        and are returned. While nothing runs.

        Raises AuthorError as `add` does, where one of them cannot leave because the machine or
        another device works with it, and where two of different classes would have one name;
        then nothing has changed.
        """
        return plug(self, device, at, self._controllers)

    def remove(self, device: Device[Any]) -> None:
        """Take a device off the bus and forget its time; its lines stay as they are."""
        self._schedule.detach(device)
        self.devices.remove(device)

    def replace(self, device: Device[Any], other: Device[Any], at: Place | None = None) -> None:
        """Put `other` in the place of `device` (`Bus.replace`), its time included."""
        self._schedule.replace(device, other, at)
        self.devices[self.devices.index(device)] = other

    def device(self, name: str) -> Device[Any]:
        """The device of that name, the first of several. Raises AuthorError."""
        for device in self.devices:
            if device.name == name:
                return device
        raise AuthorError(
            f"this machine has no device {name!r}",
            expected=f"one of: {', '.join(sorted({each.name for each in self.devices}))}",
        )

    def connect(
        self, pic: Pic, local: LocalApic | None = None, carry: Callable[[], object] | None = None
    ) -> None:
        """Have the first vCPU take the interrupts of `pic`, whose output is `intr`.

        With `local`, a local APIC of a machine whose back end keeps none, it takes the interrupts
        of that, at whose LINT0 the PIC is; `carry` brings what that sends to other APICs, and is
        called while no device is at work.
        """
        if self.irqchip is Irqchip.KERNEL:
            raise AuthorError(
                "a PIC among the devices",
                expected="none: the back end keeps the interrupt controllers",
                hint="Machine.irq",
            )
        self._controllers.append(pic)
        if isinstance(self._processors, Multiprocessor) or local is None:
            self._processors.connect(pic)
            return
        self._processors.connect_local(pic, local, carry)
        self._controllers.append(local)

    def signal(self, mode: int) -> None:
        """An NMI, INIT or start-up (an `ApicMode`) of a local APIC among the devices."""
        if isinstance(self._processors, Uniprocessor):
            self._processors.signal(mode)

    def add_ioapic(self, at: Place) -> IoApic:
        """Put an I/O APIC on the bus, before the back end's local APICs."""
        self._require(Irqchip.SPLIT)
        ioapic = self.board.make_ioapic()
        self.add(ioapic, at)
        self._controllers.append(ioapic)
        return ioapic

    def irq(self, number: int) -> Line:
        """A wire to an interrupt input, wherever the controllers are: `machine.irq(5)`.

        An input is up while any of its wires is. Raises AuthorError for one that there is not.
        """
        return self.inputs.wire(number)

    def _require(self, wanted: Irqchip) -> None:
        if self.irqchip is not wanted:
            raise AuthorError(
                f"a method for machines with irqchip={wanted}, on one with irqchip={self.irqchip}",
                expected="interrupt controllers where this machine has them",
                hint="a PIC among the devices, and Machine.connect",
            )

    def wire(self, memory: StateMemory[Any], line: Line) -> Line:
        """A wire to an input of a device with that state: driving it takes the state's lock, and
        may bring the device's deadline forward."""
        lock = self.bus.locked(memory)

        def drive(level: bool) -> None:
            with lock:
                line.set(level)
                self._schedule.touched((memory,))

        return Line(drive)

    @contextlib.contextmanager
    def locked(self, *states: StateMemory[Any]) -> Iterator[None]:
        """As `Bus.locked`, for what may bring a deadline forward: the machine asks for it then."""
        with self.bus.locked(*states):
            yield
            self._schedule.touched(states)

    def _hasten(self) -> None:
        self._processors.hasten()

    def wake(self) -> None:
        """Have `run` look at all that is due, soon; from any thread."""
        self._processors.wake()

    # Saved

    def save(self, path: Path) -> None:
        """Write its condition to a file, which is there whole or as it was before; `run` again to
        go on. Needs the extra `save`.

        Raises AuthorError while it runs and for what is no file to write, HostError.
        """
        from lightexit.vm.saving.machine import save

        if not self.bus.is_running:
            self._is_on(NO_LIMITS)  # a reset that is still to come is not in the file
        save(self, self._processors, path)

    def restore(self, path: Path) -> None:
        """Be in the condition that was saved by a machine put together as this one is, on any back
        end and with any engine. VM time never goes back: it is that of the save, or later.

        Raises AuthorError, with nothing changed, for a file that is damaged, of a later version
        or of another machine; HostError for what the host refuses.
        """
        from lightexit.vm.saving.machine import restore

        restore(self, self._processors, path)
        self._wanted_reset = None

    # Ending a run, from any thread, and from a signal's handler

    def stop(
        self, reason: RunEnd = RunEnd.REQUEST, detail: str = "", exit_status: int | None = None
    ) -> None:
        """End the run, now or, where none is going on, the next one at its start."""
        if self._ending is None or self._ending[0] is RunEnd.PAUSE:
            self._ending = (reason, detail, exit_status)
        self._processors.stop()

    def exit(self, status: int) -> None:
        """End the run as the guest wants it."""
        self.stop(RunEnd.EXIT, f"exit status {status}", status)

    def _end(self, reason: RunEnd, detail: str) -> None:
        if reason is RunEnd.FAULT:
            self.reset(detail, reason)
        else:
            self.stop(reason, detail)

    # Power

    def boot(self, load: Callable[[], StartState | None]) -> None:
        """Have the first vCPU begin with what `load` puts into memory, now and after a reset; for
        None at its reset vector.

        Raises what `load` raises, and HostError where the back end cannot.
        """
        self._resets.boot(load)

    @property
    def resets(self) -> int:
        """How often it was reset."""
        return self._resets.count

    def reset(self, detail: str = "", reason: RunEnd = RunEnd.RESET) -> None:
        """Press the reset button: devices and vCPUs go to power-on, and the guest boots again.

        RAM is kept, but for firmware or kernel, which are loaded anew; so are VM time and counts.
        From any thread: it is done between two slices of the run, or as the next one begins. With
        `RunLimits.reboots` off the run ends instead, for `reason`.
        """
        self._wanted_reset = reason, detail
        self._processors.stop()

    def sleep(self, kind: int) -> None:
        """The guest has asked its ACPI hardware for that sleep state: suspended till something
        wakes it, or off."""
        if self._sleep.is_on:
            self._processors.stop()
        else:
            self.stop(RunEnd.SHUTDOWN, f"sleep type {kind}")

    def power_button(self) -> None:
        """Press the power button; the guest may answer by switching itself off.

        From any thread, as `reset`. Raises AuthorError for a machine that has none.
        """
        self._button.press()
        self.wake()

    @property
    def answers_power_button(self) -> bool:
        """Whether the guest has asked to be told of the power button."""
        return self._button.is_answered

    def _is_on(self, limits: RunLimits) -> bool:
        """Carry out a reset, if one is wanted; whether the guest is to run then."""
        if self._wanted_reset is not None and self._ending is None:
            (reason, detail), self._wanted_reset = self._wanted_reset, None
            if limits.reboots:
                self._resets.power_on()
                self.on_reset(detail or reason.value)
            else:
                self.stop(reason, detail)
        return self._ending is None

    # Running

    def run(self, limits: RunLimits = NO_LIMITS) -> Outcome:
        """Run the guest until it or a limit ends the run; `run` again to go on.

        Raises GuestError where emulation fails, what a device's model raises, and
        KeyboardInterrupt for Ctrl-C, after which it can go on as well.
        """
        start_ns = time.monotonic_ns()
        end_ns = None if limits.seconds is None else start_ns + int(limits.seconds * 1e9)
        resets, self._accesses = self.resets, 0
        self.console.watch(limits.text, lambda: self.stop(RunEnd.TEXT))
        try:
            with (
                DeferredInterrupt() as interrupt,
                self._overdue_calls(end_ns),
                self.bus.running(),
                self.board.resumed(),
            ):
                self._schedule.forget()
                while self._is_on(limits):
                    if self._sleep.is_on:
                        self._sleep_on(end_ns, interrupt)
                    else:
                        self._run_on(limits.accesses, end_ns, interrupt)
            self.bus.raise_failure()
            seconds = (time.monotonic_ns() - start_ns) / 1e9
            return self._outcome(seconds, self.resets - resets)
        finally:
            # Other vCPUs may have met the same error: one is enough.
            self.bus.failures.forget()
            self._ending = None
            self.console.watch(b"", lambda: None)

    def _overdue_calls(self, end_ns: int | None) -> OverdueCalls:
        def is_over() -> bool:
            ended = end_ns is not None and time.monotonic_ns() >= end_ns
            return ended or self._ending is not None

        return OverdueCalls(is_over, self.give_up)

    def _run_on(
        self, accesses: int | None, end_ns: int | None, interrupt: DeferredInterrupt
    ) -> None:
        """Until the run is to end, a reset is wanted, or the guest has suspended itself."""
        limit = UNLIMITED if accesses is None else max(accesses - self._accesses, 0)
        with self._processors.running(limit):
            while not (self._is_over(limit, end_ns) or self._sleep.is_on):
                interrupt.check()
                self._turns.run(end_ns)
        self._accesses += self._processors.accesses

    def _sleep_on(self, end_ns: int | None, interrupt: DeferredInterrupt) -> None:
        """Until the guest is woken, the run is to end, or a reset is wanted."""
        while not self._is_over(UNLIMITED, end_ns):
            interrupt.check()
            begun_ns = self._turns.look()
            if self._sleep.is_woken():
                self._resets.reset(self._sleep.unpowered)
                self._sleep.end()
                break
            if not self._turns.doze(end_ns, begun_ns):
                self.stop(RunEnd.HALTED, "suspended, with nothing to wake it")

    def _is_over(self, limit: int, end_ns: int | None) -> bool:
        """Clear pending requests first, then check everything they may have been for."""
        self._processors.forget()
        self.bus.raise_failure()
        if self._processors.accesses >= limit:
            self.stop(RunEnd.ACCESSES)
        elif end_ns is not None and time.monotonic_ns() >= end_ns:
            self.stop(RunEnd.TIME)
        return self._ending is not None or self._wanted_reset is not None

    def _outcome(self, seconds: float, resets: int) -> Outcome:
        reason, detail, exit_status = self._ending or (RunEnd.REQUEST, "", None)
        return Outcome(reason, detail, seconds, self._accesses, exit_status, resets)
