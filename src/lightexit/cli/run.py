# SPDX-License-Identifier: Apache-2.0
"""`lightexit run`: boot a guest, and say what its accesses cost, and who answered them."""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

from lightexit import plugins
from lightexit.cli.guest import Guest, GuestOptions, read_guest
from lightexit.cli.options import (
    AccessLimit,
    AwaitedText,
    BackEndName,
    CommandLine,
    CompareOption,
    ConsoleOption,
    CpuCount,
    DeviceTargets,
    EngineName,
    ExitStatus,
    FiltersOption,
    FirmwareFile,
    InitrdFiles,
    IrqchipOption,
    JsonFile,
    KernelFile,
    MachineName,
    MemoryMib,
    Reboots,
    RecordFile,
    Seconds,
    SerialOption,
    TraceFile,
)
from lightexit.cli.report import FinishedRun, ended, report
from lightexit.cli.saving import RestoreFile, SaveFile, Saving
from lightexit.cli.screen import ConsoleMode, Screen
from lightexit.cli.serial import SerialChoice, serial_choice
from lightexit.cli.signals import RunSignals
from lightexit.cli.status import ExitCode
from lightexit.cli.streams import say, standard_output
from lightexit.cli.terminal import put_back
from lightexit.errors import AuthorError
from lightexit.files import check_writable
from lightexit.vm.backends import find
from lightexit.vm.board import Backend, Wanted

if TYPE_CHECKING:
    from lightexit.cli.seat import Seat
    from lightexit.cli.tracing import TraceWriter
    from lightexit.engine.api import Engine
    from lightexit.targets import Target
    from lightexit.targets.plugging import Plugged
    from lightexit.trace.recording import MachineRecorder
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
    trace: Path | None
    record: Path | None
    saving: Saving


def run(
    firmware: FirmwareFile = None,
    kernel: KernelFile = None,
    initrd: InitrdFiles = None,
    append: CommandLine = "",
    machine: MachineName = "pc",
    device: DeviceTargets = None,
    backend: BackEndName = "unicorn",
    cpus: CpuCount = 1,
    irqchip: IrqchipOption = None,
    engine: EngineName = "native",
    filters: FiltersOption = True,
    compare: CompareOption = False,
    until: AwaitedText = None,
    seconds: Seconds = None,
    accesses: AccessLimit = None,
    memory: MemoryMib = None,
    console: ConsoleOption = ConsoleMode.TEXT,
    serial: SerialOption = "stdio",
    exit_status: ExitStatus = False,
    reboot: Reboots = True,
    trace: TraceFile = None,
    record: RecordFile = None,
    json_file: JsonFile = None,
    save: SaveFile = None,
    restore: RestoreFile = None,
) -> None:
    """Boot a guest, and say which registers it accessed.

    You are at its console: what is typed goes to its serial port; Ctrl-A h lists the other keys.
    SIGTERM, SIGHUP and, where keys do not go to the guest, Ctrl-C end a run. Then a table says
    which registers were accessed, how often, who answered, and how long that took. With
    --compare, the guest runs without filters before.
    """
    make_machine, chosen = plugins.find(plugins.MACHINES, machine), find(backend)
    runner: Engine = plugins.make(plugins.ENGINES, engine)
    chosen.check(Wanted(cpus, irqchip, runner))
    targets, line = _targets(device or ()), serial_choice(serial)
    saving = Saving(save, restore)
    saving.check()
    _check_comparison(compare=compare, filters=filters)
    _check_record(trace, record)
    for file in (trace, json_file):
        if file is not None:
            check_writable(file)
    with _Signals(is_status_guests=exit_status) as signals:
        guest = read_guest(
            GuestOptions(firmware, kernel, tuple(initrd or ()), append, memory, cpus, irqchip)
        )
        limits = replace(_limits(guest, until, seconds, accesses), reboots=reboot)
        job = Job(
            guest,
            make_machine,
            targets,
            chosen,
            limits,
            console,
            line,
            compare,
            signals,
            trace,
            record,
            saving,
        )
        vcpus = "one vCPU" if cpus == 1 else f"{cpus} vCPUs"
        say(f"guest: {guest.file}, {guest.memory_mib} MiB, {vcpus} on {chosen.title}")
        if targets:
            _try_devices(job, runner if filters else None)
        shown, plain = _run_all(job, runner if filters else None)
        report(shown, plain, json_file)
        sys.stdout.flush()
        if signals.received:
            signals.end()
    if exit_status:
        raise typer.Exit(_exit_status(shown.outcome))


