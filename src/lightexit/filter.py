# SPDX-License-Identifier: Apache-2.0
"""The author's page: write a filter, compile it, prove it, load it.

    @io_filter
    def read_counter(ctx: IoContext, hpet: HpetState) -> Verdict:
        if ctx.is_write or ctx.offset != COUNTER:
            return Verdict.PASS
        ctx.data = u64(hpet.base + ctx.now_ns // PERIOD_NS)
        return Verdict.HANDLED

A filter is a pure function of context and states; called as it stands, it is plain Python.
"""

from __future__ import annotations

import functools
import inspect
import linecache
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Concatenate, Generic, ParamSpec, TypeAlias

from lightexit.abi import (
    ApicFlag,
    ApicMode,
    Array,
    IoContext,
    Space,
    Struct,
    Verdict,
    array,
    defined,
    full_barrier,
    i8,
    i16,
    i32,
    i64,
    inline,
    muldiv64,
    u8,
    u16,
    u32,
    u64,
)
from lightexit.cache import Cache, content_key
from lightexit.compiler import compile_filter
from lightexit.compiler.caching.fingerprint import fingerprint
from lightexit.compiler.caching.version import VERSION as COMPILER_VERSION
from lightexit.compiler.source.text import node_of
from lightexit.errors import Location
from lightexit.isa.program import Program
from lightexit.shown import one_line, preformatted
from lightexit.verifier import Fault, Limits, Report
from lightexit.verifier import verify as verify_program
from lightexit.verifier.limits import DEFAULT
from lightexit.verifier.stored import KIND, pack, unpack
from lightexit.verifier.stored import VERSION as VERIFIER_VERSION

if TYPE_CHECKING:
    from lightexit.engine.api import Engine, Loaded

__all__ = [
    "ApicFlag",
    "ApicMode",
    "Array",
    "Filter",
    "IoContext",
    "LoadedFilter",
    "Space",
    "Struct",
    "Verdict",
    "array",
    "compile",
    "full_barrier",
    "i8",
    "i16",
    "i32",
    "i64",
    "inline",
    "io_filter",
    "muldiv64",
    "u8",
    "u16",
    "u32",
    "u64",
    "verify",
]

P = ParamSpec("P")
#: A filter as it is written, decorated or not.
_Written: TypeAlias = Callable[Concatenate[IoContext, ...], Verdict]

#: What lightexit's code between source and proof is in this process, with Python and LLVM.
OWN_VERSION = content_key(COMPILER_VERSION, VERIFIER_VERSION)


@dataclass(frozen=True)
class LoadedFilter:
    """A verified filter in an engine, with what its host must know to run it."""

    #: What runs it.
    code: Loaded
    report: Report


