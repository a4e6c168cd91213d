# SPDX-License-Identifier: Apache-2.0
"""`prove`: from a program to a report."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from lightexit.errors import AuthorError
from lightexit.isa import SLOT_SIZE, STACK_SIZE, Program
from lightexit.verifier import words
from lightexit.verifier.analysis import Analysis, Refusal, explore
from lightexit.verifier.flow import Flow
from lightexit.verifier.limits import DEFAULT, Limits
from lightexit.verifier.report import Report, VerifierError
from lightexit.verifier.transfer import too_deep
from lightexit.verifier.value import Pointer, RegionKind
from lightexit.verifier.visits import Step

_PATH_SHOWN = 12


def prove(program: Program, limits: Limits = DEFAULT) -> Report:
    """See `verify`."""
    with _no_collection():
        return _prove(program, limits)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Nothing that a proof makes is garbage before its end; to look for some again and again, in
    ever more objects, would take a third of the time."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _prove(program: Program, limits: Limits) -> Report:
    slots = len(program.code) // SLOT_SIZE
    if slots > limits.slots:
        long = f"{program.name} has {slots} instruction slots"
        return Report(program, AuthorError(long, expected=f"at most {limits.slots}"), limits)
    try:
        flow = Flow(program)
    except AuthorError as illegal:
        return Report(program, illegal, limits)
    analysis, refusal = explore(program, flow, limits)
    if refusal is not None:
        return _report(program, analysis, _refusal_error(program, flow, refusal))
    return _report(program, analysis, _cost_error(program, analysis, limits))


def _report(program: Program, analysis: Analysis, error: AuthorError | None) -> Report:
    found = analysis.findings
    return Report(
        program,
        error,
        limits=analysis.limits,
        cost=analysis.cost,
        states_explored=analysis.states,
        read_maps=frozenset(found.read_maps),
        written_maps=frozenset(found.written_maps),
        reads_clock=found.reads_clock,
        data_bits=found.data_bits,
        stack=found.deepest_stack(),
        handled_reads=found.handled_offsets("read"),
        handled_writes=found.handled_offsets("write"),
        may_pass=found.passes,
        actions=dict(found.actions),
        askers=dict(found.askers),
    )


def _cost_error(program: Program, analysis: Analysis, limits: Limits) -> AuthorError | None:
    stack = analysis.findings.deepest_stack()
    if stack > STACK_SIZE:
        reason = too_deep(stack)
        return VerifierError(
            f"{program.name}: {reason.found}", where=program.where(0), expected=reason.expected
        )
    if analysis.cost > limits.instructions:
        return VerifierError(
            f"{program.name}: a run may execute {analysis.cost} instructions",
            where=program.where(0),
            expected=f"at most {limits.instructions}",
            advice="give loops smaller bounds, or PASS in the rare long case",
        )
    return None


def _refusal_error(program: Program, flow: Flow, refusal: Refusal) -> VerifierError:
    reason = refusal.reason
    return VerifierError(
        f"{program.name}: {reason.found}",
        where=program.where(refusal.slot if reason.at is None else reason.at),
        expected=reason.expected,
        advice=reason.hint,
        instruction=f"{refusal.slot}: {flow.at[refusal.slot]}",
        state=_state_words(program, refusal),
        path=_path_words(program, flow, refusal.path),
    )


def _state_words(program: Program, refusal: Refusal) -> tuple[str, ...]:
    said = []
    for register in refusal.reason.registers:
        value = refusal.state.registers[register]
        said.append(f"r{register} is {words.value(program, value)}")
        if isinstance(value, Pointer) and value.region.kind is RegionKind.STATE:
            m = program.maps[value.region.number]
            said.append(f"state '{m.name}' has {m.size} bytes")
    return tuple(said)


def _path_words(program: Program, flow: Flow, path: Step | None) -> tuple[str, ...]:
    steps = []
    while path is not None:
        steps.append(path)
        path = path.before
    steps.reverse()
    left_out = len(steps) - _PATH_SHOWN
    if left_out <= 0:
        return tuple(_step_words(program, flow, step) for step in steps)
    half = _PATH_SHOWN // 2
    first, last = (
        [_step_words(program, flow, step) for step in part]
        for part in (steps[:half], steps[-half:])
    )
    return (*first, f"... {left_out} branches more ...", *last)


def _step_words(program: Program, flow: Flow, step: Step) -> str:
    i = flow.at[step.slot]
    taken = "taken" if step.to == i.target else "not taken"
    where = program.where(step.slot)
    line = f"line {where.line}: " if where else ""
    return f"{line}{step.slot}: {i}, {taken}"
