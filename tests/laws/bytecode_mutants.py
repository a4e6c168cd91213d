# SPDX-License-Identifier: Apache-2.0
"""Mutants of the bytecode of our own filters, and what the prover says of each.

    python -m laws.bytecode_mutants --per-filter 20   # so many of each filter, drawn by chance
    python -m laws.bytecode_mutants pit.read_or_latch --per-filter 50

A mutant is a filter's bytecode with one mistake in one instruction. Those that the verifier refuses
are none. The others are compared with the filter's source: refuted, by an input that both were
run with; or proved equal, which is then looked at with random inputs; or unknown, with the reason.
"""

from __future__ import annotations

import argparse
import functools
import inspect
import itertools
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from random import Random

from laws.bytecode_mutations import mutations
from lightexit import plugins
from lightexit.cli.subjects import FilterSubject, device_filters
from lightexit.isa import Program
from lightexit.prover.processes import Work, in_processes
from lightexit.prover.proof import PROVED, REFUTED, Proof, prove
from lightexit.prover.query import Budget
from lightexit.prover.trial import tried
from lightexit.verifier import verify

#: Random inputs for each mutant that is proved equal, and what they may take, in seconds.
CONFIRMED, _CONFIRMING_S = 10_000, 120.0
#: Proved, and yet an input was found: the prover is wrong.
WRONG = "WRONG"


@dataclass(frozen=True)
class Mutant:
    """A filter, the kind of a mistake, its bytecode with that, and which mistake it is."""

    subject: FilterSubject
    kind: str
    program: Program
    detail: str = ""

    def judged(self, budget: Budget) -> Proof:
        """What is found of it; WRONG for a proof that random inputs contradict."""
        function = inspect.unwrap(self.subject.filter.function)
        kinds = [each for each in self.subject.filter.states if each is not None]
        proof = prove(function, self.program, kinds, budget)
        if proof.verdict == PROVED and tried(function, self.program, kinds, CONFIRMED):
            return replace(proof, verdict=WRONG)
        return proof

    def work(self, budget: Budget) -> Work:
        """The same, to be done in a process."""
        seconds = budget.seconds + _CONFIRMING_S
        return Work(self.subject.title, lambda: self.judged(budget), seconds)


@functools.cache
def filters() -> list[FilterSubject]:
    """Those of all devices that lightexit has, each once."""
    found = [each for name in plugins.DEVICES.ours for each in device_filters(name)]
    return list({each.filter: each for each in found}.values())


def mutants(subject: FilterSubject, count: int, seed: int) -> list[Mutant]:
    """So many that the verifier accepts, the same for a seed; fewer where there are no more."""
    everything = mutations(subject.filter.program)
    Random(seed).shuffle(everything)
    accepted = (each for each in everything if verify(each.program).accepted)
    return [
        Mutant(subject, each.kind, each.program, f" at {each}")
        for each in itertools.islice(accepted, count)
    ]


def judged(wanted: Sequence[Mutant], budget: Budget, jobs: int) -> Iterator[tuple[Mutant, Proof]]:
    """What is found of each, as it is found."""
    works = [each.work(budget) for each in wanted]
    for number, proof in in_processes(works, jobs):
        yield wanted[number], proof


_Results = Sequence[tuple[Mutant, Proof]]


def table(title: str, results: _Results, key: Callable[[Mutant], str]) -> Iterator[str]:
    """A row for each group of mutants, and one for all. The share is of those that are not proved
    equal: nothing refutes those."""
    groups: dict[str, list[Proof]] = {}
    for mutant, proof in results:
        groups.setdefault(key(mutant), []).append(proof)
    yield f"| {title} | mutants | refuted | proved equal | unknown | share | longest |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    for name in sorted(groups):
        yield _row(name, groups[name])
    yield _row("all", [proof for _, proof in results])


def _row(name: str, proofs: Sequence[Proof]) -> str:
    count = Counter(each.verdict for each in proofs)
    seconds = max((each.seconds for each in proofs if each.verdict == REFUTED), default=0.0)
    different = len(proofs) - count[PROVED]
    share = f"{100 * count[REFUTED] / different:.1f} %" if different else ""
    shown = len(proofs), count[REFUTED], count[PROVED], different - count[REFUTED]
    return f"| {name} | {' | '.join(map(str, shown))} | {share} | {seconds:.1f} s |"


def tables(results: _Results) -> str:
    """By mistake and by filter, and each mutant that is not refuted."""
    by_kind = table("mistake", results, lambda each: each.kind)
    by_filter = table("filter", results, lambda each: each.subject.title)
    left = sorted(told(*each) for each in results if each[1].verdict != REFUTED)
    return "\n".join([*by_kind, "", *by_filter, "", *(f"- {each}" for each in left)])


def told(mutant: Mutant, proof: Proof) -> str:
    """What is found of one, in a line."""
    reason = f": {proof.reason}" if proof.reason else ""
    found = f"{proof.verdict} ({proof.seconds:.1f} s){reason}"
    return f"{mutant.subject.title}: {mutant.kind}{mutant.detail}: {found}"


def run(wanted: Sequence[Mutant], budget: Budget, jobs: int) -> list[tuple[Mutant, Proof]]:
    """Print what is found of each, and return it. Raises SystemExit for a proof that is wrong."""
    results = []
    for mutant, proof in judged(wanted, budget, jobs):
        results.append((mutant, proof))
        print(told(mutant, proof), flush=True)
    if any(proof.verdict == WRONG for _, proof in results):
        raise SystemExit("a proof is wrong")
    return results


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m laws.bytecode_mutants", description=__doc__)
    parser.add_argument("filters", nargs="*", help="by name, as pit.read_or_latch; default: all")
    parser.add_argument("--per-filter", type=int, default=20, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0, help="for the proof of one")
    options = parser.parse_args()
    chosen = [each for each in filters() if each.title in (options.filters or [each.title])]
    wanted = [
        mutant for each in chosen for mutant in mutants(each, options.per_filter, options.seed)
    ]
    print(tables(run(wanted, Budget(options.seconds, options.seconds), options.jobs)))


if __name__ == "__main__":
    main()
