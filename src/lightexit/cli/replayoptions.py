# SPDX-License-Identifier: Apache-2.0
"""The options of `lightexit replay`: what each is called, takes and says of itself."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from lightexit import plugins
from lightexit.cli.completing import names_of


class Against(StrEnum):
    """What is compared with what."""

    FILTER = "filter"
    RECORDING = "recording"
    DEVICE = "device"


ReplayedFile = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="A recording of `lightexit record`, or a golden trace (.jsonl)."
    ),
]
ReplayedDeviceNames = Annotated[
    list[str] | None,
    typer.Option(
        "--device",
        metavar="NAME[=ADDRESS]",
        help="A device by its name, such as rtc, or FILE.py:CLASS; with ADDRESS or "
        "WINDOW:ADDRESS,... where the recorded machine had it elsewhere than a PC. May be "
        "repeated.",
        autocompletion=names_of(plugins.DEVICES),
    ),
]
LibraryFile = Annotated[
    str | None,
    typer.Option(
        metavar="FILE.so[=ADDRESS]",
        help="A device of your own, in C or Rust, that exports what lightexit_replay.h declares.",
    ),
]
AgainstOption = Annotated[
    Against | None,
    typer.Option(
        help="filter: the device without and with its filters; recording: that, and the recorded "
        "values; device: a library and --device. Default: device if both are given, recording for "
        "a library, else filter."
    ),
]
AllowedDifferences = Annotated[
    list[str] | None,
    typer.Option(
        "--allow",
        metavar="WHAT",
        help="Differences from the recording that do not count: time, start, or a register as it "
        "is printed; with a * behind, all that begin so. May be repeated.",
    ),
]
RecordedVm = Annotated[
    str | None, typer.Option("--vm", metavar="NAME", help="The VM whose accesses are replayed.")
]
RecordedProcess = Annotated[
    int | None, typer.Option("--pid", min=0, metavar="N", help="The same, by its process.")
]
AnswerTime = Annotated[
    float, typer.Option(min=0.001, metavar="S", help="Longest time for an answer of a library.")
]
