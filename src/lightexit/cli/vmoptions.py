# SPDX-License-Identifier: Apache-2.0
"""The options of commands that look at the VMs of this host: which of them, and for how long."""

from __future__ import annotations

from typing import Annotated

import typer

ProcessNumbers = Annotated[
    list[int] | None,
    typer.Option(metavar="N", min=1, help="Only the VM of this process; may be repeated."),
]
VmNames = Annotated[
    list[str] | None,
    typer.Option(
        metavar="NAME",
        help="Only the VMs of that name (QEMU's -name, libvirt's domain); may be repeated.",
    ),
]
Duration = Annotated[
    float | None,
    typer.Option("--for", metavar="SECONDS", min=0.1, max=10**9, help="End after so many seconds."),
]
