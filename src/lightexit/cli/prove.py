# SPDX-License-Identifier: Apache-2.0
"""`lightexit prove`: bytecode does what its source says, or an input on which it does not."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lightexit.cli.schemas import PROVE
from lightexit.cli.status import ExitCode
from lightexit.cli.subjects import FilterSubject, device_filters, subjects
from lightexit.errors import AuthorError

if TYPE_CHECKING:
    from lightexit.prover.proof import Proof
    from lightexit.prover.query import Budget

PROVED, REFUTED, UNKNOWN, NOT_COMPILED = "proved", "refuted", "unknown", "not compiled"


@dataclass(frozen=True)
class ProofRow:
    """What is told of a filter; `kept` where it was proved before."""

    title: str
    verdict: str
    proof: Proof
    kept: bool = False


def prove(
    filters: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE[:NAME]]...",
            help="Python source (.py); with NAME, that filter or device only. Or a device by its "
            "name, such as pit, or one filter of it: pit.read_or_latch.",
        ),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="All filters of all devices that lightexit has.")
    ] = False,
    seconds: Annotated[
        float, typer.Option(min=1, metavar="N", help="What the proof of one filter may take.")
    ] = 300,
    goal_seconds: Annotated[
        float, typer.Option(min=0.1, metavar="N", help="What one question to z3 may take.")
    ] = 10,
    paths: Annotated[
        int, typer.Option(min=1, metavar="N", help="Most paths of a filter's source.")
    ] = 20_000,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, metavar="N", help="Proofs at once; default: CPUs."),
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Prove also what was proved before, and kept.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was found as one JSON document.")
    ] = False,
) -> None:
    """Prove that bytecode does what its source says, for every input.

    For all accesses and all bytes of the states: the same verdict, data, state and actions. A
    filter is proved; or refuted, by an input that both have been run with, shown as a test; or
    unknown. The exit status is 0 where all are proved, 1 where one is refuted or does not
    compile, else 6.
    """
    from lightexit.prover.installed import z3_version

    version = z3_version()
    from lightexit.prover.query import Budget

    named = list(_named(filters or [], everything))
    budget = Budget(seconds, goal_seconds, paths)
    rows: dict[int, ProofRow] = {}
    for number, row in _rows(named, budget, jobs or os.cpu_count() or 1, "" if anew else version):
        rows[number] = row
        if not as_json:
            print("\n".join(_text(row, budget)), flush=True)
    found = [rows[number] for number in range(len(named))]
    print(json.dumps(_document(found, version), indent=2) if as_json else _summary(found))
    verdicts = {each.verdict for each in found}
    if verdicts & {REFUTED, NOT_COMPILED}:
        raise typer.Exit(ExitCode.REFUTED)
    if UNKNOWN in verdicts:
        raise typer.Exit(ExitCode.NOT_PROVED)


def _named(arguments: Sequence[str], everything: bool) -> Iterator[FilterSubject]:
    if bool(arguments) == everything:
        raise AuthorError(
            "all devices and others are named" if everything else "no filter is named",
            expected="FILE[:NAME], the name of a device, or --all",
        )
    for each in arguments:
        yield from map(_with_source, subjects(each))
    if everything:
        yield from _of_all_devices()


def _with_source(subject: FilterSubject) -> FilterSubject:
    from lightexit.program_filter import ProgramFilter

    if isinstance(subject.filter, ProgramFilter):
        raise AuthorError(
            f"{subject.title} is bytecode only: there is no source to compare it with",
            expected="a filter in Python",
        )
    return subject


def _of_all_devices() -> Iterator[FilterSubject]:
    """Of lightexit's own, each filter once; some are in regions of several devices."""
    from lightexit import plugins

    found = [each for name in plugins.DEVICES.ours for each in device_filters(name)]
    yield from {id(each.filter): each for each in reversed(found)}.values()


def _rows(
    named: Sequence[FilterSubject], budget: Budget, jobs: int, kept_by: str
) -> Iterator[tuple[int, ProofRow]]:
    from lightexit.cli.progress import Telling
    from lightexit.prover.processes import in_processes

    works, numbers = [], []
    # Long ones first: what takes long shall not be left to the end.
    for number, each in sorted(enumerate(named), key=_length, reverse=True):
        row = _known(each, kept_by)
        if row is not None:
            yield number, row
        else:
            works.append(_work(each, budget))
            numbers.append(number)
    with Telling() as progress:
        done = 0

        def tell(running: int) -> None:
            progress.say(f"{done} of {len(works)} filters done, {running} are being proved")

        for at, proof in in_processes(works, jobs, tell):
            done += 1
            yield numbers[at], _of_proof(named[numbers[at]], proof)


