# SPDX-License-Identifier: Apache-2.0
"""`lightexit verify`: the proof, or why there is none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lightexit.cli.programs import (
    NotCompiled,
    ProgramFile,
    for_each,
    load_filters,
    programs,
    split_name,
)
from lightexit.cli.schemas import VERIFY
from lightexit.cli.state_sizes import StateOptions, state_sizes
from lightexit.cli.status import ExitCode
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.prover.kept import KeptProof
    from lightexit.verifier import Limits, Report

ACCEPTED, REFUSED, NOT_COMPILED = "accepted", "refused", "not compiled"


def verify(
    file: ProgramFile,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the reports as one JSON document.")
    ] = False,
    trace: Annotated[
        bool,
        typer.Option(
            "--trace", help="Show the verifier's state before every explored instruction."
        ),
    ] = False,
    budget: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Most instructions that a run may execute; default: 65536."
        ),
    ] = None,
    no_faults: Annotated[
        bool,
        typer.Option(
            "--no-faults", help="Refuse a filter that may divide by 0 or index outside an array."
        ),
    ] = False,
    states: Annotated[
        int | None,
        typer.Option(
            min=1, metavar="N", help="Most states that a proof may explore; default: 100000."
        ),
    ] = None,
    require_proof: Annotated[
        bool,
        typer.Option(
            "--require-proof",
            help="Refuse a filter that was not proved by `lightexit prove`.",
        ),
    ] = False,
    state: StateOptions = None,
) -> None:
    """Prove filters safe, and report what they cost and do.

    A filter that does not compile, or that is refused, is reported among the others. The exit
    status is then 1.
    """
    reports = [*_reports(file, state_sizes(state), _limits(budget, states))]
    proofs = _proofs(file, reports)
    if no_faults:
        reports = [
            each if isinstance(each, NotCompiled) else each.without_faults() for each in reports
        ]
    if as_json:
        print(json.dumps(document(reports, trace, proofs), indent=2))
    else:
        print("\n\n".join(_text(report, trace, proofs) for report in reports))
        if len(reports) > 1:
            print(f"\n{_summary(reports)}")
    if any(verdict(report) != ACCEPTED for report in reports):
        raise typer.Exit(ExitCode.REFUSED)
    if require_proof:
        require_proofs(file, (name for name in map(_name, reports) if name not in proofs))


def _reports(file: str, sizes: dict[str, int], limits: Limits) -> Iterable[Report | NotCompiled]:
    from lightexit.verifier import verify as verify_program

    if split_name(file)[0].suffix == ".py" and not sizes:
        return for_each(load_filters(file), lambda filter_: filter_.verify(limits))
    return [verify_program(program, limits) for program in programs(file, sizes)]


def _proofs(file: str, reports: Sequence[Report | NotCompiled]) -> dict[str, KeptProof]:
    """Those that there are, by the filter's name: that it does what its source says."""
    from lightexit.prover.kept import kept

    if split_name(file)[0].suffix != ".py":
        return {}
    compiled = {each.program.name for each in reports if not isinstance(each, NotCompiled)}
    found = {each.name: kept(each) for each in load_filters(file) if each.name in compiled}
    return {name: proof for name, proof in found.items() if proof is not None}


def require_proofs(subject: str, without: Iterable[str]) -> None:
    """Raises AuthorError for filters that have none."""
    names = ", ".join(without)
    if names:
        raise AuthorError(
            f"not proved to do what its source says: {names}",
            expected="a filter that was proved, from the same source and bytecode",
            hint=f"lightexit prove {subject}",
        )


def _name(report: Report | NotCompiled) -> str:
    return report.name if isinstance(report, NotCompiled) else report.program.name


def _limits(budget: int | None, states: int | None) -> Limits:
    from lightexit.verifier import Limits

    usual = Limits()
    return Limits(instructions=budget or usual.instructions, states=states or usual.states)


def verdict(report: Report | NotCompiled) -> str:
    """One of ACCEPTED, REFUSED and NOT_COMPILED."""
    if isinstance(report, NotCompiled):
        return NOT_COMPILED
    return ACCEPTED if report.accepted else REFUSED


def document(
    reports: list[Report | NotCompiled], trace: bool, proofs: Mapping[str, KeptProof]
) -> dict[str, Any]:
    """What `--json` prints."""
    programs = [_as_json(report, trace, proofs) for report in reports]
    return {"schema": VERIFY, "programs": programs}


def _as_json(
    report: Report | NotCompiled, trace: bool, proofs: Mapping[str, KeptProof]
) -> dict[str, Any]:
    judged = {"verdict": verdict(report)}
    if isinstance(report, NotCompiled):
        return {"program": report.name, "accepted": False, "error": report.error.to_json()} | judged
    steps = {"trace": [step._asdict() for step in report.trace()]} if trace else {}
    proof = proofs.get(report.program.name)
    return report.to_json() | judged | {"proved": proof and vars(proof)} | steps


def _text(report: Report | NotCompiled, trace: bool, proofs: Mapping[str, KeptProof]) -> str:
    if isinstance(report, NotCompiled):
        return f"{report.name}: {NOT_COMPILED}\n{report.error}"
    steps = [str(step) for step in report.trace()] if trace else []
    proof = proofs.get(report.program.name)
    told = [f"  proved: does what its source says, for every input ({proof})"] if proof else []
    return "\n".join([*steps, report.text(), *told])


def _summary(reports: list[Report | NotCompiled]) -> str:
    counts = Counter(map(verdict, reports))
    told = [f"{counts[each]} {each}" for each in (ACCEPTED, REFUSED, NOT_COMPILED) if counts[each]]
    return f"{len(reports)} programs: {', '.join(told)}"
