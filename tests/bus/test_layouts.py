# SPDX-License-Identifier: Apache-2.0
"""The law: a filter is attached if, and only if, its states' layouts are those of the device."""

from __future__ import annotations

import random
from typing import Any

import pytest

from bus.plain import Recorder, plain
from lightexit.abi import (
    ArrayType,
    IntType,
    Space,
    StateMemory,
    Struct,
    i8,
    i16,
    i32,
    i64,
    u8,
    u16,
    u32,
    u64,
)
from lightexit.bus.bus import Bus
from lightexit.bus.clock import ManualClock
from lightexit.bus.region import pio
from lightexit.engine.native import NativeEngine
from lightexit.errors import AuthorError
from lightexit.filter import Filter, IoContext, Verdict, io_filter

PORT = 0x40
PAIRS = 1500
NAMES = ("a", "b", "c", "d")
SCALARS: tuple[Any, ...] = (u8, u16, u32, u64, i8, i16, i32, i64, bool)

OTHER_SIGN = {each: IntType(f"i{each.bits}", each.bits, signed=True) for each in SCALARS[1:4]}
OTHER_SIGN |= {each: IntType(f"u{each.bits}", each.bits) for each in SCALARS[4:8]}

#: A layout as nested tuples: of a struct, pairs of name and type; of an array, element and length.
Plan = Any


def plan(rng: random.Random, depth: int = 0) -> Plan:
    names = rng.sample(NAMES, rng.randint(1, 4))
    return tuple((name, _type_plan(rng, depth)) for name in names)


def _type_plan(rng: random.Random, depth: int) -> Plan:
    choice = rng.random()
    if depth < 2 and choice < 0.2:
        return plan(rng, depth + 1)
    if choice < 0.4:
        return "array", _type_plan(rng, 2), rng.randint(1, 3)
    return rng.choice(SCALARS)


def changed(rng: random.Random, fields: Plan) -> Plan:
    """A little other, often of the same size."""
    fields = list(fields)
    at = rng.randrange(len(fields))
    name, kind = fields[at]
    choice = rng.randrange(5)
    if choice == 0:
        rng.shuffle(fields)
    elif choice == 1:
        fields[at] = (rng.choice((*NAMES, "e")), kind)
    elif choice == 2 and kind in (u8, bool):
        fields[at] = (name, bool if kind is u8 else u8)
    elif choice == 2 and isinstance(kind, IntType):
        fields[at] = (name, OTHER_SIGN[kind])
    elif choice == 3 and isinstance(kind, IntType) and kind.bits > 8:
        half = {16: u8, 32: u16, 64: u32}[kind.bits]
        fields[at] = (name, ("array", half, 2))
    elif isinstance(kind, tuple) and kind[0] != "array":
        fields[at] = (name, changed(rng, kind))
    names = [each for each, _ in fields]
    return tuple(fields) if len({*names}) == len(names) else tuple(sorted(fields, key=str))


def struct(fields: Plan, name: str) -> type[Struct]:
    """Fields as annotations; `name` counts for nothing."""
    namespace: dict[str, Any] = {"__annotations__": {}, "__module__": __name__}
    for field, kind in fields:
        made = _type(kind, name)
        if isinstance(made, ArrayType):
            namespace[field] = made
        namespace["__annotations__"][field] = made
    make: Any = type(Struct)
    return make(name, (Struct,), namespace)  # type: ignore[no-any-return]


def _type(kind: Plan, name: str) -> Any:
    if isinstance(kind, tuple):
        if kind[0] == "array":
            return ArrayType(_type(kind[1], name), kind[2])
        return struct(kind, name)
    return kind


def refusal_of(filter: Filter[Any], given: type[Struct]) -> AuthorError | None:
    device = Recorder(pio(1, filter=filter, states=(StateMemory(given),)).at(PORT))
    try:
        Bus(ManualClock(), NativeEngine()).attach(device)
    except AuthorError as error:
        return error
    return None


def declines(_ctx: IoContext, _state: Any) -> Verdict:
    return Verdict.PASS


def _unique(fields: Plan) -> bool:
    names = [name for name, _ in fields]
    return len({*names}) == len(names)


def test_a_filter_is_accepted_only_if_the_layouts_agree() -> None:
    rng, seen = random.Random(20), {"same": 0, "other": 0, "other of equal size": 0}
    for _ in range(PAIRS):
        mine = plan(rng)
        yours = mine if rng.random() < 0.3 else changed(rng, mine)
        if not _unique(yours):
            continue
        one, other = struct(mine, "One"), struct(yours, "Other")
        is_same, refusal = mine == yours, refusal_of(plain(declines, one), other)
        assert (refusal is None) is is_same, (mine, yours)
        if refusal is not None:
            assert "the filter declines of recorder takes the state One" in str(refusal)
            assert refusal.where is not None
        seen["same" if is_same else "other"] += 1
        seen["other of equal size"] += not is_same and one.layout.size == other.layout.size
    print(seen)
    assert min(seen.values()) > PAIRS // 10, seen


class LoHi(Struct):
    lo: u32
    hi: u32


class HiLo(Struct):
    hi: u32
    lo: u32


class Same(Struct):
    lo: u32
    hi: u32


@io_filter
def read_lo(
    ctx: IoContext,
    state: LoHi,
) -> Verdict:
    if ctx.is_write:
        return Verdict.PASS
    ctx.data = state.lo & 0xFF
    return Verdict.HANDLED


def test_the_refusal_names_filter_device_and_field_at_the_authors_line() -> None:
    device = Recorder(pio(1, filter=read_lo, states=(StateMemory(HiLo),)).at(PORT))
    with pytest.raises(AuthorError) as refusal:
        Bus(ManualClock(), NativeEngine()).attach(device)
    where = refusal.value.where
    assert where is not None
    assert (where.file, where.text.strip()) == (__file__, "state: LoHi,")
    assert str(refusal.value).splitlines()[1:] == [
        "    state: LoHi,",
        "    ^^^^^^^^^^^",
        "  expected: the state that its region passes: HiLo, with hi: u32 at offset 0",
        "  try: HiLo as the filter's argument, or states=(...) in the region, in the order of the "
        "filter's arguments",
    ]
    found = "the filter read_lo of recorder takes the state LoHi, with lo: u32 at offset 0"
    assert str(refusal.value).splitlines()[0].endswith(found)


def test_another_struct_of_the_same_layout_is_accepted() -> None:
    memory = StateMemory(Same)
    memory.state.lo, memory.state.hi = 3, 4
    bus = Bus(ManualClock(), NativeEngine())
    bus.attach(Recorder(pio(1, filter=read_lo, states=(memory,)).at(PORT)))
    assert bus.read(Space.PIO, PORT, 1) == 3


def test_a_program_without_structs_is_checked_by_size() -> None:
    filter: Any = plain(declines, LoHi)
    filter.states = ()
    assert refusal_of(filter, HiLo) is None


def test_a_state_that_is_a_name_of_an_enclosing_function() -> None:
    kind = LoHi

    @io_filter
    def inner(ctx: IoContext, state: kind) -> Verdict:  # type: ignore[valid-type]
        _ = kind
        return Verdict.PASS

    assert inner.states == (LoHi,)
