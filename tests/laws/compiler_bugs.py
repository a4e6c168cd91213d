# SPDX-License-Identifier: Apache-2.0
"""Mistakes put into our compiler, and what the prover says of the filters that it then compiles.

    python -m laws.compiler_bugs

A mistake changes LLVM IR wherever the compiler emits a pattern. A filter counts where its bytecode
is another one then, and the verifier accepts that.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterator
from typing import Any
from unittest.mock import patch

from laws.bytecode_mutants import Mutant, filters, run, tables
from lightexit.cli.subjects import FilterSubject
from lightexit.compiler import generate
from lightexit.compiler.lowering.emit import Emitter
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.check import check
from lightexit.errors import LightexitError
from lightexit.isa import Program
from lightexit.prover.query import Budget
from lightexit.verifier import verify


def _number(by: int) -> Callable[[re.Match[str]], str]:
    return lambda found: f"{found[1]}{int(found[2]) + by}"


#: By name: what is emitted, and what is emitted instead.
BUGS: dict[str, tuple[str, str | Callable[[re.Match[str]], str]]] = {
    "< compares as <=": (r"icmp ([us])lt", r"icmp \1le"),
    "> compares as >=": (r"icmp ([us])gt", r"icmp \1ge"),
    "all comparisons have a sign": (r"icmp u", "icmp s"),
    "equal compares as unequal": (r"icmp eq", "icmp ne"),
    "a mask is dropped": (r"and i64 (\S+), \d+$", r"add i64 \1, 0"),
    "and is computed as or": (r"\band i64", "or i64"),
    "xor is forgotten": (r"xor i64 (\S+), \S+$", r"add i64 \1, 0"),
    "shifts to the left are one short": (r"(shl i64 \S+, )([1-9]\d*)$", _number(-1)),
    "shifts to the right are one long": (r"(lshr i64 \S+, )(\d+)$", _number(1)),
    "fields are extended with a sign": (r"zext i(8|16|32)", r"sext i\1"),
    "constants of a sum are off by one": (r"(add i64 \S+, )(-?\d+)$", _number(1)),
    "a - b is computed as a + b": (r"sub i64", "add i64"),
    "a choice takes the other": (
        r"select i1 (\S+), (\S+ \S+), (\S+ \S+)$",
        r"select i1 \1, \3, \2",
    ),
}


def compiled(subject: FilterSubject, bug: str) -> Program:
    """The filter by the compiler with a mistake. Raises LightexitError where LLVM refuses that."""
    right, (pattern, other) = Emitter.value, BUGS[bug]

    def value(emit: Emitter, span: Any, text: str) -> str:
        return right(emit, span, re.sub(pattern, other, text))

    with patch.object(Emitter, "value", value):
        return generate(check(infer_filter(subject.filter.function)))


def mutants() -> Iterator[Mutant]:
    """Each mistake with each filter that it changes."""
    for bug in BUGS:
        for subject in filters():
            try:
                program = compiled(subject, bug)
            except LightexitError:
                continue
            if program.code != subject.filter.program.code and verify(program).accepted:
                yield Mutant(subject, bug, program)


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(prog="python -m laws.compiler_bugs", description=__doc__)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=20.0, help="for the proof of one")
    options = parser.parse_args()
    budget = Budget(options.seconds, options.seconds)
    print(tables(run(list(mutants()), budget, options.jobs)))


if __name__ == "__main__":
    main()