def _exit_status(outcome: Outcome) -> int:
    """The guest's, of which a process keeps 8 bits."""
    return ExitCode.NO_GUEST_STATUS if outcome.exit_status is None else outcome.exit_status & 0xFF


def _limits(
    guest: Guest, until: str | None, seconds: float | None, accesses: int | None
) -> RunLimits:
    from lightexit.vm.machine import RunLimits

    awaited = guest.ends_with if until is None else until
    return RunLimits(awaited.encode(errors="surrogateescape"), seconds, accesses)


def _run_all(job: Job, engine: Engine | None) -> tuple[FinishedRun, FinishedRun | None]:
    """The run that is shown, and the one without filters before it, if there is to be one; that
    alone where a signal has ended it."""
    if not job.compares:
        return _boot(job, engine, show=True), None
    plain = _boot(job, None, show=False)
    if job.signals.received:
        return plain, None
    say(f"without filters: {ended(plain.outcome)}")
    return _boot(job, engine, show=True), plain


class _Signals(RunSignals):
    """Those that end the process at once find the terminal as it was."""

    def end(self) -> NoReturn:
        """Put it back first."""
        put_back()
        super().end()


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


def _boot(job: Job, engine: Engine | None, *, show: bool) -> FinishedRun:
    begun, printing = time.monotonic(), Printing()
    with (
        _console(job, printing, show) as (console, place),
        _machine(job, engine, console, place) as machine,
    ):
        plugged = _plugged(job, machine)
        machine.bus.timed, machine.give_up = True, _give_up
        machine.on_reset = lambda reason: _say_reset(machine, reason) if show else None
        setup_seconds, cpu_begun = time.monotonic() - begun, time.process_time()
        with job.signals.stopping(machine), _watched(machine, job, show):
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


def _check_comparison(*, compare: bool, filters: bool) -> None:
    if compare and not filters:
        raise AuthorError("--compare and --no-filters at once", expected="one of them")


def _check_record(trace: Path | None, record: Path | None) -> None:
    """Before the run whose accesses go there."""
    if record is None:
        return
    if trace is not None:
        raise AuthorError("--trace and --record at once", expected="one of them")
    from lightexit.trace.recording import check_new

    check_new(record, force=True)


@contextlib.contextmanager
def _watched(machine: Machine, job: Job, show: bool) -> Iterator[None]:
    """Within, every access goes to a file, if one is wanted; what cannot be written ends the
    run."""
    if not show or (job.trace is None and job.record is None):
        yield
        return
    with _writer(job, machine) as writer:
        machine.bus.trace(writer.write)
        try:
            yield
        finally:
            machine.bus.trace(None)


def _writer(job: Job, machine: Machine) -> TraceWriter | MachineRecorder:
    if job.record is not None:
        from lightexit.trace.recording import MachineRecorder

        return MachineRecorder(job.record, machine.bus)
    from lightexit.cli.tracing import TraceWriter

    assert job.trace is not None
    return TraceWriter(job.trace)


def _targets(words: Sequence[str]) -> tuple[Target, ...]:
    if not words:
        return ()
    from lightexit.targets import Finder, find_target

    finder = Finder()
    return tuple(find_target(each, finder) for each in words)


def _try_devices(job: Job, engine: Engine | None) -> None:
    """In a machine that does not run: what is wrong with them is told before the first run."""
    from lightexit.vm.console import Console

    with _machine(job, engine, Console()) as machine:
        for each in _plugged(job, machine):
            say("\n".join(each.lines()))


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
