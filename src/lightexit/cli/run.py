# SPDX-License-Identifier: Apache-2.0
"""`lightexit run`: boot a guest, and say what its accesses cost with filters and without."""

from __future__ import annotations

import functools
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from lightexit.cli.compile import write_bytes
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
from lightexit.errors import AuthorError
from lightexit.files import check_writable
from lightexit.vm.backends import BackEnd, check_cpus

if TYPE_CHECKING:
    from lightexit.bus.offload import OffloadCount
    from lightexit.cli.tally import Row, Total
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


@dataclass(frozen=True)
class Run:
    """One finished run."""

    outcome: Outcome
    output: str
    counts: list[Any]
    in_kernel: list[OffloadCount]


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
    """Boot a PC, its hot registers answered by bytecode, and print what that saved.

    The guest runs twice: first with the device models alone, silently, then with the filters.
    """
    from lightexit.vm.machine import Limits

    _check(backend, engine)
    if json_file is not None:
        check_writable(json_file)
    check_cpus(backend, cpus, irqchip)
    guest = read_guest(GuestOptions(firmware, kernel, tuple(initrd or ()), append, memory, cpus))
    awaited = guest.ends_with if until is None else until
    job = Job(guest, backend, irqchip, Limits(awaited.encode(), seconds, accesses))
    vcpus = "one vCPU" if cpus == 1 else f"{cpus} vCPUs"
    _say(f"guest: {guest.file}, {guest.memory_mib} MiB, {vcpus} on {_TITLES[backend]}")
    plain = _boot(job, None, show=not filters)
    shown = plain
    if filters:
        _say(f"without filters: {_ended(plain.outcome)}")
        shown = _boot(job, engine, show=True)
    _report(shown, plain if filters else None, json_file)
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

    console = Console(_print if show else None)
    with pc_machine(
        job.guest.config,
        HostClock(),
        _engine(engine),
        make_cpu=_make_cpu(job, engine),
        debug=console,
        serial=console,
    ) as machine:
        machine.bus.timed = True
        outcome = machine.run(job.limits)
        if show:
            print(flush=True)
        return Run(outcome, console.text, machine.bus.counts(), machine.bus.offloaded())


def _print(data: bytes) -> None:
    sys.stdout.write(data.decode("latin-1"))
    sys.stdout.flush()


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


def _ended(outcome: Outcome) -> str:
    detail = f" ({outcome.detail})" if outcome.detail else ""
    return (
        f"{outcome.reason.value}{detail} after {outcome.seconds:.2f} s"
        f" and {outcome.accesses} device accesses"
    )


def _report(shown: Run, plain: Run | None, json_file: Path | None) -> None:
    from lightexit.cli.table import print_table
    from lightexit.cli.tally import rows, total

    table = rows(shown.counts, plain.counts if plain else [])
    sums = total(table)
    print_table(table)
    for line in _summary(shown, plain, sums):
        print(line)
    if json_file is not None:
        _write_json(json_file, shown, plain, table)


def _summary(shown: Run, plain: Run | None, sums: Total) -> list[str]:
    lines = [f"run ended: {_ended(shown.outcome)}"]
    if plain is None:
        return [*lines, f"time in device accesses: {sums.ns / 1e3:,.0f} us, all in models"]
    before = sums.ns + sums.saved_ns
    share = 100 * sums.port_reads_handled / max(sums.port_reads, 1)
    return [
        *lines,
        f"port reads answered by bytecode: {sums.port_reads_handled} of {sums.port_reads}"
        f" ({share:.1f} %); all accesses: {sums.handled} of {sums.accesses}",
        f"time in device accesses: {before / 1e3:,.0f} us without filters,"
        f" {sums.ns / 1e3:,.0f} us with; saved: {sums.saved_ns / 1e3:,.0f} us",
        *_kernel_lines(shown.in_kernel),
        f"guest output with and without filters: {compared(plain.output, shown.output)}",
    ]


def compared(plain: str, shown: str) -> str:
    """What to say of two outputs; several vCPUs print in an order that is chance."""
    if plain == shown:
        return "identical"
    in_order = sorted(plain.splitlines()) == sorted(shown.splitlines())
    return "the same lines, in another order" if in_order else "DIFFERENT"


def _kernel_lines(counts: list[OffloadCount]) -> list[str]:
    if not counts:
        return []
    lines = [
        f"in the kernel: {count.device}, {count.space.name}"
        f" {count.base:#x}..{count.base + count.size - 1:#x}:"
        f" handled {count.handled}, passed {count.passed}"
        for count in counts
    ]
    handled, passed = (sum(getattr(c, name) for c in counts) for name in ("handled", "passed"))
    return [*lines, f"in the kernel, besides the above: handled {handled}, passed {passed}"]


def _write_json(path: Path, shown: Run, plain: Run | None, table: list[Row]) -> None:
    from lightexit.cli.tally import as_json, total

    document = {
        "ended": {
            "reason": shown.outcome.reason.name.lower(),
            "detail": shown.outcome.detail,
            "seconds": shown.outcome.seconds,
            "accesses": shown.outcome.accesses,
            "exit_status": shown.outcome.exit_status,
        },
        "output": shown.output,
        "output_without_filters": plain.output if plain else None,
        "registers": [as_json(row) for row in table],
        "total": asdict(total(table)),
        "in_kernel": [asdict(count) | {"space": count.space.name} for count in shown.in_kernel],
    }
    write_bytes(path, json.dumps(document, indent=2).encode() + b"\n")
