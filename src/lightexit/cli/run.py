# SPDX-License-Identifier: Apache-2.0
"""`lightexit run`: boot a guest, and say what its accesses cost with filters and without."""

from __future__ import annotations

import json
import sys
import time
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lightexit.cli.compile import write_bytes
from lightexit.cli.tally import Row, Total, as_json, rows, total

if TYPE_CHECKING:
    from lightexit.vm.machine import Limits, Outcome

SEABIOS_ENDS = "No bootable device"


class EngineName(StrEnum):
    """Where filters run."""

    NATIVE = "native"
    INTERPRETER = "interpreter"


@dataclass(frozen=True)
class Job:
    """What to run, and for how long."""

    firmware: bytes
    memory_mib: int
    limits: Limits


@dataclass(frozen=True)
class Run:
    """One finished run."""

    outcome: Outcome
    output: str
    counts: list[Any]


def run(
    firmware: Annotated[
        Path | None, typer.Option(help="Firmware image; default: this machine's SeaBIOS.")
    ] = None,
    engine: Annotated[EngineName, typer.Option(help="Where filters run.")] = EngineName.NATIVE,
    filters: Annotated[
        bool, typer.Option("--filters/--no-filters", help="Without: models answer everything.")
    ] = True,
    until: Annotated[
        str | None, typer.Option(help=f"Stop at this output; default for SeaBIOS: {SEABIOS_ENDS}.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.001, help="Stop after this host time.")] = 30.0,
    accesses: Annotated[
        int | None, typer.Option(min=1, help="Stop after so many device accesses.")
    ] = None,
    memory: Annotated[int, typer.Option(min=2, max=2048, help="Guest memory in MiB.")] = 16,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write all figures here.")
    ] = None,
) -> None:
    """Boot a PC on Unicorn, its hot registers answered by bytecode, and print what that saved.

    The guest runs twice: first with the device models alone, silently, then with the filters.
    """
    from lightexit.vm.firmware import load_firmware, seabios
    from lightexit.vm.machine import Limits

    path = firmware or seabios()
    image = load_firmware(path)
    awaited = until if until is not None else (SEABIOS_ENDS if firmware is None else "")
    limits = Limits(awaited.encode(), seconds, accesses)
    job = Job(image, memory, limits)
    _say(f"guest: {path}, {memory} MiB, one vCPU on Unicorn")
    plain = _boot(job, None, show=not filters)
    if not filters:
        _report(plain, None, json_file)
        return
    _say(f"without filters: {_ended(plain.outcome)}")
    _report(_boot(job, engine, show=True), plain, json_file)


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _boot(job: Job, engine: EngineName | None, *, show: bool) -> Run:
    from lightexit.bus.clock import HostClock
    from lightexit.vm.console import Console
    from lightexit.vm.pc import PcConfig, pc_machine

    console = Console(_print if show else None)
    config = PcConfig(job.firmware, job.memory_mib << 20, int(time.time()))
    machine = pc_machine(config, HostClock(), _engine(engine), debug=console, serial=console)
    machine.bus.timed = True
    outcome = machine.run(job.limits)
    if show:
        print(flush=True)
    return Run(outcome, console.text, machine.bus.counts())


def _print(data: bytes) -> None:
    sys.stdout.write(data.decode("latin-1"))
    sys.stdout.flush()


def _engine(name: EngineName | None) -> Any:
    if name is EngineName.NATIVE:
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
    same = "identical" if plain.output == shown.output else "DIFFERENT"
    share = 100 * sums.port_reads_handled / max(sums.port_reads, 1)
    return [
        *lines,
        f"port reads answered by bytecode: {sums.port_reads_handled} of {sums.port_reads}"
        f" ({share:.1f} %); all accesses: {sums.handled} of {sums.accesses}",
        f"time in device accesses: {before / 1e3:,.0f} us without filters,"
        f" {sums.ns / 1e3:,.0f} us with; saved: {sums.saved_ns / 1e3:,.0f} us",
        f"guest output with and without filters: {same}",
    ]


def _write_json(path: Path, shown: Run, plain: Run | None, table: list[Row]) -> None:
    document = {
        "ended": {
            "reason": shown.outcome.reason.name.lower(),
            "detail": shown.outcome.detail,
            "seconds": shown.outcome.seconds,
            "accesses": shown.outcome.accesses,
        },
        "output": shown.output,
        "output_without_filters": plain.output if plain else None,
        "registers": [as_json(row) for row in table],
        "total": asdict(total(table)),
    }
    write_bytes(path, json.dumps(document, indent=2).encode() + b"\n")
