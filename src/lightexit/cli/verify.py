# SPDX-License-Identifier: Apache-2.0
"""`lightexit verify`: the proof, or why there is none."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from lightexit.cli.programs import ProgramFile, load_programs


def verify(
    file: ProgramFile,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON.")] = False,
) -> None:
    """Prove programs safe and report what was learned. Exit status 1 where one is refused."""
    from lightexit.verifier import verify as verify_program

    reports = [verify_program(program) for program in load_programs(file)]
    if as_json:
        print(json.dumps([report.to_json() for report in reports], indent=2))
    else:
        print("\n\n".join(report.text() for report in reports))
    if not all(report.accepted for report in reports):
        raise typer.Exit(1)
