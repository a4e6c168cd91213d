# SPDX-License-Identifier: Apache-2.0
"""`lightexit run`: boot a guest, and say what its accesses cost, and who answered them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

import typer

from lightexit import plugins
from lightexit.cli.accessfile import AccessFile
from lightexit.cli.guest import Guest, GuestOptions, read_guest
from lightexit.cli.job import Job, boot, try_devices
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
from lightexit.cli.screen import ConsoleMode
from lightexit.cli.serial import serial_choice
from lightexit.cli.signals import RunSignals
from lightexit.cli.status import ExitCode
from lightexit.cli.streams import say
from lightexit.cli.terminal import put_back
from lightexit.errors import AuthorError
from lightexit.files import check_writable
from lightexit.vm.backends import find
from lightexit.vm.board import Wanted

if TYPE_CHECKING:
    from lightexit.engine.api import Engine
    from lightexit.targets import Target
    from lightexit.vm.machine import Outcome, RunLimits


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
    saving, access_file = Saving(save, restore), AccessFile(trace, record)
    saving.check()
    access_file.check()
    _check_comparison(compare=compare, filters=filters)
    if json_file is not None:
        check_writable(json_file)
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
            access_file,
            saving,
        )
        vcpus = "one vCPU" if cpus == 1 else f"{cpus} vCPUs"
        say(f"guest: {guest.file}, {guest.memory_mib} MiB, {vcpus} on {chosen.title}")
        if targets:
            try_devices(job, runner if filters else None)
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
        return boot(job, engine, show=True), None
    plain = boot(job, None, show=False)
    if job.signals.received:
        return plain, None
    say(f"without filters: {ended(plain.outcome)}")
    return boot(job, engine, show=True), plain


class _Signals(RunSignals):
    """Those that end the process at once find the terminal as it was."""

    def end(self) -> NoReturn:
        """Put it back first."""
        put_back()
        super().end()


def _check_comparison(*, compare: bool, filters: bool) -> None:
    if compare and not filters:
        raise AuthorError("--compare and --no-filters at once", expected="one of them")


def _targets(words: Sequence[str]) -> tuple[Target, ...]:
    if not words:
        return ()
    from lightexit.targets import Finder, find_target

    finder = Finder()
    return tuple(find_target(each, finder) for each in words)
