# SPDX-License-Identifier: Apache-2.0
"""`lightexit run`: boot a guest, and say what its accesses cost with filters and without."""

from __future__ import annotations

import contextlib
import functools
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from lightexit.cli.guest import Guest, GuestOptions, read_guest
from lightexit.cli.options import (
    AccessLimit,
    AwaitedText,
    BackEndOption,
    CommandLine,
    ConsoleOption,
    CpuCount,
    EngineName,
    EngineOption,
    ExitStatus,
    FiltersOption,
    FirmwareFile,
    InitrdFiles,
    IrqchipOption,
    JsonFile,
    KernelFile,
    MemoryMib,
    Seconds,
)
from lightexit.cli.report import Run, ended, report
from lightexit.cli.screen import ConsoleMode, Screen
from lightexit.cli.signals import EndingSignals
from lightexit.cli.streams import standard_output
from lightexit.errors import AuthorError
from lightexit.files import check_writable
from lightexit.vm.backends import BackEnd, check_cpus

if TYPE_CHECKING:
    from lightexit.vm.console import Console
    from lightexit.vm.irqchip import Irqchip
    from lightexit.vm.machine import Limits, Machine, Outcome
    from lightexit.vm.pc import MakeCpu

_TITLES = {BackEnd.UNICORN: "Unicorn", BackEnd.KVM: "KVM"}
#: The exit status, where the guest's is asked for, of a guest that has none: not odd.
NO_STATUS = 4


@dataclass(frozen=True)
class Job:
    """What to run, on what, and for how long."""

    guest: Guest
    back_end: BackEnd
    irqchip: Irqchip | None
    limits: Limits
    console: ConsoleMode
    signals: EndingSignals


def run(
    firmware: FirmwareFile = None,
    kernel: KernelFile = None,
    initrd: InitrdFiles = None,
    append: CommandLine = "",
    backend: BackEndOption = BackEnd.UNICORN,
    cpus: CpuCount = 1,
    irqchip: IrqchipOption = None,
    engine: EngineOption = EngineName.NATIVE,
    filters: FiltersOption = True,
    until: AwaitedText = None,
    seconds: Seconds = 30.0,
    accesses: AccessLimit = None,
    memory: MemoryMib = None,
    console: ConsoleOption = ConsoleMode.TEXT,
    exit_status: ExitStatus = False,
    json_file: JsonFile = None,
) -> None:
    """Boot a PC, its hot registers answered by bytecode, and print what was measured.

    The guest runs twice: first with the device models alone, silently, then with the filters.
    Ctrl-C, SIGTERM and SIGHUP end it, and what it has come to is printed.
    """
    _check(backend, engine)
    if json_file is not None:
        check_writable(json_file)
    check_cpus(backend, cpus, irqchip)
    with EndingSignals(is_status_guests=exit_status) as signals:
        guest = read_guest(
            GuestOptions(firmware, kernel, tuple(initrd or ()), append, memory, cpus)
        )
        limits = _limits(guest, until, seconds, accesses)
        job = Job(guest, backend, irqchip, limits, console, signals)
        vcpus = "one vCPU" if cpus == 1 else f"{cpus} vCPUs"
        _say(f"guest: {guest.file}, {guest.memory_mib} MiB, {vcpus} on {_TITLES[backend]}")
        shown, plain = _run_both(job, engine) if filters else (_boot(job, None, show=True), None)
        report(shown, plain, json_file)
        sys.stdout.flush()
        if signals.received:
            signals.end()
    if exit_status:
        raise typer.Exit(_exit_status(shown.outcome))


def _exit_status(outcome: Outcome) -> int:
    """The guest's, of which a process keeps 8 bits."""
    return NO_STATUS if outcome.exit_status is None else outcome.exit_status & 0xFF


def _limits(guest: Guest, until: str | None, seconds: float, accesses: int | None) -> Limits:
    from lightexit.vm.machine import Limits

    awaited = guest.ends_with if until is None else until
    return Limits(awaited.encode(errors="surrogateescape"), seconds, accesses)


def _run_both(job: Job, engine: EngineName) -> tuple[Run, Run | None]:
    """With filters, and before that without; that one alone where a signal has ended it."""
    plain = _boot(job, None, show=False)
    if job.signals.received:
        return plain, None
    _say(f"without filters: {ended(plain.outcome)}")
    return _boot(job, engine, show=True), plain


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


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


def _boot(job: Job, engine: EngineName | None, *, show: bool) -> Run:
    begun, printing = time.monotonic(), Printing()
    with _console(job, printing, show) as console, _machine(job, engine, console) as machine:
        machine.bus.timed = True
        setup_seconds, cpu_begun = time.monotonic() - begun, time.process_time()
        with job.signals.stopping(machine):
            outcome = machine.run(job.limits)
        cpu_seconds = time.process_time() - cpu_begun
        return Run(
            outcome=outcome,
            console=console,
            counts=machine.bus.counts(),
            unclaimed=machine.bus.unclaimed(),
            in_kernel=machine.bus.offloaded(),
            setup_seconds=setup_seconds,
            cpu_seconds=cpu_seconds,
            printing_seconds=printing.seconds,
        )


def _machine(job: Job, engine: EngineName | None, console: Console) -> Machine:
    from lightexit.bus.clock import HostClock
    from lightexit.vm.pc import pc_machine

    return pc_machine(
        job.guest.config,
        HostClock(),
        _engine(engine),
        make_cpu=_make_cpu(job, engine),
        debug=console,
        serial=console,
    )


@contextlib.contextmanager
def _console(job: Job, printing: Printing, show: bool) -> Iterator[Console]:
    from lightexit.vm.console import Console

    if not show:
        yield Console()
        return
    with Screen(standard_output(), job.console) as screen:
        yield Console(printing.timed(screen.write))
    print(flush=True)


def _check(back_end: BackEnd, engine: EngineName) -> None:
    """Refuse what cannot be had before any guest runs."""
    if engine is not EngineName.KERNEL:
        return
    if back_end is not BackEnd.KVM:
        raise AuthorError(
            f"--engine kernel with --backend {back_end}",
            expected="--backend kvm: the kernel answers accesses inside KVM",
            hint="another engine: native or interpreter",
        )
    from lightexit.vm.kvm.attach import require

    require()


def _make_cpu(job: Job, engine: EngineName | None) -> MakeCpu:
    from lightexit.vm.backends import make_cpu

    made = functools.partial(make_cpu, job.back_end, irqchip=job.irqchip)
    if engine is not EngineName.KERNEL:
        return made
    from lightexit.vm.kvm.offload import in_kernel

    return in_kernel(made)


def _engine(name: EngineName | None) -> Any:
    if name in (EngineName.NATIVE, EngineName.KERNEL):  # what the kernel passes runs natively
        from lightexit.engine.native import NativeEngine

        return NativeEngine()
    if name is EngineName.INTERPRETER:
        from lightexit.engine.interpreter import InterpreterEngine

        return InterpreterEngine()
    return None
