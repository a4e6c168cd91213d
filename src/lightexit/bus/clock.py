# SPDX-License-Identifier: Apache-2.0
"""VM time: nanoseconds that the VM has run.

Every clock's state is one `ClockState`, which native code reads: models and filters agree to
the nanosecond, and reading it costs no system call and no Python.
"""

from __future__ import annotations

import ctypes
import platform
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from lightexit.abi import ClockState, StateMemory
from lightexit.errors import HostError

_CALIBRATION_S = 0.005
_REFINE_EVERY_NS = 100_000_000
# A larger difference to host time is corrected at once, a smaller one within 100 ms.
_JUMP_NS = 1_000_000
_SLEW_NS = 100_000_000
_ONE = 1 << 32


class Clock(Protocol):
    """A source of VM time."""

    def now_ns(self) -> int:
        """Nanoseconds of VM time, never going back."""
        ...


class BusClock(Clock, Protocol):
    """A clock that native code can read as well, and that machines run on."""

    #: What native code reads of it.
    memory: StateMemory[ClockState]

    @property
    def runs_by_itself(self) -> bool:
        """Whether time passes by itself."""
        ...

    @property
    def step_ns(self) -> int:
        """How long every access of a guest takes, in ns; 0 where that is not what moves it."""
        ...

    def advance(self, ns: int) -> None:
        """Let `ns` nanoseconds pass at once."""
        ...

    def pause(self) -> None:
        """Stop VM time, until `resume`, if it runs by itself."""
        ...

    def resume(self) -> None:
        """Let VM time go on from where it stopped."""
        ...

    def refine(self) -> None:
        """To be called now and then: keep the rate true to the host's clock."""
        ...


def _clock_memory() -> StateMemory[ClockState]:
    memory = StateMemory(ClockState)
    if platform.machine().lower() not in ("x86_64", "amd64"):
        memory.state.gettime = _clock_gettime()
        memory.state.clock_id = getattr(time, "CLOCK_MONOTONIC", 0)
    return memory


def _clock_gettime() -> int:
    """Address of the C library's function, for CPUs whose counter user code may not read."""
    try:
        function = ctypes.CDLL(None).clock_gettime
    except (AttributeError, TypeError) as error:
        raise HostError(
            "this host has no clock that native code can read",
            expected="an x86-64 CPU, or a C library with clock_gettime",
        ) from error
    return ctypes.cast(function, ctypes.c_void_p).value or 0


class ManualClock:
    """Time that moves only when it is set: for tests and replays.

    With `step_ns`, every access of a guest takes that long, and nothing else takes any time:
    a run is then a pure function of the guest.
    """

    runs_by_itself = False

    def __init__(self, now_ns: int = 0, *, step_ns: int = 0) -> None:
        self.memory = _clock_memory()
        self.memory.state.base_ns = now_ns
        self.memory.state.step_ns = step_ns

    @property
    def step_ns(self) -> int:
        """How long every access of a guest takes, in ns."""
        return self.memory.state.step_ns

    def now_ns(self) -> int:
        """Nanoseconds of VM time."""
        return self.memory.state.base_ns

    def advance(self, ns: int) -> None:
        """Let `ns` nanoseconds pass."""
        self.memory.state.base_ns += ns

    def pause(self) -> None:
        """It stands still anyway."""

    def resume(self) -> None:
        """It stands still anyway."""

    def refine(self) -> None:
        """It is as it should be."""


@dataclass(frozen=True)
class _Sample:
    """The same moment on the host's clock and on the tick counter; how sure that is, in ns."""

    spread: int
    host_ns: int
    ticks: int


@dataclass(frozen=True)
class HostTime:
    """The host's time: its clock in ns, how to wait for so many seconds, and the counter that
    native code reads: 0 for the usual one, or the address of a function like clock_gettime."""

    now_ns: Callable[[], int] = time.monotonic_ns
    sleep: Callable[[float], None] = time.sleep
    gettime: int = 0


class HostClock:
    """Host time, minus the time it was paused. It starts at 0 and runs.

    `refine` is to be called now and then: it keeps the rate true to the host's clock.
    """

    runs_by_itself = True
    step_ns = 0
    #: Tests have a host of their own, whose time passes when they say so.
    _host = HostTime()

    def __init__(self) -> None:
        from lightexit.bus.native import dispatch  # may load a compiler

        self.memory = _clock_memory()
        if self._host.gettime:
            self.memory.state.gettime = self._host.gettime
        self._native = dispatch()
        self._writing = threading.Lock()
        self._first = self._sample()
        self._host.sleep(_CALIBRATION_S)
        self._rate = self._measured_rate(self._sample())
        self._paused = True
        self.resume()

    def now_ns(self) -> int:
        """Nanoseconds of VM time, never going back."""
        return int(self._native.clock_now(self.memory.address))

    def pause(self) -> None:
        """Stop VM time, until `resume`."""
        with self._writing:
            self._paused = True
            self._adjust(0)

    def resume(self) -> None:
        """Let VM time go on from where it stopped."""
        with self._writing:
            if self._paused:
                self._paused = False
                self._resumed = self._sample()
                self._resumed_ns = self.now_ns()
                self._adjust(self._rate)

    def advance(self, ns: int) -> None:
        """Let `ns` nanoseconds pass at once, paused or not."""
        with self._writing:
            self._resumed_ns += ns
            self._adjust(0 if self._paused else self._rate, ns)

    def refine(self) -> None:
        """Measure the counter's rate again, over all the time since the start, and catch up."""
        with self._writing:
            if self._host.now_ns() < self._next_refinement or self._paused:
                return
            sample = self._sample()
            self._rate = self._measured_rate(sample)
            target = self._resumed_ns + sample.host_ns - self._resumed.host_ns
            self._follow(target - self.now_ns())

    def _follow(self, behind_ns: int) -> None:
        if behind_ns > _JUMP_NS:
            self._adjust(self._rate, behind_ns)
        else:
            slew = max(behind_ns, -_JUMP_NS)
            self._adjust(self._rate + self._rate * slew // _SLEW_NS)

    def _adjust(self, rate: int, skip_ns: int = 0) -> None:
        self._next_refinement = self._host.now_ns() + _REFINE_EVERY_NS
        self._native.clock_adjust(self.memory.address, rate, skip_ns)

    def _sample(self) -> _Sample:
        return min((self._sample_once() for _ in range(5)), key=lambda sample: sample.spread)

    def _sample_once(self) -> _Sample:
        before = self._host.now_ns()
        ticks = self._native.ticks(self.memory.address)
        spread = self._host.now_ns() - before
        return _Sample(spread, before + spread // 2, ticks)

    def _measured_rate(self, sample: _Sample) -> int:
        ticks = sample.ticks - self._first.ticks
        if ticks <= 0:
            raise HostError("this CPU's cycle counter does not run, or runs backwards")
        return (sample.host_ns - self._first.host_ns) * _ONE // ticks
