# SPDX-License-Identifier: Apache-2.0
"""The options of `lightexit run`: what each is called, takes and says of itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lightexit.cli.guest import FIRMWARE_MIB, KERNEL_MIB, SEABIOS_ENDS
from lightexit.cli.screen import ConsoleMode
from lightexit.vm.irqchip import Irqchip

FirmwareFile = Annotated[
    Path | None, typer.Option(help="Firmware image; default: this machine's SeaBIOS.")
]
KernelFile = Annotated[
    Path | None,
    typer.Option(help="Boot this without firmware: Linux bzImage, Multiboot, flat 32-bit."),
]
InitrdFiles = Annotated[
    list[Path] | None,
    typer.Option(help="The kernel's initial RAM disk, or a module of it; as many as wanted."),
]
CommandLine = Annotated[str, typer.Option(help="The kernel's command line.")]
BackEndName = Annotated[
    str, typer.Option("--backend", metavar="NAME", help="What runs the guest's code: unicorn, kvm.")
]
MachineName = Annotated[
    str, typer.Option("--machine", metavar="NAME", help="What the guest finds around its CPU: pc.")
]
CpuCount = Annotated[
    int, typer.Option("--cpus", min=1, metavar="N", help="vCPUs; more than one on KVM only.")
]
IrqchipOption = Annotated[
    Irqchip | None,
    typer.Option(help="Interrupt controllers in KVM; default: off for one vCPU, else kernel."),
]
EngineName = Annotated[
    str,
    typer.Option(
        "--engine", metavar="NAME", help="Where filters run: native, interpreter, kernel."
    ),
]
FiltersOption = Annotated[
    bool, typer.Option("--filters/--no-filters", help="Without: models answer everything.")
]
AwaitedText = Annotated[
    str | None, typer.Option(help=f"Stop at this output; default for SeaBIOS: {SEABIOS_ENDS}.")
]
Seconds = Annotated[float, typer.Option(min=0.001, help="Stop after this host time.")]
AccessLimit = Annotated[
    int | None,
    typer.Option(
        min=1,
        help="Stop after so many device accesses; with several vCPUs, up to 1000 more for each.",
    ),
]
MemoryMib = Annotated[
    int | None,
    typer.Option(
        min=2,
        max=2048,
        metavar="MIB",
        help=f"Guest memory; default: {FIRMWARE_MIB}, for a kernel {KERNEL_MIB}.",
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
ConsoleOption = Annotated[
    ConsoleMode,
    typer.Option(
        "--console",
        help="The guest's output on standard output: as text, control characters shown as \\x1b; "
        "raw hands the terminal over to the guest.",
    ),
]
TraceFile = Annotated[
    Path | None,
    typer.Option(
        "--trace",
        metavar="FILE",
        help="Write every access of the run with filters here, and who answered it. Slow.",
    ),
]
JsonFile = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write all figures here.")
]
