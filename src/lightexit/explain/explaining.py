# SPDX-License-Identifier: Apache-2.0
"""`explain`: all about a filter in one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lightexit.explain.lines import NOWHERE, SourceFacts, explain_lines
from lightexit.explain.registers import map_registers
from lightexit.explain.values import Explanation, RegisterWindow
from lightexit.filter import Filter
from lightexit.isa.program import Program
from lightexit.program_filter import ProgramFilter
from lightexit.verifier import Limits, Report
from lightexit.verifier.limits import DEFAULT


@dataclass(frozen=True, eq=False)
class ExplainSubject:
    """A filter, or bytecode that is one, and the registers that a guest reaches it by.

    `title` is what the user calls it. Without `windows`, no device is known that has it.
    """

    title: str
    filter: Filter[Any]
    windows: tuple[RegisterWindow, ...] = ()
    register_name: Callable[[int], str] | None = None

    @classmethod
    def of_program(cls, program: Program, title: str = "") -> ExplainSubject:
        """Of bytecode alone."""
        return cls(title or program.name, ProgramFilter(program))


def explain(subject: ExplainSubject, limits: Limits = DEFAULT) -> Explanation:
    """Prove a filter, and say what it does.

    Raises AuthorError where it does not compile, or is refused.
    """
    filter_ = subject.filter
    report = filter_.verify(limits).accepted_or_raise()
    has_source = not isinstance(filter_, ProgramFilter)
    facts = _facts(filter_, report) if has_source else SourceFacts()
    return Explanation(
        subject.title,
        report,
        filter_.where() if has_source else None,
        explain_lines(report, filter_.states, facts),
        tuple(facts.sites) if has_source else None,
        map_registers(report, subject.windows, subject.register_name),
    )


def _facts(filter_: Filter[Any], report: Report) -> SourceFacts:
    from lightexit.diagnosis import return_sites
    from lightexit.explain.variables import variables

    where = filter_.where()
    return SourceFacts(
        (where.file, where.line) if where else NOWHERE,
        report.faults or (),
        return_sites(filter_.function, report.limits),
        variables(filter_.function),
    )
