# SPDX-License-Identifier: Apache-2.0
"""`Machine`: a CPU, a bus full of devices, a clock, and the loop that keeps them together."""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Self

from lightexit.abi import StateMemory
from lightexit.bus.bus import UNLIMITED, Bus, BusCpu
from lightexit.bus.clock import HostClock, ManualClock
from lightexit.bus.line import Line
from lightexit.devices.device import Device
from lightexit.devices.pic import Pic
from lightexit.vm.alarm import Alarm
from lightexit.vm.console import Console
from lightexit.vm.exits import Cpu, Exit, Halted, Interruptible, Shutdown, Stopped, Timekeeper

# The guest runs at least so long between two looks at the devices: on a host that is too slow
# for the guest's timers, it gets on all the same.
_LEAST_SLICE_NS = 100_000
# And at most so long: signals (Ctrl-C) are handled when the main thread is back in Python.
_LONGEST_SLICE_NS = 100_000_000


class Reason(Enum):
    """Why a run ended."""

    TEXT = "the awaited text was printed"
    TIME = "the time limit was reached"
    ACCESSES = "the access limit was reached"
    HALTED = "the guest halted, and nothing can wake it"
    SHUTDOWN = "the guest shut down"
    RESET = "the guest asked for a reset"
    EXIT = "the guest ended the run"
    REQUEST = "a stop was requested"


