# SPDX-License-Identifier: Apache-2.0
"""`lightexit run`: boot a guest, and say what its accesses cost with filters and without."""

from __future__ import annotations

import functools
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import typer

from lightexit.cli.guest import Guest, GuestOptions, read_guest
from lightexit.cli.options import (
    AccessLimit,
    AwaitedText,
    BackEndOption,
    CommandLine,
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
from lightexit.errors import AuthorError
from lightexit.vm.backends import BackEnd, check_cpus

if TYPE_CHECKING:
    from lightexit.vm.irqchip import Irqchip
    from lightexit.vm.machine import Limits, Outcome
    from lightexit.vm.pc import MakeCpu

_TITLES = {BackEnd.UNICORN: "Unicorn", BackEnd.KVM: "KVM"}
#: The exit status, where the guest's is asked for, of a guest that has none.
_NOT_ENDED = 2


@dataclass(frozen=True)
class Job:
    """What to run, on what, and for how long."""

    guest: Guest
    back_end: BackEnd
    irqchip: Irqchip | None
    limits: Limits


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
    exit_status: ExitStatus = False,
    json_file: JsonFile = None,
) -> None:
    """Boot a PC, its hot registers answered by bytecode, and print what was measured.

    The guest runs twice: first with the device models alone, silently, then with the filters.
    """
    from lightexit.vm.machine import Limits

    _check(backend, engine)
    check_cpus(backend, cpus, irqchip)
    guest = read_guest(GuestOptions(firmware, kernel, tuple(initrd or ()), append, memory, cpus))
    awaited = guest.ends_with if until is None else until
    job = Job(guest, backend, irqchip, Limits(awaited.encode(), seconds, accesses))
    vcpus = "one vCPU" if cpus == 1 else f"{cpus} vCPUs"
    _say(f"guest: {guest.file}, {guest.memory_mib} MiB, {vcpus} on {_TITLES[backend]}")
    plain = _boot(job, None, show=not filters)
    shown = plain
    if filters:
        _say(f"without filters: {ended(plain.outcome)}")
        shown = _boot(job, engine, show=True)
    report(shown, plain if filters else None, json_file)
    if exit_status:
        raise typer.Exit(_exit_status(shown.outcome))


def _exit_status(outcome: Outcome) -> int:
    """The guest's, of which a process keeps 8 bits: always odd."""
    return _NOT_ENDED if outcome.exit_status is None else outcome.exit_status & 0xFF


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _boot(job: Job, engine: EngineName | None, *, show: bool) -> Run:
    from lightexit.bus.clock import HostClock
    from lightexit.vm.console import Console
    from lightexit.vm.pc import pc_machine

    screen = Screen()
    console = Console(screen if show else None)
    begun = time.monotonic()
    with pc_machine(
        job.guest.config,
        HostClock(),
        _engine(engine),
        make_cpu=_make_cpu(job, engine),
        debug=console,
        serial=console,
    ) as machine:
        machine.bus.timed = True
        setup_seconds, cpu_begun = time.monotonic() - begun, time.process_time()
        outcome = machine.run(job.limits)
        cpu_seconds = time.process_time() - cpu_begun
        if show:
            print(flush=True)
        bus = machine.bus
        return Run(
            outcome,
            console.text,
            bus.counts(),
            bus.unclaimed(),
            bus.offloaded(),
            setup_seconds,
            cpu_seconds,
            screen.seconds,
        )


class Screen:
    """Prints what a guest says, and keeps how long that took: `seconds`."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self, data: bytes) -> None:
        """Print it now."""
        begun = time.perf_counter()
        sys.stdout.write(data.decode("latin-1"))
        sys.stdout.flush()
        self.seconds += time.perf_counter() - begun


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
    from lightexit.engine.kernel.attach import require

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