class Filter(Generic[P]):
    """A compilable function. Compiled and proved on first need, unless that was done before."""

    def __init__(self, function: Callable[Concatenate[IoContext, P], Verdict]) -> None:
        defined(function)
        #: As it was written: plain Python.
        self.function = function
        #: The function's.
        self.name = function.__name__
        functools.update_wrapper(self, function)

    def __call__(self, ctx: IoContext, *states: P.args, **named: P.kwargs) -> Verdict:
        """Run it as plain Python: what the compiled filter must agree with."""
        return self.function(ctx, *states, **named)

    def __repr__(self) -> str:
        """What is known so far: nothing is compiled for it."""
        pairs = zip(_state_names(self.function), self.states, strict=True)
        states = ", ".join(kind.__name__ if kind else name for name, kind in pairs)
        return f"<Filter {one_line(f'{self.name}({states}): {self._progress()}')}>"

    def _repr_html_(self) -> str:
        """For a notebook: the same, and what was proved so far."""
        report: Report | None = vars(self).get("report")
        return report._repr_html_() if report else preformatted(repr(self))

    def _progress(self) -> str:
        done = vars(self)
        if "report" in done:
            return f"accepted, at most {self.report.cost} instructions"
        return "compiled, not proved yet" if "program" in done else "not compiled yet"

    @functools.cached_property
    def program(self) -> Program:
        """Its bytecode. Raises AuthorError where the source is outside the subset."""
        return self._kept.program if self._kept else compile_filter(self.function)

    @functools.cached_property
    def report(self) -> Report:
        """What the verifier proved. Raises AuthorError where it refuses."""
        if self._kept:
            return self._kept
        report = self.verify().accepted_or_raise()
        self._keep(report)
        return report

    @functools.cached_property
    def states(self) -> tuple[type[Struct] | None, ...]:
        """The types of its states, in the order of its arguments; None where that is not known."""
        return tuple(_struct_of(self.function, each) for each in _state_names(self.function))

    def where(self, state: int | None = None) -> Location:
        """Where it is written, or one of its states among its parameters."""
        code = inspect.unwrap(self.function).__code__
        node = node_of(code)
        if node is None:
            return Location.of_line(code.co_filename, code.co_firstlineno)
        if state is None:
            return Location.of_line(code.co_filename, node.lineno)
        at = [*node.args.posonlyargs, *node.args.args][state + 1]
        text = linecache.getline(code.co_filename, at.lineno).rstrip("\n")
        return Location(code.co_filename, at.lineno, at.col_offset, at.end_col_offset or 0, text)

    def verify(self, limits: Limits = DEFAULT) -> Report:
        """Prove it anew. Raises AuthorError where the source is outside the subset."""
        from lightexit.diagnosis import examine

        return self._with_faults(examine(self.function, self.program, limits))

    def _with_faults(self, report: Report) -> Report:
        """The report, able to find the filter's faults on demand."""

        def find(limits: Limits) -> tuple[Fault, ...]:
            from lightexit.diagnosis import find_faults

            return find_faults(self.function, limits)

        return replace(report, find_faults=find)

    def load(self, engine: Engine) -> LoadedFilter:
        """Make it ready to run in `engine`."""
        report = self.report  # first: no engine sees what is not proved
        return LoadedFilter(engine.load(report.program), report)

    @functools.cached_property
    def source_key(self) -> str | None:
        """A hash of all that program and proof depend on; None where that is not known."""
        return _key_of(self.function)

    @functools.cached_property
    def _kept(self) -> Report | None:
        """What was proved of the very same filter before, perhaps in another process."""
        stored = Cache().get(KIND, self.source_key) if self.source_key else None
        return self._with_faults(unpack(stored)) if stored else None

    def _keep(self, report: Report) -> None:
        """Unless the sources have changed while they were being compiled."""
        if self.source_key and self.source_key == _key_of(self.function):
            Cache().put(KIND, self.source_key, pack(report))


def _state_names(function: Callable[..., Any]) -> list[str]:
    code = inspect.unwrap(function).__code__
    return list(code.co_varnames[1 : code.co_argcount])


def _struct_of(function: Callable[..., Any], parameter: str) -> type[Struct] | None:
    """The type that a parameter's annotation means to the compiler."""
    function = inspect.unwrap(function)
    try:
        kind = function.__annotations__[parameter]
        while isinstance(kind, str):
            kind = eval(kind, function.__globals__, inspect.getclosurevars(function).nonlocals)
    except Exception:  # whatever an author's expression may raise; the compiler says it better
        return None
    return kind if isinstance(kind, type) and issubclass(kind, Struct) else None


def _key_of(function: Callable[..., Any]) -> str | None:
    seen = fingerprint(function, Cache())
    return seen and content_key(OWN_VERSION, seen)


def io_filter(function: Callable[Concatenate[IoContext, P], Verdict]) -> Filter[P]:
    """Turn `def f(ctx: IoContext, state: SomeState, ...) -> Verdict` into a filter."""
    return Filter(function)


def compile(function: _Written) -> Program:
    """The bytecode of a filter, with or without `@io_filter`: standard eBPF, not proved yet.

        program = compile(read_counter)
        program.code  # 8 bytes an instruction

    Raises AuthorError, with the place and a way out, for source that is outside the language.
    """
    return _as_filter(function).program


def verify(subject: _Written | Program, limits: Limits = DEFAULT) -> Report:
    """Prove a filter or a program safe; the report says what was learned, or why it is refused.

        report = verify(read_counter)
        report.accepted  # True
        report.cost  # the most instructions that any run executes
        verify(read_counter, Limits(instructions=20)).error  # a VerifierError

    `limits` is what a run and the proof itself may cost. A refusal is no exception: it is
    `report.error`, and `report.accepted_or_raise()` raises it. Raises AuthorError for a function
    that does not compile.
    """
    if isinstance(subject, Program):
        return verify_program(subject, limits)
    return _as_filter(subject).verify(limits)


def _as_filter(function: _Written) -> Filter[...]:
    return function if isinstance(function, Filter) else Filter(function)