def _length(numbered: tuple[int, FilterSubject]) -> int:
    try:
        return len(numbered[1].filter.program.code)
    except AuthorError:  # told later
        return 0


def _known(subject: FilterSubject, kept_by: str) -> ProofRow | None:
    """What is told at once: it is not compiled or not safe, or this z3 has proved it before."""
    from lightexit.prover.kept import kept
    from lightexit.prover.proof import Proof

    title = subject.title
    try:
        _ = subject.filter.report
    except AuthorError as error:
        return ProofRow(title, NOT_COMPILED, Proof(title, NOT_COMPILED, reason=str(error)))
    before = kept(subject.filter)
    if before is None or before.z3 != kept_by:
        return None
    proof = Proof(title, PROVED, before.seconds, before.paths, before.pairs)
    return ProofRow(title, PROVED, proof, kept=True)


def _work(subject: FilterSubject, budget: Budget) -> Any:
    from lightexit.prover.processes import Work
    from lightexit.prover.proof import prove_filter

    return Work(subject.title, lambda: prove_filter(subject.filter, budget), budget.seconds)


def _of_proof(subject: FilterSubject, proof: Proof) -> ProofRow:
    from lightexit.prover.kept import keep

    if proof.verdict == PROVED:
        keep(subject.filter, proof)
    return ProofRow(subject.title, proof.verdict, replace(proof, name=subject.title))


def _text(row: ProofRow, budget: Budget) -> Iterator[str]:
    proof = row.proof
    took = (
        f"{proof.seconds:.1f} s, {_counted(proof.paths, 'path')}, {_counted(proof.pairs, 'pair')}"
    )
    if row.verdict == NOT_COMPILED:
        yield f"{row.title}: {NOT_COMPILED}\n{proof.reason}"
    elif row.verdict == PROVED:
        yield f"{row.title}: proved ({took}{', before' if row.kept else ''})"
    elif row.verdict == REFUTED:
        yield f"{row.title}: refuted ({proof.seconds:.1f} s)"
        yield from (f"  {each}" for each in proof.differences)
        yield f"as a test:\n\n{proof.test}\n"
    else:
        yield f"{row.title}: unknown ({took})\n  {proof.reason}"
        yield f"  help: {_help(proof.limit, budget)}"


def _help(limit: str, budget: Budget) -> str:
    if limit == "paths":
        return f"--paths {4 * budget.paths}, or fewer branches that do not depend on one another"
    if limit == "goal_s":
        return f"--goal-seconds {4 * budget.goal_s:g}, or a simpler form of what is named"
    if limit == "seconds":
        return f"--seconds {4 * budget.seconds:g}, or a filter with narrower bounds"
    return "write what is named in another form: no limit is to blame"


def _counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _summary(rows: Sequence[ProofRow]) -> str:
    from lightexit.prover.proof import ASSUMED

    counts = Counter(each.verdict for each in rows)
    told = [
        f"{counts[each]} {each}"
        for each in (PROVED, REFUTED, UNKNOWN, NOT_COMPILED)
        if counts[each]
    ]
    given = " and ".join(ASSUMED)
    return f"\n{_counted(len(rows), 'filter')}: {', '.join(told)}. Of all inputs: {given}."


def _document(rows: Sequence[ProofRow], version: str) -> dict[str, Any]:
    from lightexit.prover.proof import ASSUMED

    return {
        "schema": PROVE,
        "z3": version,
        "assumed": list(ASSUMED),
        "filters": [
            {
                "filter": each.title,
                "verdict": each.verdict,
                "kept": each.kept,
                "seconds": round(each.proof.seconds, 3),
                "paths": each.proof.paths,
                "pairs": each.proof.pairs,
                "reason": each.proof.reason,
                "limit": each.proof.limit,
                "differences": list(each.proof.differences),
                "test": each.proof.test,
            }
            for each in rows
        ],
    }
