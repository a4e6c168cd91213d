# SPDX-License-Identifier: Apache-2.0
"""What runs the filters of a rig (`trace/replay/rig.py`) in tests.

The bus is the definition of one (`bus/definition.py`) or the native one: the same to a test.
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
from lightexit.engine.native import NativeEngine
from lightexit.filter import Filter, LoadedFilter
from lightexit.trace.replay.rig import Rig, Runner

__all__ = ["Rig", "Runner", "as_python", "in_engine", "native_bus", "plain"]


def as_python(filter: Filter[Any]) -> LoadedFilter:
    """Have a filter run as the Python function it is. A fault is a PASS; a PASS leaves no trace in
    state, and an answer fits the access."""

    def run(context: IoContext, states: Sequence[StateMemory[Any]]) -> int:
        before = [bytes(memory.state) for memory in states]
        try:
            verdict = filter(context, *(memory.state for memory in states))
        except (ZeroDivisionError, IndexError):
            verdict = Verdict.PASS
        if verdict != Verdict.HANDLED:
            assert before == [bytes(memory.state) for memory in states], "PASS after a state write"
        else:
            assert context.is_write or context.data < 1 << 8 * context.size
        return verdict

    return cast(LoadedFilter, SimpleNamespace(code=SimpleNamespace(run=run), report=filter.report))


def plain(clock: ManualClock) -> DefinitionBus:
    """Filters run as the Python functions they are."""
    return DefinitionBus(clock, as_python)


def in_engine(engine: Engine) -> Runner:
    """Filters run in an engine, as bytecode."""
    return lambda clock: DefinitionBus(clock, partial(Filter.load, engine=engine))


def native_bus(clock: ManualClock) -> Bus:
    """The bus that runs guests."""
    return Bus(clock, NativeEngine())
