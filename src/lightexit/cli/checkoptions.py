# SPDX-License-Identifier: Apache-2.0
"""The options of `lightexit check`: what each is called, takes and says of itself."""

from __future__ import annotations

from typing import Annotated

import typer

from lightexit import plugins
from lightexit.cli.completing import names_of

#: Examples of each law where neither these nor a time is given.
EXAMPLES = 100

CheckTarget = Annotated[
    str,
    typer.Argument(
        metavar="TARGET",
        help="A device as `run --device` takes it: its name, FILE.py:CLASS or "
        "PACKAGE.MODULE:CLASS, with values; or a Subject or class of tests in such a place.",
        autocompletion=names_of(plugins.DEVICES),
    ),
]
CheckTime = Annotated[
    str | None,
    typer.Option(
        "--for", metavar="TIME", help="Go on for so long: 30s, 10m, 1h. Default: --examples."
    ),
]
Reference = Annotated[
    str | None,
    typer.Option(
        metavar="TARGET",
        help="Another device, an earlier version say: a guest has to see the same of both.",
    ),
]
ExampleCount = Annotated[
    int | None,
    typer.Option(
        min=1, metavar="N", help=f"Examples of each law. Default: {EXAMPLES} without --for."
    ),
]
ExampleSeed = Annotated[
    int | None,
    typer.Option(min=0, metavar="N", help="What the examples are made from. Default: chance."),
]
LawNames = Annotated[
    list[str] | None,
    typer.Option("--law", metavar="NAME", help="Only this law. May be repeated."),
]
FirstOnly = Annotated[
    bool, typer.Option("--first", help="End with the first finding, not one of each law.")
]
SchedulerAddress = Annotated[
    str | None,
    typer.Option(metavar="ADDRESS", help="Run it on the workers of this scheduler of Dask."),
]
