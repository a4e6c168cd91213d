# SPDX-License-Identifier: Apache-2.0
"""The Structs of a filter that is bytecode: told by who builds it, or by its object's BTF."""

from __future__ import annotations

from lightexit.abi import STATE_OFFSET, Struct
from lightexit.build.layouts import NoLayout, ObjectStates, bytes_struct
from lightexit.errors import AuthorError
from lightexit.isa.program import Map
from lightexit.program_filter import Origin, ProgramFilter, variables_struct


def object_structs(filter_: ProgramFilter) -> tuple[type[Struct], ...]:
    """One for each map. Raises AuthorError for a state whose layout nothing tells."""
    if filter_.origin is None:
        raise AuthorError(
            f"the filter {filter_.name} is bytecode: its states' fields have no names",
            where=filter_.where(),
            expected="a filter in Python, or one of an object of clang or `lightexit build`",
        )
    known, origin = ObjectStates(filter_.origin.data), filter_.origin
    return tuple(_struct(filter_, origin, known, each) for each in filter_.program.maps)


def _struct(
    filter_: ProgramFilter, origin: Origin, known: ObjectStates, state: Map
) -> type[Struct]:
    if state.initial is not None:
        return variables_struct(state, f"{filter_.name}_{state.name}")
    told, size = origin.told.get(state.name), state.size - STATE_OFFSET
    if isinstance(told, type):
        return told
    try:
        return known.struct(state.name, size)
    except NoLayout as reason:
        if told is not None:
            return bytes_struct(state.name, size)
        raise _unknown(filter_, known, state, str(reason)) from None


def _unknown(filter_: ProgramFilter, known: ObjectStates, state: Map, reason: str) -> AuthorError:
    section = known.section(state.name)
    place = f"section {section}" if section else "defined elsewhere"
    return AuthorError(
        f"{filter_.file}: the layout of the state `{state.name}` ({place}) is not known: {reason}",
        where=filter_.where(),
        expected="a struct of integers, arrays and structs, each where C puts it by itself",
        advice=f"--state {state.name}=FILE.py:STRUCT gives it, or --state "
        f"{state.name}={state.size - STATE_OFFSET} takes it as bytes",
    )