@dataclass(frozen=True)
class Limits:
    """When to end a run: output seen, host time, accesses to devices (None: no limit)."""

    text: bytes = b""
    seconds: float | None = None
    accesses: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a run ended, and after how long in host time and accesses to devices.

    `exit_status` is what the guest has ended it with (Reason.EXIT).
    """

    reason: Reason
    detail: str
    seconds: float
    accesses: int
    exit_status: int | None = None


class Machine:
    """One vCPU and its devices. VM time runs only while `run` does.

    With a `HostClock`, guest and devices share host time. With a stepping `ManualClock`, a run
    is a pure function of the guest: the same accesses at the same VM times, whoever answers.
    """

    def __init__(
        self,
        bus: Bus,
        clock: HostClock | ManualClock,
        cpu: Callable[[BusCpu], Cpu],
        console: Console | None = None,
    ) -> None:
        self.bus = bus
        self.clock = clock
        self.console = console or Console()
        self.bus_cpu = bus.cpus[0]
        self.cpu = cpu(self.bus_cpu)
        self._pic: Pic | None = None
        self._timed: list[Device[Any]] = []
        self._deadline_ns: int | None = None
        self._ending: tuple[Reason, str, int | None] | None = None
        self._halted = False
        self._woken = threading.Event()
        self._accesses = 0
        self._access_limit: int | None = None
        bus.on_failure = self._kick
        self.bus_cpu.on_budget_spent(self._kick)
        self._pause()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Take all devices off the bus: filters in the kernel hold the VM till then."""
        self.bus.close()

    # Wiring

    def add(self, device: Device[Any]) -> None:
        """Put a device on the bus and keep its time."""
        is_timed = type(device).next_wakeup is not Device.next_wakeup
        self.bus.attach(device, functools.partial(self._check_wakeup, device) if is_timed else None)
        if is_timed:
            self._timed.append(device)

    def connect(self, pic: Pic) -> None:
        """Have the CPU take its interrupts from `pic`, whose output is `intr`."""
        self._pic = pic
        pic.intr.connect(self._set_interrupt)

    def wire(self, memory: StateMemory[Any], line: Line) -> Line:
        """A wire to an input of a device with that state: driving it takes the state's lock."""

        def drive(level: bool) -> None:
            with self.bus.locked(memory):
                line.set(level)

        return Line(drive)

    def _set_interrupt(self, level: bool) -> None:
        self.cpu.set_interrupt(level)
        if level:
            self._woken.set()

    def _check_wakeup(self, device: Device[Any]) -> None:
        wakeup = device.next_wakeup()
        if wakeup is not None and (self._deadline_ns is None or wakeup < self._deadline_ns):
            self._kick()

    def _kick(self) -> None:
        self.cpu.request_stop()
        self._woken.set()

    # Ending a run, from any thread

    def stop(
        self, reason: Reason = Reason.REQUEST, detail: str = "", exit_status: int | None = None
    ) -> None:
        """End the run, now or, where none is going on, the next one at its start."""
        if self._ending is None:
            self._ending = (reason, detail, exit_status)
        self._kick()

    def exit(self, status: int) -> None:
        """End the run as the guest wants it."""
        self.stop(Reason.EXIT, f"exit status {status}", status)

    # Running

    def run(self, limits: Limits = Limits()) -> Outcome:
        """Run the guest until it or a limit ends the run; `run` again to go on.

        Raises GuestError where emulation fails, and what a device's model raises.
        """
        start_ns = time.monotonic_ns()
        end_ns = None if limits.seconds is None else start_ns + int(limits.seconds * 1e9)
        self._accesses, self._access_limit = 0, limits.accesses
        self.console.watch(limits.text, lambda: self.stop(Reason.TEXT))
        with Alarm(self._kick) as alarm, self.bus.running():
            self._resume()
            try:
                while self._ending is None:
                    self._step(alarm, end_ns)
            finally:
                self._pause()
                self.console.watch(b"", lambda: None)
        reason, detail, exit_status = self._ending
        self._ending = None
        seconds = (time.monotonic_ns() - start_ns) / 1e9
        return Outcome(reason, detail, seconds, self._accesses, exit_status)

    def _resume(self) -> None:
        if isinstance(self.cpu, Timekeeper):
            self.cpu.start_clock()
        if isinstance(self.clock, HostClock):
            self.clock.resume()

    def _pause(self) -> None:
        if isinstance(self.clock, HostClock):
            self.clock.pause()
        if isinstance(self.cpu, Timekeeper):
            self.cpu.stop_clock()

    def _step(self, alarm: Alarm, end_ns: int | None) -> None:
        """One turn: first forget old requests, then look at all that they can have been about."""
        self.cpu.clear_stop()
        self._woken.clear()
        self.bus.raise_failure()
        if self._is_over(end_ns):
            return
        self._advance_devices()
        self._take_interrupt()
        alarm.set(self._alarm_ns(end_ns))
        if self._halted:
            self._wait()
        elif self._ending is None:
            self._slice()

    def _is_over(self, end_ns: int | None) -> bool:
        if self._accesses >= self._limit():
            self.stop(Reason.ACCESSES)
        elif end_ns is not None and time.monotonic_ns() >= end_ns:
            self.stop(Reason.TIME)
        return self._ending is not None

    def _advance_devices(self) -> None:
        if isinstance(self.clock, HostClock):
            self.clock.refine()
        now = self.clock.now_ns()
        self._deadline_ns = None
        for device in self._timed:
            wakeup = device.next_wakeup()
            if wakeup is not None and wakeup <= now:
                with self.bus.locked(device.memory):
                    device.advance(now)
                    wakeup = device.next_wakeup()
            if wakeup is not None and (self._deadline_ns is None or wakeup < self._deadline_ns):
                self._deadline_ns = wakeup

    def _take_interrupt(self) -> None:
        pic = self._pic
        if pic is None or not pic.intr.level or not self.cpu.interruptible():
            return
        with self.bus.locked(pic.memory):
            vector = pic.acknowledge()
        self._halted = False
        self._end_if_shut_down(self.cpu.interrupt(vector))

    def _alarm_ns(self, end_ns: int | None) -> int:
        """When the host must look again: the end of the run, the devices' deadline, or soon."""
        due = [time.monotonic_ns() + _LONGEST_SLICE_NS]
        if end_ns is not None:
            due.append(end_ns)
        if isinstance(self.clock, HostClock) and self._deadline_ns is not None:
            left_ns = self._deadline_ns - self.clock.now_ns()
            due.append(time.monotonic_ns() + max(left_ns, _LEAST_SLICE_NS))
        return min(due)

    def _limit(self) -> int:
        return UNLIMITED if self._access_limit is None else self._access_limit

    def _slice(self) -> None:
        budget = min(self._limit() - self._accesses, self._accesses_to_deadline())
        state = self.bus_cpu.state
        state.budget = budget
        try:
            self._handle(self.cpu.run())
        finally:
            self._accesses += (budget - state.budget) & UNLIMITED

    def _accesses_to_deadline(self) -> int:
        """Where accesses are what makes time pass: how many until the next deadline."""
        if self._deadline_ns is None or isinstance(self.clock, HostClock):
            return UNLIMITED
        step = self.clock.step_ns
        left_ns = self._deadline_ns - self.clock.now_ns()
        return max(-(-left_ns // step), 1) if step else UNLIMITED

    def _handle(self, exit: Exit) -> None:
        match exit:
            case Halted():
                self._halted = True
            case Shutdown():
                self._end_if_shut_down(exit)
            case Stopped() | Interruptible():
                pass

    def _end_if_shut_down(self, exit: Exit | None) -> None:
        if isinstance(exit, Shutdown):
            self.stop(Reason.SHUTDOWN, exit.reason)

    def _wait(self) -> None:
        """The guest has halted: let time pass until something happens."""
        if not self.cpu.interrupts_enabled:
            self.stop(Reason.HALTED, f"with interrupts off, at {self.cpu.where()}")
        elif isinstance(self.clock, HostClock):
            self._woken.wait()
        elif self._deadline_ns is None or not self.clock.step_ns:
            self.stop(Reason.HALTED, f"waiting for an interrupt, at {self.cpu.where()}")
        else:
            self.clock.advance(max(self._deadline_ns - self.clock.now_ns(), 0))
