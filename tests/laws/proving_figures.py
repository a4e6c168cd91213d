# SPDX-License-Identifier: Apache-2.0
"""docs/proving-figures.md: proofs of our own filters, mutants of their bytecode, compiler's bugs.

python -m laws.proving_figures --per-filter 9 --seconds 60
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from laws import bytecode_mutants, compiler_bugs
from laws.bytecode_mutants import Mutant, filters, mutants, run, table, tables, told
from lightexit.prover.processes import Work, in_processes
from lightexit.prover.proof import REFUTED, Proof, prove_filter
from lightexit.prover.query import Budget

PAGE = Path(__file__).parents[2] / "docs" / "proving-figures.md"
#: What the proof of a filter as it is may take, in seconds.
_SECONDS = 600.0
_HEAD = """\
<!-- SPDX-License-Identifier: Apache-2.0 -->
# Proofs of our own filters: figures

`python -m laws.proving_figures {options}`, in `tests/`, takes
these figures anew. [Proving a filter](proving.md) says what a proof is. Times are those of a clock
on the wall: processes side by side, on {cores} cores, with a load of {load:.0f} in all.

## Each filter as it is

*Paths* are those of the source; *pairs* are those with a path of the bytecode under them.
"""
_MUTANTS = """\
## Mutants of bytecode

A mutant is a filter's bytecode with one mistake in one instruction, drawn by chance from all that
there are (`tests/laws/bytecode_mutations.py`). Those that the verifier refuses are left out.

- *Refuted*: by an input on which CPython and the interpreter differ.
- *Proved equal*: it does what the source says, for every input. Each of these has agreed with it on
  {confirmed:,} random inputs, too.
- *Share*: of those that are not proved equal, how many are refuted. What is unknown may be equal.
- *Longest*: until one was refuted.
"""
_BUGS = """\
## Bugs of the compiler

Each bug changes LLVM IR wherever our compiler emits it, before LLVM works on it
(`tests/laws/compiler_bugs.py`). A filter is counted where its bytecode is another one then and the
verifier accepts that. Where it is proved equal, what was changed makes no difference.
"""
_LEFT = "Those that were not refuted:"


def proofs(jobs: int) -> Iterator[Proof]:
    """Of all filters, as they are found."""
    budget = Budget(_SECONDS)
    works = [
        Work(each.title, lambda each=each: prove_filter(each.filter, budget), _SECONDS)  # type: ignore[misc]
        for each in sorted(filters(), key=lambda each: -len(each.filter.program.code))
    ]
    for number, proof in in_processes(works, jobs):
        print(works[number].name, proof.verdict, f"{proof.seconds:.1f} s", flush=True)
        yield Proof(works[number].name, proof.verdict, proof.seconds, proof.paths, proof.pairs)


def page(
    options: str,
    proved: Iterable[Proof],
    of_bytecode: Sequence[tuple[Mutant, Proof]],
    of_compiler: Sequence[tuple[Mutant, Proof]],
) -> str:
    """The whole text."""
    bugs = table("bug", of_compiler, lambda each: each.kind)
    left = sorted(told(*each) for each in of_compiler if each[1].verdict != REFUTED)
    confirmed = bytecode_mutants.CONFIRMED
    return "\n".join(
        [
            _HEAD.format(options=options, cores=os.cpu_count(), load=os.getloadavg()[2]),
            *_of_filters(proved),
            "",
            _MUTANTS.format(confirmed=confirmed),
            tables(of_bytecode),
            "",
            _BUGS,
            *bugs,
            "",
            *([_LEFT, "", *(f"- {each}" for each in left)] if left else []),
            "",
        ]
    )


def _of_filters(proved: Iterable[Proof]) -> Iterator[str]:
    yield "| filter | verdict | paths | pairs | seconds |"
    yield "|---|---|---:|---:|---:|"
    for each in sorted(proved, key=lambda each: each.name):
        shown = each.verdict, f"{each.paths:,}", f"{each.pairs:,}", f"{each.seconds:.1f}"
        yield f"| {each.name} | {' | '.join(shown)} |"


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m laws.proving_figures", description=__doc__)
    parser.add_argument("--per-filter", type=int, default=9, metavar="N")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=60.0, help="for one mutant")
    told = parser.parse_args()
    budget = Budget(told.seconds, told.seconds)
    wanted = [m for each in filters() for m in mutants(each, told.per_filter, told.seed)]
    text = page(
        f"--per-filter {told.per_filter} --seconds {told.seconds:g}",
        list(proofs(told.jobs)),
        run(wanted, budget, told.jobs),
        run(list(compiler_bugs.mutants()), budget, told.jobs),
    )
    PAGE.write_text(text, "utf-8")


if __name__ == "__main__":
    main()
