# SPDX-License-Identifier: Apache-2.0
"""`Job`: what `lightexit run` is to run; and one boot of it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lightexit.cli.accessfile import AccessFile
from lightexit.cli.guest import Guest
from lightexit.cli.report import FinishedRun
from lightexit.cli.saving import Saving
from lightexit.cli.screen import ConsoleMode, Screen
from lightexit.cli.serial import SerialChoice
from lightexit.cli.signals import RunSignals
from lightexit.cli.status import ExitCode
from lightexit.cli.streams import say, standard_output
from lightexit.cli.terminal import put_back
from lightexit.vm.board import Backend

if TYPE_CHECKING:
    from lightexit.cli.seat import Seat
    from lightexit.engine.api import Engine
    from lightexit.targets import Target
    from lightexit.targets.plugging import Plugged
    from lightexit.vm.console import Console
    from lightexit.vm.machine import Machine, Outcome, RunLimits

_MOST_RESETS_TOLD = 5


@dataclass(frozen=True)
class Job:
    """What to run, on what, and for how long."""

    guest: Guest
    make_machine: Callable[..., Machine]
    targets: tuple[Target, ...]
    backend: Backend
    limits: RunLimits
    console: ConsoleMode
    serial: SerialChoice
    compares: bool
    signals: RunSignals
    access_file: AccessFile
    saving: Saving


class Printing:
    """How long it takes to show what the guest prints, in all: `seconds`."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def timed(self, show: Callable[[bytes], object]) -> Callable[[bytes], None]:
        """The same, timed."""

        def timed(data: bytes) -> None:
            begun = time.perf_counter()
            show(data)
            self.seconds += time.perf_counter() - begun

        return timed


def try_devices(job: Job, engine: Engine | None) -> None:
    """In a machine that does not run: what is wrong with them is told before the first run."""
    from lightexit.vm.console import Console

    with _machine(job, engine, Console()) as machine:
        for each in _plugged(job, machine):
            say("\n".join(each.lines()))


def boot(job: Job, engine: Engine | None, *, show: bool) -> FinishedRun:
    """Run the guest, with filters in that engine; `show` what it prints, and who sits there."""
    access_file = job.access_file if show else AccessFile()
    begun, printing = time.monotonic(), Printing()
    with (
        _console(job, printing, show) as (console, place),
        _machine(job, engine, console, place) as machine,
    ):
        plugged = _plugged(job, machine)
        machine.bus.timed, machine.give_up = True, _give_up
        machine.on_reset = lambda reason: _say_reset(machine, reason) if show else None
        setup_seconds, cpu_begun = time.monotonic() - begun, time.process_time()
        with job.signals.stopping(machine), access_file.of(machine):
            outcome = _run(job, machine, place)
        cpu_seconds = time.process_time() - cpu_begun
        return FinishedRun(
            outcome=outcome,
            console=console,
            counts=machine.bus.counts(),
            unclaimed=machine.bus.unclaimed(),
            in_kernel=machine.bus.offloaded(),
            setup_seconds=setup_seconds,
            cpu_seconds=cpu_seconds,
            printing_seconds=printing.seconds,
            vcpus=job.guest.config.cpus,
            devices=plugged,
        )


def _run(job: Job, machine: Machine, place: Seat | None) -> Outcome:
    from lightexit.cli.seat import unattended

    if place is None:

        def run(limits: RunLimits) -> Outcome:
            return unattended(machine, limits, "without filters: ")

        return job.saving.run(machine, run, job.limits, keeps=False)
    with place.attended(machine, lambda: job.signals.received is not None) as control:
        return job.saving.run(machine, control.run, job.limits, keeps=True)


def _say_reset(machine: Machine, reason: str) -> None:
    """The first ones: a guest may do it for ever."""
    if machine.resets <= _MOST_RESETS_TOLD:
        say(f"the guest boots again: {reason}")
        if machine.resets == _MOST_RESETS_TOLD:
            say("further resets are only counted; --no-reboot ends the run with the first")


def _give_up(error: BaseException) -> None:
    """A model blocks for ever: no exception, and no end of the run, gets past it."""
    put_back()
    say(f"lightexit: {error}")
    os._exit(ExitCode.ERROR)


def _plugged(job: Job, machine: Machine) -> tuple[Plugged, ...]:
    if not job.targets:
        return ()
    from lightexit.targets.plugging import plug_in

    return tuple(plug_in(machine, job.targets))


def _machine(
    job: Job, engine: Engine | None, console: Console, place: Seat | None = None
) -> Machine:
    from lightexit.bus.clock import HostClock

    return job.make_machine(
        job.guest.config,
        HostClock(),
        engine,
        backend=job.backend,
        debug=console,
        serial=place.serial(console) if place else console,
    )


@contextlib.contextmanager
def _console(job: Job, printing: Printing, show: bool) -> Iterator[tuple[Console, Seat | None]]:
    """What the guest prints to, and who sits there if it is shown."""
    from lightexit.cli.seat import seat
    from lightexit.vm.console import Console

    if not show:
        yield Console(), None
        return
    with (
        Screen(standard_output(), job.console) as screen,
        seat(job.serial, screen, is_typed=not job.compares) as place,
    ):
        yield Console(printing.timed(screen.write)), place
    print(flush=True)
