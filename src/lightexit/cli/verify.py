# SPDX-License-Identifier: Apache-2.0
"""`lightexit verify`: the proof, or why there is none."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

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


class Judged(NamedTuple):
    """What the verifier says of a program; `proof` is kept where `lightexit prove` has found it."""

    report: Report | NotCompiled
    proof: KeptProof | None = None

    @property
    def name(self) -> str:
        """The program's."""
        if isinstance(self.report, NotCompiled):
            return self.report.name
        return self.report.program.name


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
    judged = _judged(file, state_sizes(state), _limits(budget, states))
    if no_faults:
        judged = [_without_faults(each) for each in judged]
    if as_json:
        print(json.dumps(document(judged, trace), indent=2))
    else:
        print("\n\n".join(_text(each, trace) for each in judged))
        if len(judged) > 1:
            print(f"\n{_summary(judged)}")
    if any(verdict(each.report) != ACCEPTED for each in judged):
        raise typer.Exit(ExitCode.REFUSED)
    if require_proof:
        require_proofs(file, (each.name for each in judged if each.proof is None))


def _judged(file: str, sizes: dict[str, int], limits: Limits) -> list[Judged]:
    from lightexit.prover.kept import kept
    from lightexit.verifier import verify as verify_program

    if split_name(file)[0].suffix != ".py" or sizes:
        return [Judged(verify_program(program, limits)) for program in programs(file, sizes)]
    filters = load_filters(file)
    reports = for_each(filters, lambda filter_: filter_.verify(limits))
    return [
        Judged(report, None if isinstance(report, NotCompiled) else kept(each))
        for report, each in zip(reports, filters, strict=True)
    ]


def _without_faults(judged: Judged) -> Judged:
    report = judged.report
    if isinstance(report, NotCompiled):
        return judged
    return judged._replace(report=report.without_faults())


def require_proofs(subject: str, without: Iterable[str]) -> None:
    """Raises AuthorError for filters that have none."""
    names = ", ".join(without)
    if names:
        raise AuthorError(
            f"not proved to do what its source says: {names}",
            expected="a filter that was proved, from the same source and bytecode",
            hint=f"lightexit prove {subject}",
        )


def _limits(budget: int | None, states: int | None) -> Limits:
    from lightexit.verifier import Limits

    usual = Limits()
    return Limits(instructions=budget or usual.instructions, states=states or usual.states)


def verdict(report: Report | NotCompiled) -> str:
    """One of ACCEPTED, REFUSED and NOT_COMPILED."""
    if isinstance(report, NotCompiled):
        return NOT_COMPILED
    return ACCEPTED if report.accepted else REFUSED


def document(judged: Sequence[Judged], trace: bool) -> dict[str, Any]:
    """What `--json` prints."""
    return {"schema": VERIFY, "programs": [_as_json(each, trace) for each in judged]}


def _as_json(judged: Judged, trace: bool) -> dict[str, Any]:
    report, proof = judged
    told = {"verdict": verdict(report)}
    if isinstance(report, NotCompiled):
        return {"program": report.name, "accepted": False, "error": report.error.to_json()} | told
    steps = {"trace": [step._asdict() for step in report.trace()]} if trace else {}
    return report.to_json() | told | {"proved": proof and vars(proof)} | steps


def _text(judged: Judged, trace: bool) -> str:
    report, proof = judged
    if isinstance(report, NotCompiled):
        return f"{report.name}: {NOT_COMPILED}\n{report.error}"
    steps = [str(step) for step in report.trace()] if trace else []
    told = [f"  proved: does what its source says, for every input ({proof})"] if proof else []
    return "\n".join([*steps, report.text(), *told])


def _summary(judged: Sequence[Judged]) -> str:
    counts = Counter(verdict(each.report) for each in judged)
    told = [f"{counts[each]} {each}" for each in (ACCEPTED, REFUSED, NOT_COMPILED) if counts[each]]
    return f"{len(judged)} programs: {', '.join(told)}"
