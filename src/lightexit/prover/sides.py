# SPDX-License-Identifier: Apache-2.0
"""What both sides of a proof start from, and what a run leaves behind to be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FunctionType

import z3

from lightexit.abi import STATE_OFFSET, IoContext, Struct, Verdict
from lightexit.isa.program import Program
from lightexit.prover.bytecode import Ended
from lightexit.prover.fields import FieldSpan, spans
from lightexit.prover.integers import UnsupportedError, simplified
from lightexit.prover.memory import SymbolicMemory, constant, variables
from lightexit.prover.paths import Run
from lightexit.prover.proxies import FieldPlace, OutsideError, StructView
from lightexit.prover.query import TimeUpError
from lightexit.prover.source import Rebinder, at_line

#: Arrays of more bytes are z3's own arrays: not every element has a variable.
LONG = 128


@dataclass(frozen=True)
class Start:
    """Memory of arbitrary content: the context, then states, then read-only data.

    `spans` are the fields of context and states. `given` is what is known of them.
    """

    regions: tuple[SymbolicMemory, ...]
    spans: tuple[tuple[FieldSpan, ...], ...]
    states: tuple[type[Struct], ...]
    given: tuple[z3.BoolRef, ...]

    @classmethod
    def of(cls, program: Program, states: Sequence[type[Struct]]) -> Start:
        """Of a filter on these states."""
        context = tuple(spans(IoContext, LONG))
        fields = [
            tuple(
                FieldSpan(each.name, each.offset + STATE_OFFSET, each.size)
                for each in spans(kind, LONG)
            )
            for kind in states
        ]
        regions = [variables("ctx", context, IoContext.layout.size)]
        for each, known in zip(program.maps, fields, strict=True):
            regions.append(variables(each.name, known, each.size))
        if program.rodata:
            regions.append(constant("the tables", program.rodata))
        is_write = next(each for each in context if each.name == "is_write")
        given = (z3.ULE(regions[0].byte(is_write.offset), 1),)
        return cls(tuple(regions), (context, *fields), tuple(states), given)

    def copies(self) -> list[SymbolicMemory]:
        """The same memory, for a run."""
        return [each.copy() for each in self.regions]


@dataclass(frozen=True)
class SourceEnd:
    """What the source left: its verdict and memory; no verdict where an exception ended it that is
    no fault: `error` says which, and where."""

    verdict: int | None
    regions: Sequence[SymbolicMemory]
    error: str = ""


def run_source(function: FunctionType, start: Start) -> Callable[[Run], SourceEnd]:
    """The author's function, ready to be explored."""

    def run(run: Run) -> SourceEnd:
        rebind, regions = Rebinder(run), start.copies()
        context = StructView(FieldPlace(run, regions[0], rebind), IoContext)
        states = [
            StructView(FieldPlace(run, region, rebind, STATE_OFFSET), kind)
            for region, kind in zip(regions[1:], start.states, strict=False)
        ]
        try:
            verdict = int(rebind.function(function)(context, *states))
        except (OutsideError, ZeroDivisionError):
            return SourceEnd(Verdict.PASS, start.copies())
        except (UnsupportedError, TimeUpError):
            raise
        except Exception as error:  # whatever the author's code raises; nothing is proved then
            told = f"{type(error).__name__}: {error}{at_line(error, function)}"
            return SourceEnd(None, regions, told)
        return SourceEnd(verdict, regions)

    return run


@dataclass(frozen=True)
class Goal:
    """A part of what both sides left, by its name, and that it is the same."""

    name: str
    holds: z3.BoolRef


def goals(start: Start, outcome: SourceEnd, end: Ended) -> list[Goal]:
    """What has to be shown at the end of a path of both; nothing that is the same as it stands.

    After PASS the context means nothing (docs/contract.md).
    """
    if outcome.verdict is None:
        return [Goal(outcome.error, z3.BoolVal(False))]
    wanted = [Goal("verdict", end.verdict == outcome.verdict)]
    for number in range(outcome.verdict == Verdict.PASS, 1 + len(start.states)):
        wanted += alike(outcome.regions[number], end.regions[number], start.spans[number])
    return [each for each in wanted if not z3.is_true(simplified(each.holds))]


def alike(
    ours: SymbolicMemory, theirs: SymbolicMemory, known: Sequence[FieldSpan]
) -> Iterator[Goal]:
    """That both regions, which were the same once, have the same content."""
    for span in _changed(ours, theirs, known):
        yield Goal(f"{ours.name}.{span.name}", _same(ours, theirs, span))


def _changed(
    ours: SymbolicMemory, theirs: SymbolicMemory, known: Sequence[FieldSpan]
) -> Iterator[FieldSpan]:
    """Where both regions are not what they were before; bytes that no field has, one by one."""
    differ = [a is not b for a, b in zip(ours.bytes, theirs.bytes, strict=True)]
    taken = bytearray(len(differ))
    for span in known:
        taken[span.offset : span.offset + span.size] = b"\1" * span.size
        if span.is_wide or any(differ[span.offset : span.offset + span.size]):
            yield span
    for at, is_different in enumerate(differ):
        if is_different and not taken[at]:
            yield FieldSpan(f"byte {at}", at, 1)


def _same(ours: SymbolicMemory, theirs: SymbolicMemory, span: FieldSpan) -> z3.BoolRef:
    if span.is_wide:
        return ours.array(span.offset) == theirs.array(span.offset)
    return ours.whole(span) == theirs.whole(span)
