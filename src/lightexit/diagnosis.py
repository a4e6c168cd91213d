# SPDX-License-Identifier: Apache-2.0
"""What the proof of a filter says about its source: which return, which assignment, which fault.

Bytecode has one exit for all of them. So the filter is proved again with some of its answers
changed: what is still refused while one of them alone is as it was, is refused because of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any, NamedTuple

from lightexit.abi import Verdict
from lightexit.compiler import generate
from lightexit.compiler.lowering.emit import Check, Marked
from lightexit.compiler.lowering.lower import lower
from lightexit.compiler.source.function import locate
from lightexit.compiler.syntax.infer import infer_filter
from lightexit.compiler.typed.tree import ContextStore, TypedFilter
from lightexit.compiler.typed.variants import (
    answers_of,
    returns_of,
    with_data,
    with_verdict,
    with_zeros,
)
from lightexit.errors import AuthorError, Location
from lightexit.isa.program import Program
from lightexit.verifier import Fault, Limits, Report, verify

#: No verdict: a proof refuses what may return it.
_NO_VERDICT = 2
#: With more parts than this, a refusal keeps the line that the bytecode has.
_MOST_PROOFS = 64

_NO_DATA = "answers HANDLED to a read"
_TOO_WIDE = "answers a read of"
_LATE = "may PASS after"

#: Whether a filter is still refused if all its parts but these are replaced by correct ones.
_Refused = Callable[[frozenset[int]], bool]


def examine(function: Callable[..., Any], program: Program, limits: Limits) -> Report:
    """The proof of a filter's program, or the refusal at what to change in the source."""
    report = verify(program, limits)
    for kind, place in _PLACES.items():
        if report.error is not None and kind in report.error.found:
            place(infer_filter(function), report.error, limits)
    return report


def find_faults(function: Callable[..., Any], limits: Limits) -> tuple[Fault, ...]:
    """The faults of an accepted filter that may happen."""
    typed = infer_filter(function)
    numbers: dict[Check, set[int]] = {}
    for number, check in enumerate(lower(typed).checks):
        numbers.setdefault(check, set()).add(number)

    def may_happen(of: set[int]) -> bool:
        marked = Marked(frozenset(of), _NO_VERDICT)
        return not verify(generate(typed, marked), limits._replace(answers=True)).accepted

    if len(numbers) > 1 and not may_happen(set().union(*numbers.values())):
        return ()
    found = (check for check, of in numbers.items() if may_happen(of))
    return tuple(Fault(locate(check.span), check.fault) for check in found)


class ReturnSite(NamedTuple):
    """A return of a filter, and the offsets of accesses that it may answer with HANDLED, as of a
    report; none for `return Verdict.PASS`."""

    where: Location
    reads: tuple[tuple[int, int], ...]
    writes: tuple[tuple[int, int], ...]


def return_sites(function: Callable[..., Any], limits: Limits) -> tuple[ReturnSite, ...]:
    """The returns of an accepted filter, in the order of its source; a proof for each."""
    typed = infer_filter(function)
    free = limits._replace(answers=False)

    def site(number: int, where: Location) -> ReturnSite:
        alone = with_verdict(typed, Verdict.PASS, frozenset((number,)))
        report = verify(generate(alone), free)
        return ReturnSite(where, report.handled_reads, report.handled_writes)

    found = returns_of(typed)[:_MOST_PROOFS]
    return tuple(site(number, locate(each.span)) for number, each in enumerate(found))


def _place_return(typed: TypedFilter, error: AuthorError, limits: Limits) -> None:
    """Mark the return that answers a read without data."""

    def refused(but: frozenset[int]) -> bool:
        return _says(generate(with_data(typed, but)), limits, _NO_DATA)

    returns = returns_of(typed)
    guilty = _guilty(len(returns), refused)
    if guilty is not None:
        error.where = locate(returns[guilty].span)


def _place_answer(typed: TypedFilter, error: AuthorError, limits: Limits) -> None:
    """Mark the value that is too wide, and say how to narrow it."""

    def refused(but: frozenset[int]) -> bool:
        return _says(generate(with_zeros(typed, but)), limits, _TOO_WIDE)

    answers = answers_of(typed)
    guilty = _guilty(len(answers), refused)
    if guilty is None:
        return
    answer = answers[guilty]
    assert isinstance(answer, ContextStore)
    error.where = where = locate(answer.value.span)
    kind = re.search(r"u\d+", error.advice)
    value = where.text[where.column : where.end_column]
    if kind and _is_whole(where, value):
        error.advice = ""
        error.hint = f"{kind[0]}({value})  # keeps the low {kind[0][1:]} bits"


def _place_pass(typed: TypedFilter, error: AuthorError, limits: Limits) -> None:
    """Say which return, or fault, is the PASS after a write; the write itself is marked."""
    returns, checks = returns_of(typed), lower(typed).checks

    def refused(but: frozenset[int]) -> bool:
        mended = with_data(with_verdict(typed, Verdict.HANDLED, but), but)
        numbers = range(len(checks))
        marked = Marked(frozenset(n for n in numbers if len(returns) + n not in but), 1)
        return _says(generate(mended, marked), limits, _LATE)

    guilty = _guilty(len(returns) + len(checks), refused)
    if guilty is None:
        return
    if guilty < len(returns):
        error.advice = f"decide first and write last: line {returns[guilty].span.line} is the PASS"
        return
    check = checks[guilty - len(returns)]
    error.advice = (
        f"decide first and write last: line {check.span.line} faults, which is a PASS, "
        f"if {check.fault}"
    )


def _guilty(count: int, refused: _Refused) -> int | None:
    """The first part that is wrong by itself, if mending all of them helps."""
    if count > _MOST_PROOFS or refused(frozenset()):
        return None
    return next((number for number in range(count) if refused(frozenset((number,)))), None)


def _says(program: Program, limits: Limits, kind: str) -> bool:
    error = verify(program, limits).error
    return error is not None and kind in error.found


def _is_whole(where: Location, value: str) -> bool:
    """Whether what is marked is an expression that does not go on in the next line."""
    try:
        ast.parse(where.text.strip())
        ast.parse(value, mode="eval")
    except SyntaxError:
        return False
    return True


_PLACES: dict[str, Callable[[TypedFilter, AuthorError, Limits], None]] = {
    _NO_DATA: _place_return,
    _TOO_WIDE: _place_answer,
    _LATE: _place_pass,
}
