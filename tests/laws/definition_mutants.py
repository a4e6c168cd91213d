# SPDX-License-Identifier: Apache-2.0
"""Mutants of the definition of a bus: a name, the function to replace, and the replacement."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

from lightexit.abi import IoContext, Space
from lightexit.bus import definition
from lightexit.bus.checks import ADDRESSES
from lightexit.bus.definition import Accessor, DefinedRegion, DefinitionBus, Piece
from lightexit.bus.model import carry_out
from lightexit.filter import LoadedFilter


def looks_once(bus: Any, window: DefinedRegion, loaded: LoadedFilter, context: IoContext) -> bool:
    """A reader's answer is used although the state was written meanwhile."""
    if any(header.version % 2 for header in window.headers) or not window.run(loaded, context):
        return False
    bus._act(window, context)
    return True


def looks_while_busy(
    bus: Any, window: DefinedRegion, loaded: LoadedFilter, context: IoContext
) -> bool:
    """A reader runs while a writer holds the lock."""
    before = [header.version for header in window.headers]
    handled = window.run(loaded, context)
    if not handled or before != [header.version for header in window.headers]:
        return False
    bus._act(window, context)
    return True


def waits_to_write(
    bus: Any, window: DefinedRegion, loaded: LoadedFilter, context: IoContext
) -> bool:
    """A writer waits for the lock, where it should pass."""
    with bus._locked(window):
        is_handled = window.run(loaded, context)
        if is_handled:
            bus._act(window, context)
    return is_handled


def acts_too_late(
    bus: Any, window: DefinedRegion, loaded: LoadedFilter, context: IoContext
) -> bool:
    """A writer's actions come when the lock is given back."""
    if any(header.version % 2 for header in window.headers):
        return False
    with bus._locked(window):
        is_handled = window.run(loaded, context)
    if is_handled:
        bus._act(window, context)
    return is_handled


def acts_on_a_pass(window: DefinedRegion, loaded: LoadedFilter, context: IoContext) -> bool:
    """Actions are carried out although the filter passes."""
    is_handled = _RUN(window, loaded, context)
    if not is_handled:
        carry_out(window.model, context, None)
    return is_handled


def takes_any_verdict(window: DefinedRegion, loaded: LoadedFilter, context: IoContext) -> bool:
    """All but PASS is HANDLED."""
    states = window.region.states or (window.model.memory,)
    return loaded.code.run(context, states[: len(loaded.report.program.maps)]) != 0


def asks_without_a_lock(bus: DefinitionBus, window: DefinedRegion) -> AbstractContextManager[None]:
    """The model runs without the lock."""
    return nullcontext()


def counts_every_byte(window: DefinedRegion, offset: int) -> int:
    """Neighbouring registers are not counted together."""
    return offset


def filters_misfits(window: DefinedRegion, offset: int, size: int) -> Iterator[Piece]:
    """A filter sees a part of a register."""
    for piece in _REGISTERS(window, offset, size):
        yield replace(piece, is_whole=True)


def cuts_by_the_address(window: DefinedRegion, offset: int, size: int) -> Iterator[Piece]:
    """An access is cut into bytes where it fits no register."""
    for piece in _REGISTERS(window, offset, size):
        if piece.is_whole:
            yield piece
        else:
            for at in range(size):
                yield replace(piece, offset=offset + at, size=1, shift=8 * at)


def wraps_nowhere(bus: DefinitionBus, space: Space, address: int, size: int) -> Iterator[Piece]:
    """Addresses do not wrap around at the end of a space."""
    for piece in _PIECES(bus, space, address, size):
        if address + piece.shift // 8 < ADDRESSES[space]:
            yield piece


def splits_what_nobody_claims(
    bus: DefinitionBus, space: Space, address: int, size: int
) -> Iterator[Piece]:
    """Unclaimed accesses are split into bytes, too."""
    for piece in _PIECES(bus, space, address, size):
        if piece.window is None:
            for at in range(piece.size):
                shift = piece.shift + 8 * at
                yield replace(piece, offset=piece.offset + at, size=1, shift=shift)
        else:
            yield piece


