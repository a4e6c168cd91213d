# SPDX-License-Identifier: Apache-2.0
"""Laws of filters: a guest cannot see them, and they do the same wherever they run."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from lightexit.abi import IoContext, Space, StateMemory, Verdict
from lightexit.engine.api import Engine
from lightexit.engine.interpreter import InterpreterEngine
from lightexit.engine.kernel import KernelEngine, available
from lightexit.engine.native import NativeEngine
from lightexit.errors import LightexitError
from lightexit.filter import Filter, LoadedFilter
from lightexit.rigs.contention import held
from lightexit.rigs.rig import Runner
from lightexit.rigs.runners import as_python, in_engine, native_bus, plain
from lightexit.testing.broken import LawBroken
from lightexit.testing.compare import Sides
from lightexit.testing.player import Player
from lightexit.testing.steps import Read, Step, Trace, Write
from lightexit.testing.subject import Subject


def check_transparent(subject: Subject, trace: Trace) -> None:
    """With filters, run as Python, and without: the same."""
    _same(subject, trace, plain, "filters")


def check_engines(subject: Subject, trace: Trace) -> None:
    """With filters as bytecode, interpreted and native, and without: the same."""
    _same(subject, trace, in_engine(InterpreterEngine()), "filters, interpreted")
    _same(subject, trace, native_bus, "filters, native")


def check_kernel(subject: Subject, trace: Trace) -> None:
    """Linux takes the filters, and they do the same there."""
    for filter, _, _ in subject.filters.values():
        try:
            filter.load(KernelEngine())
        except LightexitError as error:
            raise LawBroken(
                f"Linux refuses {filter.name}: {error.found}",
                where=filter.where(),
                expected=error.expected,
                advice=error.advice,
            ) from error
    _same(subject, trace, in_engine(KernelEngine()), "filters, in the kernel")


class _Contended(Player):
    """A device on the bus that runs guests, whose state another vCPU holds when every second access
    comes, until that one waits for it: its filter is passed."""

    def __init__(self, subject: Subject, start_ns: int) -> None:
        super().__init__(subject, start_ns, native_bus)
        self._is_held = False

    def perform(self, step: Step) -> object:
        """An access with the state held, or any step as it is."""
        if not isinstance(step, Read | Write):
            return super().perform(step)
        self._is_held = not self._is_held
        if not self._is_held:
            return super().perform(step)
        with held(self.rig):
            return super().perform(step)


def check_contended(subject: Subject, trace: Trace) -> None:
    """With filters, and a model wherever another vCPU is in the way, and without: the same."""
    models, found = Player(subject, trace.start_ns), _Contended(subject, trace.start_ns)
    Sides(models, found, ("without filters", "under contention")).hold(trace)


def _same(subject: Subject, trace: Trace, runner: Runner, title: str) -> None:
    models, filters = (Player(subject, trace.start_ns, each) for each in (None, runner))
    Sides(models, filters, ("without filters", f"with {title}")).hold(trace)


@dataclass(frozen=True)
class FilterRun:
    """One access that a filter sees, and the bytes of the states that it works on, whether a
    guest could ever get the device there or not."""

    filter: str
    offset: int
    size: int
    states: tuple[bytes, ...]
    is_write: bool = False
    data: int = 0
    now_ns: int = 0
    vcpu: int = 0
    space: Space = Space.PIO

    def __repr__(self) -> str:
        """With what is not as it is by default."""
        told = [(each, getattr(self, each.name)) for each in fields(self)]
        shown = [f"{each.name}={_shown(value)}" for each, value in told if value != each.default]
        return f"FilterRun({', '.join(shown)})"

    def context(self) -> IoContext:
        """What the filter gets."""
        context = IoContext()
        for each in ("offset", "size", "is_write", "data", "now_ns", "vcpu", "space"):
            setattr(context, each, getattr(self, each))
        return context


def _shown(value: Any) -> str:
    if isinstance(value, Space):
        return f"Space.{value.name}"
    return hex(value) if type(value) is int and value > 9 else repr(value)


def check_any_state(subject: Subject, run: FilterRun) -> None:
    """As Python and in each engine: the same verdict, answer, states and actions."""
    filter, _, _ = subject.filters[run.filter]
    kinds = [memory.kind for memory in subject.states_of(run.filter)]
    expected = outcome(as_python(filter), run, kinds)
    for title, load in _engines():
        found = outcome(load(filter), run, kinds)
        if found != expected:
            raise LawBroken(
                f"{run.filter} {_told(found)} {title}, and as Python it {_told(expected)}",
                where=filter.where(),
            )


@functools.cache
def _engines() -> list[tuple[str, Callable[[Filter[Any]], LoadedFilter]]]:
    engines: list[tuple[str, Engine]] = [
        ("interpreted", InterpreterEngine()),
        ("as native code", NativeEngine()),
    ]
    if available() is None:
        engines.append(("in the kernel", KernelEngine()))
    return [(title, functools.cache(_loader(engine))) for title, engine in engines]


def _loader(engine: Engine) -> Callable[[Filter[Any]], LoadedFilter]:
    return lambda filter: filter.load(engine)


_Outcome = tuple[bool, bytes, tuple[bytes, ...]]


def outcome(loaded: LoadedFilter, run: FilterRun, kinds: Sequence[type[Any]]) -> _Outcome:
    """Of a run: whether it handles the access; then the context; the states."""
    memories = [StateMemory(kind) for kind in kinds]
    for memory, content in zip(memories, run.states, strict=True):
        size = len(memory.state.buffer)
        memory.state.buffer[:] = content[:size].ljust(size, b"\0")
    context = run.context()
    is_handled = loaded.code.run(context, memories) & 0xFFFF_FFFF == Verdict.HANDLED
    after = bytes(context) if is_handled else b""
    return is_handled, after, tuple(bytes(memory.state) for memory in memories)


def _told(outcome: _Outcome) -> str:
    is_handled, context, states = outcome
    if not is_handled:
        return "passes"
    data = IoContext.view(bytearray(context)).data
    return f"answers {data:#x} and leaves the states {[each.hex() for each in states]}"
