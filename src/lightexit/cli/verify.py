# SPDX-License-Identifier: Apache-2.0
"""`lightexit verify`: the proof, or why there is none."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lightexit.cli.programs import ProgramFile, load_filters, load_programs, split_name

if TYPE_CHECKING:
    from lightexit.verifier import Limits, Report


def verify(
    file: ProgramFile,
    as_json: Annotated[bool, typer.Option("--json", help="Print the reports as JSON.")] = False,
    trace: Annotated[
        bool, typer.Option("--trace", help="Show what is known before every instruction explored.")
    ] = False,
    budget: Annotated[
        int | None,
        typer.Option(min=1, help="Instructions that a run may execute; 65536 unless told."),
    ] = None,
    no_faults: Annotated[
        bool, typer.Option("--no-faults", help="Refuse a filter that may fault.")
    ] = False,
    states: Annotated[
        int | None,
        typer.Option(min=1, help="States that a proof may explore; 100000 unless told."),
    ] = None,
) -> None:
    """Prove programs safe and report what was learned. Exit status 1 where one is refused."""
    reports = _reports(file, _limits(budget, states))
    if no_faults:
        reports = [report.without_faults() for report in reports]
    if as_json:
        print(json.dumps([_as_json(report, trace) for report in reports], indent=2))
    else:
        print("\n\n".join(_text(report, trace) for report in reports))
    if not all(report.accepted for report in reports):
        raise typer.Exit(1)


def _reports(file: str, limits: Limits) -> list[Report]:
    from lightexit.verifier import verify as verify_program

    if split_name(file)[0].suffix == ".py":
        return [filter_.verify(limits) for filter_ in load_filters(file)]
    return [verify_program(program, limits) for program in load_programs(file)]


def _limits(budget: int | None, states: int | None) -> Limits:
    from lightexit.verifier import Limits

    usual = Limits()
    return Limits(instructions=budget or usual.instructions, states=states or usual.states)


def _as_json(report: Report, trace: bool) -> dict[str, Any]:
    steps = {"trace": [step._asdict() for step in report.trace()]} if trace else {}
    return report.to_json() | steps


def _text(report: Report, trace: bool) -> str:
    steps = [str(step) for step in report.trace()] if trace else []
    return "\n".join([*steps, report.text()])
