# SPDX-License-Identifier: Apache-2.0
"""The options of `lightexit run`: what each is called, takes and says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightexit import plugins
from lightexit.cli.completing import names_of
from lightexit.cli.guest import FIRMWARE_MIB, KERNEL_MIB, SEABIOS_ENDS
from lightexit.cli.screen import ConsoleMode
from lightexit.vm.irqchip import Irqchip

FirmwareFile = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="Firmware image to boot; default: this machine's SeaBIOS."),
]
KernelFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE",
        help="Guest kernel to boot: Linux bzImage, Multiboot or Multiboot2, ELF (PVH or plain), "
        "flat 32-bit. Without firmware, but for old bzImages and where --firmware is given.",
    ),
]
InitrdFiles = Annotated[
    list[Path] | None,
    typer.Option(
        metavar="FILE",
        help="Initial RAM disk of the guest kernel, or a Multiboot module; may be repeated.",
    ),
]
CommandLine = Annotated[
    str, typer.Option(metavar="TEXT", help="Command line of the guest kernel; default: empty.")
]
BackEndName = Annotated[
    str,
    typer.Option(
        "--backend",
        metavar="NAME",
        help="What runs the guest's code: unicorn, kvm.",
        autocompletion=names_of(plugins.BACKENDS),
    ),
]
MachineName = Annotated[
    str,
    typer.Option(
        "--machine",
        metavar="NAME",
        help="The guest's devices, and where they are: pc.",
        autocompletion=names_of(plugins.MACHINES),
    ),
]
DeviceTargets = Annotated[
    list[str] | None,
    typer.Option(
        "--device",
        metavar="TARGET",
        help="One more device: FILE.py:CLASS, PACKAGE.MODULE:CLASS or an installed one, by its "
        "name; then values as in ,at=0x700,irq=5. Devices at its address leave. May be repeated.",
        autocompletion=names_of(plugins.DEVICES),
    ),
]
CpuCount = Annotated[
    int,
    typer.Option("--cpus", min=1, metavar="N", help="Number of vCPUs; more than one on KVM only."),
]
IrqchipOption = Annotated[
    Irqchip | None,
    typer.Option(
        help="Which interrupt controllers KVM keeps: none, the local APICs, or all; default: off "
        "for one vCPU, else kernel."
    ),
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="NAME",
        help="What runs the filters: native, interpreter, kernel (inside KVM).",
        autocompletion=names_of(plugins.ENGINES),
    ),
]
FiltersOption = Annotated[
    bool,
    typer.Option(
        "--filters/--no-filters",
        help="--no-filters: device models answer every access.",
    ),
]
CompareOption = Annotated[
    bool,
    typer.Option(
        "--compare",
        help="Run the guest without filters first, unseen, and compare the two runs; then nothing "
        "is typed into it.",
    ),
]
AwaitedText = Annotated[
    str | None,
    typer.Option(
        metavar="TEXT",
        help=f"Stop once the guest has printed this; default for SeaBIOS: {SEABIOS_ENDS}.",
    ),
]
Seconds = Annotated[
    float | None,
    typer.Option(
        min=0.001,
        metavar="S",
        help="Stop each run after so many seconds of host time; default: when the guest ends.",
    ),
]
AccessLimit = Annotated[
    int | None,
    typer.Option(
        min=1,
        metavar="N",
        help="Stop each run after so many device accesses; with several vCPUs, up to 1000 more for "
        "each.",
    ),
]
MemoryMib = Annotated[
    int | None,
    typer.Option(
        min=2,
        max=2048,
        metavar="MIB",
        help=f"Guest memory in MiB; default: {FIRMWARE_MIB}, with --kernel {KERNEL_MIB}.",
    ),
]
ExitStatus = Annotated[
    bool,
    typer.Option(
        "--exit-status",
        help="Exit as the guest does through port 0xf4 (isa-debug-exit): 2 * value + 1, always "
        "odd. Even: 4 where the guest gives none, 2 for an error, 130 for a signal.",
    ),
]
Reboots = Annotated[
    bool,
    typer.Option(
        "--reboot/--no-reboot",
        help="--no-reboot: a guest that resets the machine, or whose CPU shuts itself down, ends "
        "the run in place of booting again.",
    ),
]
ConsoleOption = Annotated[
    ConsoleMode,
    typer.Option(
        "--console",
        help="How the guest's output is shown: as text, with control characters written as \\x1b; "
        "or raw, which hands the terminal over to the guest.",
    ),
]
SerialOption = Annotated[
    str,
    typer.Option(
        "--serial",
        metavar="END",
        help="Where the guest's serial port ends: stdio, none, pty (its name is said), unix:PATH "
        "(a socket, for one client after another).",
    ),
]
TraceFile = Annotated[
    Path | None,
    typer.Option(
        "--trace",
        metavar="FILE",
        help="Write each access of the run that is shown to this file, and what answered it. Slow.",
    ),
]
RecordFile = Annotated[
    Path | None,
    typer.Option(
        "--record",
        metavar="FILE",
        help="Record each access of the run that is shown in this file, as `lightexit record` "
        "does: Parquet. Slow.",
    ),
]
JsonFile = Annotated[
    Path | None,
    typer.Option("--json", metavar="FILE", help="Write all figures to this file, as JSON."),
]
