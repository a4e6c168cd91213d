# SPDX-License-Identifier: Apache-2.0
"""`BuiltFilter`: a filter, what it is called in C, and the states that it works on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, NamedTuple

from lightexit.abi import STATE_OFFSET, StateHeader, Struct, fingerprint, value_size
from lightexit.abi.header import c_tag, nested
from lightexit.build.names import (
    check_function,
    check_header,
    check_member,
    check_part,
    check_struct,
    macro,
)
from lightexit.build.object_states import object_structs
from lightexit.errors import AuthorError
from lightexit.filter import Filter
from lightexit.isa.program import Map, Program
from lightexit.program_filter import ProgramFilter
from lightexit.verifier import Report

_ALIGNMENT = StateHeader.layout.alignment
#: As many as `struct lightexit_filter` has places for.
MOST_STATES = 8


class StateArgument(NamedTuple):
    """One state: the filter's parameter, its type, and the bytes that it takes behind its header:
    more than the type's where a masked index may reach behind it."""

    name: str
    kind: type[Struct]
    room: int

    @property
    def fingerprint(self) -> int:
        """Of its layout, as saves of devices have it."""
        return fingerprint(self.kind)


@dataclass(frozen=True)
class BuiltFilter:
    """A filter, called `symbol` in C; `device` is the device that it belongs to, if any."""

    symbol: str
    filter: Filter[Any]
    device: str = ""

    @property
    def macro(self) -> str:
        """What the names of its constants begin with."""
        return macro(self.symbol)

    @cached_property
    def report(self) -> Report:
        """What was proved. Raises AuthorError where it does not compile, or is refused."""
        return self.filter.report

    @property
    def program(self) -> Program:
        """Its bytecode."""
        return self.report.program

    @cached_property
    def states(self) -> tuple[StateArgument, ...]:
        """Its states by argument. Raises AuthorError for a type that is not known."""
        if isinstance(self.filter, ProgramFilter):
            kinds: tuple[type[Struct] | None, ...] = object_structs(self.filter)
        else:
            kinds = self.filter.states
        pairs = enumerate(zip(self.program.maps, kinds, strict=True))
        return tuple(self._state(index, state, kind) for index, (state, kind) in pairs)

    def _state(self, index: int, state: Map, kind: type[Struct] | None) -> StateArgument:
        name = state.name
        if kind is None:
            raise AuthorError(
                f"the type of {self.filter.name}'s state {name} is not known",
                where=self.filter.where(index),
                expected="a Struct whose name the filter's module knows",
            )
        return StateArgument(name, kind, _room(state.size, kind))

    def check(self) -> None:
        """Raises AuthorError for whatever has no place, or no name, in C."""
        check_function(self.symbol, f"the filter {self.filter.name}", self.filter.where)
        check_header(self.symbol, f"the filter {self.filter.name}", self.filter.where)
        self._check_count()
        prefixes: dict[str, str] = {}
        for index, state in enumerate(self.states):
            where = partial(self.filter.where, index)
            check_part(state.name, f"a state of {self.filter.name}", where)
            other = prefixes.setdefault(macro(state.name), state.name)
            if other != state.name:
                raise AuthorError(
                    f"the states {other} and {state.name} of {self.filter.name} are both "
                    f"{macro(state.name)} in capital letters",
                    where=where(),
                    expected="states with names of their own",
                    advice="rename one of them",
                )
            self._check_structs(index, state)

    def _check_count(self) -> None:
        count = len(self.states)
        if count > MOST_STATES:
            raise AuthorError(
                f"{self.filter.name} works on {count} states",
                where=self.filter.where(MOST_STATES),
                expected=f"at most {MOST_STATES}, for which struct lightexit_filter has places",
            )

    def _check_structs(self, index: int, state: StateArgument) -> None:
        where = partial(self.filter.where, index)
        for kind in nested(state.kind):
            check_struct(kind.__name__, c_tag(kind), where)
            for each in kind.layout.fields:
                check_member(each.name, f"a field of {kind.__name__}", where)


def _room(size: int, kind: type[Struct]) -> int:
    """Of a map's value. C counts the padding behind a state, which is none of its bytes."""
    padded = -(-(STATE_OFFSET + kind.layout.size) // _ALIGNMENT) * _ALIGNMENT
    return (min(size, value_size(kind)) if size <= padded else size) - STATE_OFFSET


def structs_of(subject: BuiltFilter) -> list[type[Struct]]:
    """All structs that its states are made of, inner ones first, each once.

    Raises AuthorError for two of one name with different layouts.
    """
    found: dict[str, type[Struct]] = {}
    for index, state in enumerate(subject.states):
        for kind in nested(state.kind):
            other = found.setdefault(c_tag(kind), kind)
            if fingerprint(other) != fingerprint(kind):
                raise AuthorError(
                    f"two Structs of {subject.filter.name} are struct {c_tag(kind)} in C: "
                    f"{_full_name(other)} and {_full_name(kind)}",
                    where=subject.filter.where(index),
                    expected="structs with names of their own",
                    advice="rename one of them",
                )
    return list(found.values())


def _full_name(kind: type[Struct]) -> str:
    return f"{kind.__module__}.{kind.__qualname__}"
