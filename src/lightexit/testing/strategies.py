# SPDX-License-Identifier: Apache-2.0
"""Hypothesis strategies: traffic on a device, and what its filters may be given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import chain, pairwise
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lightexit.abi import IoContext, Space, StateMemory
from lightexit.bus.region import PlacedRegion
from lightexit.devices.device import Device
from lightexit.isa import Kind, decode
from lightexit.testing.constants import constants
from lightexit.testing.laws.filters import FilterRun
from lightexit.testing.steps import (
    Drive,
    FromOutside,
    Jump,
    JumpDeadline,
    Read,
    Reset,
    Restore,
    Step,
    Trace,
    Wait,
    WaitDeadline,
    Write,
    untold,
)
from lightexit.testing.subject import Maker, Subject, parameters, subject_of

_T = TypeVar("_T")
#: From one nanosecond to days, with the short ones the likeliest.
WAITS = (
    st.sampled_from([1, 838, 839, 15_085, 1_000_000])
    | st.integers(0, 5_000)
    | st.integers(0, 10**9)
    | st.integers(0, 10**15)
)
STARTS_NS = st.just(0) | st.integers(0, 2**40) | st.integers(0, 2**62)
_SIZES = {Space.PIO: [1, 2, 4], Space.MMIO: [1, 2, 4, 8], Space.MSR: [8]}
_AROUND_DEADLINE = st.sampled_from([0, -1, 1]) | st.integers(-1000, 1000)
_LARGEST_ARGUMENT = 255
#: Offset and width, in bits, of the vCPU's number in what a filter gets.
_VCPU = next(
    (each.offset, 8 * each.size) for each in IoContext.layout.fields if each.name == "vcpu"
)
#: How often each kind of step comes, of so many in all.
_ACCESSES, _LATE, _TIMES, _OUTSIDE, _RARE = 12, 3, 5, 4, 1
#: Of so many accesses, those that go to a hot register, to one in any size, and to any place.
_HOT, _ANY_SIZE, _COLD = 6, 1, 1


def traces(
    device: Subject | Maker, *, waits: SearchStrategy[int] = WAITS, most: int = 60
) -> SearchStrategy[Trace]:
    """Random traffic of at most so many steps on all that a device has: registers, the hot ones
    mostly; time, up to deadlines too; inputs; and what comes from outside.

    A step is an access more often than not. Raises AuthorError where the device cannot be made.
    """
    subject = subject_of(device)
    step = _steps(subject, waits)
    lengths = st.sampled_from([least for least in (0, 5, 15, 30) if least <= most])
    steps = lengths.flatmap(lambda least: st.lists(step, min_size=least, max_size=most))
    return st.builds(_trace, _starts(subject, most), steps, STARTS_NS)


def _starts(subject: Subject, most: int) -> SearchStrategy[tuple[Step, ...]]:
    """Its own, or as a trace begins that is known: that has set the device up."""
    own = st.sampled_from([tuple(each) for each in subject.starts])
    known = [tuple(chain.from_iterable(map(untold, trace.steps[:most]))) for trace in subject.known]
    return own | st.sampled_from(known).flatmap(_beginnings) if known else own


def _beginnings(steps: tuple[Step, ...]) -> SearchStrategy[tuple[Step, ...]]:
    return st.integers(0, len(steps)).map(lambda count: steps[:count])


def _trace(start: tuple[Step, ...], parts: list[tuple[Step, ...]], start_ns: int) -> Trace:
    return Trace(*start, *(step for part in parts for step in part), start_ns=start_ns)


def _steps(subject: Subject, waits: SearchStrategy[int]) -> SearchStrategy[tuple[Step, ...]]:
    """One step, or two: what a late host means shows at the very next access."""
    rig, accesses = subject.example, _accesses(subject)
    outside: list[SearchStrategy[Step]] = []
    if rig.inputs:
        outside.append(st.builds(Drive, st.sampled_from(sorted(rig.inputs)), st.booleans()))
    outside += [_calls(subject, name, call) for name, call in sorted(rig.calls.items())]
    return _weighted(
        (_ACCESSES, accesses.map(_alone) if rig.windows else None),
        (_LATE, st.tuples(_jumps(waits), accesses) if rig.windows else None),
        (_TIMES, _waits(waits).map(_alone)),
        (_OUTSIDE, st.one_of(outside).map(_alone) if outside else None),
        (_RARE, st.sampled_from([(Restore(),), (Reset(),)])),
    )


def _alone(step: Step) -> tuple[Step, ...]:
    return (step,)


def _weighted(*kinds: tuple[int, SearchStrategy[_T] | None]) -> SearchStrategy[_T]:
    """Each as often as its number says: `one_of` would take its choices for its own."""
    present = [(weight, kind) for weight, kind in kinds if kind is not None]
    menu = [number for number, (weight, _) in enumerate(present) for _ in range(weight)]
    return st.sampled_from(menu).flatmap(lambda number: present[number][1])


def _waits(waits: SearchStrategy[int]) -> SearchStrategy[Step]:
    return st.builds(Wait, waits) | st.builds(WaitDeadline, _AROUND_DEADLINE)


def _jumps(waits: SearchStrategy[int]) -> SearchStrategy[Step]:
    return st.builds(Jump, waits) | st.builds(JumpDeadline, _AROUND_DEADLINE)


def _calls(subject: Subject, name: str, call: Callable[..., Any]) -> SearchStrategy[Step]:
    """Numbers are small, or what a guest may have written: a vector, as it was programmed."""
    written = [each for each in subject.values if each <= _LARGEST_ARGUMENT]
    numbers = st.integers(0, 3) | st.integers(0, _LARGEST_ARGUMENT)
    values: dict[type, SearchStrategy[Any]] = {
        bytes: st.binary(max_size=8),
        int: numbers | st.sampled_from(written) if written else numbers,
    }
    return st.builds(FromOutside, st.just(name), *[values[each] for each in parameters(call)])


def _accesses(subject: Subject) -> SearchStrategy[Step]:
    """A choice among all places; each has the size that its register seems to have."""
    weights = Counter(map(int, subject.hot))
    hot = [
        (region.space, region.base + offset - region.offset, size)
        for device, region in subject.example.windows
        for offset, size in registers_of(subject, device, region)
        for _ in range(max(weights[offset], 1))
    ]
    if not hot:
        return st.nothing()
    cold = [_anywhere(region) for _, region in subject.example.windows]
    resized = [(space, address, size) for space, address, _ in hot for size in _SIZES[space]]
    places = _weighted(
        (_HOT, st.sampled_from(hot)),
        (_ANY_SIZE, st.sampled_from(resized)),
        (_COLD, st.one_of(cold)),
    )
    values, vcpus = _values(subject), _vcpus(subject)
    return st.builds(_read, places, vcpus) | st.builds(_write, places, values, vcpus)


def _read(place: tuple[Space, int, int], vcpu: int) -> Step:
    return Read(*place, vcpu=vcpu)


def _write(place: tuple[Space, int, int], value: int, vcpu: int) -> Step:
    return Write(*place, value & ((1 << 8 * place[2]) - 1), vcpu)


def _vcpus(subject: Subject) -> SearchStrategy[int]:
    """Several where a filter loads what may be `ctx.vcpu`: a state's field at the same offset costs
    a choice, and no more."""
    programs = [filter.program for filter, _, _ in subject.filters.values()]
    loads = [each for program in programs for each in decode(program) if each.op.kind is Kind.LOAD]
    may_ask = any((each.offset, each.op.width) == _VCPU for each in loads)
    return st.integers(0, 3) if may_ask else st.just(0)


def _anywhere(region: PlacedRegion) -> SearchStrategy[tuple[Space, int, int]]:
    """Any place in a region, or across its end, in any size."""
    addresses = st.integers(region.base, region.base + region.size - 1)
    return st.tuples(st.just(region.space), addresses, st.sampled_from(_SIZES[region.space]))


def registers_of(
    subject: Subject, device: Device[Any], region: PlacedRegion
) -> list[tuple[int, int]]:
    """Offset and size of the hot registers in a region: up to where the next one begins."""
    end = region.offset + region.size
    chosen = subject.hot if device is subject.example.devices[0] and subject.hot else ()
    known = chosen or (device.registers or ())
    offsets = sorted({int(each) for each in known if region.offset <= int(each) < end})
    found = []
    for offset, following in pairwise([*offsets, end]):
        room = min(following - offset, max(_SIZES[region.space]))
        size = region.register_width or 1 << room.bit_length() - 1
        found.append((offset, 8 if region.space is Space.MSR else size))
    return found or [(region.offset, region.register_width or min(_SIZES[region.space]))]


def _values(subject: Subject) -> SearchStrategy[int]:
    """The subject's own, those that its code mentions, numbers of things, bits, and any."""
    devices = list(subject.example.devices)
    mentioned = constants(devices, [each for each, _, _ in subject.filters.values()])
    bits = [1 << bit for bit in range(32)]
    kinds = [st.integers(0, 3), st.sampled_from([0xFF, 2**32 - 1, 2**64 - 1, *bits])]
    kinds += [st.sampled_from(list(subject.values))] * 3 if subject.values else []
    kinds += [st.sampled_from(mentioned)] * 2 if mentioned else []
    return st.one_of([*kinds, st.integers(0, 255), st.integers(0, 2**64 - 1)])


