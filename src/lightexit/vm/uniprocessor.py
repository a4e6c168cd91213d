# SPDX-License-Identifier: Apache-2.0
"""One vCPU, run in slices on the machine's own thread; in between it takes its interrupts."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Iterator, Sequence

from lightexit.abi import ApicMode
from lightexit.bus.bus import UNLIMITED, BusCpu
from lightexit.bus.doorbell import Bell
from lightexit.devices.local_apic import LocalApic
from lightexit.devices.pic import Pic
from lightexit.vm.alarm import Alarm
from lightexit.vm.cpu import Cpu
from lightexit.vm.exits import Exit, Halted, Interruptible, Shutdown, Stopped, TripleFault
from lightexit.vm.intr import Intr
from lightexit.vm.outcome import End, RunEnd
from lightexit.vm.schedule import Schedule


class Uniprocessor:
    """The vCPU of a machine of one. Its interrupts come from controllers among the devices."""

    def __init__(self, cpu: Cpu, bus_cpu: BusCpu, schedule: Schedule, end: End) -> None:
        self.cpus = [cpu]
        self.accesses = 0
        self._cpu = cpu
        self._bus_cpu = bus_cpu
        self._schedule = schedule
        self._clock = schedule.clock
        self._end = end
        self._intr: Intr | None = None
        self._carry: Callable[[], object] = lambda: None
        self._has_nmi = self._has_init = False
        self._limit = UNLIMITED
        self._halted = False
        #: The thread on which the guest runs now, where time passes by itself.
        self._running_on: int | None = None
        # Not an Event: a signal handler may set it while this same thread is about to wait.
        self._woken = Bell()
        self._alarm = Alarm(self.wake)
        bus_cpu.on_budget_spent(self.wake)

    def connect(self, pic: Pic) -> None:
        """Take interrupts from `pic`, whose output is `intr`."""
        self._intr = Intr(self._bus_cpu.bus, pic, self._set_interrupt)

    def connect_local(self, pic: Pic, local: LocalApic, carry: Callable[[], object] | None) -> None:
        """Take interrupts from a local APIC, and `carry` what it sends between slices."""
        self._intr = Intr(self._bus_cpu.bus, pic, self._set_interrupt, local)
        self._carry = carry or self._carry

    def signal(self, mode: int) -> None:
        """An `ApicMode` besides interrupts; from any thread. After an INIT the first CPU of a PC
        is at its reset vector again; a start-up is for CPUs that wait for one."""
        if mode == ApicMode.NMI:
            self._has_nmi = True
        elif mode == ApicMode.INIT:
            self._has_init = True
        self.wake()

    def _set_interrupt(self, level: bool) -> None:
        self._cpu.set_interrupt(level)
        if level:
            self._woken()

    def settle(self) -> None:
        """Have nothing on its way between devices and vCPU; while it does not run."""
        self._carry()
        self._take_init()

    @property
    def flags(self) -> list[bool]:
        """What is kept here of the vCPU: whether it is halted, and has an NMI to take."""
        return [self._halted, self._has_nmi]

    def restore(self, flags: Sequence[bool]) -> None:
        """The vCPU and the devices were restored; `flags` as they were."""
        self._halted, self._has_nmi = flags
        if self._intr is not None:
            self._cpu.set_interrupt(self._intr.level)

    @contextlib.contextmanager
    def running(self, limit: int) -> Iterator[None]:
        """Within, `turn` runs the vCPU, for `limit` accesses to devices in all."""
        self.accesses, self._limit = 0, limit
        with Alarm(self.wake) as self._alarm:
            yield
            self._carry()

    def reset(self) -> None:
        """To power-on, between turns."""
        self._halted = self._has_nmi = self._has_init = False
        self._cpu.reset()

    def wake(self) -> None:
        """Have `turn` return soon; from any thread."""
        self._cpu.request_stop()
        self._woken()

    #: The only vCPU runs in `turn`.
    stop = wake

    def hasten(self) -> None:
        """The schedule's deadline was brought forward: have `turn` return by then; from any
        thread. The guest's own accesses need not stop it for that."""
        left_ns = self._schedule.left_ns()
        if left_ns is None or self._running_on != threading.get_ident():
            self.wake()
        else:
            self._alarm.hasten(time.monotonic_ns() + left_ns)

    def forget(self) -> None:
        """Forget the requests so far: what they were about is looked at next."""
        self._cpu.clear_stop()
        self._woken.wait(0)

    def turn(self, due_ns: int) -> None:
        """Let the guest run, until `due_ns` of `time.monotonic_ns` at the latest."""
        self._bus_cpu.bus.reclaim()
        self._carry()
        self._take_interrupt()
        self._alarm.set(due_ns)
        if self._halted:
            self._wait()
        else:
            self._slice()

    def wait(self, due_ns: int) -> None:
        """Until woken, or that time of `time.monotonic_ns`; the vCPU does not run."""
        self._woken.wait(max(due_ns - time.monotonic_ns(), 0) / 1e9)

    def _take_interrupt(self) -> None:
        if self._take_init():
            return
        if self._has_nmi and self._cpu.takes_nmi():
            self._has_nmi = self._halted = False
            self._handle(self._cpu.nmi())
            return
        intr = self._intr
        if intr is None or not intr.level or not self._cpu.interruptible():
            return
        self._halted = False
        self._handle(self._cpu.interrupt(intr.acknowledge()))

    def _take_init(self) -> bool:
        is_due = self._has_init
        if is_due:
            self.reset()
            if self._intr is not None:
                self._intr.initialize()
        return is_due

    def _slice(self) -> None:
        budget = min(self._limit - self.accesses, self._accesses_to_deadline())
        state = self._bus_cpu.state
        state.budget = budget
        if self._clock.runs_by_itself:
            self._running_on = threading.get_ident()
        try:
            self._handle(self._cpu.run())
        finally:
            self._running_on = None
            self.accesses += (budget - state.budget) & UNLIMITED

    def _accesses_to_deadline(self) -> int:
        """Where accesses are what makes time pass: how many until the next deadline."""
        left_ns = self._schedule.left_ns()
        if left_ns is None or self._clock.runs_by_itself:
            return UNLIMITED
        step = self._clock.step_ns
        return max(-(-left_ns // step), 1) if step else UNLIMITED

    def _handle(self, exit: Exit | None) -> None:
        match exit:
            case Halted():
                self._halted = True
            case Shutdown():
                self._end(RunEnd.SHUTDOWN, exit.reason)
            case TripleFault():
                self._end(RunEnd.FAULT, exit.reason)
            case Stopped() | Interruptible() | None:
                pass

    def _wait(self) -> None:
        """The guest has halted: let time pass until something happens."""
        left_ns = self._schedule.left_ns()
        if not self._cpu.interrupts_enabled:
            self._end(RunEnd.HALTED, f"with interrupts off, at {self._cpu.where()}")
        elif self._clock.runs_by_itself:
            self._woken.wait()
        elif left_ns is None or not self._clock.step_ns:
            self._end(RunEnd.HALTED, f"waiting for an interrupt, at {self._cpu.where()}")
        else:
            self._clock.advance(max(left_ns, 0))
