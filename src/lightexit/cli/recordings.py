# SPDX-License-Identifier: Apache-2.0
"""`lightexit report`: what recordings say."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lightexit.cli.compile import write_bytes
from lightexit.cli.status import ExitCode
from lightexit.files import check_writable

if TYPE_CHECKING:
    from lightexit.errors import AuthorError

#: Files that cannot be read are told one by one up to these.
_MOST_REFUSED = 20


def report(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE...",
            help="Recordings of `lightexit record`; folders, with all *.parquet in and below them; "
            "quoted patterns.",
        ),
    ],
    html: Annotated[
        Path | None,
        typer.Option("--html", metavar="FILE", help="Write a page with plots, too, to this file."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print all figures as one JSON document.")
    ] = False,
) -> None:
    """Report what recordings say, also of a fleet.

    Hot registers, VMs, who answered, how long accesses took, and advice. A file that cannot be read
    is told on standard error; the others are reported, and the status is 2.
    """
    from lightexit.trace.report import check_duckdb, find, summarize
    from lightexit.trace.report.page import check_page, page

    check_duckdb()
    if html is not None:
        check_page()
        check_writable(html)
    found = find(files)
    if not found.files and len(found.refused) == 1:
        raise found.refused[0]
    try:
        summary = summarize(found)
    finally:
        _say(found.refused)
    if html is not None:
        write_bytes(html, page(summary, found.refused).encode(errors="replace"))
    if as_json:
        from lightexit.cli.recordings_json import document

        print(json.dumps(document(summary, found.refused), indent=2))
    else:
        from lightexit.cli.recordings_text import print_summary

        print_summary(summary)
    if found.refused:
        raise typer.Exit(ExitCode.ERROR)


def _say(refused: Sequence[AuthorError]) -> None:
    for error in refused[:_MOST_REFUSED]:
        print(f"lightexit: {error.found}", file=sys.stderr)
    if len(refused) > _MOST_REFUSED:
        print(
            f"lightexit: {len(refused) - _MOST_REFUSED:,} more files cannot be read",
            file=sys.stderr,
        )