def filter_runs(device: Subject | Maker) -> SearchStrategy[FilterRun]:
    """Any access that one of a device's filters may see, with the states in any condition."""
    subject = subject_of(device)
    return st.sampled_from(sorted(subject.filters)).flatmap(lambda name: _runs(subject, name))


def _runs(subject: Subject, name: str) -> SearchStrategy[FilterRun]:
    filter, device, _ = subject.filters[name]
    regions = [region for _, region in subject.example.windows if region.filter is filter]
    values = _values(subject)

    def build(
        place: tuple[Space, int, int],
        value: int | None,
        now_ns: int,
        vcpu: int,
        states: tuple[bytes, ...],
    ) -> FilterRun:
        space, offset, size = place
        data, is_write = (value or 0) & ((1 << 8 * size) - 1), value is not None
        return FilterRun(name, offset, size, states, is_write, data, now_ns, vcpu, space)

    hot = [
        (region.space, *each)
        for region in regions
        for each in registers_of(subject, device, region)
    ]
    any_place = st.one_of([_offsets(region) for region in regions])
    times = st.integers(0, 2**64 - 1) | st.integers(0, 2**32)
    data = _weighted((1, st.none()), (1, values))
    states = st.tuples(*map(_contents, subject.states_of(name)))
    places = st.sampled_from(hot) | any_place
    vcpus = st.just(0) | st.integers(0, 2**32 - 1)
    return st.builds(build, places, data, times, vcpus, states)


def _offsets(region: PlacedRegion) -> SearchStrategy[tuple[Space, int, int]]:
    offsets = st.integers(region.offset, region.offset + region.size)
    width = region.register_width  # the bus cuts an access into whole registers
    sizes = (width,) if width else _SIZES[region.space]
    return st.tuples(st.just(region.space), offsets, st.sampled_from(sizes))


def _contents(memory: StateMemory[Any]) -> SearchStrategy[bytes]:
    """A pattern, repeated: of large states, bytes one by one would take too long."""
    size = len(memory.state.buffer)
    fresh = bytes(memory.state)

    def filled(pattern: bytes) -> bytes:
        return (pattern * (size // len(pattern) + 1))[:size]

    return st.just(fresh) | st.binary(min_size=1, max_size=min(size, 64)).map(filled)