def keeps_the_first_region(
    bus: DefinitionBus, space: Space, address: int, size: int
) -> Iterator[Piece]:
    """All of an access goes to the device at its first address."""
    owner = bus._find(space, address)
    if owner is None:
        yield from _PIECES(bus, space, address, size)
    else:
        yield from _REGISTERS(owner, owner.region.register(address), size)


def looks_up_at_once(bus: DefinitionBus, space: Space, address: int, size: int) -> Iterator[Piece]:
    """Devices of all pieces are looked up before the first piece, not one by one."""
    return iter(list(_PIECES(bus, space, address, size)))


def forgets_who(bus: DefinitionBus, cpu: Accessor, piece: Piece, value: int | None) -> int:
    """All accesses are attributed to the first vCPU."""
    return _ANSWER(bus, Accessor(0), piece, value)


def is_free_of_charge(
    bus: DefinitionBus, cpu: Accessor, space: Space, address: int, size: int, value: Any = None
) -> int:
    """An access takes no time."""
    vm_time = bus.clock.memory.state
    step_ns, vm_time.step_ns = vm_time.step_ns, 0
    try:
        return _ACCESS(bus, cpu, space, address, size, value)
    finally:
        vm_time.step_ns = step_ns


def tells_too_late(
    bus: DefinitionBus, cpu: Accessor, space: Space, address: int, size: int, value: Any = None
) -> int:
    """A budget that is spent is told after the access."""
    expired, told = cpu.expired, cpu.budget == 1
    cpu.expired = lambda: None
    try:
        return _ACCESS(bus, cpu, space, address, size, value)
    finally:
        cpu.expired = expired
        if told:
            expired()


def reads_zeros_of_a_failure(
    bus: DefinitionBus, cpu: Accessor, window: DefinedRegion, piece: Piece, value: int | None
) -> int:
    """A read reads 0 if the model fails, instead of all ones."""
    failures = len(bus._raised)
    answer = _MODELLED(bus, cpu, window, piece, value)
    return 0 if len(bus._raised) > failures else answer


def takes_what_is_refused(
    bus: DefinitionBus, cpu: Accessor, window: DefinedRegion, piece: Piece, value: int | None
) -> int:
    """An access that a model refuses only reads all ones."""
    answer = _MODELLED(bus, cpu, window, piece, value)
    cpu.refused = False
    return answer


def goes_on_counting(bus: DefinitionBus, model: Any, other: Any, touched: Any = None) -> None:
    """A new device keeps the counters of the device that it replaces."""
    counts = [window.counts for window in bus._windows if window.model is model]
    _REPLACE(bus, model, other, touched)
    coming = [window for window in bus._windows if window.model is other]
    for window, known in zip(coming, counts, strict=False):
        window.counts = known


_RUN, _REGISTERS = DefinedRegion.run, definition._registers
_PIECES, _ANSWER, _ACCESS = DefinitionBus.pieces, DefinitionBus.answer, DefinitionBus.access
_MODELLED, _REPLACE = DefinitionBus._modelled, DefinitionBus.replace

#: Where each mutant belongs.
MUTANTS: tuple[tuple[Callable[..., Any], object, str], ...] = (
    (looks_once, DefinitionBus, "_looked"),
    (looks_while_busy, DefinitionBus, "_looked"),
    (waits_to_write, DefinitionBus, "_changed"),
    (acts_too_late, DefinitionBus, "_changed"),
    (acts_on_a_pass, DefinedRegion, "run"),
    (takes_any_verdict, DefinedRegion, "run"),
    (counts_every_byte, DefinedRegion, "counted_at"),
    (filters_misfits, definition, "_registers"),
    (cuts_by_the_address, definition, "_registers"),
    (wraps_nowhere, DefinitionBus, "pieces"),
    (splits_what_nobody_claims, DefinitionBus, "pieces"),
    (keeps_the_first_region, DefinitionBus, "pieces"),
    (looks_up_at_once, DefinitionBus, "pieces"),
    (forgets_who, DefinitionBus, "answer"),
    (is_free_of_charge, DefinitionBus, "access"),
    (tells_too_late, DefinitionBus, "access"),
    (asks_without_a_lock, DefinitionBus, "_locked"),
    (reads_zeros_of_a_failure, DefinitionBus, "_modelled"),
    (takes_what_is_refused, DefinitionBus, "_modelled"),
    (goes_on_counting, DefinitionBus, "replace"),
)
