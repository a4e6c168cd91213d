# SPDX-License-Identifier: Apache-2.0
"""What runs the filters of a rig: Python, an engine, or the bus that runs guests.

The bus is the definition of one (`bus/definition.py`) or the native one: the same to a device.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

from lightexit.abi import IoContext, StateMemory, Verdict
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.definition import DefinitionBus
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError
from lightexit.filter import Filter, LoadedFilter
from lightexit.program_filter import ProgramFilter
from lightexit.rigs.rig import Runner


def as_python(filter: Filter[Any]) -> LoadedFilter:
    """Have a filter run as the Python function it is, or interpret it. A fault is a PASS.

    Raises AuthorError where it passes after it has changed a state, or answers too wide.
    """
    if isinstance(filter, ProgramFilter):
        return filter.load(InterpreterEngine())

    def run(context: IoContext, states: Sequence[StateMemory[Any]]) -> int:
        before = [bytes(memory.state) for memory in states]
        try:
            verdict = filter(context, *(memory.state for memory in states))
        except (ZeroDivisionError, IndexError):
            verdict = Verdict.PASS
        if verdict != Verdict.HANDLED:
            if before != [bytes(memory.state) for memory in states]:
                raise _wrong(filter, "passes an access after it has changed a state")
        elif not context.is_write and context.data >> 8 * context.size:
            raise _wrong(filter, f"answers {context.data:#x} to a read of {context.size} bytes")
        return verdict

    return cast(LoadedFilter, SimpleNamespace(code=SimpleNamespace(run=run), report=filter.report))


def _wrong(filter: Filter[Any], what: str) -> AuthorError:
    return AuthorError(
        f"{filter.name} {what}",
        where=filter.where(),
        expected="a PASS that changes nothing, answers that fit their access",
    )


def plain(clock: ManualClock) -> DefinitionBus:
    """Filters run as the Python functions they are."""
    return DefinitionBus(clock, as_python)


def in_engine(engine: Engine) -> Runner:
    """Filters run in an engine, as bytecode."""
    return lambda clock: DefinitionBus(clock, partial(Filter.load, engine=engine))


def native_bus(clock: ManualClock) -> Bus:
    """The bus that runs guests."""
    return Bus(clock, NativeEngine())
