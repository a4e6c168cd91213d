# SPDX-License-Identifier: Apache-2.0
"""Bytecode beside the source: every instruction belongs to one line of one function.

An instruction for which debug information names no line of its own belongs to the line of the one
before it.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from lightexit.diagnosis import ReturnSite
from lightexit.explain import names
from lightexit.explain.values import ExplainedFunction, ExplainedInstruction, ExplainedLine
from lightexit.explain.variables import Told
from lightexit.isa import Instruction, Program, decode
from lightexit.verifier import Fault, Report, scalar
from lightexit.verifier.invariants import Invariant

#: File and number.
Place = tuple[str, int]
NOWHERE: Place = ("", 0)


class LineSpan(NamedTuple):
    """The lines of a function, both ends included."""

    name: str
    first: int
    last: int


@dataclass(frozen=True)
class SourceFacts:
    """What is known of the source besides its bytecode; nothing at all of objects.

    `place` is where the filter is written.
    """

    place: Place = NOWHERE
    faults: Sequence[Fault] = ()
    sites: Sequence[ReturnSite] = ()
    variables: Told = field(default_factory=dict)


def explain_lines(
    report: Report, states: names.States, facts: SourceFacts
) -> tuple[ExplainedFunction, ...]:
    """All functions of an accepted program, the filter first; without source, lines alone."""
    program = report.program
    by_place: dict[Place, list[ExplainedInstruction]] = {}
    texts: dict[Place, str] = {}
    for i, place, text in _placed(program):
        by_place.setdefault(place, []).append(_explained(report, states, i))
        texts.setdefault(place, text)
    for at in (*(each.where for each in facts.faults), *(each.where for each in facts.sites)):
        texts.setdefault((at.file, at.line), at.text)
    lines = _Lines(report, facts, by_place, texts)
    functions = _functions(texts, facts.place)
    return tuple(
        ExplainedFunction(file, span.name, tuple(lines.of(file, span)))
        for file, spans in functions.items()
        for span in spans
    )


def _placed(program: Program) -> Iterator[tuple[Instruction, Place, str]]:
    """Each instruction with its place and the text of the line there."""
    place, text, todo = NOWHERE, "", list(program.lines)
    todo.reverse()
    for i in decode(program):
        while todo and todo[-1].slot <= i.slot:
            where = todo.pop().where
            place, text = (where.file, where.line), where.text
        yield i, place, text


def _explained(report: Report, states: names.States, i: Instruction) -> ExplainedInstruction:
    here, times = report.invariants.get(i.slot), report.longest_run.get(i.slot, 0)
    if here is None:
        return ExplainedInstruction(i.slot, str(i), times, is_reached=False)
    return ExplainedInstruction(
        i.slot,
        str(i),
        times,
        names.about(report.program, states, i, here),
        names.known_registers(report.program, here),
    )


class _Lines:
    """Makes the lines of a function."""

    def __init__(
        self,
        report: Report,
        facts: SourceFacts,
        by_place: Mapping[Place, list[ExplainedInstruction]],
        texts: Mapping[Place, str],
    ) -> None:
        self._report = report
        self._facts = facts
        self._by_place = by_place
        self._texts = texts
        self._faults: dict[Place, list[Fault]] = {}
        for each in facts.faults:
            self._faults.setdefault((each.where.file, each.where.line), []).append(each)
        self._sites = {(each.where.file, each.where.line): each for each in facts.sites}

    def of(self, file: str, span: LineSpan) -> Iterator[ExplainedLine]:
        """Of a whole function, or, where it has no name, the lines that are told."""
        told = sorted(line for at, line in self._texts if at == file)
        whole = range(span.first, span.last + 1)
        for number in whole if span.name else (line for line in told if line in whole):
            place = file, number
            instructions = tuple(self._by_place.get(place, ()))
            text = self._texts.get(place) or linecache.getline(file, number)
            yield ExplainedLine(
                number,
                text.rstrip("\n"),
                instructions,
                self._known(place, instructions),
                tuple(self._faults.get(place, ())),
                self._sites.get(place),
            )

    def _known(self, place: Place, of: Iterable[ExplainedInstruction]) -> tuple[str, ...]:
        here = [self._report.invariants[each.slot] for each in of if each.is_reached]
        told = names.known_fields(_joined(here)) if here else []
        return (*told, *self._facts.variables.get(place, ()))


def _joined(every: Sequence[Invariant]) -> dict[str, scalar.Scalar]:
    fields = dict(every[0].fields)
    for each in every[1:]:
        fields = {name: scalar.join(known, each.fields[name]) for name, known in fields.items()}
    return fields


def _functions(places: Iterable[Place], filter_at: Place) -> dict[str, list[LineSpan]]:
    """The functions that have any of these places, by file: the filter's file first, in it the
    filter."""
    found: dict[str, list[LineSpan]] = {}
    for file, line in sorted(places, key=lambda place: (place[0] != filter_at[0], place)):
        spans = found.setdefault(file, [])
        if not any(each.first <= line <= each.last for each in spans):
            spans.append(_around(file, line))
    for file, spans in found.items():
        is_filter = file == filter_at[0]
        spans.sort(key=lambda s: (not (is_filter and s.first <= filter_at[1] <= s.last), s.first))
    return found


def _around(file: str, line: int) -> LineSpan:
    """The innermost function around a line of Python; else all lines of the file."""
    try:
        tree = ast.parse("".join(linecache.getlines(file))) if file.endswith(".py") else None
    except SyntaxError:
        tree = None
    spans = [
        LineSpan(each.name, each.lineno, each.end_lineno or each.lineno)
        for each in (ast.walk(tree) if tree else ())
        if isinstance(each, ast.FunctionDef) and each.lineno <= line <= (each.end_lineno or 0)
    ]
    return max(spans, key=lambda span: span.first, default=LineSpan("", 0, 1 << 32))
